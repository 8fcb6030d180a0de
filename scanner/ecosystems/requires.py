"""What a Python project asks for in words: a requirement in a manifest, and the keywords of setuptools.

https://setuptools.pypa.io/en/latest/references/keywords.html. The same keywords stand in `setup.cfg` and
`setup.py`; requirements are read by `pep508`, here they become dependencies with a place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from scanner.ecosystems import pep508
from scanner.model import Dependency, Problem, Scope
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scanner.model import Location, Parsed

# Places the part of a text between two offsets of it.
Place: TypeAlias = "Callable[[int, int], Location]"

# Each keyword that lists requirements, strongest first, with what they are for.
KEYWORDS: Final[Mapping[str, Scope]] = {
    "install_requires": Scope.RUNTIME,
    "extras_require": Scope.OPTIONAL,
    "setup_requires": Scope.BUILD,
    "tests_require": Scope.DEV,
}
# The lockfiles that pin what a Python project asks for, whatever file it asks in.
LOCKFILES: Final = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "pylock.*.toml", "Pipfile.lock")


def requirement(text: str, place: Place, scope: Scope) -> Parsed:
    """Read one requirement; a text that is none is a problem."""
    found = pep508.read(text)
    if found is None:
        start = len(text) - len(text.lstrip())
        return Problem(f"{quoted(text.strip())} is no requirement.", place(start, max(start, len(text.rstrip()))))
    return Dependency(
        purl=make("pypi", found.name, found.version),
        location=place(found.start, found.end),
        requirement=found.range,
        scope=scope,
        direct=True,
    )


def listed(text: str) -> Iterator[tuple[int, str]]:
    """Split text into the requirements that setuptools reads in it, each with its offset: one on each line."""
    start = 0
    for line in text.splitlines(keepends=True):
        body = line.partition(" #")[0].rstrip()
        if body.strip() and not body.lstrip().startswith("#"):
            yield start, body
        start += len(line)
