"""Reads what Gradle's build scripts write out: dependencies, platforms and plugins; nothing is run.

https://docs.gradle.org/current/userguide/declaring_dependencies.html. A script is a program in Groovy or
Kotlin; what it computes is not known, and is left out. Of its variables those count that have one plain text.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.ecosystems import maven
from scanner.model import Dependency, Kind, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from scanner.model import Parsed
    from scanner.source import Source

# Scripts nest less; what is deeper was built to be.
_DEEPEST: Final = 100
# Longer than any coordinate; a hostile variable would else grow with each that it is made of.
_LONGEST: Final = 1000


class _Token(NamedTuple):
    """A `word`, a `sign`, the `end` of a line, or a text without its quotes: `plain`, or with variables in it."""

    kind: str
    value: str
    start: int
    end: int

    @property
    def is_text(self) -> bool:
        return self.kind in {"text", "plain"}


class _Statement(NamedTuple):
    """The tokens of a statement without those in braces, which are statements of their own."""

    tokens: list[_Token]
    blocks: list[list[_Statement]]

    @property
    def name(self) -> str:
        """The last word before the braces, or before the arguments: what is called."""
        words = [token.value for token in self.tokens[:1] if token.kind == "word" or token.is_text]
        return words[0].rpartition(".")[2] if words else ""


class _Place(NamedTuple):
    """Where a statement stands: what the innermost block is, the words that lead to it, and what is known."""

    role: str
    is_test: bool
    source: Source
    variables: Mapping[str, str]


def parse(source: Source) -> Iterator[Parsed]:
    """Read the declarations in file order; one that cannot be read is a problem of its own."""
    statements = _statements(source.text)
    yield from _read(statements, _Place("", False, source, _variables(statements, source)))  # noqa: FBT003 -- a named tuple


def _read(statements: Sequence[_Statement], place: _Place) -> Iterator[Parsed]:
    for statement in statements:
        yield from _java(statement, place)
        if reader := _READERS.get(place.role):
            yield from reader(statement, place)
        inside = _inside(statement, place) if statement.blocks else place
        for block in statement.blocks:
            yield from _read(block, inside)


def _inside(statement: _Statement, place: _Place) -> _Place:
    name = statement.name
    if name in _CONTROL:
        return place
    # Kotlin's `val commonTest by getting { ... }` and `named("test") { ... }` tell what they are for, too.
    # The path of a project (`:test-kit`) is no source set.
    named = (token.value for token in statement.tokens if token.kind == "word" or token.is_text)
    words = [word for word in named if ":" not in word]
    is_test = place.is_test or any(maven.scope_of([word]) is Scope.DEV for word in words[:_HEADER])
    if name == "dependencies":
        role = "managed" if place.role == "dependencyManagement" else name
    elif name in {"imports", "plugins", "dependencyManagement"}:
        role = name
    else:
        role = ""
    return place._replace(role=role, is_test=is_test)


def _dependencies(statement: _Statement, place: _Place) -> Iterator[Parsed]:
    configuration, tokens = statement.name, statement.tokens[1:]
    if configuration == "add" and (first := next((token for token in tokens if token.is_text), None)):
        configuration = first.value
    if configuration in _NO_CONFIGURATIONS or _is_assignment(tokens):
        return
    scope = Scope.DEV if place.is_test else maven.scope_of([configuration])
    version = _rich(statement, place)
    for parts in (*_notations(tokens, place), *_maps(tokens, place), *_positional(tokens, place)):
        yield from _dependency(parts._replace(version=parts.version or version), scope, place)


def _boms(statement: _Statement, place: _Place) -> Iterator[Parsed]:
    if statement.name == "mavenBom":
        for parts in _notations(statement.tokens, place):
            yield from _dependency(parts, Scope.RUNTIME, place)


def _plugins(statement: _Statement, place: _Place) -> Iterator[Parsed]:
    tokens = statement.tokens
    names = [token.value for token in tokens]
    texts = [token for token in tokens if token.is_text]
    if statement.name not in {"id", "kotlin"} or len(texts) <= 1 or "version" not in names:
        return
    plugin, version = texts[0], _resolved(texts[1], place.variables)
    name = f"org.jetbrains.kotlin.{plugin.value}" if statement.name == "kotlin" else plugin.value
    if maven.is_name(name):
        yield _found(_Parts(name, name + maven.PLUGIN, version, (plugin.start, plugin.end)), Scope.BUILD, place)


def _java(statement: _Statement, place: _Place) -> Iterator[Parsed]:
    # The toolchain that compiles, tests and runs.
    for word, bracket, version in zip(statement.tokens, statement.tokens[1:], statement.tokens[2:], strict=False):
        if word.value.endswith(_TOOLCHAINS) and bracket.value == "(" and version.value.isdecimal():
            location = place.source.span(version.start, version.end)
            purl = make("generic", "java", version.value)
            yield Dependency(purl=purl, location=location, kind=Kind.RUNTIME, direct=True)


class _Parts(NamedTuple):
    """Coordinates as far as they are known; the span is that of the name."""

    group: str
    name: str
    version: str
    span: tuple[int, int]


def _dependency(parts: _Parts, scope: Scope, place: _Place) -> Iterator[Parsed]:
    if "$" in parts.group + parts.name:
        return  # computed
    if not maven.is_name(parts.group) or not maven.is_name(parts.name):
        message = f"{quoted(f'{parts.group}:{parts.name}')} are no coordinates."
        yield Problem(message, place.source.span(*parts.span))
        return
    yield _found(parts, scope, place)


def _found(parts: _Parts, scope: Scope, place: _Place) -> Dependency:
    version = maven.version_of(parts.version)
    return Dependency(
        purl=maven.purl(parts.group, parts.name, version.pinned),
        location=place.source.span(*parts.span),
        requirement=version.requirement,
        scope=scope,
        direct=True,
    )


def _rich(statement: _Statement, place: _Place) -> str:
    # `implementation("g:a") { version { strictly("[1.0, 2.0[") } }`
    versions = [inner for block in statement.blocks for inner in block if inner.name == "version"]
    found = {
        wanted.name: _resolved(text, place.variables)
        for version in versions
        for block in version.blocks
        for wanted in block
        if (text := next((token for token in wanted.tokens if token.is_text), None))
    }
    return next((found[word] for word in ("strictly", "require", "prefer") if word in found), "")


def _notations(tokens: Sequence[_Token], place: _Place) -> Iterator[_Parts]:
    for index, token in enumerate(tokens):
        called = tokens[index - 2].value if index > 1 and tokens[index - 1].value == "(" else ""
        if not token.is_text or called in _NO_CONFIGURATIONS or ":" not in token.value:
            continue
        text = token.value
        if index + 2 < len(tokens) and tokens[index + 1].value == "+":
            text += f"${{{tokens[index + 2].value}}}" if tokens[index + 2].kind == "word" else "$"
        yield from _notation(token, text, place)


def _notation(token: _Token, text: str, place: _Place) -> Iterator[_Parts]:
    # In a URL, a path (`:project`) and a sentence something else stands around the colons.
    match = _coordinates().match(text)
    if match is None:
        return
    group, name, rest = match["group"], match["name"], match["rest"] or ""
    span = (token.start + match.start("name"), token.start + match.end("name"))
    variables: Mapping[str, str] = {} if token.kind == "plain" and text == token.value else place.variables
    # The text of a variable may be more than the version: `1.0@aar`, `1.0:tests`.
    version = re.split("[:@]", _replaced(rest, variables), maxsplit=1)[0]
    yield _Parts(_replaced(group, variables), _replaced(name, variables), version, span)


def _maps(tokens: Sequence[_Token], place: _Place) -> Iterator[_Parts]:
    # `group: 'g', name: 'a', version: '1'`, and the same with `=` in Kotlin.
    known: dict[str, _Token] = {}
    for key, sign, text in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if key.value in {"group", "name", "version"} and sign.value in {":", "="} and text.is_text:
            if key.value in known:
                yield from _joined(known.get("group"), known.get("name"), known.get("version"), place)
                known = {}
            known[key.value] = text
    yield from _joined(known.get("group"), known.get("name"), known.get("version"), place)


def _positional(tokens: Sequence[_Token], place: _Place) -> Iterator[_Parts]:
    # `implementation("g", "a", "1")`
    texts = [token for token in tokens if token.is_text]
    signs = "".join(token.value for token in tokens if not token.is_text)
    if signs in {"(,)", "(,,)"} and not any(":" in token.value for token in texts):
        group, name, version = (*texts, None, None, None)[:3]
        yield from _joined(group, name, version, place)


def _joined(group: _Token | None, name: _Token | None, version: _Token | None, place: _Place) -> Iterator[_Parts]:
    if group and name:
        texts = [_resolved(token, place.variables) if token else "" for token in (group, name, version)]
        yield _Parts(texts[0], texts[1], texts[2], (name.start, name.end))


def _is_assignment(tokens: Sequence[_Token]) -> bool:
    return bool(tokens) and tokens[0].value == "="


def _resolved(token: _Token, variables: Mapping[str, str]) -> str:
    return token.value if token.kind == "plain" else _replaced(token.value, variables)


def _replaced(text: str, variables: Mapping[str, str]) -> str:
    # What is not known, or refers to itself, stays as it is written.
    replaced = text
    for _ in range(_ROUNDS if len(text) <= _LONGEST else 0):
        if "$" not in replaced:
            break
        before, replaced = replaced, _variable().sub(lambda found: _value(found, variables), replaced)
        if len(replaced) > _LONGEST:
            return text
        if replaced == before:
            break
    return replaced


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    return variables.get(_bare(found[found.lastindex or 0]), found[0])


def _bare(name: str) -> str:
    return _prefix().sub("", name)


def _variables(statements: Sequence[_Statement], source: Source) -> dict[str, str]:
    if "$" not in source.text:
        return {}
    above = _root(source)
    known = _properties(source, above)
    own = _Script(_declared(statements), tuple(_applied(statements)))
    for script in (*_shared(source, own, above), own):
        for name, text in script.declared.items():
            known.pop(name, None)
            value = _replaced(text, known) if text and text.startswith(_PROPERTY) else text
            known |= {} if value is None or value.startswith(_PROPERTY) else {name: value}
    return known


class _Script(NamedTuple):
    """What a script gives to others: variables (None: not known), and the scripts that it applies.

    Each of those is a path, and whether that begins at the root of the build.
    """

    declared: Mapping[str, str | None]
    applied: tuple[tuple[bool, str], ...]


def _shared(source: Source, own: _Script, above: str | None) -> list[_Script]:
    """Return the scripts that one builds upon: that of the root, and what the two of them apply, first things first."""
    waiting: list[tuple[str, _Script]] = [("", own)]
    found: list[_Script] = []
    for name in _ROOT_SCRIPTS if above is not None else ():
        root = source.beside(f"{above}{name}")
        if root is not None and root.path != source.path:
            waiting.insert(0, (above or "", _script(root.text)))
            found.append(waiting[0][1])
    for folder, script in waiting:
        for from_root, path in script.applied:
            start = (above or "") if from_root else folder
            applied = source.beside(start + path) if len(found) < _MOST_SCRIPTS else None
            if applied is not None and applied.path != source.path:
                found.append(_script(applied.text))
                waiting.append((start + path.rpartition("/")[0] + "/", found[-1]))
    return found


@lru_cache(maxsize=64)
def _script(text: str) -> _Script:
    # The projects of a build share few scripts.
    statements = _statements(text)
    return _Script(_declared(statements), tuple(_applied(statements)))


def _applied(statements: Sequence[_Statement]) -> Iterator[tuple[bool, str]]:
    # `apply from: "$rootDir/gradle/versions.gradle"`, `apply(from = "versions.gradle.kts")`
    for statement in statements:
        words = [token.value for token in statement.tokens if token.kind == "word"]
        path = next((token.value for token in statement.tokens if token.is_text), "")
        if statement.name == "apply" and "from" in words and path:
            relative = _root_folder().sub("", path)
            yield relative != path or "rootProject.file" in words, relative
        for block in statement.blocks:
            yield from _applied(block)


def _declared(statements: Sequence[_Statement]) -> dict[str, str | None]:
    texts: dict[str, set[str | None]] = {}
    declared: set[str] = set()
    for name, text, is_declared in _assignments(statements, is_extra=False, is_top=True):
        texts.setdefault(name, set()).add(text if text is None or len(text) <= _LONGEST else None)
        declared.update([name] if is_declared else [])
    # What is set to two texts, or to what is computed, has none that is known.
    return {name: next(iter(texts[name])) if len(texts[name]) == 1 else None for name in declared}


def _assignments(
    statements: Sequence[_Statement], *, is_extra: bool, is_top: bool
) -> Iterator[tuple[str, str | None, bool]]:
    for statement in statements:
        yield from _assignment(statement.tokens, is_extra=is_extra, is_top=is_top)
        for block in statement.blocks:
            extra = _bare(statement.name) in _EXTRA or (is_extra and statement.name in _CONTROL)
            yield from _assignments(block, is_extra=extra, is_top=False)


def _assignment(tokens: Sequence[_Token], *, is_extra: bool, is_top: bool) -> Iterator[tuple[str, str | None, bool]]:
    texts = [token.value for token in tokens if token.is_text]
    words = [token.value for token in tokens if token.kind == "word"]
    if not words:
        return
    if words[0].rpartition(".")[2] == "set" and len(texts) == _PAIR:
        yield texts[0], texts[1], is_extra or words[0].rpartition(".")[0] in _EXTRA
    elif "by" in words and words[-1] == "extra" and texts:  # `val name by extra("text")`
        yield words[1], texts[0], True
    index = next((index for index, token in enumerate(tokens) if token.value == "=" and token.kind == "sign"), 0)
    before, behind = tokens[:index], tokens[index + 1 :]
    if not before:
        return
    name, is_declared = _assigned(before)
    is_declared = is_declared or (len(before) == 1 and (is_extra or is_top))
    yield name, _assigned_text(behind), is_declared
    for key, sign, text in zip(behind, behind[1:], behind[2:], strict=False):
        if behind[0].value == "[" and sign.value == ":" and text.is_text:
            yield f"{name}.{key.value}", text.value, is_declared


def _assigned_text(behind: Sequence[_Token]) -> str | None:
    if len(behind) == 1 and behind[0].is_text:
        return behind[0].value
    called, _, named = (*behind, None, None, None)[:_CALL]
    if called and named and named.is_text and called.value.rpartition(".")[2] in {"property", "findProperty"}:
        return f"{_PROPERTY}'{named.value}')}}"
    return None


def _assigned(before: Sequence[_Token]) -> tuple[str, bool]:
    words = [token.value for token in before if token.kind == "word"]
    texts = [token.value for token in before if token.is_text]
    if texts and words[:1] and words[0] in _EXTRA:  # `ext['name'] = 'text'`
        return texts[0], True
    if not words:
        return "", False
    if (kotlin := next((word for word in ("val", "var") if word in words[:-1]), None)) is not None:
        return words[words.index(kotlin) + 1], True
    return _bare(words[-1]), len(words) > 1 or _bare(words[-1]) != words[-1]


def _root(source: Source) -> str | None:
    # The root of a build is where its settings lie.
    for above in _ABOVE:
        if source.beside(f"{above}settings.gradle") or source.beside(f"{above}settings.gradle.kts"):
            return above
    return None


def _properties(source: Source, above: str | None) -> dict[str, str]:
    # A build has the properties of its root, and each project its own.
    found = {} if above is None else _read_properties(source.beside(f"{above}gradle.properties"))
    return found | _read_properties(source.beside("gradle.properties"))


def _read_properties(properties: Source | None) -> dict[str, str]:
    lines = _property().findall(properties.text) if properties else ()
    return {name: value for name, value in lines if len(value) <= _LONGEST}


def _statements(text: str) -> list[_Statement]:
    nest = _Nest()
    for token in _tokens(text):
        if token.kind == "sign" and token.value in _STEPS:
            _STEPS[token.value](nest)
        elif token.kind == "end":
            nest.end(token)
        else:
            nest.add(token)
    return nest.top


class _Nest:
    """Puts tokens into statements, and statements into the braces around them."""

    def __init__(self) -> None:
        self.top: list[_Statement] = []
        self._statements = self.top
        self._statement: _Statement | None = None
        self._brackets = 0
        self._stack: list[tuple[list[_Statement], _Statement, int]] = []
        self._too_deep = 0

    def add(self, token: _Token) -> None:
        if not self._too_deep:
            self._begun().tokens.append(token)
            self._brackets = max(0, self._brackets + (_BRACKETS.get(token.value, 0) if token.kind == "sign" else 0))

    def open(self) -> None:
        if len(self._stack) >= _DEEPEST:
            self._too_deep += 1
            return
        statement = self._begun()
        self._stack.append((self._statements, statement, self._brackets))
        statement.blocks.append([])
        self._statements, self._statement, self._brackets = statement.blocks[-1], None, 0

    def close(self) -> None:
        if self._too_deep:
            self._too_deep -= 1
        elif self._stack:
            self._statements, self._statement, self._brackets = self._stack.pop()

    def end(self, token: _Token) -> None:
        last = self._statement.tokens[-1] if self._statement and self._statement.tokens else None
        goes_on = last is not None and last.kind == "sign" and last.value in {",", "+", "="}
        if token.value == ";" or not (self._brackets or goes_on):
            self._statement = None

    def _begun(self) -> _Statement:
        if self._statement is None:
            self._statement = _Statement([], [])
            self._statements.append(self._statement)
        return self._statement


_STEPS: Final[Mapping[str, Callable[[_Nest], None]]] = {"{": _Nest.open, "}": _Nest.close}


def _tokens(text: str) -> Iterator[_Token]:
    for match in _piece().finditer(text):
        kind = match.lastgroup or ""
        if kind in {"long", "text"}:
            quotes = 3 if kind == "long" else 1
            start, end = match.start() + quotes, match.end()
            if text.endswith(match[0][:quotes], start, end):
                end -= quotes
            # Groovy's single quotes hold no variables; Kotlin's hold no texts.
            yield _Token("plain" if match[0][0] == "'" else "text", text[start:end], start, end)
        elif kind:
            yield _Token(kind, match[0], match.start(), match.end())


@cache
def _piece() -> re.Pattern[str]:
    # A text or comment that is never closed is taken to its end, so that nothing is read twice.
    return re.compile(
        r"[ \t\f\ufeff]++|//[^\r\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?+"
        r'|(?P<long>"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?+'
        r"|\'\'\'(?:[^'\\]|\\.|'(?!\'\'))*+(?:\'\'\')?+)"
        r'|(?P<text>"(?:[^"\\\r\n$]|\\[^\r\n]|\$\{[^{}\r\n]*+\}|\$)*+"?+'
        r"|'(?:[^'\\\r\n]|\\[^\r\n])*+'?+)"
        r"|(?P<word>[A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)*+)"
        r"|(?P<number>\d[\w.]*+)"
        r"|(?P<end>\r\n|[\r\n;])"
        r"|(?P<sign>.)",
        re.DOTALL,
    )


@cache
def _coordinates() -> re.Pattern[str]:
    return re.compile(r"(?P<group>[^\s:@/\\]++):(?P<name>[^\s:@/\\]++)(?::(?P<rest>[^@]*+))?+(?:@.*+)?+\Z")


@cache
def _variable() -> re.Pattern[str]:
    called = r"(?:(?:rootProject|project)\.)?(?:ext|extra|findProperty|property)[\[(]\s*+[\"']([\w.-]++)[\"']\s*+[\])]"
    return re.compile(rf"\$(?:\{{\s*+(?:([\w.]++)|{called})\s*+\}}|([A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)*+))")


@cache
def _prefix() -> re.Pattern[str]:
    return re.compile(r"^(?:(?:rootProject|project|ext|extra)\.)++")


@cache
def _root_folder() -> re.Pattern[str]:
    return re.compile(r"\$\{?(?:rootDir|rootProject\.projectDir|rootProject\.rootDir)\}?/")


@cache
def _property() -> re.Pattern[str]:
    return re.compile(r"^[ \t]*+([\w.-]++)[ \t]*+[=:][ \t]*+([^\r\n]*?)[ \t]*+\r?$", re.MULTILINE)


def _mark(head: bytes) -> bool:
    opens = rb"(?m)^\s*(?:dependencies|plugins|buildscript|repositories|pluginManagement)\s*\{"
    declares = (
        rb"""(?m)^\s*(?:apply plugin:|id[ (]["']|(?:\w*[iI]mplementation|\w*[aA]pi|compile|classpath)[ (]+["'])"""
    )
    return re.search(opens, head) is not None and re.search(declares, head) is not None


# The next rounds are for variables that are made of variables.
_ROUNDS: Final = 10
# What can tell what a block is for stands at its beginning.
_HEADER: Final = 4
_PAIR: Final = 2
# How a text says that a variable has the value of one of the build's properties.
_PROPERTY: Final = "${property("
# The tokens of a call up to its first argument: `property("name"`.
_CALL: Final = 3
# Builds share a few scripts; what applies more was built to.
_MOST_SCRIPTS: Final = 32
_ROOT_SCRIPTS: Final = ("build.gradle", "build.gradle.kts")
_ABOVE: Final = ("", "../", "../../", "../../../")
_BRACKETS: Final = {"(": 1, "[": 1, ")": -1, "]": -1}
_CONTROL: Final = frozenset({"catch", "else", "finally", "for", "if", "try", "when", "while"})
_EXTRA: Final = frozenset({"ext", "extra", "project.ext", "project.extra", "rootProject.ext", "rootProject.extra"})
_NO_CONFIGURATIONS: Final = _CONTROL | {
    "because",
    "capability",
    "constraints",
    "def",
    "exclude",
    "fileTree",
    "files",
    "kotlin",
    "npm",
    "project",
    "requireCapability",
    "val",
    "var",
}
_TOOLCHAINS: Final = ("JavaLanguageVersion.of", "jvmToolchain")
_READERS: Final = {"dependencies": _dependencies, "imports": _boms, "plugins": _plugins}

PARSER: Final = Parser(
    id="gradle_build",
    title="Gradle build script",
    globs=("*.gradle", "*.gradle.kts"),
    spec="https://docs.gradle.org/current/userguide/declaring_dependencies.html",
    parse=parse,
    mark=_mark,
    pinned_by=("gradle.lockfile", "buildscript-gradle.lockfile"),
)
