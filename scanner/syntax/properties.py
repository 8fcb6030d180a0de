r"""Java's properties files, and what is written like them: a key and a value on each line.

https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html. Values are as written, with
their escapes (`https\://`); what goes on behind a line's end is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Location
    from scanner.source import Source


class Entry(NamedTuple):
    """One line: `value` stands in column `column` of line `line`. A line that is none has no key."""

    key: str
    value: str
    line: int
    column: int

    def place(self, source: Source, start: int = 0, end: int | None = None) -> Location:
        """Place a part of the value."""
        end = len(self.value) if end is None else end
        return source.line(self.line)._replace(column=self.column + start, end_column=self.column + end)


def entries(source: Source, *, comments_behind: bool = False) -> Iterator[Entry]:
    """Read the lines that are neither blank nor comments; a `#` behind a value begins one only where that is said."""
    for number, whole in enumerate(re.split(r"\r\n|\r|\n", source.text), 1):
        line = whole.partition("#")[0] if comments_behind else whole
        text = line.strip("\ufeff \t\f")
        if not text or text[0] in "#!":
            continue
        found = re.match(r"([^=:\s]+)[ \t\f]*(?:[=:]|(?=[ \t\f]))[ \t\f]*(.*)", text)
        start = line.index(text)
        if found:
            yield Entry(found[1], found[2], number, start + found.start(2) + 1)
        else:
            yield Entry("", text, number, start + 1)
