"""Version ranges, each read as its own ecosystem reads it → the cycles of a product that they allow.

Python: https://packaging.python.org/en/latest/specifications/version-specifiers/, with what Poetry adds,
https://python-poetry.org/docs/dependency-specification/. npm: https://github.com/npm/node-semver#ranges.
Composer: https://getcomposer.org/doc/articles/versions.md. Ruby: https://docs.ruby-lang.org/en/3.4/Gem/Version.html.
Maven: https://maven.apache.org/pom.html#dependency-version-requirement-specification, with Gradle's `1.+` and
`[1,2[`: https://docs.gradle.org/current/userguide/dependency_versions.html. NuGet:
https://learn.microsoft.com/en-us/nuget/concepts/package-versioning. Rust:
https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html. Go: https://go.dev/ref/mod. conda:
https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html#package-match-specifications.

A range is read into spans between cuts on the line of all versions; a product's cycles are pieces of
the same line. Releases are what counts: an upper bound `<4` leaves out the previews of 4 everywhere,
as most ecosystems say and as everybody means it.

Annotations are not put off here, for the reason given in `model`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from scanner.catalog.cycles import Unresolved, cycle_of, once
from scanner.catalog.versions import cleaned, floats, version_of
from scanner.model import Cycle, Product, Reason

# Long lists of excluded releases stay well below this; what is longer was built to cost time.
_LONGEST: Final = 512
_KEPT: Final = 4096

# What a version is beside its numbers, in the order of time.
_PREVIEW, _RELEASE, _PATCHED = -1, 0, 1

# A place on the line of versions, before everything with these numbers (without zeros at the end) and
# this phase: a release of 4 stands between the cuts ((4,), 0) and ((4,), 1), its previews before it.
_Cut: TypeAlias = tuple[tuple[int, ...], int]
_Spans: TypeAlias = tuple[tuple[_Cut, _Cut], ...]

_BOTTOM: Final[_Cut] = ((), _PREVIEW)
# No text that is read has a number of so many digits.
_TOP: Final[_Cut] = ((10**_LONGEST,), _PREVIEW)
_ALL: Final[_Spans] = ((_BOTTOM, _TOP),)

_VERSION: Final = re.compile(r"[vV]?([0-9]+(?:\.[0-9]+)*)((?:\.[*xX])*)(.*)", re.DOTALL)
_SPACE_BEHIND_OPERATOR: Final = r"(?<=[<>=!~^])\s+"
_OPERATOR: Final = "<>=!~^"
_STAR: Final = frozenset("*")
_STARS: Final = frozenset("*xX")
# Where fewer numbers stand, the rest is open: semantic versions have three.
_SEMANTIC_PARTS: Final = 3


# What stands for a value that only a run can know.
_EXPRESSIONS: Final = ("$", "{{")

# The purl types whose ranges the manifests of a runtime's own ecosystem are written in.
RUNTIMES: Final = MappingProxyType(
    {
        "node": "npm",
        "nodejs": "npm",
        "npm": "npm",
        "opentofu": "gem",
        "packer": "gem",
        "php": "composer",
        "pnpm": "npm",
        "ruby": "gem",
        "terraform": "gem",
        "vagrant": "gem",
        "yarn": "npm",
    }
)


class _Unreadable(Exception):  # noqa: N818 -- an answer inside this room, not an error
    """The range, or a version in it, is written in no way that its ecosystem knows."""


class _Wanted(NamedTuple):
    """What the version text in a range stands for: a point on the line, or a stretch of it (`1.2.*`)."""

    numbers: tuple[int, ...]
    first: _Cut
    end: _Cut
    wild: bool


_Operator: TypeAlias = Callable[[_Wanted], _Spans]


class _Dialect(NamedTuple):
    """How an ecosystem writes ranges that are made of operators and versions.

    `open_ended`: a version of one or two numbers stands for all that begin with them.
    """

    operators: Mapping[str, _Operator]
    phase: Callable[[str], int]
    clauses: Callable[[str], Sequence[str]]
    either: bool = False
    hyphen: bool = False
    wildcards: frozenset[str] = _STARS
    open_ended: bool = False
    parts: int = _LONGEST


def allowed(requirement: str, purl_type: str, product: Product) -> tuple[Cycle, ...] | None:
    """Return every cycle of the product that the range lets in, newest first; None when that cannot be said.

    Not said is what the purl type's ecosystem does not read as a range of versions, and what a product
    allows whose cycles do not follow its versions. Empty: the range is for versions outside all cycles.
    A cycle's `latest` never closes it, for patches may have come since. Takes any text and raises nothing.
    """
    spans = _spans_of(requirement, purl_type)
    if spans is None:
        return None
    pieces = _pieces_of(product)
    if pieces is None:
        return None
    found: dict[str, Cycle] = {}
    for piece in pieces:
        if any(first < piece.end and piece.first < end for first, end in spans):
            for cycle in piece.cycles:
                found.setdefault(cycle.name, cycle)
    return tuple(found.values())


def unmatched(requirement: str, purl_type: str, product: Product) -> Reason:
    """Return why no cycle is known that a range allows: it is none, or lies beyond all that is known."""
    text = requirement.strip()
    if floats(text) or text.lower() in {product.id, *product.aliases}:  # `latest`, `lts/*`; `ruby` is any Ruby
        return Reason.FLOATING
    if any(sign in text for sign in _EXPRESSIONS):
        return Reason.UNRESOLVABLE
    spans = _spans_of(requirement, purl_type)
    first = min(spans)[0][0] if spans else ()
    found = cycle_of(".".join(map(str, first)), "", product) if first else None
    beyond = isinstance(found, Unresolved) and found.reason in {Reason.NEWER, Reason.UNTRACKED}
    return found.reason if isinstance(found, Unresolved) and beyond else Reason.RANGE


def holds(requirement: str, purl_type: str, version: str) -> bool | None:
    """Tell whether a range lets a release in; None when that cannot be said. Takes any text and raises nothing."""
    spans, numbers = _spans_of(requirement, purl_type), _numbers(version)
    if spans is None or not numbers:
        return None
    place = _cut(numbers, _RELEASE)
    return any(first <= place < end for first, end in spans)


@lru_cache(maxsize=_KEPT)
def _spans_of(text: str, purl_type: str) -> _Spans | None:
    read = _READERS.get(purl_type)
    if read is None or len(text) > _LONGEST or not text.isascii():
        return None
    try:
        return read(text.strip())
    except _Unreadable:
        return None


def _compared(dialect: _Dialect, text: str) -> _Spans:
    """Read alternatives of clauses that all have to hold: `^1.2 || >=3,<5`."""
    alternatives = text.replace("||", "|").split("|") if dialect.either else [text]
    return tuple(span for alternative in alternatives for span in _alternative(alternative.strip(), dialect))


def _alternative(text: str, dialect: _Dialect) -> _Spans:
    ends = text.split(" - ") if dialect.hyphen else [text]
    if len(ends) > 1:
        return _between(ends, dialect)
    clauses = [clause for clause in dialect.clauses(re.sub(_SPACE_BEHIND_OPERATOR, "", text)) if clause]
    if not clauses:
        raise _Unreadable
    spans = _ALL
    for clause in clauses:
        spans = _both(spans, _clause(clause, dialect))
    return spans


def _between(ends: Sequence[str], dialect: _Dialect) -> _Spans:
    """Read `1.2 - 2.3`: a part of a version as the end stands for all that begin with it."""
    lowest, highest = (_wanted(end.strip(), dialect, open_ended=True) for end in (ends[0], ends[-1]))
    if len(ends) > 2:  # noqa: PLR2004 -- a beginning and an end
        raise _Unreadable
    return _both(_at_least(lowest), _up_to(highest))


def _both(these: _Spans, those: _Spans) -> _Spans:
    return tuple(
        (max(first, other_first), min(end, other_end))
        for first, end in these
        for other_first, other_end in those
        if max(first, other_first) < min(end, other_end)
    )


def _clause(text: str, dialect: _Dialect) -> _Spans:
    version = text.lstrip(_OPERATOR)
    sign = text[: len(text) - len(version)]
    operator = dialect.operators.get(sign)
    if operator is None:
        raise _Unreadable
    wanted = _wanted(version, dialect, open_ended=dialect.open_ended)
    # A star says itself how much is open: `1.2.*` is no `^1.2` in Cargo, and no point anywhere.
    return _exactly(wanted) if wanted.wild and not sign else operator(wanted)


def _wanted(text: str, dialect: _Dialect, *, open_ended: bool) -> _Wanted:
    if dialect.wildcards.issuperset(text.split(".")):
        return _Wanted((), _BOTTOM, _TOP, wild=True)
    match = _VERSION.fullmatch(text)
    if match is None:
        raise _Unreadable
    digits, wild, rest = match.groups()
    if wild and (rest or wild[1] not in dialect.wildcards):
        raise _Unreadable
    numbers = tuple(map(int, digits.split(".")))
    if len(numbers) > dialect.parts:
        raise _Unreadable
    if wild or (open_ended and not rest and len(numbers) < _SEMANTIC_PARTS):
        return _Wanted(numbers, _cut(numbers, _PREVIEW), _behind(numbers), wild=bool(wild))
    phase = dialect.phase(rest) if rest else _RELEASE
    return _Wanted(numbers, _cut(numbers, phase), _cut(numbers, phase + 1), wild=False)


def _cut(numbers: tuple[int, ...], phase: int) -> _Cut:
    size = len(numbers)
    while size and not numbers[size - 1]:
        size -= 1
    return numbers[:size], phase


def _behind(numbers: tuple[int, ...]) -> _Cut:
    """Return the cut behind all versions that begin with the numbers, before the previews of the next."""
    return _cut((*numbers[:-1], numbers[-1] + 1), _PREVIEW) if numbers else _TOP


def _at_least(wanted: _Wanted) -> _Spans:
    return ((wanted.first, _TOP),)


def _above(wanted: _Wanted) -> _Spans:
    return ((wanted.end, _TOP),)


def _up_to(wanted: _Wanted) -> _Spans:
    return ((_BOTTOM, wanted.end),)


def _below(wanted: _Wanted) -> _Spans:
    numbers, phase = wanted.first
    return ((_BOTTOM, (numbers, _PREVIEW if phase == _RELEASE else phase)),)


def _exactly(wanted: _Wanted) -> _Spans:
    return ((wanted.first, wanted.end),)


def _other_than(wanted: _Wanted) -> _Spans:
    return ((_BOTTOM, wanted.first), (wanted.end, _TOP))


def _caret(wanted: _Wanted) -> _Spans:
    """Read `^0.2.3`: the leftmost number that is not zero stays; of zeros alone, the last."""
    numbers = wanted.numbers
    kept = next((size for size, number in enumerate(numbers, 1) if number), len(numbers))
    return ((wanted.first, _behind(numbers[:kept])),)


def _tilde(wanted: _Wanted) -> _Spans:
    """Read `~1.2.3` as npm, Cargo and Poetry do: the second number stays, where there is one."""
    return ((wanted.first, _behind(wanted.numbers[:2])),)


def _last_may_grow(wanted: _Wanted) -> _Spans:
    """Read `~=1.2.3` (Python), `~> 1.2.3` (Ruby), `~1.2.3` (Composer): the last number may grow.

    So may the only one; that `~=1` is none of Python's specifiers, Poetry does not mind.
    """
    if wanted.wild:
        raise _Unreadable
    return ((wanted.first, _behind(wanted.numbers[:-1] or wanted.numbers)),)


def _beginning(wanted: _Wanted) -> _Spans:
    """Read a bare `18` as whoever names a runtime means it: any 18."""
    return ((wanted.first, max(wanted.end, _behind(wanted.numbers))),)


def _go_minimum(wanted: _Wanted) -> _Spans:
    """Read Go's minimum: another major version is another module, but for 0 and 1, which share a path."""
    return ((wanted.first, _behind((max(wanted.numbers[0], 1),))),)


# What may stand behind the numbers of a version. Compiled, and kept, by `re` when they are first used:
# a scan meets the ranges of one ecosystem or two.
_PYTHON_REST: Final = (
    r"(?i)(?P<pre>[-_.]?(?:alpha|beta|preview|pre|rc|a|b|c)[-_.]?[0-9]*)?"
    r"(?P<post>-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?"
    r"(?P<dev>[-_.]?dev[-_.]?[0-9]*)?"
    r"(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?"
)
_SEMANTIC_REST: Final = r"(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_COMPOSER_REST: Final = r"(?i)(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)(?:[.-]?[0-9]+)*)?([.-]?dev)?(?:\+\S+)?"
_RUBY_REST: Final = r"[.-]?[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*"
_MAVEN_REST: Final = r"[-._+]?([A-Za-z]*)[0-9A-Za-z._+-]*"
_GO_REST: Final = r"(-[0-9A-Za-z.-]+|(?:rc|beta)[0-9]+)?(?:\+[0-9A-Za-z.-]+)?"

_COMPOSER_LATER: Final = frozenset({"patch", "pl", "p"})
_MAVEN_EARLIER: Final = frozenset({"a", "alpha", "b", "beta", "cr", "m", "milestone", "rc", "snapshot"})
_MAVEN_PLAIN: Final = frozenset({"final", "ga", "release"})


def _matched(pattern: str, rest: str) -> re.Match[str]:
    match = re.fullmatch(pattern, rest)
    if match is None:
        raise _Unreadable
    return match


def _python_phase(rest: str) -> int:
    match = _matched(_PYTHON_REST, rest)
    if match["pre"] or (match["dev"] and not match["post"]):
        return _PREVIEW
    return _PATCHED if match["post"] else _RELEASE


def _semantic_phase(rest: str) -> int:
    return _PREVIEW if _matched(_SEMANTIC_REST, rest)[1] else _RELEASE


def _composer_phase(rest: str) -> int:
    word, development = _matched(_COMPOSER_REST, rest).groups()
    if development:
        return _PREVIEW
    if not word or word.lower() == "stable":
        return _RELEASE
    return _PATCHED if word.lower() in _COMPOSER_LATER else _PREVIEW


def _ruby_phase(rest: str) -> int:
    _matched(_RUBY_REST, rest)
    return _PREVIEW  # a letter, or a dash, makes a gem's version a preview; and all else are numbers


def _maven_phase(rest: str) -> int:
    word = _matched(_MAVEN_REST, rest)[1].lower()
    if word in _MAVEN_EARLIER or rest.upper().endswith("SNAPSHOT"):
        return _PREVIEW
    return _RELEASE if word in _MAVEN_PLAIN else _PATCHED


def _go_phase(rest: str) -> int:
    return _PREVIEW if _matched(_GO_REST, rest)[1] else _RELEASE


def _by_spaces_and_commas(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _by_commas(text: str) -> list[str]:
    return [clause.strip() for clause in text.split(",")]


_COMPARISONS: Final[Mapping[str, _Operator]] = {">=": _at_least, ">": _above, "<=": _up_to, "<": _below}
_EQUALITIES: Final[Mapping[str, _Operator]] = {"": _exactly, "=": _exactly, "!=": _other_than}

_PYTHON: Final = _Dialect(
    operators={
        **_COMPARISONS,
        **_EQUALITIES,
        "==": _exactly,
        "===": _exactly,
        "~=": _last_may_grow,
        "~": _tilde,
        "^": _caret,
    },
    phase=_python_phase,
    clauses=_by_spaces_and_commas,
    either=True,
    wildcards=_STAR,
)
_NPM: Final = _Dialect(
    # An equals sign more than needed is passed over there.
    operators={
        **_COMPARISONS,
        **dict.fromkeys(("", "=", "=="), _exactly),
        **dict.fromkeys(("~", "~=", "~>"), _tilde),
        **dict.fromkeys(("^", "^="), _caret),
    },
    phase=_semantic_phase,
    clauses=str.split,
    either=True,
    hyphen=True,
    open_ended=True,
    parts=_SEMANTIC_PARTS,
)
_COMPOSER: Final = _Dialect(
    operators={
        **_COMPARISONS,
        **_EQUALITIES,
        "==": _exactly,
        "<>": _other_than,
        "~": _last_may_grow,
        "^": _caret,
    },
    phase=_composer_phase,
    clauses=_by_spaces_and_commas,
    either=True,
    hyphen=True,
)
_RUBY: Final = _Dialect(
    operators={**_COMPARISONS, **_EQUALITIES, "~>": _last_may_grow},
    phase=_ruby_phase,
    clauses=_by_commas,
    wildcards=frozenset(),
)
_CARGO: Final = _Dialect(
    operators={**_COMPARISONS, "": _caret, "=": _exactly, "~": _tilde, "^": _caret},
    phase=_semantic_phase,
    clauses=_by_commas,
    open_ended=True,
    parts=_SEMANTIC_PARTS,
)
_GO: Final = _Dialect(
    operators={**_COMPARISONS, "": _go_minimum, ">=": _go_minimum},
    phase=_go_phase,
    clauses=_by_commas,
    wildcards=frozenset(),
)
_GENERIC: Final = _PYTHON._replace(operators={**_PYTHON.operators, "": _beginning}, hyphen=True, wildcards=_STARS)
# One `=` stands for all versions that begin like this, two for one version.
_CONDA: Final = _PYTHON._replace(
    operators={**_COMPARISONS, "=": _beginning, "==": _exactly, "!=": _other_than, "~=": _last_may_grow, "": _exactly},
    either=True,
)
_NUGET: Final = _Dialect(
    operators={"": _at_least}, phase=_semantic_phase, clauses=lambda text: [text], wildcards=_STAR, parts=4
)
_MAVEN: Final = _Dialect(
    operators={"": _exactly}, phase=_maven_phase, clauses=lambda text: [text], wildcards=frozenset()
)

_BETWEEN_INTERVALS: Final = r"(?<=[\])])\s*,"
_INTERVAL: Final = r"\s*([\[(\]])([^][(),]*)(?:(,)([^][(),]*))?([\])\[])\s*"


def _npm(text: str) -> _Spans:
    # Nothing at all is how npm writes any version; so is nothing beside `||`.
    alternatives = (alternative.strip() or "*" for alternative in text.split("||"))
    if "|" in text.replace("||", ""):
        raise _Unreadable
    return _compared(_NPM, "||".join(alternatives))


_FLAG: Final = r"(?i)@(?:stable|rc|beta|alpha|dev)(?=$|[\s,|])"


def _composer(text: str) -> _Spans:
    # A stability flag says how unfinished a release may be; alone it asks for nothing else.
    return _compared(_COMPOSER, re.sub(_FLAG, "", text) or "*") if text else _compared(_COMPOSER, text)


def _nuget(text: str) -> _Spans:
    """Read `1.0` (at least), `[1.0,2.0)`, and floating versions: `1.*`, `1.0.0-*`, `*-*`."""
    if text[:1] in ("[", "(") and text[-1] in "])":
        return _interval(text, _NUGET)
    base, dash, preview = text.partition("-")
    if not dash or not preview.endswith("*"):
        return _compared(_NUGET, text)
    _semantic_phase(f"-{preview[:-1]}0")
    wanted = _wanted(base, _NUGET, open_ended=False)
    return (((wanted.first[0], _PREVIEW), wanted.end),)


def _maven(text: str) -> _Spans:
    """Read `[1,2),[3,)`, Gradle's `1.+`, and the soft `1.0`, which Maven takes unless it must not."""
    if text[:1] in ("[", "(", "]"):
        return tuple(span for part in re.split(_BETWEEN_INTERVALS, text) for span in _interval(part, _MAVEN))
    if text == "+":
        return _ALL
    if text.endswith(".+"):
        return _exactly(_wanted(f"{text[:-1]}*", _MAVEN._replace(wildcards=_STAR), open_ended=False))
    return _compared(_MAVEN, text)


def _interval(text: str, dialect: _Dialect) -> _Spans:
    opening, low, comma, high, closing = _matched(_INTERVAL, text).groups(default="")
    if not comma:
        if opening + closing != "[]":
            raise _Unreadable
        return _exactly(_wanted(low.strip(), dialect, open_ended=False))
    lower = _at_least if opening == "[" else _above
    upper = _up_to if closing == "]" else _below
    spans = _ALL
    for end, operator in ((low.strip(), lower), (high.strip(), upper)):
        if end:
            spans = _both(spans, operator(_wanted(end, dialect, open_ended=False)))
    return spans


_READERS: Final[Mapping[str, Callable[[str], _Spans]]] = {
    "cargo": partial(_compared, _CARGO),
    "composer": _composer,
    "conda": partial(_compared, _CONDA),
    "gem": partial(_compared, _RUBY),
    "generic": partial(_compared, _GENERIC),
    "golang": partial(_compared, _GO),
    "maven": _maven,
    "npm": _npm,
    "nuget": _nuget,
    "pypi": partial(_compared, _PYTHON),
}


class _Piece(NamedTuple):
    """A stretch of the line of versions that belongs to a cycle; to several, where they cannot be told apart."""

    first: _Cut
    end: _Cut
    cycles: tuple[Cycle, ...]


@once
def _pieces_of(product: Product) -> tuple[_Piece, ...] | None:
    """Cut the line wherever `cycle_of` can begin to answer otherwise, and ask it once for each piece.

    Newest first. None where a cycle has nothing of the versions that begin with its name: a range
    could mean it, and nothing would tell.
    """
    named = {cycle.name: _name(cycle) for cycle in product.cycles}
    siblings: dict[tuple[int, ...], list[Cycle]] = {}
    for cycle in product.cycles:
        siblings.setdefault(named[cycle.name], []).append(cycle)
    if () in siblings:
        return None
    pieces: list[_Piece] = []
    for first, end in pairwise([*sorted(_edges(product.cycles)), _TOP[0]]):
        # Numbers alone do not tell `4.9-lts` from `4.9`.
        owners = dict.fromkeys(named[owner] for owner in _owners(first, product))
        if owners:
            cycles = tuple(cycle for name in owners for cycle in siblings[name])
            pieces.append(_Piece((first, _PREVIEW), (end, _PREVIEW), cycles))
    placed = {c.name for first, _, cycles in pieces for c in cycles if _begins(first, named[c.name])}
    return tuple(reversed(pieces)) if pieces and placed.issuperset(named) else None


def _name(cycle: Cycle) -> tuple[int, ...]:
    name = version_of(cycle.name)
    return name.numbers if name is not None and not name.head else ()


def _begins(place: _Cut, name: tuple[int, ...]) -> bool:
    return _cut(name, _PREVIEW) <= place < _behind(name)


def _edges(cycles: Iterable[Cycle]) -> set[tuple[int, ...]]:
    edges = set()
    for cycle in cycles:
        name, latest = _name(cycle), _latest(cycle)
        edges |= {_cut(name, _RELEASE)[0], _behind(name)[0]}
        if latest > name and latest[: len(name)] != name:
            # The cycle goes on beyond its name: to its latest, and to the next patches of that.
            edges |= {_behind(latest)[0], _behind(latest[: max(len(latest) - 1, 2)])[0]}
    return edges


def _latest(cycle: Cycle) -> tuple[int, ...]:
    return _numbers(cycle.latest or "")


def _numbers(text: str) -> tuple[int, ...]:
    clean = cleaned(text.strip() or "-", "")
    version = version_of(clean) if not isinstance(clean, Reason) else None
    return version.numbers if version is not None else ()


def _owners(first: tuple[int, ...], product: Product) -> tuple[str, ...]:
    # With zeros behind it, so that no text is only the beginning of cycles' names.
    text = ".".join(map(str, (*first, *(0,) * (_SEMANTIC_PARTS + 1 - len(first)), 0)))
    match cycle_of(text, "", product):
        case Unresolved(candidates=candidates):
            return candidates
        case cycle:
            return (cycle.name,)
