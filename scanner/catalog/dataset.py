"""All products in one small file, which a scan reads in a millisecond and decodes one by one.

The wheel carries the file. In a checkout it is made from `products/` when it is missing or older.
Lines of JSON: the stamp; the names (id and aliases, each with the number of its product) and the
keys of `index.keys_of`; then one line per product; in a checkout last what was compiled.
"""

from __future__ import annotations

import json
import os
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.model import Cycle, Product, ScanError, Stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.model import Problem

# Raised whenever the lines below mean something new; a file of another format is made again.
FORMAT = 1

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_COMPILED = os.path.join(_HERE, "_data", "products.txt")
_SOURCES = os.path.join(os.path.dirname(_HERE), "products")
_SOURCE_FILE = "source.toml"
# What decides on the content besides the product files.
_MAKERS = (
    "model.py",
    "purl.py",
    "catalog/dataset.py",
    "catalog/index.py",
    "catalog/products.py",
    "catalog/templates.py",
)
_NEWLINE = ord("\n")


class Catalogue:
    """The products that this installation knows; a product is decoded when it is asked for."""

    def __init__(self, content: bytes) -> None:
        """Read a compiled file. Raises ValueError, LookupError or TypeError when it is not one."""
        stamp_end = content.index(b"\n")
        index_end = content.index(b"\n", stamp_end + 1)
        stamp, self._index = json.loads(content[:stamp_end]), json.loads(content[stamp_end:index_end])
        if stamp.pop("format") != FORMAT:
            message = "the format is another"
            raise ValueError(message)
        self.stamp = Stamp(**stamp | {"date": date.fromisoformat(stamp["date"])})
        self._content = content
        self._start = index_end + 1
        # Cutting the file into lines would take longer than everything else here.
        self._ends: list[int] = self._index["ends"]
        if content[self._start + self._ends[-1]] != _NEWLINE:
            message = "the end is missing"
            raise ValueError(message)
        self._products: dict[int, Product] = {}

    def __len__(self) -> int:
        """Return the number of products."""
        return len(self._ends)

    def __iter__(self) -> Iterator[Product]:
        """Decode all products, by id."""
        return map(self._product, range(len(self._ends)))

    def product(self, name: str) -> Product | None:
        """Return a product by its id or one of its aliases."""
        number = self._index["names"].get(name)
        return None if number is None else self._product(number)

    def names(self) -> tuple[str, ...]:
        """Return every id and alias, for suggestions."""
        return tuple(self._index["names"])

    def index_keys(self) -> tuple[str, ...]:
        """Return every key by which `find` finds something."""
        return tuple(self._index["keys"])

    def find(self, key: str) -> tuple[str, ...]:
        """Return the ids of the products that list an identifier with this key, sorted."""
        ids = self._index["keys"].get(key)
        return tuple(ids.split()) if ids else ()

    def _product(self, number: int) -> Product:
        product = self._products.get(number)
        if product is None:
            start = self._ends[number - 1] + 1 if number else 0
            line = self._content[self._start + start : self._start + self._ends[number]]
            try:
                product = self._products[number] = _decoded(json.loads(line.decode()))
            except (ValueError, TypeError) as error:
                raise ScanError(_DAMAGED) from error
        return product


_DAMAGED = "The product data is damaged: install eolscan again, or update the data."


class Compiled(NamedTuple):
    """What compiling gave: the content of the file, and what could not be read of the product files."""

    content: bytes
    problems: tuple[Problem, ...]


def load() -> Catalogue:
    """Read the product data of this installation; in a checkout, compile it first when it is old.

    Raises ScanError when there is none, or it cannot be read.
    """
    seen = _seen(_SOURCES)
    try:
        with open(_COMPILED, "rb") as file:
            content = file.read()
        if seen is None or content.endswith(seen):
            return Catalogue(content)
    except FileNotFoundError as error:
        if seen is None:
            message = "The product data is missing from this installation: install eolscan again."
            raise ScanError(message) from error
    except (OSError, ValueError, LookupError, TypeError) as error:
        if seen is None:
            raise ScanError(_DAMAGED) from error
    return _made_again(seen)


def compile_products(directory: str) -> Compiled:
    """Compile a directory of product files; the same files give the same bytes.

    A file or release that cannot be read is left out and reported. Raises ScanError when the
    directory does not say of which day its facts are, or two files give one name.
    """
    import hashlib

    files = {name: _bytes(os.path.join(directory, name)) for name in sorted(os.listdir(directory)) if _counts(name)}
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    products, problems = _read(files)
    lines = [json.dumps(_encoded(product), separators=(",", ":")) for product in products]
    source = _source(files.get(_SOURCE_FILE, b""))
    stamp = {
        "format": FORMAT,
        "revision": digest.hexdigest()[:12],
        "date": str(source["date"]),
        "products": len(products),
        "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "source": str(source["name"]),
    }
    head = [json.dumps(part, separators=(",", ":")) for part in (stamp, _index(products, lines))]
    return Compiled("\n".join([*head, *lines, ""]).encode(), problems)


def _seen(directory: str) -> bytes | None:
    """Return what can be known of the product files of a checkout without reading them.

    None in an installation, which has no product files.
    """
    try:
        with os.scandir(directory) as entries:
            files = sorted((entry.name, entry.stat()) for entry in entries if _counts(entry.name))
    except OSError:
        return None
    # Another project's `products` may stand beside an installed `scanner`.
    if not any(name == _SOURCE_FILE for name, _ in files):
        return None
    files += [(name, os.stat(os.path.join(_HERE, name))) for name in _MAKERS]
    marks = "/".join(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in files)
    return f"\n/{marks}/\n".encode()


def _counts(name: str) -> bool:
    return name.endswith((".md", ".toml"))


def _made_again(seen: bytes | None) -> Catalogue:
    compiled = compile_products(_SOURCES)
    for problem in compiled.problems:
        message = f"{problem.location.path}, line {problem.location.line}: {problem.message}"
        raise ScanError(message)
    _write(compiled.content + (seen or b""))
    return Catalogue(compiled.content)


def _write(content: bytes) -> None:
    from contextlib import suppress

    # A checkout that cannot be written to compiles for every run; it works.
    with suppress(OSError):
        os.makedirs(os.path.dirname(_COMPILED), exist_ok=True)
        # Two runs that compile at once each replace the whole file.
        unfinished = f"{_COMPILED}.{os.getpid()}"
        with open(unfinished, "wb") as file:
            file.write(content)
        os.replace(unfinished, _COMPILED)


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        # A checkout on Windows may have other line ends; the facts and their revision are the same.
        return file.read().replace(b"\r\n", b"\n")


def _read(files: Mapping[str, bytes]) -> tuple[list[Product], tuple[Problem, ...]]:
    from scanner.catalog import products

    found: list[Product] = []
    problems: list[Problem] = []
    for name, content in files.items():
        if name.endswith(".md"):
            # A byte that is no UTF-8 shows as U+FFFD in the one place where it stands.
            product, wrong = products.read(content.decode("utf-8", "replace"), f"products/{name}")
            problems.extend(wrong)
            if product is not None:
                found.append(product)
    return sorted(found, key=lambda product: product.id), tuple(problems)


def _source(content: bytes) -> dict[str, object]:
    # The standard library's: the wheel is built where nothing else is installed.
    import tomllib

    try:
        source = tomllib.loads(content.decode())
        return {"name": source["name"], "date": source["date"]}
    except (ValueError, KeyError) as error:
        message = f"products/{_SOURCE_FILE} does not say where the facts come from and of which day they are."
        raise ScanError(message) from error


def _index(products: list[Product], lines: list[str]) -> dict[str, object]:
    from itertools import accumulate

    from scanner.catalog.index import keys_of

    names: dict[str, int] = {}
    keys: dict[str, list[str]] = {}
    for number, product in enumerate(products):
        for name in (product.id, *product.aliases):
            if names.setdefault(name, number) != number:
                message = f"{product.file} and {products[names[name]].file} both give the name {name}."
                raise ScanError(message)
        purls = [identifier for kind, identifier in product.identifiers if kind == "purl"]
        for key in {key: None for purl in purls for key in keys_of(purl)}:
            keys.setdefault(key, []).append(product.id)
    # JSON is written in ASCII here, so that characters are bytes.
    ends = [*accumulate((len(line) + 1 for line in lines), initial=-1)][1:]
    return {"ends": ends, "names": names, "keys": {key: " ".join(ids) for key, ids in keys.items()}}


def _encoded(product: Product) -> list[object]:
    cycles = [[value.isoformat() if isinstance(value, date) else value for value in cycle] for cycle in product.cycles]
    return [*product[:3], cycles, *product[4:]]


def _decoded(fields: list[Any]) -> Product:
    fields[3] = tuple(map(_cycle, fields[3]))
    fields[4] = tuple(fields[4])
    fields[6] = tuple(map(tuple, fields[6]))
    return Product(*fields)


# The same days come again and again, in one product and in many.
_day = cache(date.fromisoformat)


def _cycle(fields: list[Any]) -> Cycle:
    name, released, eoas, eol, eoes, discontinued, lts, latest, latest_released, codename, label, link = fields
    return Cycle(
        name,
        released and _day(released),
        _day(eoas) if eoas.__class__ is str else eoas,
        _day(eol) if eol.__class__ is str else eol,
        _day(eoes) if eoes.__class__ is str else eoes,
        _day(discontinued) if discontinued.__class__ is str else discontinued,
        _day(lts) if lts.__class__ is str else lts,
        latest,
        latest_released and _day(latest_released),
        codename,
        label,
        link,
    )
