"""SPDX: the document that was scanned with what is known of its packages, or a new one of version 2.3.

https://spdx.github.io/spdx-spec/v2.3/package-information/: `validUntilDate` is the end of the support by the
supplier; all else is told in annotations. SPDX 3.0 has `validUntilTime` and `supportLevel`
(https://spdx.github.io/spdx-spec/v3.0.1/model/Core/Classes/Artifact/). A scanned document keeps its own text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import about, purl
from scanner.ecosystems import sbom
from scanner.ecosystems.spdx import GITHUB
from scanner.model import Status
from scanner.plugin import Reporter
from scanner.syntax import jsontext
from scanner.text import clean, redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from scanner.ecosystems.sbom import Named, Verdicts
    from scanner.model import Report
    from scanner.plugin import Style
    from scanner.syntax.jsontext import Edit, Listed, Value, Walk

_V2: Final = "spdx_json"
_V3: Final = "spdx3"
_ANNOTATOR: Final = f"Tool: {about.NAME}-"
_PURL_KINDS: Final = frozenset({"purl", "packageUrl", "packageURL"})

# What SPDX 3 calls the support that is left; it has no word for what else there is.
_LEVELS: Final = {
    Status.EOL: "endOfSupport",
    Status.EXPIRING: "support",
    Status.SECURITY_ONLY: "limitedSupport",
    Status.EXTENDED: "limitedSupport",
    Status.SUPERSEDED: "support",
    Status.SUPPORTED: "support",
}


def render(report: Report, style: Style) -> str:  # noqa: ARG001 -- the same everywhere
    """Write the scanned document back where it was the only input, else a new one."""
    if len(report.inputs) == 1 and (data := report.originals.get(report.inputs[0].path)) is not None:
        try:
            written = _written_back(data, report)
        except (ValueError, RecursionError):
            # Read as far as it went, it cannot be written to.
            written = None
        if written is not None:
            return written
    return _new(report)


class _Package(NamedTuple):
    """A package of the document: where it begins, where its last member ends, and what it holds already."""

    start: int
    end: int
    keys: frozenset[str]
    named: tuple[Named, ...]
    annotations: Listed | None
    valid_until: tuple[int, int]


class _Found(NamedTuple):
    """All that is needed to write to a document; `span` is the document's own, without what is wrapped around it."""

    packages: list[_Package]
    edits: list[Edit]
    span: tuple[int, int]
    added: Callable[[Verdicts, _Package, Report], dict[str, Value]]


def _written_back(data: bytes, report: Report) -> str | None:
    text = jsontext.decoded(data)
    walk = jsontext.Walk(text)
    found = _document(walk)
    if found is None or walk.more:
        return None
    named = [name for package in found.packages for name in package.named]
    said = iter(sbom.assigned(named, report.components))
    edits = found.edits
    for package in found.packages:
        verdicts = tuple(verdict for _ in package.named for verdict in next(said))
        if verdicts:
            edits += _edits(text, package, found.added(verdicts, package, report))
    start, end = found.span
    after = [jsontext.Edit(end, len(text), ""), jsontext.Edit(0, start, "")]
    return jsontext.harmless(jsontext.edited(text, [*edits, *after])).rstrip() + "\n"


def _document(walk: Walk) -> _Found | None:
    """Pass the document; None where it is none of SPDX."""
    start, packages, edits, is_v3 = walk.at, list[_Package](), list[jsontext.Edit](), False
    wrapped: _Found | None = None
    for key in walk.members():
        if key == "sbom" and walk.begins("{"):
            wrapped = _document(walk)
        elif key == "packages" and walk.begins("["):
            packages = [package for _ in walk.elements() if (package := _package(walk))]
        elif key == "@graph" and walk.begins("["):
            packages, is_v3 = _graph(walk), True
        elif key == "spdxVersion":
            edits += _risen(walk)
        else:
            walk.value()
    found = _Found(packages, edits, (start, walk.end), _added_to_3 if is_v3 else _added_to_2)
    return found if packages or wrapped is None else wrapped


def _risen(walk: Walk) -> list[Edit]:
    # `validUntilDate` came with 2.3, which takes every document of 2.2.
    start, version = walk.at, walk.value()
    return [jsontext.Edit(start, walk.end, '"SPDX-2.3"')] if version == "SPDX-2.2" else []


def _package(walk: Walk) -> _Package | None:
    if not walk.begins("{"):
        walk.value()
        return None
    start = end = walk.at
    fields: dict[str, object] = {}
    annotations, valid_until = None, (0, 0)
    for key in walk.members():
        place = walk.at
        if key == "annotations":
            annotations = jsontext.listed(walk)
            fields[key] = None
        else:
            fields[key] = walk.value()
        end = walk.end
        if key == "validUntilDate":
            valid_until = place, end
    return _Package(start, end, frozenset(fields), tuple(_named(fields)), annotations, valid_until)


def _named(fields: dict[str, object]) -> Iterator[Named]:
    name, version = _text(fields.get("name")), _text(fields.get("versionInfo"))
    is_os = "OPERATING" in _text(fields.get("primaryPackagePurpose")) or "-OperatingSystem-" in _text(
        fields.get("SPDXID")
    )
    references = fields.get("externalRefs")
    purls = [
        _text(reference.get("referenceLocator"))
        for reference in (references if isinstance(references, list) else ())
        if isinstance(reference, dict) and _text(reference.get("referenceType")).rpartition("/")[2] == "purl"
    ]
    for text in purls:
        yield sbom.Named((text,), (name,) if len(purls) == 1 else (), version, is_os)
    if not purls:
        made = f"pkg:generic/{name}" if is_os else _of_github(name)
        yield sbom.Named((made,) if made else (), (name,), version, is_os)


def _of_github(name: str) -> str:
    ecosystem, _, rest = name.partition(":")
    return f"pkg:{GITHUB[ecosystem]}/{rest.replace(':', '/')}" if ecosystem in GITHUB else ""


def _graph(walk: Walk) -> list[_Package]:
    places: list[tuple[int, int, dict[str, object]]] = []
    identifiers: dict[str, str] = {}
    for start in walk.elements():
        value = walk.value()
        fields: dict[str, object] = value if isinstance(value, dict) else {}
        kind = _text(fields.get("type"))
        if kind == "software_Package":
            places.append((start, walk.end, fields))
        elif kind == "ExternalIdentifier" and _text(fields.get("externalIdentifierType")) in _PURL_KINDS:
            key = _text(fields.get("spdxId")) or _text(fields.get("@id"))
            identifiers[key] = _text(fields.get("identifier"))
    return [
        # An element has members: what it was found by is one of them.
        _Package(start, _last(walk.text, end), frozenset(fields), (_named_3(fields, identifiers),), None, (0, 0))
        for start, end, fields in places
    ]


def _last(text: str, end: int) -> int:
    """Return where the last member of an object ends that ends here itself."""
    end -= 1
    while text[end - 1] in " \t\r\n":
        end -= 1
    return end


def _named_3(fields: dict[str, object], identifiers: dict[str, str]) -> Named:
    found = [_text(fields.get("software_packageUrl"))]
    listed = fields.get("externalIdentifier")
    for entry in listed if isinstance(listed, list) else [listed]:
        if isinstance(entry, str):
            found.append(identifiers.get(entry, ""))
        elif isinstance(entry, dict) and _text(entry.get("externalIdentifierType")) in _PURL_KINDS:
            found.append(_text(entry.get("identifier")))
    name, version = _text(fields.get("name")), _text(fields.get("software_packageVersion"))
    is_os = fields.get("software_primaryPurpose") == "operatingSystem"
    purls = tuple(filter(None, found)) or ((f"pkg:generic/{name}",) if is_os else ())
    return sbom.Named(purls, (name,), version, is_os)


def _edits(text: str, package: _Package, added: dict[str, Value]) -> list[Edit]:
    edits = []
    annotations = added.pop("annotations", None)
    if isinstance(annotations, list) and package.annotations is not None:
        rest = package.annotations._replace(
            elements=tuple(entry for entry in package.annotations.elements if not _is_ours(entry[1]))
        )
        edits.append(jsontext.grown(rest, annotations, jsontext.margin(text, package.start)))
    elif annotations is not None and "annotations" not in package.keys:
        added["annotations"] = annotations
    if "validUntilDate" in added and package.valid_until[1]:
        edits.append(jsontext.Edit(*package.valid_until, jsontext.written(added.pop("validUntilDate"))))
    return [*edits, jsontext.added(text, package.start, package.end, added)] if added else edits


def _is_ours(annotation: object) -> bool:
    return isinstance(annotation, dict) and _text(annotation.get("annotator")).startswith(_ANNOTATOR)


def _added_to_2(verdicts: Verdicts, package: _Package, report: Report) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    # What the document itself says of its support stays; what an earlier run wrote has its annotation beside it.
    ours = package.annotations is not None and any(_is_ours(value) for _, value in package.annotations.elements)
    if (until := _valid_until(verdicts)) and (ours or "validUntilDate" not in package.keys):
        fields["validUntilDate"] = until
    fields["annotations"] = [_annotation(verdicts, report)]
    return fields


def _added_to_3(verdicts: Verdicts, package: _Package, report: Report) -> dict[str, Value]:  # noqa: ARG001 -- as of 2
    fields: dict[str, Value] = {}
    status = verdicts[0].status
    if sbom.pinned(verdicts) and status in _LEVELS:
        fields["supportLevel"] = [_LEVELS[status]]
    if until := _valid_until(verdicts):
        fields["validUntilTime"] = until
    return {key: value for key, value in fields.items() if key not in package.keys}


def _valid_until(verdicts: Verdicts) -> str | None:
    match = sbom.pinned(verdicts)
    end = sbom.day(match.cycle.eol) if match else None
    return sbom.end_of_day(end) if end else None


def _annotation(verdicts: Verdicts, report: Report) -> dict[str, Value]:
    told = [sbom.basis(report.today, report.data), *(sbom.facts(verdict) for verdict in verdicts)]
    return {
        "annotationDate": _morning(report.today),
        "annotationType": "OTHER",
        "annotator": f"{_ANNOTATOR}{about.VERSION}",
        "comment": "\n".join("; ".join(f"{name}: {_told(value)}" for name, value in facts) for facts in told),
    }


def _new(report: Report) -> str:
    together: dict[tuple[object, ...], Verdicts] = {}
    for verdicts in sbom.judged(report.components):
        dependency = verdicts[0].dependency
        together.setdefault((dependency.purl, dependency.label, dependency.requirement, dependency.kind), verdicts)
    packages = [_new_package(number, verdicts, report) for number, verdicts in enumerate(together.values(), 1)]
    created = _morning(report.today)
    document: dict[str, Value] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "dependencies",
        "documentNamespace": f"https://spdx.org/spdxdocs/{about.NAME}-{sbom.number(report)}",
        "creationInfo": {"created": created, "creators": [f"{_ANNOTATOR}{about.VERSION}"]},
        "packages": packages,
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": described}
            for described in [f"SPDXRef-Package-{number}" for number in range(1, len(packages) + 1)] or ["NONE"]
        ],
    }
    return jsontext.harmless(jsontext.written(document, indent=2)) + "\n"


def _new_package(number: int, verdicts: Verdicts, report: Report) -> dict[str, Value]:
    dependency = verdicts[0].dependency
    name, version = purl.name_and_version(dependency)
    fields: dict[str, Value] = {
        "SPDXID": f"SPDXRef-Package-{number}",
        "name": _told(name) or "unnamed",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
    }
    if said := version or dependency.requirement:
        fields["versionInfo"] = _told(said)
    if official := purl.official(redact(dependency.purl)):
        fields["externalRefs"] = [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": official.to_string(),
            }
        ]
    if until := _valid_until(verdicts):
        fields["validUntilDate"] = until
    return {**fields, "annotations": [_annotation(verdicts, report)]}


def _morning(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _told(text: str) -> str:
    return redact(clean(text))


REPORTER: Final = Reporter(
    id="spdx",
    title="SPDX JSON 2.3, or the scanned SPDX document in its own form, with the ends of support",
    render=render,
    needs_components=True,
    needs_originals=frozenset({_V2, _V3}),
)
