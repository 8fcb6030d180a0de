"""Laws of the registry: the folder is the list."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from scanner import plugin
from scanner.model import ScanError
from scanner.plugin import Parser

if TYPE_CHECKING:
    from scanner.source import Source


def named(name: str, mark: bytes) -> Parser:
    def parse(_: Source) -> tuple[()]:
        return ()

    return Parser(name, name, (), "https://spec.example", parse, lambda head: mark in head)


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


def test_a_format_may_be_asked_for_with_either_stroke(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("scanner.reporters.two_words")
    monkeypatch.setattr(module, "REPORTER", plugin.Reporter("two-words", "Two words", lambda *_: ""), raising=False)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(plugin, "names", lambda _: ("two-words",))
    assert plugin.reporter("two-words") is plugin.reporter("two_words")


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
