"""Compiles product files into the file that `dataset` reads, and lays the user's own on top of it.

Runs when a wheel is built, in a checkout whose files changed, and when the user names directories; no
other scan comes here. Product files are read by `layers` and `products`.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from scanner.catalog import layers, products
from scanner.catalog.dataset import FORMAT, KINDS, Catalogue, product_files
from scanner.catalog.families import fits, starts
from scanner.catalog.index import base_of, cpe_key, key_of, keys_of, os_key
from scanner.model import EvidenceKind, Family, Location, Problem, Product, ScanError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from scanner.catalog.images import Tables
    from scanner.catalog.layers import Entry
    from scanner.model import Cycle

_SOURCE_FILE = "source.toml"
_OURS = "curated/"
_LARGEST = 10_000_000
_SHOWN = 3
_CYCLES = Product._fields.index("cycles")
_FAMILIES = Product._fields.index("families")
_MISSING = object()


class Compiled(NamedTuple):
    """What compiling gave: the content of the file, and what could not be read of the product files."""

    content: bytes
    problems: tuple[Problem, ...]


class _Layered(NamedTuple):
    products: list[Product]
    images: Tables
    problems: list[Problem]


def compile_products(directory: str) -> Compiled:
    """Compile a directory of product files; the same files give the same bytes.

    A file, release or identifier that cannot be read, and a name or identifier of two products, is left
    out and reported. Raises ScanError when the directory does not say of which day its facts are.
    """
    return compile_files(files_in(directory))


def files_in(directory: str) -> dict[str, bytes]:
    """Return the content of the product files of a directory, by their paths from there."""
    return {name: _bytes(os.path.join(directory, name)) for name in product_files(directory)}


def compile_files(files: Mapping[str, bytes]) -> Compiled:
    """Compile product files that are given by their paths, in the order of these; see `compile_products`."""
    import hashlib
    from itertools import accumulate

    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    found, images, problems = _layered(files)
    lines = [_line(product) for product in found]
    source = _source(files.get(_SOURCE_FILE, b""))
    stamp = {
        "format": FORMAT,
        "revision": digest.hexdigest()[:12],
        "date": str(source["date"]),
        "products": len(found),
        "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "source": _named(str(source["name"]), files),
    }
    numbers = {product.id: number for number, product in enumerate(found)}
    names = {name: numbers[product.id] for product in found for name in (product.id, *product.aliases)}
    rest = _json({
        "names": names,
        "cpes": cpes_in(found, numbers),
        "packaged": packaged_in(found, numbers),
        "systems": systems_in(found, numbers),
        "images": images._asdict(),
    })  # fmt: skip
    # A key has no such character, unless somebody means to break the file.
    keys = {key: owner for key, owner in keys_in(found).items() if key.isprintable()}
    index = {
        "codes": [numbers[owner] * 4 + KINDS.index(kind) for owner, kind in keys.values()],
        "ends": [*accumulate((len(line) + 1 for line in lines), initial=-1)][1:],
        "families": {
            base: [(start, numbers[owner], place) for start, owner, place in entries]
            for base, entries in families_in(found).items()
        },
        "rest": len(rest) + 1,
    }
    problems += _clashes(found)
    return Compiled(
        "\n".join([_json(stamp), "\t".join(keys), _json(index), rest, *lines, ""]).encode(), tuple(problems)
    )


def laid_on(catalogue: Catalogue, paths: Sequence[str]) -> None:
    """Lay the user's product files on top. Raises ScanError that names file, line and field."""
    from hashlib import sha256

    digest = sha256(catalogue.stamp.sha256.encode())
    for path in paths:
        pages = _opened(path)
        entries, problems = _read_layer(pages)
        changed, wrong = layers.lay(entries, catalogue.product)
        problems += wrong or _clashes(changed.values(), pages.keys())
        images, wrong = layers.images_in(entries, _either(changed, catalogue.product))
        problems += wrong
        if problems:
            raise ScanError(said(problems))
        for content in pages.values():
            digest.update(content)
        source = f"{catalogue.stamp.source} and {os.path.basename(os.path.normpath(path))}"
        catalogue.lay(changed, catalogue.stamp._replace(source=source, sha256=digest.hexdigest()))
        catalogue.lay_images(images)


def _either(changed: Mapping[str, Product], below: Callable[[str], Product | None]) -> Callable[[str], Product | None]:
    return lambda name: changed.get(name) or below(name)


def said(problems: Sequence[Problem]) -> str:
    """Say problems of product files in one sentence for the user."""
    shown = [
        f"{problem.location.path}{f', line {line}' if (line := problem.location.line) else ''}: {problem.message}"
        for problem in problems
    ]
    more = f" And {len(shown) - _SHOWN} more." if len(shown) > _SHOWN else ""
    return " ".join(shown[:_SHOWN]) + more


def keys_in(found: Iterable[Product]) -> dict[str, tuple[str, EvidenceKind]]:
    """Return the keys of products, each with the product that has it and how.

    What is listed comes before what is derived, and that before the plain names of families; of two that
    have a key in the same way, the first.
    """
    keys: dict[str, tuple[str, EvidenceKind]] = {}
    found = list(found)
    for kind in KINDS:
        for product in found:
            for key in _keys_of(product, kind):
                keys.setdefault(key, (product.id, kind))
    return keys


def families_in(found: Iterable[Product]) -> dict[str, list[tuple[str, str, int]]]:
    """Return by base what families whose names are no plain list begin with, their product, and their place there."""
    families: dict[str, list[tuple[str, str, int]]] = {}
    for product in found:
        for place, family in enumerate(product.families):
            base = base_of(family)
            begin = {_start(family, start.text) for start in starts(family.name) if not start.whole}
            if base is not None and begin:
                families.setdefault(base, []).extend((start, product.id, place) for start in sorted(begin))
    return families


def cpes_in(found: Iterable[Product], numbers: Mapping[str, int]) -> dict[str, int]:
    """Return the CPEs by `index.cpe_key`, each with the number of its product; a CPE of two products tells neither."""
    owners: dict[str, set[int]] = {}
    for product in found:
        for kind, text in product.identifiers:
            if kind == "cpe" and (key := cpe_key(text)):
                owners.setdefault(key, set()).add(numbers[product.id])
    return {key: owner for key, (owner, *others) in owners.items() if not others}


def packaged_in(found: Iterable[Product], numbers: Mapping[str, int]) -> dict[str, int]:
    """Return what Repology calls the products, each name with its product's number; a name of two tells neither.

    Most distributions name the package like this. Names of one repository (`python:twisted`) are left out.
    """
    owners: dict[str, set[int]] = {}
    for product in found:
        for kind, text in product.identifiers:
            if kind == "repology" and ":" not in text:
                owners.setdefault(text.lower(), set()).add(numbers[product.id])
    return {name: owner for name, (owner, *others) in owners.items() if not others}


def systems_in(found: Iterable[Product], numbers: Mapping[str, int]) -> dict[str, int]:
    """Return the ids of operating systems by `index.os_key`, each with the number of its product."""
    systems: dict[str, int] = {}
    for product in found:
        for kind, text in product.identifiers:
            if kind == "os" and (key := os_key(text)):
                systems.setdefault(key, numbers[product.id])
    return systems


def checked(directory: str, others: Sequence[str]) -> tuple[Catalogue, list[Problem]]:
    """Compile a directory of product files, lay others on top that are not below it, and go on after problems."""
    compiled = compile_products(directory)
    catalogue, problems = Catalogue(compiled.content), list(compiled.problems)
    for path in others:
        if not os.path.abspath(path).startswith(os.path.abspath(directory)):
            pages = _opened(path)
            entries, wrong = _read_layer(pages)
            changed, more = layers.lay(entries, catalogue.product)
            images, unknown = layers.images_in(entries, _either(changed, catalogue.product))
            problems += [*wrong, *more, *unknown, *_clashes(changed.values(), pages.keys())]
            catalogue.lay(changed, catalogue.stamp)
            catalogue.lay_images(images)
    return catalogue, problems


def _layered(files: Mapping[str, bytes]) -> _Layered:
    """Read and lay all layers; the products by id."""
    pages = {f"products/{name}": content for name, content in files.items() if name.endswith(".md")}
    lowest: list[Product] = []
    problems: list[Problem] = []
    for path, content in pages.items():
        if not path.startswith(f"products/{_OURS}"):
            product, wrong = products.read(_text(content), path)
            problems += wrong
            lowest += [product] if product else []
    known, wrongs = layers.lay(lowest, lambda _: None)
    names = {name: product for product in known.values() for name in (product.id, *product.aliases)}
    entries, unread = _read_layer({path: page for path, page in pages.items() if path.startswith(f"products/{_OURS}")})
    ours, clashes = layers.lay(entries, names.get)
    images, unknown = layers.images_in(entries, _either(ours, names.get))
    found = sorted((known | ours).values(), key=lambda product: product.id)
    return _Layered(found, images, problems + wrongs + unread + clashes + unknown)


def _read_layer(pages: Mapping[str, bytes]) -> tuple[list[Entry], list[Problem]]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    for path, content in pages.items():
        read, wrong = layers.read(_text(content), path)
        entries += read
        problems += wrong
    return entries, problems


def _opened(path: str) -> dict[str, bytes]:
    """Return the product files of a directory, or the one file, that the user names."""
    try:
        if os.path.isdir(path):
            names = [name for name in product_files(path) if name.endswith(".md")]
            if not names:
                message = f"There is no product file (`*.md`) in {path}."
                raise ScanError(message)
            return {f"{path}/{name}": _bytes(os.path.join(path, name)) for name in names}
        return {path: _bytes(path)}
    except OSError as error:
        message = f"The product files in {path} cannot be read: {error.strerror or error}."
        raise ScanError(message) from error


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        message = f"{path} is larger than any product file."
        raise ScanError(message)
    # A checkout on Windows may have other line ends; the facts and their revision are the same.
    return content.replace(b"\r\n", b"\n")


def _text(content: bytes) -> str:
    # A byte that is no UTF-8 shows as U+FFFD in the one place where it stands.
    return content.decode("utf-8", "replace")


def _named(source: str, files: Iterable[str]) -> str:
    """Name whose facts the data holds: those of the first layer, and ours where there are any."""
    return f"{source} and eolscan" if any("/" in path for path in files) else source


def _source(content: bytes) -> dict[str, object]:
    # The standard library's: the wheel is built where nothing else is installed.
    import tomllib

    try:
        source = tomllib.loads(content.decode())
        return {"name": source["name"], "date": source["date"]}
    except (ValueError, KeyError) as error:
        message = f"products/{_SOURCE_FILE} does not say where the facts come from and of which day they are."
        raise ScanError(message) from error


def _json(value: object) -> str:
    # In ASCII, so that characters are bytes.
    return json.dumps(value, separators=(",", ":"), default=str)


def _keys_of(product: Product, kind: EvidenceKind) -> Iterator[str]:
    if kind is EvidenceKind.FAMILY:
        for family in product.families:
            yield from _plain_keys(family)
        return
    wanted = "purl" if kind is EvidenceKind.IDENTIFIER else "derived"
    for listed, text in product.identifiers:
        if listed == wanted:
            yield from keys_of(text)


def _plain_keys(family: Family) -> Iterator[str]:
    for start in starts(family.name):
        key = (
            key_of("/".join(filter(None, (f"pkg:{family.type}", family.namespace, start.text))))
            if start.whole
            else None
        )
        if key is not None and fits(family, key.rpartition("/")[2]):
            yield key


def _start(family: Family, text: str) -> str:
    key = key_of(f"pkg:{family.type}/x{text}x")
    # In the form of the type, which may be lower case; the letters keep what begins or ends with a hyphen.
    return key.rpartition("/")[2][1:-1] if key else text


def _clashes(found: Iterable[Product], inside: Collection[str] | None = None) -> list[Problem]:
    """Tell what two products list; `inside` leaves out what the named files alone do not say."""
    problems = []
    owners: dict[str, tuple[Product, str]] = {}
    for product in found:
        for key, text, file in _listed(product):
            other, there = owners.setdefault(key, (product, file))
            if other is not product and (inside is None or (file in inside and there in inside)):
                message = f"{text} belongs to {product.id} here, and to {other.id} in {there}."
                problems.append(Problem(message, Location(file)))
    return problems


def _listed(product: Product) -> Iterator[tuple[str, str, str]]:
    """Yield the keys of a product that are nobody else's, with their text and the file that has it."""
    origins = product.origins or (0,) * len(product.identifiers)
    for (kind, text), origin in zip(product.identifiers, origins, strict=True):
        if kind in ("purl", "derived"):
            for key in keys_of(text):
                yield key, text, product.files[origin]
        elif kind == "os" and (system := os_key(text)):
            yield f"os {system}", f"os {text}", product.files[origin]
    for family in product.families:
        for key in _plain_keys(family):
            # Beside an identifier of another product, which comes first, it may stand.
            yield f"family {key}", f"pkg:{key}", family.file


def _line(product: Product) -> str:
    fields: list[object] = list(product)
    fields[_CYCLES] = [_trimmed(cycle) for cycle in product.cycles]
    fields[_FAMILIES] = [_trimmed(family) for family in product.families]
    # The cycles are always there: what reads products back counts on them.
    return _json(fields[: max(_length(product), _CYCLES + 1)])


def _trimmed(value: Cycle | Family) -> tuple[object, ...]:
    return value[: _length(value)]


def _length(value: Product | Cycle | Family) -> int:
    """Return how many fields there are up to the last that is not as always."""
    length = len(value)
    while length and value[length - 1] == value._field_defaults.get(value._fields[length - 1], _MISSING):
        length -= 1
    return length
