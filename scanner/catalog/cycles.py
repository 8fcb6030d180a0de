"""Which release cycle of a product a version belongs to.

Components compare as numbers and the longest cycle name that is a component-wise prefix wins.
Products whose names are not prefixes of their versions (Windows, Exchange) are read by what their
own cycles say: names, labels, codenames, and each cycle's `latest`. No product is named here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, TypeVar

from scanner.catalog.versions import (
    LONGEST,
    Version,
    cleaned,
    floats,
    is_plain,
    name_key,
    says_nothing,
    spelled,
    version_of,
    words_of,
)
from scanner.model import EvidenceClass, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scanner.model import Cycle, Product

# Microsoft's builds are major.minor.build.revision, where major.minor is the product's generation.
_BUILD_PARTS: Final = 4
_GENERATION_PARTS: Final = 2
# Numbers from here on are years: a product that counts in years is not compared with one that does not.
_FIRST_YEAR: Final = 1900
# Java called its releases 5 to 8 `1.5.0_NN` to `1.8.0_NN`.
_LEGACY_JAVA: Final = ((5,), (6,), (7,), (8,))
_JAVA: Final = frozenset({"java", "jdk", "jre", "openjdk"})
_PRODUCTS_KEPT: Final = 4096

_Prepared = TypeVar("_Prepared")


class Unresolved(NamedTuple):
    """Why no cycle is known for a version; `candidates` are the names of cycles it could be."""

    reason: Reason
    candidates: tuple[str, ...] = ()


class _Entry(NamedTuple):
    """A cycle, with its name and its latest as versions; None where that text holds none."""

    cycle: Cycle
    name: Version | None
    latest: Version | None


_Names: TypeAlias = "Mapping[tuple[str, tuple[int, ...]], Sequence[_Entry]]"


class _Span(NamedTuple):
    """A cycle that goes on beyond its name: up to its latest, but not into the next cycle."""

    entry: _Entry
    first: tuple[int, ...]
    last: tuple[int, ...]
    end: tuple[int, ...] | None


class _Shape(NamedTuple):
    """What of a product places a version, prepared once."""

    own_names: frozenset[str]
    texts: Mapping[str, Sequence[Cycle]]
    codenames: Mapping[str, Sequence[Cycle]]
    names: _Names
    heads: frozenset[str]
    spans: Sequence[_Span]
    builds: Mapping[tuple[int, ...], Sequence[_Entry]]
    irregular: bool
    beyond: Reason
    java: bool


def cycle_of(version: str | None, purl_type: str, product: Product) -> Cycle | Unresolved:
    """Return the cycle that the version belongs to, or why none is known.

    `purl_type` is empty when unknown. A wrong cycle is worse than none: what could be several
    cycles is ambiguous. Takes any text and raises nothing.
    """
    text = version.strip() if version else ""
    if says_nothing(text):
        return Unresolved(Reason.NO_VERSION)
    if len(text) > LONGEST:
        return Unresolved(Reason.UNRESOLVABLE)
    return _by_plain_name(text, product) or _by_text(text, purl_type, product)


def _by_text(text: str, purl_type: str, product: Product) -> Cycle | Unresolved:
    shape = _shape_of(product)
    same = shape.texts.get(spelled(text))
    if same is not None:
        return _only(same)
    clean = cleaned(text, purl_type)
    if isinstance(clean, Reason):
        return Unresolved(clean)
    release = version_of(clean, shape.own_names)
    if release is None or release.head not in shape.heads:
        return _by_word(clean, shape)
    return _by_numbers(release, shape) or _by_legacy_java(clean, release, shape) or _outside(release, shape)


def _by_plain_name(text: str, product: Product) -> Cycle | None:
    """Place a version of numbers and dots in a product that is like most: what the whole way would answer.

    Preparing a product for the whole way costs a small scan more than all else that it asks of it.
    """
    names = _plain_names_of(product) if is_plain(text) else {}
    while names and text:
        if text in names:
            return names[text]
        text = text.rpartition(".")[0]
    return None


def _only(cycles: Sequence[Cycle]) -> Cycle | Unresolved:
    if len(cycles) == 1:
        return cycles[0]
    return Unresolved(Reason.AMBIGUOUS, tuple(cycle.name for cycle in cycles))


def _by_word(text: str, shape: _Shape) -> Cycle | Unresolved:
    """Place a text without a version: by a codename (`bookworm-slim`, `lts/hydrogen`), or not."""
    words = words_of(text)
    for word in words[1:2] if words[:1] == ("lts",) else words[:1]:
        named = shape.codenames.get(word)
        if named is not None:
            return _only(named)
    return Unresolved(Reason.FLOATING if floats(text) else Reason.UNRESOLVABLE)


def _by_numbers(release: Version, shape: _Shape) -> Cycle | Unresolved | None:
    named = _by_name(release, shape)
    if release.head or (named is not None and not isinstance(named, Unresolved)):
        return named
    for span in shape.spans:
        if named is None and _reaches(span, release.numbers):
            return span.entry.cycle
    return _by_build(release.numbers, shape) or named


def _by_name(release: Version, shape: _Shape) -> Cycle | Unresolved | None:
    head, numbers, _ = release
    for size in range(len(numbers), 0, -1):
        entries = shape.names.get((head, numbers[:size]))
        # Where names are no prefixes of versions, only the whole name says anything: `2019`, not `2019.1`.
        if entries is not None and (size == len(numbers) or not shape.irregular):
            return _best(entries, release)
    return None


def _best(entries: Sequence[_Entry], release: Version) -> Cycle | Unresolved | None:
    """Choose among cycles whose names have the same numbers: `13.0`, `13.0-sp1`, `13.0-sp2`."""
    # `4.6-lts` alone says how long 4.6 lives, not which versions are in it.
    if len(entries) == 1 and _words(entries[0]) in ((), ("lts",)):
        return entries[0].cycle
    same = [e for e in entries if e.latest is not None and e.latest == release]
    if len(same) == 1:
        return same[0].cycle
    worded = [e for e in entries if e.name and e.name.words and set(e.name.words) <= set(release.words)]
    if worded:
        most = max(len(_words(e)) for e in worded)
        return _only([e.cycle for e in worded if len(_words(e)) == most])
    same = [e for e in entries if e.latest is not None and e.latest.numbers == release.numbers]
    if same:
        return _only([e.cycle for e in same])
    return _plain(entries, release)


def _words(entry: _Entry) -> tuple[str, ...]:
    return entry.name.words if entry.name is not None else ()


def _plain(entries: Sequence[_Entry], release: Version) -> Cycle | Unresolved | None:
    """Choose the cycle without words (`13.0`), as long as no sibling (`13.0-sp1`) can be meant."""
    numbers = release.numbers
    plain = [e for e in entries if not _words(e)]
    if not plain:
        # A build that is older than one's latest can be in it; one newer than all is in none that is known.
        possible = [e for e in entries if e.latest is None or numbers <= _latest(e)]
        return _unsure(possible) if possible else None
    if len(plain) > 1:
        return _unsure(plain)
    last = _latest(plain[0])
    if numbers == _name(plain[0]):
        return plain[0].cycle
    if any(_latest(e) == last for e in entries if e is not plain[0]):
        return _unsure(entries)  # one stream of versions, or none is known: the numbers tell nothing
    if numbers <= last or all(_latest(e) <= last for e in entries):
        return plain[0].cycle
    return _unsure([e for e in entries if numbers <= _latest(e)] or entries)


def _unsure(entries: Iterable[_Entry]) -> Unresolved:
    return Unresolved(Reason.AMBIGUOUS, tuple(entry.cycle.name for entry in entries))


def _reaches(span: _Span, numbers: tuple[int, ...]) -> bool:
    if numbers < span.first or (span.end is not None and numbers >= span.end):
        return False
    last = span.last
    # The next patch of the latest is in the cycle too, the next minor is not proven to be.
    return numbers <= last or numbers[: max(len(last) - 1, 2)] == last[: max(len(last) - 1, 2)]


def _by_build(numbers: tuple[int, ...], shape: _Shape) -> Cycle | Unresolved | None:
    """Place a build number (`10.0.26100.4349`) by the latest builds of cycles that are named otherwise."""
    # One number alone (`10`) is no build, unless the product counts its builds so.
    for size in range(len(numbers), 0 if len(numbers) == 1 else 1, -1):
        builds = shape.builds.get(numbers[:size], ())
        if any(size < _whole(e) for e in builds):
            # A generation (`15.1`) says something of what its cycles have come past, and of nothing newer.
            possible = [e for e in builds if numbers <= _latest(e)]
            return _unsure(possible) if possible and len(builds) > 1 else _first(possible)
        if builds:
            return _only([e.cycle for e in builds])
    return None


def _first(entries: Sequence[_Entry]) -> Cycle | None:
    return entries[0].cycle if entries else None


def _whole(entry: _Entry) -> int:
    # Of a full build number the last part is the revision, which patches change.
    size = len(_latest(entry))
    return size - 1 if size >= _BUILD_PARTS else size


def _name(entry: _Entry) -> tuple[int, ...]:
    return entry.name.numbers if entry.name is not None else ()


def _latest(entry: _Entry) -> tuple[int, ...]:
    return entry.latest.numbers if entry.latest is not None else ()


def _by_legacy_java(text: str, release: Version, shape: _Shape) -> Cycle | Unresolved | None:
    """Place `1.8.0_392`, and in a Java product also `1.8`, in a cycle named 8."""
    numbers = release.numbers
    if numbers[:1] != (1,) or numbers[1:2] not in _LEGACY_JAVA or any(numbers[2:3]):
        return None
    if not shape.java and f"1.{numbers[1]}.0_" not in text:
        return None
    entries = shape.names.get((release.head, numbers[1:2]))
    return _best(entries, release) if entries is not None else None


def _outside(release: Version, shape: _Shape) -> Unresolved:
    """Say on which side of the known cycles the version is."""
    head, numbers, _ = release
    names = {key: es for (at, key), es in shape.names.items() if at == head}
    names = names if not shape.irregular else {}
    keys = sorted(names or shape.builds)
    if not keys or not any(numbers):
        return Unresolved(Reason.UNRESOLVABLE)
    inner = [entry for key, entries in names.items() if key[: len(numbers)] == numbers for entry in entries]
    if inner:
        return _unsure(inner)
    if keys[0] < numbers < keys[-1]:
        return Unresolved(Reason.GAP)
    edge = keys[0] if numbers < keys[0] else keys[-1]
    if (numbers[0] >= _FIRST_YEAR) != (edge[0] >= _FIRST_YEAR):
        return Unresolved(Reason.UNRESOLVABLE)
    if numbers > edge:
        return Unresolved(shape.beyond)
    # Builds are latest builds: what is older than the first of them may well be in its cycle.
    return Unresolved(Reason.OLDER if names else Reason.GAP)


def once(prepare: Callable[[Product], _Prepared]) -> Callable[[Product], _Prepared]:
    """Prepare each product once."""
    # By identity, because hashing a product costs more than placing a version in it. The product is
    # kept beside what was prepared, so that its id cannot come to mean another one.
    known: dict[int, tuple[Product, _Prepared]] = {}

    def prepared(product: Product) -> _Prepared:
        found = known.get(id(product))
        if found is None or found[0] is not product:
            if len(known) >= _PRODUCTS_KEPT:
                known.clear()
            found = known[id(product)] = (product, prepare(product))
        return found[1]

    return prepared


@once
def _plain_names_of(product: Product) -> Mapping[str, Cycle]:
    regular = all(map(_is_regular, product.cycles))
    return {cycle.name: cycle for cycle in product.cycles} if regular else {}


def _is_regular(cycle: Cycle) -> bool:
    """Tell whether the cycle has all versions that begin with its name, as far as the name alone tells."""
    texts = (cycle.name, cycle.latest or cycle.name, cycle.label or cycle.name)
    first = f"{cycle.name.partition('.')[0]}."
    return all(map(is_plain, texts)) and all(f"{text}.".startswith(first) for text in texts)


@once
def _shape_of(product: Product) -> _Shape:
    own_names = _own_names(product)
    entries = [_entry(cycle, own_names) for cycle in product.cycles]
    strays = sum(_is_stray(entry) for entry in entries)
    irregular = 2 * strays > sum(entry.latest is not None for entry in entries)
    names = _named(entries)
    return _Shape(
        own_names=own_names,
        texts=_texts(entries),
        codenames=_codenames(product.cycles),
        names=names,
        heads=frozenset(head for head, _ in names) | {""},
        spans=_spans(entries, names) if not irregular else (),
        builds=_builds(entry for entry in entries if irregular or _is_odd(entry, names)),
        irregular=irregular,
        beyond=_beyond(product),
        java=own_names >= _JAVA or any(_is_java_update(entry) for entry in entries),
    )


def _beyond(product: Product) -> Reason:
    """Say what a version is that is newer than all cycles: of packages whose old releases are deprecated, no more."""
    only_deprecated = all(cycle.evidence is EvidenceClass.DEPRECATED for cycle in product.cycles)
    return Reason.UNTRACKED if product.cycles and only_deprecated else Reason.NEWER


def _own_names(product: Product) -> frozenset[str]:
    """Return the names that may stand before a version in a tag, by `name_key`."""
    texts = [product.id, product.title, product.file, *product.aliases]
    for kind, identifier in product.identifiers:
        if kind == "purl":
            path = identifier.partition("/")[2].partition("?")[0].partition("@")[0]
            path = path.replace("%40", "").rstrip("/")
            texts += (path, path.rpartition("/")[2])
        else:
            texts.append(identifier.rpartition(":")[2])
    keys = {name_key(text) for text in texts} - {""}
    java = any("jdk" in word or word == "jre" for text in texts for word in words_of(text))
    return frozenset(keys | _JAVA if java else keys)


def _is_java_update(entry: _Entry) -> bool:
    """Tell whether the latest is how Java writes an update of release 8 and before: 8u472 or 1.8.0.472."""
    if entry.latest is None or _name(entry) not in _LEGACY_JAVA:
        return False
    _, numbers, words = entry.latest
    update = bool(words) and words[0][0] == "u" and words[0][1:].isdigit()
    return numbers[:3] == (1, *_name(entry), 0) or (update and numbers == _name(entry))


def _entry(cycle: Cycle, own_names: frozenset[str]) -> _Entry:
    name = version_of(cycle.name, own_names)
    latest = None
    if cycle.latest and not says_nothing(cycle.latest):
        clean = cleaned(cycle.latest.strip(), "")
        latest = version_of(clean, own_names) if not isinstance(clean, Reason) else None
    if latest is not None and latest.head not in ("", name.head if name is not None else ""):
        latest = None  # `Patch 7`: a number of something else than the product
    return _Entry(cycle, name, latest)


def _is_stray(entry: _Entry) -> bool:
    """Tell whether the cycle's latest does not even begin with the number that its name begins with."""
    if entry.latest is None:
        return False
    return entry.name is None or entry.name.numbers[0] != entry.latest.numbers[0]


def _named(entries: Sequence[_Entry]) -> _Names:
    names: dict[tuple[str, tuple[int, ...]], list[_Entry]] = {}
    for entry in entries:
        if entry.name is not None:
            names.setdefault((entry.name.head, entry.name.numbers), []).append(entry)
    return names


def _spans(entries: Sequence[_Entry], names: _Names) -> list[_Span]:
    """Return the cycles that go on beyond their names: `5.0`, whose latest is 5.4.4."""
    spans = []
    keys = sorted(key for head, key in names if not head)
    for entry in entries:
        if _is_simple(entry) and not _is_prefix(entry) and _name(entry) < _latest(entry):
            end = next((key for key in keys if key > _name(entry)), None)
            # A latest that another cycle's name claims is a slip in the data, and proves nothing.
            if end is None or _latest(entry) < end:
                spans.append(_Span(entry, _name(entry), _latest(entry), end))
    return spans


def _is_simple(entry: _Entry) -> bool:
    return entry.name is not None and not entry.name.head and not entry.name.words


def _is_prefix(entry: _Entry) -> bool:
    return _latest(entry)[: len(_name(entry))] == _name(entry)


def _is_odd(entry: _Entry, names: _Names) -> bool:
    """Tell whether only the latest says which versions are in the cycle."""
    if entry.name is None:
        return True
    if _is_simple(entry):
        return not _is_prefix(entry)
    return all(_words(sibling) for sibling in names[entry.name.head, entry.name.numbers])


def _builds(entries: Iterable[_Entry]) -> dict[tuple[int, ...], list[_Entry]]:
    builds: dict[tuple[int, ...], list[_Entry]] = {}
    for entry in entries:
        if entry.latest is not None:
            numbers = entry.latest.numbers
            sizes = {len(numbers)}
            if len(numbers) >= _BUILD_PARTS:
                sizes |= {len(numbers) - 1, _GENERATION_PARTS}
            for size in sizes:
                builds.setdefault(numbers[:size], []).append(entry)
    return builds


def _texts(entries: Sequence[_Entry]) -> dict[str, list[Cycle]]:
    """Return the cycles by the whole texts that name them, those that speak more plainly first."""
    cycles = [entry.cycle for entry in entries]
    layers = (
        [(cycle.name, cycle) for cycle in cycles],
        [(entry.cycle.latest, entry.cycle) for entry in entries if _is_text(entry)],
        [(cycle.label, cycle) for cycle in cycles],
        [(cycle.codename, cycle) for cycle in cycles],
    )
    texts: dict[str, list[Cycle]] = {}
    for layer in layers:
        found: dict[str, list[Cycle]] = {}
        for text, cycle in layer:
            # A label `stable` moves to another cycle one day; a cycle that is named `current` does not.
            if text and (text is cycle.name or not floats(text) or len(words_of(text)) > 1):
                found.setdefault(spelled(text), []).append(cycle)
        texts = found | texts
    return texts


def _is_text(entry: _Entry) -> bool:
    return entry.latest is None and not says_nothing(entry.cycle.latest or "")


def _codenames(cycles: Sequence[Cycle]) -> dict[str, list[Cycle]]:
    """Return the cycles by the first word of their codename: `noble` is Noble Numbat."""
    codenames: dict[str, list[Cycle]] = {}
    for cycle in cycles:
        words = words_of(cycle.codename or "")
        if words and words[0].isalpha() and not floats(words[0]):
            codenames.setdefault(words[0], []).append(cycle)
    return codenames
