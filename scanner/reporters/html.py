"""A page for those who decide and those who repair: what is over, what ends next, where it stands, what to do.

https://html.spec.whatwg.org/. One file that loads nothing. All of it is there without its script, which only
shows, hides and sorts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from scanner import purl
from scanner.about import HOME, NAME, VERSION
from scanner.inventory import coming, end, name, standings
from scanner.model import Reason, Status, Used
from scanner.page import document, lifelines
from scanner.page.cycles import table
from scanner.page.groups import WORDS, groups, numbers, sight
from scanner.page.markup import LINE, Html, day, joined, link, tag, where
from scanner.plugin import Reporter
from scanner.rules import MEANINGS
from scanner.wording import NO_PRODUCT, counted, coverage, distance, judged, old_data, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from scanner.model import Ignore, Input, Known, Policy, Problem, Report, Selector, Support, Verdict
    from scanner.page.groups import Group
    from scanner.plugin import Style

_Item = TypeVar("_Item")

_COMING: Final = 5
_PRODUCTS: Final = 8
_VERSIONS: Final = 4
_DEPENDENCIES: Final = ("dependency", "dependencies")


def render(report: Report, _style: Style) -> str:
    """Write the whole page."""
    grouped = groups(report)
    shared = sight(grouped, report.today)
    verdict = _verdict(report)
    return document(
        f"{verdict} End-of-life report of {report.today}",
        lifelines.style(shared.axis),
        tag("a", "Skip to the findings", href="#cycles", class_="skip"),
        _mast(report),
        tag(
            "main",
            _section("short", "In short", _short(report, grouped, verdict)),
            _section("cycles", "Release cycles in use", table(grouped, shared)),
            _section("unjudged", "Not judged, and so the run fails", _unjudged(report)),
            _section("covered", "What was judged, and what was not", _covered(report)),
            _section("settings", "Settings that need a look", _upkeep(report)),
            _section("problems", "What could not be read", _problems(report.problems)),
        ),
        _foot(report),
    )


def _mast(report: Report) -> Html:
    colours = [tag("option", word, value=word) for word in ("auto", "light", "dark")]
    return tag(
        "header",
        tag("h1", "End-of-life report"),
        tag("p", "as of ", day(report.today)),
        tag("label", "Colours ", tag("select", *colours, id="colours"), hidden=True),
    )


def _section(key: str, head: str, content: Html) -> Html:
    """Write a section with its head; nothing when it would be empty."""
    if not content:
        return content
    return joined((LINE, tag("section", tag("h2", head, id=key), LINE, content, aria_labelledby=key), LINE))


def _verdict(report: Report) -> str:
    """Return the last word, which never sounds like health where nothing was judged."""
    if report.failed:
        listed = ", ".join(f"{number:,} {WORDS[status].lower()}" for status, number in report.failing.items())
        return f"Fails: {listed or 'see below'}."
    if not judged(report.by_status):
        return "Nothing fails, but nothing was judged: this says nothing about health."
    if not report.policy.fail_on:
        return "Nothing fails: this run was told never to fail."
    ignored = any(finding.ignored for finding in report.findings)
    return "Nothing fails, apart from what is ignored." if ignored else "Nothing fails."


def _short(report: Report, grouped: Sequence[Group], verdict: str) -> Html:
    mood = "bad" if report.failed else "good" if judged(report.by_status) else "unsure"
    panels = (_found(grouped), _coming(grouped, report.today), _share(report))
    said = tag("p", verdict, class_=f"verdict {mood}")
    return joined((said, _old_data(report), tag("div", *panels, class_="panels"), _stands(report, grouped)))


def _old_data(report: Report) -> Html:
    said = old_data(report.data, report.today)
    return tag("p", said, "; run ", tag("code", f"{NAME} data update"), ".", class_="warning") if said else Html()


def _found(grouped: Sequence[Group]) -> Html:
    rows = [
        tag("li", tag("b", f"{number:,}"), " ", WORDS[word], class_=f"s-{word}")
        for word, number in numbers(grouped).items()
        if word != Status.SUPPORTED
    ]
    return _panel("Findings", tag("ul", *rows, class_="numbers") if rows else tag("p", "No finding."))


def _coming(grouped: Sequence[Group], today: date) -> Html:
    """List the ends that come next, whatever the policy's window is."""
    places = _places(grouped)
    uses = [Used(entry.matches[0], group.status, 1) for group in grouped for entry in group.entries]
    rows = [
        tag("li", day(last), " ", _linked(used, places), " ", tag("small", distance(last, today)))
        for last, used in coming(uses, today, _COMING)
    ]
    none = tag("p", "Nothing that was judged has an announced end to come.")
    return _panel("What ends next", tag("ol", *rows, class_="coming") if rows else none)


def _places(grouped: Sequence[Group]) -> dict[tuple[str, str], int]:
    """Return the number of the worst group of each cycle."""
    numbered = reversed(list(enumerate(grouped)))
    return {(group.match.product.id, group.match.cycle.name): number for number, group in numbered}


def _linked(used: Used, places: dict[tuple[str, str], int], *, full: bool = True) -> Html:
    number = places.get((used.match.product.id, used.match.cycle.name))
    text = name(used, title=full)
    return tag("span", text) if number is None else tag("a", text, href=f"#cycle-{number}")


def _stands(report: Report, grouped: Sequence[Group]) -> Html:
    """Name what a project of several files stands on, as a colleague would, each with its end."""
    if len(report.inputs) <= 1:
        return Html()
    places = _places(grouped)
    rows = []
    for kind in standings(report.inventory):
        shown = [tag("dd", *_standing(uses, places, report.today)) for uses in kind.products[:_PRODUCTS]]
        left = len(kind.products) - len(shown)
        more = tag("dd", f"and {counted(left, 'more product')}", class_="quiet") if left else Html()
        rows.append(tag("div", tag("dt", kind.heading), *shown, more))
    return joined((tag("h3", "What it stands on"), tag("dl", *rows, class_="stands"))) if rows else Html()


def _standing(uses: Sequence[Used], places: dict[tuple[str, str], int], today: date) -> Iterator[Html]:
    worst = sorted(range(len(uses)), key=lambda number: uses[number].status.rank)[:_VERSIONS]
    for number, used in enumerate(uses[index] for index in sorted(worst)):
        said = end(used, today)
        yield joined((", " if number else "", _linked(used, places, full=not number)))
        if said:
            yield joined((" ", tag("small", said, class_=f"s-{used.status}")))
    if len(uses) > _VERSIONS:
        yield tag("small", f" and {counted(len(uses) - _VERSIONS, 'more cycle')}")


def _share(report: Report) -> Html:
    """Show how much of all was judged, as a bar and in words."""
    total, known = sum(report.by_status.values()), judged(report.by_status)
    unknown = report.by_status.get(Status.UNKNOWN, 0)
    at, parts = 0.0, []
    for kind, number in (("judged", known), ("unknown", unknown), ("untracked", total - known - unknown)):
        if number:
            share = round(number * 100 / total, 2)
            parts.append(tag("rect", x=f"{at}%", width=f"{share}%", class_=kind))
            at = round(at + share, 2)
    said = tag("p", tag("b", f"{known:,}"), f" of {counted(total, *_DEPENDENCIES)} judged", class_="ratio")
    silence = "What was not judged may be over as well: silence is not health." if known < total else ""
    words = tag("p", coverage(report.by_status, report.by_reason), " ", silence, class_="quiet")
    return _panel("Coverage", joined((said, tag("svg", *parts, class_="share", aria_hidden="true"), words)))


def _panel(head: str, content: Html) -> Html:
    return tag("div", tag("h3", head), content, class_="panel")


def _unjudged(report: Report) -> Html:
    return _listed([_missed(verdict, why=True) for verdict in report.unjudged])


def _covered(report: Report) -> Html:
    """Say what became of every dependency, why some are unknown, and what was read."""
    heads = tag("tr", *(tag("th", head, scope="col") for head in ("Status", "Number", "Meaning")))
    rows = [
        tag("tr", tag("th", WORDS[status], scope="row"), tag("td", f"{number:,}"), tag("td", MEANINGS[status]))
        for status in Status
        if (number := report.by_status.get(status, 0))
    ]
    statuses = tag("table", tag("thead", heads), tag("tbody", *rows), class_="plain") if rows else Html()
    reasons = tag("div", *_reasons(report), class_="folds")
    return joined((statuses, reasons, _inputs(report.inputs)), "\n")


def _reasons(report: Report) -> Iterator[Html]:
    """Count what was not judged by why; the names are there where a product is known, or all were asked for."""
    verdicts = report.components or report.unjudged
    for word in (*(word for word in Reason if word not in NO_PRODUCT), *NO_PRODUCT):
        number, tracked = report.by_reason.get(word, 0), word not in NO_PRODUCT
        named = [verdict for verdict in verdicts if verdict.reason is word] if tracked or report.policy.list_all else []
        said = f"{number:,} {'unknown: ' if tracked else ''}{reason(word)}"
        if named:
            yield tag("details", tag("summary", said), _listed([_missed(verdict) for verdict in named]))
        elif number:
            yield tag("p", said)


def _inputs(inputs: Sequence[Input]) -> Html:
    said = f"{counted(len(inputs), 'file')} read"
    return tag("details", tag("summary", said), _listed([_of_input(read) for read in inputs])) if inputs else Html()


def _of_input(read: Input) -> Html:
    said = f"{read.format}, {counted(read.components, *_DEPENDENCIES)}"
    return tag("li", tag("code", read.path), " ", tag("small", said))


def _missed(verdict: Verdict, *, why: bool = False) -> Html:
    dependency = verdict.dependency
    named, version = purl.name_and_version(dependency)
    said = reason(verdict.reason) if why and verdict.reason else ""
    package = tag("span", tag("b", named), " ", version or dependency.requirement or "", class_="package")
    return tag("li", package, " ", where(dependency.location), " ", tag("small", said) if said else "")


def _upkeep(report: Report) -> Html:
    """Name the entries of the settings and of the baseline that have done their work, or do none."""
    expired, unused, idle, gone = report.upkeep
    return joined(
        (
            _kept("Ignored until a day that is over: what they set aside counts again", expired, _of_ignore),
            _kept("Ignores that fit nothing", unused, _of_ignore),
            _kept("Support contracts that cover nothing", idle, _of_support),
            _kept("In the baseline, and found no more", gone, _of_known),
        )
    )


def _kept(head: str, items: Sequence[_Item], shown: Callable[[_Item], Html]) -> Html:
    return joined((tag("h3", head), _listed([shown(item) for item in items]))) if items else Html()


def _of_ignore(ignore: Ignore) -> Html:
    said = (_selected(ignore.selector), ", until ", day(ignore.until), ": ", tag("q", ignore.reason))
    return tag("li", *said, " ", where(ignore.location))


def _selected(selector: Selector) -> str:
    """Say in the words of the settings what an entry speaks of."""
    words = selector._asdict() | {"scope": ", ".join(sorted(selector.scope))}
    if selector.direct is not None:
        words["direct"] = "yes" if selector.direct else "no"
    return ", ".join(f"{key} {value}" for key, value in words.items() if value) or "everything"


def _of_support(support: Support) -> Html:
    covered = f"{support.product} {support.cycle or ''}".rstrip()
    by = f" by {support.provider}" if support.provider else ""
    until = joined((", until ", day(support.until))) if support.until else ""
    return tag("li", covered + by, until, " ", where(support.location))


def _of_known(known: Known) -> Html:
    said = f"{known.rule}, {known.product} {known.cycle}, {known.purl}"
    return tag("li", said, " ", tag("code", known.path))


def _problems(problems: Sequence[Problem]) -> Html:
    return _listed([tag("li", where(problem.location), " ", problem.message) for problem in problems])


def _listed(rows: Sequence[Html]) -> Html:
    return tag("ul", joined(rows, "\n"), class_="list") if rows else Html()


def _foot(report: Report) -> Html:
    stamp = report.data
    products = f" from {stamp.source} ({counted(stamp.products, 'product')}, revision {stamp.revision}, SHA-256 "
    return tag(
        "footer",
        tag("p", _terms(report.policy)),
        tag("p", "A date is the last supported day. ", tag("code", f"{NAME} explain PURL"), " says why."),
        tag("p", "Data of ", day(stamp.date), products, tag("code", stamp.sha256), ")."),
        tag("p", "Written by ", link(HOME, f"{NAME} {VERSION}"), "."),
    )


def _terms(policy: Policy) -> str:
    """Say what the run was judged by."""
    failing = ", ".join(status for status in Status if status in policy.fail_on) or "nothing"
    near, window = policy.fail_within_days, policy.within_days
    soon = f", and on an end only when it is at most {counted(near, 'day')} away" if near is not None else ""
    before = "a part of its lifetime" if window is None else counted(window, "day")
    other = " Some parts have terms of their own." if policy.overrides else ""
    return f"The policy fails a run on: {failing}{soon}. An end is told {before} before it.{other}"


REPORTER: Final = Reporter(
    id="html",
    title="one page for a browser: timelines, search, filters; complete on paper and without a script",
    render=render,
    needs_components=True,
)
