"""Operating systems: what `os-release` says, and what their packages are called.

https://www.freedesktop.org/software/systemd/man/latest/os-release.html, and the types `apk`, `deb` and `rpm` of
https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst. Namespace and qualifiers are those that
tools write which look into images.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scanner.model import Problem
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.model import Location
    from scanner.source import Source

# Where a system says what it is; what the first says overrides the second.
PLACES = ("etc/os-release", "usr/lib/os-release")

# What stood in its place before 2012, and the ids of those that wrote it.
RELEASE = "etc/redhat-release"
_RELEASED = re.compile(r"(CentOS|Fedora|Red Hat Enterprise Linux)\b[^\r\n]*? release ([0-9]+(?:\.[0-9]+)*+)\b")
_IDS = {"CentOS": "centos", "Fedora": "fedora", "Red Hat Enterprise Linux": "rhel"}

_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_~+")
_PLAIN = _LOWER | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ:")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._~-]*")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._:~^-]*")
# What purls call the vendor of a system where it is not the system's id.
_VENDORS = {"rhel": "redhat"}
_ASSIGNMENT = (
    r"[ \t]*+(?:export[ \t]++)?([A-Za-z_][A-Za-z0-9_]*+)="
    r"""(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)"|'([^']*+)'|([^\s"'#;&|<>]*+))[ \t]*+(?:#.*)?"""
)


class Field(NamedTuple):
    """One assignment: the value, and where in the text it stands; None where the line is no assignment."""

    key: str
    value: str | None
    start: int
    end: int


class System(NamedTuple):
    """An operating system by its own id, and its release where it has one."""

    id: str
    version: str | None = None


def fields(text: str) -> Iterator[Field]:
    """Yield the assignments of a file that a shell can read, as the shell would read them."""
    assignment = re.compile(_ASSIGNMENT)
    for line in re.finditer(r"[^\r\n\ufeff]+", text):
        content = line[0].rstrip()
        if not content.strip() or content.lstrip().startswith("#"):
            continue
        found = assignment.fullmatch(content)
        if found is None:
            key = content.partition("=")[0].strip()
            yield Field(key, None, line.start(), line.start() + len(content))
            continue
        group = next(number for number in (2, 3, 4) if found[number] is not None)
        value = re.sub(r'\\([$"\\`])', r"\1", found[2]) if group == 2 else found[group]  # noqa: PLR2004 -- in `"`
        start, end = found.span(group)
        yield Field(found[1], value, line.start() + start, line.start() + end)


def system_above(source: Source, up: str) -> System | None:
    """Return the system in whose tree a file lies; `up` is the way from its folder to the root: `../../..`."""
    for place in PLACES:
        beside = source.beside(f"{up}/{place}")
        if beside is not None:
            values = {field.key: field.value for field in fields(beside.text)}
            if name := values.get("ID"):
                return System(name, values.get("VERSION_ID") or None)
    older = source.beside(f"{up}/{RELEASE}")
    return released(older.text) if older is not None else None


def released(text: str) -> System | None:
    """Return the system that a sentence begins with: `CentOS release 6.10 (Final)`."""
    found = _RELEASED.match(text)
    return System(_IDS[found[1]], found[2]) if found else None


def package(purl_type: str, name: str, version: str | None, system: System | None, **qualifiers: str) -> str:
    """Write the canonical purl of a system's package. Raises ValueError when there can be none of this name.

    Qualifiers that are empty are left out.
    """
    namespace = _vendor(system.id) if system else ""
    if system:
        qualifiers["distro"] = f"{system.id}-{system.version}" if system.version else system.id
    text = _base(purl_type, name, version, namespace)
    query = "&".join(f"{key}={_quoted(value)}" for key, value in sorted(qualifiers.items()) if value)
    return f"{text}?{query}" if query else text


class Value(NamedTuple):
    """What stands behind a key of a stanza, and where in the text."""

    text: str
    start: int


class Installed(NamedTuple):
    """A package of a database, and where its name stands."""

    name: str
    version: str
    location: Location


def stanzas(text: str, keys: str) -> Iterator[Mapping[str, Value]]:
    """Yield the stanzas of a database, which blank lines divide: of each the keys (`P|V`) that are asked for.

    Keys are lower case in what is yielded when they are in `keys`; of a key that comes twice the first counts.
    """
    stanza: dict[str, Value] = {}
    flags = re.MULTILINE | (re.IGNORECASE if keys.islower() else re.NOFLAG)
    for found in re.finditer(rf"^(?:({keys})[ \t]*+:[ \t]*+([^\r\n]*)|[ \t\r]*$)", text, flags):
        if found[1]:
            key = found[1].lower() if keys.islower() else found[1]
            stanza.setdefault(key, Value(found[2].rstrip(), found.start(2)))
        elif stanza:
            yield stanza
            stanza = {}
    if stanza:
        yield stanza


def installed(stanza: Mapping[str, Value], keys: tuple[str, str], source: Source) -> Installed | Problem:
    """Return the package of a stanza by the keys of its name and its version, or what is wrong with them."""
    name = stanza.get(keys[0], Value("", next(iter(stanza.values())).start))
    location = source.span(name.start, name.start + len(name.text))
    if _NAME.fullmatch(name.text) is None:
        return Problem(
            f"No package can be named {quoted(name.text)}." if name.text else "This package has no name.", location
        )
    version = stanza[keys[1]].text if keys[1] in stanza else ""
    if _VERSION.fullmatch(version) is None:
        trouble = f"{quoted(version)} is no version" if version else "it has no version"
        return Problem(f"Nothing is known of {quoted(name.text)}: {trouble}.", location)
    return Installed(name.text, version, location)


def _vendor(system: str) -> str:
    return "opensuse" if system.startswith("opensuse") else _VENDORS.get(system, system)


def _base(purl_type: str, name: str, version: str | None, namespace: str) -> str:
    names = name + namespace
    # The library has a form of its own for `+` in the names of one type.
    unusual = not name or (purl_type == "apk" and "+" in names)
    if not unusual and _LOWER.issuperset(names) and _PLAIN.issuperset(version or ""):
        parts = (part for part in (purl_type, namespace, name) if part)
        return f"pkg:{'/'.join(parts)}{'@' if version else ''}{version or ''}".replace("+", "%2B")
    return make(purl_type, name, version, namespace)


def _quoted(text: str) -> str:
    if _PLAIN.issuperset(text):
        return text.replace("+", "%2B")
    from urllib.parse import quote

    return quote(text, errors="replace").replace("%3A", ":")
