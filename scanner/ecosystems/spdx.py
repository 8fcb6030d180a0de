"""What a package of an SPDX 2 document means, in whatever way the document is written.

https://spdx.github.io/spdx-spec/v2.3/package-information/ and, for who needs whom,
https://spdx.github.io/spdx-spec/v2.3/relationships-between-SPDX-elements/. What a document describes is where its
graph begins; it is told as well when it has a purl, for an image or an application may be over itself.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import lineage
from scanner.ecosystems import components
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scanner.model import Parsed

# What GitHub calls the ecosystems, where it names packages without a purl (`pip:flake8`), as purl types.
GITHUB: Final = {
    "actions": "githubactions",
    "composer": "composer",
    "erlang": "hex",
    "go": "golang",
    "maven": "maven",
    "npm": "npm",
    "nuget": "nuget",
    "pip": "pypi",
    "pub": "pub",
    "rubygems": "gem",
    "rust": "cargo",
    "swift": "swift",
}
# What these types say: who stands first is needed by who stands last, and for what.
_NEEDED_BY: Final = {
    "DEPENDENCY_OF": Scope.RUNTIME,
    "RUNTIME_DEPENDENCY_OF": Scope.RUNTIME,
    "PROVIDED_DEPENDENCY_OF": Scope.RUNTIME,
    "PREREQUISITE_FOR": Scope.RUNTIME,
    "OPTIONAL_DEPENDENCY_OF": Scope.OPTIONAL,
    "OPTIONAL_COMPONENT_OF": Scope.OPTIONAL,
    "BUILD_DEPENDENCY_OF": Scope.BUILD,
    "BUILD_TOOL_OF": Scope.BUILD,
    "DEV_DEPENDENCY_OF": Scope.DEV,
    "DEV_TOOL_OF": Scope.DEV,
    "TEST_DEPENDENCY_OF": Scope.DEV,
    "TEST_TOOL_OF": Scope.DEV,
}
_NEEDS: Final = frozenset({"DEPENDS_ON", "DYNAMIC_LINK", "STATIC_LINK", "HAS_PREREQUISITE"})
_SYSTEM: Final = "OPERATING-SYSTEM"
_NO_PACKAGES: Final = frozenset({_SYSTEM, "APPLICATION"})
_WEAKER: Final = (Scope.OPTIONAL, Scope.BUILD, Scope.DEV)

# How many packages and relationships are kept to tell who needs whom: more would take more memory than all else.
_MOST: Final = 1_000_000
# How many texts are kept as one.
_BLOCK: Final = 64


class Spdx(NamedTuple):
    """One package as its document has it: `version` and `purpose` as written, `cpes` of both types."""

    id: str
    name: str
    version: str | None
    location: Location
    purls: tuple[str, ...] = ()
    cpes: tuple[str, ...] = ()
    purpose: str = ""


class Relationship(NamedTuple):
    """Who stands in what relationship to whom; `type` as SPDX 2 writes it, in any case."""

    element: str
    type: str
    related: str


def dependencies(
    packages: Iterable[Spdx], relationships: Iterable[Relationship], described: Iterable[str] = ()
) -> Iterator[Parsed]:
    """Read the packages in file order; `described` is what the document says to describe besides its relationships."""
    packages = list(packages)
    graph = Graph(packages, relationships, described)
    for package in packages:
        if not graph.is_nameless_subject(package):
            yield from read(package, graph.place(package.id))


class Place(NamedTuple):
    """Where a package stands in the graph of its document."""

    scope: Scope = Scope.RUNTIME
    direct: bool | None = None
    via: tuple[str, ...] = ()


class Graph:
    """Who needs whom, and who holds whom: kept small, for there may be hundreds of thousands.

    When there is too much to keep, it is given up, and no place is known.
    """

    def __init__(
        self,
        packages: Iterable[Spdx] = (),
        relationships: Iterable[Relationship] = (),
        described: Iterable[str] = (),
    ) -> None:
        """Take all packages for their names, and all relationships; those of other elements do no harm."""
        self._numbers: dict[str, int] = {}
        self._names, self._versions = _Texts(), _Texts()
        # Where the name stands of what was named once more.
        self._again: dict[int, int] = {}
        self._needed: dict[int, list[int]] = {}
        self._held: dict[int, list[int]] = {}
        # What is not needed at run time: for what it is, and by whom.
        self._scopes: dict[int, Scope] = {}
        self._users: dict[int, set[int]] = {}
        self._described = set(described)
        self._early: list[tuple[Sequence[str], ...]] = []
        self._left = _MOST
        for package in packages:
            self.name_all([package.id], [package.name], [package.version or ""])
        for relationship in relationships:
            self.relate_all(*([part] for part in relationship))

    def name_all(self, ids: Sequence[str], names: Sequence[str], versions: Sequence[str]) -> None:
        """Take many packages."""
        start, numbers = self._names.size, self._numbers
        self._names.extend(names)
        self._versions.extend(versions)
        new = dict(zip(ids, range(start, start + len(ids)), strict=True))
        if len(new) == len(ids) and numbers.keys().isdisjoint(new):
            numbers.update(new)
        else:
            for number, key in enumerate(ids, start):
                self._again[numbers.setdefault(key, number)] = number
        self._keep(len(ids))

    def relate_all(self, elements: Sequence[str], types: Sequence[str], others: Sequence[str]) -> None:
        """Take many relationships, each in three parts."""
        if not self._numbers and self._left > 0:
            self._early.append((elements, types, others))
            return
        tables = {written: self._table(written) for written in set(types)}
        if None in tables.values():
            for element, written, other in zip(elements, types, others, strict=True):
                if tables[written] is None:
                    self._relate(element, _type(written), other)
        number_of = self._numbers.get
        for own, written, its in zip(map(number_of, elements), types, map(number_of, others), strict=True):
            table = tables[written]
            if own is None or its is None or own == its or table is None:
                continue
            children, is_turned = table
            parent, child = (its, own) if is_turned else (own, its)
            if parent in children:
                children[parent].append(child)
            else:
                children[parent] = [child]
        self._keep(len(types))

    def describe(self, ids: Iterable[str]) -> None:
        """Take what the document says to be about."""
        self._described.update(ids)

    def is_nameless_subject(self, package: Spdx) -> bool:
        """Tell whether a package is only what the document is about, which nothing can be said of."""
        subjects = self._subjects
        if package.id not in self._described or package.purls or package.cpes or _purpose(package) == _SYSTEM:
            return False
        if self._left <= 0:
            return len(self._described) == 1
        return len(subjects) == 1 < len(self._numbers)

    def place(self, key: str) -> Place:
        """Return what the relationships tell of a package; to be asked for when all is taken."""
        subjects, (parents, scopes) = self._subjects, self._origins
        number = self._numbers.get(key)
        if number is None or number in subjects:
            return Place()
        if number not in parents:
            return Place(via=self._told(self._holders, number))
        direct = None if not self._direct else number in self._direct
        return Place(scopes.get(number, Scope.RUNTIME), direct, () if direct else self._told(parents, number))

    def _keep(self, count: int) -> None:
        self._left -= count
        if self._left <= 0:
            self._numbers, self._needed, self._held, self._scopes, self._users = {}, {}, {}, {}, {}
            self._names, self._versions, self._early = _Texts(), _Texts(), []

    def _table(self, written: str) -> tuple[dict[int, list[int]], bool] | None:
        """Return where relationships of a type are kept, and whether their ends are turned; None for the rarer ones."""
        kind = _type(written)
        if kind in {"CONTAINS", "CONTAINED_BY"}:
            return self._held, kind == "CONTAINED_BY"
        if kind in _NEEDS:
            return self._needed, False
        return (self._needed, True) if _NEEDED_BY.get(kind) is Scope.RUNTIME else None

    def _relate(self, element: str, kind: str, other: str) -> None:
        own, its = self._numbers.get(element), self._numbers.get(other)
        if kind == "DESCRIBES":
            self._described.add(other)
        elif kind == "DESCRIBED_BY":
            self._described.add(element)
        elif kind in _NEEDED_BY and own is not None and its is not None and own != its:
            self._scopes.setdefault(own, _NEEDED_BY[kind])
            self._users.setdefault(its, set()).add(own)

    @cached_property
    def _subjects(self) -> set[int]:
        early, self._early = self._early, []
        for parts in early:
            self.relate_all(*parts)
        return {self._numbers[one] for one in self._described if one in self._numbers}

    @cached_property
    def _asked(self) -> set[int]:
        return {child for subject in self._subjects for child in self._needed.get(subject, ())}

    @cached_property
    def _direct(self) -> set[int]:
        # Where everything hangs on the subject and nothing on anything else, nobody has told what is direct.
        if not self._asked or len(self._needed) <= 1:
            return set()
        return self._asked.union(*(self._users.get(subject, ()) for subject in self._subjects))

    @cached_property
    def _origins(self) -> tuple[dict[int, int], dict[int, Scope]]:
        """What brings in each package that anything does, and for what those are that are not for run time."""
        tops = self._asked or (set(lineage.tops(self._needed)) - self._scopes.keys())
        parents: dict[int, int] = {}
        scopes: dict[int, Scope] = {}
        _reach(sorted(tops), self._needed, parents)
        for scope in _WEAKER:
            roots = [one for one, own in self._scopes.items() if own is scope]
            scopes |= dict.fromkeys(_reach(roots, self._needed, parents), scope)
        return parents, scopes

    @cached_property
    def _holders(self) -> dict[int, int]:
        parents: dict[int, int] = {}
        # Who is held by a subject alone is brought in by nobody else.
        if not self._held.keys() <= self._subjects:
            _reach(sorted(self._subjects), self._held, parents)
        return parents

    def _told(self, parents: Mapping[int, int], number: int) -> tuple[str, ...]:
        chain: list[int] = []
        while len(chain) < lineage.LONGEST and (number := parents.get(number, -1)) >= 0:
            chain.append(number)
        return tuple(label for one in reversed(chain) if one not in self._subjects and (label := self._label(one)))

    def _label(self, number: int) -> str:
        number = self._again.get(number, number)
        version, _ = components.versioned(self._versions[number])
        name = self._names[number]
        return f"{name}@{version}" if version else name


def _reach(roots: Iterable[int], children: Mapping[int, Iterable[int]], parents: dict[int, int]) -> list[int]:
    """Add to the parents all that can be reached and is not there yet, the nearest first; return what was added.

    The parent of a root is less than nothing.
    """
    queue = [root for root in roots if root not in parents]
    parents.update(dict.fromkeys(queue, -1))
    for parent in queue:
        for child in children.get(parent, ()):
            if child not in parents:
                parents[child] = parent
                queue.append(child)
    return queue


class _Texts:
    """Many short texts in little memory, by their numbers."""

    def __init__(self) -> None:
        self.size = 0
        self._blocks: list[str | list[str]] = []
        self._last: list[str] = []

    def extend(self, texts: Sequence[str]) -> None:
        self.size += len(texts)
        self._last += texts
        whole = len(self._last) - len(self._last) % _BLOCK
        for start in range(0, whole, _BLOCK):
            block = self._last[start : start + _BLOCK]
            joined = "\n".join(block)
            self._blocks.append(joined if joined.count("\n") == _BLOCK - 1 else block)
        del self._last[:whole]

    def __getitem__(self, number: int) -> str:
        block, rest = divmod(number, _BLOCK)
        if block == len(self._blocks):
            return self._last[rest]
        texts = self._blocks[block]
        return (texts.split("\n") if isinstance(texts, str) else texts)[rest]


def _type(written: str) -> str:
    return written.strip().upper().replace("-", "_")


def read(package: Spdx, place: Place) -> Iterator[Parsed]:
    """Read one package: a dependency for each of its purls, or one without; a problem for what is no purl."""
    version, requirement = components.versioned(package.version)
    purls: dict[str, None] = {}
    for written in package.purls:
        purl = components.canonical(written, version)
        if purl is None:
            yield Problem(f"{quoted(written)} is no package URL.", package.location)
        else:
            purls[purl] = None
    purpose = _purpose(package)
    if not purls and not package.name:
        yield Problem("This package has no name.", package.location)
        return
    for purl in purls or ("",):
        yield Dependency(
            purl=purl,
            location=package.location,
            requirement=requirement if "@" not in purl.partition("?")[0] else None,
            kind=Kind.OS if purpose == _SYSTEM else components.kind_of(purl),
            scope=place.scope,
            direct=place.direct,
            via=place.via,
            cpe=_cpe(package, purl, purpose),
            label=None if purl else (package.name, version or requirement),
        )


def _cpe(package: Spdx, purl: str, purpose: str) -> str | None:
    if purl and purpose not in _NO_PACKAGES and not purl.startswith("pkg:generic/"):
        return None
    return next(iter(sorted(package.cpes, key=lambda cpe: not cpe.startswith("cpe:2.3:"))), None)


def _purpose(package: Spdx) -> str:
    return package.purpose.strip().upper().replace("_", "-")
