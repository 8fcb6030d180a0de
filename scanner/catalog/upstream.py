"""The answer of endoflife.date's API v1 → product files of the lowest layer.

https://endoflife.date/docs/api/v1/ (`/products/full`). The API leaves out templates and custom columns; they
are kept from the file that exists, and so is its text, the one sentence that is ours. What is written is
read back and compared, so that a file says exactly what the answer says, or there is no file.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from scanner import decode
from scanner.catalog.fields import Fields, front_matter
from scanner.catalog.products import read
from scanner.decode import ShapeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Cycle, Product

# One product as the API or an extract of it tells: `json` gives it, and whatever it gives is read back and compared.
Fact: TypeAlias = dict[str, Any]

SOURCE: Final = """\
# Where the facts in this directory come from, and the day they were taken.
name = "endoflife.date"
address = "https://endoflife.date"
license = "MIT"
date = {day}
"""

_ID = re.compile(r"[a-z0-9][a-z0-9._+-]*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_KEY = re.compile(r"[A-Za-z]\w*", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z/](?:[\w./+%=?&()~@',#:-]| (?! |#))*", re.ASCII)
_YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_TAG = re.compile(r"<[^<>]*>")
_ENDINGS = ("eoas", "eol", "eoes", "discontinued")
_LONGEST_ID: Final = 100


def facts_of(text: str) -> tuple[list[Fact], date]:
    """Return the products of an answer, by id, and the day it was made.

    Raises ShapeError when it is not such an answer, or an id could not be the name of a file.
    """
    answer = decode.table(decode.from_json(text), "The answer")
    products = decode.items(answer.get("result"), "The list `result` of the answer")
    day = _day(decode.text(answer.get("generated_at"), "The day `generated_at` of the answer"))
    facts = [_fact(product) for product in products]
    ids = [fact["id"] for fact in facts]
    for name in ids:
        check_id(name)
    if len(set(ids)) != len(ids):
        message = "A product is listed twice."
        raise ShapeError(message)
    return sorted(facts, key=lambda fact: str(fact["id"])), day


def check_id(name: object) -> None:
    """Raise ShapeError unless this can be the id of a product: it becomes the name of a file."""
    if not isinstance(name, str) or len(name) > _LONGEST_ID or not _ID.fullmatch(name):
        message = f"{str(name)[:40]!r} cannot be the id of a product."
        raise ShapeError(message)


def page(fact: Fact, old: Fields | None, sentence: str) -> str:
    """Write the product file of one product; `old` is the front matter of the file that it takes the place of.

    Raises ShapeError when what was written would not read back as these facts.
    """
    try:
        return _page(_completed(fact, old) if old is not None else fact, sentence)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unlike(fact.get("id")) from error


def taken_apart(content: bytes) -> tuple[Fields, str]:
    """Return the front matter and the text of a product file. Raises ShapeError when it is none."""
    return front_matter(content.decode("utf-8", "replace"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        message = f"{text[:40]!r} is not the day of an answer."
        raise ShapeError(message) from error


def _fact(product: object) -> Fact:
    fields = decode.table(product, "A product")
    try:
        return _from_api(fields)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unlike(fields.get("name")) from error


def _unlike(name: object) -> ShapeError:
    return ShapeError(f"The product {str(name)[:40]!r} is not in the form of the API.")


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
            message = f"{fact['id']} {cycle.name}: {wrong} does not read back as it was written."
            raise ShapeError(message)
    return page


def _read(page: str, fact: Fact) -> Product:
    product, problems = read(page, f"{fact['id']}.md")
    if product is None or problems:
        message = f"{fact['id']}: {problems[0].message if problems else 'it cannot be read.'}"
        raise ShapeError(message)
    if product.identifiers != tuple((entry["type"], entry["id"]) for entry in fact["identifiers"]):
        message = f"{fact['id']}: the identifiers do not read back as they were written."
        raise ShapeError(message)
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
        lines += [f"  - {_key(entry['type'])}: {_scalar(entry['id'])}" for entry in fact["identifiers"]]
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
        if key in lines:
            message = f"{key[:40]!r} cannot be the name of a custom field."
            raise ShapeError(message)
        lines[_key(key)] = _scalar(value)
    return lines


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        message = f"{text[:40]!r} cannot be the name of a field."
        raise ShapeError(message)
    return text


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
