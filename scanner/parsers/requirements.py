"""Reads requirements.txt: the lines that pip installs from.

https://pip.pypa.io/en/stable/reference/requirements-file-format/. Lines are joined, cut and told
apart as pip does. Ordinary requirements are read here, as a property test proves, the way that
pip-requirements-parser reads them; whether an unusual one is right is asked of that library, whose
import alone costs more than a small scan. What pip refuses but names a package is still reported.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.ecosystems import pep508
from scanner.model import Dependency, Include, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.source import Source
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.model import Location, Parsed

# Longer than any requirement without its hashes; what is longer is not looked at, only counted.
_LONGEST_LINE = 10_000
_LONGEST_NAME = 512
_LONGEST_VERSION = 256
# A file of another kind under this name would else bury what matters.
_MOST_PROBLEMS = 20
# Large files are split piece by piece, so that their lines are not all in memory at once.
_BLOCK = 1 << 20
_HEAD = 4096
# How many signs divide name, version and build of a package as conda lists it.
_BOUNDS = 2
# How much a line says for its file that no other format has.
_SURE = 2

_PURL: Final = "pkg:pypi/"

_REFUSED: Final = "pip would refuse this requirement: {}."
_VARIABLE: Final = "{} depends on an environment variable, which is not read."

# What ends a line for pip, which is more than what ends one for an editor.
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"

_SHORT: Final = {
    "-C": "--config-settings",
    "-Z": "--always-unzip",
    "-c": "--constraint",
    "-e": "--editable",
    "-f": "--find-links",
    "-i": "--index-url",
    "-r": "--requirement",
}
_FILE_OPTIONS: Final = frozenset({"--constraint", "--requirement"})
_LINE_OPTIONS: Final = frozenset({"--config-setting", "--config-settings", "--global-option", "--hash"})
_VALUED_OPTIONS: Final = frozenset(
    {
        "--all-releases",
        "--extra-index-url",
        "--find-links",
        "--index-url",
        "--no-binary",
        "--only-binary",
        "--only-final",
        "--pypi-url",
        "--trusted-host",
        "--use-feature",
    }
)
_FLAGS: Final = frozenset({"--no-index", "--no-require-hashes", "--pre", "--prefer-binary", "--require-hashes"})
_REMOVED_VALUED: Final = frozenset({"--allow-external", "--allow-insecure", "--allow-unverified", "--install-option"})
_REMOVED_FLAGS: Final = frozenset(
    {
        "--allow-all-external",
        "--always-unzip",
        "--no-allow-external",
        "--no-use-wheel",
        "--process-dependency-links",
        "--use-mirrors",
        "--use-wheel",
    }
)
_REMOVED: Final = _REMOVED_VALUED | _REMOVED_FLAGS
_VALUED: Final = _FILE_OPTIONS | _LINE_OPTIONS | _VALUED_OPTIONS | _REMOVED_VALUED | {"--editable"}
_OPTIONS: Final = _VALUED | _FLAGS | _REMOVED

_PLAIN_OPERATORS: Final = frozenset({"==", "===", "!=", "<", "<=", ">", ">="})
_MARKER_NAMES: Final = frozenset(
    {
        "extra",
        "implementation_name",
        "implementation_version",
        "os_name",
        "platform_machine",
        "platform_python_implementation",
        "platform_release",
        "platform_system",
        "platform_version",
        "python_full_version",
        "python_version",
        "sys_platform",
    }
)

_ARCHIVES: Final = (".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar", ".zip")
_REPOSITORIES: Final = ("bzr+", "git+", "hg+", "svn+")
# A forge names such an archive after a branch or a tag, not after a package.
_SNAPSHOTS: Final = ("/archive/", "/tarball/", "/zipball/")


class _Line(NamedTuple):
    """One line as pip joins it, without its comment; `starts` pairs offsets in the text and in the file."""

    source: Source
    text: str
    comment: str
    starts: Sequence[tuple[int, int]]

    def place(self, start: int = 0, end: int | None = None) -> Location:
        """Place the text between two offsets."""
        last = (len(self.text) if end is None else end) - 1
        return self.source.span(self._offset(start), self._offset(last) + 1)

    def problem(self, message: str) -> Problem:
        """Return a problem with the whole line."""
        return Problem(message, self.place())

    def _offset(self, offset: int) -> int:
        before, there = self.starts[0]
        for start in self.starts:
            if start[0] > offset:
                break
            before, there = start
        return there + offset - before


def parse(source: Source) -> Iterator[Parsed]:
    """Read the requirements, the includes and the problems of a file, in its order.

    Nothing is fetched, nothing is looked up on the disk, and no variable is filled in. A local
    directory without a name is the project's own code, so it is neither a dependency nor a problem.
    """
    if _is_binary(source.text):
        message = "This is not text: it holds NUL characters, as binary files and UTF-16 without a byte order mark do."
        yield Problem(message, source.location)
        return
    values = _capped(_annotated(_lines(source)))
    yield from _chained(list(values)) if "# via" in source.text else values


def _is_binary(text: str) -> bool:
    head = text[:_HEAD]
    if "\0" not in head:
        return False
    # One NUL is a slip in a line; a tenth of the text that nobody can see is no text.
    return 10 * sum(not char.isprintable() and not char.isspace() for char in head) > len(head)


def _capped(values: Iterable[Parsed]) -> Iterator[Parsed]:
    problems, place = 0, None
    for value in values:
        if isinstance(value, Problem):
            problems += 1
            if problems > _MOST_PROBLEMS:
                place = place or value.location
                continue
        yield value
    if place is not None:
        count = problems - _MOST_PROBLEMS
        yield Problem(f"And {count} more {'line' if count == 1 else 'lines'} from here on cannot be read.", place)


# What brought a requirement in, as pip-compile and uv note it.


def _annotated(lines: Iterable[_Line | Problem]) -> Iterator[Parsed]:
    # The note follows its requirement: in the line's own comment, or in the comments below it.
    values: Sequence[Parsed] = ()
    notes: list[str] = []
    for line in lines:
        if isinstance(line, _Line) and not line.text:
            if values:
                notes.append(line.comment)
            continue
        yield from _with_origin(values, notes)
        if isinstance(line, Problem):
            values, notes = (line,), []
        else:
            values, notes = tuple(_read(line)), [line.comment] if line.comment else []
    yield from _with_origin(values, notes)


def _with_origin(values: Sequence[Parsed], notes: Sequence[str]) -> Iterator[Parsed]:
    sources = _sources(notes) if notes else []
    parents = tuple(name for name in map(_parent, sources) if name)
    if any(source.startswith("-r ") or source.endswith(")") for source in sources):
        direct, parents = True, ()
    elif parents:
        direct = False
    else:
        # A constraint (`-c`) alone does not tell who asked for the package.
        yield from values
        return
    for value in values:
        yield value._replace(direct=direct, via=parents) if isinstance(value, Dependency) else value


def _chained(values: Sequence[Parsed]) -> Iterator[Parsed]:
    """Turn the parents that the notes name into the chain that brings a package in."""
    from scanner.lineage import chains

    labels: dict[str, str] = {}
    children: dict[str, list[str]] = {}
    roots: list[str] = []
    for value in values:
        if isinstance(value, Dependency):
            name, label = _name(value), value.purl.partition("?")[0].removeprefix(_PURL)
            labels.setdefault(name, label)
            for parent in value.via:
                children.setdefault(pep508.normalized(parent), []).append(name)
            if value.direct:
                roots.append(name)
    found = chains(roots, children)
    for value in values:
        if not isinstance(value, Dependency) or not value.via:
            yield value
            continue
        # Without the requirements that were compiled, the nearest is known at least.
        chain = found.get(_name(value)) or (pep508.normalized(value.via[0]),)
        yield value._replace(via=tuple(labels.get(parent, parent) for parent in chain))


def _name(dependency: Dependency) -> str:
    return pep508.normalized(dependency.purl.removeprefix(_PURL).partition("@")[0].partition("?")[0])


def _sources(notes: Sequence[str]) -> list[str]:
    first = notes[0].strip() if notes else ""
    if first != "via" and not first.startswith("via "):
        return []
    sources = first[3:].split(",")
    for note in notes[1:]:
        if not note.startswith("  "):
            break
        sources.append(note)
    return [source.strip() for source in sources]


def _parent(source: str) -> str | None:
    requirement = pep508.read(source)
    return requirement.name if requirement else None


# Lines.


def _lines(source: Source) -> Iterator[_Line | Problem]:
    pieces: list[tuple[int, str]] = []
    for start, piece in _pieces(source.text):
        pieces.append((start, piece))
        if not piece.endswith("\\") or _is_comment(piece):
            yield _joined(source, pieces)
            pieces = []
    if pieces:
        yield _joined(source, pieces)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    # Of a piece that is too long, no more is taken than what shows that it is; one blank line says
    # as much as many; white space after a backslash is a slip that would cost pip the line.
    start, blank = 0, False
    while start < len(text):
        cut = text.find("\n", start + _BLOCK) + 1 or len(text)
        for line in text[start:cut].splitlines(keepends=True):
            piece = line[: _LONGEST_LINE + 1].rstrip(_LINE_ENDS + " \t")
            if piece or not blank:
                yield start, piece
            blank = not piece
            start += len(line)


def _joined(source: Source, pieces: Sequence[tuple[int, str]]) -> _Line | Problem:
    first, piece = pieces[0]
    if len(pieces) == 1 and not piece.endswith("\\"):
        return _cut(source, piece, ((0, first),))
    length, parts, starts = 0, [], []
    for number, (start, piece) in enumerate(pieces):
        if number and _is_hash(piece):
            continue
        part = piece
        if part.endswith("\\"):
            # pip takes off backslashes on both sides.
            part = piece.strip("\\")
            start += len(piece) - len(piece.lstrip("\\"))  # noqa: PLW2901 -- where the part starts
        elif number and _is_comment(part):
            part = f" {part}"
        starts.append((length, start))
        parts.append(part)
        length += len(part)
    return _cut(source, "".join(parts), starts)


def _cut(source: Source, text: str, starts: Sequence[tuple[int, int]]) -> _Line | Problem:
    body, comment = _without_comment(text) if "#" in text else (text, "")
    if len(body) > _LONGEST_LINE:
        place = source.span(starts[0][1], starts[0][1])
        return Problem(f"This line has more than {_LONGEST_LINE:,} characters and is not read.", place)
    indent = len(body) - len(body.lstrip())
    if indent:
        starts = [(offset - indent, start) for offset, start in starts]
    return _Line(source, body.strip().replace("\t", " "), comment, starts)


def _is_comment(piece: str) -> bool:
    return piece.lstrip().startswith("#")


def _is_hash(piece: str) -> bool:
    # Hashes make most of a large file, and some requirements have hundreds of them.
    word = piece.strip("\\ \t")
    return word.startswith("--hash=") and " " not in word and "#" not in word


def _without_comment(text: str) -> tuple[str, str]:
    # pip sees a comment only at the start or after white space, so that `#egg=` survives.
    at = text.find("#")
    while at > 0 and not text[at - 1].isspace():
        at = text.find("#", at + 1)
    return (text, "") if at < 0 else (text[:at], text[at + 1 :])


def _read(line: _Line) -> Iterator[Parsed]:
    text = line.text
    if not text.isprintable() and any(char < " " or "\x7f" <= char <= "\x9f" for char in text):
        yield line.problem(f"{quoted(text)} holds control characters and is not read.")
        return
    # pip ends the requirement where a word begins with a dash, even inside a marker.
    cut = 0 if text.startswith("-") else text.find(" -")
    requirement = text if cut < 0 else text[:cut].rstrip()
    if requirement:
        yield from _read_requirement(line, requirement)
    if cut >= 0:
        yield from _read_options(line, text[cut:].lstrip(), alone=not requirement)


# Requirements.


def _read_requirement(line: _Line, text: str, start: int = 0) -> Iterator[Parsed]:
    found = _found(text)
    if text.count("=") == _BOUNDS and (exported := _exported().fullmatch(text)):
        place = line.place(start, start + exported.end("name"))
        yield Dependency(make(_origin(exported["build"]), exported["name"], exported["version"]), place)
        return
    if found is None or _is_address(text, found):
        yield from _read_address(line, text, start)
        return
    place = line.place(start + found.start, start + found.end)
    if len(found.name) > _LONGEST_NAME:
        yield Problem(f"{quoted(found.name)} is longer than the name of a package can be.", place)
    elif found.url:
        yield Dependency(make("pypi", found.name, _version_in(found)), place)
    elif len(found.specifier) > _LONGEST_VERSION and _has_long_clause(found.specifier):
        yield Dependency(make("pypi", found.name), place)
        yield Problem(f"The version of {quoted(found.name)} is too long to be one.", place)
    elif _is_ordinary(text, found) or _is_accepted(text):
        yield Dependency(make("pypi", found.name, found.version), place, found.range)
    else:
        # What names a package and something like a version is worth more than pip's refusal.
        if found.specifier and text.isascii():
            version = found.version if _is_version(found.version) else None
            requirement = found.range if version else found.specifier
            yield Dependency(make("pypi", found.name, version), place, requirement)
        yield line.problem((_VARIABLE if "${" in text else _REFUSED).format(quoted(text)))


def _origin(build: str) -> str:
    # conda lists what pip installed beside its own packages, and tells it by this build.
    return "pypi" if build.startswith("pypi_") else "conda"


@cache
def _exported() -> re.Pattern[str]:
    # `conda list --export` is often kept under this name; pip refuses its lines, conda installs from them.
    return re.compile(r"(?P<name>[a-z0-9_.-]{1,200})=(?P<version>[0-9][0-9A-Za-z._+!]{0,99})=(?P<build>[0-9A-Za-z_.]+)")


def _has_long_clause(specifier: str) -> bool:
    return any(len(clause) > _LONGEST_VERSION for clause in specifier.split(","))


def _found(text: str) -> pep508.Requirement | None:
    if "#" in text:
        # A comment that lacks the white space before it; pip takes it for a part of the version.
        found = pep508.read(text.partition("#")[0])
        if found is not None and found.specifier:
            return found
    return pep508.read(text)


def _is_ordinary(text: str, found: pep508.Requirement) -> bool:
    return (
        text.isascii()
        and "#" not in text
        and _is_ordinary_specifier(found.specifier)
        and _are_ordinary_extras(text)
        and (not found.marker or _is_ordinary_marker(found.marker))
    )


def _is_ordinary_specifier(specifier: str) -> bool:
    if not specifier:
        return True
    # `===` compares text, and the text may hold a comma.
    return all(map(_is_ordinary_clause, specifier.split(","))) and not ("===" in specifier and "," in specifier)


def _is_ordinary_clause(clause: str) -> bool:
    version = clause.lstrip("<>=!~")
    # Nearly all versions are numbers and dots; the pattern for the others is compiled when one comes.
    operator = clause[: -len(version)]
    plain = operator in _PLAIN_OPERATORS or (operator == "~=" and "." in version)
    if plain and all(map(str.isdigit, version.split("."))):
        return True
    return _clause().fullmatch(clause) is not None


def _are_ordinary_extras(text: str) -> bool:
    inner = text.partition("[")[2].partition("]")[0].strip()
    return not inner or all(pep508.is_name(extra.strip()) for extra in inner.split(","))


@cache
def _clause() -> re.Pattern[str]:
    # Versions as PEP 440 would write them. Others can be right, too; the library knows which.
    release = r"(?:\d++!)?\d++(?:\.\d++)*+"
    suffix = r"(?:(?:a|b|rc)\d++)?(?:\.post\d++)?(?:\.dev\d++)?"
    local = r"(?:\+[a-z0-9]++(?:\.[a-z0-9]++)*+)?"
    compatible = rf"~=(?:\d++!)?\d++(?:\.\d++)++{suffix}"
    return re.compile(
        rf"==={release}{suffix}{local}|[=!]={release}(?:\.\*|{suffix}{local})|[<>]=?{release}{suffix}|{compatible}",
        re.ASCII,
    )


def _is_version(version: str | None) -> bool:
    return version is not None and len(version) <= _LONGEST_VERSION and bool(_clause().fullmatch(f"==={version}"))


@lru_cache(maxsize=1024)
def _is_ordinary_marker(marker: str) -> bool:
    joint, position = "and", 0
    while joint:
        found = _comparison().match(marker, position)
        if found is None or (found[1] or found[2]) not in _MARKER_NAMES:
            return False
        joint, position = found[3], found.end()
    return _are_brackets_paired(marker)


def _are_brackets_paired(marker: str) -> bool:
    depth = 0
    for char in marker:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return depth == 0


@cache
def _comparison() -> re.Pattern[str]:
    # One comparison, and the word that joins it to the next.
    text = r"""(?:"[\w .<>=!~*+,/-]*+"|'[\w .<>=!~*+,/-]*+')"""
    operator = r" *+(?:[<>]=?|===?|!=|~=|\bnot +in\b|\bin\b) *+"
    name = r"([a-z_]++)"
    return re.compile(rf"[( ]*+(?:{name}{operator}{text}|{text}{operator}{name})[) ]*+(?:\b(and|or)\b|\Z)", re.ASCII)


def _is_accepted(text: str) -> bool:
    import pip_requirements_parser as library

    try:
        library.build_install_req(text)
    except (library.PipError, ValueError, RecursionError):
        return False
    return True


# Addresses: archives, repositories and paths.


def _is_address(text: str, found: pep508.Requirement) -> bool:
    if found.url:
        # `git@host:path` is the address of a repository, `name @ address` gives the address a name.
        return "://" not in found.url and not found.url.startswith("file:") and " @" not in text
    return not found.specifier and found.name.lower().endswith((".whl", *_ARCHIVES))


def _read_address(line: _Line, text: str, start: int = 0, *, editable: bool = False) -> Iterator[Parsed]:
    address = _without_marker(text)
    named = _named(address)
    if named is not None:
        yield Dependency(make("pypi", *named), line.place(start, start + len(address)))
    elif "://" in address and " " not in address and not address.startswith("file:"):
        yield line.problem(f"{quoted(address)} does not say which package it holds: 'name @ address' would.")
    elif not _is_local(address, editable=editable):
        yield line.problem(_REFUSED.format(quoted(text)))


def _without_marker(text: str) -> str:
    if "://" not in text:
        return text.partition(";")[0].rstrip()
    # A `;` can be part of an address.
    return text.partition(" ;")[0].partition("; ")[0].rstrip()


def _named(address: str) -> tuple[str, str | None] | None:
    if " " in address:
        return None
    path, _, fragment = address.partition("#")
    archive = _in_archive(path)
    for part in fragment.split("&"):
        egg = pep508.read(_decoded(part[4:])) if part.startswith("egg=") else None
        if egg is not None and len(egg.name) <= _LONGEST_NAME:
            same = archive is not None and pep508.normalized(archive[0]) == pep508.normalized(egg.name)
            return egg.name, archive[1] if archive and same else egg.version
    return archive


def _version_in(found: pep508.Requirement) -> str | None:
    archive = _in_archive(found.url.partition("#")[0])
    same = archive is not None and pep508.normalized(archive[0]) == pep508.normalized(found.name)
    return archive[1] if archive and same else None


def _in_archive(path: str) -> tuple[str, str] | None:
    if path.endswith("]"):
        path = path.rpartition("[")[0]
    file = _decoded(path.partition("?")[0].replace("\\", "/").rpartition("/")[2])
    suffix = next((suffix for suffix in (".whl", *_ARCHIVES) if file.lower().endswith(suffix)), None)
    if suffix is None:
        return None
    words = file[: -len(suffix)].split("-")
    if suffix == ".whl":
        name, version = words[0], words[1] if len(words) in {5, 6} else ""
    else:
        name, version = "-".join(words[:-1]), "" if any(part in path for part in _SNAPSHOTS) else words[-1]
    named = pep508.is_name(name) and any(map(str.isalpha, name)) and len(name) <= _LONGEST_NAME
    numbered = version[:1].isdigit() and pep508.is_version(version) and len(version) <= _LONGEST_VERSION
    return (name, version) if named and numbered else None


def _decoded(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)


def _is_local(address: str, *, editable: bool) -> bool:
    path = address.removeprefix("file:")
    if path[1:2] == ":":
        path = path[2:]
    if not path or any(char in "<>\"'|*?:;=@" or char.isspace() for char in path):
        return False
    return editable or "/" in path or "\\" in path or path.startswith(".")


# Options.


def _read_options(line: _Line, text: str, *, alone: bool) -> Iterator[Parsed]:
    words = _words(text)
    if words is None:
        yield line.problem(f"{quoted(text)} has a quote without its end.")
        return
    for name, value in _options(words):
        trouble = _option_trouble(name, value, alone=alone)
        if trouble:
            yield line.problem(trouble)
            return
        if name in _FILE_OPTIONS:
            yield _included(line, value, constraint=name == "--constraint")
        elif name == "--editable":
            yield from _read_editable(line, value)


def _words(text: str) -> list[str] | None:
    if '"' not in text and "'" not in text:
        return text.split()
    import shlex

    try:
        return shlex.split(text)
    except ValueError:
        return None


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Pair each option with its value as optparse does; a word that belongs to no option has the name ''."""
    rest = words[::-1]
    while rest:
        word = rest.pop()
        if not word.startswith("-") or word == "-":
            yield "", word
            continue
        if word.startswith("--"):
            name, given, value = word.partition("=")
            name = _full_name(name)
        else:
            name, value = _SHORT.get(word[:2], word[:2]), word[2:]
            given = value
            value = value.removeprefix("=")
        if name in _VALUED and not given and rest:
            value = rest.pop()
        if name == "--editable":
            # `name @ address` and a marker are words of their own when nobody quotes them.
            while rest and not rest[-1].startswith("-"):
                value = f"{value} {rest.pop()}"
        yield name, value


def _full_name(name: str) -> str:
    # optparse lets users shorten an option while no other begins so.
    if name in _OPTIONS:
        return name
    candidates = [option for option in _OPTIONS if option.startswith(name)]
    return candidates[0] if len(candidates) == 1 else name


def _option_trouble(name: str, value: str, *, alone: bool) -> str | None:
    if not name:
        return f"{quoted(value)} stands after an option, where pip passes it over."
    if name in _REMOVED:
        return f"The option {name} is no longer one of pip's and is passed over."
    if name not in _OPTIONS:
        return f"{quoted(name)} is not an option that pip knows in a requirements file."
    if name in _VALUED and not value:
        return f"The option {name} lacks its value."
    if not alone and name not in _LINE_OPTIONS:
        return f"The option {name} stands after a requirement, where pip passes it over."
    return None


def _included(line: _Line, path: str, *, constraint: bool) -> Parsed:
    if "://" in path or path.startswith("file:"):
        return line.problem(f"{quoted(path)} is an address: nothing is fetched, so what it holds is not known.")
    if "${" in path:
        return line.problem(_VARIABLE.format(quoted(path)))
    return Include(path=path, location=line.place(), constraint=constraint)


def _read_editable(line: _Line, value: str) -> Iterator[Parsed]:
    value = _without_marker(value)
    found, at = pep508.read(value), line.text.find(value)
    if found is not None and found.url and not _is_address(value, found):
        values = _read_requirement(line, value, max(at, 0))
    else:
        values = _read_address(line, value, max(at, 0), editable=True)
    for parsed in values:
        # A value with quotes or escapes stands nowhere in the line as it is: the place is the line.
        yield parsed if at >= 0 else parsed._replace(location=line.place())


# Recognition.


def _mark(head: bytes) -> bool:
    """Tell requirement lines from everything else: most lines are some, and one could be nothing else."""
    source = Source("", head)
    if _is_binary(source.text):
        return False
    lines = [line for line in _lines(source) if isinstance(line, Problem) or line.text]
    if len(head) >= _HEAD and len(lines) > 1:
        lines.pop()  # it is cut
    weights = [0 if isinstance(line, Problem) else _weight(line.text) for line in lines]
    strangers = weights.count(0)
    return bool(weights) and 5 * strangers <= len(weights) and (_SURE in weights or not strangers)


def _weight(text: str) -> int:
    """Return `_SURE` for what only a requirements file holds, 1 for a bare name, 0 for anything else."""
    if text.startswith("-"):
        words = _words(text)
        return _SURE if words and next(_options(words))[0] in _OPTIONS else 0
    text = text.partition(" -")[0].rstrip()
    found = pep508.read(text)
    if found is None:
        repository = "://" in text and text.startswith(_REPOSITORIES)
        return _SURE if repository or (text.endswith(".whl") and _named(text)) else 0
    if found.url:
        return 0 if _is_address(text, found) else _SURE
    if text.endswith(",") or not _is_ordinary(text, found):
        return 0
    # `v18` and `python-3.5.0` are versions, as files hold that name one runtime.
    return _SURE if found.specifier else int(not _is_version(found.name.lstrip("v").rpartition("-")[2]))


PARSER: Final = Parser(
    id="requirements",
    title="pip requirements",
    globs=(
        "*requirements*.txt",
        "*requirements*.in",
        "*requirements*.pip",
        "requirements/*.txt",
        "requirements/*.in",
        "requirements/*.pip",
        "reqs*.txt",
        # Constraints add nothing of their own: they are read where `-c` names them.
        "!*constraints*",
    ),
    spec="https://pip.pypa.io/en/stable/reference/requirements-file-format/",
    parse=parse,
    mark=_mark,
    # What pip-compile and uv write beside `requirements.in`.
    pinned_by=("<stem>.txt",),
)
