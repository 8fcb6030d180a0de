"""Laws of the registry: the folder is the list."""

from __future__ import annotations

import re
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import plugin
from scanner.model import ScanError
from scanner.plugin import Parser

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.source import Source


def named(name: str, mark: bytes) -> Parser:
    def parse(_: Source) -> tuple[()]:
        return ()

    return Parser(name, name, (), "https://spec.example", parse, lambda head: mark in head)


@pytest.fixture
def two_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """`one` is marked by 1 and `two` by 2; names ending in json are claimed by both."""
    known = {"one": named("one", b"1"), "two": named("two", b"2")}
    monkeypatch.setattr(plugin, "_globs", lambda: {"one": ("a.one", "*.json"), "two": ("*.two", "*.json")})
    monkeypatch.setattr(plugin, "names", lambda _: tuple(known))
    monkeypatch.setattr(plugin, "parser", known.__getitem__)


@pytest.mark.parametrize("folder", ["parsers", "reporters", "commands"])
def test_the_plugins_are_the_modules_of_the_folder(folder: str) -> None:
    found = plugin.names(folder)
    assert list(found) == sorted(found)
    assert not any(name.startswith("_") for name in found)


def test_a_parser_bears_the_name_of_its_module_and_tells_its_specification() -> None:
    for name in plugin.names("parsers"):
        found = plugin.parser(name)
        assert found.id == name
        assert found.spec.startswith("https://")
        assert found.title
        assert not found.mark(b"")


def test_a_reporter_bears_the_name_of_its_module() -> None:
    for name in plugin.names("reporters"):
        assert plugin.reporter(name).id == name


def test_every_command_is_loaded_by_its_name() -> None:
    for name in plugin.names("commands"):
        assert plugin.command(name).summary


def test_an_unknown_reporter_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ScanError, match=r"no output format 'yaml'. The formats are: .*\."):
        plugin.reporter("yaml")


def test_a_module_that_is_no_plugin_stops_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("scanner.parsers.nothing")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for value in (None, "text", named):
        monkeypatch.setattr(module, "PARSER", value, raising=False)
        with pytest.raises(TypeError, match=r"scanner/parsers/nothing\.py has no PARSER"):
            plugin._constant("parsers", "nothing", "PARSER", Parser)


@pytest.mark.usefixtures("two_formats")
@pytest.mark.parametrize(
    ("path", "head", "chosen"),
    [
        ("x/a.one", b"2", "one"),
        ("b.two", b"", "two"),
        ("a.json", b"1", "one"),
        ("a.json", b"2", "two"),
        ("a.json", b"3", None),
        ("-", b"2", "two"),
        ("-", b"3", None),
    ],
)
def test_a_name_decides_and_else_the_first_bytes(path: str, head: bytes, chosen: str | None) -> None:
    found = plugin.parser_of(path, head)
    assert (found and found.id) == chosen


@pytest.mark.parametrize(
    ("glob", "path", "claimed"),
    [
        ("a.txt", "a.txt", True),
        ("a.txt", "x/y/a.txt", True),
        ("a.txt", "ba.txt", False),
        ("a.txt", "a.txt/b", False),
        ("a*.txt", "ab.txt", True),
        ("a*a", "a", False),
        ("*", "x/anything", True),
        ("d/*.txt", "d/a.txt", True),
        ("d/*.txt", "x/d/a.txt", True),
        ("d/*.txt", "xd/a.txt", False),
        ("d/*.txt", "a.txt", False),
        ("a[b].txt", "ab.txt", False),
    ],
)
def test_a_glob_without_a_slash_is_for_names_and_one_with_a_slash_for_the_end_of_paths(
    monkeypatch: pytest.MonkeyPatch, glob: str, path: str, *, claimed: bool
) -> None:
    monkeypatch.setattr(plugin, "_globs", lambda: {"p": (glob,)})
    assert plugin.claimants(path) == ["p"] * claimed


@given(st.text(alphabet="ab*/", max_size=6), st.text(alphabet="ab/", max_size=6))
def test_a_star_stands_for_any_text(glob: str, text: str) -> None:
    pattern = ".*".join(map(re.escape, glob.split("*")))
    assert plugin.fits(text, glob) is (re.fullmatch(pattern, text) is not None)


def test_the_compiled_names_are_those_that_the_parsers_claim() -> None:
    _, *lines = plugin.compile_globs().splitlines()
    assert [line.split("\t")[0] for line in lines] == list(plugin.names("parsers"))
    assert all(tuple(line.split("\t")[1:]) == plugin.parser(line.split("\t")[0]).globs for line in lines)


def test_the_names_are_compiled_once_and_again_when_a_parser_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiled = tmp_path / "_data" / "parsers.txt"
    monkeypatch.setattr(plugin, "_COMPILED", str(compiled))
    globs = plugin._globs.__wrapped__
    first = globs()
    assert compiled.read_text(encoding="utf-8") == plugin.compile_globs()
    monkeypatch.setattr(plugin, "compile_globs", lambda: pytest.fail("compiled again"))
    assert globs() == first
    monkeypatch.setattr(plugin, "compile_globs", lambda: "now\nnew\t*.new\n")
    monkeypatch.setattr(plugin, "_age", lambda: "now")
    assert globs() == {"new": ["*.new"]}
    assert compiled.read_text(encoding="utf-8") == "now\nnew\t*.new\n"


def test_a_place_that_cannot_be_written_to_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(plugin, "_COMPILED", str(tmp_path / "file" / "parsers.txt"))
    assert list(plugin._globs.__wrapped__()) == list(plugin.names("parsers"))
