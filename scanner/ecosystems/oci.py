"""References of container images as packages: `registry.example:5000/acme/app:1.2@sha256:…`.

https://pkg.go.dev/github.com/distribution/reference and the purl type `docker`. A registry other than Docker Hub
stands before the path, as in the reference itself.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.model import Dependency, Kind, Problem, Scope
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    import re

    from scanner.model import Location

SCHEME: Final = "docker://"


class Reference(NamedTuple):
    """An image by registry and path, with its tag and digest where it has them.

    `tag` is as written, and may hold an expression of which nothing is known (`${TAG}`): then it is `open`.
    """

    name: str
    tag: str | None
    digest: str | None

    @property
    def open(self) -> bool:
        """Tell whether only a run can know the tag."""
        return self.tag is not None and is_computed(self.tag)


def is_computed(text: str) -> bool:
    """Tell whether a text holds a variable, or what a template puts in its place."""
    return any(sign in text for sign in _EXPRESSIONS)


def reference(text: str) -> Reference | None:
    """Take a reference apart; None when it is none, or when it is not known which image it names."""
    text = text.strip().removeprefix(SCHEME)
    match = _reference().fullmatch(text) if len(text) <= _LONGEST else None
    return Reference(match["name"], match["tag"], match["digest"]) if match else None


def image(text: str, location: Location, scope: Scope = Scope.RUNTIME) -> Dependency | Problem:
    """Return the image that a text names, or a problem where it names none.

    The version is the tag, or the digest of what has no tag; an open tag is a requirement.
    """
    found = reference(text)
    if found is None:
        why = "depends on what is not known here" if is_computed(text) else "is no image"
        return Problem(f"{quoted(text)} {why}.", location)
    path = found.name.removeprefix("index.").removeprefix("docker.io/").removeprefix("library/")
    namespace, _, name = path.rpartition("/")
    return Dependency(
        purl=make("docker", name, None if found.open else found.tag or found.digest, namespace),
        location=location,
        requirement=found.tag if found.open else None,
        kind=Kind.IMAGE,
        scope=scope,
        direct=True,
    )


@cache
def _reference() -> re.Pattern[str]:
    # Names are lower-case by the grammar, and written otherwise now and then. An expression may hold anything.
    import re

    part = r"(?=[.-]*+\w)[\w.-]++"
    host = r"(?:[\w.-]++|\[[0-9A-Fa-f:]++\])(?::[0-9]++)?+/"
    tag = r"\w[\w.-]{0,127}+|(?=[^@]*(?:\$|\{\{|<%|%%)).+?"
    return re.compile(
        rf"(?P<name>(?:{host})?{part}(?:/{part})*+)(?::(?P<tag>{tag}))?(?:@(?P<digest>\w++:[0-9a-f]++))?",
        re.ASCII | re.DOTALL,
    )


# Longer than any reference can be, and short enough for what looks at it twice.
_LONGEST: Final = 1024
# What stands for a value that only a run can know: of shells and Compose, of GitHub, and of templates.
_EXPRESSIONS: Final = ("$", "{{", "<%", "%%")
