"""Compare what the policy says of every cycle with what endoflife.date says of it on the same day.

    python benchmarks/statuses.py FILE

FILE holds one JSON object a line: `product`, `cycle`, `today`, `isLts`, `isMaintained`, and where
they apply `is_eol`, `almost_eol` and the same of `eoas`, `eoes` and `discontinued`. Prints every
difference and exits with 1 when there is one.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from scanner.catalog import dataset
from scanner.endings import ended, ends_within, is_lts, is_maintained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Cycle

_ENDINGS = ("eol", "eoas", "eoes", "discontinued")


def main(path: str) -> int:
    """Compare every line of the file; return the exit code."""
    catalogue = dataset.load()
    cycles = 0
    compared = 0
    differences: list[str] = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            expected = json.loads(line)
            product = catalogue.product(expected["product"])
            known = {cycle.name: cycle for cycle in product.cycles} if product else {}
            place = f"{expected['product']} {expected['cycle']} on {expected['today']}"
            cycle = known.get(expected["cycle"])
            if cycle is None:
                differences.append(f"{place}: there is no such cycle")
                continue
            cycles += 1
            actual = dict(_said(cycle, date.fromisoformat(expected["today"])))
            words = {word for word in actual.keys() | expected.keys() if word.startswith(("is", "almost_"))}
            compared += len(words)
            differences += [
                f"{place}: {word} is {actual.get(word)}, endoflife.date says {expected.get(word)}"
                for word in sorted(words)
                if actual.get(word) != expected.get(word)
            ]
    print(*differences, sep="\n", end="\n" if differences else "")
    print(f"{cycles} cycles, {compared} answers, {len(differences)} differences")
    return 1 if differences or not cycles else 0


def _said(cycle: Cycle, today: date) -> Iterator[tuple[str, bool]]:
    yield "isLts", is_lts(cycle, today)
    yield "isMaintained", is_maintained(cycle, today)
    for word in _ENDINGS:
        ending = getattr(cycle, word)
        over = ended(ending, today)
        if over is not None:
            yield f"is_{word}", over
        if isinstance(ending, date):
            yield f"almost_{word}", ends_within(ending, cycle.released, today, None)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/statuses.py FILE")
    sys.exit(main(sys.argv[1]))
