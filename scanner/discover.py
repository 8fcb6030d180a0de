"""Walks a tree: which files to read.

Trees that hold other people's projects (installed packages, caches, version control) and what git ignores
are passed over unless the user names them; links are followed only to files inside the tree. In the root file
system of a machine or a container what is installed is the system's own, and is walked.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner.claims import claimants, dot_folders, holds, pinned_by, recognised, yields
from scanner.gitignore import Ignored
from scanner.globs import fits
from scanner.model import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PASSED_OVER = frozenset(
    {
        "__pycache__",
        "__pypackages__",
        "bower_components",
        "dist-packages",
        "node_modules",
        "site-packages",
        "vendor",
        "venv",
    }
)
# Packages that are installed in a system: what they bring of their own, tests and examples, is other people's.
_INSTALLED = frozenset({"dist-packages", "node_modules", "site-packages"})
_RECORDS = frozenset({"node_modules", "site_packages"})
_NOT_OF_A_SYSTEM = (_PASSED_OVER - _INSTALLED - {"venv"}) | {"gems", "specifications"}
_SAY_WHICH_SYSTEM = ("etc/os-release", "usr/lib/os-release", "etc/redhat-release")
# What the kernel shows of a running system.
_LIVE = frozenset({"dev", "proc", "run", "sys"})


def walk(root: str, exclude: Sequence[str] = ()) -> Iterator[str | Problem]:
    """Yield the path of every file under `root` to read, in a stable order: lockfiles before manifests in a folder.

    Paths begin with `root`. A glob of `exclude` (`*` is the only wildcard) is matched against the
    path from `root` and against each name. What bears a claimed name but cannot be read is a Problem.
    Of a tree that holds nothing else, what is installed in it is walked.
    """
    if is_system(root):
        for found in _walked(root, exclude, _NOT_OF_A_SYSTEM, _LIVE):
            if isinstance(found, Problem) or is_of_system(os.path.relpath(found, root).replace(os.sep, "/")):
                yield found
        return
    installed = not _PASSED_OVER.isdisjoint(os.path.abspath(root).split(os.sep))
    empty = True
    for found in _walked(root, exclude, frozenset() if installed else _PASSED_OVER):
        empty = False
        yield found
    if empty and not installed:
        yield from _walked(root, exclude, frozenset())


def is_system(root: str) -> bool:
    """Tell whether a directory is the root of an operating system's files, and no checkout that holds some."""
    named = (os.path.join(root, *place.split("/")) for place in _SAY_WHICH_SYSTEM)
    return any(map(os.path.lexists, named)) and not os.path.exists(os.path.join(root, ".git"))


def is_of_system(path: str) -> bool:
    """Tell whether a walk of an operating system's files reads this one; `path` is from their root, with `/`."""
    *folders, _ = path.split("/")
    if not _LIVE.isdisjoint(folders[:1]) or not _NOT_OF_A_SYSTEM.isdisjoint(folders) or any(map(_is_hidden, folders)):
        return False
    claiming = claimants(path)
    return bool(claiming) and (_INSTALLED.isdisjoint(folders) or not _RECORDS.isdisjoint(claiming))


def _walked(
    root: str, exclude: Sequence[str], passed_over: frozenset[str], at_top: frozenset[str] = frozenset()
) -> Iterator[str | Problem]:
    top = os.path.realpath(root)
    ignored = Ignored(root, git_root(root))
    for folder, folders, files in os.walk(root):
        ignored.enter(folder, files)
        names = [name for name in (*files, *folders) if not exclude or not _excluded(folder, name, root, exclude)]
        if folder == root:
            names = [name for name in names if name not in at_top]
        folders[:] = sorted(
            name for name in set(folders).intersection(names) if not _skipped(folder, name, passed_over, ignored)
        )
        for path in sorted(_claimed(folder, names, files), key=_lockfiles_first):
            if ignored.covers(path):
                continue
            shown = path.replace(os.sep, "/")
            if not shown.isascii() and (trouble := _unnameable(shown)):
                yield Problem(trouble, Location(shown))
            trouble = _trouble(path, top)
            yield Problem(trouble, Location(shown)) if trouble else path


def _claimed(folder: str, names: Sequence[str], files: Sequence[str]) -> Iterator[str]:
    for name in names:
        path = os.path.join(folder, name)
        shown = path.replace(os.sep, "/")
        # `*.egg-info` is the name of a file, and of a folder that holds one.
        if name not in files and (holds(name) or _is_of_folders(name)):
            continue
        claimed = bool(claimants(shown))
        if (claimed and not yields(shown, files)) or (not claimed and recognised(path, shown)):
            yield path


def _is_of_folders(name: str) -> bool:
    # Folders are called `dockerfile` and `Dockerfile.d` by people, `package-lock.json` by mistake.
    return "." not in name or name.endswith(".d")


def _lockfiles_first(path: str) -> tuple[bool, str]:
    return bool(pinned_by(path.replace(os.sep, "/"))), path


def git_root(path: str) -> str | None:
    """Return the nearest directory at or above a path that holds `.git`."""
    folder = os.path.abspath(path)
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _skipped(folder: str, name: str, passed_over: frozenset[str], ignored: Ignored) -> bool:
    if name in passed_over or _is_hidden(name):
        return True
    path = os.path.join(folder, name)
    if ignored.covers(path, folder=True):
        return True
    return "venv" in passed_over and os.path.exists(os.path.join(path, "pyvenv.cfg"))


def _is_hidden(folder: str) -> bool:
    return folder.startswith(".") and folder not in dot_folders()


def _excluded(folder: str, name: str, root: str, exclude: Sequence[str]) -> bool:
    relative = os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
    return any(fits(name, glob) or fits(relative, glob.rstrip("/")) for glob in exclude)


def _unnameable(path: str) -> str | None:
    try:
        path.encode()
    except UnicodeEncodeError:
        return "The path of this file is not UTF-8; reports show it with escapes."
    return None


def _trouble(path: str, top: str) -> str | None:
    if os.path.isdir(path):
        return "This is a directory; a file of this name would be read."
    if not os.path.exists(path):
        return "This link leads nowhere."
    if not os.path.isfile(path):
        return "This is not a regular file and is not read."
    if os.path.islink(path) and not os.path.realpath(path).startswith(top.rstrip(os.sep) + os.sep):
        return "This link leads out of the scanned tree and is not followed."
    return None
