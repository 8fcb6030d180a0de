"""`eolscan explain PURL | PRODUCT[@VERSION]`: why a verdict is what it is, and the product's timeline."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from scanner import config, console, policy, purl, timeline
from scanner.catalog import dataset, naming
from scanner.catalog.index import Index
from scanner.corridor import resolve_all, resolve_version
from scanner.model import (
    Dependency,
    Evidence,
    EvidenceClass,
    EvidenceKind,
    Location,
    Match,
    Miss,
    Reason,
    ScanError,
)
from scanner.plugin import Command
from scanner.rules import MEANINGS
from scanner.text import clean, for_log
from scanner.wording import called, counted, ending_of, marked_deprecated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scanner.catalog.dataset import Catalogue
    from scanner.config import Settings
    from scanner.model import Cycle, Family, Product, Verdict
    from scanner.options import Given
    from scanner.plugin import World

_REASONS: Final = {
    Reason.NO_PURL: "there is no package URL",
    Reason.UNTRACKED: "no product lists it among its identifiers",
    Reason.NO_VERSION: "no version is given",
    Reason.RANGE: "a range is not a version",
    Reason.FLOATING: "what this names changes from day to day",
    Reason.NEWER: "it is newer than every release cycle that the data knows",
    Reason.OLDER: "it is older than every release cycle that the data knows",
    Reason.GAP: "it lies between the release cycles that the data knows",
    Reason.AMBIGUOUS: "several release cycles fit",
    Reason.UNRESOLVABLE: "this is not a version that can be read",
    Reason.STALE: "only the newest release is supported, and the data is too old to know which that is today",
}
_NEWER_THAN_DEPRECATED: Final = "only older releases are marked deprecated, and nothing is said of this one"
# What the end of a cycle rests on.
_CLASSES: Final = {
    EvidenceClass.VENDOR: "published with its dates",
    EvidenceClass.RULE: "a published rule, from which the dates follow; by policy, not announced",
    EvidenceClass.LATEST_ONLY: "only the newest release is supported",
    EvidenceClass.DEPRECATED: "marked deprecated, abandoned or withdrawn",
    EvidenceClass.LOCKFILE: "marked in the lockfile",
    EvidenceClass.INFERRED: "inferred from the oldest cycle that is known",
}
# Whose product files begin like this, longest first; all others are the user's own.
_LAYERS: Final = (("products/curated/", "curated"), ("products/", "endoflife.date"))
_INDENT: Final = 12


def run(given: Given, world: World) -> int:
    """Print the chain from the purl to the status, and the timeline of the product."""
    if len(given.inputs) != 1:
        msg = "`eolscan explain` takes one package URL or product: pkg:pypi/django@3.2.25, or django@3.2.25."
        raise ScanError(msg)
    subject = given.inputs[0]
    settings = config.settings(given.flags, world.environ, world.cwd, world.cwd)
    today = settings.as_of or world.today
    cache = dataset.cache_folder(world.environ, world.cwd)
    catalogue = dataset.load(config.products(settings, world.cwd), cache)
    settings = settings._replace(policy=naming.resolved(settings.policy, catalogue))
    style = console.style(world, settings.color)
    for number, found in enumerate(_found(subject, catalogue)):
        world.stdout.write("\n" if number else "")
        _explain(subject, found, catalogue, settings, world._replace(style=style, today=today))
    return 0


def _explain(subject: str, found: Match | Miss, catalogue: Catalogue, settings: Settings, world: World) -> None:
    today, style = world.today, world.style
    verdict = policy.judge(found, settings.policy, today, catalogue.stamp.date)
    lines = [*_origin(subject, found, Index(catalogue)), *_outcome(found, verdict, settings, today)]
    for name, text in lines:
        world.stdout.write(for_log(_wrapped(name, clean(text), style.width)) + "\n")
    # A package that is judged as a whole has no cycles to draw.
    if found.product is not None and not found.product.whole:
        current = found.cycle.name if isinstance(found, Match) else None
        world.stdout.write(f"\n{timeline.draw(found.product, today, style, current=current).rstrip()}\n")


def _wrapped(name: str, text: str, width: int | None) -> str:
    """Put a name before a text, and keep the text to the right of the name in a terminal."""
    if width is None or width <= 2 * _INDENT:
        return f"{name:<{_INDENT}}{text}"
    from textwrap import wrap

    lines = wrap(text, width - _INDENT, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(f"{start:<{_INDENT}}{line}" for start, line in zip_longest([name], lines, fillvalue=""))


def _found(subject: str, catalogue: Catalogue) -> tuple[Match | Miss, ...]:
    if subject[:4].lower() == "pkg:":
        if purl.split(subject) is None:
            msg = f"{subject!r} is no package URL; one looks like 'pkg:pypi/django@3.2.25'."
            raise ScanError(msg)
        return resolve_all(Dependency(purl=subject, location=Location(subject)), Index(catalogue))
    name, _, version = subject.partition("@")
    product = catalogue.product(name.strip().lower())
    if product is None:
        msg = f"There is no product {name!r}.{_suggestion(name, catalogue)}"
        raise ScanError(msg)
    evidence = Evidence(EvidenceKind.IDENTIFIER, product.id, EvidenceClass.VENDOR, product.source)
    dependency = Dependency(purl=purl.make("generic", product.id, version or None), location=Location(subject))
    return (resolve_version(dependency, product, evidence, version or None, ""),)


def _suggestion(name: str, catalogue: Catalogue) -> str:
    from difflib import get_close_matches

    known = [word for product in catalogue for word in (product.id, *product.aliases)]
    close = get_close_matches(name.lower(), known, n=3)
    return f" Did you mean {' or '.join(close)}?" if close else ""


def _origin(subject: str, found: Match | Miss, index: Index) -> Iterator[tuple[str, str]]:
    """Tell which product it is, and which file of which layer says so."""
    yield "asked", subject
    product, evidence = found.product, found.evidence
    if product is None or evidence is None:
        yield "product", f"none: {_REASONS[Reason.UNTRACKED]}"
        return
    yield "identifier", f"{evidence.identifier} ({evidence.kind})"
    known = index.find(found.dependency.purl)
    if known is not None and known.family is not None and evidence.kind is not EvidenceKind.OS:
        yield from _family_lines(known.family, known.version, found.dependency)
    else:
        yield from _listing(product, evidence.identifier)
    yield "product", f"{product.title} ({product.id}), {product.link}"
    if product.description:
        yield "", product.description
    if len(product.files) > 1:
        yield "", f"told by {', '.join(map(_layered, product.files))}"
    if product.replacement:
        yield "replacement", product.replacement


def _family_lines(family: Family, version: str | None, dependency: Dependency) -> Iterator[tuple[str, str]]:
    but = f", but not {family.exceptions}" if family.exceptions else ""
    inside = f" in {family.namespace}" if family.namespace else ""
    yield "", f"{family.type} packages{inside} named {family.name}{but}"
    yield "", _told(family.file, family.source)
    parts = purl.split(dependency.purl)
    given = parts.version if parts else None
    if family.versions and given != version:
        yield "", f"its version {given} is {version or 'no version'} of the product"


def _listing(product: Product, identifier: str) -> Iterator[tuple[str, str]]:
    for place, (_, text) in enumerate(product.identifiers):
        if text == identifier:
            origin = product.origins[place] if place < len(product.origins) else 0
            if origin < len(product.files):
                source = product.sources[origin] if origin < len(product.sources) else product.source
                yield "", _told(product.files[origin], source)
            return


def _told(file: str, source: str | None) -> str:
    by = f", by {source}" if source and source != _layer(file) else ""
    return f"in {_layered(file)}{by}"


def _layered(file: str) -> str:
    return f"{file} ({_layer(file)})"


def _layer(file: str) -> str:
    return next((name for start, name in _LAYERS if file.startswith(start)), "your own")


def _outcome(found: Match | Miss, verdict: Verdict, settings: Settings, today: date) -> Iterator[tuple[str, str]]:
    """Tell the release cycle, its dates and what they rest on, and what follows."""
    if found.product is not None:
        yield from _cycle_lines(found, found.product, today)
    meaning = _REASONS[Reason.STALE] if verdict.reason is Reason.STALE else MEANINGS[verdict.status]
    yield "status", f"{verdict.status}: {meaning}"
    if verdict.match is not None and policy.reported(verdict, settings.policy):
        yield "", policy.finding([verdict], "", settings.policy, today).message


def _cycle_lines(found: Match | Miss, product: Product, today: date) -> Iterator[tuple[str, str]]:
    match found:
        case Match(cycle=cycle):
            yield "cycle", "every version, judged as a whole" if product.whole else called(cycle, today)
            yield from _dates(cycle, today)
            yield from _basis(found)
        case Miss(reason=reason, candidates=candidates):
            fitting = f": {', '.join(candidates)}" if candidates else ""
            why = _NEWER_THAN_DEPRECATED if reason is Reason.UNTRACKED else _REASONS[reason]
            yield "cycle", f"none: {why}{fitting}"
            yield "", f"{product.title} has {counted(len(product.cycles), 'release cycle')}."


def _dates(cycle: Cycle, today: date) -> Iterator[tuple[str, str]]:
    if cycle.released:
        yield "released", cycle.released.isoformat()
    marked = cycle.evidence is EvidenceClass.DEPRECATED
    for name, end in (("active", cycle.eoas), ("security", cycle.eol), ("extended", cycle.eoes)):
        if end is not None and not (marked and name == "security"):
            yield name, f"support {ending_of(cycle, end, today)}"
    if marked:
        yield "security", marked_deprecated(cycle, today)
    if cycle.latest:
        yield "newest", f"{cycle.latest}{f', of {cycle.latest_released}' if cycle.latest_released else ''}"
    if cycle.link:
        yield "", cycle.link


def _basis(found: Match) -> Iterator[tuple[str, str]]:
    """Tell what the dates of a cycle rest on: the class of the statement, where it stands, and the rule."""
    cycle, product = found.cycle, found.product
    yield "evidence", f"{cycle.evidence}: {_CLASSES[cycle.evidence]}"
    file = cycle.file or product.file
    yield "", _told(file, cycle.source or product.source) if file else cycle.source or product.source
    if cycle.rule:
        yield "rule", cycle.rule
    if cycle.replacement:
        yield "replacement", cycle.replacement


COMMAND: Final = Command(
    summary="Explain a verdict: from the purl to the product, the release cycle, its dates and the status.",
    usage="[OPTIONS] PURL|PRODUCT[@VERSION]",
    options=config.options("as-of", "within", "products", "color"),
    run=run,
)
