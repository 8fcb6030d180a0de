"""The laws of the list of formats."""

from __future__ import annotations

import io

import pytest

from scanner import cli, plugin
from scanner.plugin import Style, World
from scanner.text import width
from tests.sample import TODAY


def listed(columns: int | None) -> str:
    out = io.StringIO()
    cli.run(["formats"], World(io.BytesIO(), out, io.StringIO(), {}, TODAY, "/", Style(columns)))
    return out.getvalue()


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_the_list_keeps_to_the_width_of_the_window(columns: int) -> None:
    assert max(map(width, listed(columns).splitlines())) <= columns


@pytest.mark.parametrize("columns", [None, 40, 80])
def test_every_format_is_listed(columns: int | None) -> None:
    first = {line.split()[0] for line in listed(columns).splitlines()}
    assert {*plugin.names("parsers"), *plugin.names("reporters")} <= first


def test_a_format_is_one_line_in_a_pipe() -> None:
    assert len(listed(None).splitlines()) == len(plugin.names("parsers")) + len(plugin.names("reporters")) + 2
