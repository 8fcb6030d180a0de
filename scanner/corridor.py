"""The corridor: inputs in, `Report` out. Each room is called in turn; no room knows the next one."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from scanner import policy as judging
from scanner import purl, source
from scanner.catalog import dataset
from scanner.catalog.cycles import Unresolved, cycle_of
from scanner.catalog.index import Index
from scanner.discover import git_root, walk
from scanner.model import (
    Dependency,
    EvidenceKind,
    Include,
    Input,
    Kind,
    Location,
    Match,
    Miss,
    Policy,
    Problem,
    Reason,
    Report,
    ScanError,
    Scope,
    Status,
    Verdict,
)
from scanner.plugin import parser_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from scanner.catalog.index import Found
    from scanner.model import Cycle, Evidence, Finding, Parsed, Product
    from scanner.plugin import Parser
    from scanner.source import Source

STDIN = "-"

# Real includes are a few levels deep; what is deeper was built to be.
_MAX_DEPTH = 50


class Request(NamedTuple):
    """What to scan: paths, purls and `-` as the user named them, seen from the directory `cwd`.

    `cache` is where product data may lie that was fetched.
    """

    inputs: tuple[str, ...]
    cwd: str
    stdin: Callable[[], bytes]
    exclude: tuple[str, ...] = ()
    cache: str | None = None


def scan(
    request: Request,
    policy: Policy,
    today: date,
    *,
    with_line_hashes: bool = False,
    allow_empty: bool = False,
    products: Sequence[str] = (),
) -> Report:
    """Read every input and judge what it names, as of `today`.

    Raises `ScanError` when a named input cannot be opened, and when there is nothing to scan and
    that is not allowed. `with_line_hashes` is for code scanning and costs a second look at files.
    `products` are the user's own directories of product files.
    """
    catalogue = dataset.load(products, request.cache)
    index = Index(catalogue)
    reading = Reading(request)
    tally = _Tally(policy, today)
    for dependency in reading:
        if policy.include_dev or dependency.scope is not Scope.DEV:
            tally.add(judging.judge(resolve(dependency, index), policy, today, catalogue.stamp.date))
    _check_not_empty(reading, request, allow_empty=allow_empty)
    findings = tally.findings(reading)
    return Report(
        today=today,
        data=catalogue.stamp,
        policy=policy,
        inputs=tuple(reading.inputs),
        findings=findings,
        by_status=tally.by_status,
        by_reason=tally.by_reason,
        components=tuple(tally.components),
        problems=tuple(reading.problems),
        failed=judging.fails(findings, tally.by_status, policy),
        line_hashes=_line_hashes(findings, reading) if with_line_hashes else {},
    )


def dependencies(request: Request, *, allow_empty: bool = False) -> tuple[list[Dependency], Reading]:
    """Return what the parsers see, without verdicts, and the reading that saw it.

    Raises `ScanError` as `scan` does; but where all there is could not be read, the problems are the answer.
    """
    reading = Reading(request)
    found = list(reading)
    _check_not_empty(reading, request, allow_empty=allow_empty or bool(reading.problems))
    return found, reading


def resolve(dependency: Dependency, index: Index) -> Match | Miss:
    """Find the cycle of a dependency, or the reason why there is none.

    A distribution's package is judged by the release of the distribution that it belongs to.
    """
    found = _found(dependency, index)
    if found is None:
        return Miss(dependency, Reason.UNTRACKED)
    if found.unresolvable:
        return Miss(dependency, Reason.UNRESOLVABLE, found.product, found.evidence)
    return resolve_version(dependency, found.product, found.evidence, found.version, found.type)


def _found(dependency: Dependency, index: Index) -> Found | None:
    text, found = dependency.purl, None
    if dependency.kind is Kind.OS:
        found = index.find_os(text)
    elif "distro=" in text and not judging.is_upstream_build(text):
        found = index.find_distro(text)
    return found or index.find(text)


def resolve_version(
    dependency: Dependency, product: Product, evidence: Evidence, version: str | None, purl_type: str
) -> Match | Miss:
    """Find the cycle of a version of a product that is known already.

    The class and the source of the evidence are then those of the cycle's dates.
    """
    if product.whole:
        return _match(dependency, product, product.cycles[0], evidence)
    if version is None and dependency.requirement is not None:
        return _ranged(dependency, product, evidence, purl_type)
    match cycle_of(version, purl_type, product):
        case Unresolved(reason, candidates):
            return Miss(dependency, reason, product, evidence, candidates)
        case cycle:
            return _match(dependency, product, cycle, evidence)


def _ranged(dependency: Dependency, product: Product, evidence: Evidence, purl_type: str) -> Match | Miss:
    from scanner.catalog.ranges import allowed

    # A family's versions may be rewritten before they are a product's; the ends of a range are not.
    rewritten = any(family.versions for family in product.families) and evidence.kind is EvidenceKind.FAMILY
    cycles = None if rewritten else allowed(dependency.requirement or "", purl_type, product)
    if not cycles:
        return Miss(dependency, Reason.RANGE, product, evidence)
    return _match(dependency, product, cycles[0], evidence)._replace(allowed=cycles)


def _match(dependency: Dependency, product: Product, cycle: Cycle, evidence: Evidence) -> Match:
    evidence = evidence._replace(evidence_class=cycle.evidence, source=cycle.source or product.source)
    return Match(dependency, product, cycle, evidence)


class Reading:
    """Reads the inputs of a request, once each, and everything they include.

    Iterating yields dependencies; `inputs` and `problems` fill up meanwhile.
    """

    def __init__(self, request: Request) -> None:
        """Nothing is opened before the first dependency is asked for."""
        self.inputs: list[Input] = []
        self.problems: list[Problem] = []
        self._request = request
        self._seen: set[tuple[str, bool]] = set()
        self._included_by: set[tuple[str, str]] = set()
        self._stdin: Source | None = None

    def __iter__(self) -> Iterator[Dependency]:
        """Yield every dependency, file by file in the order in which they were named or found."""
        for name in self._request.inputs:
            if name == STDIN:
                self._stdin = source.Source(STDIN, self._request.stdin())
                yield from self._parsed(self._stdin, _Place(STDIN, self._request.cwd, named=True))
            elif name[:4].lower() == "pkg:":
                yield from self._argument(name)
            else:
                yield from self._path(name)

    def reopened(self, path: str) -> Source | None:
        """Return the text behind a display path again; None where it cannot be had."""
        if path == STDIN:
            return self._stdin
        try:
            return source.read(os.path.join(self._request.cwd, path), path)
        except ScanError:
            return None

    def _argument(self, text: str) -> Iterator[Dependency]:
        if purl.split(text) is None:
            msg = f"{text!r} is no package URL; one looks like 'pkg:pypi/django@3.2.25'."
            raise ScanError(msg)
        self.inputs.append(Input(path=text, repo_path=text, format="purl", components=1))
        yield Dependency(purl=text, location=Location(text))

    def _path(self, name: str) -> Iterator[Dependency]:
        path = os.path.join(self._request.cwd, name)
        if not os.path.isdir(path):
            yield from self._file(_Place(path, self._root(os.path.dirname(path)), named=True))
            return
        root = self._root(path)
        for found in walk(path, self._request.exclude):
            if isinstance(found, Problem):
                shown = self._shown(found.location.path)
                self.problems.append(found._replace(location=Location(shown)))
            else:
                yield from self._file(_Place(found, root))

    def _file(self, place: _Place) -> Iterator[Dependency]:
        key = (os.path.realpath(place.path), False)
        if key in self._seen:
            return
        self._seen.add(key)
        try:
            opened = source.read(place.path, self._shown(place.path))
        except ScanError as error:
            if place.named:
                raise
            self.problems.append(Problem(str(error), Location(self._shown(place.path))))
            return
        yield from self._parsed(opened, place)

    def _parsed(self, opened: Source, place: _Place) -> Iterator[Dependency]:
        parser = parser_of(opened.path, opened.data[:4096])
        if parser is None:
            if not place.named:
                self.problems.append(Problem("This is in none of the formats that have its name.", opened.location))
                return
            raise ScanError(_formless(opened))
        position, problems, count = len(self.inputs), len(self.problems), 0
        for dependency in self._pinned(opened, parser, place):
            count += 1
            yield dependency
        if place.named and not count and len(self.problems) > problems:
            self.inputs[position] = self.inputs[position]._replace(unread=True)

    def _pinned(self, opened: Source, parser: Parser, place: _Place) -> Iterator[Dependency]:
        pins: dict[str, str] = {}
        held: list[Dependency] = []
        for dependency in self._entries(opened, parser, place, pins):
            # What has no version waits for the constraints, which may stand at the end of the file.
            if "@" in dependency.purl:
                yield dependency
            else:
                held.append(dependency)
        for dependency in held:
            version = pins.get(dependency.purl)
            yield dependency if version is None else dependency._replace(purl=f"{dependency.purl}@{version}")

    def _entries(self, opened: Source, parser: Parser, place: _Place, pins: dict[str, str]) -> Iterator[Dependency]:
        """Yield the entries of a file and of what it includes; collect the pins of its constraints."""
        position, count = len(self.inputs), 0
        self.inputs.append(self._input(opened, parser, place))
        for entry in _guarded(opened, parser):
            match entry:
                case Dependency():
                    count += 1
                    yield entry
                case Problem():
                    self.problems.append(entry)
                case Include():
                    yield from self._included(entry, parser, place, pins)
        self.inputs[position] = self.inputs[position]._replace(components=count)

    def _included(self, include: Include, parser: Parser, place: _Place, pins: dict[str, str]) -> Iterator[Dependency]:
        path = os.path.join(os.path.dirname(place.path), include.path)
        constraint = include.constraint or place.constraint
        inner = _Place(path, place.root, constraint=constraint, parents=(*place.parents, place.path))
        if (opened := self._opened(include, inner)) is None:
            return
        for dependency in self._entries(opened, parser, inner, pins):
            if not constraint:
                yield dependency
            elif "@" in dependency.purl:
                pins.setdefault(*_name_and_version(dependency.purl))

    def _opened(self, include: Include, place: _Place) -> Source | None:
        """Open an included file; None, with a problem where there is one, for what must not be read (again)."""
        try:
            real = os.path.realpath(place.path)
            if real in map(os.path.realpath, place.parents):
                self.problems.append(Problem("This file includes itself; it is read once.", include.location))
                return None
            if (place.parents[-1], real) in self._included_by:
                self.problems.append(Problem("This file is included above already.", include.location))
            self._included_by.add((place.parents[-1], real))
            if (real, place.constraint) in self._seen:
                return None
            self._seen.add((real, place.constraint))
            if len(place.parents) > _MAX_DEPTH:
                self.problems.append(Problem("Files include each other too deeply here.", include.location))
                return None
            return source.read(place.path, self._shown(place.path), root=place.root)
        except (ScanError, ValueError) as error:
            self.problems.append(Problem(f"The included file was not read: {error}", include.location))
            return None

    def _input(self, opened: Source, parser: Parser, place: _Place) -> Input:
        repo_path = STDIN
        if place.path != STDIN:
            repo_path = os.path.relpath(os.path.abspath(place.path), place.root).replace(os.sep, "/")
        return Input(path=opened.path, repo_path=repo_path, format=parser.id, components=0)

    def _root(self, folder: str) -> str:
        """Return the directory that a file's includes stay in: its checkout, else where the user stands."""
        folder = os.path.abspath(folder)
        checkout = git_root(folder)
        if checkout is not None:
            return checkout
        inside = folder == self._request.cwd or folder.startswith(self._request.cwd.rstrip(os.sep) + os.sep)
        return self._request.cwd if inside else folder

    def _shown(self, path: str) -> str:
        """Return a path as users know it: from the directory where they stand, if it is below."""
        path = os.path.normpath(path)
        top = self._request.cwd.rstrip(os.sep) + os.sep
        return path.removeprefix(top).replace(os.sep, "/")


class _Place(NamedTuple):
    """Where a file stands, the directory its includes stay in, and how it was come by."""

    path: str
    root: str
    named: bool = False
    constraint: bool = False
    parents: tuple[str, ...] = ()


class _Tally:
    """Counts verdicts, and keeps the ones to report."""

    def __init__(self, policy: Policy, today: date) -> None:
        self.by_status: Counter[Status] = Counter()
        self.by_reason: Counter[Reason] = Counter()
        self.components: list[Verdict] = []
        self._policy = policy
        self._today = today
        self._groups: dict[tuple[str, ...], list[Verdict]] = {}

    def add(self, verdict: Verdict) -> None:
        """Count one verdict; a dependency that nothing is said of leaves no more than that."""
        self.by_status[verdict.status] += 1
        if verdict.match is None and verdict.reason is not None:
            self.by_reason[verdict.reason] += 1
        if self._policy.list_all:
            self.components.append(verdict)
        if judging.reported(verdict, self._policy):
            key = (verdict.dependency.location.path, *judging.group(verdict))
            self._groups.setdefault(key, []).append(verdict)

    def findings(self, reading: Reading) -> tuple[Finding, ...]:
        """Return one finding for each product, cycle and package of a file, in the order of the files."""
        repo_paths = {given.path: given.repo_path for given in reading.inputs}
        return tuple(
            judging.finding(verdicts, repo_paths.get(key[0], key[0]), self._policy, self._today)
            for key, verdicts in self._groups.items()
        )


def _formless(opened: Source) -> str:
    """Say why a file that the user named cannot be read as anything."""
    if not opened.data.strip():
        return f"{'Standard input' if opened.path == STDIN else opened.path} is empty, and its name tells no format."
    name = "What stands on standard input" if opened.path == STDIN else opened.path
    return f"{name} is in no format that eolscan reads; `eolscan formats` lists them."


def _guarded(opened: Source, parser: Parser) -> Iterator[Parsed]:
    """Yield what a parser yields; a parser that breaks costs its own file's rest and nothing more."""
    try:
        yield from parser.parse(opened)
    except Exception as error:  # noqa: BLE001 -- the one broad catch of the house: see docs/architecture.md
        message = f"The {parser.id} parser broke on this file ({type(error).__name__}); please report it."
        yield Problem(message, opened.location)


def _check_not_empty(reading: Reading, request: Request, *, allow_empty: bool) -> None:
    if reading.inputs or allow_empty:
        return
    reasons = "".join(f" {problem.location.path}: {problem.message}" for problem in reading.problems[:3])
    msg = (
        f"There is nothing to scan in {', '.join(request.inputs)}: no file bears a name that eolscan reads; "
        f"`eolscan formats` lists them.{reasons}"
    )
    raise ScanError(msg)


def _name_and_version(text: str) -> tuple[str, str]:
    name, _, version = text.partition("?")[0].rpartition("@")
    return (name, version) if name else (version, "")


def _line_hashes(findings: Iterable[Finding], reading: Reading) -> dict[tuple[str, int], str]:
    from scanner.linehash import line_hashes

    lines: dict[str, set[int]] = {}
    for finding in findings:
        for match in finding.matches:
            place = match.dependency.location
            if place.line is not None:
                lines.setdefault(place.path, set()).add(place.line)
    hashes: dict[tuple[str, int], str] = {}
    for path, wanted in lines.items():
        opened = reading.reopened(path)
        if opened is not None:
            # Code scanning reads every file like this, whatever its encoding, and keeps a byte order mark.
            text = opened.data.decode("utf-8", "replace")
            hashes |= {(path, line): digest for line, digest in line_hashes(text, sorted(wanted)).items()}
    return hashes
