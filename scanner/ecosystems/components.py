"""What SBOMs of every format say of a component: its purl as tools really write it, its version, its kind.

https://github.com/package-url/purl-spec. Tools write purls against the spec, leave out the version that stands
beside, and write words where a purl belongs; what can be read is read.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from scanner.model import Kind
from scanner.purl import make, split
from scanner.text import quoted

_NOTHING: Final = frozenset({"", "NOASSERTION", "NONE", "UNKNOWN"})
_IMAGES: Final = ("pkg:docker/", "pkg:oci/")
# Types whose names keep their case, and types in which lower case is not yet canonical.
_AS_WRITTEN: Final = frozenset(
    {"cargo", "cocoapods", "conda", "cran", "deb", "docker", "gem", "generic", "golang", "maven", "nuget", "rpm"}
)
_PECULIAR: Final = frozenset({"cpan", "hackage", "huggingface", "mlflow", "oci", "pub", "swift"})


def canonical(purl: str, version: str | None = None) -> str | None:
    """Return a purl as the spec wants it; None where this is none, or names nothing.

    The `version` that stands beside it, an exact one, is added to a purl that has none.
    """
    purl = purl.strip()
    found = _plain().fullmatch(purl)
    if found is None or (version and found[3] is None) or not _is_usual(found[1], found[2]):
        return _rewritten(purl, version)
    written, qualifiers = found[3] or "", found[4] or ""
    if "+" in found[2] or "+" in written:
        purl = f"pkg:{found[1]}/{(found[2] + written).replace('+', '%2B')}{qualifiers}"
    if "&" not in qualifiers:
        return purl
    pairs = qualifiers[1:].split("&")
    ordered = sorted(pairs)
    return purl if pairs == ordered else f"{purl[: -len(qualifiers)]}?{'&'.join(ordered)}"


def versioned(text: str | None) -> tuple[str | None, str | None]:
    """Take the version of a component for an exact one, or for a requirement; both None where there is none."""
    text = (text or "").strip()
    if text.upper() in _NOTHING:
        return None, None
    return (text, None) if _exact().fullmatch(text) else (None, text)


def flaw(version: str) -> str:
    """Say why a text is no version of anything, and no requirement; nothing where it may be one."""
    if version.isprintable() or not _control().search(version.strip()):
        return ""
    return f"The version {quoted(version)} has a control character in it, and is none."


def kind_of(purl: str) -> Kind:
    """Tell container images from packages."""
    return Kind.IMAGE if purl.startswith(_IMAGES) else Kind.LIBRARY


def _is_usual(purl_type: str, name: str) -> bool:
    if purl_type in _AS_WRITTEN:
        return name.rpartition("/")[2] not in {".", ".."}
    unusual = "_+" if purl_type == "pypi" else "+"
    return purl_type not in _PECULIAR and name.islower() and not any(letter in name for letter in unusual)


def _rewritten(purl: str, version: str | None) -> str | None:
    parts = split(purl)
    if parts is None or parts.name in {".", ".."}:
        return None
    namespace, name, known = parts.namespace, parts.name, parts.version
    if namespace and name.startswith("@"):
        # A name was left out: what stands before it is the name then, as the spec reads it.
        known = name[1:]
        namespace, _, name = namespace.rpartition("/")
    try:
        made = make(parts.type, name, known or version, namespace)
    except ValueError:
        return None
    return made + _qualified(parts.qualifiers) + _below(purl.partition("#")[2])


def _qualified(qualifiers: dict[str, str]) -> str:
    named = (key for key in sorted(qualifiers) if _key().fullmatch(key) and qualifiers[key].strip())
    return "".join(f"{'&' if number else '?'}{key}={_encoded(qualifiers[key])}" for number, key in enumerate(named))


def _below(subpath: str) -> str:
    segments = (segment for segment in subpath.split("/") if segment.strip() and segment not in {".", ".."})
    path = "/".join(map(_encoded, segments))
    return f"#{path}" if path else ""


def _encoded(text: str) -> str:
    from urllib.parse import quote, unquote

    return quote(unquote(text)).replace("%3A", ":")


@cache
def _key() -> re.Pattern[str]:
    return re.compile(r"[a-z._-][a-z0-9._-]*")


@cache
def _control() -> re.Pattern[str]:
    return re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@cache
def _exact() -> re.Pattern[str]:
    return re.compile(r"(?!~)[^\s<>=^*|,\[\](){}$]++")


@cache
def _plain() -> re.Pattern[str]:
    # Nothing in it that would be written otherwise. Groups: the type, namespace and name, version, qualifiers.
    letters = r"[A-Za-z0-9._~+-]"
    name = rf"(?:(?:%40)?+{letters}++/)*+(?:{letters}|%2B)++"
    pair = r"[a-z][a-z0-9_]*+=[A-Za-z0-9._~:-]++"
    return re.compile(rf"pkg:([a-z][a-z0-9.-]*+)/({name})(@(?:[A-Za-z0-9._~:+-]|%2B)++)?+(\?{pair}(?:&{pair})*+)?+")
