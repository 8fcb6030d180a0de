"""`eolscan explain PURL | PRODUCT[@VERSION]`: why a verdict is what it is, and the product's timeline."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from scanner import config, console, policy, purl, timeline
from scanner.catalog import dataset
from scanner.catalog.index import Index
from scanner.corridor import resolve, resolve_version
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
from scanner.wording import called, counted, ending

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator
    from datetime import date

    from scanner.catalog.dataset import Catalogue
    from scanner.config import Settings
    from scanner.model import Cycle, Product, Verdict
    from scanner.plugin import World

_REASONS: Final = {
    Reason.UNTRACKED: "no product lists it among its identifiers",
    Reason.NO_VERSION: "no version is given",
    Reason.RANGE: "a range is not a version",
    Reason.FLOATING: "what this names changes from day to day",
    Reason.NEWER: "it is newer than every release cycle that the data knows",
    Reason.OLDER: "it is older than every release cycle that the data knows",
    Reason.GAP: "it lies between the release cycles that the data knows",
    Reason.AMBIGUOUS: "several release cycles fit",
    Reason.UNRESOLVABLE: "this is not a version that can be read",
}
_INDENT: Final = 12


def configure(parser: ArgumentParser) -> None:
    """Add what can be explained, and as of when."""
    parser.add_argument("subject", metavar="PURL|PRODUCT[@VERSION]", help="pkg:pypi/django@3.2.25, or django@3.2.25")
    config.add_options(parser, ("as-of", "within", "color"))


def run(arguments: Namespace, world: World) -> int:
    """Print the chain from the purl to the status, and the timeline of the product."""
    settings = config.settings(vars(arguments), world.environ, world.cwd)
    today = settings.as_of or world.today
    found = _found(arguments.subject, dataset.load())
    verdict = policy.judge(found, settings.policy, today)
    style = console.style(world, settings.color)
    for name, text in _chain(arguments.subject, found, verdict, settings, today):
        world.stdout.write(for_log(_wrapped(name, clean(text), style.width)) + "\n")
    if found.product is not None:
        current = found.cycle.name if isinstance(found, Match) else None
        world.stdout.write(f"\n{timeline.draw(found.product, today, style, current=current).rstrip()}\n")
    return 0


def _wrapped(name: str, text: str, width: int | None) -> str:
    """Put a name before a text, and keep the text to the right of the name in a terminal."""
    if width is None or width <= 2 * _INDENT:
        return f"{name:<{_INDENT}}{text}"
    from textwrap import wrap

    lines = wrap(text, width - _INDENT, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(f"{start:<{_INDENT}}{line}" for start, line in zip_longest([name], lines, fillvalue=""))


def _found(subject: str, catalogue: Catalogue) -> Match | Miss:
    if subject[:4].lower() == "pkg:":
        if purl.split(subject) is None:
            msg = f"{subject!r} is no package URL; one looks like 'pkg:pypi/django@3.2.25'."
            raise ScanError(msg)
        return resolve(Dependency(purl=subject, location=Location(subject)), Index(catalogue))
    name, _, version = subject.partition("@")
    product = catalogue.product(name.strip().lower())
    if product is None:
        msg = f"There is no product {name!r}.{_suggestion(name, catalogue)}"
        raise ScanError(msg)
    evidence = Evidence(EvidenceKind.IDENTIFIER, product.id, EvidenceClass.VENDOR, product.source)
    dependency = Dependency(purl=purl.make("generic", product.id, version or None), location=Location(subject))
    return resolve_version(dependency, product, evidence, version or None, "")


def _suggestion(name: str, catalogue: Catalogue) -> str:
    from difflib import get_close_matches

    known = [word for product in catalogue for word in (product.id, *product.aliases)]
    close = get_close_matches(name.lower(), known, n=3)
    return f" Did you mean {' or '.join(close)}?" if close else ""


def _chain(
    subject: str, found: Match | Miss, verdict: Verdict, settings: Settings, today: date
) -> Iterator[tuple[str, str]]:
    yield "asked", subject
    product, evidence = found.product, found.evidence
    if product is None or evidence is None:
        yield "product", f"none: {_REASONS[Reason.UNTRACKED]}"
        yield "status", f"{verdict.status}: {MEANINGS[verdict.status]}"
        return
    yield "identifier", f"{evidence.identifier} ({evidence.kind}, {evidence.source})"
    yield "product", f"{product.title} ({product.id}), {product.link}"
    if product.description:
        yield "", product.description
    yield from _cycle_lines(found, product, today)
    yield "status", f"{verdict.status}: {MEANINGS[verdict.status]}"
    if verdict.match is not None and policy.reported(verdict, settings.policy):
        yield "", policy.finding([verdict], "", settings.policy, today).message


def _cycle_lines(found: Match | Miss, product: Product, today: date) -> Iterator[tuple[str, str]]:
    match found:
        case Match(cycle=cycle):
            yield "cycle", called(cycle, today)
            yield from _dates(cycle, today)
        case Miss(reason=reason, candidates=candidates):
            fitting = f": {', '.join(candidates)}" if candidates else ""
            yield "cycle", f"none: {_REASONS[reason]}{fitting}"
            yield "", f"{product.title} has {counted(len(product.cycles), 'release cycle')}."


def _dates(cycle: Cycle, today: date) -> Iterator[tuple[str, str]]:
    if cycle.released:
        yield "released", cycle.released.isoformat()
    for name, end in (("active", cycle.eoas), ("security", cycle.eol), ("extended", cycle.eoes)):
        if end is not None:
            yield name, f"support {ending(end, today)}"
    if cycle.latest:
        yield "newest", f"{cycle.latest}{f', of {cycle.latest_released}' if cycle.latest_released else ''}"
    if cycle.link:
        yield "", cycle.link


COMMAND: Final = Command(
    summary="Explain a verdict: from the purl to the product, the release cycle, its dates and the status.",
    usage="[OPTIONS] PURL|PRODUCT[@VERSION]",
    configure=configure,
    run=run,
)
