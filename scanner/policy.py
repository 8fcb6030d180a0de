"""What is said of a match: its status, the finding that tells it, and what fails a run.

`rules` tells what each status means. The end date of a cycle is the last supported day. Everything
here is a function of its arguments: there is no clock.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from scanner import selection
from scanner.advice import advice_of, advise, newer, numbers, upward
from scanner.endings import ended, ends_within
from scanner.message import message
from scanner.model import (
    Advice,
    Cycle,
    Dependency,
    Evidence,
    EvidenceClass,
    EvidenceKind,
    Extension,
    Finding,
    Kind,
    Match,
    Miss,
    Product,
    Reason,
    Status,
    Upkeep,
    Verdict,
)
from scanner.purl import DISTRO_TYPES, make, name_and_version, split
from scanner.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scanner.model import Ending, Gate, Ignore, Policy, Support, Window

# A project that supports only its newest release has soon another one than old data knows.
_FRESH_DAYS: Final = 30

# Statuses without a rule that may still fail a run: there are no findings of them, only counts.
_COUNTED: Final = (Status.UNKNOWN, Status.UNTRACKED)

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

_ENDS: Final = frozenset({Status.EOL, Status.EXPIRING, Status.SECURITY_ONLY, Status.EXTENDED})
# The one cycle of a package that nothing but a lockfile speaks of.
_ALL_VERSIONS: Final = "all"


def judge(
    found: Match | Miss, policy: Policy, today: date, data_date: date | None = None, path: str | None = None
) -> Verdict:
    """Say what the policy says of one dependency.

    `data_date` is the day of the product data, None where it is as new as can be: what is known of
    projects that support only their newest release holds for thirty days. `path` is the file of the dependency,
    seen from the folder of the settings.
    """
    if isinstance(found, Match) and found.allowed:
        found = _speaking(found, today)
    verdict = _judged(found, policy, today, data_date, found.dependency.location.path if path is None else path)
    if found.dependency.mark is not None and verdict.status not in {Status.EOL, Status.DEPRECATED}:
        match = _marked(found)
        return Verdict(dependency=found.dependency, status=Status.DEPRECATED, match=match)
    return verdict


def reported(verdict: Verdict, policy: Policy) -> bool:
    """Tell whether a verdict becomes a finding; `superseded` only for those who ask."""
    if verdict.match is None or (verdict.status not in RULES and verdict.status is not Status.EXTENDED):
        return False
    if verdict.status is not Status.SUPERSEDED or policy.list_all or Status.SUPERSEDED in policy.fail_on:
        return True
    return any(Status.SUPERSEDED in override.gate.statuses for override in policy.overrides if override.gate)


def group(verdict: Verdict) -> tuple[str, ...]:
    """Return what the verdicts of one finding share: the rule's status, product, cycle and purl without version.

    Only for verdicts that are `reported`. Equal groups in one file have equal finding ids, others never.
    What speaks of an operating system is one group, whatever packages it comes from.
    """
    found = verdict.match
    product, cycle = (found.product.id, found.cycle.name) if found else ("", "")
    system = found is not None and _is_of_system(found)
    return verdict.status, product, cycle, _SYSTEM if system else _unversioned(verdict.dependency)


def finding(
    verdicts: Sequence[Verdict], repo_path: str, policy: Policy, today: date, path: str | None = None
) -> Finding:
    """Make the finding of verdicts that share a `group` in one file; `repo_path` is its path from the git root.

    Its key does not depend on line or version: moving a line or taking a patch release reopens nothing. `path` is
    the file's, seen from the folder of the settings.
    """
    status = verdicts[0].status
    path = repo_path if path is None else path
    matches = tuple(verdict.match for verdict in verdicts if verdict.match is not None)
    if _is_of_system(matches[0]):
        matches = _led_by_system(matches)
    first = matches[0]
    rule = RULES[_ruled(status, first, today)].id
    advice = _advice(status, first, terms(policy, verdicts[0], path)[0], today)
    last = first.last_day
    days_left = (last - today).days if status in _ENDS and isinstance(last, date) else None
    ignored = _ignored(verdicts, policy, path, today)
    gates = (terms(policy, verdict, path)[1] for verdict in verdicts)
    return Finding(
        key=(rule, *group(verdicts[0])[1:], repo_path),
        rule=rule,
        status=status,
        matches=matches,
        message=message(status, matches, advice, today),
        days_left=days_left,
        advice=advice,
        ignored=ignored,
        fails=ignored is None and any(closes(gate, status, days_left) for gate in gates),
    )


def terms(policy: Policy, verdict: Verdict, path: str) -> tuple[Window, Gate]:
    """Return the window and the gate that hold for a dependency: those of the first override that fits it.

    What that override does not speak of is as it is for all others.
    """
    for override in policy.overrides:
        if selection.fits(override.selector, verdict, path):
            return override.window or policy.window, override.gate or policy.gate
    return policy.window, policy.gate


def gates(policy: Policy) -> list[Gate]:
    """Return every gate of a policy."""
    return [policy.gate, *(one.gate for one in policy.overrides if one.gate)]


def closes(gate: Gate, status: Status, days_left: int | None = None) -> bool:
    """Tell whether a gate fails a run for a status; `days_left` are those to the end that is told."""
    if status not in gate.failing:
        return False
    if status is not Status.EXPIRING or gate.expiring_days is None or days_left is None:
        return True
    return days_left <= gate.expiring_days


def counts(policy: Policy) -> bool:
    """Tell whether a dependency without a verdict can fail a run."""
    return any(closes(gate, status) for gate in gates(policy) for status in _COUNTED)


def unjudged(verdict: Verdict, policy: Policy, path: str) -> bool:
    """Tell whether a verdict that is none, since too little is known, fails the run."""
    return verdict.status in _COUNTED and closes(terms(policy, verdict, path)[1], verdict.status)


def ignoring(verdict: Verdict, policy: Policy, path: str, today: date) -> Ignore | None:
    """Return the first entry of the settings that sets a dependency aside on this day; its last day counts."""
    entries = (entry for entry in policy.ignores if today <= entry.until)
    return next((entry for entry in entries if selection.fits(entry.selector, verdict, path)), None)


def extension(policy: Policy, found: Match) -> Extension | None:
    """Return the longest support that a contract of the settings gives a cycle, whether it is needed or not."""
    given = [
        Extension(until, contract)
        for contract in policy.support
        if selection.fits_cycle(contract.product, contract.cycle, found)
        and (until := _until(contract, found.cycle)) is not None
    ]
    return max(given, key=_last_day, default=None)


def covering(policy: Policy, found: Match, today: date) -> Support | None:
    """Return the contract that gives a cycle its longest support, where that is not over."""
    given = extension(policy, found)
    return given.contract if given and ended(given.until, today) is False else None


def upkeep(
    policy: Policy, seen: Iterable[tuple[Verdict, str]], covered: Callable[[Support], bool], today: date
) -> Upkeep:
    """Name the entries of the settings that have done their work, or do none.

    `seen` are verdicts that an entry could set aside, with their paths; `covered` tells of a contract whether any
    dependency is on a cycle of it.
    """
    current = [entry for entry in policy.ignores if today <= entry.until]
    unused = dict.fromkeys(current)
    for verdict, path in seen if current else ():
        for entry in [entry for entry in unused if selection.fits(entry.selector, verdict, path)]:
            del unused[entry]
    return Upkeep(
        expired=tuple(entry for entry in policy.ignores if today > entry.until),
        unused=tuple(unused),
        idle=tuple(contract for contract in policy.support if not covered(contract)),
    )


def is_upstream_build(purl: str) -> bool:
    """Tell whether the version of a package says that a project built it for a distribution, which does not keep it."""
    version = purl.partition("?")[0].rpartition("@")[2].lower().replace("%2b", "+")
    if any(mark in version for mark in _UPSTREAM_BUILDS):
        return True
    build = version[max(version.rfind("+"), version.rfind("~")) + 1 :]
    return len(build) < len(version) and build.rstrip("0123456789.") in _BUILT_FOR


def _judged(found: Match | Miss, policy: Policy, today: date, data_date: date | None, path: str) -> Verdict:
    match found:
        case Match(cycle=cycle) if cycle.evidence is EvidenceClass.LATEST_ONLY and _is_stale(data_date, today):
            return Verdict(dependency=found.dependency, status=Status.UNKNOWN, reason=Reason.STALE)
        case Match():
            return _dated(found, policy, today, path)
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


def _is_stale(data_date: date | None, today: date) -> bool:
    return data_date is not None and (today - data_date).days > _FRESH_DAYS


def _speaking(found: Match, today: date) -> Match:
    """Let the newest cycle that a range allows and that is not over speak for it; where all are over, the newest."""
    out = [c for c in found.allowed if c.released is None or c.released <= today]
    # A range that lets in what is still to come is not at its end.
    cycle = next((c for c in (*out, *found.allowed) if not ended(c.eol, today)), (*out, *found.allowed)[0])
    evidence = found.evidence._replace(evidence_class=cycle.evidence, source=cycle.source or found.product.source)
    return found._replace(cycle=cycle, evidence=evidence)


def _dated(found: Match, policy: Policy, today: date, path: str) -> Verdict:
    plain = Verdict(dependency=found.dependency, status=Status.SUPPORTED, match=found)
    window = terms(policy, plain, path)[0]
    status = _status(found, window, today)
    if status not in {Status.EOL, Status.EXPIRING}:
        return plain._replace(status=status)
    extended = _extended(found, policy, today)
    if extended is None:
        return plain._replace(status=status)
    soon = ends_within(extended.until, found.cycle.released, today, window.days)
    status = Status.EXPIRING if soon else Status.EXTENDED
    return plain._replace(status=status, match=found._replace(extension=extended))


def _status(found: Match, window: Window, today: date) -> Status:
    match found.evidence_class:
        case EvidenceClass.DEPRECATED | EvidenceClass.LOCKFILE:
            return Status.DEPRECATED
        case EvidenceClass.LATEST_ONLY:
            later = upward(newer(found.product, found.cycle, today), found.cycle)
            return Status.SUPERSEDED if later else Status.SUPPORTED
    cycle = found.cycle
    if _is_distro_package(found.dependency, found.evidence):
        return Status.DISTRO_MAINTAINED if ended(cycle.eol, today) else Status.SUPPORTED
    if ended(cycle.eol, today):
        return Status.EOL
    if ends_within(cycle.eol, cycle.released, today, window.days):
        return Status.EXPIRING
    return Status.SECURITY_ONLY if ended(cycle.eoas, today) else Status.SUPPORTED


def _extended(found: Match, policy: Policy, today: date) -> Extension | None:
    """Return the support that carries a cycle beyond its end on this day.

    Most extended support is paid for, and counts for those who say that they have it.
    """
    cycle, given = found.cycle, [extension(policy, found)]
    if cycle.free_extended and ended(cycle.eol, today):
        given.append(Extension(cycle.eoes))
    living = [one for one in given if one and ended(one.until, today) is False and _outlasts(one.until, cycle.eol)]
    return max(living, key=_last_day, default=None)


def _outlasts(until: Ending, eol: Ending) -> bool:
    return until > eol if isinstance(until, date) and isinstance(eol, date) else True


def _last_day(extended: Extension) -> date:
    return extended.until if isinstance(extended.until, date) else date.max


def _until(contract: Support, cycle: Cycle) -> Ending:
    until = contract.until or cycle.eoes
    return None if until is True else until


def _ruled(status: Status, found: Match, today: date) -> Status:
    # What extended support sets aside would be one of these.
    if status is Status.EXTENDED:
        return Status.EOL if ended(found.cycle.eol, today) else Status.EXPIRING
    return status


def _ignored(verdicts: Iterable[Verdict], policy: Policy, path: str, today: date) -> Ignore | None:
    if not policy.ignores:
        return None
    entries = [ignoring(verdict, policy, path, today) for verdict in verdicts]
    # One version that no entry takes in is enough to be told of.
    return entries[0] if None not in entries else None


def _is_distro_package(dependency: Dependency, evidence: Evidence | None) -> bool:
    # A distribution is often named by the purl of one of its packages; it is judged by its own cycle.
    if dependency.kind is Kind.OS or (evidence and evidence.kind is EvidenceKind.OS):
        return False
    purl = split(dependency.purl)
    if purl is None or purl.type not in DISTRO_TYPES:
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
    numbered = [cycle for cycle in product.cycles if numbers(cycle.name)]
    return min(numbered, key=lambda cycle: numbers(cycle.name)) if numbered else product.cycles[-1]


def _words_and_numbers(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in text.lower()).split()


def _advice(status: Status, found: Match, window: Window, today: date) -> Advice | None:
    if status is Status.SUPERSEDED:
        # What is older than all that is tracked may be superseded by the one cycle that there is.
        later = upward(newer(found.product, found.cycle, today), found.cycle)
        return advice_of(later[0] if later else found.cycle, today)
    product, cycle = found.product, found.cycle
    mark = found.dependency.mark
    replacement = mark.replacement if mark and found.evidence_class is EvidenceClass.LOCKFILE else cycle.replacement
    if replacement:
        return Advice(cycle=None, replacement=replacement)
    if found.evidence_class is EvidenceClass.DEPRECATED:
        # The day of such a cycle tells when it was called dead, if it tells anything: whatever lives is better.
        cycle = cycle._replace(eol=True)
    advice = advise(product, cycle, today, window.days)
    return advice or (Advice(cycle=None, replacement=product.replacement) if product.replacement else None)


def _unversioned(dependency: Dependency) -> str:
    return _unversioned_purl(dependency.purl) or name_and_version(dependency)[0]


@lru_cache(maxsize=8192)
def _unversioned_purl(text: str) -> str:
    purl = split(text)
    return "/".join(filter(None, (f"pkg:{purl.type}", purl.namespace, purl.name))) if purl else ""
