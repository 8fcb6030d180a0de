"""Writes products/*.md from the facts of endoflife.date.

    python scripts/products.py FACTS [--date 2026-08-22] [--sentences FILE.jsonl]

FACTS is the JSON that the API v1 answers under `/api/v1/products/full`, or our own extract of the
product files with one JSON object per line. The API leaves out templates and custom columns; they
are kept from the file that exists, and so is its text, the one sentence that is ours.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

sys.path.insert(0, str(Path(__file__).parent.parent))

from scanner.catalog import upstream
from scanner.catalog.products import front_matter
from scanner.decode import ShapeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.catalog.upstream import Fact

PRODUCTS = Path(__file__).parent.parent / "products"


def main() -> None:
    """Write one file per product, and remove the files of products that are no more."""
    options = _options()
    facts, day = _facts(options.facts)
    day = options.date or day
    if not day:
        _stop("These facts do not say of which day they are: add --date YYYY-MM-DD.")
    sentences = _sentences(options.sentences)
    PRODUCTS.mkdir(exist_ok=True)
    old = {path.stem: front_matter(path.read_text("utf-8")) for path in sorted(PRODUCTS.glob("*.md"))}
    lacking = [fact["id"] for fact in facts if fact["id"] not in old and fact["id"] not in sentences]
    if lacking:
        _stop(f"These products have no sentence yet, give them one with --sentences: {', '.join(lacking)}.")
    for fact in facts:
        fields, body = old.pop(fact["id"], (None, ""))
        page = upstream.page(fact, fields, body or sentences[fact["id"]])
        (PRODUCTS / f"{fact['id']}.md").write_text(page, "utf-8", newline="\n")
    for gone in old:
        (PRODUCTS / f"{gone}.md").unlink()
        print(f"{gone} is no longer a product of endoflife.date: its file is removed.")
    (PRODUCTS / "source.toml").write_text(upstream.SOURCE.format(day=day), "utf-8", newline="\n")
    print(f"{len(facts)} products with {sum(len(fact['releases']) for fact in facts)} cycles.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("facts", type=Path)
    parser.add_argument("--date", type=date.fromisoformat, help="the day of the facts")
    parser.add_argument("--sentences", type=Path, action="append", default=[], help="texts for new products")
    return parser.parse_args()


def _stop(sentence: str) -> NoReturn:
    sys.exit(sentence)


def _facts(path: Path) -> tuple[list[Fact], date | None]:
    text = path.read_text("utf-8")
    if not text.partition("\n")[0].rstrip().endswith("}") or '"schema_version"' in text[:2000]:
        return upstream.facts_of(text)
    facts = [json.loads(line) for line in text.splitlines() if line.strip()]
    for fact in facts:
        upstream.check_id(fact["id"])
    return sorted(facts, key=lambda fact: str(fact["id"])), None


def _sentences(paths: Iterable[Path]) -> dict[str, str]:
    lines = [line for path in paths for line in path.read_text("utf-8").splitlines() if line.strip()]
    return {entry["id"]: entry["sentence"].strip() for entry in map(json.loads, lines)}


if __name__ == "__main__":
    try:
        main()
    except ShapeError as error:
        _stop(str(error))
