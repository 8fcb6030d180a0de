"""One line for each finding, as editors and `grep` take them: `path:line:column: EOL001 message`.

https://www.gnu.org/prep/standards/html_node/Errors.html. What is set aside stands behind all that counts, in lines
that no editor takes for places: it is there to be read, and nobody has to step over it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.message import chores, elsewhere, standing, without_verdict
from scanner.plugin import Reporter
from scanner.purl import full_name
from scanner.text import harmless
from scanner.wording import counted, coverage, judged_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.model import Dependency, Location, Problem, Report
    from scanner.plugin import Style

# Longer texts are no names or paths but attacks.
_LONGEST: Final = 2000


def render(report: Report, _style: Style) -> str:
    """Write what counts in the order of files and lines, then what is set aside, then what was covered."""
    lines = [line for _, line in sorted(_placed(report), key=lambda one: one[0])]
    lines += _set_aside(report)
    lines += [_safe(coverage(report.by_status, report.by_reason)), _safe(_outcome(report))]
    return "\n".join([*lines, ""])


def render_list(dependencies: Sequence[Dependency], problems: Sequence[Problem], _style: Style) -> str:
    """Write each dependency at its place, then what could not be read."""
    lines = [_line(found.location, full_name(found)) for found in dependencies]
    lines += [_line(problem.location, f"not-read {problem.message}") for problem in problems]
    return "\n".join([*lines, f"{counted(len(dependencies), 'dependency', 'dependencies')} found.", ""])


def _placed(report: Report) -> Iterator[tuple[tuple[str, int, int], str]]:
    for finding in report.findings:
        if not standing(finding):
            place = finding.matches[0].dependency.location
            yield _order(place), _line(place, f"{finding.rule} {finding.message}{elsewhere(finding)}")
    for verdict in report.unjudged:
        place = verdict.dependency.location
        yield _order(place), _line(place, f"{verdict.status} {without_verdict(verdict)}")
    for problem in report.problems:
        yield _order(problem.location), _line(problem.location, f"not-read {problem.message}")
    for sentence, place in chores(report.upkeep):
        yield _order(place), _line(place, f"settings {sentence}")


def _order(place: Location) -> tuple[str, int, int]:
    return place.path, place.line or 0, place.column or 0


def _line(place: Location, text: str) -> str:
    return f"{_place(place)}: {_safe(text)}"


def _place(place: Location) -> str:
    numbers = [str(number) for number in (place.line, place.column) if number is not None]
    return ":".join([_safe(place.path), *numbers])


def _set_aside(report: Report) -> Iterator[str]:
    aside = [finding for finding in report.findings if standing(finding)]
    for finding in (*aside, *report.extended):
        word = "ignored" if finding.ignored else "known" if finding.known else "extended"
        until = f" ({standing(finding)})" if finding.ignored else ""
        place = _place(finding.matches[0].dependency.location)
        yield _safe(f"{word}: {place} {finding.rule} {finding.message}{until}")


def _outcome(report: Report) -> str:
    policy = ", ".join(sorted(report.policy.fail_on)) or "never"
    verdict = "This fails" if report.failed else "Nothing fails"
    return f"{verdict} the policy ({policy}). {judged_with(report.data, report.today)}"


def _safe(text: str) -> str:
    return harmless(text, _LONGEST)


REPORTER: Final = Reporter(
    id="concise", title="One line for each finding, for editors", render=render, render_list=render_list
)
