"""Variables in texts, as shells, Dockerfiles and Compose write them: `$NAME`, `${NAME}`, `${NAME:-default}`.

https://docs.docker.com/reference/compose-file/interpolation/ and
https://docs.docker.com/reference/dockerfile/#environment-replacement. What takes patterns (`${NAME#prefix}`) is not
read.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


def expanded(text: str, value_of: Callable[[str], str | None]) -> str:
    """Put values in the place of variables; `value_of` returns None for one that is not set.

    What has neither a value nor a default stays as it is written. So does what would grow beyond measure.
    """
    if "$" not in text or len(text) > _LONGEST:
        return text
    result = _expanded(text, value_of, 0)
    return result if len(result) <= _LONGEST else text


def variable(text: str) -> str | None:
    """Return the name of the variable that is all of a text; None when it is something else."""
    found = _expression().match(text)
    if found is None:
        return None
    end = found.end() if found["bare"] else _closing(text, found.end()) + 1
    return found["name"] or found["bare"] if end == len(text) else None


def unprefixed(text: str) -> str:
    """Leave out a variable that is still there before a name: without a value it is empty (`${REGISTRY}app`)."""
    found = _prefix().match(text)
    return text[found.end() :] if found else text


def _expanded(text: str, value_of: Callable[[str], str | None], depth: int) -> str:
    parts: list[str] = []
    position = 0
    for found in _expression().finditer(text):
        if found.start() < position:
            continue
        end = found.end() if found["bare"] else _closing(text, found.end()) + 1
        if not end or depth > _DEEPEST:
            break
        word = "" if found["bare"] else text[found.end() : end - 1]
        value = _value(found["name"] or found["bare"], word, value_of, depth)
        parts += text[position : found.start()], text[found.start() : end] if value is None else value
        position = end
    return "".join((*parts, text[position:]))


def _value(name: str, word: str, value_of: Callable[[str], str | None], depth: int) -> str | None:
    value = value_of(name)
    sign, word = (word[:2], word[2:]) if word.startswith(":") else (word[:1], word[1:])
    is_set = value is not None and (value != "" or not sign.startswith(":"))
    match sign.removeprefix(":"):
        case "-":
            return value if is_set else _expanded(word, value_of, depth + 1)
        case "+":
            return _expanded(word, value_of, depth + 1) if is_set else ""
        case "?":
            return value if is_set else None
        case "":
            return value if not sign else None
        case _:
            return None


def _closing(text: str, start: int) -> int:
    # The brace that closes what is open at `start`; -1 when none does.
    depth = 1
    for found in _brace().finditer(text, start):
        depth += 1 if found[0] == "${" else -1
        if not depth:
            return found.start()
    return -1


@cache
def _expression() -> re.Pattern[str]:
    return re.compile(r"\$(?:\{(?P<name>[A-Za-z_]\w*)|(?P<bare>[A-Za-z_]\w*))", re.ASCII)


@cache
def _prefix() -> re.Pattern[str]:
    return re.compile(r"(?:\$\{[A-Za-z_]\w*+\})++(?=[A-Za-z0-9])", re.ASCII)


@cache
def _brace() -> re.Pattern[str]:
    return re.compile(r"\$\{|\}")


# Longer than what stands in one value of a settings file, and short enough to be looked at again and again.
_LONGEST: Final = 4096
_DEEPEST: Final = 20
