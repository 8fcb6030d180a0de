"""What git does not keep: the `.gitignore` files of a tree, of the folders above it, and `.git/info/exclude`.

https://git-scm.com/docs/gitignore. A file that git keeps although a pattern names it counts as ignored:
the index is not read.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner import source
from scanner.model import ScanError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pathspec import GitIgnoreSpec

_NAME = ".gitignore"


class Ignored:
    """The patterns that hold in a tree; folders are entered from the top down."""

    def __init__(self, root: str, checkout: str | None) -> None:
        """Read the patterns above a tree, up to its checkout; a tree that these ignore was named on purpose."""
        self._specs: dict[str, GitIgnoreSpec] = {}
        if checkout is None:
            return
        root, checkout = os.path.abspath(root), os.path.abspath(checkout)
        above = [folder for folder in _upward(os.path.dirname(root)) if _is_in(folder, checkout)]
        for folder in above if root != checkout else ():
            self._add(folder, os.path.join(folder, _NAME))
        self._add(checkout, os.path.join(checkout, ".git", "info", "exclude"))
        if self.covers(root, folder=True):
            self._specs.clear()

    def enter(self, folder: str, files: Sequence[str]) -> None:
        """Take in the patterns that stand in a folder."""
        if _NAME in files:
            self._add(os.path.abspath(folder), os.path.join(folder, _NAME))

    def covers(self, path: str, *, folder: bool = False) -> bool:
        """Tell whether git would not keep a file or a folder; the nearest patterns that speak of it decide."""
        if not self._specs:
            return False
        path = os.path.abspath(path)
        for home in _upward(os.path.dirname(path)):
            spec = self._specs.get(home)
            if spec is None:
                continue
            relative = os.path.relpath(path, home).replace(os.sep, "/") + ("/" if folder else "")
            said = spec.check_file(relative).include
            if said is not None:
                return said
        return False

    def _add(self, folder: str, path: str) -> None:
        try:
            lines = source.read(path).text.splitlines()
        except ScanError:
            return
        spec = _spec(lines)
        here = self._specs.get(folder)
        self._specs[folder] = spec if here is None else here + spec


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:  # one pattern that git takes for nothing makes the library refuse all of them
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _upward(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _is_in(folder: str, top: str) -> bool:
    return folder == top or folder.startswith(top.rstrip(os.sep) + os.sep)
