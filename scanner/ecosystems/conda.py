"""Reads what conda calls a package: a specification in an environment, and the name of an archive.

https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html#package-match-specifications and
https://docs.conda.io/projects/conda-build/en/stable/resources/package-naming-conv.html. One `=` stands for every
version that begins so, unless a build follows; two, and a version alone, for exactly this one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from scanner.ecosystems import pep508
from scanner.purl import make

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
_PLAIN_VERSION = _PLAIN | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NAME = _PLAIN | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Package(NamedTuple):
    """One package; `start` and `end` bound its name in the text, `range` is what it says of versions beside a pin."""

    name: str
    version: str | None
    range: str | None
    start: int
    end: int


def specification(text: str) -> Package | None:
    """Read a match specification, or the address of an archive; None when the text is none."""
    body = text.partition("#")[0]
    if len(body) > _LONGEST:
        return None
    if "/" in body and body.rstrip().endswith(_ARCHIVES):
        return archive(text)
    details = _brackets().search(body)
    found = _specification().fullmatch(body[: details.start()] if details else body)
    if found is None or not is_name(found["name"]):
        return None
    stated = found["rest"].strip()
    if details and (version := _detail().search(details[0])):
        stated = version[1] or version[2] or version[3]
    pin, wanted = _version(stated)
    if wanted is not None and not _range().fullmatch(wanted):
        return None
    return Package(found["name"], pin, wanted, *found.span("name"))


def archive(address: str) -> Package | None:
    """Read the name of an archive at the end of an address or path: name, version and build."""
    path = address.partition("#")[0].rstrip()
    start = max(path.rfind("/"), path.rfind("\\")) + 1
    suffix = next((suffix for suffix in _ARCHIVES if path.endswith(suffix)), None)
    words = path[start : -len(suffix)].rsplit("-", 2) if suffix else []
    if len(words) != _WORDS or not is_name(words[0]) or not pep508.is_version(words[1]):
        return None
    return Package(words[0], words[1], None, start, start + len(words[0]))


def is_name(text: str) -> bool:
    """Tell whether conda may call a package so."""
    return _NAME.issuperset(text) and any(map(str.isalpha, text))


def purl(name: str, version: str | None = None) -> str:
    """Write the purl of a conda package; conda's names have no capitals."""
    name = name.lower()
    if _PLAIN.issuperset(name) and (version is None or _PLAIN_VERSION.issuperset(version)):
        return f"pkg:conda/{name}@{version}" if version else f"pkg:conda/{name}"
    return make("conda", name, version)


def _version(stated: str) -> tuple[str | None, str | None]:
    if not stated or stated == "*":
        return None, None
    if exact := _exact().fullmatch(stated):
        operator, version, build = exact.groups()
        if (operator != "=" or build) and pep508.is_version(version) and (operator or not version.isalpha()):
            return version, None
    built = _built().fullmatch(stated)
    return None, (built[1] if built else stated).strip()


_ARCHIVES = (".conda", ".tar.bz2")
_WORDS = 3
# Longer than any specification; what is longer was built to be.
_LONGEST = 1000


@cache
def _specification() -> re.Pattern[str]:
    # The channel may hold a subdirectory; what follows the name begins with an operator or a blank.
    channel = r"(?:[^\s:=<>!~]*+(?::[^\s:=<>!~]*+)?:)?"
    return re.compile(rf"\s*+{channel}(?P<name>[^\s=<>!~:]++)(?P<rest>(?:[\s=<>!~].*)?)", re.DOTALL)


@cache
def _brackets() -> re.Pattern[str]:
    return re.compile(r"\[[^][]*+\]\s*$")


@cache
def _detail() -> re.Pattern[str]:
    return re.compile(r"""\bversion\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s,\]]+))""")


@cache
def _exact() -> re.Pattern[str]:
    return re.compile(r"(==?)?\s*+([^\s=,|<>!~*]++)(?:(?:\s++|=)\s*+([^\s=,|<>!~]++))?")


@cache
def _built() -> re.Pattern[str]:
    # A range, and a build behind it.
    return re.compile(r"(.*[^\s><!,|=~])(?:\s+|=)([^-=,|<>~\s]+)", re.DOTALL)


@cache
def _range() -> re.Pattern[str]:
    # Versions with their operators: a word alone is none, and two beside each other are no range.
    return re.compile(r"(?=.*[0-9*=<>])(?:[.!+*,|<>=~^$()-]++|\w++(?!\s++\w)|\s++)*+(?<=[\w.*$)])", re.ASCII)
