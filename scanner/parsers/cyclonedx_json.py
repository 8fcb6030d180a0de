"""Reads CycloneDX JSON, versions 1.2 to 1.7.

https://cyclonedx.org/docs/1.7/json/. Components may hold others; `metadata.component` is what the document is
about, and no dependency of its own. Where a scan asks for few components of many, the others are only counted.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from scanner.ecosystems import cyclonedx
from scanner.model import Dependency, Location, Passed, Problem
from scanner.plugin import Parser
from scanner.source import Source
from scanner.syntax import jsonstream
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.syntax.json import Path
    from scanner.syntax.jsonstream import Element, Skim, Skimmed

_SKIMS: Final[Mapping[str, Skim | None]] = {
    "components": {"purl": str, "type": str, "bom-ref": str, "components": list},
    "dependencies": {"ref": str, "dependsOn": list[str]},
}
# A broken file may have the same fault in each of its components.
_PROBLEMS_SHOWN: Final = 20
# Who needs whom is told for as many components as are worth the memory.
_MOST_NAMED: Final = 150_000
# How many components are asked for at once, and from how many on that is worth it.
_BATCH: Final = 5_000
_WORTH_ASKING: Final = 200
_VERSIONS: Final = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"})


def parse(source: Source) -> Iterator[Parsed | Passed]:
    """Read the components in file order, and what is wrong with them; those that nobody asks for are counted.

    Of a document that breaks off, what stands before the break is told.
    """
    document = _Document(source)
    unread = 0
    for problem in document.read():
        unread += 1
        if unread <= _PROBLEMS_SHOWN:
            yield problem
    if unread > _PROBLEMS_SHOWN:
        yield Problem(f"{unread - _PROBLEMS_SHOWN} more entries have problems like these.", source.location)
    yield from document.dependencies()


class _Spot(NamedTuple):
    """A component where it stands: in which text, and under which path there."""

    element: Element
    path: Path
    value: object


class _Document:
    """Collects what the events of a file tell, until it is known who needs whom."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._graph = cyclonedx.Graph()
        self._found: list[tuple[str, Dependency]] = []
        self._waiting: list[Element] = []
        self._passed = 0
        self._named = 0
        self._has_components = False
        self._versions: list[str] = []
        self._broken: Problem | None = None

    def read(self) -> Iterator[Problem]:
        """Read the file and yield what is wrong with it."""
        skims = _SKIMS if self._source.asked else {**_SKIMS, "components": None}
        for event in jsonstream.read(self._source, skims):
            listed = event if isinstance(event, jsonstream.Element) and event.in_array else None
            if listed and listed.key == "components":
                self._waiting.append(listed)
                if len(self._waiting) >= _BATCH:
                    yield from self.waiting()
            elif listed and listed.key == "dependencies":
                self._dependency(listed.value)
            elif isinstance(event, jsonstream.Broken):
                self._broken = Problem(event.message, event.location, cut=True)
            elif isinstance(event, jsonstream.Odd):
                yield from self.waiting()
                yield Problem(event.message, event.location)
            else:
                yield from self.problems(event)
        yield from self.waiting()

    def problems(self, event: Element | Skimmed) -> Iterator[Problem]:
        """Take what an event tells, and yield what is wrong with it."""
        self._has_components = self._has_components or event.key == "components"
        yield from self.waiting()  # the order of the file is kept
        match event:
            case jsonstream.Skimmed(key="components"):
                yield from self._skimmed(event)
            case jsonstream.Skimmed(key="dependencies") if not self._graph.is_given_up:
                self._graph.add_all(event.columns["ref"], cast("list[list[str] | None]", event.columns["dependsOn"]))
            case jsonstream.Element():
                yield from self._element(event)

    def dependencies(self) -> Iterator[Parsed | Passed]:
        """Yield all components that were asked for, with who brings them in, and the number of the others."""
        # What a document that breaks off would have said of itself is not known.
        yield from [self._broken] if self._broken else map(self._problem, self._oddities())
        lineage = self._graph.lineage(ref for ref, _ in self._found)
        for (_, found), (direct, via) in zip(self._found, lineage, strict=True):
            yield found if direct is None else found._replace(direct=direct, via=via)
        if self._passed:
            yield Passed(self._passed)

    def waiting(self) -> Iterator[Problem]:
        """Read the components that wait to be asked for together, and yield what is wrong with them."""
        events, self._waiting = self._waiting, []
        self._has_components = self._has_components or bool(events)
        wanted: Collection[int] = range(len(events))
        if self._source.asked and len(events) >= _WORTH_ASKING:
            wanted = set(self._source.asked([_purl(event.value) for event in events]))
        for number, event in enumerate(events):
            if number in wanted or not isinstance(event.value, dict) or _holds_more(event.value):
                yield from self._component(_Spot(event, (), event.value))
            else:
                self._passed += 1
                if isinstance(ref := event.value.get("bom-ref"), str):
                    self._graph.name(ref, _text(event.value.get("purl")))

    def _problem(self, message: str) -> Problem:
        return Problem(message, self._source.location)

    def _oddities(self) -> Iterator[str]:
        if not self._versions and not self._has_components:
            yield "This is no CycloneDX document: it has neither a version of CycloneDX nor components."
        elif not self._versions:
            yield "The document does not say in which version of CycloneDX it is written."
        elif len(self._versions) > 1:
            yield f"The file holds {len(self._versions)} documents, one behind the other; all are read."
        unknown = sorted(set(self._versions) - _VERSIONS)
        if unknown:
            yield f"CycloneDX {quoted(unknown[0])} is not known here; the document is read as far as it is like 1.7."
        if shared := self._shared():
            yield f"Several components are called {quoted(shared)} here; who needs which of them is not sure."

    def _shared(self) -> str:
        """Return the first reference that several components have and that counts for who needs whom."""
        known: set[str] = set()
        for ref, _ in self._found:
            if ref in known and ref in self._graph:
                return ref
            known.add(ref)
        return ""

    def _skimmed(self, event: Skimmed) -> Iterator[Problem]:
        columns = event.columns
        wanted = set(self._source.asked(columns["purl"])) if self._source.asked else set(range(event.size))
        if not cyclonedx.NO_PACKAGES.isdisjoint(columns["type"]):
            wanted.update(number for number, kind in enumerate(columns["type"]) if kind in cyclonedx.NO_PACKAGES)
        if any(columns["components"]):
            wanted.update(number for number, inner in enumerate(columns["components"]) if inner)
        if self._named < _MOST_NAMED:
            self._named += event.size
            self._graph.name_all(columns["bom-ref"], columns["purl"])
        self._passed += event.size - len(wanted)
        for element in event.elements(sorted(wanted)):
            yield from self._component(_Spot(element, (), element.value))

    def _element(self, event: Element) -> Iterator[Problem]:
        match event.key:
            case "components":
                yield Problem("The list of components is no list.", event.place(0, 0))
            case "metadata":
                yield from self._metadata(event, (), event.value)
            case "specVersion":
                self._versions.append(_text(event.value))
            case "":
                yield from self._whole(event)

    def _whole(self, event: Element) -> Iterator[Problem]:
        # A list of documents, or something else that is none.
        if not isinstance(event.value, dict):
            self._has_components = True  # enough is said
            yield Problem("This is no CycloneDX document: it is no table.", event.place(0, 0))
            return
        self._has_components = self._has_components or "components" in event.value
        self._versions.append(_text(event.value.get("specVersion")))
        yield from self._metadata(event, ("metadata",), event.value.get("metadata"))
        yield from self._inner(event, (), event.value)
        for edge in _list(event.value.get("dependencies")):
            self._dependency(edge)

    def _metadata(self, event: Element, path: Path, value: object) -> Iterator[Problem]:
        subject = value.get("component") if isinstance(value, dict) else None
        if isinstance(subject, dict):
            if ref := _text(subject.get("bom-ref")):
                self._graph.roots.append(ref)
            yield from self._inner(event, (*path, "component"), subject)

    def _dependency(self, value: object) -> None:
        if isinstance(value, dict):
            ref, wanted = value.get("ref"), value.get("dependsOn")
            if isinstance(ref, str) and isinstance(wanted, list):
                self._graph.add(ref, (child for child in wanted if isinstance(child, str)))

    def _inner(self, element: Element, path: Path, around: Table) -> Iterator[Problem]:
        for number, value in enumerate(_list(around.get("components"))):
            yield from self._component(_Spot(element, (*path, "components", number), value))

    def _component(self, first: _Spot) -> Iterator[Problem]:
        places = _Spots(first.element)
        # The last one is taken first; nothing real is nested deeply, but decoders allow for hundreds of levels.
        waiting = [first]
        while waiting:
            spot = waiting.pop()
            if not isinstance(spot.value, dict):
                yield Problem("This component is no table.", places.around(spot.path))
                continue
            found, problem = cyclonedx.dependency(_component(spot.value, places, spot.path))
            if problem is not None:
                yield problem
            if found is not None:
                self._keep(spot.value, found)
            inner = _list(spot.value.get("components"))
            waiting += reversed(
                [_Spot(spot.element, (*spot.path, "components", number), value) for number, value in enumerate(inner)]
            )

    def _keep(self, value: Table, found: Dependency) -> None:
        ref = _text(value.get("bom-ref"))
        self._found.append((ref, found))
        if ref:
            name, version = found.label or (_text(value.get("purl")) or found.purl, None)
            self._graph.name(ref, f"{name}@{version}" if version else name)


class _Spots:
    """Places what stands in an element, as cheaply as is sure."""

    def __init__(self, element: Element) -> None:
        self._element = element
        self._places: Places | None = None

    def around(self, path: Path) -> Location:
        """Return where the element begins; of what lies deeper in it no more is known than the file."""
        return Location(self._element.path) if path else self._element.place(0, 0)

    def text(self, path: Path, key: str, value: str) -> Location:
        """Place the text under a key."""
        if not path:
            found = _only(key).findall(self._element.text)
            start = self._element.text.find(found[0]) + len(found[0]) if len(found) == 1 else 0
            if start and self._element.text.startswith(f'{value}"', start):
                return self._element.place(start, start + len(value))
        if self._places is None:
            self._places = Places(Source(self._element.path, self._element.text.encode("utf-8", "surrogatepass")))
        return self._moved(self._places.text((*path, key), value))

    def _moved(self, place: Location) -> Location:
        if place.line is None or place.column is None or place.end_column is None:
            return place
        before = self._element.column - 1 if place.line == 1 else 0
        line = self._element.line + place.line - 1
        return Location(place.path, line, place.column + before, place.end_column + before)


def _component(value: Table, places: _Spots, path: Path) -> cyclonedx.Component:
    purl, name = _text(value.get("purl")), _text(value.get("name"))
    # The name stands where the package URL has it in another writing.
    key = "purl" if purl and (name in purl or not name) and value.get("type") != cyclonedx.SYSTEM else "name"
    shown = purl if key == "purl" else name
    return cyclonedx.Component(
        name=name,
        location=places.text(path, key, shown) if shown else places.around(path),
        type=_text(value.get("type")),
        group=_text(value.get("group")),
        version=_text(value.get("version")),
        range=_text(value.get("versionRange")),
        purl=purl,
        cpe=_text(value.get("cpe")),
        scope=_text(value.get("scope")),
        dev=any(map(_is_for_development, _list(value.get("properties")))),
    )


def _purl(value: object) -> object:
    return value.get("purl") if isinstance(value, dict) else None


def _holds_more(value: Table) -> bool:
    return bool(value.get("components")) or _text(value.get("type")) in cyclonedx.NO_PACKAGES


def _is_for_development(entry: object) -> bool:
    if not isinstance(entry, dict) or entry.get("name") not in cyclonedx.DEVELOPMENT:
        return False
    return str(entry.get("value")).lower() == "true"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    # Some tools write versions as numbers.
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


@cache
def _only(key: str) -> re.Pattern[str]:
    return re.compile(rf'"{key}"[ \t\r\n]*+:[ \t\r\n]*+"')


def _mark(head: bytes) -> bool:
    text = head.replace(b"\0", b"")
    if b'"SPDXID"' in text or text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        return False
    return re.search(rb'"bomFormat"\s*:\s*"CycloneDX"', text) is not None or (
        re.search(rb'"specVersion"\s*:\s*"1\.[2-9]"', text) is not None and b'"components"' in text
    )


PARSER: Final = Parser(
    id="cyclonedx_json",
    title="CycloneDX (JSON)",
    globs=(
        "bom.json",
        "bom.*.json",
        "bom-*.json",
        "*.bom.json",
        "*-bom.json",
        "*_bom.json",
        "cdx.json",
        "*.cdx.json",
        "*-cdx.json",
        "*_cdx.json",
        "*cyclonedx*.json",
        "sbom.json",
        "sbom*.json",
        "*.sbom.json",
        "*-sbom.json",
        "*_sbom.json",
        "*-sbom-*.json",
    ),
    spec="https://cyclonedx.org/docs/1.7/json/",
    parse=parse,
    mark=_mark,
)
