"""Reads what `setup.py` asks for, as far as it stands there in plain words; the file is never run.

https://setuptools.pypa.io/en/latest/references/keywords.html. Lists, texts and dictionaries count, and the
names that the file binds to them, on whichever way through the file. What is computed is not known and is
no problem: the file is a program. Of Python 2, which is refused, only the keywords' own lists are read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.ecosystems.requires import KEYWORDS, LOCKFILES, listed, requirement
from scanner.model import Location, Problem, Scope
from scanner.plugin import Parser

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read every requirement that the file states, in its order; a bad one is a problem of its own."""
    if "setup" not in source.text:
        return
    script = _Script(source, source.text.replace("\ufeff", " ", 1) if source.text[:1] == "\ufeff" else source.text)
    values: list[Parsed] = []
    try:
        nodes = script.nodes()
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        values.append(_refused(source, error))
        names, keywords = _Names(()), _fragments(source)
    else:
        names = _Names(nodes)
        keywords = _keywords(script, nodes, names)
    values += _read(keywords, names)
    yield from sorted(values, key=_order)


class _Keyword(NamedTuple):
    """What one keyword of setup() is given, and the text that this was compiled from."""

    name: str
    value: ast.expr
    script: _Script


def _order(value: Parsed) -> tuple[bool, int, int]:
    _, line, column, _ = value.location
    return line is None, line or 0, column or 0


def _refused(source: Source, error: BaseException) -> Problem:
    line = getattr(error, "lineno", None)
    known = isinstance(line, int) and 1 <= line <= len(_line_starts(source.text))
    location = Location(source.path, line) if known else source.location
    return Problem("This is not Python 3, so that only the plain lists in it are read.", location)


def _read(keywords: list[_Keyword], names: _Names) -> Iterator[Parsed]:
    # What a list holds is told once, for the strongest of what it is used for.
    for wanted, scope in KEYWORDS.items():
        for name, value, script in keywords:
            if name != wanted:
                continue
            for own, member in _extras(names, value) if wanted == _EXTRAS else [(scope, value)]:
                for node, text in names.strings(member):
                    yield from _requirements(script, node, text, own)


def _extras(names: _Names, value: ast.expr) -> Iterator[tuple[Scope, ast.expr]]:
    for key, member in names.pairs(value, set()):
        # An extra without a name is a condition: `:python_version<"3"`.
        yield Scope.RUNTIME if key.startswith(":") else Scope.OPTIONAL, member


def _requirements(script: _Script, node: ast.expr, text: str, scope: Scope) -> Iterator[Parsed]:
    lines = [line for _, line in listed(text)]
    for line, place in zip(lines, script.places(node, lines), strict=True):
        if not line.lstrip().startswith(("-", "%(", "{")):  # a line for pip, or a template
            yield requirement(line, place.part, scope)


class _Names:
    """What names are bound to in a file, wherever in it, and what an expression holds with their help."""

    def __init__(self, nodes: Iterable[ast.AST]) -> None:
        self._bound: dict[str, list[ast.expr]] = {}
        self._members: dict[str, list[tuple[str, ast.expr]]] = {}
        self._by_key: dict[str, dict[str, list[ast.expr]]] = {}
        self._seen: set[object] = set()
        for node in nodes:
            self._bind(node)

    def strings(self, value: ast.expr) -> Iterator[tuple[ast.expr, str]]:
        """Yield the texts of a list that no list before has brought, in order, each with the node that holds it."""
        import ast

        waiting = [value]
        while waiting:
            node = waiting.pop()
            mark = _reference(node) or node
            if mark in self._seen:
                continue
            self._seen.add(mark)
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node, node.value
            waiting += reversed(self._parts(node))

    def pairs(self, value: ast.expr, seen: set[object]) -> Iterator[tuple[str, ast.expr]]:
        """Yield the plain keys of a dictionary with their values; what was `seen` is not gone through again."""
        import ast

        waiting = [value]
        while waiting:
            node = waiting.pop()
            mark = _reference(node) or node
            if mark in seen:
                continue
            seen.add(mark)
            match node:
                case ast.Dict(keys=keys, values=values):
                    yield from _literal_pairs(keys, values)
                    waiting += [member for key, member in zip(keys, values, strict=True) if key is None]
                case ast.Call(func=ast.Name(id="dict"), keywords=keywords, args=args):
                    yield from ((keyword.arg, keyword.value) for keyword in keywords if keyword.arg)
                    waiting += [*(keyword.value for keyword in keywords if keyword.arg is None), *args]
                case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                    waiting += [right, left]
                case _:
                    yield from self._members.get(node.id, ()) if isinstance(node, ast.Name) else ()
                    waiting += reversed(self._parts(node))

    def _parts(self, node: ast.expr) -> Sequence[ast.expr]:
        import ast

        match node:
            case ast.Name(id=name):
                return self._bound.get(name, ())
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
                return self._table(name).get(key, ())
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.BoolOp(values=parts):
                return parts
            case ast.BinOp(op=ast.Add(), left=left, right=right) | ast.IfExp(body=left, orelse=right):
                return [left, right]
            case ast.Starred(value=one) | ast.Call(func=ast.Name(id="list" | "tuple" | "set" | "sorted"), args=[one]):
                return [one]
            case _:
                return ()

    def _table(self, name: str) -> dict[str, list[ast.expr]]:
        import ast

        if name not in self._by_key:
            table = self._by_key[name] = {}
            for key, member in self.pairs(ast.Name(id=name), set()):
                table.setdefault(key, []).append(member)
        return self._by_key[name]

    def _bind(self, node: ast.AST) -> None:
        import ast

        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind_target(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
                self._bind_target(target, value)
            case ast.Call(func=ast.Attribute(value=target, attr="append" | "extend" | "update"), args=[value]):
                self._bind_target(target, value)

    def _bind_target(self, target: ast.expr, value: ast.expr) -> None:
        import ast

        match target:
            case ast.Name(id=name):
                self._bound.setdefault(name, []).append(value)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
                self._members.setdefault(name, []).append((key, value))


def _reference(node: ast.expr) -> object:
    import ast

    match node:
        case ast.Name(id=name):
            return name
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
            return name, key
        case _:
            return None


def _literal_pairs(keys: Iterable[ast.expr | None], values: Iterable[ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    import ast

    for key, member in zip(keys, values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, member


def _keywords(script: _Script, nodes: list[ast.AST], names: _Names) -> list[_Keyword]:
    import ast

    found, seen = [], set[object]()
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="setup") | ast.Attribute(attr="setup"), keywords=keywords):
                for keyword in keywords:
                    pairs = [(keyword.arg, keyword.value)] if keyword.arg else names.pairs(keyword.value, seen)
                    found += [_Keyword(name, value, script) for name, value in pairs]
    return found


class _Script:
    """A text that is compiled, and the offset in the file at which it stands."""

    def __init__(self, source: Source, text: str, base: int = 0) -> None:
        self._source, self._text, self._base = source, text, base
        self._starts = _line_starts(text)
        self._ascii = text.isascii()
        self._widths: dict[int, list[int]] = {}

    def nodes(self) -> list[ast.AST]:
        """Return all nodes, in the order of the file."""
        import ast
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the compiler thinks of the file's style is not ours to say
            tree = ast.parse(self._text)
        return sorted(ast.walk(tree), key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))

    def places(self, node: ast.expr, parts: list[str]) -> list[_Place]:
        """Return what places each of some parts of a text, which follow each other in it."""
        start = self._offset(node.lineno, node.col_offset)
        end = self._offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        within = start + self._base, end + self._base
        if opening := re.compile(r"[A-Za-z]{0,2}(?:\"\"\"|'''|\"|')").match(self._text, start, end):
            start = opening.end()
        places = []
        for part in parts:
            bare = part.strip()
            at = self._text.find(bare, start, end)
            first = at - (len(part) - len(part.lstrip())) + self._base if at >= 0 else None
            places.append(_Place(self._source, part, first, within))
            start = start if at < 0 else at + len(bare)
        return places

    def _offset(self, line: int, column: int) -> int:
        # The compiler counts bytes in a line.
        start = self._starts[line - 1]
        if self._ascii:
            return start + column
        if line not in self._widths:
            end = self._starts[line] if line < len(self._starts) else len(self._text)
            self._widths[line] = list(accumulate(len(char.encode()) for char in self._text[start:end]))
        return start + bisect_right(self._widths[line], column)


class _Place(NamedTuple):
    """Where a text stands: whole at an offset, or (None) in pieces somewhere between two."""

    source: Source
    text: str
    first: int | None
    within: tuple[int, int]

    def part(self, start: int, end: int) -> Location:
        """Place the part between two offsets of the text."""
        if self.first is not None:
            return self.source.span(self.first + start, self.first + end)
        # Of a text that is glued together, the name may still stand in one piece.
        name = re.match(r"[\w.-]+", self.text[start:end])
        at = self.source.text.find(name[0], *self.within) if name else -1
        return self.source.span(at, at + len(name[0])) if name and at >= 0 else self.source.location


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]


def _fragments(source: Source) -> list[_Keyword]:
    # In a file that is no Python 3: the keywords with a list of their own.
    import ast

    found = []
    for name, start, end in _assigned(source.text):
        script = _Script(source, f"({source.text[start:end]})", start - 1)
        try:
            nodes = script.nodes()
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        statement = next((node for node in nodes if isinstance(node, ast.Expr)), None)
        if statement is not None:
            found.append(_Keyword(name, statement.value, script))
    return found


def _assigned(text: str) -> Iterator[tuple[str, int, int]]:
    # Behind a keyword and its `=`, what stands in brackets, or one text.
    name, start, depth = "", -1, 0
    before = ("", "")
    for token, begin, end in _tokens(text):
        opens = token in _OPENING
        if start < 0 and before[1] == "=" and before[0] in _WANTED and (opens or token[-1:] in _QUOTES):
            name, start, depth = before[0], begin, 0
        before = (before[1], token)
        if start >= 0:
            depth += opens - (token in _CLOSING)
            if depth <= 0:
                yield name, start, end
                start = -1


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    from tokenize import COMMENT, NL, TokenError, generate_tokens

    starts = _line_starts(text)
    lines = (text[start:end] for start, end in pairwise([*starts, len(text)]))
    try:
        for token in generate_tokens(lambda: next(lines, "")):
            if token.type not in {COMMENT, NL} and token.end[0] <= len(starts):
                (line, column), (end_line, end_column) = token.start, token.end
                yield token.string, starts[line - 1] + column, starts[end_line - 1] + end_column
    except (TokenError, SyntaxError):
        return


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^(?:from|import) +(?:setuptools|distutils)\b", head) is not None and b"setup(" in head


_EXTRAS: Final = "extras_require"
_WANTED: Final = frozenset(KEYWORDS)
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")
_QUOTES: Final = frozenset("\"'")

PARSER: Final = Parser(
    id="setup_py",
    title="setuptools script",
    globs=("setup.py",),
    spec="https://setuptools.pypa.io/en/latest/references/keywords.html",
    parse=parse,
    mark=_mark,
    pinned_by=LOCKFILES,
)
