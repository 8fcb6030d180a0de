"""What settings call products and cycles → the names that the data has for them; what it has none for is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scanner.model import ScanError
from scanner.text import cited, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scanner.model import Ignore, Location, Override, Policy, Product, Selector

_SUGGESTED = 12


class Known(Protocol):
    """What knows products by their names."""

    def product(self, name: str) -> Product | None:
        """Return a product by its id or one of its aliases."""

    def names(self) -> Iterable[str]:
        """Return every id and alias."""


def resolved(policy: Policy, known: Known) -> Policy:
    """Return a policy whose entries bear the ids of products.

    Raises `ScanError`, with the place of the entry and a suggestion, for a product or a cycle that does not exist.
    """

    def id_of(name: str, cycle: str | None, place: Location) -> str:
        product = known.product(name)
        if product is None:
            raise _unknown(place, f"There is no product '{cited(name)}'.", name, known.names())
        names = [other.name for other in product.cycles]
        if cycle is not None and cycle not in names:
            raise _unknown(place, f"{product.title} has no cycle '{cited(cycle)}'.", cycle, names)
        return product.id

    return policy._replace(
        ignores=tuple(entry._replace(selector=_named(entry, id_of)) for entry in policy.ignores),
        overrides=tuple(entry._replace(selector=_named(entry, id_of)) for entry in policy.overrides),
        support=tuple(
            entry._replace(product=id_of(entry.product, entry.cycle, entry.location)) for entry in policy.support
        ),
    )


def _named(entry: Ignore | Override, id_of: Callable[[str, str | None, Location], str]) -> Selector:
    selector = entry.selector
    if selector.product is None:
        return selector
    return selector._replace(product=id_of(selector.product, selector.cycle, entry.location))


def _unknown(place: Location, sentence: str, word: str, known: Iterable[str]) -> ScanError:
    from difflib import get_close_matches

    names = list(known)
    close = get_close_matches(word, names, n=1)
    some = ", ".join(names[:_SUGGESTED])
    hint = f"Did you mean '{close[0]}'?" if close else f"There are {some}{', …' if len(names) > _SUGGESTED else '.'}"
    return ScanError(f"{clean(place.path)}:{place.line or 1}: {sentence} {hint}")
