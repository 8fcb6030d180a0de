"""Makes text from a scanned file safe for a terminal, a log, a page.

Files come from strangers. Every reporter passes what it shows through here; nothing else decides
what may reach a screen.
"""

from __future__ import annotations

import re

# Greedy: a password may hold an `@` of its own.
_USERINFO = re.compile(r"(?<=://)[^/\s]+@")


def clean(text: str) -> str:
    r"""Write control, format, surrogate and other invisible characters as escapes (`\x1b`, `\u202e`).

    Escape codes and bidi marks can rewrite what a terminal or a reviewer sees.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def for_log(text: str) -> str:
    """Break the marks that GitHub's runner obeys in any output: `##[` anywhere, `::` at a line's start."""
    text = text.replace("##[", "# #[")
    if "::" not in text:
        return text
    return "\n".join(_unmarked(line) for line in text.split("\n"))


def json_for_log(text: str) -> str:
    """Break the mark that GitHub's runner obeys anywhere in a log; in strings of JSON every value stays what it is."""
    return text.replace("##[", "\\u0023#[")


def redact(text: str) -> str:
    """Take user names, passwords and tokens out of the addresses in a text."""
    return _USERINFO.sub("***@", text) if "@" in text else text


def shorten(text: str, limit: int = 120) -> str:
    """Cut a long text, and say so with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def harmless(text: str, longest: int | None = None) -> str:
    """Make a text that may come from a file fit for a log, on one line; what a format obeys, it escapes besides."""
    text = for_log(redact(clean(text)))
    return text if longest is None else shorten(text, longest)


def cited(text: str) -> str:
    """Return a word of the user's own for use inside a sentence: cleaned and cut."""
    return shorten(clean(text), 80)


def quoted(text: str) -> str:
    """Return a piece of a file for use inside a sentence: cleaned, without credentials, cut, in quotes."""
    return f"'{shorten(redact(clean(text)))}'"


def width(text: str) -> int:
    """Count the columns that a cleaned text takes on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def _escaped(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:  # noqa: PLR2004 -- two hexadecimal digits
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 -- four digits


def _unmarked(line: str) -> str:
    stripped = line.lstrip()
    if not stripped.startswith("::"):
        return line
    return line[: len(line) - len(stripped)] + ": :" + stripped[2:]
