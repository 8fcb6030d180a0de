"""Reads a product file: markdown whose YAML front matter holds one product and its release cycles.

https://endoflife.date/contribute. Both forms of the format are read: the modern one, and the legacy
one (`purls`, `support`, `extendedSupport`, `release`) that was written until 2024. A file of a higher
layer says more (see `layers`): what its dates rest on, by which rule they follow, families.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from scanner.catalog import computed
from scanner.catalog.families import check, starts
from scanner.catalog.fields import (
    Fields,
    day,
    ending,
    flag,
    front_matter,
    listed,
    mappings,
    optional,
    problem,
    required,
    unknown,
)
from scanner.catalog.index import base_of, cpe_key, keys_of, os_key
from scanner.catalog.templates import placeholders, render
from scanner.decode import ShapeError
from scanner.model import Cycle, EvidenceClass, Family, Problem, Product

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.catalog.computed import Rule
    from scanner.model import Ending

__all__ = ["Fields", "Page", "Release", "front_matter", "read"]

_HOME: Final = "https://endoflife.date/"
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")
# Labels are written for a web page: `<abbr title="…">LTS</abbr>`.
_TAG: Final = re.compile(r"<[^<>]*>")
_ADDRESS: Final = re.compile(r"https?://\S+")

# What a file of a higher layer may say of a product, or of one release, beside the upstream format.
BASIS: Final = ("source", "evidence", "rule", "eoasRule", "replacement")
OWN: Final = (*BASIS, "wholePackage", "identifiers", "purls", "families", "alternate_urls", "releases")
_FIELDS: Final = frozenset({
    *OWN, "title", "permalink", "category", "tags", "addedAt", "iconSlug", "versionCommand", "command",
    "releasePolicyLink", "releaseImage", "changelogTemplate", "releaseLabel", "LTSLabel", "eolColumn", "eoasColumn",
    "eoesColumn", "latestColumn", "discontinuedColumn", "releaseDateColumn", "activeSupportColumn",
    "releaseColumn", "extendedSupportColumn", "alternative_urls", "sortReleasesBy", "customFields", "auto",
    "eolWarnThreshold", "eoasWarnThreshold", "eoesWarnThreshold", "discontinuedWarnThreshold", "layout",
})  # fmt: skip
_RELEASE_FIELDS: Final = frozenset({
    *BASIS, "releaseCycle", "releaseDate", "release", "eoas", "support", "eol", "eoes", "extendedSupport",
    "discontinued", "lts", "latest", "latestReleaseDate", "codename", "releaseLabel", "link", "freeExtended",
})  # fmt: skip
_FAMILY_FIELDS: Final = ("type", "namespace", "name", "except", "versions", "source")
_ENDINGS: Final = frozenset({"eoas", "eol", "eoes", "discontinued"})
_SHORTEST_START: Final = 2


class Page(NamedTuple):
    """One file while it is read; `own` tells the files of higher layers from those of the upstream format."""

    fields: Fields
    body: str
    path: str
    problems: list[Problem]
    own: bool = False

    def reject(self, error: ShapeError) -> None:
        """Note what could not be read, and go on."""
        self.problems.append(problem(error, self.path))

    def check_fields(self, fields: Fields, known: frozenset[str] | tuple[str, ...], what: str) -> None:
        """Note every field that means nothing; the upstream format has many that say nothing here."""
        if self.own:
            for error in unknown(fields, known, what):
                self.reject(error)

    def description(self) -> str:
        """Return the first paragraph of the text."""
        return " ".join(self.body.partition("\n\n")[0].split())


class Release(NamedTuple):
    """What a file says of one release: fields of `Cycle`, and the rules by which dates that it lacks follow.

    `based` when it says itself what it rests on, and does not leave that to the file.
    """

    name: str
    given: dict[str, Any]
    eol_rule: Rule | None
    eoas_rule: Rule | None
    line: int
    based: bool = False


def read(text: str, path: str) -> tuple[Product | None, tuple[Problem, ...]]:
    """Read one product file of the upstream format.

    What cannot be read becomes a Problem: a bad release or identifier costs only itself; a file
    without front matter, id, title or releases gives no product.
    """
    problems: list[Problem] = []
    product: Product | None
    try:
        fields, body = front_matter(text)
        product = product_of(Page(fields, body, path, problems))
    except ShapeError as error:
        product = None
        problems.append(problem(error, path))
    return product, by_line(problems)


def by_line(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return the problems of one file in its order."""
    return tuple(sorted(problems, key=lambda problem: problem.location.line or 0))


def product_of(page: Page) -> Product:
    """Make a new product of a page. Raises ShapeError without id, title or releases."""
    fields = page.fields
    page.check_fields(fields, _FIELDS, "a product file")
    product_id = required(fields, "permalink").strip("/")
    if not _ID.fullmatch(product_id):
        message = f"permalink: {product_id!r} is no id (letters, digits, `-`, `_`, `.`, `+`)."
        raise ShapeError(message, fields.line_of("permalink"))
    title = required(fields, "title")
    if listed(fields, "releases") is None:
        message = "releases: the field is missing."
        raise ShapeError(message, fields.line)
    product = Product(
        id=product_id,
        title=title,
        link=_HOME + product_id,
        cycles=_cycles(page),
        aliases=aliases_of(page),
        category=optional(fields, "category") or "",
        identifiers=identifiers_of(page),
        files=(page.path,),
        description=page.description(),
    )
    return _own(product, page) if page.own else product


def _own(product: Product, page: Page) -> Product:
    fields = page.fields
    source, policy = optional(fields, "source"), optional(fields, "releasePolicyLink")
    whole = flag(fields, "wholePackage")
    if whole and len(product.cycles) != 1:
        message = "wholePackage: such a product has one release, to which every version belongs."
        raise ShapeError(message, fields.line_of("wholePackage"))
    return product._replace(
        link=policy or address_in(source or ""),
        source=source or policy or page.path,
        replacement=optional(fields, "replacement"),
        whole=whole,
        families=families_of(page),
    )


def address_in(text: str) -> str:
    """Return the first web address in a text; empty when there is none."""
    found = _ADDRESS.search(text)
    return found[0].rstrip(".,;)") if found else ""


def releases_of(page: Page) -> list[Release]:
    """Return what the page says of releases; a bad one is noted and left out."""
    found: dict[str, Release] = {}
    columns = _columns(page)
    for entry in listed(page.fields, "releases") or ():
        try:
            release = _release(entry, page, columns)
        except ShapeError as error:
            page.reject(error)
            continue
        if release.name in found:
            message = f"releaseCycle: {release.name} is listed twice; the first one counts."
            page.reject(ShapeError(message, release.line))
        found.setdefault(release.name, release)
    return list(found.values())


def _columns(page: Page) -> frozenset[str]:
    """Return the columns that the file adds to its releases."""
    fields = mappings(page.fields, "customFields", "name: …", page.reject) if page.own else ()
    return frozenset(str(field.get("name")) for field in fields)


def _cycles(page: Page) -> tuple[Cycle, ...]:
    releases = releases_of(page)
    return complete(tuple(Cycle(**release.given) for release in releases), releases, page)


def complete(cycles: tuple[Cycle, ...], releases: list[Release], page: Page) -> tuple[Cycle, ...]:
    """Compute the dates that these releases do not state and a rule of theirs gives."""
    wanted = {release.name: release for release in releases if release.eol_rule or release.eoas_rule}
    done = list(cycles)
    for position, cycle in enumerate(cycles):
        if cycle.name in wanted:
            try:
                done[position] = _computed(cycle, position, cycles, wanted[cycle.name])
            except ShapeError as error:
                page.reject(ShapeError(str(error), wanted[cycle.name].line))
    return tuple(done)


def _computed(cycle: Cycle, position: int, cycles: tuple[Cycle, ...], release: Release) -> Cycle:
    eoas, eol = cycle.eoas, cycle.eol
    if release.eol_rule and eol is None:
        eol = computed.end_by(release.eol_rule, position, cycles)
    if release.eoas_rule and eoas is None:
        eoas = computed.end_by(release.eoas_rule, position, cycles)
    # A stated end is as good as its statement, even beside an active support that follows from a rule.
    by_rule = cycle.evidence is EvidenceClass.VENDOR and (eol != cycle.eol or (eoas != cycle.eoas and not cycle.eol))
    return cycle._replace(eoas=eoas, eol=eol, evidence=EvidenceClass.RULE if by_rule else cycle.evidence)


def _release(entry: object, page: Page, columns: frozenset[str]) -> Release:
    if not isinstance(entry, Fields):
        message = f"releases: {str(entry)[:40]!r} is not a release (`releaseCycle: …`)."
        raise ShapeError(message, page.fields.line_of("releases"))
    page.check_fields(entry, _RELEASE_FIELDS | columns, "a release")
    given = _given(entry, page.fields)
    eol_rule = eoas_rule = None
    if page.own:
        eol_rule, eoas_rule = _based(entry, page, given)
    based = any(key in entry for key in BASIS)
    return Release(given["name"], given, eol_rule, eoas_rule, entry.line_of("releaseCycle"), based)


def _given(release: Fields, product: Fields) -> dict[str, Any]:
    """Return the fields of `Cycle` that a release names."""
    given: dict[str, Any] = {"name": required(release, "releaseCycle")}
    for field, key, reader in _READERS:
        if key in release and field not in given:
            given[field] = reader(release, key)
    values = placeholders(
        given["name"], given.get("codename"), given.get("released"), given.get("latest"), given.get("latest_released")
    )
    label = _filled("releaseLabel", "releaseLabel", release, product, values)
    link = _filled("link", "changelogTemplate", release, product, values)
    # A field that a release names is given even where it is null, and takes the place of a lower layer's.
    given |= {"label": label and _TAG.sub("", label)} if label or "releaseLabel" in release else {}
    return given | ({"link": link} if link or "link" in release else {})


def _based(release: Fields, page: Page, given: dict[str, Any]) -> tuple[Rule | None, Rule | None]:
    """Add what the dates of a release of our own rest on; return its rules in machine form."""
    evidence = evidence_of(release) or evidence_of(page.fields) or EvidenceClass.VENDOR
    eol_rule, rule = _rule(release, page.fields, "rule")
    eoas_rule, eoas_words = _rule(release, page.fields, "eoasRule")
    told = [rule, eoas_words and f"active support ends {eoas_words}"]
    given |= {
        "evidence": evidence,
        "source": optional(release, "source"),
        "rule": "; ".join(filter(None, told)) or None,
        "replacement": optional(release, "replacement"),
    }
    return eol_rule, eoas_rule


def evidence_of(fields: Fields) -> EvidenceClass | None:
    """Return how good the statement of the dates is; None where nothing is said."""
    word = optional(fields, "evidence")
    if word is None:
        return None
    known = ("vendor", "rule", "latest-only", "deprecated")
    if word not in known:
        message = f"evidence: {word[:40]!r} is none of {', '.join(known)}."
        raise ShapeError(message, fields.line_of("evidence"))
    return EvidenceClass(word)


def _rule(release: Fields, product: Fields, key: str) -> tuple[Rule | None, str | None]:
    """Return a rule in machine form, where it has one, and in words."""
    fields = release if key in release else product
    form = fields.get(key)
    if not isinstance(form, Fields):
        return None, optional(fields, key)
    try:
        rule = computed.rule_of(form)
    except ShapeError as error:
        message = f"{key}: {error}"
        raise ShapeError(message, form.line) from error
    verb = "" if key == "eoasRule" else "ends "
    return rule, verb + computed.words(rule)


def _filled(own: str, shared: str, release: Fields, product: Fields, values: dict[str, str | None]) -> str | None:
    # A release that says `link: null` wants none, not the product's.
    template = optional(release, own) if own in release else optional(product, shared)
    return render(template, values) if template else None


def _support(release: Fields, key: str) -> Ending:
    return _opposite(ending(release, key))


def _extended(release: Fields, key: str) -> Ending:
    # The legacy form says `false` of a cycle that has no extended support at all.
    return _opposite(ending(release, key) or None)


def _lts(release: Fields, key: str) -> Ending:
    return ending(release, key) or False


def _opposite(end: Ending) -> Ending:
    return not end if isinstance(end, bool) else end


# Field of `Cycle`, key of a release, and how it is read; the modern key before the legacy one.
_READERS: Final[tuple[tuple[str, str, Callable[[Fields, str], object]], ...]] = (
    ("released", "releaseDate", day),
    ("released", "release", day),
    ("eoas", "eoas", ending),
    ("eoas", "support", _support),
    ("eol", "eol", ending),
    ("eoes", "eoes", ending),
    ("eoes", "extendedSupport", _extended),
    ("discontinued", "discontinued", ending),
    ("lts", "lts", _lts),
    ("latest", "latest", optional),
    ("latest_released", "latestReleaseDate", day),
    ("codename", "codename", optional),
    ("free_extended", "freeExtended", flag),
)


def states_an_end(release: Release) -> bool:
    """Tell whether what a file says of a release is about its support, and not only its newest version."""
    return bool(_ENDINGS & release.given.keys() or release.eol_rule or release.eoas_rule)


def aliases_of(page: Page) -> tuple[str, ...]:
    """Return the other addresses of the page's product."""
    found = []
    for key in ("alternate_urls", "alternative_urls"):  # the second is a slip that real files make
        for alias in listed(page.fields, key) or ():
            if isinstance(alias, str) and alias.strip("/"):
                found.append(alias.strip("/"))
            else:
                page.reject(ShapeError(f"{key}: {str(alias)[:40]!r} is not an address.", page.fields.line_of(key)))
    return tuple(found)


def identifiers_of(page: Page) -> tuple[tuple[str, str], ...]:
    """Return the identifiers that the page lists."""
    key = "identifiers" if "identifiers" in page.fields else "purls"
    return identifiers_in(page, page.fields, key)


def identifiers_in(page: Page, fields: Fields, key: str) -> tuple[tuple[str, str], ...]:
    """Return the identifiers of one list of one-key maps."""
    found = []
    for entry in listed(fields, key) or ():
        pairs = entry.items() if isinstance(entry, Fields) else (("", entry),)
        for kind, identifier in pairs:
            if isinstance(identifier, str) and identifier and kind and (not page.own or _is_one(kind, identifier)):
                found.append((kind, identifier))
            else:
                line = entry.line if isinstance(entry, Fields) else fields.line_of(key)
                page.reject(ShapeError(f"{key}: {str(entry)[:40]!r} is not an identifier (`purl: …`).", line))
    return tuple(found)


def _is_one(kind: str, identifier: str) -> bool:
    if kind in ("purl", "derived"):
        return bool(keys_of(identifier))
    if kind == "os":
        return os_key(identifier) is not None
    return bool(cpe_key(identifier)) if kind == "cpe" else kind == "repology"


def families_of(page: Page) -> tuple[Family, ...]:
    """Return the families that the page lists."""
    found = []
    for entry in mappings(page.fields, "families", "type: …", page.reject):
        try:
            found.append(_family(entry, page))
        except ShapeError as error:
            page.reject(ShapeError(str(error), error.line or entry.line))
    return tuple(found)


def _family(entry: Fields, page: Page) -> Family:
    page.check_fields(entry, _FAMILY_FIELDS, "a family")
    versions = []
    for rewrite in mappings(entry, "versions", "from: …", page.reject):
        page.check_fields(rewrite, ("from", "to"), "a rewrite of versions")
        template = required(rewrite, "to")
        versions.append((required(rewrite, "from"), None if template == "none" else template))
    family = Family(
        type=required(entry, "type").lower(),
        namespace=(optional(entry, "namespace") or "").replace("%40", "@"),
        name=required(entry, "name"),
        exceptions=optional(entry, "except") or "",
        versions=tuple(versions),
        source=optional(entry, "source") or optional(page.fields, "source"),
        file=page.path,
    )
    check(family)
    if base_of(family) is None:
        message = f"families, type: {family.type[:40]!r} is no type of purl."
        raise ShapeError(message, entry.line_of("type"))
    if not family.namespace and any(len(start.text) < _SHORTEST_START for start in starts(family.name)):
        # Otherwise every package of the type would have to be tried.
        message = f"families: {family.name[:40]!r} has no namespace, and must begin with plain characters."
        raise ShapeError(message, entry.line_of("name"))
    return family
