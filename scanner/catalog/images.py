"""Container image reference → the products inside: what its repository holds, and what its tag names.

https://github.com/distribution/reference and https://github.com/package-url/purl-spec/tree/main/types
(`docker`, `oci`). A tag has no grammar that all would keep; what nearly all keep is a version first, then
words between hyphens, each of which may have a number: `3.8-slim-bullseye`, `9.0-jdk11-temurin-jammy`. Which
words mean a product is data (`layers`). A repository is compared exactly, after mirrors and architectures.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.catalog.cycles import Unresolved, cycle_of
from scanner.catalog.index import HUB, IMAGE, IMAGE_TYPES, Found, evidence_by, image_key, keys_of
from scanner.model import EvidenceKind, Reason
from scanner.purl import Purl, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scanner.catalog.index import Known
    from scanner.model import Evidence, Product

_LONGEST: Final = 512
_LONGEST_TAG: Final = 128
# A mirror of a mirror (`mirror.example/amd64/…`) is one step more.
_MIRRORS: Final = 2
_DAY_DIGITS: Final = 6
_SYSTEM: Final = "os"
_TYPE: Final = "docker"
_PLAIN_HEAD: Final = "pkg:docker/"


class Tables(NamedTuple):
    """What is known of images beside the identifiers of products. Names are as in keys: `docker.io/python`.

    - `mirrors`: a folder or host whose images are those of another;
    - `words`: words of tags, with the product that each means, and behind a space its version where the word says it;
    - `makers`: words that take the number of one of `made` before them (`jdk11-temurin`);
    - `folders`: folders or hosts in whose images' names these words count;
    - `leads`: words before a version; `prefixes`: those that are one with it (`ltsc2019`);
    - `unnamed`: images that are no product, whose names or tags name some;
    - `editions`: what an image is besides, and `instead`: what it is where its tag names no cycle of its product;
      a product, and its version made of the tag's first part (`{}`);
    - `renumbered`: by image, the product's version for what its tags call it.
    """

    mirrors: Mapping[str, str]
    words: Mapping[str, str]
    makers: Mapping[str, str]
    made: Sequence[str]
    folders: Mapping[str, Sequence[str]]
    leads: Sequence[str]
    prefixes: Sequence[str]
    unnamed: Mapping[str, str]
    editions: Mapping[str, str]
    instead: Mapping[str, str]
    renumbered: Mapping[str, Mapping[str, str]]

    def joined(self, above: Tables) -> Tables:
        """Return these tables with others on top, which win where both speak."""
        return Tables(
            mirrors={**self.mirrors, **above.mirrors},
            words={**self.words, **above.words},
            makers={**self.makers, **above.makers},
            made=(*self.made, *above.made),
            folders={**self.folders, **above.folders},
            leads=(*self.leads, *above.leads),
            prefixes=(*self.prefixes, *above.prefixes),
            unnamed={**self.unnamed, **above.unnamed},
            editions={**self.editions, **above.editions},
            instead={**self.instead, **above.instead},
            renumbered={**self.renumbered, **above.renumbered},
        )


NO_TABLES: Final = Tables({}, {}, {}, (), {}, (), (), {}, {}, {}, {})


class Image(NamedTuple):
    """An image by host and path (`docker.io/python`), with its tag in lower case; empty for none, or a digest only."""

    name: str
    tag: str


class _Mark(NamedTuple):
    """A product that a word names; the places of the parts that say so; a version as text, None for none."""

    product: Product
    version: str | None
    places: tuple[int, ...]


def products_in(text: str, known: Known) -> tuple[Found, ...]:
    """Return the products of an image; see `Index.find_image`."""
    image = _plain(text) or image_of(text)
    if image is None:
        return ()
    tables = known.images()
    name = _original(image.name, known, tables)
    if name is None:
        return ()
    return tuple(_told(text, Image(name, image.tag), known, tables))


def image_of(text: str) -> Image | None:
    """Take a purl or a reference apart; None when it is neither."""
    if len(text) > _LONGEST:
        return None
    parts = split(text) if text[:4].lower() == "pkg:" else _referred(text)
    if parts is None or parts.type not in IMAGE_TYPES:
        return None
    key = image_key(parts)
    if key is None:
        return None
    # A version may be a digest, or a tag with a digest behind it.
    tag = parts.qualifiers.get("tag") or parts.version or ""
    tag = tag.partition("@")[0]
    return Image(key.removeprefix(IMAGE), "" if ":" in tag or len(tag) > _LONGEST_TAG else tag.lower())


def _plain(text: str) -> Image | None:
    """Take apart what needs no care, as nearly all does, in half the time; None for the rest."""
    name, at, version = text.partition("@")
    if name.startswith(_PLAIN_HEAD):
        name, tag = name[len(_PLAIN_HEAD) :], version
    elif at:
        return None
    else:
        folder, slash, last = name.rpartition("/")
        last, _, tag = last.partition(":")
        name = f"{folder}{slash}{last}"
    if not _plain_tag().fullmatch(tag):
        return None
    if _plain_name().fullmatch(name):
        return Image(f"{HUB}/{name.removeprefix('library/')}", tag)
    return Image(name, tag) if _hosted_name().fullmatch(name) else None


def _referred(text: str) -> Purl | None:
    """Read a reference: what comes first is a host when it has a dot or a port, or is `localhost`."""
    path, at, digest = text.strip().rpartition("://")[2].partition("@")
    folder, _, last = path.rpartition("/")
    last, _, tag = last.partition(":")
    host, _, rest = folder.partition("/")
    if not ("." in host or ":" in host or host == "localhost"):
        host, rest = "", folder
    if not last or " " in path:
        return None
    return Purl(_TYPE, rest, last, tag or (digest if at else None), {"repository_url": host} if host else {})


def _original(name: str, known: Known, tables: Tables) -> str | None:
    """Return the name under which an image is known; None when it is not."""
    mirrors, folders = tables.mirrors, tables.folders
    for _ in range(_MIRRORS + 1):
        if known.find(IMAGE + name) or name in tables.unnamed:
            return name
        folder, host = name.rpartition("/")[0], name.partition("/")[0]
        if folder in folders or host in folders:
            return name
        mirror = folder if folder in mirrors else host
        if mirror not in mirrors:
            return None
        name = f"{mirrors[mirror]}{name[len(mirror) :]}".replace(f"{HUB}/library/", f"{HUB}/", 1)
    return None


def _told(text: str, image: Image, known: Known, tables: Tables) -> Iterator[Found]:
    parts = image.tag.split("-") if image.tag else []
    marks = [*_of_name(image, parts, known, tables), *_marks(parts, known, tables)]
    hit = known.find(IMAGE + image.name)
    product = hit[0] if hit else None
    if product is not None:
        start = _start(parts, product, tables)
        version = _version(parts, start, product, marks, tables)
        if not isinstance(version, Reason):
            # `kinetic` is a release of ROS as well as one of Ubuntu.
            marks = [mark for mark in marks if start not in mark.places or mark.product.id == product.id]
            version = tables.renumbered.get(image.name, {}).get(version, version)
        other = _edition(tables.instead, image.name, parts, known) or _other_system(product, marks)
        if other is None or _names_cycle(product, version):
            yield _own(product, version, image.name, text)
        else:
            yield _by_word(other, text)
    edition = _edition(tables.editions, image.name, parts, known)
    if edition is not None:
        yield _by_word(edition, text)
    yield from (_by_word(mark, text) for mark in _inside(marks, product))
    system = _system(marks)
    if system is not None and (product is None or product.category != _SYSTEM):
        yield _by_word(system, text)


def _own(product: Product, version: str | Reason, name: str, text: str) -> Found:
    evidence = _listed(product, name, text)
    if isinstance(version, Reason):
        return Found(product, evidence, _TYPE, None, reason=version)
    return Found(product, evidence, _TYPE, version)


def _names_cycle(product: Product, version: str | Reason | None) -> bool:
    if not version or isinstance(version, Reason):
        return False
    return not isinstance(cycle_of(version, _TYPE, product), Unresolved)


def _listed(product: Product, name: str, text: str) -> Evidence:
    texts = (text for kind, text in product.identifiers if kind in ("purl", "derived"))
    return evidence_by(product, EvidenceKind.IMAGE, next((own for own in texts if IMAGE + name in keys_of(own)), text))


def _by_word(mark: _Mark, text: str) -> Found:
    reason = Reason.FLOATING if mark.version is None else None
    return Found(mark.product, evidence_by(mark.product, EvidenceKind.IMAGE, text), _TYPE, mark.version, reason=reason)


def _start(parts: Sequence[str], product: Product, tables: Tables) -> int:
    """Return the place of the first part that may be a version."""
    # `open-jdk-17` of an image that is a build of Java; of another, the number is Java's and not its own.
    java = tables.made if product.id in tables.makers.values() else ()
    start = 0
    while start < len(parts) and (parts[start] in tables.leads or parts[start] in java):
        start += 1
    return start


def _version(
    parts: Sequence[str], start: int, product: Product, marks: Sequence[_Mark], tables: Tables
) -> str | Reason:
    """Return the version that a tag tells of the image's own product, or why it tells none."""
    first = _number_in(parts[start], tables) if start < len(parts) else ""
    release = _release().fullmatch(first)
    if release and not _is_day(first):
        return release[1]
    for mark in marks:
        if mark.product.id == product.id and mark.version is not None:
            return mark.version
    if first and _names_cycle(product, first):
        return first
    claimed = any(start in mark.places for mark in marks) or _word_and_number(first)[0] in tables.made
    # What has a number of its own that is no version names one build, not the newest.
    return Reason.UNRESOLVABLE if _has_digit(first) and not claimed else Reason.FLOATING


def _of_name(image: Image, tag: Sequence[str], known: Known, tables: Tables) -> Iterator[_Mark]:
    """Yield what the name of an image says where names are told that way: `ubi8/nodejs-16`, `python3-debian12`."""
    host, _, path = image.name.partition("/")
    folder = image.name.rpartition("/")[0]
    counted = tables.folders.get(folder, tables.folders.get(host, ()))
    if not counted:
        return
    words = {word: meaning for word, meaning in tables.words.items() if word in counted}
    first = tag[0] if tag else ""
    for mark in _marks(path.replace("/", "-").split("-"), known, tables._replace(words=words, makers={})):
        # `ubi8/ubi:8.6` says more in its tag; in `ubi8/nodejs-16:1-72` that is another count.
        closer = mark.version and first.startswith(f"{mark.version}.") and _release().fullmatch(first)
        yield mark._replace(version=first if closer else mark.version, places=())


def _marks(parts: Sequence[str], known: Known, tables: Tables) -> Iterator[_Mark]:
    """Yield the products that words among these parts name, in their order."""
    for place, part in enumerate(parts):
        word, number = _word_and_number(part)
        meaning = tables.words.get(part) or tables.words.get(word) or tables.makers.get(word)
        product = known.product(meaning.partition(" ")[0]) if meaning else None
        if meaning is None or product is None:
            continue
        said = meaning.partition(" ")[2] or _as_number(number)
        behind = _as_number(_number_in(parts[place + 1], tables)) if place + 1 < len(parts) else ""
        # In `jdk-ubuntu-17` the number behind the word is not that of the word.
        if said or not _names_cycle(product, behind):
            yield _Mark(product, said or _before(word, parts[:place], tables) or None, (place,))
        else:
            yield _Mark(product, behind, (place, place + 1))


def _before(word: str, parts: Sequence[str], tables: Tables) -> str:
    made, number = _word_and_number(parts[-1]) if word in tables.makers and parts else ("", "")
    return _as_number(number) if made in tables.made else ""


def _inside(marks: Sequence[_Mark], product: Product | None) -> Iterator[_Mark]:
    """Yield what is built in beside the image's own product: only what names a cycle, for words mean many things."""
    seen = {product.id} if product else set()
    for mark in marks:
        if mark.product.category == _SYSTEM or mark.product.id in seen or mark.version is None:
            continue
        if _names_cycle(mark.product, mark.version):
            seen.add(mark.product.id)
            yield mark


def _system(marks: Sequence[_Mark]) -> _Mark | None:
    """Return the system that the words name; of several, the first that names its release."""
    systems = [mark for mark in marks if mark.product.category == _SYSTEM]
    exact = [mark for mark in systems if mark.version is not None]
    return next(iter(exact or systems), None)


def _other_system(product: Product, marks: Sequence[_Mark]) -> _Mark | None:
    # `stream8` of an image of CentOS.
    system = _system(marks) if product.category == _SYSTEM else None
    return system if system and system.version is not None and system.product.id != product.id else None


def _edition(table: Mapping[str, str], image: str, parts: Sequence[str], known: Known) -> _Mark | None:
    """Return what an image is besides or instead; None where its tag names no cycle of that."""
    name, _, template = table.get(image, "").partition(" ")
    product = known.product(name) if parts and name else None
    if product is None:
        return None
    version = template.replace("{}", parts[0])
    return _Mark(product, version, ()) if _names_cycle(product, version) else None


def _word_and_number(part: str) -> tuple[str, str]:
    found = _part().fullmatch(part)
    return (found[1], found[2] or "") if found else ("", "")


def _number_in(part: str, tables: Tables) -> str:
    # `ltsc2019` after `windowsservercore`, and as a tag of its own.
    word, number = _word_and_number(part)
    return number if number and word in tables.prefixes else part


def _as_number(text: str) -> str:
    found = _number().match(text)
    return "" if found is None or _is_day(found[0]) else found[0]


def _is_day(text: str) -> bool:
    return text.isdigit() and len(text) >= _DAY_DIGITS


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


@cache
def _plain_name() -> re.Pattern[str]:
    # One folder at most, and no dot: no host.
    return re.compile(r"(?!localhost/)[a-z0-9_-]+(?:/[a-z0-9_-]+)?", re.ASCII)


@cache
def _hosted_name() -> re.Pattern[str]:
    # Docker's own hosts and Quay have several names for an image.
    return re.compile(
        r"(?!(?:[^/]*\.)?docker\.(?:io|com)/|quay\.io/)(?=[^/]*[.:])"
        r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*(?::[0-9]+)?(?:/[a-z0-9_.-]+)+",
        re.ASCII,
    )


@cache
def _plain_tag() -> re.Pattern[str]:
    return re.compile(r"[a-z0-9._-]{0,128}", re.ASCII)


@cache
def _part() -> re.Pattern[str]:
    return re.compile(r"([a-z]+)_?([0-9].*)?", re.ASCII)


@cache
def _number() -> re.Pattern[str]:
    # The names of Windows releases have a letter: `20h2`.
    return re.compile(r"[0-9]+(?:\.[0-9]+)*(?:h[12])?(?![a-z0-9])", re.ASCII)


@cache
def _release() -> re.Pattern[str]:
    # A commit begins with a digit too (`3f2a9bc`): only words that versions have may follow the numbers.
    return re.compile(
        r"v?([0-9]+(?:\.[0-9]+)*"
        r"(?:[._+]?(?:alpha|a|beta|b|rc|cr|pre|preview|dev|ea|final|ga|h|milestone|m|p|pl|sp|u|x)[.]?[0-9]*)?"
        r"(?:[_+.][0-9a-z.]+)?)",
        re.ASCII,
    )
