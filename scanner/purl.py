"""Package URLs as text: made, taken apart, and read the way tools really write them.

https://github.com/package-url/purl-spec. packageurl-python does this for every unusual purl; the
plain ones, nearly all, are handled as text, since the library takes about thirty microseconds for
each. A property test holds the two equal.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from packageurl import PackageURL

    from scanner.model import Dependency

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_~")
_PLAIN_VERSION = _PLAIN | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ:")
# Types whose plain lower-case names are their own canonical form.
_SIMPLE_TYPES = frozenset({"cargo", "gem", "generic", "golang", "maven", "npm", "nuget"})

# A purl of these types is a package that a distribution made: the distribution's support counts. Some tools write
# `alpine` for `apk`.
DISTRO_TYPES = frozenset({"alpine", "apk", "deb", "rpm"})
DISTRO_HEADS = tuple(f"pkg:{purl_type}/" for purl_type in sorted(DISTRO_TYPES))


class Purl(NamedTuple):
    """The parts of a purl, percent-decoded; an absent part is empty, the version None."""

    type: str
    namespace: str
    name: str
    version: str | None
    qualifiers: dict[str, str]


def make(purl_type: str, name: str, version: str | None = None, namespace: str = "") -> str:
    """Write a canonical purl. Raises ValueError when a purl of this type cannot have these parts."""
    if purl_type == "pypi" and not namespace:
        name = name.lower().replace("_", "-")
    elif purl_type not in _SIMPLE_TYPES or namespace:
        return _made_by_library(purl_type, name, version, namespace)
    plain = (version or "").replace("+", "").replace("!", "")
    if not name or not _PLAIN.issuperset(name) or not _PLAIN_VERSION.issuperset(plain):
        return _made_by_library(purl_type, name, version, namespace)
    if not version:
        return f"pkg:{purl_type}/{name}"
    # Local versions and epochs are ordinary in Python.
    return f"pkg:{purl_type}/{name}@{version.replace('+', '%2B').replace('!', '%21')}"


def split(purl: str) -> Purl | None:
    """Take a purl apart, leniently; None when it is none.

    Reads what tools write against the spec: `PKG:`, `pkg://`, an unencoded `@scope`, an encoded `@`
    before the version (`npm/mime%401.6.0`).
    """
    scheme, colon, rest = purl.strip().partition(":")
    if scheme.lower() != "pkg" or not colon:
        return None
    rest = rest.partition("#")[0]
    path, _, query = rest.partition("?")
    purl_type, slash, path = path.lstrip("/").partition("/")
    path = path.strip("/")
    if not slash or not path:
        return None
    full_name, version = _versioned(path)
    namespace, _, name = full_name.rpartition("/")
    if not name:
        return None
    return Purl(purl_type.lower(), namespace, name, version, _qualifiers(query) if query else {})


def official(purl: str) -> PackageURL | None:
    """Read a purl for a document that others read; None for what they would not take for one."""
    from packageurl import PackageURL

    try:
        return PackageURL.from_string(purl) if split(purl) and purl.isprintable() else None
    except ValueError:
        return None


def unversioned(purl: str) -> tuple[str, str]:
    """Divide a purl into what stands before its version, and the version as it is written, empty for none."""
    base, at, version = purl.partition("?")[0].rpartition("@")
    return (base, version) if at else (version, "")


def name_and_version(dependency: Dependency) -> tuple[str, str | None]:
    """Return the full name of a dependency and its version: as its purl says, else as its file has them."""
    return _name_and_version(dependency.purl) or dependency.label or (dependency.purl, None)


def full_name(dependency: Dependency) -> str:
    """Return name and version of a dependency in one text, or what is required of it where there is no version."""
    name, version = name_and_version(dependency)
    return " ".join(filter(None, (name, version or dependency.requirement)))


# What is told of a package names it several times, and a large lockfile has the same one in many places.
@lru_cache(maxsize=8192)
def _name_and_version(purl: str) -> tuple[str, str | None] | None:
    parts = split(purl)
    if parts is None:
        return None
    return f"{parts.namespace}/{parts.name}" if parts.namespace else parts.name, parts.version


def name_beside(text: str, purl: str) -> str:
    """Name one package beside another: by its name where both are of one type, else by its purl.

    Words that are no purl stay as they are.
    """
    parts, other = split(text), split(purl)
    if parts is None or other is None or parts.type != other.type:
        return text
    name = f"{parts.namespace}/{parts.name}" if parts.namespace else parts.name
    return f"{name} {parts.version}" if parts.version else name


def _versioned(path: str) -> tuple[str, str | None]:
    # An `@` that begins a segment belongs to a scope; one inside the last segment begins the version.
    at = path.rfind("@")
    if at > 0 and path[at - 1] != "/":
        return _decoded(path[:at]), _decoded(path[at + 1 :]) or None
    name = _decoded(path)
    at = name.rfind("@")
    if at > 0 and name[at - 1] != "/" and "/" not in name[at:]:
        return name[:at], name[at + 1 :] or None
    return name, None


def _qualifiers(query: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in query.split("&"))
    return {key.lower(): _decoded(value) for key, _, value in pairs if key and value}


def _decoded(text: str) -> str:
    # Nearly all that is encoded is the `@` of a scope, and `unquote` takes ten times as long.
    plain = text.replace("%40", "@") if "%" in text else text
    if "%" not in plain:
        return plain
    from urllib.parse import unquote

    return unquote(text)


def _made_by_library(purl_type: str, name: str, version: str | None, namespace: str) -> str:
    from packageurl import PackageURL

    if not name.strip(" /"):
        msg = "A purl needs a name."
        raise ValueError(msg)
    return PackageURL(purl_type, namespace or None, name, version or None).to_string()
