"""Laws of what git does not keep."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from scanner.discover import walk
from scanner.gitignore import Ignored
from tests.test_discover import found, plant

if TYPE_CHECKING:
    from pathlib import Path


def checkout(root: Path, **patterns: str) -> None:
    (root / ".git" / "info").mkdir(parents=True)
    for folder, text in patterns.items():
        home = root if folder == "top" else root / folder
        home.mkdir(exist_ok=True)
        (home / ".gitignore").write_text(text)


def test_what_git_ignores_is_not_read(tmp_path: Path) -> None:
    checkout(tmp_path, top="build/\n*-old.txt\n# a comment\n\n/only/here.txt\n")
    plant(tmp_path, "requirements.txt", "build/requirements.txt", "a/build/requirements.txt", "requirements-old.txt")
    assert found(tmp_path) == ["requirements.txt"]


def test_the_patterns_of_an_inner_folder_hold_there_and_win(tmp_path: Path) -> None:
    checkout(tmp_path, top="requirements-dev.txt\n", a="!requirements-dev.txt\nrequirements.txt\n")
    plant(tmp_path, *(f"{folder}requirements{end}.txt" for folder in ("", "a/", "b/") for end in ("", "-dev")))
    assert found(tmp_path) == ["requirements.txt", "a/requirements-dev.txt", "b/requirements.txt"]


def test_a_tree_is_ignored_by_patterns_without_a_checkout_too(tmp_path: Path) -> None:
    plant(tmp_path, "requirements.txt", "out/requirements.txt")
    (tmp_path / ".gitignore").write_text("out\n")
    assert found(tmp_path) == ["requirements.txt"]


def test_the_patterns_above_a_tree_hold_in_it(tmp_path: Path) -> None:
    checkout(tmp_path, top="requirements-dev.txt\n")
    plant(tmp_path, "a/requirements.txt", "a/requirements-dev.txt")
    assert found(tmp_path / "a") == ["requirements.txt"]


def test_the_private_patterns_of_a_checkout_hold(tmp_path: Path) -> None:
    checkout(tmp_path)
    (tmp_path / ".git/info/exclude").write_text("mine.txt\nrequirements-me.txt\n")
    plant(tmp_path, "requirements.txt", "requirements-me.txt")
    assert found(tmp_path) == ["requirements.txt"]


def test_a_tree_that_is_named_is_read_although_git_ignores_it(tmp_path: Path) -> None:
    checkout(tmp_path, top="build/\n")
    plant(tmp_path, "build/requirements.txt")
    assert found(tmp_path / "build") == ["requirements.txt"]


def test_a_pattern_that_cannot_be_read_never_loses_the_others(tmp_path: Path) -> None:
    checkout(tmp_path, top="!\n[z-a\n/\nrequirements-old.txt\n")
    plant(tmp_path, "requirements.txt", "requirements-old.txt")
    assert found(tmp_path) == ["requirements.txt"]


def test_a_gitignore_that_cannot_be_read_ignores_nothing(tmp_path: Path) -> None:
    plant(tmp_path, "requirements.txt")
    os.mkfifo(tmp_path / ".gitignore")
    assert found(tmp_path) == ["requirements.txt"]


def test_a_tree_without_patterns_ignores_nothing(tmp_path: Path) -> None:
    assert not Ignored(str(tmp_path), None).covers(str(tmp_path / "anything"))


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the oracle here")
def test_git_itself_agrees(tmp_path: Path) -> None:
    import subprocess

    names = ["requirements.txt", "a/requirements.txt", "a/b/requirements.txt", "build/requirements.txt"]
    names += [
        "doc/requirements-x.txt",
        "doc/requirements-y.txt",
        "deep/er/requirements-old.txt",
        "keep/requirements.txt",
    ]
    plant(tmp_path, *names)
    (tmp_path / ".gitignore").write_text(
        "build\na/*\n!a/b\n**/requirements-old.txt\ndoc/*-[xz].txt\nkeep/*\n!keep/req*\n"
    )
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    listed = subprocess.run(
        ["git", "-C", str(tmp_path), "ls-files", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    read = (os.path.relpath(path, tmp_path) for path in walk(str(tmp_path)) if isinstance(path, str))
    assert sorted(read) == sorted(set(listed) - {".gitignore"})
