"""What is said of a match: its status, the finding that tells it, and what fails a run.

`rules` tells what each status means. The end date of a cycle is the last supported day. Everything
here is a function of its arguments: there is no clock.
"""

from __future__ import annotations

from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from scanner.model import (
    Advice,
    Cycle,
    Dependency,
    Evidence,
    EvidenceClass,
    EvidenceKind,
    Finding,
    Kind,
    Match,
    Miss,
    Product,
    Reason,
    ScanError,
    Status,
    Verdict,
)
from scanner.purl import make, name_and_version, name_beside, split
from scanner.rules import RULES
from scanner.text import clean, shorten
from scanner.wording import at_least, by_policy, called, counted, distance, marked, marked_deprecated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scanner.model import Ending, Policy

_WITHIN_DAYS: Final = 90
# endoflife.date warns when less than a third of the lifetime is left, and never earlier than this.
_AUTO_DAYS: Final = 120

# A project that supports only its newest release has soon another one than old data knows.
_FRESH_DAYS: Final = 30

_UNIT_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_MAX_DIGITS: Final = 5

# Statuses without a rule that may still fail a run: there are no findings of them, only counts.
_COUNTED: Final = (Status.UNKNOWN, Status.UNTRACKED)
_MAY_FAIL: Final = (*RULES, *_COUNTED)

_DISTRO_TYPES: Final = frozenset({"alpine", "apk", "deb", "rpm"})
# Builds by a project for a distribution's users carry its mark in their version; the distribution
# does not maintain them.
_UPSTREAM_BUILDS: Final = ("sury.org", "~1.gbp", "pgdg", "nodesource", "~debian.", "~debian-", "~ubuntu.", "~ubuntu-")
# What is built once for each release bears the code name of one; a distribution's own packages have no need of it.
_BUILT_FOR: Final = (
    "jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky",
    "trusty", "xenial", "bionic", "focal", "jammy", "noble", "oracular", "plucky", "questing", "resolute",
)  # fmt: skip

# A sibling, or a module of the repository, may number itself in a way of its own; a CPE may be of several products.
_NOT_EXACT: Final = frozenset({EvidenceKind.CPE, EvidenceKind.FAMILY, EvidenceKind.DERIVED})

# What stands for the packages of an operating system in a finding's key.
_SYSTEM: Final = "os"

_ENDS: Final = frozenset({Status.EOL, Status.EXPIRING, Status.SECURITY_ONLY})
_ONLY_NEWEST: Final = "superseded: the maintainers support only their newest release"
_VERSIONS_SHOWN: Final = 3
# The one cycle of a package that nothing but a lockfile speaks of.
_ALL_VERSIONS: Final = "all"
_NAME_LENGTH: Final = 80


def ended(ending: Ending, today: date) -> bool | None:
    """Tell whether a kind of support is over; None when nobody tracks it. A date is the last supported day."""
    return today > ending if isinstance(ending, date) else ending


def ends_within(ending: Ending, released: date | None, today: date, within_days: int | None) -> bool:
    """Tell whether a kind of support is not over, but ends within the window; the window's last day counts.

    Without a number of days the window is endoflife.date's own: a third of the lifetime, at most 120 days.
    """
    if not isinstance(ending, date):
        return False
    if within_days is None:
        within_days = min(_AUTO_DAYS, (ending - released).days // 3) if released else _AUTO_DAYS
    return 0 <= (ending - today).days <= within_days


def is_lts(cycle: Cycle, today: date) -> bool:
    """Tell whether a cycle has long-term support on this day; some get it later in their life."""
    return today >= cycle.lts if isinstance(cycle.lts, date) else cycle.lts


def is_maintained(cycle: Cycle, today: date) -> bool:
    """Tell whether any kind of support is known to go on, extended (mostly paid) support too.

    This is endoflife.date's word. Hardware that is no longer sold may well be maintained.
    """
    return any(ended(ending, today) is False for ending in (cycle.eoas, cycle.eol, cycle.eoes))


def judge(found: Match | Miss, policy: Policy, today: date, data_date: date | None = None) -> Verdict:
    """Say what the policy says of one dependency.

    `data_date` is the day of the product data, None where it is as new as can be: what is known of
    projects that support only their newest release holds for thirty days.
    """
    if isinstance(found, Match) and found.allowed:
        found = _speaking(found, today)
    verdict = _judged(found, policy, today, data_date)
    if found.dependency.mark is not None and verdict.status not in {Status.EOL, Status.DEPRECATED}:
        match = _marked(found)
        return Verdict(dependency=found.dependency, status=Status.DEPRECATED, match=match)
    return verdict


def reported(verdict: Verdict, policy: Policy) -> bool:
    """Tell whether a verdict becomes a finding; `superseded` only for those who ask."""
    if verdict.match is None or verdict.status not in RULES:
        return False
    return verdict.status is not Status.SUPERSEDED or policy.list_all or Status.SUPERSEDED in policy.fail_on


def group(verdict: Verdict) -> tuple[str, ...]:
    """Return what the verdicts of one finding share: the rule's status, product, cycle and purl without version.

    Only for verdicts that are `reported`. Equal groups in one file have equal finding ids, others never.
    What speaks of an operating system is one group, whatever packages it comes from.
    """
    found = verdict.match
    product, cycle = (found.product.id, found.cycle.name) if found else ("", "")
    system = found is not None and _is_of_system(found)
    return verdict.status, product, cycle, _SYSTEM if system else _unversioned(verdict.dependency)


def finding(verdicts: Sequence[Verdict], repo_path: str, policy: Policy, today: date) -> Finding:
    """Make the finding of verdicts that share a `group` in one file; `repo_path` is its path from the git root.

    Its key does not depend on line or version: moving a line or taking a patch release reopens nothing.
    """
    status = verdicts[0].status
    matches = tuple(verdict.match for verdict in verdicts if verdict.match is not None)
    if _is_of_system(matches[0]):
        matches = _led_by_system(matches)
    first = matches[0]
    rule = RULES[status].id
    advice = _advice(status, first, policy, today)
    eol = first.cycle.eol
    return Finding(
        key=(rule, *group(verdicts[0])[1:], repo_path),
        rule=rule,
        status=status,
        matches=matches,
        message=_message(status, matches, advice, today),
        days_left=(eol - today).days if status in _ENDS and isinstance(eol, date) else None,
        advice=advice,
    )


def is_upstream_build(purl: str) -> bool:
    """Tell whether the version of a package says that a project built it for a distribution, which does not keep it."""
    version = purl.partition("?")[0].rpartition("@")[2].lower().replace("%2b", "+")
    if any(mark in version for mark in _UPSTREAM_BUILDS):
        return True
    build = version[max(version.rfind("+"), version.rfind("~")) + 1 :]
    return len(build) < len(version) and build.rstrip("0123456789.") in _BUILT_FOR


def fails(findings: Iterable[Finding], by_status: Mapping[Status, int], policy: Policy) -> bool:
    """Tell whether the run fails: by a finding that is not ignored, or by a count where there are no findings."""
    fail_on = _widened(policy.fail_on)
    if any(by_status.get(status, 0) for status in _COUNTED if status in fail_on):
        return True
    return any(found.ignored is None and found.status in fail_on for found in findings)


def advise(product: Product, cycle: Cycle, today: date, within_days: int | None = _WITHIN_DAYS) -> Advice | None:
    """Name the nearest newer cycle that is supported and outlives this one; None when there is none.

    What ends within the window is named only when nothing lasts longer. Cycles of the same line
    (`python3.8` and `python3.12`) come first, then those with long-term support.
    """
    choice = [other for other in _newer(product, cycle, today) if _outlives(other, cycle, today)]
    if not choice:
        return None
    lasting = [other for other in choice if not ends_within(other.eol, other.released, today, within_days)]
    last_day = max(_last_day(other.eol) for other in choice)
    choice = lasting or [other for other in choice if _last_day(other.eol) == last_day]
    if ended(cycle.eoas, today) and not ended(cycle.eol, today):
        # Who is told that only security fixes come is not helped by another cycle of which that is true.
        choice = [other for other in choice if not ended(other.eoas, today)] or choice
    choice = _upward(choice, cycle) or choice
    choice = [other for other in choice if _words(other.name) == _words(cycle.name)] or choice
    choice = [other for other in choice if is_lts(other, today)] or choice
    return _advice_of(choice[-1], today)


def parse_window(text: str) -> int | None:
    """Read a window for `expiring` in days; a month is 30 days, a year 365, and `auto` is None."""
    wanted = text.strip().lower()
    if wanted == "auto":
        return None
    digits, unit = wanted[:-1], wanted[-1:]
    if unit not in _UNIT_DAYS or not (digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS):
        shown = shorten(clean(text), _NAME_LENGTH)
        msg = f"The window '{shown}' cannot be read: write days, weeks, months or years as 90d, 12w, 3m or 1y, or auto."
        raise ScanError(msg)
    return int(digits) * _UNIT_DAYS[unit]


def parse_statuses(text: str) -> frozenset[Status]:
    """Read the statuses that fail a run, divided by commas; `never` is none of them, `expiring` includes `eol`."""
    words = [word for word in (part.strip().lower() for part in text.split(",")) if word]
    if words == ["never"]:
        return frozenset()
    for word in words:
        if word not in _MAY_FAIL:
            raise _unknown_status(word)
    if not words:
        msg = f"No status is named. The words are: {', '.join(_MAY_FAIL)}; or never."
        raise ScanError(msg)
    return _widened(frozenset(Status(word) for word in words))


def _judged(found: Match | Miss, policy: Policy, today: date, data_date: date | None) -> Verdict:
    match found:
        case Match(cycle=cycle) if cycle.evidence is EvidenceClass.LATEST_ONLY and _is_stale(data_date, today):
            return Verdict(dependency=found.dependency, status=Status.UNKNOWN, reason=Reason.STALE)
        case Match():
            return Verdict(dependency=found.dependency, status=_status(found, policy, today), match=found)
        case Miss(reason=Reason.UNTRACKED | Reason.NO_PURL):
            return Verdict(dependency=found.dependency, status=Status.UNTRACKED, reason=found.reason)
        case Miss():
            return _inferred(found, today, data_date) or Verdict(
                dependency=found.dependency, status=Status.UNKNOWN, reason=found.reason
            )


def _marked(found: Match | Miss) -> Match:
    """Let a package's own mark speak: of its product where that is known, else of one that is just this package."""
    dependency = found.dependency
    evidence = Evidence(
        kind=found.evidence.kind if found.evidence else EvidenceKind.IDENTIFIER,
        identifier=_unversioned(dependency),
        evidence_class=EvidenceClass.LOCKFILE,
        source=dependency.location.path,
    )
    if isinstance(found, Match):
        return found._replace(evidence=evidence, allowed=())
    cycle = Cycle(name=_ALL_VERSIONS, evidence=EvidenceClass.LOCKFILE)
    package = _unversioned(dependency).removeprefix("pkg:")
    product = Product(
        id="-".join(_words_and_numbers(package)),
        title=package.partition("/")[2],
        link="",
        cycles=(cycle,),
        source=dependency.location.path,
        whole=True,
    )
    return Match(dependency, product, cycle, evidence)


def _unknown_status(word: str) -> ScanError:
    from difflib import get_close_matches

    known = ", ".join(_MAY_FAIL)
    if word == "never":
        return ScanError("The word 'never' means that no status fails a run, and stands alone.")
    close = get_close_matches(word.replace("_", "-"), [*_MAY_FAIL, "never"], n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    shown = shorten(clean(word), _NAME_LENGTH)
    return ScanError(f"'{shown}' is no status that can fail a run.{hint} The words are: {known}; or never.")


def _widened(statuses: frozenset[Status]) -> frozenset[Status]:
    return statuses | {Status.EOL} if Status.EXPIRING in statuses else statuses


def _is_stale(data_date: date | None, today: date) -> bool:
    return data_date is not None and (today - data_date).days > _FRESH_DAYS


def _class(found: Match) -> EvidenceClass:
    # A lockfile speaks of the package itself; everything else is said of the cycle.
    lockfile = EvidenceClass.LOCKFILE
    return lockfile if found.evidence.evidence_class is lockfile else found.cycle.evidence


def _speaking(found: Match, today: date) -> Match:
    """Let the newest cycle that a range allows and that is not over speak for it; where all are over, the newest."""
    out = [c for c in found.allowed if c.released is None or c.released <= today] or found.allowed
    cycle = next((c for c in out if not ended(c.eol, today)), out[0])
    evidence = found.evidence._replace(evidence_class=cycle.evidence, source=cycle.source or found.product.source)
    return found._replace(cycle=cycle, evidence=evidence)


def _status(found: Match, policy: Policy, today: date) -> Status:
    match _class(found):
        case EvidenceClass.DEPRECATED | EvidenceClass.LOCKFILE:
            return Status.DEPRECATED
        case EvidenceClass.LATEST_ONLY:
            newer = _upward(_newer(found.product, found.cycle, today), found.cycle)
            return Status.SUPERSEDED if newer else Status.SUPPORTED
    cycle = found.cycle
    if _is_distro_package(found.dependency, found.evidence):
        return Status.DISTRO_MAINTAINED if ended(cycle.eol, today) else Status.SUPPORTED
    if ended(cycle.eol, today):
        # Most extended support is paid for, and counts for those who have it.
        free = cycle.free_extended and ended(cycle.eoes, today) is False
        return Status.EXTENDED if free else Status.EOL
    if ends_within(cycle.eol, cycle.released, today, policy.within_days):
        return Status.EXPIRING
    return Status.SECURITY_ONLY if ended(cycle.eoas, today) else Status.SUPPORTED


def _is_distro_package(dependency: Dependency, evidence: Evidence | None) -> bool:
    # A distribution is often named by the purl of one of its packages; it is judged by its own cycle.
    if dependency.kind is Kind.OS or (evidence and evidence.kind is EvidenceKind.OS):
        return False
    purl = split(dependency.purl)
    if purl is None or purl.type not in _DISTRO_TYPES:
        return False
    return not is_upstream_build(dependency.purl)


def _is_of_system(found: Match) -> bool:
    """Tell whether a match is of an operating system, which its packages, or a component of its own, name.

    The system of an image is said of that image.
    """
    kind, evidence = found.dependency.kind, found.evidence.kind
    if kind is Kind.OS or (evidence is EvidenceKind.OS and kind is not Kind.IMAGE):
        return True
    # A release older than all that are tracked.
    return evidence is EvidenceKind.INFERRED and found.evidence.identifier.startswith("distro=")


def _led_by_system(matches: tuple[Match, ...]) -> tuple[Match, ...]:
    """Put the system itself first: what the file says of it, else what its first package does, where that stands."""
    own = next((match for match in matches if match.dependency.kind is Kind.OS), None)
    if own is not None:
        return own, *(match for match in matches if match is not own)
    first = matches[0]
    inferred = first.evidence.kind is EvidenceKind.INFERRED
    system = Dependency(
        purl=make("generic", first.product.id, None if inferred else first.cycle.name),
        location=first.dependency.location,
        kind=Kind.OS,
        scope=first.dependency.scope,
    )
    return first._replace(dependency=system), *matches


def _inferred(missed: Miss, today: date, data_date: date | None) -> Verdict | None:
    product, known = missed.product, missed.evidence
    if missed.reason is not Reason.OLDER or product is None or not product.cycles:
        return None
    if known and (known.kind in _NOT_EXACT or known.evidence_class is EvidenceClass.LOCKFILE):
        return None
    purl = split(missed.dependency.purl)
    if purl and purl.type == "golang" and (purl.version or "").removeprefix("v").startswith("0."):
        # A module's v0.x need not be older than its product's 1.x: many number themselves afresh.
        return None
    oldest = _oldest(product)
    status = _status_below(oldest, today, data_date)
    if status is None:
        return None
    evidence = Evidence(
        kind=EvidenceKind.INFERRED,
        identifier=known.identifier if known else _unversioned(missed.dependency),
        evidence_class=EvidenceClass.INFERRED,
        source=known.source if known else product.source,
    )
    match = Match(dependency=missed.dependency, product=product, cycle=oldest, evidence=evidence)
    if status is Status.EOL and _is_distro_package(missed.dependency, known):
        status = Status.DISTRO_MAINTAINED
    return Verdict(dependency=missed.dependency, status=status, match=match, reason=missed.reason)


def _status_below(oldest: Cycle, today: date, data_date: date | None) -> Status | None:
    """Return what is true of everything older than a product's oldest cycle; None when that cannot be told."""
    match oldest.evidence:
        case EvidenceClass.DEPRECATED:
            return Status.DEPRECATED
        case EvidenceClass.LATEST_ONLY:
            return None if _is_stale(data_date, today) else Status.SUPERSEDED
    return Status.EOL if ended(oldest.eol, today) else None


def _oldest(product: Product) -> Cycle:
    # A version is older than the data when its numbers are smaller than those of every cycle, so
    # that the smallest name counts, not the first day: old lines got late cycles (2.25 after 3.0).
    numbered = [cycle for cycle in product.cycles if _numbers(cycle.name)]
    return min(numbered, key=lambda cycle: _numbers(cycle.name)) if numbered else product.cycles[-1]


def _numbers(name: str) -> tuple[int, ...]:
    parts = name.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()


def _newer(product: Product, cycle: Cycle, today: date) -> list[Cycle]:
    # By the file's order, which tells more than names do: `2023.1` follows `zed`, and 15 follows 42.
    family = _family(cycle.name)
    above = takewhile(lambda other: other.name != cycle.name, product.cycles)
    out = (other for other in above if other.released is None or other.released <= today)
    return [other for other in out if _family(other.name) == family]


def _upward(newer: Sequence[Cycle], cycle: Cycle) -> list[Cycle]:
    # A file ordered by days has late builds of old lines above a cycle: 11 above 16. An umbrella
    # (`2` above 2.12) is no step down.
    numbers = _numbers(cycle.name)
    return [
        other for other in newer if not (there := _numbers(other.name)) or not numbers or there >= numbers[: len(there)]
    ]


def _outlives(other: Cycle, cycle: Cycle, today: date) -> bool:
    if ended(other.eol, today) or other.evidence is EvidenceClass.DEPRECATED:
        return False
    if ended(cycle.eol, today) or _last_day(other.eol) > _last_day(cycle.eol):
        return True
    # Neither has an announced end: active support is what the newer one has and this one lacks.
    endless = not isinstance(cycle.eol, date) and not isinstance(other.eol, date)
    return endless and ended(cycle.eoas, today) is True and not ended(other.eoas, today)


def _last_day(ending: Ending) -> date:
    if isinstance(ending, date):
        return ending
    return date.min if ending else date.max


def _words(name: str) -> list[str]:
    return "".join(char if char.isalpha() else " " for char in name.lower()).split()


def _words_and_numbers(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in text.lower()).split()


def _family(name: str) -> str:
    # `python3.8` and `nodejs22.x` are two families of one product; `noetic` and `zed` are code names.
    return _words(name)[0] if name[:1].isalpha() and any(char.isdecimal() for char in name) else ""


def _advice(status: Status, found: Match, policy: Policy, today: date) -> Advice | None:
    if status is Status.SUPERSEDED:
        # What is older than all that is tracked may be superseded by the one cycle that there is.
        newer = _upward(_newer(found.product, found.cycle, today), found.cycle)
        return _advice_of(newer[0] if newer else found.cycle, today)
    product, cycle = found.product, found.cycle
    mark = found.dependency.mark
    replacement = mark.replacement if mark and _class(found) is EvidenceClass.LOCKFILE else cycle.replacement
    if replacement:
        return Advice(cycle=None, replacement=replacement)
    if _class(found) is EvidenceClass.DEPRECATED:
        # The day of such a cycle tells when it was called dead, if it tells anything: whatever lives is better.
        cycle = cycle._replace(eol=True)
    advice = advise(product, cycle, today, policy.within_days)
    return advice or (Advice(cycle=None, replacement=product.replacement) if product.replacement else None)


def _advice_of(cycle: Cycle, today: date) -> Advice:
    return Advice(cycle=cycle.name, latest=cycle.latest, eol=cycle.eol, lts=is_lts(cycle, today))


def _message(status: Status, matches: Sequence[Match], advice: Advice | None, today: date) -> str:
    sentences = [_claim(status, matches, today)]
    if advice:
        sentences.append(_outlook(matches[0], advice, today))
    elif status is Status.EOL or (status in _ENDS and matches[0].product.whole):
        sentences.append("No supported successor is known.")
    elif status in _ENDS:
        sentences.append("No newer cycle that lasts longer is known.")
    return clean(" ".join(sentences))


def _claim(status: Status, matches: Sequence[Match], today: date) -> str:
    found = matches[0]
    packages = sum(match.dependency.kind is not Kind.OS for match in matches)
    if packages and found.dependency.kind is Kind.OS:
        return _system_claim(status, found, packages, today)
    name, of_product = _named(found)
    versions = list(dict.fromkeys(filter(None, (_version(match.dependency) for match in matches))))
    subject = _subject(name, versions, found.dependency)
    verb = "are" if len(versions) > 1 else "is"
    if _class(found) is EvidenceClass.LOCKFILE:
        return f"{subject} {verb} {marked(found.dependency.mark, words=True)}."
    if found.product.whole:
        # Of such a package no version has to be stated.
        return f"{subject if versions else name} {verb} {_whole(status, found.cycle, today)}."
    cycle = _called(found.cycle, found.product, today)
    clause = _clause(status, found, today)
    if found.evidence.kind is EvidenceKind.INFERRED:
        if status is Status.SUPERSEDED:
            clause = f"and {_ONLY_NEWEST}"
        return f"{subject} {verb} older than {cycle}, the oldest release cycle{of_product} that is tracked, {clause}."
    return f"{subject} {verb} {'on' if versions else 'judged by'} cycle {cycle}{of_product}, {clause}."


def _system_claim(status: Status, found: Match, packages: int, today: date) -> str:
    verb = "is" if packages == 1 else "are"
    cycle, clause = _called(found.cycle, found.product, today), _clause(status, found, today)
    subject, of = f"{found.product.title} {cycle}", "of this release"
    if found.evidence.kind is EvidenceKind.INFERRED:
        subject, of = found.product.title, f"older than {cycle}, the oldest release that is tracked"
    return f"{subject}: {counted(packages, 'package')} {verb} {of}, {clause}."


def _whole(status: Status, cycle: Cycle, today: date) -> str:
    """Say what is wrong with a package whose versions are all alike, behind "is" or "are"."""
    match status:
        case Status.DEPRECATED:
            return marked_deprecated(cycle, today)
        case Status.SECURITY_ONLY:
            return f"fixed for security only: active support of all versions {_over(cycle, today)}"
        case Status.EXPIRING:
            return f"soon without support: that of all versions ends {_on(cycle, cycle.eol, today)}"
        case _ if isinstance(cycle.eol, date):
            return f"no longer supported: support of all versions ended {_on(cycle, cycle.eol, today)}"
    return "no longer supported, in any version; the last day is not known"


def _clause(status: Status, found: Match, today: date) -> str:
    cycle = found.cycle
    match status:
        case Status.DEPRECATED:
            return f"which is {marked_deprecated(cycle, today)}"
        case Status.SUPERSEDED:
            return f"which is {_ONLY_NEWEST}"
        case Status.SECURITY_ONLY:
            return f"whose active support {_over(cycle, today)}"
        case Status.EXPIRING:
            return f"which ends {_on(cycle, cycle.eol, today)}"
        case _ if isinstance(cycle.eol, date):
            return f"which ended {_on(cycle, cycle.eol, today)}"
    return "which is over; its last day is not known"


def _over(cycle: Cycle, today: date) -> str:
    over = f"ended {_on(cycle, cycle.eoas, today)}" if isinstance(cycle.eoas, date) else "is over"
    return f"{over}; {_fixes(cycle.eol, today)}"


def _on(cycle: Cycle, day: Ending, today: date) -> str:
    """Tell a day of a cycle, what it is worth, and how far it is from today."""
    return f"{'not before' if at_least(cycle) else 'on'} {_told(day, today)}{by_policy(cycle)}"


def _fixes(eol: Ending, today: date) -> str:
    if isinstance(eol, date):
        return f"security fixes still come until {_told(eol, today)}"
    return "security fixes still come" if eol is False else "how long security fixes come is not tracked"


def _told(day: Ending, today: date) -> str:
    return f"{day}, {distance(day, today)}" if isinstance(day, date) else ""


def _outlook(found: Match, advice: Advice, today: date) -> str:
    product = found.product
    if advice.cycle is None:
        return f"Use {_shown(name_beside(advice.replacement or '', found.dependency.purl))} instead."
    cycle = next(other for other in product.cycles if other.name == advice.cycle)
    sentence = f"Move to {_called(cycle, product, today)}"
    if isinstance(advice.eol, date):
        sentence += f", supported until {advice.eol}"
    elif advice.eol is False:
        sentence += ", which has no announced end"
    newest = f"; its newest version is {advice.latest}" if advice.latest and advice.latest != advice.cycle else ""
    return f"{sentence}{newest}."


def _called(cycle: Cycle, product: Product, today: date) -> str:
    label = called(cycle, today)
    repeated = label.casefold().startswith(product.title.casefold() + " ")
    return label[len(product.title) + 1 :] if repeated else label


def _named(found: Match) -> tuple[str, str]:
    # The title is how people know the product; a package that bears another name keeps it.
    product, (whole, _) = found.product, name_and_version(found.dependency)
    purl = split(found.dependency.purl)
    name = purl.name if purl else whole
    if found.dependency.kind is not Kind.IMAGE and _folded(name) in map(_folded, (product.title, product.id)):
        return product.title, ""
    return _shown(whole), f" of {product.title}"


def _subject(name: str, versions: Sequence[str], dependency: Dependency) -> str:
    shown = [_shown(version) for version in versions[:_VERSIONS_SHOWN]]
    if dependency.kind is Kind.IMAGE:
        return f"The image {name}:{shown[0]}" if shown else f"The image {name}"
    if not shown:
        wanted = f"unpinned ({_shown(dependency.requirement)})" if dependency.requirement else "of no stated version"
        return f"{name}, {wanted},"
    more = len(versions) - len(shown)
    last = f"{more} more versions" if more > 1 else "one more version" if more else shown.pop()
    return f"{name} {', '.join(shown)} and {last}" if shown else f"{name} {last}"


def _version(dependency: Dependency) -> str | None:
    return name_and_version(dependency)[1]


def _unversioned(dependency: Dependency) -> str:
    purl = split(dependency.purl)
    if purl is None:
        return name_and_version(dependency)[0]
    return "/".join(filter(None, (f"pkg:{purl.type}", purl.namespace, purl.name)))


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def _shown(text: str) -> str:
    return shorten(clean(text), _NAME_LENGTH)
