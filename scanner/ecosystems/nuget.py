"""What the files of .NET projects share: packages as purls, versions and ranges, target frameworks, lock graphs.

https://learn.microsoft.com/en-us/nuget/concepts/package-versioning,
https://learn.microsoft.com/en-us/dotnet/standard/frameworks.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.lineage import chains, tops
from scanner.purl import make

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping

    from scanner.model import Location

# A reference to this makes a project one of tests; it sets `IsTestProject` by itself.
TEST_SDK: Final = "microsoft.net.test.sdk"


class Asked(NamedTuple):
    """What a reference asks for: exactly one version, or a range as written, or neither."""

    version: str | None = None
    range: str | None = None


class Origin(NamedTuple):
    """Whether the project asks for a package itself (None: nobody tells), and else the chain that brings it in."""

    direct: bool | None = None
    via: tuple[str, ...] = ()


def purl(name: str, version: str | None = None) -> str:
    """Write the canonical purl of a package. Raises ValueError for what can be no id."""
    if _plain().fullmatch(name) and (version is None or _plain().fullmatch(version)):
        return f"pkg:nuget/{name}@{version}" if version else f"pkg:nuget/{name}"
    if not _id().fullmatch(name):
        msg = f"{name!r} is no id of a package."
        raise ValueError(msg)
    return make("nuget", name, version)


def is_version(text: object) -> bool:
    """Tell whether a value is exactly one version; older packages have four numbers."""
    return isinstance(text, str) and _version().fullmatch(text) is not None


def asked(text: str | None) -> Asked:
    """Read the version of a reference.

    `1.2.3` is a minimum by the letter, but a restore takes the lowest version that fits, which is 1.2.3
    unless another package needs more: what people mean by it, and what other tools read, is this version.
    """
    text = (text or "").strip()
    if is_version(text):
        return Asked(text)
    exact = text[1:-1].strip() if text.startswith("[") and text.endswith("]") else ""
    return Asked(exact) if is_version(exact) else Asked(range=text or None)


def framework(text: str) -> str | None:
    """Return the purl of the runtime that a target framework stands for: `net6.0`, `netcoreapp3.1`, `net472`.

    None for those that are none (`netstandard2.0`), that belong to others, or that cannot be read.
    """
    found = _framework().fullmatch(text.strip())
    if found is None:
        return None
    # `net472` has a digit for each number.
    numbers = found[2].split(".") if "." in found[2] else list(found[2])
    if not found[1] and int(numbers[0]) < _FIRST_UNIFIED:
        return framework_version(".".join(numbers))
    return make("generic", "dotnet", ".".join((*numbers, "0")[:2]))


def framework_version(text: str) -> str | None:
    """Return the purl of a release of .NET Framework (`4.7.2`, `v4.7.2`); None for what is none of them."""
    version = text.strip().removeprefix("v")
    return make("generic", "dotnetfx", version) if version in _FRAMEWORKS else None


def named(location: Location, name: str) -> Location:
    """Narrow the place of a key like `Name/1.0.0` to the name that it begins with."""
    return location._replace(end_column=location.column + len(name)) if location.column else location


def origins(
    entries: Mapping[str, Iterable[str]], roots: Iterable[str] | None, *, inside: bool = False
) -> dict[str, Origin]:
    """Return where each `name/version` comes from, by the names that each entry needs; case does not count.

    `roots` are what the project asks for, or, where that stands `inside` of them, the project itself.
    None: nobody tells.
    """
    keys = {key.partition("/")[0].lower(): key for key in entries}
    children = {key: [keys[name.lower()] for name in names if name.lower() in keys] for key, names in entries.items()}
    starts = tops(children) if roots is None else [keys[name.lower()] for name in roots if name.lower() in keys]
    labels = {key: key.rstrip("/").replace("/", "@") for key in entries}
    found: dict[str, Origin] = {}
    for key, chain in chains(starts, children).items():
        via = tuple([labels[ancestor] for ancestor in (chain[1:] if inside else chain)])
        direct = (not via) if roots is not None else (True if not via else None)
        found[key] = Origin(direct, via)
    return found


# Before this version, `net` means .NET Framework.
_FIRST_UNIFIED: Final = 5
_FRAMEWORKS: Final = frozenset(
    "2.0 3.0 3.5 4.0 4.5 4.5.1 4.5.2 4.6 4.6.1 4.6.2 4.7 4.7.1 4.7.2 4.8 4.8.1".split()  # noqa: SIM905 -- one line
)


@cache
def _plain() -> re.Pattern[str]:
    # What stands in a purl as it is; ids keep their case.
    import re

    return re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@cache
def _id() -> re.Pattern[str]:
    import re

    return re.compile(r"\w[\w.-]{0,99}")


@cache
def _version() -> re.Pattern[str]:
    import re

    return re.compile(r"\d+(?:\.\d+){0,3}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)


@cache
def _framework() -> re.Pattern[str]:
    # A platform or a profile may follow: `net6.0-windows10.0.19041.0`, `net40-client`.
    import re

    return re.compile(r"(?i)net(coreapp)?(\d{1,3}(?:\.\d{1,3}){0,3})(?:-\S*)?", re.ASCII)
