"""Reads YAML that a tool has written, line by line, several times as fast as any YAML parser.

Lockfiles are YAML of the plainest kind (https://github.com/pnpm/spec/tree/master/lockfile): two blanks of
indentation, one key on a line, tables and lists in brackets short enough for theirs. A file with one line
that is not like that is handed to `yaml`, with the same results.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from scanner.model import Location

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    from scanner.source import Source

    class Places(Protocol):
        """Where keys and texts stand: see `yaml.Places`."""

        def key(self, path: Path) -> Location:
            """Place a key, without its quotes."""

        def text(self, path: Path, value: str, start: int = 0, end: int | None = None) -> Location:
            """Place a part of a text value, without its quotes."""


Path: TypeAlias = tuple[str | int, ...]

# Where each key of a table stands, with those of the table that it leads to: twice the number of its
# line, and one more where it stands in quotes.
_Starts: TypeAlias = "dict[str, int | tuple[int, _Starts]]"
_Table: TypeAlias = dict[str, object]

_STEP: Final = 2
_ASCII: Final = b"\n" + bytes(range(0x20, 0x7F))
_DEEPEST: Final = 100
# YAML wants longer keys to be written in another way.
_LONGEST_KEY: Final = 1000
_WORDS: Final[dict[str, object]] = {
    **dict.fromkeys(("~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# A plain text that begins in another way may mean something else.
_PLAIN_START: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/^~<=($+;\\")


def documents(source: Source) -> Iterator[tuple[object, Places]]:
    """Read a file, document by document: like `yaml.documents`, as fast as the file allows.

    Raises `ShapeError` at the document that cannot be read. The elements of lists may have no places.
    """
    try:
        found: Iterable[tuple[object, Places]] = regular(source)
    except Irregular:
        from scanner.syntax import yaml

        found = yaml.documents(source)
    yield from found


class Irregular(Exception):  # noqa: N818 -- nothing is wrong: the file asks for the other reader
    """The file is not written as tools write it."""


def regular(source: Source) -> list[tuple[object, Places]]:
    """Read the documents of a file that is written as tools write it; `Irregular` at the first doubt."""
    text = source.text
    if text.encode("ascii").translate(None, _ASCII) if text.isascii() else _stray().search(text):
        raise Irregular
    walk = _Walk()
    walk.run(_line().finditer(text if text.endswith("\n") else f"{text}\n"))
    return [(value, _Places(source, starts)) for value, starts in walk.documents]


class _Places:
    def __init__(self, source: Source, starts: _Starts) -> None:
        self._source = source
        self._starts = starts

    def key(self, path: Path) -> Location:
        found = self._find(path)
        key = path[-1]
        if found is None or not isinstance(key, str):
            return self._source.location
        line, is_quoted = found
        if is_quoted and "'" in key:
            return self._source.location
        column = len(path) * _STEP - 1 + is_quoted
        return Location(self._source.path, line, column, column + len(key))

    def text(self, path: Path, value: str, start: int = 0, end: int | None = None) -> Location:
        found = self._find(path)
        if found is None:
            return self._source.location
        number, is_quoted = found
        key = str(path[-1])
        line = self._lines[number - 1]
        # Behind the key and its quotes, the colon and the blank.
        at = (len(path) - 1) * _STEP + len(key) + len(": ") + (2 + key.count("'") if is_quoted else 0)
        if line[at:] == "|-":
            number, line, at = number + 1, self._lines[number], len(path) * _STEP
        at += line.startswith("'", at)
        stop = min(len(value) if end is None else end, len(value.partition("\n")[0]))
        if start > stop or not line.startswith(value[:stop], at):
            return self._source.location
        return Location(self._source.path, number, at + start + 1, at + stop + 1)

    def _find(self, path: Path) -> tuple[int, bool] | None:
        code, starts = 0, self._starts
        for step in path:
            if not isinstance(step, str) or step not in starts:
                return None
            found = starts[step]
            code, starts = (found, {}) if isinstance(found, int) else found
        return (code // 2, code % 2 == 1) if code else None

    @cached_property
    def _lines(self) -> list[str]:
        return self._source.text.split("\n")


class _Walk:
    """Builds the documents, a line at a time."""

    def __init__(self) -> None:
        self.documents: list[tuple[_Table, _Starts]] = []
        self._above: list[tuple[int, _Table, _Starts]] = []
        self._indent = 0
        self._table: _Table = {}
        self._starts: _Starts = {}
        # The last key, if no value stands beside it.
        self._waiting: str | None = None
        self._begun = False
        # The same few conditions stand at many packages.
        self._known: dict[str, object] = {}

    def run(self, lines: Iterable[re.Match[str]]) -> None:
        following, table, starts = 1, self._table, self._starts
        for line in lines:
            blanks, key, quoted, plain, integrity, block, value, other, gap = line.groups()
            number = following
            following += 1 + len(gap)
            if other is not None:
                table, starts = self._other(other)
                continue
            if len(blanks) != self._indent:
                table, starts = self._move(len(blanks))
            if key is None:
                key = _key(quoted)
                starts[key] = 2 * number + 1
            else:
                starts[key] = 2 * number
            if plain is not None:
                table[key] = _WORDS.get(plain, plain)
                self._waiting = None
            elif integrity is not None:
                table[key] = {"integrity": integrity}
                self._waiting = None
            else:
                self._waiting = None if value or block else key
                table[key] = _unindented(block, len(blanks) + _STEP) if block else self._value(value)
                following += block.count("\n") if block else 0
        self._end()

    def _move(self, indent: int) -> tuple[_Table, _Starts]:
        # Go to the table in which a key with this indentation stands.
        if indent < self._indent:
            while indent < self._indent:
                self._indent, self._table, self._starts = self._above.pop()
        else:
            key = self._waiting
            at = self._starts[key] if key is not None and self._table[key] is None else None
            if key is None or not isinstance(at, int) or indent > _DEEPEST:
                raise Irregular
            self._above.append((self._indent, self._table, self._starts))
            self._indent += _STEP
            table: _Table = {}
            starts: _Starts = {}
            self._table[key], self._starts[key] = table, (at, starts)
            self._table, self._starts = table, starts
        if indent != self._indent:
            raise Irregular
        return self._table, self._starts

    def _other(self, line: str) -> tuple[_Table, _Starts]:
        if line == "---":
            if self._begun or self._table:
                self._end()
            self._begun = True
        elif line:
            self._item(line)
        return self._table, self._starts

    def _item(self, line: str) -> None:
        text = line.lstrip(" ")
        if self._waiting is None or not text.startswith("- ") or len(line) - len(text) != self._indent + _STEP:
            raise Irregular
        items = self._table[self._waiting]
        if items is None:
            items = self._table[self._waiting] = []
        if isinstance(items, list):
            items.append(self._value(text[len("- ") :]))

    def _end(self) -> None:
        if self._indent:
            self._move(0)
        if not self._table:
            raise Irregular
        self.documents.append((self._table, self._starts))
        self._table, self._starts, self._waiting = {}, {}, None

    def _value(self, text: str | None) -> object:
        if text is None:
            return None
        if text[0] in _PLAIN_START:
            if _doubt().search(text):
                raise Irregular
            return _WORDS.get(text, text)
        value = self._known.get(text)
        if value is None:
            value = self._known[text] = _enclosed(text)
        return value


def _key(quoted: str) -> str:
    if len(quoted) > _LONGEST_KEY:
        raise Irregular
    return _unquoted(quoted)


def _unindented(block: str, indent: int) -> str:
    lines = [line[indent:] for line in block.split("\n")]
    if not lines[0] or lines[0][0] == " " or any(line.isspace() for line in lines):
        raise Irregular
    return "\n".join(lines).rstrip("\n")


def _enclosed(text: str) -> object:
    # What stands in quotes or brackets.
    if not _whole().fullmatch(text):
        raise Irregular
    if text[0] == "{":
        pairs = (_scalars().findall(pair) for pair in _pairs().findall(text))
        return {_unquoted(key): _scalar(value) for key, value in pairs}
    if text[0] == "[":
        return [_scalar(value) for value in _scalars().findall(text)]
    return _unquoted(text)


def _scalar(text: str) -> object:
    return _WORDS.get(text, text) if text[0] != "'" else _unquoted(text)


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'") if text[0] == "'" else text


_QUOTED: Final = r"'[^'\n]*+(?:''[^'\n]*+)*+'"
# Words in brackets, divided by single blanks; colons only as in addresses.
_REST: Final = r"(?:[^\s,\[\]{}:#?'\"]|:(?=[A-Za-z0-9_/.@])|#)*+"
_PLAIN: Final = rf"[A-Za-z0-9._/^~<=($+;\\]{_REST}(?: [^\s,\[\]{{}}:#?'\"]{_REST})*+"
_KEY: Final = r"(?:[A-Za-z_][A-Za-z0-9_.-]{0,99}+|'[^'\n]{0,99}+')"
_ANY: Final = f"(?:{_QUOTED}|{_PLAIN})"


@cache
def _stray() -> re.Pattern[str]:
    # What YAML does not allow, or takes for the end of a line.
    import re

    return re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


@cache
def _line() -> re.Pattern[str]:
    # A key with what stands beside it (a plain text without doubt, what stands at nearly every package,
    # a block of text below it, something else), or any other line, and empty lines behind it.
    import re

    plain = r"[A-Za-z0-9._/^~<=($+;\\][^\n:#]*+(?<! )"
    block = r"\|-\n((?:\1  [^\n]*+\n|\n)++)"
    beside = rf"(?:({plain})\n|\{{integrity: ([A-Za-z][A-Za-z0-9+/=-]*+)\}}\n|{block}|([^\n]++)\n)"
    key = rf"([A-Za-z0-9_./][!-~]{{0,{_LONGEST_KEY}}}?)|({_QUOTED})"
    return re.compile(rf"(?:( *)(?:{key}):(?: {beside}|\n)|([^\n]*+)\n)(\n*+)")


@cache
def _doubt() -> re.Pattern[str]:
    import re

    return re.compile(r":(?: |\Z)| #| \Z")


@cache
def _whole() -> re.Pattern[str]:
    import re

    pairs, items = rf"{_KEY}: {_ANY}", _ANY
    return re.compile(rf"\{{(?:{pairs}(?:, {pairs})*+)?\}}|\[(?:{items}(?:, {items})*+)?\]|{_QUOTED}")


@cache
def _pairs() -> re.Pattern[str]:
    import re

    return re.compile(rf"{_KEY}: {_ANY}")


@cache
def _scalars() -> re.Pattern[str]:
    import re

    return re.compile(_ANY)
