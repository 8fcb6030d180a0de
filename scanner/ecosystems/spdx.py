"""What a package of an SPDX 2 document means, in whatever way the document is written.

https://spdx.github.io/spdx-spec/v2.3/package-information/ and, for who needs whom,
https://spdx.github.io/spdx-spec/v2.3/relationships-between-SPDX-elements/. What a document describes is where its
graph begins; it is told as well when it has a purl, for an image or an application may be over itself.
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain, compress, count
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
# Who needs whom at run time; true where who stands last needs who stands first.
_NEEDS: Final = {
    "DEPENDS_ON": False,
    "DYNAMIC_LINK": False,
    "STATIC_LINK": False,
    "HAS_PREREQUISITE": False,
    "DEPENDENCY_OF": True,
    "RUNTIME_DEPENDENCY_OF": True,
    "PROVIDED_DEPENDENCY_OF": True,
    "PREREQUISITE_FOR": True,
}
# For what else who stands first is needed by who stands last.
_WEAKLY: Final = {
    "OPTIONAL_DEPENDENCY_OF": Scope.OPTIONAL,
    "OPTIONAL_COMPONENT_OF": Scope.OPTIONAL,
    "BUILD_DEPENDENCY_OF": Scope.BUILD,
    "BUILD_TOOL_OF": Scope.BUILD,
    "DEV_DEPENDENCY_OF": Scope.DEV,
    "DEV_TOOL_OF": Scope.DEV,
    "TEST_DEPENDENCY_OF": Scope.DEV,
    "TEST_TOOL_OF": Scope.DEV,
}
_HOLDS: Final = {"CONTAINS": False, "CONTAINED_BY": True}
_COUNTING: Final = frozenset({*_NEEDS, *_WEAKLY, *_HOLDS})
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
        self._ids: list[str | list[str]] = []
        self._names, self._versions = _Texts(), _Texts()
        self._related: list[_Related] = []
        self._described = set(described)
        self._left = _MOST
        packages, relationships = list(packages), list(relationships)
        self.name_all(
            [package.id for package in packages],
            [package.name for package in packages],
            [package.version or "" for package in packages],
        )
        if relationships:
            elements, types, others = zip(*relationships, strict=True)
            self.relate_all(elements, types, others)

    def name_all(self, ids: Sequence[str], names: Sequence[str], versions: Sequence[str]) -> None:
        """Take many packages."""
        if ids and self._keep(len(ids)):
            self._ids.append(_joined(ids))
            self._names.extend(names)
            self._versions.extend(versions)

    def relate_all(self, elements: Sequence[str], types: Sequence[str], others: Sequence[str]) -> None:
        """Take many relationships, each in three parts."""
        if not self._keep(len(types)):
            return
        kinds = {written: _type(written) for written in set(types)}
        for ends, described in (others, "DESCRIBES"), (elements, "DESCRIBED_BY"):
            if described in kinds.values():
                self._described.update(compress(ends, (kinds[written] == described for written in types)))
        if not _COUNTING.isdisjoint(kinds.values()):
            self._related.append(_Related(kinds, _joined(elements), _joined(types), _joined(others)))

    def describe(self, ids: Iterable[str]) -> None:
        """Take what the document says to be about."""
        self._described.update(ids)

    def is_nameless_subject(self, package: Spdx) -> bool:
        """Tell whether a package is only what the document is about, which nothing can be said of."""
        if package.id not in self._described or package.purls or package.cpes or _purpose(package) == _SYSTEM:
            return False
        if self._left <= 0:
            return len(self._described) == 1
        return len(self._subjects) == 1 < len(self._numbers)

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

    def _keep(self, more: int) -> bool:
        self._left -= more
        if self._left <= 0:
            self._ids, self._related = [], []
            self._names, self._versions = _Texts(), _Texts()
        return self._left > 0

    @cached_property
    def _last(self) -> dict[str, int]:
        """The number under which each package is named, the last one where there are several."""
        # Where nothing is related, nobody needs to know.
        return dict(zip(self._keys(), count(), strict=False)) if self._related or self._described else {}

    def _keys(self) -> Iterator[str]:
        return chain.from_iterable(map(_divided, self._ids))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        if len(self._last) in {0, self._names.size}:
            return self._last
        numbers: dict[str, int] = {}
        for number, key in enumerate(self._keys()):
            numbers.setdefault(key, number)
        return numbers

    @cached_property
    def _again(self) -> dict[int, int]:
        """Where the name stands of what was named once more."""
        if self._numbers is self._last:
            return {}
        return {number: self._last[key] for key, number in self._numbers.items()}

    def _children(self, types: Mapping[str, bool], but: Iterable[str] = ()) -> dict[int, list[int]]:
        """Return who stands below whom by relationships of some types.

        Nothing is told of many that were taken at once and where all above are among the excepted.
        """
        number_of, excepted = self._numbers.get, frozenset(but)
        found: dict[int, list[int]] = {}
        for one in self._related:
            above, below = one.ends(types)
            if excepted.issuperset(above):
                continue
            for parent, child in zip(map(number_of, above), map(number_of, below), strict=True):
                if parent is not None and child is not None and parent != child:
                    if parent in found:
                        found[parent].append(child)
                    else:
                        found[parent] = [child]
        return found

    @cached_property
    def _needed(self) -> dict[int, list[int]]:
        return self._children(_NEEDS)

    @cached_property
    def _held(self) -> dict[int, list[int]]:
        # Nearly always all is held by the subject, which tells nothing, and there is nothing else.
        return self._children(_HOLDS) if self._children(_HOLDS, self._described) else {}

    @cached_property
    def _weaker(self) -> list[tuple[int, Scope, int]]:
        """Who is not needed at run time, for what it is, and by whom."""
        number_of = self._numbers.get
        rows = chain.from_iterable(
            one.rows() for one in self._related if not _WEAKLY.keys().isdisjoint(one.kinds.values())
        )
        ends = [(number_of(own), _WEAKLY[kind], number_of(its)) for own, kind, its in rows if kind in _WEAKLY]
        return [(own, scope, its) for own, scope, its in ends if own is not None and its is not None and own != its]

    @cached_property
    def _scopes(self) -> dict[int, Scope]:
        found: dict[int, Scope] = {}
        for own, scope, _ in self._weaker:
            found.setdefault(own, scope)
        return found

    @cached_property
    def _subjects(self) -> set[int]:
        return {self._numbers[one] for one in self._described if one in self._numbers}

    @cached_property
    def _asked(self) -> set[int]:
        return {child for subject in self._subjects for child in self._needed.get(subject, ())}

    @cached_property
    def _direct(self) -> set[int]:
        # Where everything hangs on the subject and nothing on anything else, nobody has told what is direct.
        if not self._asked or len(self._needed) <= 1:
            return set()
        return self._asked | {own for own, _, its in self._weaker if its in self._subjects}

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
        above: list[int] = []
        while len(above) < lineage.LONGEST and (number := parents.get(number, -1)) >= 0:
            above.append(number)
        return tuple(label for one in reversed(above) if one not in self._subjects and (label := self._label(one)))

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


class _Related(NamedTuple):
    """Relationships that were taken at once, in three columns; `kinds` is what the written types mean."""

    kinds: Mapping[str, str]
    elements: str | list[str]
    types: str | list[str]
    others: str | list[str]

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Yield one by one who stands in what relationship to whom."""
        kinds = map(self.kinds.__getitem__, _divided(self.types))
        return zip(_divided(self.elements), kinds, _divided(self.others), strict=True)

    def ends(self, types: Mapping[str, bool]) -> tuple[Sequence[str], Sequence[str]]:
        """Return those of some types in two columns: who stands above, and who below."""
        wanted = {written: types[kind] for written, kind in self.kinds.items() if kind in types}
        if len({*wanted.values()}) > 1:
            rows = [(own, types[kind], its) for own, kind, its in self.rows() if kind in types]
            return [its if turned else own for own, turned, its in rows], [
                own if turned else its for own, turned, its in rows
            ]
        if not wanted:
            return (), ()
        chosen = list(map(wanted.__contains__, _divided(self.types)))
        columns = [list(compress(_divided(ends), chosen)) for ends in (self.elements, self.others)]
        return (columns[1], columns[0]) if True in wanted.values() else (columns[0], columns[1])


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
        self._blocks += (_joined(self._last[start : start + _BLOCK]) for start in range(0, whole, _BLOCK))
        del self._last[:whole]

    def __getitem__(self, number: int) -> str:
        block, rest = divmod(number, _BLOCK)
        return (self._last if block == len(self._blocks) else _divided(self._blocks[block]))[rest]


def _joined(texts: Sequence[str]) -> str | list[str]:
    joined = "\n".join(texts)
    return joined if joined.count("\n") == len(texts) - 1 else list(texts)


def _divided(texts: str | list[str]) -> list[str]:
    return texts.split("\n") if isinstance(texts, str) else texts


def _type(written: str) -> str:
    kind = written.strip().upper().replace("-", "_")
    # The word is what old versions of Trivy wrote.
    return "DESCRIBES" if kind == "DESCRIBE" else kind


def read(package: Spdx, place: Place) -> Iterator[Parsed]:
    """Read one package: a dependency for each of its purls, or one without; a problem for what is no purl."""
    version, requirement = components.versioned(package.version)
    if message := components.flaw(package.version or ""):
        yield Problem(message, package.location)
        version = requirement = None
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
