"""Reads `renv.lock`, the lockfile of R's renv, and the version of Python that it names.

https://rstudio.github.io/renv/articles/lockfile.html. It records what a library holds, whoever asked for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode, lineage
from scanner.model import Dependency, Kind, Location, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the runtimes and the packages in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_json(source.text), "The document")
        packages = decode.table(document.get("Packages"), "The list of packages")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    for key in document:
        if key == "Packages":
            yield from _packages(packages, places)
        elif key in _RUNTIMES:
            yield from _runtime(key, document[key], places)


def _runtime(key: str, value: object, places: Places) -> Iterator[Parsed]:
    version = value.get("Version") if isinstance(value, dict) else None
    if isinstance(version, str) and _is_version(version):
        yield Dependency(
            purl=make("generic", _RUNTIMES[key], version),
            location=places.text((key, "Version"), version),
            kind=Kind.RUNTIME,
            direct=True,
        )
    else:
        yield Problem(f"The version of {key} is no version.", places.key((key,)))


def _packages(packages: Table, places: Places) -> Iterator[Parsed]:
    children = {name: _children(entry) for name, entry in packages.items()}
    # Without any such word, nothing is said of who asks for whom.
    told = any(children.values())
    chains = lineage.chains(lineage.tops(children), children) if told else {}
    for key, value in packages.items():
        try:
            entry = decode.table(value, f"The entry of {quoted(key)}")
            name = decode.text(entry.get("Package", key), f"The name of {quoted(key)}")
        except decode.ShapeError as error:
            yield Problem(str(error), places.key(("Packages", key)))
            continue
        location = (
            places.text(("Packages", key, "Package"), name) if "Package" in entry else places.key(("Packages", key))
        )
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9.]*", name) is None:
            yield Problem(f"No package can be named {quoted(name)}.", location)
            continue
        version = _version(entry)
        if version is None:
            yield Problem(f"The version of {quoted(name)} is missing.", location)
        if entry.get("Source") != "Local":
            chain = chains.get(key)
            yield Dependency(
                purl=make("cran", name, version),
                location=location,
                direct=True if chain == () else None,
                via=tuple(_label(parent, packages) for parent in chain or () if parent in packages),
            )


def _version(entry: object) -> str | None:
    version = entry.get("Version") if isinstance(entry, dict) else None
    return version if isinstance(version, str) and _is_version(version) else None


def _is_version(text: str) -> bool:
    return re.fullmatch(r"[0-9][0-9A-Za-z.+-]*", text) is not None


def _children(entry: object) -> list[str]:
    # Names in `Requirements`; the fields of a package's own description, `name (>= 1.0)`, in newer files.
    if not isinstance(entry, dict):
        return []
    fields = [entry.get(key) for key in ("Requirements", "Depends", "Imports", "LinkingTo")]
    texts = [text for field in fields if isinstance(field, list) for text in field if isinstance(text, str)]
    names = (re.split(r"[\s(]", text.strip(), maxsplit=1)[0] for text in texts)
    return list(dict.fromkeys(name for name in names if name and name != "R"))


def _label(name: str, packages: Table) -> str:
    version = _version(packages.get(name))
    return f"{name}@{version}" if version else name


def _mark(head: bytes) -> bool:
    begins = re.match(rb'(?:\xef\xbb\xbf)?\s*\{\s*"(?:R|renv|Packages)"\s*:', head) is not None
    return begins and re.search(rb'"R"\s*:\s*\{\s*"Version"', head) is not None


_RUNTIMES: Final = {"Python": "python"}

PARSER: Final = Parser(
    id="renv_lock",
    title="R lockfile",
    globs=("renv.lock",),
    spec="https://rstudio.github.io/renv/articles/lockfile.html",
    parse=parse,
    mark=_mark,
)
