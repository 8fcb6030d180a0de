"""The calls with literal arguments in a Ruby file, which is read and never run.

https://docs.ruby-lang.org/en/3.4/syntax/literals_rdoc.html. A `Gemfile` and a gemspec are programs that
mostly say one literal thing a line; what they compute is not known.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Text(NamedTuple):
    """A literal text or symbol and the offsets of its content, without quotes."""

    value: str
    start: int
    end: int


class Call(NamedTuple):
    """A call, or an assignment, whose name then ends with `=`.

    `arguments` holds the texts of each (a list has several); what is not literal has none. `opens` and
    `closes` tell that a block begins or ends with this statement.
    """

    name: str
    start: int
    end: int
    arguments: tuple[tuple[Text, ...], ...] = ()
    options: dict[str, tuple[Text, ...]] = {}  # noqa: RUF012 -- never written to
    opens: bool = False
    closes: bool = False


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def calls(text: str) -> Iterator[Call]:
    """Yield every statement as a call, in the order of the file."""
    for statement in _statements(text):
        yield _call(statement)


def _statements(text: str) -> Iterator[list[_Token]]:
    statement: list[_Token] = []
    ended = False
    for token in _tokens(text):
        if token.kind == "newline":
            ended = bool(statement) and not _goes_on(statement)
            if token.text == ";" and statement:
                yield statement
                statement = []
            continue
        if ended and statement and not _belongs(token, statement):
            yield statement
            statement = []
        statement.append(token)
        ended = False
    if statement:
        yield statement


def _goes_on(statement: list[_Token]) -> bool:
    if len(statement) > _LONGEST:
        return False
    before, last = statement[-2:][0], statement[-1]
    if last.text == "{":  # a hash, not a block
        return before.text in _CONTINUED or before.kind == "keyword"
    return last.text in _CONTINUED and last.kind == "other"


def _belongs(token: _Token, statement: list[_Token]) -> bool:
    # What begins a line and cannot begin a statement.
    if len(statement) > _LONGEST:
        return False
    if token.text == "}":
        signs = [part.text for part in statement if part.kind == "other"]
        return signs.count("{") > signs.count("}")
    return token.text in _CONTINUING and token.kind == "other"


def _tokens(text: str) -> Iterator[_Token]:
    pattern, position, lines, tags = _piece(), 0, None, []
    while match := pattern.match(text, position):
        kind, position = match.lastgroup or "", match.end()
        if kind == "heredoc":
            tags.append(match["tag"])
            yield _Token("code", match[0], match.start(), match.end())
        elif kind == "newline":
            yield _Token(kind, match[0].strip(" \t"), match.start(), match.end())
            if tags and "\n" in match[0]:
                lines = _lines(text) if lines is None else lines
                for tag in tags:
                    position = _behind(lines.get(tag, ()), position)
                tags.clear()
        elif kind == "end":
            return
        elif kind:
            yield _token(kind, match)


def _lines(text: str) -> dict[str, list[int]]:
    # Where the lines end that consist of one word, the ends of heredocs.
    lines: dict[str, list[int]] = {}
    for match in re.finditer(r"(?m)^[ \t]*+(\w++)[ \t\r]*+$", text):
        lines.setdefault(match[1], []).append(match.end())
    return lines


def _behind(ends: Sequence[int], position: int) -> int:
    # One that never ends is no heredoc.
    index = bisect_right(ends, position)
    return ends[index] if index < len(ends) else position


def _token(kind: str, match: re.Match[str]) -> _Token:
    if kind == "string":
        literal = match[0].startswith("'") or not ("\\" in match[0] or "#{" in match[0])
        return _Token("text" if literal else "code", match[0][1:-1], match.start() + 1, match.end() - 1)
    if kind == "percent":
        return _Token(
            "text" if match["percent"][1] == "q" else "words", match[0][3:-1], match.start() + 3, match.end() - 1
        )
    if kind == "symbol":
        return _Token("text", match[0][1:].strip("\"'"), match.start() + 1, match.end())
    if kind == "keyword":
        return _Token("keyword", match[0][:-1], match.start(), match.end())
    return _Token(kind, match[0], match.start(), match.end())


def _call(statement: list[_Token]) -> Call:
    head = _head(statement)
    name, start, end = statement[head].text, statement[head].start, statement[head].end
    rest, opens = statement[head + 1 :], _opens(statement)
    closes = name in {"end", "}"}
    if statement[head].kind != "word" or name in _KEYWORDS:
        return Call(name, start, end, opens=opens and not closes, closes=closes)
    if rest and rest[0].text == "=":
        name, rest = f"{name}=", rest[1:]
    arguments, options = _arguments(_cut(rest))
    return Call(name, start, end, arguments, options, opens)


def _head(statement: list[_Token]) -> int:
    # The last name of `spec.add_dependency`.
    head = 0
    while head + 2 < len(statement) and statement[head + 1].text == "." and statement[head + 2].kind == "word":
        head += 2
    return head


def _opens(statement: list[_Token]) -> bool:
    last = statement[-1].text
    if last == "end" and len(statement) > 1:
        return False
    first = next((n for n, token in enumerate(statement) if token.text == "="), -1) + 1
    openers = (statement[0].text, statement[min(first, len(statement) - 1)].text)
    if last == "{" or any(token.text == "do" and token.kind == "word" for token in statement):
        return True
    return any(word in _OPENERS for word in openers)


def _cut(tokens: list[_Token]) -> list[_Token]:
    # Behind the arguments stand a condition or a block.
    for index, token in enumerate(tokens):
        if token.kind == "word" and token.text in {"if", "unless", "do", "and", "or"}:
            return tokens[:index]
    return tokens[:-1] if tokens and tokens[-1].text == "{" else tokens


def _arguments(tokens: list[_Token]) -> tuple[tuple[tuple[Text, ...], ...], dict[str, tuple[Text, ...]]]:
    arguments: list[tuple[Text, ...]] = []
    options: dict[str, tuple[Text, ...]] = {}
    for item in _items(tokens):
        key, value = _key(item)
        if key is None:
            arguments.append(_texts(value))
        else:
            options[key] = _texts(value)
    return tuple(arguments), options


def _items(tokens: list[_Token]) -> Iterator[list[_Token]]:
    # Brackets around all arguments are none; those of a list keep its commas inside.
    depth = 0
    item: list[_Token] = []
    for token in tokens[1:] if tokens and tokens[0].text == "(" else tokens:
        if token.kind == "other":
            depth += (token.text in "([") - (token.text in ")]")
        if token.text == "," and token.kind == "other" and depth <= 0:
            yield item
            item = []
        else:
            item.append(token)
    if item:
        yield item


def _key(item: list[_Token]) -> tuple[str | None, list[_Token]]:
    if item and item[0].text == "{" and item[0].kind == "other":
        item = item[1:]
    if item and item[0].kind == "keyword":
        return item[0].text, item[1:]
    if len(item) > 1 and item[1].text == "=>":
        return item[0].text, item[2:]
    return None, item


def _texts(tokens: list[_Token]) -> tuple[Text, ...]:
    texts: list[Text] = []
    for token in tokens:
        if token.kind == "text":
            texts.append(Text(token.text, token.start, token.end))
        elif token.kind == "words":
            words = re.finditer(r"\S+", token.text)
            texts += [Text(word[0], token.start + word.start(), token.start + word.end()) for word in words]
        elif token.text not in _HARMLESS or token.kind == "code":
            return ()
    return tuple(texts)


# In tokens; what is longer than any statement over several lines ends with its line.
_LONGEST: Final = 1000
_OPENERS: Final = frozenset({"begin", "case", "class", "def", "for", "if", "module", "unless", "until", "while"})
_KEYWORDS: Final = _OPENERS | {"else", "elsif", "end", "ensure", "rescue", "when"}
# A line that ends with one of these goes on, and so does the one before a line that begins so.
_CONTINUED: Final = frozenset({",", "=>", "\\", "(", "[", "=", "+", "||", "&&", "|", "."})
_CONTINUING: Final = frozenset({"]", ")", "."})
# What may stand around the texts of a literal: `%q<rake>.freeze`, `Gem::Requirement.new(">= 2.7")`.
_HARMLESS: Final = frozenset({"[", "]", "(", ")", "}", ",", ".", ":", "::", "\\"}) | {
    "freeze",
    "Gem",
    "Requirement",
    "new",
}


@cache
def _piece() -> re.Pattern[str]:
    # A quote that is not closed in its line makes the rest of the line unreadable.
    return re.compile(
        r"[ \t\r\f\v]++|#[^\n]*+|(?<![^\n])=begin\b(?s:.*?)(?:\n=end[^\n]*+|\Z)|"
        r"(?P<end>\Z|(?<![^\n])__END__(?![^\r\n]))|"
        r"(?P<newline>[\n;])|"
        r"""(?P<string>"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"|'[^'\\\n]*+(?:\\[^\n][^'\\\n]*+)*+')|"""
        r"(?P<code>[\"'][^\n]*+)|"
        r"(?P<percent>%[qwi](?:<[^<>\n]*+>|\([^()]*+\)|\[[^][]*+\]|\{[^{}]*+\}))|"
        r"""(?P<heredoc><<[~-]?["'`]?(?P<tag>[A-Za-z_]\w*+)["'`]?)|"""
        r"""(?P<symbol>:(?:[A-Za-z_]\w*+[?!]?|"[^"\\\n#]*+"))|"""
        r"(?P<keyword>[A-Za-z_]\w*+:(?!:))|"
        r"(?P<word>[A-Za-z_]\w*+[?!]?)|"
        r"(?P<other>=>|==|\|\||&&|::|\d[\w.]*+|(?s:.))"
    )
