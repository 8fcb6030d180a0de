"""Reads Maven's project files: dependencies, plugins and parents, with versions as far as they are on disk.

https://maven.apache.org/pom.html and https://maven.apache.org/ref/3-LATEST/maven-model-builder/. What a parent
or an imported BOM that is not on disk would say is unknown, and is never guessed. The Java that a project is
compiled for is the least that it runs on, and does not tell on which it does.
"""

from __future__ import annotations

import re
from collections import ChainMap
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner import decode
from scanner.ecosystems import maven
from scanner.model import Dependency, Include, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.source import Source
from scanner.syntax import xml
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, MutableMapping

    from scanner.model import Parsed

# Real families are a few generations long, and so are properties that are made of properties.
_DEEPEST: Final = 20
# Longer than any coordinate; a hostile property would else grow with each that it is made of.
_LONGEST: Final = 1000

_PLUGINS: Final = "org.apache.maven.plugins"

# Group, name, type and classifier: what dependency management tells dependencies apart by.
_Key: TypeAlias = tuple[str, str, str, str]


class _Pom(NamedTuple):
    """One file of a family: a project, its parent, and so on."""

    source: Source
    root: xml.Element


class _Managed(NamedTuple):
    """What says which version to take; with the properties of the BOM that it comes from, if it does."""

    element: xml.Element
    properties: Mapping[str, str] | None = None


class _Context(NamedTuple):
    """What is known where an entry stands; a profile knows more than its project.

    `modules` are the paths to the projects of the family, under the names of their folders.
    """

    family: tuple[_Pom, ...]
    properties: MutableMapping[str, str]
    modules: Mapping[str, tuple[_Pom, str]]
    managed: MutableMapping[_Key, _Managed]
    plugins: MutableMapping[_Key, _Managed]

    def text(self, element: xml.Element, name: str) -> str:
        """Return the text of a child, with all properties that are known."""
        return _resolved(element.value(name) or "", self.properties)

    def key(self, element: xml.Element, group: str = "") -> _Key:
        """Return by what dependency management knows a dependency, or a plugin of a default group."""
        own = self.text(element, "groupId") or group
        return own, self.text(element, "artifactId"), element.value("type") or "jar", element.value("classifier") or ""


def parse(source: Source) -> Iterator[Parsed]:
    """Read all entries in file order; one that cannot be read is a problem of its own."""
    try:
        root = xml.read(source)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    if root.name != "project":
        yield Problem(f"This is a document of {quoted(root.name)}, not a project of Maven.", root.location)
        return
    if named := _dtd().match(source.text):
        yield Problem("The DTD that this document names is not read.", source.span(*named.span(1)))
    family = _family(_Pom(source, root))
    if any(pom.source.path == family[-1].source.path for pom in family[:-1]):
        family = family[:-1]
        yield Problem("The parents of this project lead back to one another.", root.location)
    context = _context(family)
    parsed = [*_parents(root, context), *_entries(root, context), *_modules(root, context)]
    for profile in _profiles(root):
        properties = ChainMap(_properties(profile), context.properties)
        inside = _managing(context._replace(properties=properties), [profile], imports=1)
        parsed.extend(_entries(profile, inside))
    yield from sorted(parsed, key=_order)


def _order(value: Parsed) -> tuple[bool, int, int]:
    _, line, column, _ = value.location
    return line is None, line or 0, column or 0


def _family(pom: _Pom) -> tuple[_Pom, ...]:
    # A loop ends with the file that was there before.
    family = [pom]
    while len(family) < _DEEPEST and (parent := _parent(family[-1])):
        family.append(parent)
        if any(parent.source.path == other.source.path for other in family[:-1]):
            break
    return tuple(family)


def _parent(pom: _Pom) -> _Pom | None:
    named = pom.root.find("parent")
    if named is None:
        return None
    path = named.find("relativePath")
    relative = "../pom.xml" if path is None else path.text.replace("\\", "/")
    found = _beside(pom.source, relative) or _beside(pom.source, f"{relative}/pom.xml") if relative else None
    # Maven looks elsewhere when another project lies there.
    return found if found and _is(found.root, named) else None


def _is(root: xml.Element, named: xml.Element) -> bool:
    above = root.find("parent")
    for key in ("groupId", "artifactId", "version"):
        value = root.value(key) or (above.value(key) if above and key != "artifactId" else None)
        wanted = named.value(key)
        if value and wanted and value != wanted and "${" not in value + wanted:
            return False
    return True


def _beside(source: Source, relative: str) -> _Pom | None:
    found = source.beside(relative)
    root = _tree(found.path, found.data) if found else None
    return _Pom(found, root) if found and root else None


@lru_cache(maxsize=8)
def _tree(path: str, data: bytes) -> xml.Element | None:
    # The modules of a project name one parent.
    try:
        root = xml.read(Source(path, data))
    except decode.ShapeError:
        return None  # the file is a problem of its own where it is read
    return root if root.name == "project" else None


def _context(family: tuple[_Pom, ...], imports: int = 3) -> _Context:
    properties: dict[str, str] = {}
    for pom in reversed(family):
        for element in (pom.root, *filter(_is_default, _profiles(pom.root))):
            properties.update(_properties(element))
    properties |= _itself(family)
    context = _Context(family, properties, _modules_of(family), {}, {})
    elements = [element for pom in family for element in (*filter(_is_default, _profiles(pom.root)), pom.root)]
    return _managing(context, elements, imports)


def _profiles(root: xml.Element) -> list[xml.Element]:
    profiles = root.find("profiles")
    return profiles.all("profile") if profiles else []


def _is_default(profile: xml.Element) -> bool:
    activation = profile.find("activation")
    return activation is not None and activation.value("activeByDefault") == "true"


def _properties(element: xml.Element) -> dict[str, str]:
    properties = element.find("properties")
    children = properties.children if properties else []
    return {child.name: child.text for child in children if len(child.text) <= _LONGEST}


def _itself(family: tuple[_Pom, ...]) -> dict[str, str]:
    # What a project does not say of itself, it has from its parent.
    root = family[0].root
    parent = root.find("parent")
    values: dict[str, str] = {}
    for key in ("groupId", "artifactId", "version"):
        above = parent.value(key) if parent else None
        own = root.value(key) or (above if key != "artifactId" else None)
        values |= {f"project.parent.{key}": above} if above else {}
        values |= {f"{prefix}{key}": own for prefix in ("project.", "pom.")} if own else {}
    return {key: value for key, value in values.items() if len(value) <= _LONGEST}


def _resolved(text: str, properties: Mapping[str, str]) -> str:
    # What is not known, or refers to itself, stays as it is written.
    resolved = text
    for _ in range(_DEEPEST):
        if "${" not in resolved:
            return resolved
        before, resolved = resolved, _reference().sub(lambda found: properties.get(found[1], found[0]), resolved)
        if resolved == before or len(resolved) > _LONGEST:
            break
    return text


def _modules_of(family: tuple[_Pom, ...]) -> dict[str, tuple[_Pom, str]]:
    modules: dict[str, tuple[_Pom, str]] = {}
    for pom in family:
        for element in (pom.root, *_profiles(pom.root)):
            for module in _listed(element):
                path = _path(module.text)
                modules.setdefault(path.removesuffix("/pom.xml").rpartition("/")[2], (pom, path))
    return modules


def _listed(element: xml.Element) -> list[xml.Element]:
    return [*_at(element, "modules", "module"), *_at(element, "subprojects", "subproject")]


def _path(module: str) -> str:
    path = module.replace("\\", "/").rstrip("/")
    return path if path.endswith(".xml") else f"{path}/pom.xml"


def _module(context: _Context, group: str, name: str) -> _Pom | None:
    # The folder of `shop-core` is mostly called that, or `core`.
    parts = name.split("-", _DEEPEST)
    for start in range(len(parts)):
        pom, path = context.modules.get("-".join(parts[start:]), (None, ""))
        found = _beside(pom.source, path) if pom else None
        if found:
            itself = _itself((found,))
            own = _resolved(itself.get("project.groupId", ""), context.properties)
            if (own, itself.get("project.artifactId")) == (group, name):
                return found
    return None


def _managing(context: _Context, elements: Iterable[xml.Element], imports: int) -> _Context:
    # The nearest counts: a project before its parent, and what it says itself before what it imports.
    managed: dict[_Key, _Managed] = {}
    plugins: dict[_Key, _Managed] = {}
    boms: list[xml.Element] = []
    for element in elements:
        for dependency in _at(element, "dependencyManagement", "dependencies", "dependency"):
            if _is_bom(dependency):
                boms.append(dependency)
            else:
                managed.setdefault(context.key(dependency), _Managed(dependency))
        for plugin in _at(element, "build", "pluginManagement", "plugins", "plugin"):
            plugins.setdefault(context.key(plugin, _PLUGINS), _Managed(plugin))
    context = context._replace(managed=ChainMap(managed, context.managed), plugins=ChainMap(plugins, context.plugins))
    for bom in boms if imports else ():
        for key, value in _imported(bom, context, imports).items():
            managed.setdefault(key, value)
    return context


def _imported(bom: xml.Element, context: _Context, imports: int) -> dict[_Key, _Managed]:
    group, name, _, _ = context.key(bom)
    found = _module(context, group, name)
    if found is None:
        return {}
    inside = _context(_family(found), imports - 1)
    return {
        key: _Managed(value.element, value.properties or inside.properties) for key, value in inside.managed.items()
    }


def _at(element: xml.Element, *path: str) -> list[xml.Element]:
    *folders, last = path
    found: xml.Element | None = element
    for name in folders:
        found = found.find(name) if found else None
    return found.all(last) if found else []


def _is_bom(dependency: xml.Element) -> bool:
    return dependency.value("scope") == "import" and dependency.value("type") == "pom"


def _entries(element: xml.Element, context: _Context) -> Iterator[Parsed]:
    for dependency in _at(element, "dependencies", "dependency"):
        yield from _dependency(dependency, context)
    for dependency in _at(element, "dependencyManagement", "dependencies", "dependency"):
        if _is_bom(dependency):
            yield from _dependency(dependency, context._replace(managed={}))
    for plugin in (*_at(element, "build", "plugins", "plugin"), *_at(element, "reporting", "plugins", "plugin")):
        # What is added to a plugin is an affair of the plugin.
        yield from _dependency(plugin, context._replace(managed=context.plugins), Scope.BUILD, _PLUGINS)
    for extension in _at(element, "build", "extensions", "extension"):
        yield from _dependency(extension, context._replace(managed={}), Scope.BUILD)


def _parents(root: xml.Element, context: _Context) -> Iterator[Parsed]:
    # A parent on disk is the project's own, and read where it lies.
    if len(context.family) == 1:
        for parent in root.all("parent"):
            yield from _dependency(parent, context._replace(managed={}))


def _modules(root: xml.Element, context: _Context) -> Iterator[Parsed]:
    # A project that was published lies alone.
    if context.family[0].source.path.endswith(".pom"):
        return
    modules = [module for element in (root, *_profiles(root)) for module in _listed(element) if module.text]
    for path, module in {_path(module.text): module for module in reversed(modules)}.items():
        yield Include(path, module.place())


def _dependency(
    element: xml.Element, context: _Context, scope: Scope | None = None, group: str = ""
) -> Iterator[Parsed]:
    key = context.key(element, group)
    named = element.find("artifactId") or element
    if not maven.is_name(key[0]) or not maven.is_name(key[1]):
        yield Problem(f"{quoted(f'{key[0]}:{key[1]}')} are no coordinates.", named.place())
        return
    managed = context.managed.get(key)
    wanted, looped = _version(element, managed, context)
    if _is_local(key, wanted, context):
        return
    if looped:
        yield Problem(f"The version of {quoted(key[1])} refers to itself.", named.place())
    version = maven.version_of(wanted)
    yield Dependency(
        purl=maven.purl(key[0], key[1], version.pinned),
        location=named.place(),
        requirement=version.requirement,
        scope=scope or _scope(element, managed),
        direct=True,
    )


def _version(element: xml.Element, managed: _Managed | None, context: _Context) -> tuple[str, bool]:
    properties: Mapping[str, str] = context.properties
    text = element.value("version")
    if text is None and managed:
        text, properties = managed.element.value("version"), managed.properties or properties
    resolved = _resolved(text or "", properties)
    return resolved, "${" in resolved and _refers_to_itself(resolved, properties)


def _refers_to_itself(text: str, properties: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    for _ in range(_DEEPEST):
        found = _reference().search(text)
        if found is None or found[1] not in properties:
            return False
        if found[1] in seen:
            return True
        seen.add(found[1])
        text = properties[found[1]]
    return False


def _is_local(key: _Key, version: str, context: _Context) -> bool:
    if version and version != _resolved("${project.version}", context.properties):
        return False
    return _module(context, key[0], key[1]) is not None


def _scope(element: xml.Element, managed: _Managed | None) -> Scope:
    scope = element.value("scope") or (managed.element.value("scope") if managed else None)
    if scope == "test":
        return Scope.DEV
    return Scope.OPTIONAL if scope == "provided" or element.value("optional") == "true" else Scope.RUNTIME


@cache
def _dtd() -> re.Pattern[str]:
    return re.compile(
        r"\ufeff?(?:\s++|<\?.*?\?>|<!--.*?-->)*+(<!DOCTYPE)\s++[^\s\[<>\"']++\s++(?:SYSTEM|PUBLIC)\s", re.DOTALL
    )


@cache
def _reference() -> re.Pattern[str]:
    return re.compile(r"\$\{([^${}]+)\}")


def _mark(head: bytes) -> bool:
    return re.search(rb"<project[\s>]", head) is not None and (
        b"maven.apache.org/POM" in head or re.search(rb"<(?:modelVersion|groupId|artifactId|parent)>", head) is not None
    )


PARSER: Final = Parser(
    id="pom",
    title="Maven project",
    globs=("pom.xml", "*.pom"),
    spec="https://maven.apache.org/pom.html",
    parse=parse,
    mark=_mark,
)
