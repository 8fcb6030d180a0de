"""SPDX: what goes in comes out, with the ends of support and an annotation for all that is known."""

from __future__ import annotations

import json
import os
from glob import glob

import pytest

from scanner.corridor import Extras, scan
from scanner.model import Dependency, Input, Kind, Location, Policy, Report, Status, Verdict
from scanner.plugin import Style
from scanner.reading import Request
from scanner.reporters.spdx import REPORTER
from tests import sample

DJANGO = sample.match(sample.DJANGO, 1, "3.2.25", Location("bom", 1))
OVER = Verdict(dependency=DJANGO.dependency, status=Status.EOL, match=DJANGO)
ENDED = "2024-04-01T23:59:59Z"
THEIRS = {"annotationDate": "2020-01-01T00:00:00Z", "annotationType": "OTHER", "annotator": "Tool: x-1", "comment": "c"}


def package(number: int, **fields: object) -> dict[str, object]:
    purl = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": DJANGO.dependency.purl}
    whole = {"name": "django", "SPDXID": f"SPDXRef-{number}", "versionInfo": "3.2.25", "externalRefs": [purl], **fields}
    return {key: value for key, value in whole.items() if value is not None}


DOCUMENT = {
    "spdxVersion": "SPDX-2.2",
    "name": "wild",
    "unknown": {"a": [1, None]},
    "packages": [
        package(1),
        package(2, annotations=[THEIRS], validUntilDate="2030-01-01T00:00:00Z"),
        package(3, externalRefs=None, name="pip:Django"),
        package(4, externalRefs=None, name="nobody", annotations=[]),
        package(5, externalRefs=None, name="debian", versionInfo="11", primaryPackagePurpose="OPERATING-SYSTEM"),
        package(6, externalRefs="wild", annotations="wild"),
        {},
        "no package",
    ],
    "relationships": [],
}

GRAPH = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {"type": "software_Package", "spdxId": "a", "software_packageUrl": "pkg:pypi/django@3.2.25"},
        {"type": "software_Package", "spdxId": "b", "externalIdentifier": ["i"]},
        {
            "type": "software_Package",
            "spdxId": "c",
            "supportLevel": ["support"],
            "externalIdentifier": {"externalIdentifierType": "packageUrl", "identifier": "pkg:pypi/django@3.2.25"},
        },
        {"type": "software_Package", "spdxId": "d", "name": "nobody"},
        {"type": "software_File", "spdxId": "e", "software_packageUrl": "pkg:pypi/django@3.2.25"},
        {
            "type": "ExternalIdentifier",
            "spdxId": "i",
            "externalIdentifierType": "packageUrl",
            "identifier": "pkg:pypi/django@3.2.25",
        },
    ],
}


def report(data: bytes, verdicts: tuple[Verdict, ...] = (OVER,), parser: str = "spdx_json") -> Report:
    return sample.report()._replace(
        components=verdicts,
        inputs=(Input(path="bom", repo_path="bom", format=parser, components=1),),
        originals={"bom": data},
    )


def written(document: object, verdicts: tuple[Verdict, ...] = (OVER,), indent: int | None = None) -> str:
    return REPORTER.render(report(json.dumps(document, indent=indent).encode(), verdicts), Style())


def theirs(value: object) -> object:
    if isinstance(value, dict):
        own = {"validUntilDate", "validUntilTime", "supportLevel", "spdxVersion"}
        fields = {key: theirs(field) for key, field in value.items() if key not in own}
        return {key: field for key, field in fields.items() if key != "annotations" or field}
    if isinstance(value, list):
        return [theirs(entry) for entry in value if "Tool: eolscan-" not in json.dumps(entry) or "name" in entry]
    return value


@pytest.mark.parametrize("document", [DOCUMENT, GRAPH])
@pytest.mark.parametrize("indent", [None, 2])
def test_everything_that_is_not_ours_is_written_back_as_it_came(document: object, indent: int | None) -> None:
    assert json.dumps(theirs(json.loads(written(document, indent=indent)))) == json.dumps(theirs(document))


FIXTURES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "fixtures")


@pytest.mark.parametrize(
    "path", sorted(path for kind in ("spdx_json", "spdx3") for path in glob(f"{kind}/*/*.json*", root_dir=FIXTURES))
)
def test_every_fixture_is_written_back_as_it_came(path: str) -> None:
    with open(os.path.join(FIXTURES, path), "rb") as file:
        data = file.read()
    try:
        before = json.loads(data)
    except ValueError:
        return
    before = before.get("sbom", before) if isinstance(before, dict) else {}
    if os.path.basename(path) == "expected.json" or not ("spdxVersion" in before or "@graph" in before):
        return
    extras = Extras(components=True, originals=REPORTER.needs_originals)
    found = scan(Request((path,), FIXTURES, bytes), Policy(), sample.TODAY, extras=extras)
    after = json.loads(REPORTER.render(found, Style()))
    assert json.dumps(theirs(after)) == json.dumps(theirs(before))


def test_the_end_of_support_stands_in_each_package_that_has_one() -> None:
    debian = Dependency(purl="pkg:generic/debian@11", location=Location("bom", 9), kind=Kind.OS)
    document = json.loads(written(DOCUMENT, (OVER, Verdict(dependency=debian, status=Status.UNTRACKED))))
    first, second, third, fourth, fifth, sixth, *_ = document["packages"]
    # The field came with 2.3, which takes all that was before.
    assert document["spdxVersion"] == "SPDX-2.3"
    assert first["validUntilDate"] == third["validUntilDate"] == ENDED
    assert "status: eol; product: django; cycle: 3.2" in first["annotations"][0]["comment"]
    assert second["validUntilDate"] == "2030-01-01T00:00:00Z"
    assert second["annotations"][0] == THEIRS
    assert "status: eol" in second["annotations"][1]["comment"]
    assert fourth["annotations"] == []
    assert fifth["annotations"][0]["comment"].endswith("\nstatus: untracked")
    assert sixth["annotations"] == "wild"


def test_a_second_run_takes_back_what_the_first_said() -> None:
    once = written({**DOCUMENT, "packages": [package(1)]}, indent=1)
    assert REPORTER.render(report(once.encode()), Style()) == once
    later = DJANGO._replace(cycle=sample.DJANGO.cycles[0])
    text = REPORTER.render(report(once.encode(), (OVER._replace(match=later),)), Style())
    (found,) = json.loads(text)["packages"]
    assert found["validUntilDate"] == "2028-04-30T23:59:59Z"
    assert len(found["annotations"]) == 1


def test_what_github_wraps_is_unwrapped() -> None:
    assert json.loads(written({"sbom": DOCUMENT})) == json.loads(written(DOCUMENT))


def test_spdx_3_has_words_for_the_support_that_is_left() -> None:
    elements = json.loads(written(GRAPH))["@graph"]
    told = [(element.get("supportLevel"), element.get("validUntilTime")) for element in elements]
    over = (["endOfSupport"], ENDED)
    assert told == [over, over, (["support"], ENDED), (None, None), (None, None), (None, None)]


@pytest.mark.parametrize("data", [b"{", b"", b"[]", b"{}{}", b"\x80", b"[" * 100_000])
def test_a_document_that_cannot_be_written_to_is_made_anew(data: bytes) -> None:
    document = json.loads(REPORTER.render(report(data), Style()))
    assert [entry["name"] for entry in document["packages"]] == ["django"]
    assert document["packages"][0]["validUntilDate"] == ENDED


def test_another_input_gives_another_namespace_and_the_same_one_the_same() -> None:
    def namespace(*verdicts: Verdict) -> str:
        text = REPORTER.render(sample.report()._replace(components=verdicts), Style())
        return str(json.loads(text)["documentNamespace"])

    assert namespace(OVER) == namespace(OVER)
    assert namespace(OVER) != namespace()
