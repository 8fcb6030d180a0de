"""Reads one requirement as metadata holds it: `name[extra]>=1,<2; marker` or `name @ address`.

https://packaging.python.org/en/latest/specifications/dependency-specifiers/. More lenient than the
specification where files in the wild are: versions that PEP 440 does not know are kept as text,
and markers are not judged. A property test holds it equal to `packaging` on all that it accepts.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_ALPHANUMERIC = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_NAME = _ALPHANUMERIC | frozenset("._-")
_VERSION = _ALPHANUMERIC | frozenset("._-+!")


class Requirement(NamedTuple):
    """One requirement; `start` and `end` bound its name, extras and specifier (or address) in the text.

    `version` is the one exact version that the specifier names. `specifier` is free of spaces and
    brackets; it, `url` and `marker` are empty when absent.
    """

    name: str
    extras: tuple[str, ...]
    version: str | None
    specifier: str
    url: str
    marker: str
    start: int
    end: int

    @property
    def range(self) -> str | None:
        """The specifier, where it says more than the version does."""
        pin = self.version is not None and "," not in self.specifier
        return None if pin else self.specifier or None


def read(text: str) -> Requirement | None:
    """Read a requirement; None when the text is none."""
    match = _requirement().fullmatch(text)
    if match is None:
        return None
    whole, name, extras, bracketed, bare, url, marker = match.groups(default="")
    specifier = "".join((bracketed or bare).split()).rstrip(",")
    start = match.start(1)
    return Requirement(
        name=name,
        extras=tuple(extras.replace(",", " ").split()),
        version=_pin(specifier),
        specifier=specifier,
        url=url,
        marker=marker.strip(),
        start=start,
        end=start + len(whole.rstrip(", \t\r\n\f")),
    )


def is_name(text: str) -> bool:
    """Tell whether a package may be called so."""
    return bool(text) and _NAME.issuperset(text) and text[0] in _ALPHANUMERIC and text[-1] in _ALPHANUMERIC


def is_version(text: str) -> bool:
    """Tell whether a text is one version: not empty, no operator, no wildcard, no variable."""
    return bool(text) and _VERSION.issuperset(text) and text[0] in _ALPHANUMERIC


def normalized(name: str) -> str:
    """Write a name the one way in which equal names are equal: `Foo__Bar.baz` is `foo-bar-baz`."""
    words = name.lower().replace("_", "-").replace(".", "-").split("-")
    return "-".join(word for word in words if word)


def _pin(specifier: str) -> str | None:
    if "==" not in specifier:
        return None
    exact = {clause.lstrip("=") for clause in specifier.split(",") if clause.startswith("==")}
    versions = list(filter(is_version, exact))
    return versions[0] if len(versions) == 1 else None


@cache
def _requirement() -> re.Pattern[str]:
    # Every repetition is possessive: a hostile text must not make the search go back.
    clause = r"(?:[<>~!=]=|===|[<>])\s*+[^][\s,;()<>=~\"']++"
    clauses = rf"{clause}(?:\s*+,\s*+{clause})*+"
    return re.compile(
        r"\s*+("
        r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*+"
        r"(?:\[([^][]*+)\]\s*+)?+"
        rf"(?:\(\s*+({clauses}\s*+,?)?\s*+\)|({clauses}\s*+,?)|@\s*+(\S+))?"
        r")\s*+(?:;(.*))?",
        re.DOTALL,
    )
