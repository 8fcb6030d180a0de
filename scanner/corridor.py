"""The corridor: inputs in, `Report` out. Each room is called in turn; no room knows the next one."""

from __future__ import annotations

from collections import Counter
from functools import cache, partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from scanner import crew
from scanner import policy as judging
from scanner.catalog import dataset
from scanner.catalog.cycles import Unresolved, cycle_of
from scanner.catalog.index import Index
from scanner.model import (
    EvidenceKind,
    Kind,
    Match,
    Miss,
    Policy,
    Reason,
    Report,
    ScanError,
    Scope,
    Status,
    Upkeep,
    Used,
    Verdict,
)
from scanner.purl import DISTRO_HEADS, make, name_and_version
from scanner.reading import Reading, parts, plan, reopened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from scanner.catalog.dataset import Catalogue
    from scanner.catalog.index import Found
    from scanner.model import Cycle, Dependency, Evidence, Finding, Input, Problem, Product, Stamp, Support
    from scanner.reading import Job, Part, Request
    from scanner.source import Source

_IMAGE_PURLS = ("pkg:docker/", "pkg:oci/")

# Of how many packages it is remembered what was said of them.
_REMEMBERED = 10_000


class Extras(NamedTuple):
    """What only some outputs need, and no scan pays for that does not write them.

    `line_hashes` cost a second look at files, `components` are all of them with their verdicts, and
    `originals` the formats whose files are to be kept as they stand.
    """

    line_hashes: bool = False
    components: bool = False
    originals: frozenset[str] = frozenset()


def scan(
    request: Request,
    policy: Policy,
    today: date,
    *,
    extras: Extras = Extras(),  # noqa: B008 -- a tuple, which nobody can change
    allow_empty: bool = False,
    settings: Callable[[str], tuple[Policy, str]] | None = None,
) -> Report:
    """Read every input and judge what it names, as of `today`.

    Raises `ScanError` when a named input cannot be opened, and when there is nothing to scan and
    that is not allowed. `extras` are what the wanted output needs besides findings. `settings` gives the
    policy for a file, and its path seen from where that policy is written; without it `policy` holds for all.
    """
    catalogue = dataset.load(request.products, request.cache)
    policies = _Policies(policy, settings, catalogue)
    judge = _Judge(Index(catalogue), policies, today, catalogue.stamp.date)
    keeps_all = policy.list_all or extras.components
    request = request._replace(stdin=cache(request.stdin))
    jobs = plan(request)
    policies.prepare(job.path for job in jobs)
    if policies.asks_for_none() and not keeps_all:
        # What nobody will hear of need not be taken apart: it is only counted.
        request = request._replace(asked=judge.known.asked)
    tally = _tally(request, jobs, judge, keeps_all=keeps_all)
    _check_not_empty(tally.inputs, tally.problems, request, allow_empty=allow_empty)
    reopen = partial(reopened, request)
    report = _report(tally, judge, policy, catalogue.stamp)
    return report._replace(
        line_hashes=_line_hashes(report.findings, reopen) if extras.line_hashes else {},
        originals=_originals(tally.inputs, extras.originals, reopen),
    )


def dependencies(request: Request, *, allow_empty: bool = False) -> tuple[list[Dependency], Reading]:
    """Return what the parsers see, without verdicts, and the reading that saw it.

    Raises `ScanError` as `scan` does; but where all there is could not be read, the problems are the answer.
    """
    reading = Reading(request)
    found = list(reading)
    _check_not_empty(reading.inputs, reading.problems, request, allow_empty=allow_empty or bool(reading.problems))
    return found, reading


def resolve_all(dependency: Dependency, index: Index) -> tuple[Match | Miss, ...]:
    """Find the cycles of all that a dependency is: an image holds a product, and an operating system besides.

    What stands behind the first answer is known with its cycle; the first may be a miss.
    """
    if dependency.kind is not Kind.IMAGE and not dependency.purl.startswith(_IMAGE_PURLS):
        return (resolve(dependency, index),)
    first, *others = [_resolved(dependency, found) for found in index.find_image(dependency.purl) or (None,)]
    return (first, *(found for found in others if isinstance(found, Match)))


def resolve(dependency: Dependency, index: Index) -> Match | Miss:
    """Find the cycle of a dependency, or the reason why there is none.

    A distribution's package is judged by the release of the distribution that it belongs to.
    """
    return _resolved(dependency, _found(dependency, index))


def _resolved(dependency: Dependency, found: Found | None) -> Match | Miss:
    if found is None:
        return Miss(dependency, Reason.UNTRACKED if dependency.purl else Reason.NO_PURL)
    if found.reason or found.unresolvable:
        return Miss(dependency, found.reason or Reason.UNRESOLVABLE, found.product, found.evidence)
    evidence = found.evidence
    if dependency.kind is Kind.RUNTIME:
        evidence = evidence._replace(kind=EvidenceKind.RUNTIME)
    return resolve_version(dependency, found.product, evidence, found.version, found.type)


def _found(dependency: Dependency, index: Index) -> Found | None:
    text, found = dependency.purl, None
    if dependency.kind is Kind.OS:
        found = index.find_os(text or _system(dependency))
    elif "distro=" in text and not judging.is_upstream_build(text):
        found = index.find_distro(text)
    found = found or index.find(text)
    if found is None and text.startswith(DISTRO_HEADS):
        return index.find_packaged(text)
    return found or (index.find_cpe(dependency.cpe) if dependency.cpe else None)


def _system(dependency: Dependency) -> str:
    """Return the purl of an operating system that a file names without one."""
    name, version = name_and_version(dependency)
    try:
        return make("generic", name, version)
    except ValueError:
        return ""


def resolve_version(
    dependency: Dependency, product: Product, evidence: Evidence, version: str | None, purl_type: str
) -> Match | Miss:
    """Find the cycle of a version of a product that is known already.

    The class and the source of the evidence are then those of the cycle's dates.
    """
    if product.whole:
        return _match(dependency, product, product.cycles[0], evidence)
    if dependency.requirement is not None and version in {None, dependency.requirement}:
        return _ranged(dependency, product, evidence, purl_type)
    match cycle_of(version, purl_type, product):
        case Unresolved(reason, candidates):
            return Miss(dependency, reason, product, evidence, candidates)
        case cycle:
            return _match(dependency, product, cycle, evidence)


def _ranged(dependency: Dependency, product: Product, evidence: Evidence, purl_type: str) -> Match | Miss:
    from scanner.catalog.ranges import RUNTIMES, allowed, unmatched

    # A family's versions may be rewritten before they are a product's; the ends of a range are not.
    rewritten = any(family.versions for family in product.families) and evidence.kind is EvidenceKind.FAMILY
    if dependency.kind is Kind.RUNTIME:
        # PHP is asked for as Composer asks for packages, Node.js as npm does.
        purl_type = RUNTIMES.get(dependency.purl.rpartition("/")[2], purl_type)
    cycles = None if rewritten else allowed(dependency.requirement or "", purl_type, product)
    if not cycles:
        reason = Reason.RANGE if rewritten else unmatched(dependency.requirement or "", purl_type, product)
        return Miss(dependency, reason, product, evidence)
    return _match(dependency, product, cycles[0], evidence)._replace(allowed=cycles)


def _match(dependency: Dependency, product: Product, cycle: Cycle, evidence: Evidence) -> Match:
    evidence = evidence._replace(evidence_class=cycle.evidence, source=cycle.source or product.source)
    return Match(dependency, product, cycle, evidence)


class _Policies:
    """Which policy holds for which file: the one that is written nearest to it."""

    def __init__(
        self, policy: Policy, settings: Callable[[str], tuple[Policy, str]] | None, catalogue: Catalogue
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._of: dict[str, tuple[Policy, str]] = {}
        self._all: dict[Policy, Policy] = {}
        # Does a status without findings fail a run, to any of them?
        self.count = False
        self._policy = self._resolved(policy)

    def of(self, path: str) -> tuple[Policy, str]:
        """Return the policy for a path as reports show it, and the path seen from where that policy is written."""
        if self._settings is None:
            return self._policy, path
        known = self._of.get(path)
        if known is None:
            policy, seen = self._settings(path)
            known = self._of[path] = (self._resolved(policy), seen)
        return known

    def prepare(self, paths: Iterable[str]) -> None:
        """Read what is written beside these files: what is wrong with it is told before any work is done."""
        for path in dict.fromkeys(paths) if self._settings else ():
            if path:
                self.of(path)

    def asks_for_none(self) -> bool:
        """Tell whether what no product knows is a number to every policy, and nothing else."""
        gates = (gate for policy in self._all.values() for gate in judging.gates(policy))
        everything = all(policy.include_dev for policy in self._all.values())
        return everything and not any(judging.closes(gate, Status.UNTRACKED) for gate in gates)

    def upkeep(self, tally: _Tally, today: date) -> Upkeep:
        """Name the entries of all settings that have done their work, or do none."""
        seen = [(verdict, *self.of(verdict.dependency.location.path)) for verdict in tally.told()]
        parts = [
            judging.upkeep(
                policy,
                [(verdict, path) for verdict, holding, path in seen if holding is policy],
                tally.covered.__contains__,
                today,
            )
            for policy in self._all.values()
        ]
        return Upkeep(
            expired=tuple(entry for part in parts for entry in part.expired),
            unused=tuple(entry for part in parts for entry in part.unused),
            idle=tuple(contract for part in parts for contract in part.idle),
        )

    def _resolved(self, policy: Policy) -> Policy:
        known = self._all.get(policy)
        if known is None:
            known = policy
            if policy.overrides or policy.ignores or policy.support:
                from scanner.catalog.naming import resolved

                known = resolved(policy, self._catalogue)
            self._all[policy] = known
            self.count = self.count or judging.counts(known)
        return known


class _Judge:
    """All that a dependency is judged by."""

    def __init__(self, known: Index, policies: _Policies, today: date, data_date: date) -> None:
        self.known = known
        self.policies = policies
        self.today = today
        self._data_date = data_date
        self._said: dict[tuple[object, ...], tuple[Verdict, ...]] = {}

    def verdicts(self, dependency: Dependency) -> Iterable[Verdict]:
        """Return what is said of a dependency: of an image, of each product in it."""
        policy, path = self.policies.of(dependency.location.path)
        if dependency.scope is Scope.DEV and not policy.include_dev:
            return ()
        # Many places name the same package, and little else of a place counts; but a mark is its own file's word.
        place = (dependency.location.path if dependency.mark else "", *_asked_of(dependency, policy, path))
        named = (dependency.purl, dependency.label, dependency.cpe)
        key = (named, dependency.requirement, dependency.kind, dependency.mark, place)
        said = self._said.get(key)
        if said is not None:
            return [
                Verdict(dependency, status, match and Match(dependency, *match[1:]), reason)
                for _, status, match, reason, _ in said
            ]
        found = resolve_all(dependency, self.known)
        said = tuple([judging.judge(one, policy, self.today, self._data_date, path) for one in found])
        if len(self._said) < _REMEMBERED:
            self._said[key] = said
        return said


def _asked_of(dependency: Dependency, policy: Policy, path: str) -> tuple[object, ...]:
    """Return what a policy may ask of a place before it says anything."""
    if not (policy.overrides or policy.support or policy.within_days != Policy().within_days):
        return ()
    return (id(policy), *((path, dependency.scope, dependency.direct) if policy.overrides else ()))


def _tally(request: Request, jobs: Sequence[Job], judge: _Judge, *, keeps_all: bool) -> _Tally:
    """Read and judge the whole plan of a request, in parts where that is worth it."""

    def done(part: Part, seen: set[tuple[str, bool]] | None = None) -> _Tally:
        reading = Reading(request, part, seen)
        tally = _Tally(reading.inputs, reading.problems, reading.seen, keeps_all=keeps_all)
        for dependency in reading:
            for verdict in judge.verdicts(dependency):
                tally.add(verdict, judge)
        tally.pass_over(reading.passed)
        return tally

    divided = parts(jobs, crew.cores())
    whole = _Tally([], [], set())
    for part, tally in zip(divided, crew.done(done, divided), strict=True):
        # A file is read once, and where two parts include the same one, the second must know what the first has read.
        if tally is None or not whole.seen.isdisjoint(tally.seen):
            tally = done(part, whole.seen)  # noqa: PLW2901 -- in place of what cannot be taken
        whole.join(tally)
    return whole


class _Tally:
    """Counts verdicts, and keeps the ones to report, with what was read to come to them."""

    def __init__(
        self, inputs: list[Input], problems: list[Problem], seen: set[tuple[str, bool]], *, keeps_all: bool = False
    ) -> None:
        self.inputs = inputs
        self.problems = problems
        self.seen = seen
        self.by_status: Counter[Status] = Counter()
        self.by_reason: Counter[Reason] = Counter()
        self.components: list[Verdict] = []
        self.covered: set[Support] = set()
        self.used: dict[tuple[object, ...], Used] = {}
        self._keeps_all = keeps_all
        self._groups: dict[tuple[str, ...], list[Verdict]] = {}
        self._unjudged: list[Verdict] = []

    def add(self, verdict: Verdict, judge: _Judge) -> None:
        """Count one verdict; a dependency that nothing is said of leaves no more than that."""
        self.by_status[verdict.status] += 1
        if verdict.match is None and verdict.reason is not None:
            self.by_reason[verdict.reason] += 1
        if verdict.match is not None:
            self._use(Used(verdict.match, verdict.status, 1))
        policy, path = judge.policies.of(verdict.dependency.location.path)
        if self._keeps_all:
            ignored = judging.ignoring(verdict, policy, path, judge.today) if policy.ignores else None
            self.components.append(verdict._replace(ignored=ignored) if ignored else verdict)
        match = verdict.match if policy.support else None
        if match and (contract := judging.covering(policy, match, judge.today)):
            self.covered.add(contract)
        if judging.reported(verdict, policy):
            key = (verdict.dependency.location.path, *judging.group(verdict))
            self._groups.setdefault(key, []).append(verdict)
        elif judge.policies.count and judging.unjudged(verdict, policy, path):
            self._unjudged.append(verdict)

    def pass_over(self, count: int) -> None:
        """Count so many dependencies that no product knows."""
        if count:
            self.by_status[Status.UNTRACKED] += count
            self.by_reason[Reason.UNTRACKED] += count

    def join(self, other: _Tally) -> None:
        """Put another tally behind this one."""
        self.inputs += other.inputs
        self.problems += other.problems
        self.seen |= other.seen
        self.by_status.update(other.by_status)
        self.by_reason.update(other.by_reason)
        self.components += other.components
        self.covered |= other.covered
        for used in other.used.values():
            self._use(used)
        self._unjudged += other._unjudged
        for key, verdicts in other._groups.items():
            self._groups.setdefault(key, []).extend(verdicts)

    def _use(self, used: Used) -> None:
        """Count so many places more of a cycle in use."""
        found, dependency = used.match, used.match.dependency
        asked = dependency.requirement if found.allowed else None
        inferred = found.evidence.kind is EvidenceKind.INFERRED
        key = (found.product.id, found.cycle.name, used.status, dependency.kind, asked, inferred)
        known = self.used.get(key)
        self.used[key] = used if known is None else known._replace(places=known.places + used.places)

    def told(self) -> Iterator[Verdict]:
        """Yield every verdict that an entry of the settings may set aside."""
        yield from chain.from_iterable(self._groups.values())
        yield from self._unjudged

    def unjudged(self, judge: _Judge) -> tuple[Verdict, ...]:
        """Return the dependencies without a verdict that fail the run."""
        placed = ((verdict, *judge.policies.of(verdict.dependency.location.path)) for verdict in self._unjudged)
        return tuple(
            verdict for verdict, policy, path in placed if judging.ignoring(verdict, policy, path, judge.today) is None
        )

    def findings(self, judge: _Judge, *, extended: bool) -> tuple[Finding, ...]:
        """Return one finding for each product, cycle and package of a file, in the order of the files.

        What extended support sets aside is returned by itself.
        """
        repo_paths = {given.path: given.repo_path for given in self.inputs}
        found = []
        for (path, *_), verdicts in self._groups.items():
            if (verdicts[0].status is Status.EXTENDED) is extended:
                policy, seen = judge.policies.of(path)
                found.append(judging.finding(verdicts, repo_paths.get(path, path), policy, judge.today, seen))
        return tuple(found)


def _report(tally: _Tally, judge: _Judge, policy: Policy, data: Stamp) -> Report:
    findings, unjudged = tally.findings(judge, extended=False), tally.unjudged(judge)
    return Report(
        today=judge.today,
        data=data,
        policy=policy,
        inputs=tuple(tally.inputs),
        findings=findings,
        by_status=tally.by_status,
        by_reason=tally.by_reason,
        components=tuple(tally.components),
        problems=tuple(tally.problems),
        failed=bool(unjudged) or any(found.fails for found in findings),
        line_hashes={},
        extended=tally.findings(judge, extended=True),
        unjudged=unjudged,
        upkeep=judge.policies.upkeep(tally, judge.today),
        inventory=tuple(tally.used.values()),
    )


def _check_not_empty(
    inputs: Sequence[Input], problems: Sequence[Problem], request: Request, *, allow_empty: bool
) -> None:
    if inputs or allow_empty:
        return
    reasons = "".join(f" {problem.location.path}: {problem.message}" for problem in problems[:3])
    msg = (
        f"There is nothing to scan in {', '.join(request.inputs)}: no file bears a name that eolscan reads; "
        f"`eolscan formats` lists them.{reasons}"
    )
    raise ScanError(msg)


def _originals(
    inputs: Iterable[Input], formats: frozenset[str], reopen: Callable[[str], Source | None]
) -> dict[str, bytes]:
    opened = ((given.path, reopen(given.path)) for given in inputs if given.format in formats)
    return {path: source.data for path, source in opened if source is not None}


def _line_hashes(findings: Iterable[Finding], reopen: Callable[[str], Source | None]) -> dict[tuple[str, int], str]:
    from scanner.linehash import line_hashes

    lines: dict[str, set[int]] = {}
    for finding in findings:
        for match in finding.matches:
            place = match.dependency.location
            if place.line is not None:
                lines.setdefault(place.path, set()).add(place.line)
    hashes: dict[tuple[str, int], str] = {}
    for path, wanted in lines.items():
        opened = reopen(path)
        if opened is not None:
            # Code scanning reads every file like this, whatever its encoding, and keeps a byte order mark.
            text = opened.data.decode("utf-8", "replace")
            hashes |= {(path, line): digest for line, digest in line_hashes(text, sorted(wanted)).items()}
    return hashes
