"""All parsers against `fixtures/<parser>/<case>/`: adding a parser or a case adds tests and edits none.

A case holds one input under its real name, or several: those that the parser claims are read, in
order of their paths, the others lie beside them as on a disk. `expected.json` is what they hold.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packageurl import PackageURL

from scanner import claims, plugin
from scanner.model import Dependency, Include, Kind, Location, Parsed, Passed, Problem
from scanner.source import Source, read

if TYPE_CHECKING:
    from scanner.plugin import Parser

FIXTURES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "fixtures")
EXPECTED = "expected.json"
HEAD = 4096
GROUPS: dict[type[Parsed], str] = {Dependency: "dependencies", Include: "includes", Problem: "problems"}


class Case(NamedTuple):
    """One folder of fixtures: `inputs` and `bystanders` are paths inside it, with `/`."""

    parser: Parser
    name: str
    inputs: tuple[str, ...]
    bystanders: tuple[str, ...]

    @property
    def folder(self) -> str:
        return os.path.join(FIXTURES, self.parser.id, self.name)

    def source(self, path: str) -> Source:
        return read(os.path.join(self.folder, path), path, root=self.folder)


@cache
def cases_of(parser_id: str) -> tuple[Case, ...]:
    return tuple(case_of(parser_id, name) for name in case_names(parser_id))


@cache
def case_of(parser_id: str, name: str) -> Case:
    parser, folder = plugin.parser(parser_id), os.path.join(FIXTURES, parser_id, name)
    paths = sorted(
        os.path.relpath(os.path.join(root, file), folder).replace(os.sep, "/")
        for root, _, files in os.walk(folder)
        for file in files
    )
    paths.remove(EXPECTED) if EXPECTED in paths else None
    inputs = [path for path in paths if parser_id in claims.claimants(path)] or [
        path for path in paths if _marked(parser, folder, path)
    ]
    assert inputs, f"{folder} holds no file that the parser {parser_id} claims or marks"
    return Case(parser, name, tuple(inputs), tuple(path for path in paths if path not in inputs))


def _marked(parser: Parser, folder: str, path: str) -> bool:
    with open(os.path.join(folder, path), "rb") as file:
        return parser.mark(file.read(HEAD))


def case_names(parser_id: str) -> list[str]:
    folder = os.path.join(FIXTURES, parser_id)
    return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir()) if os.path.isdir(folder) else []


@cache
def parsed(case: Case) -> tuple[tuple[Source, tuple[Parsed, ...]], ...]:
    sources = map(case.source, case.inputs)
    # Nobody asks here, so that nothing is passed over.
    return tuple(
        (source, tuple(value for value in case.parser.parse(source) if not isinstance(value, Passed)))
        for source in sources
    )


PARSERS = plugin.names("parsers")
CASES = [pytest.param(parser, name, id=f"{parser}-{name}") for parser in PARSERS for name in case_names(parser)]
each_parser = pytest.mark.parametrize("parser_id", PARSERS)
each_case = pytest.mark.parametrize(("parser_id", "name"), CASES)


# What a case holds.


@each_case
def test_a_case_holds_what_its_expected_file_says(parser_id: str, name: str, *, update: bool) -> None:
    case = case_of(parser_id, name)
    golden, actual = os.path.join(case.folder, EXPECTED), _golden(case)
    if update:
        with open(golden, "w", encoding="utf-8", newline="\n") as file:
            file.write(actual)
    assert os.path.exists(golden), f"{golden} is missing: run `pytest --update`, then read what it wrote"
    with open(golden, encoding="utf-8", newline="") as file:
        assert actual == file.read()


def _golden(case: Case) -> str:
    groups: dict[str, list[str]] = {group: [] for group in GROUPS.values()}
    for opened, values in parsed(case):
        for value in values:
            groups[GROUPS[type(value)]].append(json.dumps(_shown(opened, value)))
    blocks = (f'  "{group}": [{"".join(_lines(entries))}]' for group, entries in groups.items())
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _shown(source: Source, value: Parsed) -> dict[str, object]:
    # Every field of the model, and the text that stands at the place, for the reader of the file.
    shown: dict[str, object] = value._asdict()
    if isinstance(value, Dependency):
        # What few dependencies have is shown where it is.
        rare = {key: shown.pop(key) for key in ("mark", "cpe", "label")}
        shown |= {key: found for key, found in rare.items() if found is not None}
        shown |= {"mark": value.mark._asdict()} if value.mark else {}
    if isinstance(value, Problem) and not value.cut:
        del shown["cut"]
    assert not isinstance(value, Passed)  # nobody asked for less than all
    shown["location"] = value.location._asdict()
    shown["text"] = _text_at(source, value.location)
    return shown


def _lines(entries: list[str]) -> list[str]:
    return [*(f"\n    {entry}," for entry in entries[:-1]), f"\n    {entries[-1]}\n  "] if entries else []


# What holds for every case of every parser.


@each_case
def test_a_fixture_is_read_by_its_own_parser(parser_id: str, name: str) -> None:
    case = case_of(parser_id, name)
    for path in case.inputs:
        chosen = claims.parser_of(path, case.source(path).data[:HEAD])
        assert chosen is not None
        assert chosen.id == parser_id


@each_case
def test_a_place_exists_in_its_file(parser_id: str, name: str) -> None:
    for opened, values in parsed(case_of(parser_id, name)):
        for value in values:
            assert_place_exists(opened, value)


@each_case
def test_the_place_of_a_dependency_holds_its_name(parser_id: str, name: str) -> None:
    for opened, values in parsed(case_of(parser_id, name)):
        for value in values:
            if not isinstance(value, Dependency) or value.kind not in {Kind.LIBRARY, Kind.IMAGE}:
                continue  # `.nvmrc` holds a version and nothing else
            text = _text_at(opened, value.location)
            if value.label is not None:
                # A component without a purl; one with a bad purl may be placed there.
                assert text is None or value.label[0].rpartition("/")[2] in text
            elif text is not None:
                purl = PackageURL.from_string(value.purl)
                name, written = _folded(purl.type, purl.name), _folded(purl.type, text)
                # A plugin's id is a part of its marker's name; a part of a name may be a variable.
                assert name in written or (written and written in name) or "$" in written


@each_parser
def test_nearly_every_entry_has_a_line(parser_id: str) -> None:
    places = [
        value.location.line
        for case in cases_of(parser_id)
        for _, values in parsed(case)
        for value in values
        if isinstance(value, Dependency)
    ]
    # What fixtures hide on purpose (a name written with escapes) has the file as its place.
    assert sum(line is None for line in places) <= max(3, 0.01 * len(places))


@each_case
def test_every_purl_is_canonical(parser_id: str, name: str) -> None:
    for _, values in parsed(case_of(parser_id, name)):
        for value in values:
            if isinstance(value, Dependency) and value.label is None:
                assert PackageURL.from_string(value.purl).to_string() == value.purl


@each_parser
def test_every_parser_has_a_good_case_and_a_broken_one(parser_id: str) -> None:
    counts = [_counts(case) for case in cases_of(parser_id)]
    assert any(dependencies and not problems for dependencies, problems in counts)
    assert any(problems for _, problems in counts)


@each_parser
def test_a_bad_entry_never_loses_the_rest(parser_id: str) -> None:
    counts = [_counts(case) for case in cases_of(parser_id)]
    if max((dependencies for dependencies, _ in counts), default=0) > 1:
        assert any(dependencies and problems for dependencies, problems in counts)


@each_parser
def test_any_bytes_give_only_values_whose_places_exist(parser_id: str) -> None:
    parser = plugin.parser(parser_id)
    paths = sorted({path for case in cases_of(parser_id) for path in case.inputs}) or ["input"]

    @settings(max_examples=20)
    @given(st.sampled_from(paths), st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
    def law(path: str, data: bytes) -> None:
        assert_reads(parser, Source(path, data))

    law()


@each_parser
def test_a_damaged_file_gives_only_values_whose_places_exist(parser_id: str) -> None:
    parser = plugin.parser(parser_id)
    sources = [case.source(path) for case in cases_of(parser_id) for path in case.inputs]

    @settings(max_examples=50, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.large_base_example])
    @given(st.sampled_from(sources), st.lists(damages, min_size=1, max_size=3))
    def law(source: Source, wounds: list[Damage]) -> None:
        data = source.data
        for wound in wounds:
            data = wound.on(data)
        assert_reads(parser, Source(source.path, data))

    if sources:
        law()


class Damage(NamedTuple):
    """A stretch of a file, in fractions of its size, and the bytes that stand in its place; None repeats it."""

    start: float
    size: float
    instead: bytes | None

    def on(self, data: bytes) -> bytes:
        start = int(self.start * len(data))
        end = start + int(self.size * (len(data) - start))
        return data[:start] + (data[start:end] * 2 if self.instead is None else self.instead) + data[end:]


_tokens = [
    b"",
    b"\r",
    b"\r\n",
    b"\n",
    b'"',
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b">",
    b":",
    b",",
    b"=",
    b"@",
    b"\0",
    b"\xff",
]
damages = st.builds(
    Damage,
    st.floats(0, 1),
    st.just(0.0) | st.floats(0, 0.1) | st.floats(0, 1),
    st.none()
    | st.sampled_from(_tokens)
    | st.binary(max_size=8)
    | st.sampled_from([b"null", b"[]", b"{}", b"-1", b'""']),
)


# The laws, as they are used above.


def assert_reads(parser: Parser, source: Source) -> None:
    assert parser.mark(source.data[:HEAD]) in {True, False}
    for value in parser.parse(source):
        assert isinstance(value, (Dependency, Include, Problem))
        assert_place_exists(source, value)


def assert_place_exists(source: Source, value: Parsed) -> None:
    assert not isinstance(value, Passed)
    path, line, column, end = value.location
    assert path == source.path
    if line is None:
        assert column is None
        assert end is None
        return
    lines = _lines_of(source)
    assert 1 <= line <= len(lines), value
    if column is None:
        assert end is None
        return
    assert 1 <= column <= (end or column), value
    assert (end or column) <= len(lines[line - 1]) + 1, value


def _lines_of(source: Source) -> list[str]:
    return re.split(r"\r\n|\r|\n", source.text)


def _text_at(source: Source, location: Location) -> str | None:
    if location.line is None:
        return None
    start = (location.column or 1) - 1
    end = None if location.end_column is None else location.end_column - 1
    return _lines_of(source)[location.line - 1][start:end]


def _folded(purl_type: str, text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower() if purl_type == "pypi" else text.lower()


def _counts(case: Case) -> tuple[int, int]:
    values = [value for _, values in parsed(case) for value in values]
    dependencies = sum(isinstance(value, Dependency) for value in values)
    return dependencies, sum(isinstance(value, Problem) for value in values)
