"""Writes products/*.md from the facts of endoflife.date.

    python scripts/products.py FACTS [--date 2026-08-22] [--sentences FILE.jsonl]

FACTS is the JSON that the API v1 answers under `/api/v1/products/full`, or our own extract of the
product files with one JSON object per line. The API leaves out templates and custom columns; they
are kept from the file that exists, and so is its text, the one sentence that is ours.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

sys.path.insert(0, str(Path(__file__).parent.parent))

from scanner.catalog.products import Fields, front_matter, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.model import Cycle, Product

Fact: TypeAlias = dict[str, Any]

PRODUCTS = Path(__file__).parent.parent / "products"
_ID = re.compile(r"[a-z0-9][a-z0-9._+-]*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_KEY = re.compile(r"[A-Za-z]\w*")
_PLAIN = re.compile(r"[A-Za-z/](?:[\w./+%=?&()~@',#:-]| (?! |#))*", re.ASCII)
_YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_TAG = re.compile(r"<[^<>]*>")
_ENDINGS = ("eoas", "eol", "eoes", "discontinued")


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
        page = _page(_completed(fact, fields) if fields else fact, body or sentences[fact["id"]])
        (PRODUCTS / f"{fact['id']}.md").write_text(page, "utf-8", newline="\n")
    for gone in old:
        (PRODUCTS / f"{gone}.md").unlink()
        print(f"{gone} is no longer a product of endoflife.date: its file is removed.")
    (PRODUCTS / "source.toml").write_text(_SOURCE.format(day=day), "utf-8", newline="\n")
    print(f"{len(facts)} products with {sum(len(fact['releases']) for fact in facts)} cycles.")


_SOURCE = """\
# Where the facts in this directory come from, and the day they were taken.
name = "endoflife.date"
address = "https://endoflife.date"
license = "MIT"
date = {day}
"""


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
    if text.partition("\n")[0].rstrip().endswith("}") and '"schema_version"' not in text[:2000]:
        facts, day = [json.loads(line) for line in text.splitlines() if line.strip()], None
    else:
        answer = json.loads(text)
        facts = [_from_api(product) for product in answer["result"]]
        day = date.fromisoformat(answer["generated_at"][:10])
    # The id becomes a file name, and the facts came from the network.
    for fact in facts:
        if not _ID.fullmatch(fact["id"]):
            _stop(f"{fact['id']!r} cannot be the id of a product.")
    return sorted(facts, key=lambda fact: fact["id"]), day


def _sentences(paths: Iterable[Path]) -> dict[str, str]:
    lines = [line for path in paths for line in path.read_text("utf-8").splitlines() if line.strip()]
    return {entry["id"]: entry["sentence"].strip() for entry in map(json.loads, lines)}


def _from_api(product: Fact) -> Fact:
    return {
        "id": product["name"],
        "title": product["label"],
        "category": product["category"],
        "tags": product["tags"],
        "aliases": product["aliases"],
        "identifiers": product["identifiers"],
        "versionCommand": product.get("versionCommand"),
        "links": {"releasePolicy": product["links"].get("releasePolicy")},
        "columns": {name: label or False for name, label in product["labels"].items()},
        "releases": [_release_from_api(release) for release in product["releases"]],
    }


def _release_from_api(release: Fact) -> Fact:
    fact = {key: release[key] for key in ("name", "codename", "releaseDate") if release.get(key)}
    fact["lts"] = release.get("ltsFrom") or release["isLts"]
    for key in _ENDINGS:
        flag = release.get(f"is{key.capitalize()}")
        # The flag is of the day the answer was made; it is a fact only where there is no date.
        ending = release.get(f"{key}From") or flag
        if ending is not None:
            fact[key] = ending
    fact["custom"] = {key: value for key, value in (release.get("custom") or {}).items() if value}
    fact["label"] = _TAG.sub("", release["label"])
    if latest := release.get("latest"):
        fact |= {"latest": latest["name"], "effectiveLink": latest.get("link")}
        if latest.get("date"):
            fact["latestReleaseDate"] = latest["date"]
    return fact


def _completed(fact: Fact, old: Fields) -> Fact:
    """Add what the API does not tell from the file that exists."""
    if "templates" in fact:
        return fact
    templates = {"changelog": "changelogTemplate", "releaseLabel": "releaseLabel", "ltsLabel": "LTSLabel"}
    kept = {name: old[key] for name, key in templates.items() if key in old}
    columns = {name: old.get(f"{name}Column") for name in ("latest", "releaseDate")}
    releases = {release["releaseCycle"]: release for release in _maps(old.get("releases"))}
    suffix = re.compile(rf" \((?:Upcoming )?{re.escape(str(kept.get('ltsLabel', 'LTS')))}\)$")
    for release in fact["releases"]:
        known = releases.get(release["name"], Fields())
        if "releaseLabel" in known:
            release["labelTemplate"] = known["releaseLabel"]
        if "link" in known:
            release["link"] = None if known["link"] == "null" else known["link"]
        release["label"] = suffix.sub("", release["label"])
    added = {"addedAt": old["addedAt"]} if "addedAt" in old else {}
    return {
        **fact,
        **added,
        "templates": kept,
        "columns": {name: False if label == "false" else label for name, label in columns.items()} | fact["columns"],
        "customFields": [dict(field) for field in _maps(old.get("customFields"))],
    }


def _maps(value: object) -> list[Fields]:
    return [entry for entry in value if isinstance(entry, Fields)] if isinstance(value, list) else []


def _page(fact: Fact, sentence: str) -> str:
    """Write a product file that reads back as exactly these facts."""
    product = _read(_written(fact, sentence), fact)
    for release, cycle in zip(fact["releases"], product.cycles, strict=True):
        # What the templates do not give is written out.
        if (cycle.label or cycle.name) != release["label"]:
            release["labelTemplate"] = release["label"]
        if "effectiveLink" in release and cycle.link != release["effectiveLink"]:
            release["link"] = release["effectiveLink"]
    page = _written(fact, sentence)
    product = _read(page, fact)
    for release, cycle in zip(fact["releases"], product.cycles, strict=True):
        if wrong := _difference(release, cycle):
            _stop(f"{fact['id']} {cycle.name}: {wrong} does not read back as it was written.")
    return page


def _read(page: str, fact: Fact) -> Product:
    product, problems = read(page, f"{fact['id']}.md")
    if product is None or problems:
        _stop(f"{fact['id']}: {problems[0].message}")
    if product.identifiers != tuple((entry["type"], entry["id"]) for entry in fact["identifiers"]):
        _stop(f"{fact['id']}: the identifiers do not read back as they were written.")
    return product


def _difference(release: Fact, cycle: Cycle) -> str | None:
    pairs = {
        "releaseDate": cycle.released,
        "latestReleaseDate": cycle.latest_released,
        **{key: getattr(cycle, key) for key in _ENDINGS},
        "latest": cycle.latest or "",
        "codename": cycle.codename or "",
        "effectiveLink": cycle.link,
        "label": cycle.label or cycle.name,
        "lts": cycle.lts,
    }
    for key, value in pairs.items():
        seen = value.isoformat() if isinstance(value, date) else value
        if key in release and seen != release[key]:
            return key
    return None


def _written(fact: Fact, sentence: str) -> str:
    lines = ["---", *_head(fact)]
    if fact["identifiers"]:
        lines += ["", "identifiers:"]
        lines += [f"  - {entry['type']}: {_scalar(entry['id'])}" for entry in fact["identifiers"]]
    lines += ["", "releases:"]
    for release in fact["releases"]:
        lines += _entry(_release(release))
    return "\n".join([*lines, "---", "", sentence, ""])


def _head(fact: Fact) -> Iterator[str]:
    tags = " ".join(tag for tag in fact["tags"] if tag != fact["category"])
    # A template with tags is one that `scanner/catalog/templates.py` cannot fill in.
    templates = {name: text for name, text in fact.get("templates", {}).items() if "{%" not in text}
    columns = fact.get("columns", {})
    fields = {
        "title": fact["title"],
        "addedAt": fact.get("addedAt"),
        "category": fact["category"],
        "tags": tags,
        "permalink": f"/{fact['id']}",
        "alternate_urls": [f"/{alias}" for alias in fact["aliases"]],
        "versionCommand": _command(fact["versionCommand"]),
        "releasePolicyLink": fact["links"].get("releasePolicy"),
        "changelogTemplate": templates.get("changelog"),
        "releaseLabel": templates.get("releaseLabel"),
        "LTSLabel": templates.get("ltsLabel"),
        **{f"{name}Column": columns[name] for name in _COLUMNS if columns.get(name) not in (None, _COLUMNS[name])},
    }
    for key, value in fields.items():
        if isinstance(value, list):
            yield from [f"{key}:", *(f"  - {_scalar(entry)}" for entry in value)] if value else []
        elif value is not None and value != "":
            yield f"{key}: {_scalar(value)}"
    # The descriptions of the columns are upstream's prose, and stay there.
    columns_of_its_own = [{**field, "description": None} for field in fact.get("customFields", [])]
    if columns_of_its_own:
        yield from ["", "customFields:"]
        for field in columns_of_its_own:
            yield from _entry({key: _scalar(value) for key, value in field.items() if value})


def _command(text: str | None) -> str | None:
    # Remarks between the commands are upstream's prose too.
    return "\n".join(line for line in text.splitlines() if line and not line.startswith("#")) if text else None


# What a product file means when it does not say.
_COLUMNS = {
    "latest": "Latest",
    "releaseDate": "Released",
    "discontinued": False,
    "eoas": False,
    "eol": "Security Support",
    "eoes": False,
}


def _release(release: Fact) -> dict[str, str]:
    order = ("codename", "lts", "releaseDate", *_ENDINGS, "latest", "latestReleaseDate")
    lines = {"releaseCycle": json.dumps(release["name"], ensure_ascii=False)}
    if "labelTemplate" in release:
        lines["releaseLabel"] = _scalar(_TAG.sub("", release["labelTemplate"]))
    lines |= {key: _scalar(release[key]) for key in order if release.get(key) not in (None, "")}
    if release.get("lts") is False:
        lines.pop("lts", None)
    if "link" in release:
        lines["link"] = _scalar(release["link"])
    for key, value in (release.get("custom") or {}).items():
        if not _KEY.fullmatch(key) or key in lines:
            _stop(f"{key!r} cannot be the name of a custom field.")
        lines[key] = _scalar(value)
    return lines


def _entry(lines: dict[str, str]) -> Iterator[str]:
    for number, (key, value) in enumerate(lines.items()):
        yield f"  {'- ' if number == 0 else '  '}{key}: {value}"


def _scalar(value: object) -> str:
    """Write a scalar so that every reader of YAML, of 1.1 or 1.2, sees the same text, day or word."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    text = str(value).strip()
    if _DATE.fullmatch(text):
        return text
    plain = _PLAIN.fullmatch(text) and ": " not in text and not text.endswith(":")
    if plain and text.lower() not in _YAML_WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    main()
