"""Laws of the room that reads JSON of any size: skimming gives what a whole decode gives, and places are exact."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.catalog import dataset
from scanner.catalog.index import Index
from scanner.corridor import resolve_all
from scanner.model import Dependency, Location, Miss, Passed, Problem, Reason
from scanner.parsers import cyclonedx_json
from scanner.source import Source
from scanner.syntax import jsonstream
from scanner.syntax.jsonstream import Broken, Element, Skimmed

if TYPE_CHECKING:
    from collections.abc import Iterator

SKIMS = {"components": {"purl": str, "type": str}}

texts = st.text(alphabet='abé"\\{}[],: \n\u2028', max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
components = st.lists(
    st.fixed_dictionaries({"purl": texts, "type": texts}, optional={"components": st.lists(values, max_size=2)})
    | st.dictionaries(st.sampled_from(["purl", "type", "name"]), texts, max_size=3)
    | values,
    max_size=12,
)
documents = st.fixed_dictionaries(
    {"components": components}, optional={"metadata": values, "others": st.lists(values, max_size=3)}
)
layouts = st.sampled_from([{"indent": 2}, {"indent": 0}, {"separators": (",", ":")}, {}, {"ensure_ascii": False}])


def whole(source: Source, small: int) -> list[object]:
    """Return all events, each element of its own."""
    found: list[object] = []
    for event in jsonstream.read(source, SKIMS, small=small):
        if isinstance(event, Skimmed):
            found += event.elements(range(event.size)) if event.columns else [None] * event.size
        else:
            found.append(event)
    return found


@given(documents, layouts, st.sampled_from(["\n", "\r\n", "\r"]))
def test_skimming_gives_what_a_whole_decode_gives(document: object, layout: dict[str, object], newline: str) -> None:
    text = json.dumps(document, **layout).replace("\n", newline)  # type: ignore[arg-type]  # -- keywords of one function
    source = Source("f", text.encode("utf-8", "surrogatepass"))
    plain, skimmed = whole(source, jsonstream.SMALL), whole(source, 0)
    assert [event for event in plain if getattr(event, "key", "") != "others"] == [
        event for event in skimmed if event and getattr(event, "key", "") != "others"
    ]
    for event in plain:
        if isinstance(event, Element):
            place = event.place(0, 1)
            lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            assert lines[(place.line or 0) - 1][(place.column or 0) - 1] == event.text[0]


@given(documents, st.floats(0, 1), st.sampled_from(["", "]", "}", ",", '"', "\x00", "{}"]))
def test_broken_files_break_at_the_same_place(document: object, where: float, wound: str) -> None:
    text = json.dumps(document, indent=1)
    cut = int(where * len(text))
    source = Source("f", (text[:cut] + wound + text[cut + 1 :]).encode())
    ends = [[event for event in whole(source, small) if isinstance(event, Broken)] for small in (jsonstream.SMALL, 0)]
    assert ends[0] == ends[1]


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_to_an_end(data: bytes) -> None:
    for small in (jsonstream.SMALL, 0):
        assert whole(Source("f", data), small) is not None


def entries(count: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        name = "django" if number % 50 == 0 else f"unknown-{number}"
        inner = [{"type": "library", "name": "flask", "purl": "pkg:pypi/flask@1.0"}] if number % 700 == 5 else None
        decoy = (
            {"ancestors": [{"type": "library", "name": "x", "purl": f"pkg:pypi/{name}@1.0"}]}
            if number % 90 == 7
            else None
        )
        yield {
            "type": "library",
            "bom-ref": str(number),
            "name": name,
            "version": "3.2",
            **({"components": inner} if inner else {}),
            **({"pedigree": decoy} if decoy else {}),
            "purl": f"pkg:pypi/{name}@3.2",
            "description": "}, {" * 40,
        }


@pytest.mark.parametrize("layout", [{"indent": 2}, {"separators": (",", ":")}, {"indent": 0}])
def test_a_large_sbom_gives_what_its_plain_reading_gives(
    monkeypatch: pytest.MonkeyPatch, layout: dict[str, object]
) -> None:
    edges = [{"ref": str(number), "dependsOn": [str(number + 1)]} for number in range(9_999)]
    document = {
        "specVersion": "1.5",
        "components": list(entries(10_000)),
        "dependencies": edges,
        "metadata": {"component": {"bom-ref": "0"}},
    }
    source = Source("f", json.dumps(document, **layout).encode())  # type: ignore[arg-type]  # -- keywords of one function
    plain = list(cyclonedx_json.parse(source))
    monkeypatch.setattr(jsonstream, "read", partial(jsonstream.read, small=1))
    assert list(cyclonedx_json.parse(source)) == plain
    source.asked = lambda purls: [number for number, purl in enumerate(purls) if purl == "pkg:pypi/django@3.2"]
    asked = list(cyclonedx_json.parse(source))
    kept = {value for value in asked if isinstance(value, Dependency)}
    assert kept <= {value for value in plain if isinstance(value, Dependency)}
    assert sum("django" in value.purl for value in kept) == 200
    assert len(kept) + sum(value.number for value in asked if isinstance(value, Passed)) == sum(
        isinstance(value, Dependency) for value in plain
    )


def with_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonstream, "_STRETCH", 20_000)
    monkeypatch.setattr(jsonstream, "read", partial(jsonstream.read, small=1))


def _is_asked_for(purl: str) -> bool:
    return "django" in purl or not purl.startswith("pkg:")


def asked_of(data: bytes) -> tuple[list[Dependency], list[Problem], int]:
    """Ask for django; return what is asked for, the problems, and how many there are of all."""
    source = Source("f", data)
    source.asked = lambda purls: [number for number, purl in enumerate(purls) if _is_asked_for(str(purl))]
    told = list(cyclonedx_json.parse(source))
    found = [value for value in told if isinstance(value, Dependency)]
    count = len(found) + sum(value.number for value in told if isinstance(value, Passed))
    wanted = [value for value in found if "django" in value.purl]
    return wanted, [value for value in told if isinstance(value, Problem)], count


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("layout", [{"indent": 2}, {"separators": (",", ":")}, {}])
@pytest.mark.parametrize(
    "flaw", [None, {"purl": 5, "name": "x"}, "no table", {"name": "n", "components": [{"name": "m"}]}]
)
def test_stretches_are_read_as_the_whole_is(
    monkeypatch: pytest.MonkeyPatch, newline: str, layout: dict[str, object], flaw: object
) -> None:
    listed: list[object] = list(entries(900))
    listed[500:500] = [] if flaw is None else [flaw]
    edges = [{"ref": str(number), "dependsOn": [str(number + 1)]} for number in range(899)]
    document = {
        "specVersion": "1.5",
        "metadata": {"component": {"bom-ref": "0"}},
        "components": listed,
        "dependencies": edges,
    }
    text = json.dumps(document, **layout).replace("\n", newline)  # type: ignore[arg-type]  # -- keywords of one function
    one = asked_of(text.encode())
    with_stretches(monkeypatch)
    assert asked_of(text.encode()) == one


@pytest.mark.parametrize("where", [0.2, 0.55, 0.9, 0.999])
@pytest.mark.parametrize("wound", [b"", b"}", b'"', b"\xff"])
def test_stretches_break_off_where_the_whole_does(monkeypatch: pytest.MonkeyPatch, where: float, wound: bytes) -> None:
    data = json.dumps({"specVersion": "1.5", "components": list(entries(900))}).encode()
    cut = int(where * len(data))
    data = data[:cut] + wound + (data[cut + 1 :] if wound else b"")
    one = asked_of(data)
    assert one[0]
    with_stretches(monkeypatch)
    assert asked_of(data) == one


def test_a_document_that_breaks_off_tells_what_stands_before() -> None:
    problem, found = cyclonedx_json.parse(Source("f", b'{"specVersion": "1.5", "components": [{"name": "a"},'))
    assert isinstance(problem, Problem)
    assert problem.location.line == 1
    assert isinstance(found, Dependency)
    assert found.label == ("a", None)


@pytest.mark.parametrize("small", [0, jsonstream.SMALL])
@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (b'{"a": 1,\n"x": [NaN], "components": []}', 2, "NaN"),
        (b'{"components": [{}],\n "components": []}', 2, "more than once"),
        (b'{"a": "\xe4"}', None, "UTF-8"),
    ],
)
def test_what_is_hardly_json_is_read_and_told(text: bytes, line: int | None, word: str, small: int) -> None:
    events = list(jsonstream.read(Source("f", text), SKIMS | {"x": {}}, small=small))
    (odd,) = (event for event in events if isinstance(event, jsonstream.Odd))
    assert word in odd.message
    assert odd.location.line == line
    assert not any(isinstance(event, Broken) for event in events)


def test_half_a_character_is_told() -> None:
    text = rb'{"specVersion": "1.5", "components": [{"name": "a\ud800", "purl": "pkg:npm/a@1"}]}'
    problem, found = cyclonedx_json.parse(Source("f", text))
    assert isinstance(problem, Problem)
    assert isinstance(found, Dependency)


def test_a_reference_that_several_components_have_is_told_where_it_counts() -> None:
    parts = [{"name": name, "bom-ref": "x"} for name in "ab"]
    edges = [{"ref": "x", "dependsOn": ["x"]}]
    for dependencies, count in (([], 0), (edges, 1)):
        document = {"specVersion": "1.5", "components": parts, "dependencies": dependencies}
        told = list(cyclonedx_json.parse(Source("f", json.dumps(document).encode())))
        assert sum(isinstance(value, Problem) for value in told) == count
        assert sum(isinstance(value, Dependency) for value in told) == 2


_index = Index(dataset.load())
_names = st.sampled_from(
    [
        "django",
        "Django",
        "spring-core",
        "react-dom",
        "jquery",
        "lib-php",
        "php",
        "x_y",
        "a.b",
        "@vue/cli",
        "%40angular/core",
    ]
)
_heads = st.sampled_from(
    [
        "pypi",
        "npm",
        "maven/org.springframework",
        "deb/debian",
        "rpm/rhel",
        "docker",
        "generic",
        "golang/k8s.io",
        "nuget",
        "PyPI",
    ]
)


@settings(max_examples=300)
@given(
    st.builds(
        "pkg:{}/{}{}{}".format,
        _heads,
        _names,
        st.sampled_from(["", "@1.0", "@", "%401.0"]),
        st.sampled_from(["", "?distro=debian-11", "?a=b@c", "#x@y"]),
    )
)
def test_nothing_is_known_of_what_nobody_asks_for(purl: str) -> None:
    if _index.asked([purl]):
        return
    for found in resolve_all(Dependency(purl=purl, location=Location("f")), _index):
        assert isinstance(found, Miss)
        assert found.reason is Reason.UNTRACKED
