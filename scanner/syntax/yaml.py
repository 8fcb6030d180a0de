"""Reads the YAML of scanned files: plain values, and where each key and text stands.

https://yaml.org/spec/1.1/, with the words for nothing, true and false of
https://yaml.org/spec/1.2.2/#103-core-schema and no others: `on` and `yes` are text. Numbers and
dates stay text as well, since `3.10` is a version. Tags are ignored, so that no object is ever made.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner.decode import ShapeError

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator
    from typing import NoReturn, Protocol

    from yaml import CSafeLoader, SafeLoader, YAMLError

    from scanner.model import Location
    from scanner.source import Source

    class _Offset(Protocol):
        index: int

    class _Event(Protocol):
        """Events of the parser, each of which has some of these; the library's types leave the marks open."""

        start_mark: _Offset
        end_mark: _Offset
        anchor: str | None
        tag: str | None
        value: str
        style: str | None


Path: TypeAlias = tuple[str | int, ...]

# Start, end and style of one scalar, with its anchor, tag and quotes. The style of a plain one is empty.
_Mark: TypeAlias = tuple[int, int, str]
# The places of a mapping are those of its keys and of what the keys lead to.
_Place: TypeAlias = "_Mark | list[_Place] | dict[str, tuple[_Mark, _Place]]"
# What aliases repeat: the text when it is a scalar, its value and place, its levels and its nodes.
_Anchored: TypeAlias = "tuple[str | None, object, _Place, int, int]"

# Deeper than anything that is written by hand or by a tool, and far from the recursion limit of those who walk it.
MAX_DEPTH: Final = 200
# Aliases and merge keys share what they mean, but those who walk through the values meet it every time.
MAX_REPEATED: Final = 1_000_000

_WORDS: Final = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"))
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
)

_NOT_ALLOWED: Final = "a character in it is not allowed"


class Document(NamedTuple):
    """One document: dicts with text keys, lists, text as written, true, false and None."""

    value: object
    places: Places


def documents(source: Source) -> Iterator[Document]:
    """Read a file, document by document.

    Raises `ShapeError` at the document that cannot be read; there is no way to those after it.
    Of equal keys the last wins. A key that is no scalar is left out, with its value.
    """
    walk = _Walk(source)
    while document := walk.document():
        yield document


class Places:
    """Where the keys and texts of one document stand, by the path that reaches them.

    What is not found has the file as its place. What an alias or a merge key repeats stands where
    it is written.
    """

    def __init__(self, source: Source, root: _Place) -> None:
        """Keep what the walk has found."""
        self._source = source
        self._root = root

    def key(self, path: Path) -> Location:
        """Place a key, without its quotes."""
        mark, _ = self._find(path)
        return self._span(mark, str(path[-1]), 0, None) if mark else self._source.location

    def text(self, path: Path, value: str, start: int = 0, end: int | None = None) -> Location:
        """Place a part of a text value, without its quotes; of many lines, what stands in the first.

        What is hidden by escapes or by folding is not found.
        """
        _, place = self._find(path)
        return self._span(place, value, start, end) if isinstance(place, tuple) else self._source.location

    def quoted(self, path: Path) -> bool:
        """Whether a value is a scalar in quotes or a block, which no reader takes for a number or a word."""
        _, place = self._find(path)
        return isinstance(place, tuple) and place[2] != ""

    def _find(self, path: Path) -> tuple[_Mark | None, _Place | None]:
        mark: _Mark | None = None
        place = self._root
        for step in path:
            if isinstance(place, dict) and isinstance(step, str) and step in place:
                mark, place = place[step]
            elif isinstance(place, list) and isinstance(step, int) and 0 <= step < len(place):
                mark, place = None, place[step]
            else:
                return None, None
        return mark, place

    def _span(self, mark: _Mark, value: str, start: int, end: int | None) -> Location:
        text = self._source.text
        offset, limit = _content(text, mark)
        stop = len(value) if end is None else end
        line_end = _line_break().search(text, offset, limit)
        if line_end:
            stop = min(stop, line_end.start() - offset)
        if not start <= stop <= limit - offset or text[offset : offset + stop] != value[:stop]:
            return self._source.location
        return self._source.span(offset + start, offset + stop)


def _content(text: str, mark: _Mark) -> tuple[int, int]:
    # Where a scalar's own text starts and ends; whether the value is found there is for others to see.
    start, end, style = mark
    properties = _properties().match(text, start, end)
    start = properties.end() if properties else start
    if style and style in "\"'":
        return start + 1, end - 1
    if style:
        header = _block_header().match(text, start, end)
        start = header.end() if header else end
    return start, end


class _Sequence:
    """A sequence that is being read."""

    __slots__ = ("anchor", "height", "places", "since", "value")

    def __init__(self, anchor: str | None, since: int) -> None:
        self.anchor, self.since = anchor, since
        # How many levels stand below this one.
        self.height = 0
        self.value: list[object] = []
        self.places: list[_Place] = []

    def add(self, _text: str | None, value: object, place: _Place) -> None:
        self.value.append(value)
        self.places.append(place)

    def close(self) -> int:
        return 0


class _Mapping:
    """A mapping that is being read: keys and values come in turn."""

    __slots__ = ("_key", "_mark", "_merged", "_waits", "anchor", "height", "places", "since", "value")

    def __init__(self, anchor: str | None, since: int) -> None:
        self.anchor, self.since = anchor, since
        self.height = 0
        self.value: dict[str, object] = {}
        self.places: dict[str, tuple[_Mark, _Place]] = {}
        self._waits = False
        self._key: str | None = None
        self._mark: _Place = []
        self._merged: list[tuple[dict[str, object], dict[str, tuple[_Mark, _Place]]]] = []

    def add(self, text: str | None, value: object, place: _Place) -> None:
        if not self._waits:
            self._waits, self._key, self._mark = True, text, place
            return
        self._waits = False
        key, mark = self._key, self._mark
        if key is None or not isinstance(mark, tuple):
            return
        if key == "<<" and not mark[2] and (merged := _merged(value, place)) is not None:
            self._merged += merged
            return
        self.value[key] = value
        self.places[key] = mark, place

    def close(self) -> int:
        # Apply the merge keys; tell how many entries that repeats.
        if not self._merged:
            return 0
        own = self.value, self.places
        self.value, self.places = {}, {}
        for value, places in (*self._merged, own):
            self.value.update(value)
            self.places.update(places)
        return sum(len(value) for value, _ in self._merged)


def _merged(value: object, place: _Place) -> list[tuple[dict[str, object], dict[str, tuple[_Mark, _Place]]]] | None:
    # What wins comes last: in a sequence that is the first mapping. None is for what cannot be
    # merged, which stays an entry like any other.
    if isinstance(value, dict) and isinstance(place, dict):
        return [(value, place)]
    if isinstance(value, list) and isinstance(place, list):
        pairs = zip(reversed(value), reversed(place), strict=True)
        tables = [(item, spot) for item, spot in pairs if isinstance(item, dict) and isinstance(spot, dict)]
        return tables if len(tables) == len(value) else None
    return None


class _Walk:
    """Builds values and places from the parser's events; the library's own composer recurses without end."""

    def __init__(self, source: Source) -> None:
        self._source = source
        text = source.text
        # libyaml does not count byte order marks.
        body = text.lstrip("\ufeff")
        text = "\n" * (len(text) - len(body)) + body
        stray = _stray(text)
        self._stray = stray.start() if stray else len(text) + 1
        # One parser would refuse the whole text, the other what it has read ahead.
        self._parser = _parser(_forbidden().sub("\ufffd", text) if stray else text)
        self._open: list[_Sequence | _Mapping] = []
        self._anchors: dict[str, _Anchored | None] = {}
        self._nodes = self._repeated = 0

    def document(self) -> Document | None:
        """Return the next document, or None at the end of the file."""
        from yaml import YAMLError

        root = _Sequence(None, 0)
        self._open = [root]
        self._anchors.clear()
        self._repeated = 0
        try:
            end = self._run()
        except YAMLError as error:
            raise self._not_yaml(error) from error
        except (RecursionError, ValueError, OverflowError) as error:
            msg = "This is not YAML that can be read: a number in it is too large."
            raise ShapeError(msg) from error
        if end > self._stray:
            self._refuse(_NOT_ALLOWED, self._stray)
        return Document(root.value[0], Places(self._source, root.places[0])) if root.value else None

    def _run(self) -> int:
        # Returns the offset at which the document or the file ends.
        from yaml import events

        # Kept by the walk itself, these would be a circle that nobody collects.
        steps: dict[type, Callable[..., None]] = {
            events.ScalarEvent: self._scalar,
            events.AliasEvent: self._alias,
            events.SequenceStartEvent: self._sequence,
            events.MappingStartEvent: self._mapping,
            events.SequenceEndEvent: self._close,
            events.MappingEndEvent: self._close,
        }
        ends = events.DocumentEndEvent, events.StreamEndEvent
        take = self._parser.get_event
        while True:
            event = take()
            step = steps.get(type(event))
            if step is not None:
                step(event)
            elif isinstance(event, ends) and event.end_mark is not None:
                return event.end_mark.index

    def _scalar(self, event: _Event) -> None:
        text, style = event.value, event.style or ""
        value: object = text
        if not style and text in _WORDS and event.tag in {None, "!"}:
            value = _WORDS[text]
        elif style == '"' and not text.isascii() and _surrogate().search(text):
            self._refuse("an escape stands for no character", event.start_mark.index)
        place = event.start_mark.index, event.end_mark.index, style
        self._nodes += 1
        if event.anchor is not None:
            self._anchors[event.anchor] = text, value, place, 0, 1
        self._open[-1].add(text, value, place)

    def _alias(self, event: _Event) -> None:
        at, anchor = event.start_mark.index, event.anchor or ""
        if anchor not in self._anchors:
            self._refuse("an alias has no anchor", at)
        node = self._anchors[anchor]
        if node is None:
            self._refuse("an alias stands inside of what it repeats", at)
        text, value, place, height, size = node
        self._repeat(size, at)
        self._nodes += size
        self._check_depth(len(self._open) - 1 + height, at)
        frame = self._open[-1]
        frame.height = max(frame.height, height + 1)
        frame.add(text, value, place)

    def _sequence(self, event: _Event) -> None:
        self._begin(_Sequence(event.anchor, self._nodes), event)

    def _mapping(self, event: _Event) -> None:
        self._begin(_Mapping(event.anchor, self._nodes), event)

    def _begin(self, frame: _Sequence | _Mapping, event: _Event) -> None:
        self._check_depth(len(self._open), event.start_mark.index)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = None
        self._nodes += 1
        self._open.append(frame)

    def _close(self, event: _Event) -> None:
        frame = self._open.pop()
        self._repeat(frame.close(), event.start_mark.index)
        # An anchor of the same name inside of this node is the newer one.
        if frame.anchor is not None and self._anchors[frame.anchor] is None:
            size = self._nodes - frame.since
            self._anchors[frame.anchor] = None, frame.value, frame.places, frame.height + 1, size
        parent = self._open[-1]
        parent.height = max(parent.height, frame.height + 1)
        parent.add(None, frame.value, frame.places)

    def _check_depth(self, depth: int, at: int) -> None:
        if depth > MAX_DEPTH:
            self._refuse("it is nested too deeply", at)

    def _repeat(self, nodes: int, at: int) -> None:
        self._repeated += nodes
        if self._repeated > MAX_REPEATED:
            self._refuse("its aliases repeat too much", at)

    def _refuse(self, problem: str, at: int) -> NoReturn:
        raise self._error(problem, at)

    def _not_yaml(self, error: YAMLError) -> ShapeError:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        return self._error(problem, mark.index) if mark else ShapeError(f"This is not YAML: {problem}.")

    def _error(self, problem: str, at: int) -> ShapeError:
        if at > self._stray:
            problem, at = _NOT_ALLOWED, self._stray
        at = min(at, len(self._source.text))
        place = self._source.span(at, at)
        return ShapeError(f"This is not YAML that can be read: {problem}.", place.line, place.column)


def _parser(text: str) -> CSafeLoader | SafeLoader:
    try:
        from yaml import CSafeLoader
    except ImportError:  # PyYAML was built without libyaml
        from yaml import SafeLoader

        return SafeLoader(text)
    return CSafeLoader(text)


def _stray(text: str) -> re.Match[str] | None:
    return _forbidden().search(text)


@cache
def _forbidden() -> re.Pattern[str]:
    # https://yaml.org/spec/1.1/#c-printable, the other way round.
    import re

    return re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


@cache
def _surrogate() -> re.Pattern[str]:
    import re

    return re.compile("[\ud800-\udfff]")


@cache
def _properties() -> re.Pattern[str]:
    # Anchor and tag, which belong to the node and not to its text.
    import re

    return re.compile(r"(?:[&!]\S*\s+)*+")


@cache
def _block_header() -> re.Pattern[str]:
    # The line of the indicator, then the indentation of the first line of text.
    import re

    return re.compile(r"[|>][^\r\n]*(?:\r\n|\r|\n) *")


@cache
def _line_break() -> re.Pattern[str]:
    # Blanks before a line break are no part of what is folded.
    import re

    return re.compile(r"(?<![ \t])[ \t]*+[\r\n]")
