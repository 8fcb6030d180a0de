"""The laws of the page: it tells everything, loads nothing, lets no text be more than text, and works in a browser.

fixtures/reports/ holds whole examples. The browser is Debian's Chromium, driven by Playwright; both are missed
with a word where they are not installed (`pip install -e '.[browser]'`, `apt-get install chromium`).
"""

from __future__ import annotations

import os
import re
import shutil
from base64 import b64encode
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import (
    Advice,
    Cycle,
    EvidenceClass,
    Input,
    Location,
    Mark,
    Policy,
    Problem,
    Reason,
    Report,
    Scope,
    Status,
    Used,
    Verdict,
)
from scanner.page import lifelines
from scanner.page.groups import groups
from scanner.plugin import Style
from scanner.reporters.html import REPORTER
from tests import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

HOSTILE = [
    sample.HOSTILE,
    "<img src=x onerror=\"document.title='taken'\">",
    "</script><script>document.title='taken'</script>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "<!-- -->",
    "]]>&lt;b&gt;&#60;",
    "</li></ul></td></tr></tbody></table>",
    "javascript:alert(1)",
]
VOID = {"meta", "input"}
BLOCKS = {"p", "li", "ul", "h1", "h2", "h3", "td", "th", "tr", "summary", "details", "div", "small", "dt", "dd"}


class Parsed(HTMLParser):
    """A page taken apart: its elements, what is open at its end, its style and script, its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, str] = {}
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs))
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in BLOCKS:
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"style", "script"}:
            self.raw[self.open[-1]] = data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        """Everything that is read, with single spaces."""
        return " ".join("".join(self.words).split())


def page(report: Report) -> str:
    return REPORTER.render(report, Style())


def read(report: Report) -> str:
    return Parsed(page(report)).text


def with_text(text: str) -> Report:
    """Return a report in which a text stands wherever a file or a product file can put one."""
    report = sample.policed()
    (_, finding) = report.findings
    (match,) = finding.matches
    dependency = match.dependency._replace(
        purl=f"pkg:pypi/{text}@{text}", location=Location(text, 3), via=(text, text), mark=Mark("deprecated", text)
    )
    cycle = match.cycle._replace(label=text, link=text, latest=text, source=text, rule=text)
    product = match.product._replace(title=f"The {text}", link=text)
    match = match._replace(
        dependency=dependency,
        product=product,
        cycle=cycle,
        evidence=match.evidence._replace(identifier=text, source=text),
    )
    found = finding._replace(matches=(match,), advice=Advice(cycle=None, replacement=text), message=text)
    (ignore, *_) = report.upkeep.expired
    ignore = ignore._replace(reason=text, location=Location(text, 1), selector=ignore.selector._replace(path=text))
    (gone,) = report.upkeep.gone
    (idle,) = report.upkeep.idle
    missed = Verdict(dependency=dependency, status=Status.UNKNOWN, reason=Reason.RANGE)
    return report._replace(
        findings=(found._replace(ignored=ignore), found),
        components=(missed,),
        unjudged=(missed,),
        inputs=(Input(path=text, repo_path=text, format="requirements", components=1),),
        problems=(Problem(text, Location(text, 7)),),
        data=report.data._replace(source=text, revision=text),
        upkeep=report.upkeep._replace(
            expired=(ignore,),
            gone=(gone._replace(purl=text, path=text, product=text),),
            idle=(idle._replace(provider=text, product=text),),
        ),
    )


def many(number: int) -> Report:
    """Return a report of several cycles, files and scopes."""
    scopes = tuple(Scope)
    findings = []
    for index in range(number):
        location = Location(f"services/{index % 7}/requirements.txt", index + 1, 1, 9)
        match = sample.match((sample.DJANGO, sample.NUMPY)[index % 2], 1, f"3.2.{index}", location)
        dependency = match.dependency._replace(scope=scopes[index % 4], via=(f"parent-{index % 3}@1",))
        template = sample.report().findings[index % 2]
        findings.append(template._replace(matches=(match._replace(dependency=dependency),)))
    return sample.report()._replace(findings=tuple(findings))


# What the page tells.


def test_every_finding_is_told_with_its_place_and_the_way_out() -> None:
    text = read(sample.report())
    assert "Django 3.2 (LTS)" in text
    assert "ended 2024-04-01 2 years and 7 months ago" in text
    assert "5.2 LTS until 2028-04-30, newest 5.2.17" in text
    assert "django 3.2.25 requirements.txt:3" in text
    assert "Fails: 1 end of life." in text
    assert "2026-12-09 NumPy 2.2 in 17 days" in text


def test_coverage_is_told_and_silence_is_not_health() -> None:
    text = read(sample.report())
    assert "2 of 4 dependencies judged" in text
    assert "4 dependencies: 2 judged (1 eol, 1 expiring), 1 unknown (1 given as a range), 1 not tracked" in text
    assert "silence is not health" in text
    nothing = sample.report()._replace(findings=(), by_status={Status.UNTRACKED: 3}, failed=False)
    assert "Nothing fails, but nothing was judged: this says nothing about health." in read(nothing)
    every = sample.report()._replace(by_status={Status.EOL: 2}, by_reason={})
    assert "silence is not health" not in read(every)


def test_what_settings_set_aside_is_shown_and_why() -> None:
    text = read(sample.policed())
    assert "Ignored until 2027-03-31: replaced in Q1, see PLAT-123 (pyproject.toml:12)" in text
    assert "Known: the baseline has it, so it does not fail the run." in text
    assert "ends 2030-04-02 Ubuntu Pro; regular support ended 2025-05-31" in text
    assert "Covered by Ubuntu Pro (pyproject.toml:27)" in text
    assert "Not judged, and so the run fails wagtail >=3 sub/requirements.txt:5 given as a range" in text


def test_settings_that_need_a_look_are_named_with_their_lines() -> None:
    text = read(sample.policed())
    assert "counts again purl pkg:pypi/celery*, until 2026-06-30: waits for a fix pyproject.toml:17" in text
    assert "fit nothing path legacy/*, until 2027-01-31: to be removed pyproject.toml:22" in text
    assert "cover nothing rhel 7 by Red Hat ELS, until 2028-06-30 pyproject.toml:32" in text
    assert "EOL001, jquery 1, pkg:npm/jquery web/package-lock.json" in text


def test_unknown_dependencies_are_named_and_untracked_ones_only_on_request() -> None:
    report = sample.report(list_all=True)
    assert "1 unknown: given as a range wagtail >=3 requirements.txt:5" in read(report)
    assert "1 not tracked left-pad 1.0" in read(report)
    quiet = report._replace(policy=Policy())
    assert "1 unknown: given as a range wagtail" in read(quiet)
    assert "left-pad" not in read(quiet)


def test_what_is_supported_is_on_the_timeline_too() -> None:
    match = sample.match(sample.DJANGO, 0, "5.2.1", Location("requirements.txt", 1))
    verdict = Verdict(dependency=match.dependency, status=Status.SUPPORTED, match=match)
    text = read(sample.report()._replace(components=(verdict, verdict)))
    assert "2028-04-30 Django 5.2 in 17 months" in text
    assert "Supported Django 5.2 LTS" in text


def test_what_a_project_of_several_files_stands_on_is_named_with_its_ends() -> None:
    django = Used(sample.report().findings[0].matches[0], Status.EOL, 1)
    files = sample.policed().inputs
    report = sample.report()._replace(inventory=(django,), inputs=files)
    assert "What it stands on Frameworks Django 3.2 ended 2024-04-01" in read(report)
    assert "What it stands on" not in read(report._replace(inputs=files[:1]))


def test_one_cycle_stands_once_with_all_its_places() -> None:
    (django, numpy) = groups(many(10))
    assert [len(django.entries), len(numpy.entries)] == [5, 5]
    assert read(many(10)).count("parent-") == 10


def test_an_ignored_finding_stands_apart_from_one_that_counts() -> None:
    (over, soon) = sample.report().findings
    ignore = sample.policed().upkeep.unused[0]
    grouped = groups(sample.report()._replace(findings=(over._replace(ignored=ignore, fails=False), over, soon)))
    assert [group.word for group in grouped] == ["eol", "expiring", "ignored"]


def test_old_data_is_told() -> None:
    report = sample.report()
    assert "days old" not in read(report)
    assert "The product data is 457 days old" in read(
        report._replace(data=report.data._replace(date=date(2025, 8, 22)))
    )


def test_a_finding_of_many_places_shows_a_few_and_holds_all() -> None:
    (over, _) = sample.report().findings
    places = tuple(
        match._replace(dependency=match.dependency._replace(location=Location("a.txt", line)))
        for match in over.matches
        for line in range(1, 41)
    )
    text = read(sample.report()._replace(findings=(over._replace(matches=places),)))
    assert "and 37 more places" in text
    assert all(f"a.txt:{line} " in text for line in range(1, 41))


# Safety.


@pytest.mark.parametrize("report", [sample.report(list_all=True, hostile=True), sample.policed(), sample.curated()])
def test_the_page_loads_nothing_and_allows_nothing_else(report: Report) -> None:
    parsed = Parsed(page(report))
    raw = parsed.raw
    allowed = {name: f"'sha256-{b64encode(sha256(raw[name].encode()).digest()).decode()}'" for name in raw}
    policy = next(attrs["content"] for tag, attrs in parsed.elements if "http-equiv" in attrs and tag == "meta")
    assert policy == (
        f"default-src 'none'; style-src {allowed['style']}; script-src {allowed['script']}; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"https?:|url\((?!#)|@import|innerHTML|eval\(", raw["style"] + raw["script"])
    check_harmless(parsed)


def check_harmless(parsed: Parsed) -> None:
    assert not parsed.open
    for tag, attrs in parsed.elements:
        assert tag not in {"img", "iframe", "object", "embed", "link", "base", "form"}
        assert not [name for name in attrs if name.startswith("on") or name in {"style", "src", "srcdoc", "action"}]
        address = attrs.get("href")
        assert address is None or address.startswith(("#", "https://", "http://"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    parsed = Parsed(page(with_text(text)))
    check_harmless(parsed)
    plain = Parsed(page(with_text("plain")))
    assert outline(parsed) == outline(plain)


def outline(parsed: Parsed) -> list[str]:
    """List the elements, without the folders that are offered: a text may have any number of them."""
    return [tag for tag, _ in parsed.elements if tag != "option"]


@given(st.text(min_size=1).filter(lambda text: "/" not in text))
def test_any_text_stays_text(text: str) -> None:
    parsed = Parsed(page(with_text(f"a{text}")))
    check_harmless(parsed)
    assert outline(parsed) == outline(Parsed(page(with_text("a"))))


@pytest.mark.parametrize("report", [many(40), sample.policed(), sample.curated(), with_text("<b>")])
def test_names_are_unique_and_links_within_the_page_lead_somewhere(report: Report) -> None:
    elements = Parsed(page(report)).elements
    names = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(names) == len(set(names))
    named = [attrs.get(key) for _, attrs in elements for key in ("for", "aria-labelledby", "list")]
    targets = {str(attrs["href"])[1:] for _, attrs in elements if str(attrs.get("href")).startswith("#")}
    assert targets | {name for name in named if name} <= set(names)


def test_credentials_are_not_shown() -> None:
    address = "https://me:secret@host.example/simple"
    text = page(sample.report()._replace(problems=(Problem(address, Location(address)),)))
    assert "secret" not in text
    assert "https://***@host.example/simple" in text


# Drawings.

_DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
_ENDINGS = st.none() | st.booleans() | _DAYS


@given(
    st.builds(Cycle, name=st.just("1"), released=st.none() | _DAYS, eoas=_ENDINGS, eol=_ENDINGS, eoes=_ENDINGS), _DAYS
)
def test_a_life_stays_within_its_drawing(cycle: Cycle, today: date) -> None:
    axis = lifelines.axis([cycle], today)
    assert 0 <= axis.at(today) <= 100
    drawing = lifelines.bar(cycle, axis, today)
    for start, width in re.findall(r'<rect x="([\d.]+)%" width="([\d.]+)%"', drawing):
        assert 0 <= float(start) <= 100
        assert float(start) + float(width) <= 100.5


def test_an_axis_exists_on_the_last_day_there_is() -> None:
    axis = lifelines.axis([], date.max)
    assert axis.at(date.max) == 100


def test_a_life_is_drawn_in_its_kinds_of_support_and_told_in_words() -> None:
    cycle = sample.DJANGO.cycles[1]
    axis = lifelines.axis([cycle], sample.TODAY)
    drawing = lifelines.bar(cycle, axis, sample.TODAY)
    assert re.findall('<(?:rect|line) [^>]*class="([a-z]+)"', drawing) == ["active", "security", "over", "today"]
    assert 'aria-label="Released 2021-04-06. Active support ended 2021-12-07, 4 years and 11 months ago. ' in drawing


def test_of_a_cycle_without_a_first_day_only_what_is_known_is_drawn() -> None:
    axis = lifelines.axis(sample.DJANGO.cycles, sample.TODAY)

    def kinds(cycle: Cycle) -> list[str]:
        drawing = lifelines.bar(cycle, axis, sample.TODAY)
        return re.findall('<(?:rect|line) [^>]*class="([a-z]+)"', drawing)

    assert kinds(Cycle(name="all", eol=date(2024, 1, 1), evidence=EvidenceClass.DEPRECATED)) == ["over", "today"]
    assert kinds(Cycle(name="all", eol=date(2028, 1, 1))) == ["active", "today"]
    assert kinds(Cycle(name="all", eol=True)) == ["today"]
    assert kinds(Cycle(name="all", released=date(2022, 1, 1), eol=True)) == ["unsure", "today"]


# In a browser.

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = find_spec("axe_playwright_python")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install '.[browser]'"
    )
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open reports; when the test is over, no page has asked for anything, complained, or shown a dialog."""
    heard: list[str] = []
    contexts: list[BrowserContext] = []

    def opened(report: Report, *, script: bool = True, scheme: str = "light", width: int = 1280) -> Page:
        path = tmp_path / f"{len(contexts)}.html"
        path.write_text(page(report), encoding="utf-8")
        context = browser.new_context(
            java_script_enabled=script,
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": 900},
        )
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(5_000)
        tab.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: heard.append(str(error)))
        tab.on("dialog", lambda dialog: heard.append(dialog.message))
        tab.on("request", lambda request: None if request.url == path.as_uri() else heard.append(request.url))
        tab.goto(path.as_uri())
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert heard == []


def shown(tab: Page) -> list[str]:
    """Return the places that can be seen."""
    return tab.locator(".cycles .place > code:visible").all_inner_texts()


def cycles(tab: Page) -> list[str]:
    return tab.locator(".cycles > tbody:visible .c-name b").all_inner_texts()


def test_a_search_shows_what_has_all_its_words(visit: Callable[..., Page]) -> None:
    tab = visit(sample.report())
    tab.fill("#text", "NUMPY 2.2.6")
    tab.locator("#count", has_text="1 entry in 1 release cycle (of 2)").wait_for()
    assert cycles(tab) == ["NumPy"]
    tab.fill("#text", "no such thing")
    tab.locator("#nothing").wait_for()
    assert cycles(tab) == []
    tab.click("#clear")
    assert cycles(tab) == ["Django", "NumPy"]


def test_status_scope_path_and_baseline_filter_together(visit: Callable[..., Page]) -> None:
    tab = visit(many(28))
    tab.click("button[data-status=eol]")
    tab.locator("#count", has_text="14 entries in 1 release cycle (of 28)").wait_for()
    tab.select_option("#scope", "optional")
    tab.locator("#count", has_text="7 entries").wait_for()
    tab.fill("#path", "services/2/")
    tab.locator("#count", has_text="1 entry").wait_for()
    assert shown(tab) == ["services/2/requirements.txt:3"]
    tab.click("#clear")
    tab.select_option("#mark", "fails")
    tab.locator("#count", has_text="14 entries").wait_for()
    assert tab.locator("[aria-pressed=true]").count() == 0


def test_a_long_group_shows_a_few_places_and_all_on_demand_and_on_paper(visit: Callable[..., Page]) -> None:
    tab = visit(many(40))
    assert len(shown(tab)) == 10
    tab.locator(".more-button").first.click()
    assert len(shown(tab)) == 25
    assert tab.locator(".more-button").first.get_attribute("aria-expanded") == "true"
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(shown(tab)) == 40
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(shown(tab)) == 25


def test_heads_sort_up_and_down_and_say_so(visit: Callable[..., Page]) -> None:
    tab = visit(sample.policed())
    head = tab.locator("th", has=tab.locator("[data-sort=name]"))
    assert cycles(tab) == ["NumPy", "Ubuntu", "Django"]
    tab.click("[data-sort=name]")
    assert cycles(tab) == ["Django", "NumPy", "Ubuntu"]
    assert head.get_attribute("aria-sort") == "ascending"
    tab.click("[data-sort=name]")
    assert cycles(tab) == ["Ubuntu", "NumPy", "Django"]
    assert head.get_attribute("aria-sort") == "descending"
    tab.click("[data-sort=end]")
    assert cycles(tab) == ["Django", "NumPy", "Ubuntu"]
    assert tab.locator(".cycles > thead th[aria-sort]").count() == 1


def test_everything_is_done_with_keys(visit: Callable[..., Page]) -> None:
    tab = visit(sample.report())
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the findings"
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == "#cycles"
    tab.keyboard.press("Tab")
    tab.keyboard.type("django")
    tab.locator("#count", has_text="1 entry").wait_for()
    tab.locator("button[data-status=expiring]").focus()
    tab.keyboard.press("Space")
    tab.locator("#nothing").wait_for()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.locator("#count", has_text="2 entries").wait_for()
    tab.locator("[data-sort=name]").focus()
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.locator(".why > summary").first.focus()
    tab.keyboard.press("Enter")
    assert tab.locator(".siblings").first.is_visible()


def test_without_a_script_everything_is_there(visit: Callable[..., Page]) -> None:
    tab = visit(many(40), script=False)
    assert len(shown(tab)) == 40
    assert not tab.locator("#filters").is_visible()
    assert not tab.locator("#colours").is_visible()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_does_nothing(visit: Callable[..., Page], text: str) -> None:
    tab = visit(with_text(text))
    tab.fill("#text", text)
    tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert tab.locator("img").count() == 0
    assert tab.title().endswith("End-of-life report of 2026-11-22")


def test_colours_follow_the_system_until_they_are_chosen(visit: Callable[..., Page]) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light, dark = visit(sample.report()), visit(sample.report(), scheme="dark")
    day, night = light.evaluate(ground), dark.evaluate(ground)
    assert day != night
    dark.select_option("#colours", "light")
    light.select_option("#colours", "dark")
    assert (light.evaluate(ground), dark.evaluate(ground)) == (night, day)
    light.reload()
    assert light.evaluate(ground) == night


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_is_wider_than_the_screen(visit: Callable[..., Page], width: int) -> None:
    for report in (sample.policed(), sample.report(list_all=True, hostile=True)):
        tab = visit(report, width=width)
        assert tab.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.skipif(AXE is None, reason="axe-playwright-python is not installed: pip install '.[browser]'")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_of(visit: Callable[..., Page], scheme: str) -> None:
    assert AXE is not None
    assert AXE.origin is not None
    with open(os.path.join(os.path.dirname(AXE.origin), "axe.min.js"), encoding="utf-8") as file:
        axe = file.read()
    for report, width in ((sample.policed(), 1280), (sample.report(list_all=True), 380)):
        tab = visit(report, scheme=scheme, width=width)
        tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        tab.click("button[data-status=expiring]")
        tab.evaluate(axe)
        found = tab.evaluate("axe.run().then((result) => result.violations.map((one) => [one.id, one.nodes[0].html]))")
        assert cast("list[list[str]]", found) == []
