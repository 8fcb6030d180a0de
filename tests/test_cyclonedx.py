"""CycloneDX: what goes in comes out, with what is known of it, and valid in its schema."""

from __future__ import annotations

import io
import json
import os
from glob import glob
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from cyclonedx.validation.xml import XmlValidator

from scanner import cli
from scanner.corridor import Extras, scan
from scanner.model import Dependency, Input, Kind, Location, Policy, Report, Status, Verdict
from scanner.plugin import Style, World
from scanner.reading import Request
from scanner.reporters.cyclonedx import REPORTER
from tests import sample

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scanner.model import Match

DJANGO = sample.match(sample.DJANGO, 1, "3.2.25", Location("bom", 1))
OVER = Verdict(dependency=DJANGO.dependency, status=Status.EOL, match=DJANGO)

DOCUMENT = """{
  "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
  "bomFormat": "CycloneDX",
  "specVersion": "1.5",
  "version": 3,
  "metadata": {"component": {"type": "application", "name": "root", "components": [
    {"type": "library", "name": "django", "version": "3.2.25", "purl": "pkg:pypi/django@3.2.25"}]}},
  "components": [
    {
      "type": "library",
      "name": "Django",
      "version": "3.2.25",
      "purl": "pkg:pypi/Django@3.2.25",
      "wild": {"number": 1.10, "large": 1e999},
      "components": [{"type": "library", "name": "b", "purl": "pkg:pypi/django@3.2.25", "properties": []}],
      "pedigree": {"ancestors": [{"type": "library", "name": "a", "purl": "pkg:pypi/django@3.2.25"}]}
    },
    {"type": "library", "name": "c", "version": "1", "properties": [
      {"name": "eolscan:status", "value": "eol"},
      {"name": "eolscan:eol", "value": "2020-01-01"},
      {"name": "cdx:lifecycle:milestone:endOfSupport", "value": "2020-01-01"},
      {"name": "theirs", "value": "\\u202e##[group]"}
    ]},
    {"type": "library", "name": "django", "purl": "pkg:pypi/django@3.2.25", "properties": [
      {"name": "cdx:lifecycle:milestone:endOfSupport", "value": "2030-01-01"}]},
    {"type": "library", "name": "x", "properties": {"of": "another shape"}},
    {},
    "no component"
  ],
  "dependencies": [{"ref": "a", "dependsOn": []}]
}
"""

XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!-- a <component> that is none -->
<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.4" xmlns:x="https://example.org/x" version="1">
  <b:components>
    <b:component type="library" bom-ref="a">
      <b:name>Django</b:name>
      <b:version>3.2.25</b:version>
      <b:description><![CDATA[<component> \u00e9]]></b:description>
      <b:purl>pkg:pypi/django@3.2.25</b:purl>
      <b:pedigree><b:ancestors><b:component type="library"><b:name>n</b:name><b:version>1</b:version>
        <b:purl>pkg:pypi/django@3.2.25</b:purl></b:component></b:ancestors></b:pedigree>
      <b:components>
        <b:component type="library"><b:name>d</b:name><b:version>1</b:version><b:purl>pkg:pypi/django@3.2.25</b:purl
        ><b:properties/></b:component>
      </b:components>
      <x:more/>
    </b:component>
    <b:component type="library"><b:name>c</b:name><b:version>1</b:version><b:properties>
      <b:property name="eolscan:status">eol</b:property>
      <b:property name="theirs">mine &amp; yours</b:property>
    </b:properties></b:component>
  </b:components>
</b:bom>
"""


def report(text: str | bytes, verdicts: Sequence[Verdict] = (OVER,), parser: str = "cyclonedx_json") -> Report:
    data = text.encode() if isinstance(text, str) else text
    return sample.report()._replace(
        components=tuple(verdicts),
        inputs=(Input(path="bom", repo_path="bom", format=parser, components=len(verdicts)),),
        originals={"bom": data},
    )


def written(text: str | bytes, verdicts: Sequence[Verdict] = (OVER,), parser: str = "cyclonedx_json") -> str:
    return REPORTER.render(report(text, verdicts, parser), Style())


def is_ours(entry: object) -> bool:
    return isinstance(entry, dict) and str(entry.get("name")).startswith(("eolscan:", "cdx:lifecycle:milestone:"))


def theirs(value: object) -> object:
    """Take out what this program writes, and the lists that it wrote there for it."""
    if isinstance(value, dict):
        fields = {key: theirs(field) for key, field in value.items()}
        return {key: field for key, field in fields.items() if not (key in {"properties", "metadata"} and not field)}
    if isinstance(value, list):
        return [theirs(entry) for entry in value if not is_ours(entry)]
    return value


def said(component: dict[str, object]) -> dict[str, str]:
    properties = component.get("properties", [])
    assert isinstance(properties, list)
    return {entry["name"]: entry["value"] for entry in properties}


def test_everything_that_is_not_ours_is_written_back_as_it_came() -> None:
    text = written(DOCUMENT)
    assert json.dumps(theirs(json.loads(text))) == json.dumps(theirs(json.loads(DOCUMENT)))
    assert '"number": 1.10, "large": 1e999' in text


def test_every_component_that_is_a_dependency_is_told() -> None:
    document = json.loads(written(DOCUMENT))
    subject = document["metadata"]["component"]
    first, _, third, *_ = document["components"]
    for component in (subject["components"][0], first, first["components"][0]):
        assert said(component) == {
            "cdx:lifecycle:milestone:generalAvailability": "2021-04-06",
            "cdx:lifecycle:milestone:endOfDevelopment": "2021-12-07",
            "cdx:lifecycle:milestone:endOfSupport": "2024-04-01",
            "eolscan:status": "eol",
            "eolscan:product": "django",
            "eolscan:cycle": "3.2",
            "eolscan:released": "2021-04-06",
            "eolscan:eoas": "2021-12-07",
            "eolscan:eol": "2024-04-01",
            "eolscan:latest": "3.2.25",
            "eolscan:evidence": "vendor",
            "eolscan:source": "endoflife.date",
        }
    assert "properties" not in subject
    assert "properties" not in first["pedigree"]["ancestors"][0]
    assert said(third)["eolscan:eol"] == "2024-04-01"
    assert said(document["metadata"])["eolscan:as_of"] == "2026-11-22"


def test_a_date_that_the_document_gives_itself_stays_the_only_one() -> None:
    third = json.loads(written(DOCUMENT))["components"][2]
    dates = [entry["value"] for entry in third["properties"] if entry["name"].endswith(":endOfSupport")]
    assert dates == ["2030-01-01"]


def test_what_an_earlier_run_said_is_taken_back() -> None:
    second = json.loads(written(DOCUMENT))["components"][1]
    assert second["properties"] == [{"name": "theirs", "value": "\u202e##[group]"}]
    again = written(written(DOCUMENT))
    assert again == written(DOCUMENT)


def test_text_of_a_document_commands_nobody() -> None:
    text = written(DOCUMENT.replace("\\u202e", "\u202e\x7f"))
    assert text.replace("\n", "").isprintable()
    assert "##[" not in text


def test_a_document_without_metadata_is_given_some() -> None:
    document = json.loads(written('{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": null}'))
    assert said(document["metadata"]) == {"eolscan:as_of": "2026-11-22", "eolscan:data": "2026-08-22 0123456789ab"}


def test_several_documents_in_one_file_stay_several() -> None:
    text = written(f"{DOCUMENT}{DOCUMENT}[1, {DOCUMENT}]\n")
    assert text == f"{written(DOCUMENT) * 2}[1, {written(DOCUMENT)}]\n"


@pytest.mark.parametrize("text", ["{", "", '{"components": [}', "\x80", "[1]", "[" * 100_000])
def test_a_document_that_cannot_be_written_to_is_made_anew(text: str) -> None:
    document = json.loads(written(text))
    assert [component["name"] for component in document["components"]] == ["django"]


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_what_is_valid_stays_valid_in_json(version: str) -> None:
    document = {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}{'a' if version < '1.4' else ''}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "root", "version": "1"}},
        "components": [
            {"type": "library", "name": "Django", "version": "3.2.25", "purl": "pkg:pypi/django@3.2.25"},
            {"type": "library", "name": "untold", "version": "1"},
        ],
    }
    before = json.dumps(document)
    assert JsonStrictValidator(SchemaVersion.from_version(version)).validate_str(before) is None
    after = written(before)
    # Properties came with 1.3, which takes all that was before.
    risen = "1.3" if version == "1.2" else version
    assert json.loads(after)["specVersion"] == risen
    assert "eolscan:cycle" in after
    assert JsonStrictValidator(SchemaVersion.from_version(risen)).validate_str(after) is None


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
@pytest.mark.parametrize("metadata", ["", "<metadata><timestamp>2026-01-01T00:00:00Z</timestamp></metadata>"])
def test_what_is_valid_stays_valid_in_xml(version: str, metadata: str) -> None:
    before = f"""<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/{version}" version="1">{metadata}
  <components>
    <component type="library">
      <name>Django</name>
      <version>3.2.25</version>
      <purl>pkg:pypi/django@3.2.25</purl>
      <components><component type="library"><name>b</name><version>1</version></component></components>
    </component>
  </components>
</bom>"""
    assert XmlValidator(SchemaVersion.from_version(version)).validate_str(before) is None
    after = written(before, parser="cyclonedx_xml")
    assert "eolscan:cycle" in after
    risen = "1.3" if version == "1.2" else version
    assert XmlValidator(SchemaVersion.from_version(risen)).validate_str(after) is None


FIXTURES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "fixtures")


def scanned(path: str) -> Report:
    extras = Extras(components=True, originals=REPORTER.needs_originals)
    return scan(Request((path,), FIXTURES, bytes), Policy(), sample.TODAY, extras=extras)


@pytest.mark.parametrize("path", sorted(glob("cyclonedx_json/*/*.json", root_dir=FIXTURES)))
def test_every_fixture_in_json_is_written_back_as_it_came(path: str) -> None:
    with open(os.path.join(FIXTURES, path), "rb") as file:
        data = file.read()
    try:
        before = json.loads(data)
    except ValueError:
        return
    if os.path.basename(path) != "expected.json" and isinstance(before, dict) and "bomFormat" in before:
        found = scanned(path)
        after = json.loads(REPORTER.render(found, Style()))
        versions = {"specVersion": "1.3", "$schema": ""}
        assert json.dumps(theirs({**after, **versions})) == json.dumps(theirs({**after, **before, **versions}))
        told = json.dumps(after).count('"eolscan:status"')
        assert told == len(found.components)


@pytest.mark.parametrize("path", sorted(glob("cyclonedx_xml/*/*.xml", root_dir=FIXTURES)))
def test_every_fixture_in_xml_is_written_back_as_it_came(path: str) -> None:
    with open(os.path.join(FIXTURES, path), "rb") as file:
        data = file.read()
    try:
        before = ET.fromstring(data)  # noqa: S314 -- ours
    except ET.ParseError:
        return
    if not before.tag.endswith("bom"):
        return
    found = scanned(path)
    text = REPORTER.render(found, Style())
    assert elements(ET.fromstring(text.encode())) == elements(before)  # noqa: S314 -- ours
    assert text.count('"eolscan:status"') == len(found.components)


def elements(element: ET.Element) -> tuple[object, ...]:
    children = [
        elements(child) for child in element if not (element.tag.endswith("}properties") and is_ours(child.attrib))
    ]
    children = [child for child in children if child[0] not in {"properties", "metadata"} or child[3]]
    return (element.tag.rpartition("}")[2], element.attrib, (element.text or "").strip(), children)


def test_xml_is_written_back_as_it_came() -> None:
    text = written(XML.encode("latin-1"), parser="cyclonedx_xml")
    before, after = (ET.fromstring(data) for data in (XML.encode("latin-1"), text.encode()))  # noqa: S314 -- ours
    assert elements(after) == elements(before)
    assert "<!-- a <component> that is none -->" in text
    assert "<![CDATA[<component> é]]>" in text
    assert text.count('"eolscan:product">django<') == 2
    assert text.index("</b:pedigree>") < text.index("eolscan:product") < text.index("<b:components>", 400)
    assert written(text, parser="cyclonedx_xml") == text


def test_what_an_earlier_run_said_is_taken_back_in_xml() -> None:
    text = written(XML.encode("latin-1"), (), parser="cyclonedx_xml")
    assert "eolscan:status" not in text
    assert '<b:property name="theirs">mine &amp; yours</b:property>' in text


@pytest.mark.parametrize("text", ["", "<bom", "<a></b>", "<a>", "<bom><components></bom>"])
def test_xml_that_cannot_be_written_to_is_made_anew(text: str) -> None:
    document = json.loads(written(text, parser="cyclonedx_xml"))
    assert [component["name"] for component in document["components"]] == ["django"]


def test_a_new_document_is_valid_and_the_same_each_time() -> None:
    many = sample.report(list_all=True, hostile=True)
    components = (*many.components, *many.components, _of(Kind.OS), _of(Kind.IMAGE), _of(Kind.RUNTIME))
    text = REPORTER.render(many._replace(components=components), Style())
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == REPORTER.render(many._replace(components=components), Style())
    document = json.loads(text)
    assert document["metadata"]["timestamp"].startswith("2026-11-22")
    assert [component["name"] for component in document["components"]].count("django") == 1
    other = REPORTER.render(many._replace(components=components[1:]), Style())
    assert json.loads(other)["serialNumber"] != document["serialNumber"]


def test_the_places_of_a_component_stand_in_one_order() -> None:
    given = sample.report(list_all=True)
    verdict = given.components[0]
    places = [Location(f"{letter}.txt", line) for letter in "dbca" for line in (9, 1, None)]
    components = tuple(
        verdict._replace(dependency=verdict.dependency._replace(location=place), match=None) for place in places
    )
    document = json.loads(REPORTER.render(given._replace(components=components), Style()))
    (told,) = (component["evidence"]["occurrences"] for component in document["components"])
    assert [place["location"] for place in told] == sorted(place["location"] for place in told)
    assert not any("bom-ref" in place for place in told)
    assert [place.get("line") for place in told[:2]] == [1, 9]


def _of(kind: Kind) -> Verdict:
    dependency = Dependency(purl="", label=("nameless", "1"), location=Location("bom", 1), kind=kind)
    return Verdict(dependency=dependency, status=Status.UNTRACKED)


def test_a_range_is_told_without_dates_that_are_not_its_own() -> None:
    match: Match = DJANGO._replace(allowed=sample.DJANGO.cycles)
    text = REPORTER.render(sample.report()._replace(components=(OVER._replace(match=match),)), Style())
    assert "cdx:lifecycle" not in text
    assert "eolscan:cycle" in text


def test_one_scan_serves_several_outputs(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("django==3.2.25\nleft-pad-of-nobody==1\n")

    def run(*arguments: str) -> str:
        out = io.StringIO()
        world = World(io.BytesIO(), out, io.StringIO(), {}, sample.TODAY, str(tmp_path))
        cli.run(arguments, world)
        return out.getvalue()

    alone = run("-q", "-f", "json", "requirements.txt")
    together = run("-q", "-f", "json", "-o", "cyclonedx=bom.json", "requirements.txt")
    assert together == alone
    names = {component["name"] for component in json.loads((tmp_path / "bom.json").read_text())["components"]}
    assert names == {"django", "left-pad-of-nobody"}
