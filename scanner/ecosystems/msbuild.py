"""Reads what MSBuild files say of packages: items, with properties, imports and central versions; nothing is run.

https://learn.microsoft.com/en-us/visualstudio/msbuild/msbuild-concepts. As MSBuild does, all properties
are read first, in the order of the files, and items mean the values that properties have in the end.
What a condition that nobody can tell sets is one value of several. Properties that only a build knows
stay as they are written: `$(Name)`.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from itertools import islice, product
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.decode import ShapeError
from scanner.ecosystems import nuget
from scanner.model import Dependency, Kind, Problem
from scanner.syntax import xml
from scanner.text import quoted

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from scanner.model import Location, Parsed, Scope
    from scanner.source import Source
    from scanner.syntax.xml import Element

# Far more than real projects have; hostile ones could else take any time and memory.
_MOST_FILES = 200
_MOST_VALUES = 8
_LONGEST_VALUE = 500
_MOST_FOLDERS_UP = 12

# Stands before a folder in values, so that a path which begins with one is not taken from the importing file.
_HERE = "//"


class Item(NamedTuple):
    """One package that an item names; `certain` tells whether it is meant, None where nobody can tell.

    `location` is that of the id, of the file where the id is not written as it reads. `versions` and
    `private` are what the item says itself: of several versions any may be taken.
    """

    kind: str
    name: str
    location: Location
    versions: tuple[str, ...]
    private: bool
    updates: bool
    certain: bool | None


class _Statement(NamedTuple):
    """A property or an item: whether it was meant when it was read, and the conditions around it."""

    element: Element
    certain: bool | None
    conditions: tuple[str, ...]
    own: bool


class Project:
    """One file as MSBuild would see it, with the files beside and above that it is made of."""

    def __init__(self, source: Source) -> None:
        """Read it. Raises `ShapeError` with its place when it is no MSBuild file."""
        self._source = source
        self._properties: dict[str, tuple[str, ...]] = {}
        self._read: set[str] = set()
        self._statements: list[_Statement] = []
        self._tries = 0
        self.root = xml.read(source)
        if self.root.name != "Project":
            place = self.root.location
            msg = f"This is no MSBuild file: it begins with {quoted(self.root.name)}."
            raise ShapeError(msg, place.line, place.column)
        name = source.path.rpartition("/")[2]
        self._properties["msbuildprojectname"] = (name.rpartition(".")[0],)
        self._properties["msbuildprojectdirectory"] = (_HERE + "./",)
        self._read.add(name)
        if not name.lower().startswith("directory.build."):
            self._above("Directory.Build.props", "")
        if not name.lower().startswith("directory."):
            self._above("Directory.Packages.props", "") or self._above("Packages.props", "")
        self._file(self.root, "", own=True)
        if not name.lower().startswith("directory."):
            self._above("Directory.Build.targets", "")

    def items(self, *, own: bool) -> Iterator[Item]:
        """Yield the packages that the file itself lists, or the files that it is made of, in their order."""
        for statement in self._statements:
            if statement.own is own and statement.element.name in ITEMS:
                yield from self._packages(statement)

    def frameworks(self) -> Iterator[tuple[str, str, Location]]:
        """Yield each target framework that the file itself sets: the property, the framework, and where it stands."""
        for element, certain, _, own in self._statements:
            if not own or certain is False or element.name not in FRAMEWORKS:
                continue
            whole = element.place()
            for start, end in _parts(element.text):
                place = _part(whole, start, end) if whole != element.location else whole
                for value in self.values(element.text[start:end]):
                    for part in filter(None, map(str.strip, value.split(";"))):
                        yield element.name, part, place

    def values(self, text: str) -> tuple[str, ...]:
        """Return what a text may mean, with the values of properties in their places; at least one."""
        if "$(" not in text:
            return (text,)
        pieces = _reference().split(text)
        choices = [
            self._properties.get(piece.lower(), (f"$({piece})",)) if index % 2 else (piece,)
            for index, piece in enumerate(pieces)
        ]
        if sum(max(map(len, choice)) for choice in choices) > _LONGEST_VALUE:
            return (text,)
        return tuple(dict.fromkeys("".join(choice) for choice in islice(product(*choices), _MOST_VALUES)))

    def value(self, name: str) -> str:
        """Return the value of a property, empty where it has none or several."""
        values = self._properties.get(name.lower(), ())
        return values[0] if len(values) == 1 else ""

    def _packages(self, statement: _Statement) -> Iterator[Item]:
        element = statement.element
        said = self._said(element, "VersionOverride") or self._said(element, "Version")
        private = any(text.lower() == "all" for text in self._said(element, "PrivateAssets"))
        certain = _all(map(self._holds, statement.conditions))
        if not any(element.attributes[key].strip() for key in _attributes(element, "Include", "Update", "Remove")):
            yield Item(element.name, "", element.location, said, private, updates=False, certain=certain)
        for key in _attributes(element, "Include", "Update"):
            written, whole = element.attributes[key], element.place(key)
            for start, end in _parts(written):
                for value in self.values(written[start:end]):
                    as_written = value == written[start:end] and whole != element.location
                    location = _part(whole, start, end) if as_written else self._source.location
                    updates = key.lower() == "update"
                    yield Item(element.name, value, location, said, private, updates, certain)

    def _said(self, element: Element, name: str) -> tuple[str, ...]:
        # Stands in an attribute or in elements inside.
        texts = [element.attributes[key] for key in _attributes(element, name)]
        texts += [child.text for child in element.children if child.name.lower() == name.lower()]
        values = (value.strip() for text in texts for value in self.values(text))
        return tuple(dict.fromkeys(filter(None, values)))

    def _above(self, name: str, folder: str) -> bool:
        # The nearest file of that name in a folder or one above it.
        for _ in range(_MOST_FOLDERS_UP):
            if self._import(folder + name, folder):
                return True
            folder += "../"
        return False

    def _import(self, path: str, folder: str) -> bool:
        if path in self._read:
            return True
        self._tries += 1
        source = self._source.beside(path) if self._tries <= _MOST_FILES else None
        if source is None:
            return False
        self._read.add(path)
        with suppress(ShapeError):  # the file is a problem of its own where it is read
            self._file(xml.read(source), folder, own=False)
        return True

    def _file(self, root: Element, folder: str, *, own: bool) -> None:
        around = self._properties.get(_THIS_FOLDER, ())
        self._properties[_THIS_FOLDER] = (f"{_HERE}{folder or './'}",)
        # Whether a condition holds is told while properties are still being set, as conditions want it.
        for element, group, certain, conditions in self._walk(root):
            if element.name == "Import":
                if certain is not False:
                    self._imported(element, folder)
                continue
            if group == "PropertyGroup":
                self._set(element, certain=certain)
            if element.name in ITEMS or element.name in FRAMEWORKS:
                self._statements.append(_Statement(element, certain, conditions, own))
        self._properties[_THIS_FOLDER] = around

    def _walk(self, root: Element) -> Iterator[tuple[Element, str, bool | None, tuple[str, ...]]]:
        # Yields each property, item and import with the group that it stands in and its conditions.
        stack: list[tuple[Iterator[Element], str, bool | None, tuple[str, ...]]] = [(iter(root.children), "", True, ())]
        while stack:
            children, group, certain, conditions = stack[-1]
            element = next(children, None)
            if element is None:
                stack.pop()
                continue
            condition = element.attributes.get("Condition", "")
            if element.name == "Otherwise":
                condition = _UNKNOWN
            here = (*conditions, condition) if condition.strip() else conditions
            holds = _all((certain, self._holds(condition)))
            if element.name in _GROUPS:
                stack.append((iter(element.children), element.name, holds, here))
            elif group in _HOLDING or element.name == "Import":
                yield element, group, holds, here

    def _set(self, element: Element, *, certain: bool | None) -> None:
        if certain is False:
            return
        name = element.name.lower()
        before = self._properties.get(name, ()) if certain is None else ()
        values = dict.fromkeys((*before, *self.values(element.text)))
        self._properties[name] = tuple(islice(values, _MOST_VALUES))

    def _imported(self, element: Element, folder: str) -> None:
        written = element.attributes.get("Project", "")
        searched = _file_above().search(written)
        if searched:
            name = searched[1].strip()
            upward = ".." in written or folder + name in self._read
            self._above(name, f"{folder}../" if upward else folder)
            return
        for value in self.values(written):
            for part in filter(None, map(str.strip, value.replace("\\", "/").split(";"))):
                if not any(sign in part for sign in "$*:"):
                    path = _shortened(part.removeprefix(_HERE) if part.startswith(_HERE) else folder + part)
                    self._import(path, path[: path.rfind("/") + 1])

    def _holds(self, condition: str) -> bool | None:
        # True, False, or None where nobody can tell.
        if not condition.strip():
            return True
        return None if _or().search(condition) else _all(map(self._compares, _and().split(condition)))

    def _compares(self, comparison: str) -> bool | None:
        text = comparison.strip().strip("'").lower()
        if text in {"true", "false"}:
            return text == "true"
        found = _comparison().fullmatch(comparison)
        if found is None:
            return None
        left, right = self._operand(found[1], found[3]), self._operand(found[3], found[1])
        if left is None or right is None or (left & right and len(left | right) > 1):
            return None
        return (left == right) is (found[2] == "==")

    def _operand(self, text: str, other: str) -> frozenset[str] | None:
        text = text.strip()
        values = self.values(text)
        if text.lower() == "$(targetframework)" and "targetframework" not in self._properties:
            # It is each of these in turn, and nothing before that.
            values = ("", *(part for value in self.values("$(TargetFrameworks)") for part in value.split(";")))
        if any("$" in value or "@(" in value for value in values):
            # `'$(Version)' == ''` is how a default is set; nothing that is read has set it before.
            alone = not other.strip() and _reference().fullmatch(text)
            return frozenset({""}) if alone else None
        return frozenset(value.strip().lower() for value in values)


def runtimes(project: Project, scope: Scope) -> Iterator[Dependency]:
    """Yield each runtime once that the file's own target frameworks stand for."""
    told: set[str] = set()
    identifier = project.value("TargetFrameworkIdentifier").lower()
    portable = project.value("TargetFrameworkProfile").lower().startswith("profile")
    for name, framework, location in project.frameworks():
        # Older projects are for .NET Framework, where nothing says that they are for something else.
        old, other = name == "TargetFrameworkVersion", portable or identifier not in {"", ".netframework"}
        purl = nuget.framework(framework) if not old else None if other else nuget.framework_version(framework)
        if purl is not None and purl not in told:
            told.add(purl)
            yield Dependency(purl=purl, location=location, kind=Kind.RUNTIME, scope=scope, direct=True)


def packages(item: Item, versions: Iterable[str], scope: Scope, *, direct: bool | None) -> Iterator[Parsed]:
    """Yield an item as one dependency for each version that it may have, or as the problem that it is."""
    if not item.name:
        yield Problem(f"This {item.kind} names no package.", item.location)
        return
    if "$(" in item.name or "@(" in item.name:
        yield Problem(f"Which package {quoted(item.name)} is, only a build knows.", item.location)
        return
    for text in tuple(versions) or (None,):
        asked = nuget.asked(text)
        try:
            purl = nuget.purl(item.name, asked.version)
        except ValueError:
            yield Problem(f"No package can be named {quoted(item.name)}.", item.location)
            return
        yield Dependency(purl=purl, location=item.location, requirement=asked.range, scope=scope, direct=direct)


def in_order(parsed: Iterable[Parsed]) -> list[Parsed]:
    """Sort by place; what has no line comes last."""
    return sorted(parsed, key=lambda one: (one.location.line or _SORTS_LAST, one.location.column or 0))


def _attributes(element: Element, *names: str) -> list[str]:
    # As they are written; MSBuild takes any case.
    wanted = {name.lower() for name in names}
    return [key for key in element.attributes if key.lower() in wanted]


def _all(truths: Iterable[bool | None]) -> bool | None:
    known = set(truths)
    return False if False in known else None if None in known else True


ITEMS: Final = frozenset({"PackageReference", "PackageVersion", "GlobalPackageReference", "DotNetCliToolReference"})
FRAMEWORKS: Final = frozenset({"TargetFramework", "TargetFrameworks", "TargetFrameworkVersion"})
_SORTS_LAST: Final = 1 << 62
_GROUPS: Final = frozenset({"PropertyGroup", "ItemGroup", "ImportGroup", "Choose", "When", "Otherwise"})
_HOLDING: Final = frozenset({"PropertyGroup", "ItemGroup"})
_THIS_FOLDER: Final = "msbuildthisfiledirectory"
# The condition of `Otherwise`: that none of those before it holds.
_UNKNOWN: Final = "?"


def _parts(text: str) -> Iterator[tuple[int, int]]:
    # Lists are written with semicolons, and with blanks and breaks around them.
    start = 0
    for piece in text.split(";"):
        inner = piece.strip()
        if inner:
            at = start + piece.index(inner)
            yield at, at + len(inner)
        start += len(piece) + 1


def _part(whole: Location, start: int, end: int) -> Location:
    # Looking up each part of a long list by itself would read all of it each time.
    column = whole.column or 1
    return whole._replace(column=column + start, end_column=column + end)


def _shortened(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


@cache
def _reference() -> re.Pattern[str]:
    import re

    return re.compile(r"\$\(\s*([A-Za-z_][A-Za-z0-9_-]*)\s*\)")


@cache
def _comparison() -> re.Pattern[str]:
    import re

    return re.compile(r"\s*'([^']*)'\s*(==|!=)\s*'([^']*)'\s*")


@cache
def _and() -> re.Pattern[str]:
    import re

    return re.compile(r"(?i)\sand\s")


@cache
def _or() -> re.Pattern[str]:
    import re

    return re.compile(r"(?i)[\s)]or[\s(]")


@cache
def _file_above() -> re.Pattern[str]:
    import re

    return re.compile(r"(?i)(?:GetPathOfFileAbove|GetDirectoryNameOfFileAbove)\(\s*'?\s*([A-Za-z0-9_.-]+)\s*'?\s*[,)]")
