"""Reads HCL, the language of Terraform, OpenTofu and Packer: plain values, and where each key and text stands.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md. What comes out has the shape of the same file in the JSON
syntax (https://github.com/hashicorp/hcl/blob/main/json/spec.md): of blocks there is a list, labels are keys, and what
has to be computed is a text in `${…}`. Numbers stay text as well, since `1.30` may be a version.

This is a reader of our own: a place for every value is the point here, and so is that one bad line loses nothing else.
Expressions are stepped over and not understood. Each character is looked at a fixed number of times.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner.model import Problem
from scanner.syntax import yaml
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.model import Location
    from scanner.source import Source
    from scanner.syntax.yaml import Path

# Start, end and style of a text, as the places of YAML are kept.
_Mark: TypeAlias = tuple[int, int, str]
_Place: TypeAlias = "_Mark | list[_Place] | dict[str, tuple[_Mark, _Place]]"
_Body: TypeAlias = tuple[dict[str, object], "dict[str, tuple[_Mark, _Place]]"]

# Deeper than anything that is written, and far from the recursion limit of those who walk it.
MAX_DEPTH: Final = 60


class Places(yaml.Places):
    """Where keys and texts stand; what has to be computed stands where its expression does."""

    def text(self, path: Path, value: str, start: int = 0, end: int | None = None) -> Location:
        """Place a part of a text value, without its quotes; of what is not written out, the whole."""
        _, place = self._find(path)
        if not isinstance(place, tuple):
            return self._source.location
        first, last = place[0] + bool(place[2]), place[1] - bool(place[2])
        stop = len(value) if end is None else end
        if start <= stop <= last - first and self._source.text.startswith(value[:stop], first):
            return self._source.span(first + start, first + stop)
        return self._source.span(first, last)


class Document(NamedTuple):
    """One file: tables with text keys, lists, text, true, false and None; and what in it is no HCL."""

    value: dict[str, object]
    places: Places
    problems: Sequence[Problem]


def document(source: Source) -> Document:
    """Read a file. What cannot be read is a problem with its place, and all else is there."""
    problems: list[Problem] = []
    reader = _Reader(source, list(_tokens(source, problems)), problems)
    value, places = reader.body(0)
    return Document(value, Places(source, places), sorted(problems, key=_order))


def _order(problem: Problem) -> tuple[int, int]:
    return problem.location.line or 0, problem.location.column or 0


# From characters to tokens.


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def _tokens(source: Source, problems: list[Problem]) -> Iterator[_Token]:
    text, position, over_lines = source.text, 0, True
    heredocs: dict[str, list[tuple[int, int]]] | None = None
    pattern = _piece()
    while match := pattern.match(text, position):
        kind, start, position = match.lastgroup, match.start(), match.end()
        if kind == "quote":
            position = _template_end(text, start, over_lines=over_lines)
            # What never ends is looked for once; from then on a text ends with its line at the latest.
            over_lines = over_lines and position > 0
            position = position or _template_end(text, start, over_lines=False)
            kind = "string" if position else "broken"
            position = position or _line_end(text, start)
        elif kind == "heredoc":
            heredocs = _single_words(text) if heredocs is None else heredocs
            ends = heredocs.get(match["tag"], [])
            index = bisect_right(ends, (position,))
            if index < len(ends):
                yield _Token(kind, text[position : ends[index][0]], position, ends[index][0])
                position = ends[index][1]
                continue
            kind = "broken"
        if kind == "broken":
            problems.append(Problem("This text has no end.", source.span(start, position)))
        if kind:
            yield _Token(kind, match[0] if kind != "string" else text[start:position], start, position)


def _template_end(text: str, start: int, *, over_lines: bool) -> int:
    # Behind the quote that ends a text in which expressions stand, which may hold texts themselves; 0 for none.
    around = ['"']
    for found in _delimiter().finditer(text, start + 1, len(text) if over_lines else _line_end(text, start)):
        sign = found[0]
        if sign == '"':
            if around[-1] != '"':
                around.append(sign)
            elif len(around) == 1:
                return found.end()
            else:
                around.pop()
        elif around[-1] == '"':
            if sign in "\r\n":
                return 0
            around += ["{"] * (sign in {"${", "%{"})
        elif sign == "}":
            around.pop()
        else:
            around += ["{"] * (sign[-1] == "{")
    return 0


def _line_end(text: str, start: int) -> int:
    found = _line_break().search(text, start)
    return found.start() if found else len(text)


def _single_words(text: str) -> dict[str, list[tuple[int, int]]]:
    # The lines that consist of one word, the ends of heredocs: where they begin, and where the word ends.
    lines: dict[str, list[tuple[int, int]]] = {}
    for match in re.finditer(r"(?:^|(?<=\r))[ \t]*+([^\W\d][\w-]*+)(?=[ \t]*+(?:[\r\n]|\Z))", text, re.MULTILINE):
        lines.setdefault(match[1], []).append((match.start(), match.end()))
    return lines


# From tokens to values.


class _Reader:
    """Goes over the tokens once."""

    def __init__(self, source: Source, tokens: Sequence[_Token], problems: list[Problem]) -> None:
        self._source = source
        self._tokens = tokens
        self._problems = problems
        self._at = 0
        self._end = _Token("end", "", len(source.text), len(source.text))

    def body(self, depth: int) -> _Body:
        """Read attributes and blocks up to the brace that ends them, which stays."""
        value: dict[str, object] = {}
        places: dict[str, tuple[_Mark, _Place]] = {}
        while not self._is_over(depth):
            token = self._next()
            if token.text == "}":
                self._problem("This brace closes nothing.", token.start, token.end)
            elif token.kind in {"word", "string"} and self._peek().text in {"=", ":"}:
                self._at += 1
                key = _unquoted(token)
                value[key], place = self._expression(depth, lines=True)
                places[key] = _mark(token), place
                self._rest()
            elif token.kind == "word":
                self._block(token, value, places, depth)
            elif token.kind != "newline" and token.text != ",":
                self._stray(token)
        return value, places

    def _is_over(self, depth: int) -> bool:
        token = self._peek()
        return token.kind == "end" or (depth > 0 and (token.text == "}" or self._is_top(token)))

    def _is_top(self, token: _Token) -> bool:
        # A block that stands inside of no other begins here: those that are open were never closed.
        text, start = self._source.text, token.start
        at_line_start = not start or text[start - 1] in "\r\n\ufeff"
        return token.kind == "word" and at_line_start and _top().match(text, start) is not None

    def _block(
        self, head: _Token, value: dict[str, object], places: dict[str, tuple[_Mark, _Place]], depth: int
    ) -> None:
        labels: list[_Token] = []
        while self._peek().kind in {"word", "string"}:
            labels.append(self._next())
        if self._peek().text != "{":
            self._stray(head)
            return
        self._at += 1
        inside: tuple[object, _Place] = self._skipped() if depth > MAX_DEPTH else self.body(depth + 1)
        if depth <= MAX_DEPTH and self._peek().text == "}":
            self._at += 1
        elif not depth:
            self._problem(f"The block of {quoted(head.text)} has no end.", head.start, head.end)
        for label in reversed(labels):
            key = _unquoted(label)
            inside = {key: inside[0]}, {key: (_mark(label), inside[1])}
        blocks = value.get(head.text)
        _, places_of_all = places.get(head.text, (None, None))
        if isinstance(blocks, list) and isinstance(places_of_all, list):
            blocks.append(inside[0])
            places_of_all.append(inside[1])
        else:
            value[head.text], places[head.text] = [inside[0]], (_mark(head), [inside[1]])

    def _expression(self, depth: int, *, lines: bool) -> tuple[object, _Place]:
        # Where `lines` count, an expression ends with its line.
        self._pass_lines(lines=lines)
        first = self._at
        found = self._operand(depth, lines=lines)
        self._pass_lines(lines=lines)
        if found is not None and self._ends(self._peek(), lines=lines):
            return found
        self._at = max(self._at, first)
        self._step_over(lines=lines)
        if self._at == first:
            return None, []
        start, end = self._tokens[first].start, self._tokens[self._at - 1].end
        return f"${{{self._source.text[start:end]}}}", (start, end, "")

    def _operand(self, depth: int, *, lines: bool) -> tuple[object, _Place] | None:
        # A value that is written out; None where there is none.
        token = self._peek()
        if self._ends(token, lines=lines):
            return None
        self._at += 1
        if token.kind == "word" and token.text in _TRANSPARENT and self._peek().text == "(":
            self._at += 1
            return self._inside(depth)
        if token.kind in {"word", "string", "heredoc", "number"}:
            return _scalar(token), _mark(token)
        if token.kind == "broken":
            return "", _mark(token)
        return None if token.text not in _OPENING or self._follows_for() else self._bracketed(token.text, depth)

    def _bracketed(self, sign: str, depth: int) -> tuple[object, _Place] | None:
        if sign == "(":
            return self._inside(depth)
        return self._list(depth) if sign == "[" else self._object(depth)

    def _inside(self, depth: int) -> tuple[object, _Place] | None:
        # What stands in parentheses that are open.
        if depth > MAX_DEPTH:
            self._skipped()
            return None
        found = self._expression(depth + 1, lines=False)
        if self._peek().text == ")":
            self._at += 1
            return found
        self._skipped()
        return None

    def _list(self, depth: int) -> tuple[object, _Place]:
        value: list[object] = []
        places: list[_Place] = []
        if depth > MAX_DEPTH:
            return self._skipped()
        while not self._closed("]"):
            before = self._at
            item, place = self._expression(depth + 1, lines=False)
            if self._at > before:
                value.append(item)
                places.append(place)
            elif self._peek().text != "]":
                self._at += 1  # a comma, or what fits nowhere
        return value, places

    def _object(self, depth: int) -> tuple[object, _Place]:
        value: dict[str, object] = {}
        places: dict[str, tuple[_Mark, _Place]] = {}
        if depth > MAX_DEPTH:
            return self._skipped()
        while not self._closed("}"):
            token = self._next()
            if token.kind in {"word", "string", "number"} and self._peek().text in {"=", ":"}:
                self._at += 1
                key = _unquoted(token)
                value[key], place = self._expression(depth + 1, lines=True)
                places[key] = _mark(token), place
            elif token.text == "(":
                self._skipped()
            elif token.text != ",":
                self._step_over(lines=True)
        return value, places

    def _closed(self, sign: str) -> bool:
        # Step over the sign that closes; what is never closed ends with the file, or before the next block.
        self._pass_lines(lines=False)
        token = self._peek()
        self._at += token.text == sign
        return token.text == sign or token.kind == "end" or self._is_top(token)

    def _follows_for(self) -> bool:
        at = self._at
        self._pass_lines(lines=False)
        found = self._peek().text == "for"
        self._at = at - 1 if found else at  # the bracket is stepped over with all that is in it
        return found

    def _skipped(self) -> tuple[object, _Place]:
        # Step over everything up to what closes a bracket that is open.
        open_ones = 1
        while open_ones and self._peek().kind != "end" and not self._is_top(self._peek()):
            token = self._next()
            if token.kind == "other":
                open_ones += (token.text in _OPENING) - (token.text in _CLOSING)
        return None, []

    def _step_over(self, *, lines: bool) -> None:
        # Step over the rest of an expression.
        open_ones = 0
        while (token := self._peek()).kind != "end":
            if (not open_ones and self._ends(token, lines=lines)) or self._is_top(token):
                return
            if token.kind == "other":
                open_ones += (token.text in _OPENING) - (token.text in _CLOSING)
            self._at += 1

    def _ends(self, token: _Token, *, lines: bool) -> bool:
        return (
            token.kind == "end"
            or (token.kind == "newline" and lines)
            or (token.kind == "other" and token.text in _ENDING)
            or self._is_top(token)
        )

    def _rest(self) -> None:
        # Behind an attribute nothing stands in its line, but the brace that closes a block of one line.
        while self._peek().text in {",", ")", "]"}:
            token = self._next()
            if token.text != ",":
                self._problem("This bracket closes nothing.", token.start, token.end)

    def _stray(self, token: _Token) -> None:
        while self._peek().kind not in {"newline", "end"}:
            self._at += 1
        if token.kind != "broken":
            end = self._tokens[self._at - 1].end
            self._problem("This is neither an attribute nor a block.", token.start, max(end, token.end))

    def _pass_lines(self, *, lines: bool) -> None:
        while not lines and self._peek().kind == "newline":
            self._at += 1

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else self._end

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _problem(self, message: str, start: int, end: int) -> None:
        self._problems.append(Problem(message, self._source.span(start, end)))


def _scalar(token: _Token) -> object:
    if token.kind == "string":
        return _unquoted(token)
    if token.kind == "word":
        return _WORDS.get(token.text, f"${{{token.text}}}")
    return token.text


def _mark(token: _Token) -> _Mark:
    return token.start, token.end, '"' if token.kind == "string" else ""


def _unquoted(token: _Token) -> str:
    if token.kind != "string":
        return token.text
    text = token.text[1:-1]
    return _escape().sub(_meaning, text) if "\\" in text else text


def _meaning(escape: re.Match[str]) -> str:
    sign = escape[1]
    if len(sign) == 1:
        return {"n": "\n", "r": "\r", "t": "\t"}.get(sign, sign)
    code = int(sign[1:], 16)
    return chr(code) if code <= _LAST_CODE else escape[0]


@cache
def _piece() -> re.Pattern[str]:
    # A text without expressions in it is one piece; others begin with a quote. What is never closed is a comment to the
    # end of the file.
    return re.compile(
        r"[ \t\f\v\ufeff]++|(?:\#|//)[^\r\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?+|"
        r"(?P<newline>\r\n?|\n)|"
        r'(?P<string>"(?:[^"\\\r\n$%]++|\\[^\r\n]|\$\$\{|%%\{|[$%](?!\{))*+")|'
        r'(?P<quote>")|'
        r"<<[-~]?(?P<tag>[^\W\d][\w-]*+)[ \t]*+(?P<heredoc>\r\n?|\n)|"
        r"(?P<number>[0-9]++(?:\.[0-9]++)*+)|"
        r'(?P<word>[^\W\d][\w-]*+(?:\.[\w*-]++|\["[\w.-]++"\])*+)|'
        r"(?P<other>=>|==|!=|<=|>=|&&|\|\||\.\.\.|(?s:.))"
    )


@cache
def _delimiter() -> re.Pattern[str]:
    return re.compile(r'\\[^\r\n]|\$\$\{|%%\{|[$%]\{|["{}\r\n]')


@cache
def _line_break() -> re.Pattern[str]:
    return re.compile(r"[\r\n]")


@cache
def _escape() -> re.Pattern[str]:
    return re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)


@cache
def _top() -> re.Pattern[str]:
    # With as many labels as none has that stands inside of another block.
    label = r'[ \t]+"[^"\r\n]*"'
    one, two = "module|output|provider|variable", "data|resource|source"
    return re.compile(rf"(?:(?:{two}){label}{label}|(?:{one}){label}|locals|terraform)[ \t]*\{{")


_WORDS: Final = {"true": True, "false": False, "null": None}
# Functions that change how a value is written, and not the value.
_TRANSPARENT: Final = frozenset({"jsonencode", "tolist", "tomap", "toset", "tostring", "trimspace", "yamlencode"})
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")
_ENDING: Final = _CLOSING | {","}
_LAST_CODE: Final = 0x10FFFF
