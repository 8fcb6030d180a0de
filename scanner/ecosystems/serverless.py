"""The runtimes of functions in clouds: `nodejs18.x`, `python3.8`, `java8.al2`, `go121`.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html and
https://cloud.google.com/appengine/docs/standard/runtimes. Those of AWS Lambda are cycles of a product of their own;
those of others tell which runtime it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.runtimes import asked
from scanner.model import Dependency, Kind, Problem
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from scanner.model import Location


def on_lambda(text: str, location: Location) -> Dependency | Problem:
    """Return the runtime of AWS Lambda that a text names; an expression is a requirement."""
    text = text.strip()
    if "$" in text or "{{" in text:
        return Dependency(make("generic", "aws-lambda"), location, text, Kind.RUNTIME, direct=True)
    if re.fullmatch(r"(?:nodejs|python|ruby|java|go|dotnet|dotnetcore|provided)[0-9a-z.]*", text) is None:
        return Problem(f"{quoted(text)} is no runtime of AWS Lambda.", location)
    return Dependency(make("generic", "aws-lambda", text), location, kind=Kind.RUNTIME, direct=True)


def elsewhere(text: str, location: Location) -> Dependency | Problem:
    """Return the language and its version that a runtime's name is made of: `python39`, `nodejs18.x`, `go121`."""
    found = re.fullmatch(r"([a-z]+?)([0-9]+)(?:\.?x|((?:\.[0-9]+)+))?", text.strip())
    name = _LANGUAGES.get(found[1]) if found else None
    if found is None or name is None:
        return Problem(f"{quoted(text)} is no runtime with a version.", location)
    digits = found[2]
    # The point is left out, and where there is no minor version, there was none to be left out.
    if not found[3] and name in _WITH_MINOR and len(digits) > 1:
        digits = f"{digits[0]}.{digits[1:]}"
    return asked(name, digits + (found[3] or ""), location)


_LANGUAGES: Final = {
    "dotnet": "dotnet",
    "dotnetcore": "dotnet",
    "go": "go",
    "java": "java",
    "node": "nodejs",
    "nodejs": "nodejs",
    "php": "php",
    "python": "python",
    "ruby": "ruby",
}
_WITH_MINOR: Final = frozenset({"go", "php", "python", "ruby"})
