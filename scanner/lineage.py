"""Who brings a package in, and for what: the graph of a lockfile, from what a project itself asks for down."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from scanner.model import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_Key = TypeVar("_Key")

# Longer than any chain of a real lockfile; a hostile one would else take memory by the square of its size.
LONGEST = 50
_STRONGEST_FIRST: Final = (Scope.RUNTIME, Scope.OPTIONAL, Scope.BUILD, Scope.DEV)


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


class Origin(NamedTuple, Generic[_Key]):
    """What brings something in: the strongest scope of all that do, and the ancestors there, from a root down."""

    scope: Scope
    via: tuple[_Key, ...]


def origins(asked: Iterable[tuple[_Key, Scope]], children: Mapping[_Key, Iterable[_Key]]) -> dict[_Key, Origin[_Key]]:
    """Return where everything that can be reached comes from; run time beats the other scopes.

    Within a scope, the chain is that of `chains`.
    """
    roots = list(asked)
    found: dict[_Key, Origin[_Key]] = {}
    for scope in _STRONGEST_FIRST:
        queue = deque(dict.fromkeys(key for key, wanted in roots if wanted is scope and key not in found))
        found.update((key, Origin(scope, ())) for key in queue)
        while queue:
            parent = queue.popleft()
            origin: Origin[_Key] | None = None
            for child in children.get(parent, ()):
                if child not in found:
                    if origin is None:
                        origin = Origin(scope, (*found[parent].via, parent)[-LONGEST:])
                    found[child] = origin
                    queue.append(child)
    return found
