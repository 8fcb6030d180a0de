"""Count how many packages the catalogue judges: by endoflife.date's own identifiers alone, and as a whole.

    python benchmarks/coverage.py [--as-of DAY] FILE-OR-DIR...

A FILE lists purls, one a line; or it is JSON with `packages`, each with a `purl`. Of a DIR every
`expected.json` is read, however deep. A package counts once, however many files name it. Prints a
Markdown table with a line for each purl type, and how many inputs hold anything that is judged; the same
inputs, products and day give the same lines.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from argparse import ArgumentParser
from collections import Counter
from datetime import date
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from scanner import corridor, policy
from scanner.catalog import build, dataset
from scanner.catalog.index import Index
from scanner.model import Dependency, EvidenceKind, Location, Miss, Policy, Reason, Status, Verdict
from scanner.purl import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PRODUCTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "products")
_HEAD = ("type", "packages", "before", "", "after", "", "unknown", "untracked")


class _Answer(NamedTuple):
    """Whether a purl is judged by the lowest layer, and what the whole catalogue makes of it."""

    before: bool
    outcome: str


def main(arguments: Sequence[str]) -> int:
    """Print the table; return the exit code."""
    parser = ArgumentParser(description="Count how many packages the catalogue judges.")
    parser.add_argument("paths", nargs="+", metavar="FILE-OR-DIR")
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DAY", help="default: the day of the product data")
    asked = parser.parse_args(arguments)
    whole = dataset.load()
    today = asked.as_of or whole.stamp.date
    inputs = [named for path in asked.paths for named in _inputs(path) if named]
    answers = _answers(set().union(*inputs), whole, today)
    print(*_table(answers), sep="\n")
    before = sum(any(answers[purl].before for purl in named) for named in inputs)
    after = sum(any(answers[purl].outcome == "after" for purl in named) for named in inputs)
    print(f"\nOf {len(inputs):,} inputs {before:,} hold a package that is judged before, and {after:,} after.")
    print(f"As of {today}; product data of {whole.stamp.date}, {whole.stamp.products:,} products.")
    return 0 if answers else 1


def _answers(purls: set[str], whole: dataset.Catalogue, today: date) -> dict[str, _Answer]:
    lowest = _lowest_layer()
    answers = {}
    for purl in sorted(purls):
        before = _verdict(purl, lowest, today, own_identifiers=True)
        answers[purl] = _Answer(before.match is not None, _outcome(_verdict(purl, whole, today)))
    return answers


def _lowest_layer() -> dataset.Catalogue:
    """Compile the product files of endoflife.date as if there were no others."""
    with TemporaryDirectory() as folder:
        for name in os.listdir(_PRODUCTS):
            if name.endswith((".md", ".toml")):
                shutil.copy(os.path.join(_PRODUCTS, name), folder)
        return dataset.Catalogue(build.compile_products(folder).content)


def _inputs(path: str) -> Iterator[set[str]]:
    """Yield the purls of each input."""
    if not os.path.isdir(path):
        yield _purls(path)
        return
    for folder, _, names in os.walk(path):
        if "expected.json" in names:
            yield _purls(os.path.join(folder, "expected.json"))


def _purls(path: str) -> set[str]:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.lstrip().startswith("{"):
        # Some entries have no purl, and a null in its place.
        listed = [package.get("purl") or "" for package in json.loads(text).get("packages", ())]
    else:
        listed = [line.strip() for line in text.splitlines()]
    return {purl for purl in listed if purl.startswith("pkg:")}


def _verdict(purl: str, catalogue: dataset.Catalogue, today: date, *, own_identifiers: bool = False) -> Verdict:
    """Judge a purl; of `own_identifiers` only what a product lists as a package of its own counts."""
    dependency = Dependency(purl=purl, location=Location("coverage"))
    answer = corridor.resolve(dependency, Index(catalogue))
    if own_identifiers and (answer.evidence is None or answer.evidence.kind is not EvidenceKind.IDENTIFIER):
        answer = Miss(dependency, Reason.UNTRACKED)
    # Without the day of the data: what old data may still say is no question of coverage.
    return policy.judge(answer, Policy(), today)


def _outcome(verdict: Verdict) -> str:
    if verdict.match is not None:
        return "after"
    return "untracked" if verdict.status is Status.UNTRACKED else "unknown"


def _table(answers: dict[str, _Answer]) -> Iterator[str]:
    counts: dict[str, Counter[str]] = {}
    for purl, answer in answers.items():
        parts = split(purl)
        count = counts.setdefault(parts.type if parts else "(no purl)", Counter())
        count.update(("packages", answer.outcome, *(["before"] if answer.before else [])))
    yield _row(_HEAD)
    yield _row(("---", *["---:"] * (len(_HEAD) - 1)))
    for name, count in sorted(counts.items(), key=lambda item: (-item[1]["packages"], item[0])):
        yield _row(_cells(name, count))
    yield _row(_cells("all", sum(counts.values(), Counter())))


def _cells(name: str, count: Counter[str]) -> Iterator[str]:
    packages = count["packages"]
    yield from (name, f"{packages:,}")
    for word in ("before", "after"):
        yield from (f"{count[word]:,}", f"{count[word] / packages if packages else 0:.1%}")
    yield from (f"{count['unknown']:,}", f"{count['untracked']:,}")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
