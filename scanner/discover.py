"""Walks a tree: which files to read.

Trees that hold other people's projects (installed packages, caches, version control) are passed
over unless the user names them; links are followed only to files inside the tree.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner.model import Location, Problem
from scanner.plugin import claimants, fits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PASSED_OVER = frozenset(
    {
        "__pycache__",
        "__pypackages__",
        "bower_components",
        "node_modules",
        "site-packages",
        "vendor",
        "venv",
    }
)


def walk(root: str, exclude: Sequence[str] = ()) -> Iterator[str | Problem]:
    """Yield the path of every file under `root` whose name a parser claims, in a stable order.

    Paths begin with `root`. A glob of `exclude` (`*` is the only wildcard) is matched against the
    path from `root` and against each name. What bears a claimed name but cannot be read is a Problem.
    """
    top = os.path.realpath(root)
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not _passed_over(folder, name, root, exclude))
        for name in sorted((*files, *folders)):
            path = os.path.join(folder, name)
            shown = path.replace(os.sep, "/")
            if _excluded(os.path.relpath(path, root), name, exclude) or not claimants(shown):
                continue
            if not shown.isascii() and (trouble := _unnameable(shown)):
                yield Problem(trouble, Location(shown))
            trouble = _trouble(path, top)
            yield Problem(trouble, Location(shown)) if trouble else path


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


def _passed_over(folder: str, name: str, root: str, exclude: Sequence[str]) -> bool:
    if (
        name.startswith(".")
        or name in _PASSED_OVER
        or _excluded(os.path.relpath(os.path.join(folder, name), root), name, exclude)
    ):
        return True
    return os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))


def _excluded(relative: str, name: str, exclude: Sequence[str]) -> bool:
    relative = relative.replace(os.sep, "/")
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
