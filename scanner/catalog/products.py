"""Reads a product file: markdown whose YAML front matter holds one product and its release cycles.

https://endoflife.date/contribute. Both forms of the format are read: the modern one, and the legacy
one (`purls`, `support`, `extendedSupport`, `release`) that was written until 2024.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import yaml
from frontmatter.default_handlers import YAMLHandler
from yaml.constructor import ConstructorError

from scanner.catalog.templates import placeholders, render
from scanner.decode import ShapeError
from scanner.model import Cycle, Location, Problem, Product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Ending

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_HOME = "https://endoflife.date/"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")
# Labels are written for a web page: `<abbr title="…">LTS</abbr>`.
_TAG = re.compile(r"<[^<>]*>")
_NOTHING = frozenset({"", "~", "null"})
# YAML 1.1, in which product files are written, knows more words for yes and no.
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Fields(dict[str, object]):
    """A mapping of the front matter that knows on which line of the file each of its keys stands."""

    lines: dict[str, int]
    line: int

    def line_of(self, key: str) -> int:
        """Return the line of a key, or where the mapping begins when there is no such key."""
        return self.lines.get(key, self.line)


def read(text: str, path: str) -> tuple[Product | None, tuple[Problem, ...]]:
    """Read one product file.

    What cannot be read becomes a Problem: a bad release or identifier costs only itself; a file
    without front matter, id, title or releases gives no product.
    """
    problems: list[Problem] = []
    product: Product | None
    try:
        fields, body = front_matter(text)
        product = _product(fields, body, path, problems)
    except ShapeError as error:
        product = None
        problems.append(_problem(error, path))
    return product, tuple(sorted(problems, key=lambda problem: problem.location.line or 0))


def front_matter(text: str) -> tuple[Fields, str]:
    """Take a product file apart: the fields of its front matter, every scalar as text, and its body.

    Raises ShapeError when there is no front matter that can be read.
    """
    text = text.removeprefix("\ufeff")
    if not _HANDLER.detect(text):
        message = "The file does not begin with front matter (a line `---`)."
        raise ShapeError(message, 1)
    try:
        matter, body = _HANDLER.split(text)
    except ValueError as error:
        message = "The front matter has no end (a second line `---`)."
        raise ShapeError(message, 1) from error
    # The boundary takes the blank lines after it along, and the lines of YAML count from there.
    first = text.count("\n", 0, text.index(matter))
    fields = _loaded(matter, first)
    _shift(fields, first)
    return fields, body.strip()


def _loaded(matter: str, first: int) -> Fields:
    try:
        fields: object = _HANDLER.load(matter, Loader=_Strings)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 + first if error.problem_mark else None
        message = f"The front matter is not YAML: {error.problem}."
        raise ShapeError(message, line) from error
    except (yaml.YAMLError, RecursionError) as error:
        message = "The front matter is not YAML that can be read."
        raise ShapeError(message) from error
    if not isinstance(fields, Fields):
        message = "The front matter is not a list of fields (`title: …`)."
        raise ShapeError(message, 1)
    return fields


def _shift(value: object, by: int) -> None:
    if isinstance(value, Fields):
        value.line += by
        value.lines = {key: line + by for key, line in value.lines.items()}
        for inner in value.values():
            _shift(inner, by)
    elif isinstance(value, list):
        for inner in value:
            _shift(inner, by)


def _product(fields: Fields, body: str, path: str, problems: list[Problem]) -> Product:
    product_id = _required(fields, "permalink").strip("/")
    if not _ID.fullmatch(product_id):
        message = f"permalink: {product_id!r} is no id (letters, digits, `-`, `_`, `.`, `+`)."
        raise ShapeError(message, fields.line_of("permalink"))
    title = _required(fields, "title")
    releases = _list(fields, "releases")
    if releases is None:
        message = "releases: the field is missing."
        raise ShapeError(message, fields.line)
    return Product(
        id=product_id,
        title=title,
        link=_HOME + product_id,
        cycles=tuple(_cycles(fields, releases, path, problems)),
        aliases=tuple(_aliases(fields, path, problems)),
        category=_optional(fields, "category") or "",
        identifiers=tuple(_identifiers(fields, path, problems)),
        file=path,
        description=" ".join(body.partition("\n\n")[0].split()),
    )


def _cycles(fields: Fields, releases: list[object], path: str, problems: list[Problem]) -> Iterator[Cycle]:
    seen: set[str] = set()
    for release in releases:
        try:
            cycle = _new_cycle(release, fields, seen)
        except ShapeError as error:
            problems.append(_problem(error, path))
        else:
            seen.add(cycle.name)
            yield cycle


def _new_cycle(release: object, fields: Fields, seen: set[str]) -> Cycle:
    if not isinstance(release, Fields):
        message = f"releases: {str(release)[:40]!r} is not a release (`releaseCycle: …`)."
        raise ShapeError(message, fields.line_of("releases"))
    cycle = _cycle(release, fields)
    if cycle.name in seen:
        message = f"releaseCycle: {cycle.name} is listed twice; the first one counts."
        raise ShapeError(message, release.line_of("releaseCycle"))
    return cycle


def _cycle(release: Fields, product: Fields) -> Cycle:
    name = _required(release, "releaseCycle")
    released = _date(release, "releaseDate" if "releaseDate" in release else "release")
    latest = _optional(release, "latest")
    latest_released = _date(release, "latestReleaseDate")
    codename = _optional(release, "codename")
    values = placeholders(name, codename, released, latest, latest_released)
    label = _filled("releaseLabel", "releaseLabel", release, product, values)
    return Cycle(
        name=name,
        released=released,
        eoas=_eoas(release),
        eol=_ending(release, "eol"),
        eoes=_eoes(release),
        discontinued=_ending(release, "discontinued"),
        lts=_ending(release, "lts") or False,
        latest=latest,
        latest_released=latest_released,
        codename=codename,
        label=label and _TAG.sub("", label),
        link=_filled("link", "changelogTemplate", release, product, values),
    )


def _filled(own: str, shared: str, release: Fields, product: Fields, values: dict[str, str | None]) -> str | None:
    # A release that says `link: null` wants none, not the product's.
    template = _optional(release, own) if own in release else _optional(product, shared)
    return render(template, values) if template else None


def _eoas(release: Fields) -> Ending:
    if "eoas" in release:
        return _ending(release, "eoas")
    return _opposite(_ending(release, "support"))


def _eoes(release: Fields) -> Ending:
    if "eoes" in release:
        return _ending(release, "eoes")
    # The legacy form says `false` of a cycle that has no extended support at all.
    return _opposite(_ending(release, "extendedSupport") or None)


def _opposite(ending: Ending) -> Ending:
    return not ending if isinstance(ending, bool) else ending


def _ending(fields: Fields, key: str) -> Ending:
    value = _optional(fields, key)
    if value is None:
        return None
    word = _WORDS.get(value.lower())
    return _date(fields, key) if word is None else word


def _date(fields: Fields, key: str) -> date | None:
    value = _optional(fields, key)
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    # `fromisoformat` takes 20240401 and 2024-W14-1 as well; the format knows one way to write a day.
    if day is None or day.isoformat() != value:
        message = f"{_release_name(fields)}{key}: {value[:40]!r} is not a date (YYYY-MM-DD)."
        raise ShapeError(message, fields.line_of(key))
    return day


def _release_name(fields: Fields) -> str:
    name = fields.get("releaseCycle")
    return f"release {name}, " if isinstance(name, str) else ""


def _aliases(fields: Fields, path: str, problems: list[Problem]) -> Iterator[str]:
    for key in ("alternate_urls", "alternative_urls"):  # the second is a slip that real files make
        for alias in _list(fields, key) or ():
            if isinstance(alias, str) and alias.strip("/"):
                yield alias.strip("/")
            else:
                wrong = ShapeError(f"{key}: {str(alias)[:40]!r} is not an address.", fields.line_of(key))
                problems.append(_problem(wrong, path))


def _identifiers(fields: Fields, path: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    key = "identifiers" if "identifiers" in fields else "purls"
    for entry in _list(fields, key) or ():
        pairs = entry.items() if isinstance(entry, Fields) else (("", entry),)
        for kind, identifier in pairs:
            if kind and isinstance(identifier, str) and identifier:
                yield kind, identifier
            else:
                line = entry.line if isinstance(entry, Fields) else fields.line_of(key)
                wrong = ShapeError(f"{key}: {str(entry)[:40]!r} is not an identifier (`purl: …`).", line)
                problems.append(_problem(wrong, path))


def _required(fields: Fields, key: str) -> str:
    value = _optional(fields, key)
    if value is None:
        message = f"{key}: the field is missing."
        raise ShapeError(message, fields.line_of(key))
    return value


def _optional(fields: Fields, key: str) -> str | None:
    value = fields.get(key)
    if value is None or isinstance(value, str):
        text = (value or "").strip()
        return None if text in _NOTHING else text
    message = f"{_release_name(fields)}{key}: this is a list or a mapping, not text."
    raise ShapeError(message, fields.line_of(key))


def _list(fields: Fields, key: str) -> list[object] | None:
    value = fields.get(key)
    if value is None or (isinstance(value, str) and value in _NOTHING):
        return None
    if isinstance(value, list):
        return value
    message = f"{key}: this is not a list."
    raise ShapeError(message, fields.line_of(key))


def _problem(error: ShapeError, path: str) -> Problem:
    return Problem(message=str(error), location=Location(path=path, line=error.line))


class _Strings(_Loader):
    """Leaves every scalar as the text that stands in the file: `3.10` is a version, not a number."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 -- the loader's own way to be told
    yaml_constructors = {}  # noqa: RUF012


def _mapping(loader: _Strings, node: yaml.MappingNode) -> Fields:
    fields = Fields({str(key): value for key, value in loader.construct_mapping(node, deep=True).items()})
    fields.line = node.start_mark.line + 1
    fields.lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    return fields


def _sequence(loader: _Strings, node: yaml.SequenceNode) -> list[object]:
    return loader.construct_sequence(node, deep=True)


def _text(loader: _Strings, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


def _undefined(_: _Strings, node: yaml.Node) -> object:
    raise ConstructorError(None, None, f"the tag {node.tag} is not known", node.start_mark)


_Strings.add_constructor("tag:yaml.org,2002:map", _mapping)
_Strings.add_constructor("tag:yaml.org,2002:seq", _sequence)
_Strings.add_constructor("tag:yaml.org,2002:str", _text)
_Strings.add_constructor(None, _undefined)

_HANDLER = YAMLHandler()
