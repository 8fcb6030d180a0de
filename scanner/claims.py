"""Which parser reads which file: by its name, and by its first bytes where names do not decide.

What the parsers claim is compiled into one small file beside the product data, when a wheel is built, and
in a checkout whenever a parser changed: a run imports only the parsers that it uses.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from scanner import plugin, source
from scanner.globs import fits
from scanner.packing import plain_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from scanner.plugin import Parser

_HERE = os.path.dirname(__file__)
# Stands for the name of the manifest without its ending.
_STEM = "<stem>"
_COMPILED = os.path.join(_HERE, "_data", "parsers.txt")


class Claim(NamedTuple):
    """What the names of a parser's files are, and which other files speak for them: see `plugin.Parser`."""

    parser: str
    globs: tuple[str, ...]
    yields_to: tuple[str, ...] = ()
    pinned_by: tuple[str, ...] = ()


def claimants(path: str) -> list[str]:
    """Return the ids of the parsers that claim the name of a path with `/`."""
    return [claim.parser for claim in _claimed(path)]


def parser_of(path: str, head: bytes) -> Parser | None:
    """Choose the parser for a file by its name, and by its first bytes where names do not decide."""
    claiming = claimants(path)
    supposing = _supposing(path)
    if len(claiming) == 1 and not supposing:
        return plugin.parser(claiming[0])
    candidates = map(plugin.parser, (*claiming, *supposing) if claiming else (*supposing, *plugin.names("parsers")))
    # What nobody recognises is read by the one parser that claims its name, and tells what is wrong with it.
    otherwise = plugin.parser(claiming[0]) if len(claiming) == 1 else None
    return next((candidate for candidate in candidates if candidate.mark(head)), otherwise)


def recognised(path: str, name: str) -> bool:
    """Tell whether a file is read for what its first bytes say; `name` is its path with `/`, which nobody claims."""
    supposing = _supposing(name)
    head = source.head(path) if supposing else b""
    return any(plugin.parser(parser).mark(head) for parser in supposing)


def yields(path: str, beside: Collection[str]) -> bool:
    """Tell whether a file says nothing that one of the names beside it does not say better."""
    name, claims = path.rpartition("/")[2], _claimed(path)
    others = [other for other in beside if other != name] if any(claim.yields_to for claim in claims) else []
    return bool(claims) and all(_any_fits(others, claim.yields_to) for claim in claims)


def pinned_by(path: str) -> tuple[str, ...]:
    """Return the names (globs) of the lockfiles that pin what a manifest asks for; none for other files."""
    name = path.rpartition("/")[2]
    stem = name.rpartition(".")[0]
    globs = (glob.replace(_STEM, stem) for claim in _claimed(path) for glob in claim.pinned_by)
    return tuple(glob for glob in globs if glob != name)


def pins(name: str) -> bool:
    """Tell whether there is any manifest that a file of this name pins."""
    return _any_fits((name,), _index().pinning)


@cache
def dot_folders() -> frozenset[str]:
    """Return the folders whose names begin with a dot and that a parser's names lie in: `.github`."""
    return frozenset(segment for segment in _folders() if segment.startswith("."))


def holds(folder: str) -> bool:
    """Tell whether a folder of this name is one that a parser's names lie in: `six-1.16.0.egg-info`."""
    return _any_fits((folder,), _holding())


@cache
def _holding() -> tuple[str, ...]:
    return tuple(sorted(set(_folders()) - {"*"}))


def _folders() -> Iterator[str]:
    globs = (glob for claim in _claims() for glob in claim.globs if not glob.startswith("!"))
    return (segment for glob in globs for segment in glob.split("/")[:-1])


def compiled() -> str:
    """Return what every parser claims, a line for each parser, after a line that tells their age."""
    parsers = map(plugin.parser, plugin.names("parsers"))
    lines = ("\t".join((p.id, *map(" ".join, (p.globs, p.yields_to, p.pinned_by)))) for p in parsers)
    return "\n".join((_age(), *lines, ""))


class _Index:
    """All claims by what every name can be looked up for: most globs are whole names, the others end in some way."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.pinning = sorted({glob.replace(_STEM, "*") for claim in claims for glob in claim.pinned_by})
        self._by_name: dict[str, dict[int, Claim]] = {}
        self._by_ending: dict[str, dict[int, tuple[Claim, list[str]]]] = {}
        for number, claim in enumerate(claims):
            for glob in claim.globs:
                name = glob.rpartition("/")[2].removeprefix("?")
                if "*" in name:
                    endings = self._by_ending.setdefault(_ending(name), {})
                    endings.setdefault(number, (claim, []))[1].append(name)
                else:
                    self._by_name.setdefault(name, {})[number] = claim

    def candidates(self, name: str) -> Iterable[Claim]:
        found = dict(self._by_name.get(name, ()))
        for ending in {_ending(name), ""}:
            for number, (claim, globs) in self._by_ending.get(ending, {}).items():
                # Few of the claims on an ending are on this name.
                if any(fits(name, glob) for glob in globs):
                    found[number] = claim
        return (found[number] for number in sorted(found))


def _ending(name: str) -> str:
    # What follows the last dot, unless a wildcard stands there.
    ending = name.rpartition(".")[2] if "." in name else ""
    return "" if "*" in ending else ending


def _claimed(path: str) -> list[Claim]:
    segments = path.split("/")
    claimed = [claim for claim in _index().candidates(segments[-1]) if _claims_path(claim.globs, segments)]
    # `bom.json.gz` is read as what it holds.
    plain = path if claimed else plain_name(path)
    return claimed if plain == path else _claimed(plain)


def _supposing(path: str) -> list[str]:
    """Return the parsers that some files of such a name are for, without claiming it."""
    name = path.rpartition("/")[2]
    supposed = (
        (claim.parser, glob[1:]) for claim in _index().candidates(name) for glob in claim.globs if glob[0] == "?"
    )
    return [parser for parser, glob in supposed if fits(name, glob)]


def _claims_path(globs: Sequence[str], segments: Sequence[str]) -> bool:
    claimed = False
    for glob in globs:
        wanted = glob.removeprefix("!").split("/")
        ending = segments[-len(wanted) :]
        if len(ending) == len(wanted) and all(map(fits, ending, wanted)):
            if glob.startswith("!"):
                return False
            claimed = True
    return claimed


def _any_fits(names: Iterable[str], globs: Sequence[str]) -> bool:
    return any(fits(name, glob) for glob in globs for name in names)


@cache
def _index() -> _Index:
    return _Index(_claims())


@cache
def _claims() -> tuple[Claim, ...]:
    try:
        with open(_COMPILED, encoding="utf-8") as file:
            age, *lines = file.read().splitlines()
    except OSError:
        age, lines = "", []
    # An installed package does not change; only a checkout has products/ beside it.
    if not lines or (os.path.isdir(os.path.join(_HERE, os.pardir, "products")) and age != _age()):
        _, *lines = _recompiled().splitlines()
    return tuple(_read(line) for line in lines)


def _read(line: str) -> Claim:
    name, globs, yields_to, pinned = line.split("\t")
    return Claim(name, tuple(globs.split()), tuple(yields_to.split()), tuple(pinned.split()))


def _recompiled() -> str:
    text = compiled()
    unfinished = f"{_COMPILED}.{os.getpid()}"
    with suppress(OSError):  # a checkout that cannot be written to is compiled on every run
        os.makedirs(os.path.dirname(_COMPILED), exist_ok=True)
        with open(unfinished, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(unfinished, _COMPILED)
    return text


def _age() -> str:
    # The format of what is compiled, and each module with the time of its last change.
    with os.scandir(os.path.join(_HERE, "parsers")) as entries:
        modules = sorted((entry.name, entry.stat().st_mtime_ns) for entry in entries if entry.name.endswith(".py"))
    return " ".join(("2", *(f"{name}:{changed}" for name, changed in modules)))
