"""Laws of reading many files: the same result, whoever parsed them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from scanner import ahead
from scanner.ahead import _packed, _unpacked, read
from scanner.corridor import dependencies, scan
from scanner.model import Dependency, Include, Kind, Location, Mark, Policy, Problem, Scope
from scanner.reading import Request
from tests.sample import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.model import Parsed

FORKS = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one process reads everything")


def tree(folder: Path, count: int = 50) -> Request:
    for number in range(count):
        home = folder / f"p{number:03}"
        home.mkdir()
        (home / "base.txt").write_text("numpy==1.0\n")
        (home / "requirements.txt").write_text(f"-r base.txt\ndjango==3.2.{number}\n!bad line\nflask>=1\n")
        (home / "pyproject.toml").write_text("[project]\nname = 'x'\nrequires-python = '>=3.8'\n" + "[" * (number % 2))
        (home / "pylock.toml").write_text("nothing" if number % 3 else 'lock-version = "1.0"\npackages = []\n')
    return Request(inputs=(".",), cwd=str(folder), stdin=bytes)


@FORKS
def test_many_workers_find_what_one_process_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = tree(tmp_path)
    policy = Policy(list_all=True)
    one = scan(request, policy, TODAY)
    monkeypatch.setattr(ahead, "_WORTHWHILE_BYTES", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    with mock.patch.object(os, "fork", wraps=os.fork) as fork:
        assert scan(request, policy, TODAY) == one
    assert fork.call_count == 3
    assert one.problems
    assert len(one.components) > 100


@FORKS
def test_a_worker_that_dies_leaves_its_work_to_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = tree(tmp_path)
    expected, _ = dependencies(request)
    monkeypatch.setattr(ahead, "_WORTHWHILE_BYTES", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    home = os.getpid()
    packed = ahead._packed
    monkeypatch.setattr(ahead, "_packed", lambda file: packed(file) if os.getpid() == home else sys.exit("killed"))
    found, _ = dependencies(request)
    assert found == expected


def test_little_work_needs_no_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("a fork for next to nothing"))
    assert dependencies(tree(tmp_path))[0]


def test_whatever_a_parser_finds_passes_through_a_pipe_unchanged() -> None:
    place = Location("a", 1, 2, 3)
    entries: list[Parsed] = [
        Dependency("pkg:npm/a@1", place),
        Dependency(
            "pkg:npm/b", Location("a"), "^1", Kind.RUNTIME, Scope.DEV, direct=False, via=("a@1",), mark=Mark("yanked")
        ),
        Include("b.txt", place, constraint=True),
        Problem("broken", place),
    ]
    file = ahead.File("a", "x", entries)
    assert _unpacked(_packed(file)) == file


def test_a_file_that_cannot_be_read_is_a_problem_without_a_format(tmp_path: Path) -> None:
    (file,) = read([(str(tmp_path / "missing"), "missing", str(tmp_path))])
    assert file.format is None
    assert list(file.entries) == [Problem("missing does not exist.", Location("missing"))]
