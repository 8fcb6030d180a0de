"""Prints a random sample of matches, for reading by eye whether each is the right product and the right cycle.

    python -m scripts.sample_matches [--seed N] [--count N] FILE-OR-DIR...

A FILE lists purls, one a line; or it is JSON, in which every text that is a purl counts. Of a DIR all `.json`
files are read, however deep. The same inputs, products and seed give the same sample. Each match is one row of a
table in Markdown, with what led to the product and the days of its cycle, and an empty cell for the verdict.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scanner import corridor, decode
from scanner.catalog import dataset
from scanner.catalog.index import Index
from scanner.decode import ShapeError
from scanner.model import Dependency, Location, Match
from scanner.text import clean, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEAD: Final = ("", "purl", "product", "cycle", "by", "released", "eol", "latest", "verdict")


def main(arguments: Sequence[str]) -> int:
    """Print the sample; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE-OR-DIR")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    asked = parser.parse_args(arguments)
    catalogue = dataset.load()
    index = Index(catalogue)
    purls = sorted({purl for path in asked.paths for purl in _purls(path)})
    answers = (corridor.resolve(Dependency(purl=purl, location=Location("sample")), index) for purl in purls)
    matches = [answer for answer in answers if isinstance(answer, Match)]
    # Reproducible on purpose, and no secret.
    drawn = random.Random(asked.seed).sample(matches, min(asked.count, len(matches)))  # noqa: S311 -- see above
    print(f"{len(drawn)} of {len(matches):,} matches of {len(purls):,} purls, seed {asked.seed},")
    print(f"product data of {catalogue.stamp.date}, revision {catalogue.stamp.revision}.\n")
    print(_row(_HEAD), _row(["---"] * len(_HEAD)), sep="\n")
    for number, match in enumerate(drawn, 1):
        print(_row([str(number), *_cells(match), ""]))
    return 0 if drawn else 1


def _purls(path: Path) -> Iterator[str]:
    """Yield every purl that a file, or the JSON files of a folder, name."""
    for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
        text = file.read_text("utf-8", "replace")
        try:
            texts = _texts(decode.from_json(text))
        except ShapeError:
            texts = iter(() if path.is_dir() else map(str.strip, text.splitlines()))
        yield from (text for text in texts if text.startswith("pkg:"))


def _texts(value: object) -> Iterator[str]:
    """Yield every text in decoded JSON."""
    left = [value]
    while left:
        match left.pop():
            case str(text):
                yield text
            case list(values):
                left += values
            case dict(fields):
                left += fields.values()


def _cells(match: Match) -> Iterator[str]:
    cycle = match.cycle
    by = f"{match.evidence.kind} {match.evidence.identifier}"
    shown = (match.dependency.purl, match.product.id, cycle.name, by, cycle.released, cycle.eol, cycle.latest)
    for value in shown:
        yield shorten(clean(str(value)).replace("|", "¦").replace("`", "'"))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
