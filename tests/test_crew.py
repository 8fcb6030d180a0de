"""Laws of doing a long job in parts: the same result, whoever did them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from scanner import crew, reading
from scanner.corridor import scan
from scanner.model import Policy
from scanner.reading import Job, Part, Request, parts, plan
from tests.sample import TODAY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scanner.model import Report

FORKS = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one process does everything")


def tree(folder: Path, count: int = 50) -> Request:
    for number in range(count):
        home = folder / f"p{number:03}"
        home.mkdir()
        (home / "base.txt").write_text("numpy==1.0\n")
        (home / "requirements.txt").write_text(f"-r base.txt\ndjango==3.2.{number}\n!bad line\nflask>=1\n")
        (home / "pyproject.toml").write_text("[project]\nname = 'x'\nrequires-python = '>=3.8'\n" + "[" * (number % 2))
        (home / "pylock.toml").write_text("nothing" if number % 3 else 'lock-version = "1.0"\npackages = []\n')
    return Request(inputs=(".",), cwd=str(folder), stdin=bytes)


def divided(request: Request, monkeypatch: pytest.MonkeyPatch, workers: int = 3) -> tuple[Report, int]:
    """Scan with many workers; return the report and how many forks there were."""
    monkeypatch.setattr(reading, "_WORTHWHILE_BYTES", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(workers)))
    with mock.patch.object(os, "fork", wraps=os.fork) as fork:
        return scan(request, Policy(list_all=True), TODAY), fork.call_count


@FORKS
def test_many_workers_find_what_one_process_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = tree(tmp_path)
    one = scan(request, Policy(list_all=True), TODAY)
    assert divided(request, monkeypatch) == (one, 2)
    assert one.problems
    assert len(one.components) > 100


@FORKS
def test_a_file_that_two_parts_include_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = tree(tmp_path)
    (tmp_path / "shared.txt").write_text("flask==1.0\n")
    for number in range(50):
        (tmp_path / f"p{number:03}" / "base.txt").write_text("-r ../shared.txt\n")
    one = scan(request, Policy(list_all=True), TODAY)
    assert divided(request, monkeypatch) == (one, 2)
    assert sum(verdict.dependency.location.path == "shared.txt" for verdict in one.components) == 1


@FORKS
def test_a_worker_that_dies_leaves_its_work_to_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = tree(tmp_path)
    one = scan(request, Policy(list_all=True), TODAY)
    monkeypatch.setattr(crew, "_send", lambda *_: sys.exit("killed"))
    assert divided(request, monkeypatch) == (one, 2)


@FORKS
def test_what_is_done_in_parts_comes_back_in_their_order() -> None:
    assert list(crew.done(str.upper, ["a", "b", "c"])) == ["A", "B", "C"]
    assert list(crew.done(str.upper, [])) == []


@FORKS
def test_who_stops_asking_leaves_no_fork_behind() -> None:
    working = crew.done(lambda size: "x" * size, [1, 1_000_000, 1_000_000])
    next(working)
    working.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_little_work_is_one_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("a fork for next to nothing"))
    assert scan(tree(tmp_path), Policy(), TODAY).inputs


def test_standard_input_is_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_WORTHWHILE_BYTES", 1)
    request = tree(tmp_path)
    jobs = plan(request._replace(inputs=(".", "-")))
    assert parts(jobs, 3) == [Part(jobs)]


def jobs_of(folder: Path, *names: str, size: int = 10) -> list[Job]:
    found = []
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x" * size)
        found.append(Job(".", str(path), str(folder), str(folder)))
    return found


def shown(found: Sequence[Part], folder: Path) -> list[tuple[int, list[str]]]:
    return [(len(part.jobs), [os.path.relpath(job.path, folder) for job in part.before]) for part in found]


def test_a_part_knows_the_lockfiles_that_speak_for_its_first_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_WORTHWHILE_BYTES", 1)
    top = jobs_of(tmp_path, "pylock.toml", "a/pylock.toml")
    below = jobs_of(tmp_path, *(f"b/{number:02}/requirements.txt" for number in range(18)))
    assert shown(parts([*top, *below], 2), tmp_path) == [(10, []), (10, ["pylock.toml"])]


@FORKS
def test_a_manifest_that_was_named_hears_a_lockfile_of_another_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = []
    for number in range(20):
        home = tmp_path / f"p{number:02}"
        home.mkdir()
        (home / "pylock.toml").write_text('lock-version = "1.0"\n[[packages]]\nname = "django"\nversion = "3.2.25"\n')
        (home / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["django>=3"]\n')
        inputs += [f"p{number:02}/pylock.toml", f"p{number:02}/pyproject.toml"]
    request = Request(inputs=tuple(inputs), cwd=str(tmp_path), stdin=bytes)
    one = scan(request, Policy(list_all=True), TODAY)
    assert len(one.components) == 20
    assert divided(request, monkeypatch) == (one, 2)


def test_parts_are_of_about_the_same_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_WORTHWHILE_BYTES", 1)
    large = jobs_of(tmp_path, "a/requirements.txt", size=300)
    small = jobs_of(tmp_path, *(f"b/{number:02}/requirements.txt" for number in range(30)))
    assert shown(parts([*large, *small], 2), tmp_path) == [(1, []), (30, [])]
    assert shown(parts([*large, *small], 1), tmp_path) == [(31, [])]
