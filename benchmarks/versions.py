"""Run an oracle of versions: JSON lines with product, version, expected_cycle, tier, purl?, also?.

Prints one line per tier: tier, right, total, wrong cycle, percent right. A row is right when the
cycle is the expected one or one of `also`, and where none is expected, when none is found. What is
neither is a miss: `wrong cycle` counts the misses that name a cycle, the others name none.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

# The file runs from a fresh checkout, where nothing is installed.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from scanner.catalog import dataset
from scanner.catalog.cycles import Unresolved, cycle_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class Row(NamedTuple):
    """One question, the answers that are right, and what was answered."""

    tier: str
    product: str
    version: str
    expected: str | None
    also: tuple[str, ...]
    cycle: str | None
    reason: str

    @property
    def is_right(self) -> bool:
        """Whether the answer is one of the right ones."""
        return self.cycle == self.expected or (self.cycle is not None and self.cycle in self.also)


def answered(path: str) -> Iterator[Row]:
    """Ask for every row of an oracle file."""
    catalogue = dataset.load()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            purl_type = row.get("purl", "").removeprefix("pkg:").partition("/")[0]
            product = catalogue.product(row["product"])
            cycle, reason = None, "no such product"
            if product is not None:
                found = cycle_of(row["version"], purl_type, product)
                if isinstance(found, Unresolved):
                    reason = f"{found.reason} {' '.join(found.candidates)}".rstrip()
                else:
                    cycle = found.name
            yield Row(
                tier=row["tier"],
                product=row["product"],
                version=row["version"],
                expected=row["expected_cycle"],
                also=tuple(row.get("also", ())),
                cycle=cycle,
                reason=reason,
            )


def main() -> None:
    """Print the figures, and the first misses of each tier when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE", help="the oracle, e.g. versions.jsonl")
    parser.add_argument("--misses", metavar="N", type=int, default=0, help="also print N misses of each tier, -1: all")
    options = parser.parse_args()
    right, total, wrong, printed = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    misses = []
    for row in answered(options.file):
        total[row.tier] += 1
        right[row.tier] += row.is_right
        wrong[row.tier] += not row.is_right and row.cycle is not None
        if not row.is_right:
            misses.append(row)
    for tier in sorted(total):
        share = 100 * right[tier] / total[tier]
        print(f"{tier:10} {right[tier]:6} {total[tier]:6} {wrong[tier]:6} {share:8.3f} %")
    for row in misses:
        printed[row.tier] += 1
        if options.misses < 0 or printed[row.tier] <= options.misses:
            answer = row.cycle or f"none ({row.reason})"
            print(f"miss {row.tier}: {row.product} {row.version!r} is {row.expected or 'none'}, not {answer}")


if __name__ == "__main__":
    main()
