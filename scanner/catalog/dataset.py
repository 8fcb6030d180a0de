"""All products in one small file, which a scan reads in a millisecond and decodes one by one.

The wheel carries the file. In a checkout it is made from `products/` when it is missing or older (see
`build`). Its lines, all but the second in JSON: the stamp; the keys of `index.keys_of`; for each of them
its product and how that has it, and the families by `index.base_of`; the names (id and aliases), the CPEs
and what images mean, which most scans do not ask for; then one line per product; in a checkout last what was compiled.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from datetime import date
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from scanner.model import Cycle, EvidenceClass, EvidenceKind, Family, Product, ScanError, Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from scanner.catalog.images import Tables

# Raised whenever the lines below mean something new; a file of another format is made again.
FORMAT: Final = 5

# How a product has a key: the number of the product is multiplied by four, and this place added.
KINDS: Final = (EvidenceKind.IDENTIFIER, EvidenceKind.DERIVED, EvidenceKind.FAMILY)

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_COMPILED = os.path.join(_HERE, "_data", "products.txt")
_SOURCES = os.path.join(os.path.dirname(_HERE), "products")
_SOURCE_FILE: Final = "source.toml"
_ARCHIVE: Final = os.path.join(_HERE, "_data", "sources.zip")
# What decides on the content besides the product files.
_MAKERS: Final = (
    "model.py",
    "purl.py",
    *(
        f"catalog/{room}.py"
        for room in (
            "build", "computed", "dataset", "families", "fields", "images", "index", "layers", "products", "templates",
            "versions",
        )
    ),
)  # fmt: skip
_DAMAGED: Final = "The product data is damaged: install eolscan again, or update the data."


class Catalogue:
    """The products that this installation knows; a product is read when it is asked for."""

    def __init__(self, content: str | bytes) -> None:
        """Read a compiled file by path or content. Raises ValueError, LookupError or TypeError when it is none.

        What begins the file is read now, and any product when it is asked for: most scans need few.
        """
        self._content = content
        with self._opened() as file:
            self._mark = file.readline()
            names = file.readline()
            # From text: of bytes, JSON would first have to find out in which encoding they are.
            stamp, index = json.loads(self._mark.decode()), json.loads(file.readline().decode())
            self._rest_start = file.tell()
        if stamp.pop("format") != FORMAT:
            message = "the format is another"
            raise ValueError(message)
        self.stamp = Stamp(**stamp | {"date": date.fromisoformat(stamp["date"])})
        # Faster than JSON, which looks for every name of an object among those it has seen.
        self._keys: dict[str, int] = dict(zip(names.decode().rstrip("\n").split("\t"), index["codes"], strict=True))
        self._families: dict[str, list[tuple[str, int, int]]] = index["families"]
        self._starts = {base: tuple([entry[0] for entry in entries]) for base, entries in self._families.items()}
        self._start = self._rest_start + index["rest"]
        # Cutting the file into lines would take longer than everything else here.
        self._ends: list[int] = index["ends"]
        if self._read(self._start + self._ends[-1], 1) != b"\n":
            message = "the end is missing"
            raise ValueError(message)
        self._rest: dict[str, Any] = {}
        self._images: Tables | None = None
        self._count = len(self._ends)
        self._products: dict[int, Product] = {}

    def __len__(self) -> int:
        """Return the number of products."""
        return self._count

    def __iter__(self) -> Iterator[Product]:
        """Decode all products, by id; those that the user added come last."""
        return map(self._product, range(self._count))

    def product(self, name: str) -> Product | None:
        """Return a product by its id or one of its aliases."""
        number = self._asked("names").get(name)
        return None if number is None else self._product(number)

    def names(self) -> tuple[str, ...]:
        """Return every id and alias, for suggestions."""
        return tuple(self._asked("names"))

    def index_keys(self) -> tuple[str, ...]:
        """Return every key by which `find` finds something."""
        return tuple(self._keys)

    def family_starts(self) -> Mapping[str, tuple[str, ...]]:
        """Return what the names begin with in every namespace in which `families` finds something."""
        return self._starts

    def packaged_names(self) -> Iterable[str]:
        """Return every name by which `find_packaged` finds something."""
        return self._asked("packaged")

    def find(self, key: str) -> tuple[Product, EvidenceKind] | None:
        """Return the product that has this key, and how it has it."""
        code = self._keys.get(key)
        return None if code is None else (self._product(code >> 2), KINDS[code & 3])

    def families(self, base: str, name: str) -> Sequence[tuple[Product, Family]]:
        """Return the families of a namespace to which a name may belong: those with the same beginning."""
        starts = self._starts.get(base)
        # One look at all beginnings: every unknown npm package without a scope comes here.
        if starts is None or not name.startswith(starts):
            return ()
        near = {(number, place): None for start, number, place in self._families[base] if name.startswith(start)}
        products = ((self._product(number), place) for number, place in near)
        return [(product, product.families[place]) for product, place in products]

    def find_cpe(self, key: str) -> Product | None:
        """Return the product that lists a CPE with this key."""
        number = self._asked("cpes").get(key)
        return None if number is None else self._product(number)

    def find_packaged(self, name: str) -> Product | None:
        """Return the product that distributions package under this name."""
        number = self._asked("packaged").get(name)
        return None if number is None else self._product(number)

    def find_os(self, key: str) -> Product | None:
        """Return the product that lists an operating system's id with this key."""
        number = self._asked("systems").get(key)
        return None if number is None else self._product(number)

    def images(self) -> Tables:
        """Return what is known of container images beside the identifiers of products."""
        if self._images is None:
            from scanner.catalog.images import Tables

            try:
                self._images = Tables(**self._decoded_rest()["images"])
            except (TypeError, LookupError) as error:
                raise ScanError(_DAMAGED) from error
        return self._images

    def lay_images(self, tables: Tables) -> None:
        """Put what the user says of container images on top."""
        self._images = self.images().joined(tables)

    def lay(self, products: Mapping[str, Product], stamp: Stamp) -> None:
        """Put products on top, by id: new ones, and changed ones in the place of those that are here.

        A key that a product here has goes to the product on top that lists it.
        """
        from scanner.catalog.build import cpes_in, families_in, keys_in, packaged_in, systems_in

        names, numbers = self._asked("names"), {}
        for product_id, product in products.items():
            number = numbers[product_id] = names.get(product_id, self._count)
            self._count = max(self._count, number + 1)
            self._products[number] = product
            names |= dict.fromkeys((product.id, *product.aliases), number)
        for key, (product_id, kind) in keys_in(products.values()).items():
            there = self._keys.get(key)
            if there is None or there & 3 >= KINDS.index(kind):
                self._keys[key] = numbers[product_id] * 4 + KINDS.index(kind)
        self._asked("cpes").update(cpes_in(products.values(), numbers))
        self._asked("packaged").update(packaged_in(products.values(), numbers))
        self._asked("systems").update(systems_in(products.values(), numbers))
        self._lay_families(families_in(products.values()), numbers)
        self.stamp = stamp._replace(products=self._count)

    def _lay_families(self, families: Mapping[str, Iterable[tuple[str, str, int]]], numbers: Mapping[str, int]) -> None:
        for base, entries in families.items():
            kept = self._families.setdefault(base, [])
            there = {tuple(entry) for entry in kept}
            new = ((start, numbers[product_id], place) for start, product_id, place in entries)
            kept += (entry for entry in new if entry not in there)
            self._starts[base] = tuple([entry[0] for entry in kept])

    def _asked(self, what: str) -> dict[str, int]:
        try:
            asked: dict[str, int] = self._decoded_rest()[what]
        except (TypeError, LookupError) as error:
            raise ScanError(_DAMAGED) from error
        return asked

    def _decoded_rest(self) -> dict[str, Any]:
        try:
            self._rest = self._rest or json.loads(self._read(self._rest_start, self._start - self._rest_start).decode())
        except (OSError, ValueError, TypeError) as error:
            raise ScanError(_DAMAGED) from error
        return self._rest

    def _product(self, number: int) -> Product:
        product = self._products.get(number)
        if product is None:
            start = self._ends[number - 1] + 1 if number else 0
            try:
                line = self._read(self._start + start, self._ends[number] - start)
                product = self._products[number] = _decoded(json.loads(line.decode()))
            except (OSError, ValueError, TypeError, LookupError) as error:
                raise ScanError(_DAMAGED) from error
        return product

    def _read(self, start: int, size: int) -> bytes:
        with self._opened() as file:
            if file.readline() != self._mark:
                message = "The product data has been replaced while it was read: run this again."
                raise ScanError(message)
            file.seek(start)
            return file.read(size)

    def _opened(self) -> BinaryIO:
        if isinstance(self._content, bytes):
            return BytesIO(self._content)
        return open(self._content, "rb")


def load(extra: Sequence[str] = (), cache: str | None = None) -> Catalogue:
    """Read the product data of this installation; in a checkout, compile it first when it is old.

    `extra` names the user's own directories of product files (or single files), which lie on top. `cache`
    is the user's cache: data that was fetched for this installation goes before its own. Raises ScanError
    when there is no data, or it cannot be read, or one of these files cannot.
    """
    fetched = fetched_file(cache)
    catalogue = _load() if fetched is None else _read_fetched(fetched)
    if extra:
        from scanner.catalog.build import laid_on

        laid_on(catalogue, extra)
    return catalogue


def cache_folder(environ: Mapping[str, str], cwd: str) -> str | None:
    """Return where fetched data lies; None when there is no such place, or EOLSCAN_CACHE is empty.

    The user's cache as platformdirs would say it, which a scan has no time to load.
    """
    if "EOLSCAN_CACHE" in environ:
        return os.path.join(cwd, environ["EOLSCAN_CACHE"]) if environ["EOLSCAN_CACHE"] else None
    if sys.platform == "win32":
        local = environ.get("LOCALAPPDATA")
        return os.path.join(local, "eolscan", "Cache") if local else None
    home = environ.get("HOME", "")
    shared = environ.get("XDG_CACHE_HOME", "")
    if sys.platform == "darwin" and not shared:
        shared = os.path.join(home, "Library", "Caches")
    # https://specifications.freedesktop.org/basedir-spec: a path that is not absolute says nothing.
    folder = shared if os.path.isabs(shared) else os.path.join(home, ".cache")
    return os.path.join(folder, "eolscan") if os.path.isabs(folder) else None


def fetched_name() -> str:
    """Return the name of the file of fetched data that fits this installation.

    It was checked against our own layers and never is older than they are, so another installation,
    or product files of a checkout that have changed, want another file.
    """
    if _is_checkout():
        return f"products-{FORMAT}-{_load().stamp.sha256[:16]}.txt"
    try:
        with open(_COMPILED, "rb") as file:
            return f"products-{FORMAT}-{json.loads(file.readline().decode())['sha256'][:16]}.txt"
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ScanError(_DAMAGED) from error


def fetched_file(cache: str | None) -> str | None:
    """Return the fetched data that speaks for this installation; None when there is none, or others can write it."""
    if cache is None or not is_private(cache, stat.S_ISDIR):
        return None
    path = os.path.join(cache, fetched_name())
    return path if is_private(path, stat.S_ISREG) else None


def is_private(path: str, kind: Callable[[int], bool]) -> bool:
    """Tell whether there is a file of this kind that belongs to the user and that only they can write; no link is."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return False
    # Windows has neither owners nor modes that could be compared; a profile there is the user's own.
    if not kind(status.st_mode) or sys.platform == "win32":
        return kind(status.st_mode)
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def installed_files() -> dict[str, bytes]:
    """Return the product files that this installation was made of, by their paths in `products/`."""
    if _is_checkout():
        from scanner.catalog.build import files_in

        return files_in(_SOURCES)
    from scanner.catalog.archive import unpacked

    try:
        with open(_ARCHIVE, "rb") as file:
            return unpacked(file.read())
    except (OSError, ValueError) as error:
        raise ScanError(_DAMAGED) from error


def _read_fetched(path: str) -> Catalogue:
    try:
        return Catalogue(path)
    except (OSError, ValueError, LookupError, TypeError) as error:
        message = f"The fetched product data is damaged: remove {path}, or run `eolscan data update`."
        raise ScanError(message) from error


def _load() -> Catalogue:
    seen = _seen(_SOURCES)
    try:
        if seen is None or _was_made_of(seen):
            return Catalogue(_COMPILED)
    except FileNotFoundError as error:
        if seen is None:
            message = "The product data is missing from this installation: install eolscan again."
            raise ScanError(message) from error
    except (OSError, ValueError, LookupError, TypeError) as error:
        if seen is None:
            raise ScanError(_DAMAGED) from error
    return _made_again(seen)


def _was_made_of(seen: bytes) -> bool:
    with open(_COMPILED, "rb") as file:
        file.seek(-len(seen), os.SEEK_END)
        return file.read() == seen


def _seen(directory: str) -> bytes | None:
    """Return what can be known of the product files of a checkout without reading them.

    None in an installation, which has no product files.
    """
    if not _is_checkout():
        return None
    marks = sorted(_marks(directory))
    marks += (_mark(name, os.stat(os.path.join(_HERE, name))) for name in _MAKERS)
    return f"\n/{'/'.join(marks)}/\n".encode()


def _marks(directory: str, below: str = "") -> Iterator[str]:
    # Every run in a checkout comes here: twice as fast as walking, and then asking for each file.
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.endswith((".md", ".toml")):
                yield _mark(f"{below}{entry.name}", entry.stat())
            elif entry.is_dir():
                yield from _marks(entry.path, f"{below}{entry.name}/")


def _mark(name: str, stat: os.stat_result) -> str:
    return f"{name} {stat.st_size} {stat.st_mtime_ns}"


def _is_checkout() -> bool:
    # Another project's `products` may stand beside an installed `scanner`.
    return os.path.isfile(os.path.join(_SOURCES, _SOURCE_FILE))


def product_files(directory: str) -> list[str]:
    """Return the product files of a directory and below, in their order, as paths from there with `/`.

    A readme may stand beside them.
    """
    found = []
    for folder, folders, names in os.walk(directory):
        folders.sort()
        below = os.path.relpath(folder, directory).replace(os.sep, "/")
        counted = (name for name in names if name.endswith((".md", ".toml")) and name.lower() != "readme.md")
        found += [name if below == "." else f"{below}/{name}" for name in counted]
    return sorted(found)


def _made_again(seen: bytes | None) -> Catalogue:
    from scanner.catalog.build import compile_products, said

    compiled = compile_products(_SOURCES)
    if compiled.problems:
        raise ScanError(said(compiled.problems))
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


def _decoded(fields: list[Any]) -> Product:
    fields[3] = tuple(map(_cycle, fields[3]))
    for place in _LISTS:
        if place < len(fields):
            fields[place] = tuple([tuple(entry) if entry.__class__ is list else entry for entry in fields[place]])
    product = Product(*fields)
    return product._replace(families=tuple(map(_family, product.families))) if product.families else product


# The same days come again and again, in one product and in many.
_day = cache(date.fromisoformat)
_LISTS: Final = [place for place, name in enumerate(Product._fields) if Product._field_defaults.get(name) == ()][1:]
_DAYS: Final = (1, 2, 3, 4, 5, 6, 8)
_EVIDENCE: Final = Cycle._fields.index("evidence")


def _cycle(fields: list[Any]) -> Cycle:
    count = len(fields)
    for place in _DAYS:
        if place < count and fields[place].__class__ is str:
            fields[place] = _day(fields[place])
    if count > _EVIDENCE:
        fields[_EVIDENCE] = EvidenceClass(fields[_EVIDENCE])
    return Cycle(*fields)


def _family(fields: Sequence[Any]) -> Family:
    family = Family(*fields)
    rewrites = tuple([(pattern, template) for pattern, template in family.versions])
    return family._replace(versions=rewrites)
