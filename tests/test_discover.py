"""The walk: which files of a tree are read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner.discover import git_root, walk
from scanner.model import Problem

if TYPE_CHECKING:
    from pathlib import Path


def plant(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def found(root: Path, *exclude: str) -> list[str]:
    return [
        f"! {os.path.relpath(entry.location.path, root)}"
        if isinstance(entry, Problem)
        else os.path.relpath(entry, root)
        for entry in walk(str(root), exclude)
    ]


def test_files_are_found_in_a_stable_order(tmp_path: Path) -> None:
    plant(tmp_path, "b/requirements.txt", "a/requirements.txt", "requirements.txt", "README.md")
    assert found(tmp_path) == ["requirements.txt", "a/requirements.txt", "b/requirements.txt"]


def test_other_peoples_trees_are_passed_over(tmp_path: Path) -> None:
    hidden = ("node_modules/x", "venv", ".git", ".venv/lib", "lib/site-packages/y")
    plant(tmp_path, "pylock.toml", *(f"{folder}/requirements.txt" for folder in hidden))
    assert found(tmp_path) == ["pylock.toml"]


def test_a_virtual_environment_of_any_name_is_passed_over(tmp_path: Path) -> None:
    plant(tmp_path, "pylock.toml", "env311/pyvenv.cfg", "env311/requirements.txt")
    assert found(tmp_path) == ["pylock.toml"]


def test_of_a_tree_that_holds_nothing_else_what_is_installed_is_walked(tmp_path: Path) -> None:
    metadata = "lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA"
    plant(tmp_path, "bin/python", metadata)
    assert found(tmp_path) == [metadata]


def test_what_is_the_name_of_a_file_and_of_a_folder_with_one_is_no_trouble(tmp_path: Path) -> None:
    installed = ["site-packages/old-2.0.egg-info", "site-packages/six-1.16.0.egg-info/PKG-INFO"]
    plant(tmp_path, *installed)
    assert found(tmp_path) == installed


def test_a_tree_that_is_named_is_walked_whatever_its_name(tmp_path: Path) -> None:
    plant(tmp_path, "node_modules/requirements.txt")
    assert found(tmp_path / "node_modules") == ["requirements.txt"]


def test_excluded_paths_and_names_are_passed_over(tmp_path: Path) -> None:
    plant(tmp_path, "docs/requirements.txt", "src/requirements.txt", "src/requirements-old.txt")
    assert found(tmp_path, "docs", "*-old.txt") == ["src/requirements.txt"]
    assert found(tmp_path, "src/*") == ["docs/requirements.txt"]


def test_constraints_are_read_where_they_are_named(tmp_path: Path) -> None:
    plant(tmp_path, "constraints.txt", "requirements/base.txt", "requirements/constraints.txt", "requirements/x/y.txt")
    assert found(tmp_path) == ["requirements/base.txt"]


def test_a_link_out_of_the_tree_is_said_and_not_followed(tmp_path: Path) -> None:
    plant(tmp_path, "outside/requirements.txt", "tree/other.txt")
    (tmp_path / "tree/requirements.txt").symlink_to(tmp_path / "outside/requirements.txt")
    assert found(tmp_path / "tree") == ["! requirements.txt"]


def test_a_link_inside_of_the_tree_is_read(tmp_path: Path) -> None:
    plant(tmp_path, "requirements.txt")
    (tmp_path / "requirements-link.txt").symlink_to(tmp_path / "requirements.txt")
    assert "requirements-link.txt" in found(tmp_path)


def test_a_link_to_nowhere_and_a_pipe_are_said(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "requirements-dev.txt")
    assert found(tmp_path) == ["! requirements-dev.txt", "! requirements.txt"]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    plant(tmp_path, "requirements.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert found(tmp_path) == ["requirements.txt"]


def test_the_git_root_is_the_nearest_one_upward(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a/b").mkdir(parents=True)
    assert git_root(str(tmp_path / "a/b")) == str(tmp_path)
    assert git_root("/") is None


def test_a_name_that_is_not_utf_8_is_read_and_said(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    with open(folder + b"/requirements.txt", "wb"):
        pass
    assert found(tmp_path) == ["! caf\udce9/requirements.txt", "caf\udce9/requirements.txt"]


def test_a_directory_that_bears_the_name_of_a_file_is_said_and_walked(tmp_path: Path) -> None:
    plant(tmp_path, "pylock.toml/requirements.txt")
    assert found(tmp_path) == ["! pylock.toml", "pylock.toml/requirements.txt"]


def test_a_folder_may_be_called_as_folders_are(tmp_path: Path) -> None:
    plant(tmp_path, "dockerfile/Dockerfile", "Dockerfile.d/requirements.txt")
    assert found(tmp_path) == ["Dockerfile.d/requirements.txt", "dockerfile/Dockerfile"]


def test_in_a_root_file_system_what_is_installed_is_the_systems_own(tmp_path: Path) -> None:
    read = [
        "etc/os-release",
        "lib/apk/db/installed",
        "opt/venv/lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA",
        "srv/app/package-lock.json",
        "usr/lib/node_modules/npm/package.json",
        "usr/lib/python3/dist-packages/yaml-6.0.egg-info",
        "var/lib/dpkg/status",
        "var/lib/dpkg/status.d/base",
    ]
    passed_over = [
        "opt/venv/pyvenv.cfg",
        "root/.cache/requirements.txt",
        "usr/lib/node_modules/npm/yarn.lock",
        "usr/lib/python3/dist-packages/yaml/tests/requirements.txt",
        "usr/lib/ruby/gems/rake/Gemfile.lock",
        *(f"{folder}/package-lock.json" for folder in ("dev", "proc/1/cwd", "run", "sys")),
    ]
    plant(tmp_path, *read, *passed_over)
    assert sorted(found(tmp_path)) == sorted(read)


def test_a_checkout_with_the_files_of_a_system_is_a_checkout(tmp_path: Path) -> None:
    plant(tmp_path, ".git/HEAD", "etc/os-release", "node_modules/a/package.json")
    assert found(tmp_path) == ["etc/os-release"]
