"""The lockfile speaks: what it pins need not be told again as the range that a manifest asks for.

A lockfile speaks for the manifests in its folder and below it, as in a workspace. An entry of theirs is
left out only where the version that is pinned is one that it asks for: a project of its own that happens
to lie below is heard. Where a manifest is read without its lockfile, the lockfile tells its versions.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from scanner import claims
from scanner.globs import fits
from scanner.model import Dependency, Kind
from scanner.purl import unversioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.model import Parsed


class _Lockfile(NamedTuple):
    folder: str
    name: str
    versions: dict[str, set[str]]


class Pins:
    """What the lockfiles pin that were read so far; each has to come before the manifests that it speaks for."""

    def __init__(self) -> None:
        """Nothing is pinned before the first lockfile."""
        self._lockfiles: list[_Lockfile] = []

    def enter(self, folder: str) -> None:
        """Forget what speaks for other folders: a walk comes from the top down."""
        self._lockfiles = [lock for lock in self._lockfiles if is_in(folder, lock.folder)]

    def heard(self, path: str, dependencies: Iterable[Dependency]) -> Iterable[Dependency]:
        """Return what a file says that no lockfile says better, and remember what it pins itself."""
        folder, name = os.path.split(path)
        if globs := claims.pinned_by(path.replace(os.sep, "/")):
            return self._unpinned(dependencies, folder, globs)
        return self._remembered(dependencies, folder, name) if claims.pins(name) else dependencies

    def _remembered(self, dependencies: Iterable[Dependency], folder: str, name: str) -> Iterator[Dependency]:
        versions: dict[str, set[str]] = {}
        self._lockfiles.append(_Lockfile(folder, name, versions))
        for dependency in dependencies:
            purl, version = unversioned(dependency.purl)
            if version:
                versions.setdefault(purl, set()).add(version)
            yield dependency

    def _unpinned(
        self, dependencies: Iterable[Dependency], folder: str, globs: tuple[str, ...]
    ) -> Iterator[Dependency]:
        above = (lock for lock in self._lockfiles if is_in(folder, lock.folder))
        speaking = [lock.versions for lock in above if any(fits(lock.name, glob) for glob in globs)]
        for dependency in dependencies:
            if dependency.kind is not Kind.LIBRARY or not any(_pinned(dependency, pins) for pins in speaking):
                yield dependency


def locked(dependencies: Iterable[Dependency], entries: Iterable[Parsed]) -> Iterator[Dependency]:
    """Yield a manifest's dependencies with the versions that the entries of its lockfile pin for them.

    Where a lockfile has several versions that a range lets in, the one it says the project itself asks for
    counts; where it does not say so, the range stays a range.
    """
    pins: dict[str, dict[str, bool]] = {}
    for entry in entries:
        if isinstance(entry, Dependency):
            purl, version = unversioned(entry.purl)
            if version:
                direct = pins.setdefault(purl, {})
                direct[version] = direct.get(version, False) or entry.direct is True
    for dependency in dependencies:
        pin = _locked_version(dependency, pins) if dependency.kind is Kind.LIBRARY else None
        yield dependency._replace(purl=f"{dependency.purl}@{pin}", requirement=None) if pin else dependency


def _locked_version(dependency: Dependency, pins: dict[str, dict[str, bool]]) -> str | None:
    if dependency.requirement is None or "?" in dependency.purl:
        return None
    versions = {
        version: direct for version, direct in pins.get(dependency.purl, {}).items() if _lets_in(dependency, version)
    }
    direct = [version for version, wanted in versions.items() if wanted] or list(versions)
    return direct[0] if len(direct) == 1 else None


def _pinned(dependency: Dependency, pins: dict[str, set[str]]) -> bool:
    purl, wanted = unversioned(dependency.purl)
    versions = pins.get(purl, ())
    return wanted in versions if wanted else any(_lets_in(dependency, version) for version in versions)


def _lets_in(dependency: Dependency, version: str) -> bool:
    from scanner.catalog.ranges import holds

    purl_type = dependency.purl.removeprefix("pkg:").partition("/")[0]
    # What cannot be read as a range (`catalog:`, an address) is what the lockfile has made of it.
    return holds(dependency.requirement or "", purl_type, version) is not False


def is_in(folder: str, top: str) -> bool:
    """Tell whether a folder is another one, or lies below it."""
    return folder == top or folder.startswith(top.rstrip(os.sep) + os.sep)
