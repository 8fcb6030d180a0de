"""What a component of a CycloneDX document means, in whatever way the document is written.

https://cyclonedx.org/specification/overview/. What tools write against the specification is read as it was meant.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from scanner import purl
from scanner.ecosystems import components
from scanner.lineage import LONGEST
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SYSTEM: Final = "operating-system"
# A CPE names these as well as their purl does, if they have one.
NO_PACKAGES: Final = frozenset({SYSTEM, "application"})
# What a document lists beside software.
_NO_SOFTWARE: Final = frozenset({"cryptographic-asset", "data", "file"})
_SCOPES: Final = {"optional": Scope.OPTIONAL, "excluded": Scope.DEV}
_IMAGES: Final = frozenset({"docker", "oci"})
# Types whose names keep their case in a canonical purl, and those whose names have none.
_CASED: Final = frozenset({"gem", "generic", "maven", "nuget"})
_LOWER: Final = frozenset({"apk", "cargo", "composer", "deb", "golang", "hex", "npm", "pub", "pypi", "rpm"})

# What tools write of what is only needed to develop: https://github.com/CycloneDX/cyclonedx-property-taxonomy.
DEVELOPMENT: Final = frozenset(
    {"cdx:npm:package:development", "cdx:composer:package:isDevRequirement", "cdx:pnpm:package:development"}
)

# What a graph may hold before it is given up, in references: beyond it, chains would take more memory than all else.
_MOST_REFS: Final = 400_000
# How many references wait as they were read; they are looked at when it is known that they are needed, or here.
_MOST_WAITING: Final = 150_000


class Component(NamedTuple):
    """One component as its document has it; what is missing is empty. `dev` as its properties say."""

    name: str
    location: Location
    type: str = ""
    group: str = ""
    version: str = ""
    range: str = ""
    purl: str = ""
    cpe: str = ""
    scope: str = ""
    dev: bool = False


def dependency(component: Component) -> tuple[Dependency | None, Problem | None]:
    """Return what a component is, and what is wrong with it; a bad purl does not lose the component."""
    if not component.purl and component.type in _NO_SOFTWARE:
        return None, None
    if not component.name and not component.purl:
        return None, Problem("This component has neither a name nor a package URL.", component.location)
    problem, text = None, ""
    if message := components.flaw(component.version):
        problem, component = Problem(message, component.location), component._replace(version="")
    try:
        text = _purl(component)
    except ValueError:
        message = f"The package URL of {quoted(component.name or component.purl)} is none: {quoted(component.purl)}."
        problem = Problem(message, component.location)
    if not text and not component.name:
        return None, problem
    if not component.name.isascii() and _halves().search(component.name):
        problem = problem or Problem(
            f"The name {quoted(component.name)} has half a character in it.", component.location
        )
    by_cpe = not text or component.type in NO_PACKAGES or text.startswith("pkg:generic/")
    name = f"{component.group}/{component.name}" if component.group else component.name
    has_version = "@" in text or (bool(component.version) and not text)
    found = Dependency(
        purl=text,
        location=component.location,
        requirement=None if has_version else component.range or None,
        kind=_kind(component, text),
        scope=Scope.DEV if component.dev else _SCOPES.get(component.scope, Scope.RUNTIME),
        cpe=component.cpe or None if by_cpe else None,
        label=None if text else (name, component.version or None),
    )
    return found, problem


def label(text: str) -> str:
    """Return `name@version` of a purl; what is none stays as it is."""
    parts = purl.split(text) if text.startswith("pkg:") else None
    if parts is None:
        return text
    name = f"{parts.namespace}/{parts.name}" if parts.namespace else parts.name
    return f"{name}@{parts.version}" if parts.version else name


class Graph:
    """Who needs whom, by the references of a document: kept small, for there may be hundreds of thousands.

    `is_given_up` when there were too many to keep; then it tells nothing.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self.roots: list[str] = []
        # What a reference that is no purl stands for.
        self.labels: dict[str, str] = {}
        self._waiting: list[tuple[Sequence[object], Sequence[list[str] | None]]] = []
        self._left = _MOST_WAITING
        # Each text that is a reference is kept once.
        self._known: dict[str, str] = {}
        self._children: dict[str, list[str]] = {}
        self.is_given_up = False

    def __contains__(self, ref: str) -> bool:
        """Tell whether anybody is known to need this, or whom it needs."""
        self._look()
        return ref in self._known

    def name(self, ref: str, text: str) -> None:
        """Remember what a reference stands for: a purl, or a name and a version. The first one counts."""
        if not ref.startswith("pkg:") and len(self.labels) < _MOST_REFS:
            self.labels.setdefault(ref, text)

    def name_all(self, refs: Sequence[object], purls: Sequence[object]) -> None:
        """Remember many at once; what is no text is passed over."""
        texts = [ref for ref in refs if isinstance(ref, str)] if None in refs else cast("Sequence[str]", refs)
        together = "\n".join(texts)
        # Nearly all documents use purls as references, or none.
        if together.count("\npkg:") + together.startswith("pkg:") < len(texts):
            for ref, text in zip(refs, purls, strict=True):
                if isinstance(ref, str) and isinstance(text, str):
                    self.name(ref, text)

    def add(self, ref: str, wanted: Iterable[str]) -> None:
        """Say that one component needs others."""
        self.add_all((ref,), (list(wanted),))

    def add_all(self, refs: Sequence[object], lists: Sequence[list[str] | None]) -> None:
        """Say what many components need; what is no text is passed over."""
        if self.is_given_up:
            return
        self._waiting.append((refs, lists))
        self._left -= len(refs) + sum(map(len, filter(None, lists)))
        if self._left < 0:
            self._look()

    def lineage(self, refs: Iterable[str]) -> Iterator[tuple[bool | None, tuple[str, ...]]]:
        """Yield for each reference whether the subject itself needs it, and its ancestors from there down.

        None and nothing where the document does not tell: of what the subject needs, or of this component.
        """
        parents = self._parents() if any(map(self._is_told, self.roots)) else {}
        labels: dict[str, str] = {}
        for ref in refs:
            if parents.get(ref) is None:
                yield None, ()
                continue
            chain: list[str] = []
            below = ref
            while (above := parents[below]) is not None and parents[above] is not None and len(chain) < LONGEST:
                chain.append(labels.get(above) or labels.setdefault(above, label(self.labels.get(above, above))))
                below = above
            yield not chain, tuple(reversed(chain))

    def _is_told(self, ref: str) -> bool:
        """Tell whether it is known whom this needs."""
        return ref in self._children or any(ref in refs for refs, _ in self._waiting)

    def _look(self) -> None:
        """Take in all that waits."""
        kept, children = self._known.setdefault, self._children
        for refs, lists in self._waiting:
            for ref, wanted in zip(refs, lists, strict=True):
                if wanted and isinstance(ref, str):
                    found = list(map(kept, wanted, wanted))
                    children[kept(ref, ref)] = children[ref] + found if ref in children else found
        self._waiting, self._left = [], _MOST_WAITING
        if len(self._known) > _MOST_REFS:
            self.is_given_up = True
            self._known, self._children = {}, {}

    def _parents(self) -> dict[str, str | None]:
        """Return what brings in each reference that the subject needs; of the subject, None."""
        self._look()
        # The nearest to a root counts, and among these the first in the order of the file.
        queue = [root for root in self.roots if root in self._children]
        found: dict[str, str | None] = dict.fromkeys(queue)
        for parent in queue:
            for child in self._children.get(parent, ()):
                if child not in found:
                    found[child] = parent
                    queue.append(child)
        return found


def _kind(component: Component, text: str) -> Kind:
    if component.type == SYSTEM:
        return Kind.OS
    return Kind.IMAGE if text.startswith(("pkg:docker/", "pkg:oci/")) else Kind.LIBRARY


def _purl(component: Component) -> str:
    if component.type == SYSTEM and component.name:
        return ""  # name and version say which it is
    text = component.purl.strip()
    if not text or _is_usual(text):
        return text
    parts = purl.split(text)
    if parts is None or parts.name in {".", ".."}:
        raise ValueError
    # The tag of an image is its version.
    is_tagged = parts.type in _IMAGES and "tag" in parts.qualifiers
    canonical = components.canonical(text, None if is_tagged else component.version or None)
    if canonical is None:
        raise ValueError
    return canonical


def _is_usual(text: str) -> bool:
    # Canonical as they stand, with a version: true of nearly all that tools write.
    found = _usual().fullmatch(text)
    if found is None:
        return False
    purl_type, scope, path = found.groups()
    if scope and purl_type != "npm":
        return False
    if purl_type in _CASED:
        return True
    return purl_type in _LOWER and path.islower() and not (purl_type == "pypi" and "_" in path)


@cache
def _halves() -> re.Pattern[str]:
    return re.compile(r"[\ud800-\udfff]")


@cache
def _usual() -> re.Pattern[str]:
    plain = r"\-A-Za-z0-9._~"
    version, query = f"(?:[{plain}:]|%2B)+", f"(?:[?&][a-z_]+=[{plain}:/%]+)*"
    return re.compile(f"pkg:([a-z]+)/(%40[{plain}]+/)?([A-Za-z0-9](?:[{plain}/]*[{plain}])?)@{version}{query}")
