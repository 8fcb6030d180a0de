"""What tools call an operating system → product, and the version that names its release.

https://www.freedesktop.org/software/systemd/man/latest/os-release.html: ID and VERSION_ID, which tools
join (`debian-11`); https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst: the qualifier
`distro`, for which there is no grammar. An id is compared exactly: what a system says it is like
(ID_LIKE) tells nothing of how long it is supported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.catalog.cycles import Unresolved, cycle_of
from scanner.catalog.index import os_key
from scanner.catalog.versions import LONGEST
from scanner.model import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.model import Product

_BETWEEN: Final = " -_"
_WORD: Final = re.compile(r"[a-z]+")
_NUMBER: Final = re.compile(r"v?([0-9]+)")
# Alpine's edge calls itself by the day on which it was made; Debian's testing by what it will be.
_ROLLING: Final = re.compile(r"_alpha[0-9]{8}|/sid$")
_ROLLS: Final = "edge"
# Texts that name a release of this product without a number, and texts that say which one it is not.
_SAYS_ENOUGH: Final = frozenset({Reason.FLOATING, Reason.NO_VERSION, Reason.AMBIGUOUS})


class System(NamedTuple):
    """An operating system, and the text of the release that is meant; None when there is none."""

    product: Product
    version: str | None


def system_of(text: str, namespace: str, known: Callable[[str], Product | None]) -> System | None:
    """Return the operating system that a text names: `debian-11`, `redhat-8.4`, `amazon-2 (Karoo)`, `bookworm`.

    `known` finds a product by the key of an id (`index.os_key`). The `namespace` of a package's purl
    says whose codename or number it is when the text has no id. None when this is no system that is known.
    """
    if len(text) > LONGEST:
        return None
    for place in _ends(text):
        key = os_key(text[:place])
        if key is not None and "@" not in key and known(key) is not None:
            return _released(key, text[place:].strip(_BETWEEN), known)
    key = os_key(namespace)
    if key is None or known(key) is None or not text:
        return None
    return _released(key, text, known)


def _ends(text: str) -> Iterator[int]:
    """Yield where an id may end, the longest first: `opensuse-leap-15.4` is not release `leap` of `opensuse`."""
    yield len(text)
    for place in range(len(text) - 1, 0, -1):
        if text[place] in _BETWEEN:
            yield place


def _released(key: str, version: str, known: Callable[[str], Product | None]) -> System | None:
    """Return the product whose release this is; None where the version is none, but the rest of another id."""
    for word in _WORD.findall(version.lower()):
        # `centos-8-stream` is release 8 of `centos-stream`.
        other = known(f"{key}-{word}")
        if other is not None:
            return System(other, version.lower().replace(word, "", 1).strip(_BETWEEN) or None)
    number = _NUMBER.match(version)
    product = (known(f"{key}@{number[1]}") if number else None) or known(key)
    if product is None:
        return None
    if _ROLLING.search(version):
        return System(product, _ROLLS)
    return System(product, version or None) if number or _is_release(version, product) else None


def _is_release(version: str, product: Product) -> bool:
    found = cycle_of(version, "", product)
    return not isinstance(found, Unresolved) or found.reason in _SAYS_ENOUGH
