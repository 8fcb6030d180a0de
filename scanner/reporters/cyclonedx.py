"""CycloneDX: the SBOM that was scanned with what is known of its components, or a new one.

https://cyclonedx.org/specification/overview/ and, for the official names of dates, the taxonomy
https://github.com/CycloneDX/cyclonedx-property-taxonomy (`cdx:lifecycle`): support that is over is
`endOfSupport` there, and `endOfLife` the end of sales. A scanned SBOM keeps its own text, to which
properties are added; read and written again by a library, hardly any file comes out as it went in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import about, purl
from scanner.ecosystems import sbom
from scanner.model import Kind, Scope
from scanner.plugin import Reporter
from scanner.syntax import jsontext, xmltext
from scanner.text import clean, redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentScope, ComponentType
    from cyclonedx.model.component_evidence import ComponentEvidence

    from scanner.ecosystems.sbom import Named, Verdicts
    from scanner.model import Location, Report
    from scanner.plugin import Style
    from scanner.syntax.jsontext import Edit, Listed, Value, Walk
    from scanner.syntax.xmltext import Tag

_JSON: Final = "cyclonedx_json"
_XML: Final = "cyclonedx_xml"
_OWN: Final = "eolscan:"
_MILESTONE: Final = "cdx:lifecycle:milestone:"

# Components have properties since this version, which takes all documents of those before.
_FIRST: Final = "1.3"
_TOO_OLD: Final = frozenset({"1.0", "1.1", "1.2"})

# What a new document begins with.
_HEAD: Final = {
    "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
}

# What stands behind the properties of an element, in the order of the schema.
_BEHIND: Final = frozenset(
    {
        "components",
        "evidence",
        "releaseNotes",
        "modelCard",
        "data",
        "cryptoProperties",
        "tags",
        "distributionConstraints",
    }
)

_Properties = list[tuple[str, str]]


def render(report: Report, style: Style) -> str:  # noqa: ARG001 -- the same everywhere
    """Write the scanned SBOM back where it was the only input, else a new one."""
    if len(report.inputs) == 1 and (data := report.originals.get(report.inputs[0].path)) is not None:
        try:
            return _in_xml(data, report) if report.inputs[0].format == _XML else _in_json(data, report)
        except (ValueError, RecursionError):
            # Read as far as it went, it cannot be written to.
            pass
    return _new(report)


def _properties(verdicts: Verdicts, present: Iterable[str] = ()) -> _Properties:
    """Return what to say of a component: official names for what they mean, and our own for all.

    A date that the document itself gives under an official name stays the only one of that name.
    """
    found: _Properties = []
    if match := sbom.pinned(verdicts):
        cycle, taken = match.cycle, set(present)
        dates = (("generalAvailability", cycle.released), ("endOfDevelopment", cycle.eoas), ("endOfSupport", cycle.eol))
        for name, end in dates:
            if (day := sbom.day(end)) and _MILESTONE + name not in taken:
                found.append((_MILESTONE + name, day.isoformat()))
    return found + [(_OWN + name, value) for verdict in verdicts for name, value in sbom.facts(verdict)]


def _basis(report: Report) -> _Properties:
    return [(_OWN + name, value) for name, value in sbom.basis(report.today, report.data)]


def _kept(properties: Iterable[tuple[str, str]]) -> list[bool]:
    """Tell which properties of a document are its own, and not what an earlier run wrote there."""
    listed = [*properties]
    ours = {
        (_MILESTONE + name, value)
        for own, name in (("released", "generalAvailability"), ("eoas", "endOfDevelopment"), ("eol", "endOfSupport"))
        for key, value in listed
        if key == _OWN + own
    }
    return [not name.startswith(_OWN) and (name, value) not in ours for name, value in listed]


# --- JSON


class _Object(NamedTuple):
    """An object of the document that properties belong to: where it begins, where its last member ends."""

    start: int
    end: int
    properties: Listed | None
    closed: bool
    named: Named | None = None


def _in_json(data: bytes, report: Report) -> str:
    text = jsontext.decoded(data)
    walk, edits = jsontext.Walk(text), list[jsontext.Edit]()
    objects: list[_Object] = []
    while walk.more:
        _document(walk, objects, edits, report)
    if not objects and not edits:
        msg = "There is no document to write to."
        raise ValueError(msg)
    said = sbom.assigned([found.named for found in objects if found.named], report.components)
    told = iter(said)
    for found in objects:
        edits += _edits(text, found, next(told) if found.named else None, report)
    return jsontext.harmless(jsontext.edited(text, edits))


def _document(walk: Walk, objects: list[_Object], edits: list[Edit], report: Report) -> None:
    if not walk.begins("{"):
        _documents(walk, objects, edits, report)
        return
    start, end, has_metadata = walk.at, walk.at, False
    for key in walk.members():
        if key == "components":
            _components(walk, objects)
        elif key == "metadata" and walk.begins("{"):
            has_metadata = True
            objects.append(_object(walk, objects))
        elif key in {"specVersion", "$schema"}:
            edits += _risen(walk, key)
        else:
            has_metadata |= key == "metadata"
            walk.value()
        end = walk.end
    if not has_metadata:
        edits.append(jsontext.added(walk.text, start, end, {"metadata": {"properties": _as_json(_basis(report))}}))


def _documents(walk: Walk, objects: list[_Object], edits: list[Edit], report: Report) -> None:
    """Pass a list, which some tools put around a document; or what is no document at all."""
    if not walk.begins("["):
        walk.value()
        return
    for _ in walk.elements():
        if walk.begins("{"):
            _document(walk, objects, edits, report)
        else:
            walk.value()


def _risen(walk: Walk, key: str) -> list[Edit]:
    start, value = walk.at, walk.value()
    if key == "specVersion" and value in _TOO_OLD:
        return [jsontext.Edit(start, walk.end, f'"{_FIRST}"')]
    old = next((old for old in ("bom-1.2b", "bom-1.2a", "bom-1.2") if isinstance(value, str) and old in value), None)
    written = walk.text[start : walk.end]
    return [jsontext.Edit(start, walk.end, written.replace(old, f"bom-{_FIRST}"))] if old else []


def _components(walk: Walk, objects: list[_Object]) -> None:
    if not walk.begins("["):
        walk.value()
        return
    for _ in walk.elements():
        if walk.begins("{"):
            place = len(objects)
            found = _object(walk, objects)
            objects.insert(place, found)
        else:
            walk.value()


def _object(walk: Walk, objects: list[_Object]) -> _Object:
    """Pass a component, or the metadata, whose only component is the subject, with all that is nested in it."""
    start, end, listed, closed = walk.at, walk.at, None, False
    fields: dict[str, object] = {}
    for key in walk.members():
        if key == "components":
            _components(walk, objects)
        elif key == "properties":
            listed = jsontext.listed(walk)
            closed = listed is None
        elif key == "component" and walk.begins("{"):
            _object(walk, objects)
        else:
            fields[key] = walk.value()
        end = walk.end
    named = _named(fields) if "name" in fields or "purl" in fields else None
    return _Object(start, end, listed, closed, named)


def _named(fields: dict[str, object]) -> Named:
    group, name, version, allowed, own = (
        _text(fields.get(key)) for key in ("group", "name", "version", "versionRange", "purl")
    )
    is_os = fields.get("type") == "operating-system"
    purls = (own,) if own else (f"pkg:generic/{name}",) if is_os else ()
    names = (f"{group}/{name}", f"{group}:{name}", name) if group else (name,)
    return sbom.Named(purls, names, version or allowed, is_os)


def _text(value: object) -> str:
    # Some write a version as a number.
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _edits(text: str, found: _Object, verdicts: Verdicts | None, report: Report) -> list[Edit]:
    if found.closed:
        return []
    elements = found.properties.elements if found.properties else ()
    pairs = [_pair(value) for _, value in elements]
    kept = [*zip(_kept(pairs), pairs, elements, strict=True)]
    present = [name for is_kept, (name, _), _ in kept if is_kept]
    added = _basis(report) if verdicts is None else _properties(verdicts, present)
    if not added and len(present) == len(elements):
        return []
    if found.properties is None:
        return [jsontext.added(text, found.start, found.end, {"properties": _as_json(added)})]
    rest = found.properties._replace(elements=tuple(element for is_kept, _, element in kept if is_kept))
    return [jsontext.grown(rest, _as_json(added), jsontext.margin(text, found.start))]


def _pair(value: object) -> tuple[str, str]:
    fields = value if isinstance(value, dict) else {}
    return str(fields.get("name", "")), str(fields.get("value", ""))


def _as_json(properties: _Properties) -> list[Value]:
    return [{"name": name, "value": value} for name, value in properties]


# --- XML


class _Element:
    """An element that is open: what it is told by, and where properties may stand in it."""

    def __init__(self, tag: Tag) -> None:
        self.tag = tag
        self.fields: dict[str, str] = {}
        self.first: int | None = None  # where the first child begins
        self.anchor: int | None = None  # where the children begin that stand behind properties
        self.before = tag.end  # where the last child before the anchor ends
        self.properties: _Element | None = None
        self.own: list[tuple[int, int, str, str]] = []  # of properties: each one's place, name and value
        self.end = tag.end


def _in_xml(data: bytes, report: Report) -> str:
    text = xmltext.decoded(data)
    reading = _Elements(text)
    found = reading.components
    edits = _risen_xml(text, reading.root)
    said = sbom.assigned([_named_element(element) for element in found], report.components)
    for element, verdicts in zip(found, said, strict=True):
        edits += _element_edits(text, element, verdicts, None)
    if reading.metadata is not None:
        edits += _element_edits(text, reading.metadata, (), _basis(report))
    elif reading.root is not None:
        edits.append(_new_metadata(text, reading.root, report))
    return xmltext.harmless(jsontext.edited(text, edits))


class _Elements:
    """Goes through a document and keeps the elements that properties belong to, in their order."""

    def __init__(self, text: str) -> None:
        self.root: _Element | None = None
        self.metadata: _Element | None = None
        self.components: list[_Element] = []
        self._text = text
        self._open: list[_Element] = []
        for tag in xmltext.tags(text):
            if tag.opens:
                self._enter(_Element(tag))
            if tag.closes:
                self._leave(tag)
        if self.root is None or self.root.tag.local != "bom" or self._open:
            raise _disorder()

    def _enter(self, element: _Element) -> None:
        self._open.append(element)
        path = [entry.tag.local for entry in self._open]
        if len(path) == 1:
            self.root = self.root or element
        elif path == ["bom", "metadata"]:
            self.metadata = self.metadata or element
        elif _is_component(path):
            self.components.append(element)
        if len(path) > 1:
            _begin_child(self._open[-2], element)

    def _leave(self, tag: Tag) -> None:
        if not self._open or self._open[-1].tag.name != tag.name:
            raise _disorder()
        element = self._open.pop()
        element.end = tag.end
        content = "" if tag.opens else self._text[element.tag.end : tag.start]
        element.fields[""] = content
        if self._open:
            _end_child(self._open[-1], element)


def _disorder() -> ValueError:
    return ValueError("The tags of this document are not in order.")


def _is_component(path: list[str]) -> bool:
    """Tell whether a path leads to a component that is a dependency: not a tool, not an ancestor, not the subject."""
    if path[-1] != "component" or path[:1] != ["bom"]:
        return False
    rest = path[3:] if path[1:3] == ["metadata", "component"] else path[1:]
    return bool(rest) and rest == ["components", "component"] * (len(rest) // 2)


def _begin_child(parent: _Element, child: _Element) -> None:
    tag = child.tag
    if parent.first is None:
        parent.first = tag.start
    behind = tag.local in _BEHIND or _prefix(tag) != _prefix(parent.tag)
    if behind and parent.anchor is None:
        parent.anchor = tag.start


def _end_child(parent: _Element, child: _Element) -> None:
    local = child.tag.local
    if parent.anchor is None:
        parent.before = child.end
    if local == "properties":
        parent.properties = child
    elif local == "property":
        name = child.tag.attribute("name") or ""
        parent.own.append((child.tag.start, child.end, name, xmltext.plain(child.fields[""])))
    elif local in {"group", "name", "version", "versionRange", "purl"} and parent.tag.local == "component":
        parent.fields.setdefault(local, xmltext.plain(child.fields[""]))
    # Nobody asks for the rest again.
    child.fields.pop("", None)


def _named_element(element: _Element) -> Named:
    return _named({**element.fields, "type": element.tag.attribute("type")})


def _risen_xml(text: str, root: _Element | None) -> list[Edit]:
    if root is None:
        return []
    tag = text[root.tag.start : root.tag.end]
    risen = tag
    for old in _TOO_OLD:
        risen = risen.replace(f"cyclonedx.org/schema/bom/{old}", f"cyclonedx.org/schema/bom/{_FIRST}")
        risen = risen.replace(f"cyclonedx.org/schema/bom-{old}", f"cyclonedx.org/schema/bom-{_FIRST}")
    return [] if risen == tag else [jsontext.Edit(root.tag.start, root.tag.end, risen)]


def _element_edits(text: str, element: _Element, verdicts: Verdicts, basis: _Properties | None) -> list[Edit]:
    if element.tag.closes:
        return []
    own = element.properties.own if element.properties else []
    kept = _kept((name, value) for _, _, name, value in own)
    present = [name for is_kept, (_, _, name, _) in zip(kept, own, strict=True) if is_kept]
    added = _properties(verdicts, present) if basis is None else basis
    edits = [
        jsontext.Edit(_blank_before(text, start), end, "")
        for is_kept, (start, end, _, _) in zip(kept, own, strict=True)
        if not is_kept
    ]
    if not added:
        return edits
    before = "" if element.first is None else text[_blank_before(text, element.first) : element.first]
    before = "\n" + before.rpartition("\n")[2] if "\n" in before else ""
    inner, prefix = before and before + "  ", _prefix(element.tag)
    written = "".join(
        f'{inner}<{prefix}property name="{xmltext.quoted(name)}">{xmltext.quoted(clean(value))}</{prefix}property>'
        for name, value in added
    )
    whole = f"{before}<{prefix}properties>{written}{before}</{prefix}properties>"
    target = element.properties
    if target is None:
        return [*edits, jsontext.Edit(element.before, element.before, whole)]
    if target.tag.closes:
        return [*edits, jsontext.Edit(target.tag.start, target.end, whole.lstrip())]
    end = max([target.tag.end, *(place[1] for place in own)])
    return [*edits, jsontext.Edit(end, end, written)]


def _new_metadata(text: str, root: _Element, report: Report) -> Edit:
    prefix, before = _prefix(root.tag), ""
    if root.first is not None:
        before = text[_blank_before(text, root.first) : root.first]
    properties = "".join(
        f'<{prefix}property name="{name}">{xmltext.quoted(clean(value))}</{prefix}property>'
        for name, value in _basis(report)
    )
    whole = f"<{prefix}metadata><{prefix}properties>{properties}</{prefix}properties></{prefix}metadata>"
    return jsontext.Edit(root.tag.end, root.tag.end, before + whole)


def _blank_before(text: str, end: int) -> int:
    start = end
    while start and text[start - 1] in " \t\r\n":
        start -= 1
    return start


def _prefix(tag: Tag) -> str:
    return tag.name[: -len(tag.local)]


# --- a new document


def _new(report: Report) -> str:
    """Write a document of our own, through the library, which knows the schema."""
    from json import loads

    from cyclonedx.schema.schema import SchemaVersion1Dot6

    together: dict[tuple[object, ...], list[Verdicts]] = {}
    for verdicts in sbom.judged(report.components):
        dependency = verdicts[0].dependency
        key = (dependency.purl, dependency.label, dependency.requirement, dependency.kind)
        together.setdefault(key, []).append(verdicts)
    components = [_component(number, groups) for number, groups in enumerate(together.values(), 1)]
    # The library's own writer compares every component with all others, only to say that it needs nobody.
    written = _bom(components, report).as_json(view_=SchemaVersion1Dot6)  # type: ignore[attr-defined]  # -- a decorator adds it
    content: dict[str, Value] = {**_HEAD, **loads(written)}
    return jsontext.harmless(jsontext.written(content, indent=2)) + "\n"


def _bom(components: Sequence[Component], report: Report) -> Bom:
    from datetime import UTC, datetime, time

    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.tool import ToolRepository

    tool = Component(name=about.NAME, version=about.VERSION, type=ComponentType.APPLICATION, bom_ref=about.NAME)
    metadata = BomMetaData(
        tools=ToolRepository(components=[tool]),
        timestamp=datetime.combine(report.today, time(tzinfo=UTC)),
        properties=_written(_basis(report)),
    )
    return Bom(components=components, metadata=metadata, serial_number=sbom.number(report))


def _component(number: int, groups: Sequence[Verdicts]) -> Component:
    from cyclonedx.model.component import Component

    verdicts, dependency = groups[0], groups[0][0].dependency
    name, version = purl.name_and_version(dependency)
    requirement = [(f"{_OWN}requirement", dependency.requirement)] if dependency.requirement else []
    return Component(
        name=_told(name) or "unnamed",
        version=_told(version) if version else None,
        type=_type(dependency.kind),
        scope=_scope([group[0].dependency.scope for group in groups]),
        bom_ref=f"{number}-{_told(dependency.purl or name)}",
        purl=purl.official(redact(dependency.purl)),
        properties=_written(requirement + _properties(verdicts)),
        evidence=_evidence([group[0].dependency.location for group in groups]),
    )


def _type(kind: Kind) -> ComponentType:
    from cyclonedx.model.component import ComponentType

    types = {
        Kind.LIBRARY: ComponentType.LIBRARY,
        Kind.RUNTIME: ComponentType.PLATFORM,
        Kind.IMAGE: ComponentType.CONTAINER,
        Kind.OS: ComponentType.OPERATING_SYSTEM,
    }
    return types[kind]


def _scope(scopes: Sequence[Scope]) -> ComponentScope:
    from cyclonedx.model.component import ComponentScope

    if Scope.RUNTIME in scopes:
        return ComponentScope.REQUIRED
    return ComponentScope.OPTIONAL if Scope.OPTIONAL in scopes else ComponentScope.EXCLUDED


def _evidence(locations: Iterable[Location]) -> ComponentEvidence:
    from cyclonedx.model.bom_ref import BomRef
    from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence

    # The library sorts by these, and where they are empty by their addresses in memory: one for all leaves the places.
    unnamed = BomRef()
    places = dict.fromkeys((_told(location.path), location.line) for location in locations)
    return ComponentEvidence(
        occurrences=[Occurrence(bom_ref=unnamed, location=path, line=line) for path, line in places]
    )


def _written(properties: _Properties) -> list[Property]:
    from cyclonedx.model import Property

    return [Property(name=name, value=_told(value)) for name, value in properties]


def _told(text: str) -> str:
    return redact(clean(text))


REPORTER: Final = Reporter(
    id="cyclonedx",
    title="CycloneDX JSON 1.6, or the scanned CycloneDX document in its own form, with dates as properties",
    render=render,
    needs_components=True,
    needs_originals=frozenset({_JSON, _XML}),
)
