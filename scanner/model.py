"""The words all rooms share: see docs/architecture.md for the path they travel.

Values are named tuples: immutable, and an import of `dataclasses` alone would cost a small scan
more than its parsing. Make them with keywords. Annotations are not put off here: a named tuple would
compile each of them from its text.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

# The end of a kind of support. A date is the last supported day; `True` means over, day unknown;
# `False` means that no end has been announced; `None` means that nobody tracks it.
Ending: TypeAlias = date | bool | None


class Kind(StrEnum):
    """What a dependency is."""

    LIBRARY = "library"
    RUNTIME = "runtime"
    IMAGE = "image"
    OS = "os"


class Scope(StrEnum):
    """When a project needs a dependency."""

    RUNTIME = "runtime"
    DEV = "dev"
    OPTIONAL = "optional"
    BUILD = "build"


class Status(StrEnum):
    """What is said of one dependency, worst first; `rules` tells what each means."""

    EOL = "eol"
    DEPRECATED = "deprecated"
    EXPIRING = "expiring"
    SECURITY_ONLY = "security-only"
    SUPERSEDED = "superseded"
    EXTENDED = "extended"
    DISTRO_MAINTAINED = "distro-maintained"
    SUPPORTED = "supported"
    UNKNOWN = "unknown"
    UNTRACKED = "untracked"

    @property
    def rank(self) -> int:
        """How many statuses are worse."""
        return _RANKS[self]


_RANKS = MappingProxyType({status: rank for rank, status in enumerate(Status)})


class Reason(StrEnum):
    """Why no cycle is known for a dependency, or (`stale-data`) why nothing can be said of the known one."""

    UNTRACKED = "untracked"
    NO_PURL = "no-purl"
    NO_VERSION = "no-version"
    RANGE = "range"
    FLOATING = "floating"
    NEWER = "newer-than-data"
    OLDER = "older-than-data"
    GAP = "gap"
    AMBIGUOUS = "ambiguous"
    UNRESOLVABLE = "unresolvable"
    STALE = "stale-data"


class EvidenceKind(StrEnum):
    """How a product, or its cycle, was found for a purl."""

    IDENTIFIER = "identifier"
    FAMILY = "family"
    DERIVED = "derived"
    IMAGE = "image"
    OS = "os"
    RUNTIME = "runtime"
    CPE = "cpe"
    INFERRED = "inferred"


class EvidenceClass(StrEnum):
    """How good the statement is that an end date rests on."""

    VENDOR = "vendor"
    RULE = "rule"
    LATEST_ONLY = "latest-only"
    DEPRECATED = "deprecated"
    LOCKFILE = "lockfile"
    INFERRED = "inferred"


class ScanError(Exception):
    """The run cannot go on; the message is a whole sentence for the user."""


class Location(NamedTuple):
    """Where a value stands: lines and columns count code points from 1, `end_column` is the one after.

    `line` is None when only the file is known; a place is never guessed.
    """

    path: str
    line: int | None = None
    column: int | None = None
    end_column: int | None = None


class Mark(NamedTuple):
    """What a lockfile, or a package of itself, says of its death.

    `word` is the format's own: `deprecated`, `abandoned`, `yanked`, `inactive`. `text` is what the
    maintainers wrote beside it, if anything; `replacement`, a purl or words, what they name instead.
    """

    word: str
    text: str = ""
    replacement: str | None = None


class Dependency(NamedTuple):
    """One package, runtime, image or operating system as one place names it.

    The purl carries a version when that place pins exactly one. `requirement` is the version text
    as written when it is not a plain pin (`>=3.2,<5`), else None. `via` is the chain of parents that
    brings it in, from what the project itself asks for down: `name@version`, or names where the file tells no more.
    `cpe` is a second key, and only for what is no package: an operating system, an application, a component without
    a purl. Of such a component `purl` is empty, and `label` its name and version as the file has them.
    """

    purl: str
    location: Location
    requirement: str | None = None
    kind: Kind = Kind.LIBRARY
    scope: Scope = Scope.RUNTIME
    direct: bool | None = None
    via: tuple[str, ...] = ()
    mark: Mark | None = None
    cpe: str | None = None
    label: tuple[str, str | None] | None = None


class Include(NamedTuple):
    """Read this file too; `path` is relative to the file that names it.

    The entries of a constraint file pin what is named elsewhere and add nothing of their own.
    """

    path: str
    location: Location
    constraint: bool = False


class Problem(NamedTuple):
    """Something that could not be read; the scan goes on.

    `cut` where the file breaks off there, so that nobody knows what stood behind.
    """

    message: str
    location: Location
    cut: bool = False


class Passed(NamedTuple):
    """So many dependencies of which nothing is known, and that nobody asks for: see `source.Source.asked`."""

    number: int


Parsed: TypeAlias = Dependency | Include | Problem


class Cycle(NamedTuple):
    """One release cycle of a product. `lts` is a date when the cycle becomes LTS on that day.

    `evidence` says how good the statement of its dates is; `source` and `rule` name that statement
    where it is not the product's, `file` the file of a higher layer that spoke of this cycle last.
    `free_extended` when everybody has the extended support, without paying for it.
    """

    name: str
    released: date | None = None
    eoas: Ending = None
    eol: Ending = None
    eoes: Ending = None
    discontinued: Ending = None
    lts: date | bool = False
    latest: str | None = None
    latest_released: date | None = None
    codename: str | None = None
    label: str | None = None
    link: str | None = None
    evidence: EvidenceClass = EvidenceClass.VENDOR
    source: str | None = None
    rule: str | None = None
    replacement: str | None = None
    file: str | None = None
    free_extended: bool = False


class Family(NamedTuple):
    """Packages that are released with a product, told by namespace and name: `org.springframework`, `spring-.*`.

    `name` and `exceptions` (empty for none) are regular expressions over the whole name. `versions`
    rewrite the package's version into the product's: pairs of an expression over the whole version
    and a template, None where it stands for no version of the product on purpose; the first that fits
    counts, and where none does, no cycle is known.
    """

    type: str
    namespace: str
    name: str
    exceptions: str = ""
    versions: tuple[tuple[str, str | None], ...] = ()
    source: str | None = None
    file: str = ""


class Product(NamedTuple):
    """One product and its cycles, newest first, as its product files list them.

    `identifiers` pairs a kind (`purl`, `derived`, `cpe`, `os`, `repology`) with the identifier as written.
    `files` are all files that said something of it, the lowest layer first, and `sources` what each
    of them rests on (empty: one file, and `source`); `origins` tells for each identifier which of the
    files listed it (empty: the first).
    A `whole` product has one cycle, to which every version belongs.
    """

    id: str
    title: str
    link: str
    cycles: tuple[Cycle, ...] = ()
    aliases: tuple[str, ...] = ()
    category: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    source: str = "endoflife.date"
    files: tuple[str, ...] = ()
    description: str = ""
    replacement: str | None = None
    whole: bool = False
    families: tuple[Family, ...] = ()
    origins: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The file of the lowest layer, which made it a product; empty when it has none."""
        return self.files[0] if self.files else ""


class Evidence(NamedTuple):
    """Why a match may be believed: the identifier that matched, and what its dates rest on."""

    kind: EvidenceKind
    identifier: str
    evidence_class: EvidenceClass
    source: str


class Support(NamedTuple):
    """A contract of the settings: extended support of a product, for one of its cycles or for all of them.

    `until` is its last day; without one it is that of each cycle's `eoes`. `location` is where the settings say it.
    """

    product: str
    location: Location
    cycle: str | None = None
    until: date | None = None
    provider: str = ""


class Extension(NamedTuple):
    """Extended support that counts for a match: until when, by whom; free for everybody when no contract says it."""

    until: Ending
    contract: Support | None = None


class Match(NamedTuple):
    """The cycle of a dependency, and how it was found.

    `allowed` is empty for a version; for a range it is every cycle the range lets in, newest first,
    and `cycle` is one of them: which one speaks for the range, `policy.judge` says. `extension`, which it
    sets too, is extended support that carries the cycle beyond its end.
    """

    dependency: Dependency
    product: Product
    cycle: Cycle
    evidence: Evidence
    allowed: tuple[Cycle, ...] = ()
    extension: Extension | None = None

    @property
    def evidence_class(self) -> EvidenceClass:
        """How good the statement is: a lockfile speaks of the package itself, everything else is said of the cycle."""
        lockfile = EvidenceClass.LOCKFILE
        return lockfile if self.evidence.evidence_class is lockfile else self.cycle.evidence

    @property
    def last_day(self) -> Ending:
        """The end of its security support, or of the extended support that carries it beyond that."""
        return self.cycle.eol if self.extension is None else self.extension.until


class Miss(NamedTuple):
    """No cycle is known for a dependency, and why; normal, not an error.

    `product` and `evidence` are set when the product is known and only the cycle is not.
    """

    dependency: Dependency
    reason: Reason
    product: Product | None = None
    evidence: Evidence | None = None
    candidates: tuple[str, ...] = ()


class Advice(NamedTuple):
    """The nearest supported cycle that outlives the one in use; or, where there is none, what to use instead.

    `replacement` is a purl or words, and stands where `cycle` is None.
    """

    cycle: str | None
    latest: str | None = None
    eol: Ending = None
    lts: bool = False
    replacement: str | None = None


class Selector(NamedTuple):
    """Which dependencies an entry of the settings speaks of: those that fit all that is given.

    `product` is a product's id, `purl` and `path` are globs (see `globs`): a purl without a version stands for
    every version, and a path is seen from the folder of the settings file.
    """

    product: str | None = None
    cycle: str | None = None
    purl: str | None = None
    path: str | None = None
    scope: frozenset[Scope] = frozenset()
    direct: bool | None = None


class Ignore(NamedTuple):
    """An entry of the settings that sets findings aside until its last day; `location` is where it stands."""

    selector: Selector
    reason: str
    until: date
    location: Location


class Verdict(NamedTuple):
    """What the policy says of one dependency; `match` is None when nothing can be said of a cycle, for a `reason`.

    `ignored` is the entry of the settings that sets it aside, told where components are listed one by one.
    """

    dependency: Dependency
    status: Status
    match: Match | None = None
    reason: Reason | None = None
    ignored: Ignore | None = None


class Used(NamedTuple):
    """A cycle of a product that is in use, with one verdict on it: `match` is the first of its places, of so many.

    What asks for a range, and what is older than the oldest tracked cycle, are uses of their own.
    """

    match: Match
    status: Status
    places: int


class Gate(NamedTuple):
    """Which statuses fail a run; `expiring` only when the end is at most so many days away, where they are given."""

    statuses: frozenset[Status] = frozenset({Status.EOL})
    expiring_days: int | None = None

    @property
    def failing(self) -> frozenset[Status]:
        """The statuses with what follows from them: where what ends soon fails, so does what has ended."""
        return self.statuses | {Status.EOL} if Status.EXPIRING in self.statuses else self.statuses


class Window(NamedTuple):
    """How many days before an end it is told; None is endoflife.date's own window (`auto`)."""

    days: int | None = 90


class Override(NamedTuple):
    """Another window, another gate, or both, for what a selector takes in."""

    selector: Selector
    location: Location
    window: Window | None = None
    gate: Gate | None = None


class Known(NamedTuple):
    """One finding of a baseline."""

    id: str
    rule: str
    product: str
    cycle: str
    purl: str
    path: str


class Finding(NamedTuple):
    """A verdict worth telling: one product and cycle in one file, with every place that brings it in.

    `days_left` counts days to the end the rule speaks of, negative when it has passed, None when
    no day is known. `message` is whole sentences, free of line breaks, not yet made safe for a medium.
    `ignored` is the entry of the settings that sets it aside, `known` tells that a baseline has it, and `fails`
    that it makes the run fail: no finding does that is ignored or known.
    """

    key: tuple[str, ...]
    rule: str
    status: Status
    matches: tuple[Match, ...]
    message: str
    days_left: int | None
    advice: Advice | None
    ignored: Ignore | None = None
    known: bool = False
    fails: bool = False

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits made of rule, product, cycle, purl without version, and path.

        Moving a line or taking another version of the same cycle keeps it.
        """
        from hashlib import sha256

        return sha256("\n".join(self.key).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Policy(NamedTuple):
    """What the user asks of a scan. `within_days` None means endoflife.date's own window (`auto`).

    `fail_on` and `fail_within_days` are a `Gate`. The first override that fits a dependency speaks for it.
    """

    fail_on: frozenset[Status] = frozenset({Status.EOL})
    within_days: int | None = 90
    list_all: bool = False
    strict: bool = False
    include_dev: bool = True
    fail_within_days: int | None = None
    overrides: tuple[Override, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    support: tuple[Support, ...] = ()
    sarif_include_ignored: bool = False
    sarif_category: str = ""

    @property
    def gate(self) -> Gate:
        """The gate for all that no override speaks of."""
        return Gate(self.fail_on, self.fail_within_days)

    @property
    def window(self) -> Window:
        """The window for all that no override speaks of."""
        return Window(self.within_days)


class Stamp(NamedTuple):
    """Which product data spoke: sha256 is of the compiled products, date is the day of their facts."""

    revision: str
    date: date
    products: int
    sha256: str
    source: str


class Input(NamedTuple):
    """One file that was read; `repo_path` is its path from the git root, the same from any directory.

    `components` counts what the file itself names. `unread` tells that the user named the file, and that
    it and what it includes gave nothing but problems, or broke off.
    """

    path: str
    repo_path: str
    format: str
    components: int
    unread: bool = False


class Upkeep(NamedTuple):
    """What the user's settings need: entries that have done their work, or do none.

    `expired` are ignores whose last day is over, so that what they set aside counts again, `unused` are ignores
    that fit nothing, `idle` contracts that cover nothing, and `gone` what a baseline knows and nobody finds any more.
    """

    expired: tuple[Ignore, ...] = ()
    unused: tuple[Ignore, ...] = ()
    idle: tuple[Support, ...] = ()
    gone: tuple[Known, ...] = ()


class Report(NamedTuple):
    """Everything one scan learned. Reporters read this and nothing else.

    `by_status` and `by_reason` count dependencies; `components` is filled only when the policy
    lists all or a reporter needs them. `line_hashes` maps (path, line) to the hash that code scanning
    expects there; `originals`, where a reporter needs them, paths to the bytes of their files.
    `extended` are findings that extended support sets aside: their status is `extended`, and their rule the one
    that would hold without it. `unjudged` are dependencies without a verdict, where they make the run fail.
    `inventory` is everything whose cycle is known, whatever is said of it, in the order it was found.
    """

    today: date
    data: Stamp
    policy: Policy
    inputs: tuple[Input, ...]
    findings: tuple[Finding, ...]
    by_status: Mapping[Status, int]
    by_reason: Mapping[Reason, int]
    components: tuple[Verdict, ...]
    problems: tuple[Problem, ...]
    failed: bool
    line_hashes: Mapping[tuple[str, int], str]
    originals: Mapping[str, bytes] = MappingProxyType({})
    extended: tuple[Finding, ...] = ()
    unjudged: tuple[Verdict, ...] = ()
    upkeep: Upkeep = Upkeep()
    inventory: tuple[Used, ...] = ()

    @property
    def failing(self) -> Mapping[Status, int]:
        """How many findings, and dependencies without a verdict, make the run fail: by status, the worst first."""
        from collections import Counter

        numbers = Counter(finding.status for finding in self.findings if finding.fails)
        numbers.update(verdict.status for verdict in self.unjudged)
        return {status: numbers[status] for status in Status if numbers[status]}
