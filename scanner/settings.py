"""What a settings file says: values of options, and the tables that no option can say. Every typo is an error.

docs/schemas/settings-1.schema.json is made from the tables here and from the options in `config`.
"""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn, TypeVar

from scanner.model import Ignore, Location, Override, ScanError, Scope, Selector, Support, Window
from scanner.terms import parse_day, parse_gate, parse_window
from scanner.text import cited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from scanner.decode import Table as Content
    from scanner.purl import Purl
    from scanner.syntax.toml import Path, Places

PYPROJECT: Final = "pyproject.toml"

# What stands for a wildcard while a purl is written.
_STAR: Final = "zzanytextzz"

_Read = TypeVar("_Read")


class Kind(NamedTuple):
    """What a key takes: in words, and for editors as a JSON Schema."""

    words: str
    fits: Callable[[object], bool]
    schema: Mapping[str, object]


class Key(NamedTuple):
    """A key of an entry."""

    name: str
    kind: Kind
    help: str
    required: bool = False


class Table(NamedTuple):
    """A list of entries. Each needs one of the keys in every group of `one_of`."""

    name: str
    help: str
    keys: tuple[Key, ...]
    one_of: tuple[tuple[str, ...], ...] = ()


class Written(NamedTuple):
    """What one settings file says: values by the names of options, each with its line, and its tables."""

    path: str
    values: Mapping[str, tuple[object, int]]
    ignores: tuple[Ignore, ...] = ()
    overrides: tuple[Override, ...] = ()
    support: tuple[Support, ...] = ()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: object) -> bool:
    return _is_text(value) or (isinstance(value, list) and bool(value) and all(map(_is_text, value)))


def _is_day(value: object) -> bool:
    # A date with a time is a date to Python.
    return type(value) is date or (isinstance(value, str) and _day(value) is not None)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


_TEXT: Final = Kind("a text", _is_text, {"type": "string", "minLength": 1})
_TEXTS: Final = Kind(
    "a text or a list of texts",
    _are_texts,
    {
        "anyOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
        ]
    },
)
_DAY: Final = Kind(
    "a day like 2027-03-31", _is_day, {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
)
_BOOL: Final = Kind("true or false", _is_bool, {"type": "boolean"})

_CHOOSING: Final = (
    Key("product", _TEXT, "a product, as `eolscan explain` names it"),
    Key("cycle", _TEXT, "one release cycle of that product"),
    Key("purl", _TEXT, "package URLs that fit this glob; without a version it stands for every version"),
    Key("path", _TEXT, "files that fit this glob, seen from the settings file"),
)
_CHOICE: Final = ("product", "purl", "path")

IGNORE: Final = Table(
    "ignore",
    "Findings to set aside until a day; they stay in every report, marked.",
    (
        *_CHOOSING,
        Key("reason", _TEXT, "why, for those who read it later", required=True),
        Key("until", _DAY, "the last day on which it is ignored", required=True),
    ),
    (_CHOICE,),
)
SUPPORT: Final = Table(
    "support",
    "A support contract: until its end, what it covers is `extended` and not `eol`.",
    (
        Key("product", _TEXT, "a product, as `eolscan explain` names it", required=True),
        Key("cycle", _TEXT, "one release cycle; without it, every cycle that has extended support"),
        Key("until", _DAY, "the last day; without it, the end of the cycle's extended support"),
        Key("provider", _TEXT, "who gives the support"),
    ),
)
OVERRIDE: Final = Table(
    "override",
    "Another window, or other statuses that fail, for some dependencies; the first override that fits decides.",
    (
        *_CHOOSING,
        Key("scope", _TEXTS, "runtime, dev, optional or build; one, or several"),
        Key("direct", _BOOL, "true: what the project itself asks for; false: what comes with it"),
        Key("within", _TEXT, "the window of `expiring` for these"),
        Key("fail-on", _TEXTS, "the statuses that fail for these, or never"),
    ),
    ((*_CHOICE, "scope", "direct"), ("within", "fail-on")),
)
TABLES: Final = (IGNORE, SUPPORT, OVERRIDE)


def read_file(path: str, shown: str, names: Sequence[str]) -> Written:
    """Read a settings file; `shown` is what it is called, `names` are the options that it may set.

    Raises `ScanError` with file, line and a suggestion for a key, a type or a word that means nothing.
    """
    from scanner.decode import ShapeError, from_toml, table
    from scanner.source import read
    from scanner.syntax.toml import Places

    source = read(path, shown, trusted=True)
    at = ("tool", "eolscan") if os.path.basename(path) == PYPROJECT else ()
    try:
        content = from_toml(source.text)
        for name in at:
            content = table(content.get(name, {}), name)
    except ShapeError as error:
        msg = f"{shown}:{error.line or 1}: {error}"
        raise ScanError(msg) from error
    return _File(shown, Places(source), at).written(content, names)


class _File:
    """A settings file while it is read: what is wrong with it is told with its line."""

    def __init__(self, shown: str, places: Places, at: Path) -> None:
        self.shown = shown
        self._places = places
        self._at = at

    def written(self, content: Content, names: Sequence[str]) -> Written:
        known = [*names, *(table.name for table in TABLES)]
        for name in content:
            if name not in known:
                raise self.error((name,), f"{cited(name)} is no setting.{self._hint(name, known)}")
        return Written(
            path=self.shown,
            values={name: (content[name], self.line((name,))) for name in names if name in content},
            ignores=tuple(map(_ignore, self._entries(content, IGNORE))),
            overrides=tuple(map(_override, self._entries(content, OVERRIDE))),
            support=tuple(map(_support, self._entries(content, SUPPORT))),
        )

    def line(self, path: Path) -> int:
        for end in range(len(path), 0, -1):
            line = self._places.key((*self._at, *path[:end])).line
            if line is not None:
                return line
        return 1

    def error(self, path: Path, sentence: str) -> ScanError:
        return ScanError(f"{self.shown}:{self.line(path)}: {sentence}")

    def _hint(self, name: str, known: Iterable[str]) -> str:
        if name == "tool" and not self._at:
            return " The header [tool.eolscan] is for pyproject.toml; here the settings stand without it."
        return _suggestion(name, known)

    def _entries(self, content: Content, table: Table) -> Iterator[_Entry]:
        found = content.get(table.name, [])
        if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
            raise self.error((table.name,), f"{table.name} is a list of tables, each under [[{table.name}]].")
        for index, entry in enumerate(found):
            yield _Entry(self, table, (table.name, index), entry)


class _Entry:
    """One entry of a table. To make it is to check it: its keys, their types, and that none is missing."""

    def __init__(self, file: _File, table: Table, at: Path, content: Content) -> None:
        self._file, self._at, self._content = file, at, content
        keys = {key.name: key for key in table.keys}
        for name, value in content.items():
            if name not in keys:
                self.refuse(name, f"{cited(name)} is no key of {table.name}.{_suggestion(name, keys)}")
            if not keys[name].kind.fits(value):
                self.refuse(name, f"{name} must be {keys[name].kind.words}.")
        for key in table.keys:
            if key.required and key.name not in content:
                self.refuse("", f"this {table.name} has no {key.name}: {key.help}.")
        for group in table.one_of:
            if content.keys().isdisjoint(group):
                self.refuse("", f"this {table.name} needs one of {', '.join(group)}.")

    @property
    def location(self) -> Location:
        return Location(self._file.shown, self._file.line(self._at))

    def refuse(self, key: str, sentence: str, cause: ScanError | None = None) -> NoReturn:
        raise self._file.error((*self._at, key) if key else self._at, sentence) from cause

    def text(self, key: str) -> str:
        return ",".join(self.texts(key))

    def texts(self, key: str) -> list[str]:
        value = self._content.get(key, [])
        return [str(part).strip() for part in (value if isinstance(value, list) else [value])]

    def day(self, key: str) -> date | None:
        value = self._content.get(key)
        return value if value is None or isinstance(value, date) else _day(str(value))

    def selector(self) -> Selector:
        if "cycle" in self._content and "product" not in self._content:
            self.refuse("cycle", "a cycle is one of a product: name that too.")
        direct = self._content.get("direct")
        return Selector(
            product=self.text("product") or None,
            cycle=self.text("cycle") or None,
            purl=self._purl(),
            path=self.text("path").removeprefix("./") or None,
            scope=frozenset(self._scopes()),
            direct=direct if isinstance(direct, bool) else None,
        )

    def _purl(self) -> str | None:
        """Return a glob over purls in the form that purls have here."""
        from scanner.purl import split

        text = self.text("purl").replace("/@", "/%40")
        if not text:
            return None
        parts = split(text)
        glob = None if parts is None else _glob(parts, text)
        if glob is None:
            self.refuse("purl", f"'{cited(text)}' is no package URL: those begin with pkg: and a type.")
        return glob

    def _scopes(self) -> Iterator[Scope]:
        for word in filter(None, (part.strip() for part in self.text("scope").split(","))):
            if word not in [*Scope]:
                self.refuse("scope", f"'{cited(word)}' is no scope.{_suggestion(word, [*Scope])}")
            yield Scope(word)

    def read(self, key: str, parse: Callable[[str], _Read]) -> _Read | None:
        text = self.text(key)
        try:
            return parse(text) if text else None
        except ScanError as error:
            self.refuse(key, str(error), error)


def _ignore(entry: _Entry) -> Ignore:
    return Ignore(entry.selector(), entry.text("reason"), entry.day("until") or date.min, entry.location)


def _override(entry: _Entry) -> Override:
    window = entry.read("within", lambda text: Window(parse_window(text)))
    return Override(entry.selector(), entry.location, window, entry.read("fail-on", parse_gate))


def _support(entry: _Entry) -> Support:
    return Support(
        product=entry.text("product"),
        location=entry.location,
        cycle=entry.text("cycle") or None,
        until=entry.day("until"),
        provider=entry.text("provider"),
    )


def _glob(parts: Purl, text: str) -> str | None:
    """Write a glob as purls of its type are written: `pkg:pypi/Djan*` means what `pkg:pypi/djan*` does."""
    from scanner.purl import make

    if "*" in parts.type:
        return text
    # Letters, so that no type takes them for anything else.
    fields = (field.replace("*", _STAR) for field in (parts.name, parts.version or "", parts.namespace))
    try:
        glob = make(parts.type, *fields)
    except ValueError:
        return None
    _, mark, qualifiers = text.partition("?")
    return glob.replace(_STAR, "*") + (mark + qualifiers if "*" in text else "")


def _day(text: str) -> date | None:
    try:
        return parse_day(text)
    except ScanError:
        return None


def _suggestion(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    known = list(known)
    close = get_close_matches(name.replace("_", "-"), known, n=1)
    return f" Did you mean {close[0]}?" if close else f" There are: {', '.join(known)}."
