"""The layers of the catalogue: endoflife.date's product files, then ours, then those that the user names.

Each later layer lies on top: see docs/architecture.md. A file of a higher layer is of one of five kinds,
told apart by a field of its front matter:

- `permalink: /<id>`: a new product, in the form of all product files;
- `extends: <id>`: adds to a product below, or overrides single fields of its releases;
- `packages:`: a table, each row of which is one package that is over, or will be, as a whole;
- `identifiersOf:`: a table of identifiers for products below;
- `images:`: what the names and tags of container images mean (see `images.Tables`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from scanner.catalog.fields import Fields, ending, flag, front_matter, listed, mappings, optional, problem, required
from scanner.catalog.images import NO_TABLES, Tables
from scanner.catalog.products import (
    BASIS,
    OWN,
    Page,
    Release,
    address_in,
    aliases_of,
    by_line,
    complete,
    evidence_of,
    families_of,
    identifiers_in,
    identifiers_of,
    product_of,
    releases_of,
    states_an_end,
)
from scanner.catalog.versions import version_of
from scanner.decode import ShapeError
from scanner.model import Cycle, EvidenceClass, Family, Location, Problem, Product
from scanner.purl import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_EXTENSION_FIELDS: Final = ("extends", *OWN)
_TABLE_FIELDS: Final = ("title", "category", "source", "evidence", "rule", "packages")
_ROW_FIELDS: Final = ("purl", "id", "title", "eol", "evidence", "rule", "replacement", "source")
_IDENTIFIER_TABLE_FIELDS: Final = ("title", "source", "identifiersOf")
_NO_ID: Final = re.compile(r"[^a-z0-9.]+")
_WHOLE: Final = "all"
_NO_FIELDS: Final = Fields()
_IMAGE_FIELDS: Final = ("title", "source", "images")
_CODENAMES: Final = "codenames"
# The tables whose values name a product.
_MEANINGS: Final = ("words", "makers", "editions", "instead")


class Extension(NamedTuple):
    """What a file adds to a product of a layer below it, or of its own."""

    id: str
    page: Page
    line: int
    source: str | None = None
    aliases: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    families: tuple[Family, ...] = ()
    releases: tuple[Release, ...] = ()
    replacement: str | None = None
    whole: bool = False


class ImageWords(NamedTuple):
    """What a file says of container images, and the products whose codenames are words of tags."""

    page: Page
    lines: Fields
    tables: Tables
    codenames: tuple[str, ...] = ()


Entry: TypeAlias = Product | Extension | ImageWords


def read(text: str, path: str) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """Read one file of a higher layer. What cannot be read becomes a Problem and costs only itself."""
    problems: list[Problem] = []
    entries: tuple[Entry, ...] = ()
    try:
        fields, body = front_matter(text)
        entries = _entries(Page(fields, body, path, problems, own=True))
    except ShapeError as error:
        problems.append(problem(error, path))
    return entries, by_line(problems)


def lay(entries: Iterable[Entry], below: Callable[[str], Product | None]) -> tuple[dict[str, Product], list[Problem]]:
    """Lay what files say on top of the layers below: the products that are new or changed, by id.

    `below` finds a product by its id or an alias. New products come first, so that a layer may add to its own.
    """
    problems: list[Problem] = []
    made: dict[str, Product] = {}
    names: dict[str, str] = {}

    def known(name: str) -> Product | None:
        return made[names[name]] if name in names else below(name)

    entries = tuple(entries)
    for product in entries:
        if isinstance(product, Product):
            clash = _clash(product, (product.id, *product.aliases), known)
            problems += clash
            if not clash:
                made[product.id] = product
                names |= dict.fromkeys((product.id, *product.aliases), product.id)
    for extension in entries:
        if isinstance(extension, Extension):
            base = known(extension.id)
            if base is None:
                message = f"There is no product {extension.id!r} to add to."
                problems.append(Problem(message, Location(extension.page.path, extension.line)))
                continue
            problems += _clash(base, extension.aliases, known)
            extended, wrong = _extended(base, extension)
            problems += wrong
            made[base.id] = extended
            names |= dict.fromkeys((base.id, *extended.aliases), base.id)
    return made, problems


def images_in(entries: Iterable[Entry], known: Callable[[str], Product | None]) -> tuple[Tables, list[Problem]]:
    """Lay what files say of images on top of each other; `known` finds a product of any layer."""
    tables, problems = NO_TABLES, list[Problem]()
    for entry in entries:
        if isinstance(entry, ImageWords):
            problems += _unknown(entry, known)
            words = dict(pair for name in entry.codenames for pair in _codenames(known(name), name).items())
            tables = tables.joined(entry.tables._replace(words={**words, **entry.tables.words}))
    return tables, problems


def _unknown(entry: ImageWords, known: Callable[[str], Product | None]) -> list[Problem]:
    """Tell what means a product that there is not."""
    page = entry.page._replace(problems=[])
    for field in _MEANINGS:
        for word, meaning in getattr(entry.tables, field).items():
            if known(meaning.partition(" ")[0]) is None:
                message = f"{field}: {word} means {meaning!r}, and there is no such product."
                page.reject(ShapeError(message, entry.lines.line_of(field)))
    for name in entry.codenames:
        if known(name) is None:
            page.reject(ShapeError(f"{_CODENAMES}: there is no product {name!r}.", entry.lines.line_of(_CODENAMES)))
    return page.problems


def _codenames(product: Product | None, name: str) -> Mapping[str, str]:
    words = (cycle.codename.split()[0].lower() for cycle in product.cycles if cycle.codename) if product else ()
    return {word: f"{name} {word}" for word in words}


def _clash(product: Product, names: Iterable[str], known: Callable[[str], Product | None]) -> list[Problem]:
    path = product.files[-1]
    return [
        Problem(
            f"{path} and {other.file} both give the name {name}; `extends: {name}` adds to a product.", Location(path)
        )
        for name in names
        if (other := known(name)) is not None and other is not product
    ]


def _entries(page: Page) -> tuple[Entry, ...]:
    # Even where no release takes it over, a wrong word is told.
    evidence_of(page.fields)
    if "extends" in page.fields:
        return (_extension(page),)
    if "packages" in page.fields:
        return _table(page)
    if "identifiersOf" in page.fields:
        return _identifier_table(page)
    if "images" in page.fields:
        return (_image_words(page),)
    return (product_of(page),)


def _extension(page: Page) -> Extension:
    fields = page.fields
    page.check_fields(fields, _EXTENSION_FIELDS, "a file that extends a product")
    return Extension(
        id=required(fields, "extends").strip("/"),
        page=page,
        line=fields.line_of("extends"),
        source=optional(fields, "source"),
        aliases=aliases_of(page),
        identifiers=identifiers_of(page),
        families=families_of(page),
        releases=tuple(releases_of(page)),
        replacement=optional(fields, "replacement"),
        whole=flag(fields, "wholePackage"),
    )


def _identifier_table(page: Page) -> tuple[Entry, ...]:
    fields = page.fields
    page.check_fields(fields, _IDENTIFIER_TABLE_FIELDS, "a table of identifiers")
    lists = fields["identifiersOf"]
    if not isinstance(lists, Fields):
        message = "identifiersOf: this is not a mapping from products to identifiers."
        raise ShapeError(message, fields.line_of("identifiersOf"))
    return tuple(
        Extension(
            id=name.strip("/"),
            page=page,
            line=lists.line_of(name),
            source=optional(fields, "source"),
            identifiers=identifiers_in(page, lists, name),
        )
        for name in lists
    )


def _image_words(page: Page) -> ImageWords:
    page.check_fields(page.fields, _IMAGE_FIELDS, "a file of what images mean")
    images = _mapping(page.fields, "images")
    page.check_fields(images, (*Tables._fields, _CODENAMES), "what images mean")
    folders, renumbered = _mapping(images, "folders"), _mapping(images, "renumbered")
    tables = Tables(
        mirrors=_texts(images, "mirrors"),
        words=_texts(images, "words"),
        makers=_texts(images, "makers"),
        made=_words(images, "made"),
        folders={folder: _words(folders, folder) for folder in folders},
        leads=_words(images, "leads"),
        prefixes=_words(images, "prefixes"),
        unnamed=dict.fromkeys(_words(images, "unnamed"), ""),
        editions=_texts(images, "editions"),
        instead=_texts(images, "instead"),
        renumbered={image: _texts(renumbered, image) for image in renumbered},
    )
    return ImageWords(page, images, tables, _words(images, _CODENAMES))


def _texts(fields: Fields, key: str) -> dict[str, str]:
    pairs = _mapping(fields, key)
    return {name: required(pairs, name) for name in pairs}


def _mapping(fields: Fields, key: str) -> Fields:
    value = fields.get(key, _NO_FIELDS)
    if isinstance(value, Fields):
        return value
    message = f"{key}: this is not a mapping (`name: …`)."
    raise ShapeError(message, fields.line_of(key))


def _words(fields: Fields, key: str) -> tuple[str, ...]:
    words = listed(fields, key) or []
    texts = tuple(word for word in words if isinstance(word, str))
    if len(texts) != len(words):
        message = f"{key}: this is not a list of words."
        raise ShapeError(message, fields.line_of(key))
    return texts


def _table(page: Page) -> tuple[Entry, ...]:
    page.check_fields(page.fields, _TABLE_FIELDS, "a table of packages")
    title = required(page.fields, "title")
    evidence = evidence_of(page.fields) or EvidenceClass.VENDOR
    found: dict[str, Product] = {}
    for entry in mappings(page.fields, "packages", "purl: …", page.reject):
        try:
            product = _row(entry, page, title, evidence)
        except ShapeError as error:
            page.reject(error)
            continue
        if product.id in found:
            message = f"purl: a row above has the id {product.id} too; give this one another (`id: …`)."
            page.reject(ShapeError(message, entry.line_of("purl")))
        found.setdefault(product.id, product)
    return tuple(found.values())


def _row(row: Fields, page: Page, title: str, evidence: EvidenceClass) -> Product:
    page.check_fields(row, _ROW_FIELDS, "a row of packages")
    purl = required(row, "purl")
    parts = split(purl)
    if parts is None or parts.version:
        message = f"purl: {purl[:60]!r} is no package URL without a version."
        raise ShapeError(message, row.line_of("purl"))
    source = optional(row, "source") or optional(page.fields, "source")
    replacement = optional(row, "replacement")
    cycle = Cycle(
        name=_WHOLE,
        eol=ending(row, "eol"),
        evidence=evidence_of(row) or evidence,
        rule=optional(row, "rule") or optional(page.fields, "rule"),
    )
    name = f"{parts.type}-{parts.namespace}-{parts.name}"
    return Product(
        id=optional(row, "id") or _NO_ID.sub("-", name.lower()).strip("-"),
        title=optional(row, "title") or parts.name,
        link=address_in(source or ""),
        cycles=(cycle,),
        category=optional(page.fields, "category") or "package",
        identifiers=(("purl", purl),),
        source=source or page.path,
        files=(page.path,),
        description=title.rstrip(".") + ".",
        replacement=replacement,
        whole=True,
    )


def _extended(base: Product, extension: Extension) -> tuple[Product, list[Problem]]:
    page = extension.page._replace(problems=[])
    listed = set(base.identifiers)
    added = tuple(pair for pair in dict.fromkeys(extension.identifiers) if pair not in listed)
    place = len(base.files)
    product = base._replace(
        aliases=(*base.aliases, *(alias for alias in extension.aliases if alias not in base.aliases)),
        identifiers=(*base.identifiers, *added),
        origins=(*(base.origins or (0,) * len(base.identifiers)), *(place,) * len(added)),
        files=(*base.files, page.path),
        sources=(*(base.sources or (base.source,)), extension.source or ""),
        families=(*base.families, *extension.families),
        cycles=_cycles(base, extension, page),
        replacement=extension.replacement or base.replacement,
        whole=extension.whole or base.whole,
    )
    if product.whole and len(product.cycles) != 1:
        message = "wholePackage: such a product has one release, to which every version belongs."
        page.reject(ShapeError(message, page.fields.line_of("wholePackage")))
        product = product._replace(whole=False)
    return product, page.problems


def _cycles(base: Product, extension: Extension, page: Page) -> tuple[Cycle, ...]:
    cycles = list(base.cycles)
    places = {cycle.name: place for place, cycle in enumerate(cycles)}
    for release in extension.releases:
        if release.name in places:
            place = places[release.name]
            cycles[place] = cycles[place]._replace(**_said(release, extension, page))
        else:
            cycle = Cycle(**{**release.given, **_basis(release, extension), "file": page.path})
            cycles.insert(_place(cycle, cycles), cycle)
            places = {cycle.name: place for place, cycle in enumerate(cycles)}
    return complete(tuple(cycles), list(extension.releases), page)


def _said(release: Release, extension: Extension, page: Page) -> dict[str, Any]:
    """Return what a release overrides; what its dates rest on changes only where it states a date."""
    said = {key: value for key, value in release.given.items() if key not in ("name", *BASIS)}
    if states_an_end(release) or release.based:
        said |= _basis(release, extension)
    return {**said, "file": page.path}


def _basis(release: Release, extension: Extension) -> Mapping[str, object]:
    given = release.given
    basis = {key: given.get(key) for key in ("evidence", "rule", "replacement")}
    return {**basis, "source": given.get("source") or extension.source}


def _place(cycle: Cycle, cycles: list[Cycle]) -> int:
    """Return where a new cycle stands: before the first that is lower, else (without numbers) older."""
    version = version_of(cycle.name)
    for place, other in enumerate(cycles):
        there = version_of(other.name)
        if version is None or there is None or version.head != there.head:
            if cycle.released and other.released and other.released < cycle.released:
                return place
        elif there.numbers < version.numbers:
            return place
    return len(cycles)
