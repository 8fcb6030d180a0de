"""What the lockfiles of npm packages share: names as purls, and who needs a package, and when.

https://docs.npmjs.com/cli/configuring-npm/package-json#name: a name may begin with a scope (`@scope/name`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeVar

from scanner.lineage import chains
from scanner.model import Scope
from scanner.purl import make

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping, Sequence

_Key = TypeVar("_Key")


def purl(name: str, version: str | None = None) -> str:
    """Write the canonical purl of a package. Raises ValueError for what can be no name."""
    if _plain().fullmatch(name) and (version is None or _plain_version().fullmatch(version)):
        name = f"%40{name[1:]}" if name[0] == "@" else name
        return f"pkg:npm/{name}@{version.replace('+', '%2B')}" if version else f"pkg:npm/{name}"
    if not _name().fullmatch(name):
        msg = f"{name!r} is no name of a package."
        raise ValueError(msg)
    scope, _, bare = name.rpartition("/")
    return make("npm", bare, version, scope)


def is_version(text: object) -> bool:
    """Tell whether a value is exactly one version: https://semver.org, or what older registries let pass."""
    return isinstance(text, str) and _version().fullmatch(text) is not None


def reached(
    roots: Mapping[Scope, Sequence[_Key]],
    needed: Mapping[_Key, Iterable[_Key]],
    children: Mapping[_Key, Iterable[_Key]] | None = None,
) -> dict[_Key, tuple[Scope, tuple[_Key, ...]]]:
    """Return for all that can be reached when it is needed, and its ancestors from a root down.

    `needed` are the children that a package cannot do without, `children` (else the same) all of them.
    What is needed at run time stays so even where a shorter way leads through a tool.
    """
    found = {key: (Scope.RUNTIME, chain) for key, chain in chains(roots.get(Scope.RUNTIME, ()), needed).items()}
    left = needed
    if children is not None:
        left = children
        running = [*roots.get(Scope.RUNTIME, ()), *roots.get(Scope.OPTIONAL, ())]
        for key, chain in chains(running, children).items():
            found.setdefault(key, (Scope.OPTIONAL, chain))
    for scope in (Scope.OPTIONAL, Scope.DEV, Scope.BUILD):
        if tops := roots.get(scope):
            # What is below something that was found has been found as well.
            left = {key: wanted for key, wanted in left.items() if key not in found}
            for key, chain in chains(tops, left).items():
                found.setdefault(key, (scope, chain))
    return found


@cache
def _plain() -> re.Pattern[str]:
    # What stands in a purl as it is; purls of this type have their names, but not their scopes, in lower case.
    import re

    return re.compile(r"(?:@[A-Za-z0-9._~-]+/)?[a-z0-9._~-]+")


@cache
def _plain_version() -> re.Pattern[str]:
    import re

    return re.compile(r"[A-Za-z0-9._~+-]+")


@cache
def _name() -> re.Pattern[str]:
    import re

    return re.compile(r"(?:@[^/@\s]+/)?[^/@\s][^/\s]*")


@cache
def _version() -> re.Pattern[str]:
    import re

    return re.compile(r"\d+(?:\.\d+)*[-+.0-9A-Za-z_]*", re.ASCII)
