"""Who brings a package in: the shortest chain of parents from what a project itself asks for."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_Key = TypeVar("_Key")

# Longer than any chain of a real lockfile; a hostile one would else take memory by the square of its size.
LONGEST = 50


def chains(roots: Iterable[_Key], children: Mapping[_Key, Iterable[_Key]]) -> dict[_Key, tuple[_Key, ...]]:
    """Return for everything that can be reached its ancestors, from a root down to the parent; none for a root.

    Of several ways the shortest counts, and among these the first in the order of the file. A chain that
    is longer than `LONGEST` has lost its beginning. Loops end.
    """
    found: dict[_Key, tuple[_Key, ...]] = dict.fromkeys(roots, ())
    queue = deque(found)
    while queue:
        parent = queue.popleft()
        chain: tuple[_Key, ...] | None = None
        for child in children.get(parent, ()):
            if child not in found:
                if chain is None:
                    chain = (*found[parent], parent)[-LONGEST:]
                found[child] = chain
                queue.append(child)
    return found


def tops(children: Mapping[_Key, Iterable[_Key]]) -> list[_Key]:
    """Return what nobody asks for, in the order of the file: where a file names no roots, these must be."""
    asked_for = {child for wanted in children.values() for child in wanted}
    return [name for name in children if name not in asked_for]
