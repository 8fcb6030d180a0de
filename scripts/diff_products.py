"""Tells in Markdown how two states of the product data differ, what is riskiest first.

    python -m scripts.diff_products [--limit CHARACTERS] OLD NEW

OLD and NEW are directories of product files with a `source.toml`, or revisions in git, of which `products/` is
taken. Both are compiled with all layers, so that what is told is what a scan would see. What is cut to keep
the limit is counted; the text of a pull request may have 65,536 characters.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tarfile
from collections import Counter
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.catalog import build
from scanner.catalog.dataset import Catalogue
from scanner.model import Cycle, Product, ScanError
from scanner.text import clean, for_log, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scanner.model import Ending, Problem

LIMIT: Final = 65_536

_ROOT: Final = Path(__file__).parent.parent
# Kept free for the sentence that says what was cut.
_RESERVE: Final = 300
_CELL: Final = 200
_ENDINGS: Final = ("eol", "eoas", "eoes", "discontinued")
# Where a text comes from tells nothing of what it says; identifiers, families and cycles have sections of their own.
_ELSEWHERE: Final = frozenset({"id", "cycles", "identifiers", "aliases", "origins", "families", "files"})
_WORDS: Final = {True: "over", False: "none announced", None: "not tracked"}


class State(NamedTuple):
    """The product data of one side: its day, its products by id, and what is wrong with it."""

    day: date
    products: Mapping[str, Product]
    problems: tuple[Problem, ...]


class Section(NamedTuple):
    """One kind of change, with a row for each."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


class _Ending(NamedTuple):
    product: str
    cycle: str
    field: str
    old: Ending
    new: Ending


def main(arguments: Sequence[str]) -> int:
    """Print the difference; return the exit code: 0 whether there is any or not, 2 when a side cannot be read."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("old", metavar="OLD")
    parser.add_argument("new", metavar="NEW")
    parser.add_argument("--limit", type=int, default=LIMIT, metavar="CHARACTERS")
    asked = parser.parse_args(arguments)
    try:
        page = difference(state(files(asked.old)), state(files(asked.new)), asked.limit)
    except ScanError as error:
        print(for_log(clean(str(error))), file=sys.stderr)
        return 2
    sys.stdout.write(page)
    return 0


def files(name: str) -> dict[str, bytes]:
    """Return the product files of a directory, or of a revision. Raises ScanError when it is neither."""
    if Path(name).is_dir():
        return build.files_in(name)
    with tarfile.open(fileobj=io.BytesIO(_archive(name))) as archive:
        opened = ((entry.name, archive.extractfile(entry)) for entry in archive if entry.isfile())
        return {path: file.read() for path, file in sorted(opened, key=lambda pair: pair[0]) if file}


def _archive(revision: str) -> bytes:
    command = ("git", "archive", "--format=tar", f"{revision}:products")
    # A word that begins with a hyphen would be an option of git.
    if not revision.startswith("-"):
        with suppress(OSError):
            made = subprocess.run(command, cwd=_ROOT, capture_output=True, check=False)  # noqa: S603 -- git itself, without a shell
            if made.returncode == 0:
                return made.stdout
    message = f"{revision} is neither a directory nor a revision that holds product files."
    raise ScanError(message)


def state(found: Mapping[str, bytes]) -> State:
    """Compile product files. Raises ScanError when they do not say of which day they are."""
    compiled = build.compile_files(found)
    catalogue = Catalogue(compiled.content)
    return State(catalogue.stamp.date, {product.id: product for product in catalogue}, compiled.problems)


def difference(old: State, new: State, limit: int = LIMIT) -> str:
    """Write what is new, changed and vanished, in no more characters than the limit."""
    sections = [section for section in _sections(old, new) if section.rows]
    lines = [f"## Product data of {old.day} → {new.day}", "", *_summary(old, new, sections)]
    for section in sections:
        lines += ["", f"### {section.title}: {len(section.rows):,}", ""]
        lines += [_row(section.head), _row(["---"] * len(section.head))]
        lines += [_row([_code(cell) for cell in row]) for row in section.rows]
    return _cut(lines, limit)


def _sections(old: State, new: State) -> Iterator[Section]:
    """Yield every kind of change, the riskiest first: what silences a verdict or changes it, then what adds one."""
    places = ((problem.location.path, str(problem.location.line or ""), problem.message) for problem in new.problems)
    yield Section("Problems of the new data", ("file", "line", "problem"), list(places))
    yield Section("Vanished products", ("product", "cycles", "identifiers"), _only_in(old, new))
    gone, moved, added = _identifiers(old, new)
    yield Section("Identifiers that another product has now", ("identifier", "old", "new"), moved)
    yield Section("Vanished identifiers", ("identifier", "product"), gone)
    yield Section("Vanished cycles", ("product", "cycle", "end of life"), _cycles_only_in(old, new))
    earlier, later = _endings(old, new)
    yield Section("Ends that come earlier", ("product", "cycle", "field", "old", "new"), earlier)
    yield Section("Ends that come later or are no longer known", ("product", "cycle", "field", "old", "new"), later)
    yield Section("New products", ("product", "cycles", "identifiers"), _only_in(new, old))
    yield Section("New identifiers", ("identifier", "product"), added)
    yield Section("New cycles", ("product", "cycle", "end of life"), _cycles_only_in(new, old))
    changes, fresher = _others(old, new)
    yield Section("Other changes", ("what", "field", "old", "new"), changes)
    yield Section("Newer versions", ("product", "cycles"), fresher)


def _only_in(state: State, other: State) -> list[tuple[str, ...]]:
    return [
        (name, str(len(product.cycles)), str(len(set(_named(product)))))
        for name, product in state.products.items()
        if name not in other.products
    ]


def _identifiers(old: State, new: State) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return the identifiers that vanished, that moved to another product, and that are new."""
    before, after = _owners(old), _owners(new)
    gone = [(text, before[text]) for text in sorted(before) if text not in after]
    moved = [
        (text, before[text], after[text]) for text in sorted(before) if after.get(text, before[text]) != before[text]
    ]
    added = [(text, after[text]) for text in sorted(after) if text not in before]
    return list(gone), list(moved), list(added)


def _owners(state: State) -> dict[str, str]:
    """Return all identifiers, each with the product that has it; some have two."""
    owners: dict[str, set[str]] = {}
    for name, product in state.products.items():
        for text in _named(product):
            owners.setdefault(text, set()).add(name)
    return {text: ", ".join(sorted(names)) for text, names in owners.items()}


def _named(product: Product) -> Iterator[str]:
    for kind, text in product.identifiers:
        yield f"{kind} {text}"
    for alias in product.aliases:
        yield f"name {alias}"
    for family in product.families:
        rules = "".join(f" {pattern} → {version or 'none'}" for pattern, version in family.versions)
        without = f" without {family.exceptions}" if family.exceptions else ""
        yield f"family {family.type}/{family.namespace}/{family.name}{without}{rules}"


def _both(old: State, new: State) -> Iterator[tuple[Product, Product]]:
    return ((product, new.products[name]) for name, product in old.products.items() if name in new.products)


def _cycles_of(product: Product) -> dict[str, Cycle]:
    return {cycle.name: cycle for cycle in product.cycles}


def _cycles_only_in(state: State, other: State) -> list[tuple[str, ...]]:
    return [
        (product.id, cycle.name, _said(cycle.eol))
        for product, across in _both(state, other)
        for cycle in product.cycles
        if cycle.name not in _cycles_of(across)
    ]


def _cycles_in_both(old: State, new: State) -> Iterator[tuple[str, Cycle, Cycle]]:
    for before, after in _both(old, new):
        there = _cycles_of(after)
        for cycle in before.cycles:
            if cycle.name in there:
                yield before.id, cycle, there[cycle.name]


def _endings(old: State, new: State) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return the ends that come earlier, and all others that changed; the end of life before the other ends."""
    changed = [
        _Ending(product, before.name, field, getattr(before, field), getattr(after, field))
        for product, before, after in _cycles_in_both(old, new)
        for field in _ENDINGS
        if getattr(before, field) != getattr(after, field)
    ]
    changed.sort(key=lambda ending: _ENDINGS.index(ending.field))
    earlier = [ending for ending in changed if _last_day(ending.new) < _last_day(ending.old)]
    later = [ending for ending in changed if _last_day(ending.new) >= _last_day(ending.old)]
    return [_shown(ending) for ending in earlier], [_shown(ending) for ending in later]


def _last_day(ending: Ending) -> date:
    """Return the last supported day as far as it is known: what is over has none, what nobody tracks goes on."""
    if isinstance(ending, date):
        return ending
    return date.min if ending else date.max


def _shown(ending: _Ending) -> tuple[str, ...]:
    return ending.product, ending.cycle, ending.field, _said(ending.old), _said(ending.new)


def _said(value: object) -> str:
    return _WORDS[value] if isinstance(value, bool) or value is None else str(value)


def _others(old: State, new: State) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return all other changes, and for each product how many cycles have a newer version."""
    changes = [
        (before.id, field, *values)
        for before, after in _both(old, new)
        for field, *values in _fields(before, after, _ELSEWHERE)
    ]
    fresher: Counter[str] = Counter()
    for product, before, after in _cycles_in_both(old, new):
        latest = before.latest != after.latest or before.latest_released != after.latest_released
        fresher.update([product] if latest else [])
        # The link of a cycle mostly holds its newest version.
        told = {*_ENDINGS, "latest", "latest_released", *(["link"] if latest else [])}
        changes += [(f"{product} {before.name}", field, *values) for field, *values in _fields(before, after, told)]
    changes += _orders(old, new)
    return changes, [(product, str(count)) for product, count in fresher.items()]


def _fields(before: Product | Cycle, after: Product | Cycle, left_out: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for field, old, new in zip(before._fields, before, after, strict=True):
        if old != new and field not in left_out:
            yield field, _text(old), _text(new)


def _text(value: object) -> str:
    return "none" if value is None else str(value)


def _orders(old: State, new: State) -> Iterator[tuple[str, ...]]:
    """Yield the products whose cycles stand in another order; which is the newest follows from it."""
    for before, after in _both(old, new):
        common = _cycles_of(before).keys() & _cycles_of(after).keys()
        was, is_now = ([name for name in _cycles_of(side) if name in common] for side in (before, after))
        if was != is_now:
            yield before.id, "order of cycles", ", ".join(was), ", ".join(is_now)


def _summary(old: State, new: State, sections: Sequence[Section]) -> Iterator[str]:
    cycles = [sum(len(product.cycles) for product in state.products.values()) for state in (old, new)]
    yield f"{len(old.products):,} → {len(new.products):,} products, {cycles[0]:,} → {cycles[1]:,} cycles."
    yield ""
    if not sections:
        yield "Nothing has changed but the day."
    yield from (f"- {section.title}: {len(section.rows):,}" for section in sections)


def _cut(lines: Sequence[str], limit: int) -> str:
    """Join lines as far as they fit, and say how many rows are left out."""
    if sum(len(line) + 1 for line in lines) <= limit:
        return "\n".join([*lines, ""])
    kept: list[str] = []
    room = limit - _RESERVE
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    left = sum(line.startswith("| `") for line in lines[len(kept) :])
    return "\n".join([*kept, "", f"**Cut here: {left:,} more rows do not fit into this text.**", ""])[: max(limit, 0)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """Write a text from a product file so that nothing in it is a mention, a link, HTML, or a mark for a runner."""
    text = for_log(shorten(clean(text), _CELL)).strip() or " "
    return f"`{_plain(text)}`"


def _plain(text: str) -> str:
    # A code span can hold no backtick, a table cell no bare bar; programs that know no code spans read tags and links.
    marks = {"`": "\\x60", "|": "\\|", "<": "\\x3c", "](": "\\x5d("}
    for mark, instead in marks.items():
        text = text.replace(mark, instead)
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
