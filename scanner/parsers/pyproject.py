"""Reads what `pyproject.toml` asks for: dependencies, extras, groups, build tools and the Python version.

https://packaging.python.org/en/latest/specifications/pyproject-toml/, dependency groups
(https://packaging.python.org/en/latest/specifications/dependency-groups/), and the tables of
Poetry, PDM and uv that are older than those. `dynamic` dependencies stand in other files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner import decode
from scanner.ecosystems import pep508
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.toml import Path, Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source


class _At(NamedTuple):
    """Where in the document a reader is, and what is meant for whom there."""

    path: Path
    scope: Scope
    places: Places

    def inside(self, key: str | int) -> _At:
        return self._replace(path=(*self.path, key))

    @property
    def name(self) -> str:
        return quoted(".".join(str(key) for key in self.path))

    @property
    def key(self) -> Location:
        return self.places.key(self.path)


_Reader: TypeAlias = "Callable[[object, _At], Iterator[Parsed]]"


def parse(source: Source) -> Iterator[Parsed]:
    """Read every table that names dependencies, in file order; a bad entry is a problem of its own."""
    try:
        document = decode.from_toml(source.text)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    parsed = [value for section in _SECTIONS for value in _section(document, section, places)]
    own = {_itself(document), *_local(document)}
    yield from sorted((value for value in parsed if _name(value) not in own), key=_order)


def _name(value: Parsed) -> str:
    return value.purl.partition("@")[0] if isinstance(value, Dependency) else ""


def _itself(document: Table) -> str | None:
    # `all = ["shop[ldap,mail]"]` is how a project named shop sums up its extras.
    name = _value(document, ("project", "name"))
    return make("pypi", name) if isinstance(name, str) and pep508.is_name(name) else None


def _local(document: Table) -> Iterator[str]:
    # What lies in folders of the project, as uv and Poetry are told beside the names.
    tables = (_value(document, ("tool", "uv", "sources")), _value(document, _POETRY))
    pairs = (pair for table in tables if isinstance(table, dict) for pair in table.items())
    return (make("pypi", name) for name, sources in pairs if pep508.is_name(name) and _are_folders(sources))


def _are_folders(sources: object) -> bool:
    each = sources if isinstance(sources, list) else [sources]
    return bool(each) and all(isinstance(source, dict) and _is_folder(source) for source in each)


def _is_folder(source: Table) -> bool:
    path = source.get("path")
    return source.get("workspace") is True or (isinstance(path, str) and not path.endswith(_ARCHIVES))


def _order(value: Parsed) -> tuple[bool, int, int]:
    _, line, column, _ = value.location
    return line is None, line or 0, column or 0


def _section(document: Table, section: tuple[Path, Scope, _Reader], places: Places) -> Iterator[Parsed]:
    path, scope, reader = section
    if path == _POETRY and _value(document, ("project", "dependencies")) is not None:
        return  # Poetry then only says from where to take what the project asks for
    yield from _guarded(reader, _value(document, path), _At(path, scope, places))


def _value(document: Table, path: Path) -> object:
    value: object = document
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _guarded(reader: _Reader, value: object, at: _At) -> Iterator[Parsed]:
    try:
        if value is not None:
            yield from reader(value, at)
    except decode.ShapeError as error:
        yield Problem(str(error), at.key)


def _nothing(value: object, at: _At) -> Iterator[Parsed]:
    # What the table holds is read by other rows; here it only has to be a table.
    decode.table(value, at.name)
    return iter(())


def _python(value: object, at: _At) -> Iterator[Parsed]:
    requirement = decode.text(value, at.name)
    yield Dependency(
        purl=_PYTHON,
        location=at.places.text(at.path, requirement),
        requirement=requirement.strip(),
        kind=Kind.RUNTIME,
        scope=at.scope,
        direct=True,
    )


def _requirements(value: object, at: _At) -> Iterator[Parsed]:
    for index, item in enumerate(decode.items(value, at.name)):
        if isinstance(item, str):
            yield _requirement(item, at.inside(index))
        elif not _included(item):
            yield Problem(f"Entry {index + 1} of {at.name} is no requirement.", at.key)


def _requirement(text: str, at: _At) -> Parsed:
    requirement = pep508.read(text) or _editable(text)
    if requirement is None:
        return Problem(f"{quoted(text)} is no requirement.", at.places.text(at.path, text))
    return Dependency(
        purl=make("pypi", requirement.name, requirement.version),
        location=at.places.text(at.path, text, requirement.start, requirement.end),
        requirement=requirement.range,
        scope=at.scope,
        direct=True,
    )


def _editable(text: str) -> pep508.Requirement | None:
    # PDM's way to name a directory or a repository.
    match = re.fullmatch(r"-e\s+(\S+[#&]egg=([\w.-]+).*)", text)
    if match is None or not pep508.is_name(match[2]):
        return None
    return pep508.Requirement(match[2], (), None, "", match[1], "", match.start(1), match.end(1))


def _groups(value: object, at: _At) -> Iterator[Parsed]:
    groups = decode.table(value, at.name)
    names = {pep508.normalized(name) for name in groups}
    for name, group in groups.items():
        here = at.inside(name)
        yield from _guarded(_requirements, group, here)
        for included in filter(None, map(_included, group if isinstance(group, list) else ())):
            if pep508.normalized(included) not in names:
                yield Problem(f"There is no group {quoted(included)} for {here.name} to include.", here.key)


def _included(item: object) -> str | None:
    group = item.get("include-group") if isinstance(item, dict) else None
    return group if isinstance(group, str) else None


def _poetry(value: object, at: _At) -> Iterator[Parsed]:
    for name, constraints in decode.table(value, at.name).items():
        here = at.inside(name)
        for constraint in constraints if isinstance(constraints, list) else [constraints]:
            if not (isinstance(constraint, dict) and _is_folder(constraint)):
                yield _poetry_requirement(name, constraint, here)


def _poetry_requirement(name: str, constraint: object, at: _At) -> Parsed:
    details = constraint if isinstance(constraint, dict) else {"version": constraint}
    text = details.get("version")
    if not pep508.is_name(name) or not isinstance(text, str | None):
        return Problem(f"{at.name} is no requirement.", at.key)
    runtime = name.lower() == "python"
    # What Poetry reads as exactly this version, other tools write with `==`.
    version = (text or "").strip().removeprefix("==").strip()
    pinned = pep508.is_version(version) and not runtime
    optional = details.get("optional") is True and at.scope is Scope.RUNTIME
    return Dependency(
        purl=_PYTHON if runtime else make("pypi", name, version if pinned else None),
        location=at.key,
        requirement=None if pinned else (text or "").strip() or None,
        kind=Kind.RUNTIME if runtime else Kind.LIBRARY,
        scope=Scope.OPTIONAL if optional else at.scope,
        direct=True,
    )


def _poetry_groups(value: object, at: _At) -> Iterator[Parsed]:
    for name, group in decode.table(value, at.name).items():
        here = at.inside(name)
        members = group.get("dependencies") if isinstance(group, dict) else group
        yield from _guarded(_poetry, members, here.inside("dependencies"))


def _mark(head: bytes) -> bool:
    pattern = rb"(?m)^\[(?:project|build-system|dependency-groups|tool\.(?:poetry|pdm|uv))[].]"
    return re.search(pattern, head) is not None


_PYTHON: Final = make("generic", "python")
_ARCHIVES: Final = (".whl", ".tar.gz", ".zip")
_POETRY: Final = ("tool", "poetry", "dependencies")
_SECTIONS: Final[tuple[tuple[Path, Scope, _Reader], ...]] = (
    (("build-system",), Scope.BUILD, _nothing),
    (("project",), Scope.RUNTIME, _nothing),
    (("tool",), Scope.RUNTIME, _nothing),
    (("build-system", "requires"), Scope.BUILD, _requirements),
    (("project", "requires-python"), Scope.RUNTIME, _python),
    (("project", "dependencies"), Scope.RUNTIME, _requirements),
    (("project", "optional-dependencies"), Scope.OPTIONAL, _groups),
    (("dependency-groups",), Scope.DEV, _groups),
    ((*_POETRY,), Scope.RUNTIME, _poetry),
    (("tool", "poetry", "dev-dependencies"), Scope.DEV, _poetry),
    (("tool", "poetry", "group"), Scope.DEV, _poetry_groups),
    (("tool", "pdm", "dev-dependencies"), Scope.DEV, _groups),
    (("tool", "uv", "dev-dependencies"), Scope.DEV, _requirements),
)

PARSER: Final = Parser(
    id="pyproject",
    title="Python project",
    globs=("pyproject.toml",),
    spec="https://packaging.python.org/en/latest/specifications/pyproject-toml/",
    parse=parse,
    mark=_mark,
    pinned_by=("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "pylock.*.toml"),
)
