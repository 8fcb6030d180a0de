"""Laws of what is said beside the report."""

from __future__ import annotations

import io
import os

import pytest

from scanner import console
from scanner.plugin import Style, World
from scanner.text import width
from tests.sample import TODAY


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def world(stderr: io.StringIO) -> World:
    return World(io.BytesIO(), io.StringIO(), stderr, {}, TODAY, "/", Style(width=40))


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(console, "monotonic", lambda: now[0])
    return now


def test_a_bar_appears_after_a_second_and_goes_away(seconds: list[float]) -> None:
    terminal = Terminal()
    with console.Progress(world(terminal)) as progress:
        progress(1, 4, "a")
        seconds[0] = 0.9
        progress(1, 4, "a")
        assert terminal.getvalue() == ""
        seconds[0] = 1.1
        progress(2, 4, "b/c")
        assert terminal.getvalue() == "\r\x1b[K[####-----] 50% b/c"
        progress(3, 4, "too soon")
    assert terminal.getvalue().endswith("b/c\r\x1b[K")


def test_a_bar_keeps_to_the_width_of_the_window_and_hides_controls(seconds: list[float]) -> None:
    terminal = Terminal()
    progress = console.Progress(world(terminal))
    seconds[0] = 2
    progress(0, 0, "x\x1b[31m" + "y" * 100)
    shown = terminal.getvalue().removeprefix("\r\x1b[K")
    assert len(shown) <= 39
    assert "\x1b" not in shown


@pytest.mark.parametrize("columns", [1, 5, 20, 40, 80])
@pytest.mark.parametrize("total", [0, 1, 1000])
def test_a_bar_keeps_to_one_line_however_narrow_and_shows_the_end_of_the_path(
    seconds: list[float], columns: int, total: int
) -> None:
    terminal = Terminal()
    progress = console.Progress(world(terminal)._replace(style=Style(width=columns)))
    seconds[0] = 2
    progress(total // 2, total, f"{'支払い/' * 30}package.json")
    shown = terminal.getvalue().removeprefix("\r\x1b[K")
    assert width(shown) <= columns - 1
    assert shown.endswith("package.json") or columns < 40


def test_a_bar_speaks_for_the_process_that_began_it_and_a_fork_is_silent(
    seconds: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    progress = console.Progress(world(terminal))
    monkeypatch.setattr(os, "getpid", lambda: -1)
    seconds[0] = 2
    progress(1, 2, "a")
    assert terminal.getvalue() == ""


def test_there_is_no_bar_on_a_terminal_that_cannot_go_back(seconds: list[float]) -> None:
    terminal = Terminal()
    progress = console.Progress(world(terminal)._replace(environ={"TERM": "dumb"}))
    seconds[0] = 2
    progress(1, 2, "a")
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(("stream", "quiet"), [(io.StringIO(), False), (Terminal(), True)])
def test_there_is_no_bar_in_a_pipe_and_none_for_who_wants_quiet(
    seconds: list[float], stream: io.StringIO, *, quiet: bool
) -> None:
    with console.Progress(world(stream), quiet=quiet) as progress:
        seconds[0] = 5
        progress(1, 2, "a")
    assert stream.getvalue() == ""
