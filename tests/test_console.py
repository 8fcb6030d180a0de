"""Laws of what is said beside the report."""

from __future__ import annotations

import io

import pytest

from scanner import console
from scanner.plugin import Style, World
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
        assert terminal.getvalue() == "\r\x1b[K[############------------] 2/4 b/c"
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


@pytest.mark.parametrize(("stream", "quiet"), [(io.StringIO(), False), (Terminal(), True)])
def test_there_is_no_bar_in_a_pipe_and_none_for_who_wants_quiet(
    seconds: list[float], stream: io.StringIO, *, quiet: bool
) -> None:
    with console.Progress(world(stream), quiet=quiet) as progress:
        seconds[0] = 5
        progress(1, 2, "a")
    assert stream.getvalue() == ""
