"""Which dependencies an entry of the settings speaks of; a selector fits when all that it names does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner import globs

if TYPE_CHECKING:
    from scanner.model import Dependency, Match, Selector, Verdict


def fits(selector: Selector, verdict: Verdict, path: str) -> bool:
    """Tell whether a selector takes in what is said of a dependency.

    `path` is its file, seen from the folder of the settings.
    Where no product is known, a selector that names one does not fit.
    """
    return fits_cycle(selector.product, selector.cycle, verdict.match) and takes_in(selector, verdict.dependency, path)


def fits_cycle(product: str | None, cycle: str | None, match: Match | None) -> bool:
    """Tell whether a match is of this product and cycle; None stands for any."""
    if match is None:
        return product is None and cycle is None
    return product in {None, match.product.id} and cycle in {None, match.cycle.name}


def takes_in(selector: Selector, dependency: Dependency, path: str) -> bool:
    """Tell whether a dependency fits a selector, whatever its product is."""
    if selector.scope and dependency.scope not in selector.scope:
        return False
    # What is not known to be direct is neither direct nor transitive.
    if selector.direct is not None and dependency.direct is not selector.direct:
        return False
    if selector.path is not None and not globs.covers(selector.path, path):
        return False
    return selector.purl is None or _fits_purl(selector.purl, dependency.purl)


def _fits_purl(glob: str, purl: str) -> bool:
    if not purl:
        return False
    named = purl.partition("?")[0]
    versioned = named.rfind("@") > named.rfind("/")
    return (
        globs.fits(purl, glob) or globs.fits(named, glob) or (versioned and globs.fits(named.rpartition("@")[0], glob))
    )
