"""What a finding says in a row: half sentences, where `message` has whole ones."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from scanner import purl
from scanner.model import EvidenceClass, EvidenceKind, Status
from scanner.wording import advised, at_least, by_policy, called, distance, ending_of, marked, marked_deprecated

if TYPE_CHECKING:
    from scanner.model import Cycle, Extension, Finding, Match


def said(status: Status, found: Match, today: date) -> str:
    """Say what is wrong with a cycle, or will be; where the date rests on no vendor's word, say so."""
    cycle = cycle_of(found, today)
    if found.evidence.kind is EvidenceKind.INFERRED:
        return f"older than {cycle}, the oldest tracked{_below(status, found, today)}"
    if status is Status.DEPRECATED:
        return _deprecated(found, today)
    if status is Status.SUPERSEDED:
        return f"{cycle} is superseded: only the newest release is supported"
    if status is Status.SECURITY_ONLY:
        return f"{cycle} gets security fixes only, {_until(found.cycle, today)}{by_policy(found.cycle)}"
    return f"{cycle} {ends(found, today)}"


def ends(found: Match, today: date) -> str:
    """Say when a cycle ends, and who supports it beyond that."""
    end = _short(ending_of(found.cycle, found.cycle.eol, today))
    return end if found.extension is None else f"{end}; {_carried(found.extension, today)}"


def todo(finding: Finding) -> str:
    """Say what to do about a finding; empty where there is nothing to say."""
    advice = finding.advice
    if advice is None:
        return "no supported successor is known" if finding.status in {Status.EOL, Status.EXPIRING} else ""
    if advice.cycle is None:
        return f"use {purl.name_beside(advice.replacement or '', finding.matches[0].dependency.purl)} instead"
    if advice.eol is None or advice.eol is True:
        return f"move to {advised(advice)}"
    return f"move to {advised(advice)}, {f'until {advice.eol}' if advice.eol else 'no end announced'}"


def cycle_of(found: Match, today: date) -> str:
    """Name a cycle with its product: a package may be called otherwise, and the match is there to be doubted."""
    cycle, title = called(found.cycle, today), found.product.title
    if found.product.whole:
        return title
    return cycle if cycle.casefold().startswith(title.casefold()) else f"{title} {cycle}"


def away(day: date, today: date) -> str:
    """Say how far a day is from today: "in 2 years 3 months"."""
    return _short(distance(day, today))


def _below(status: Status, found: Match, today: date) -> str:
    """Say what is true of an oldest cycle, and so of what is older."""
    if status is Status.SUPERSEDED:
        return ": only the newest release is supported"
    if status is Status.DEPRECATED:
        return f", which is {_short(marked_deprecated(found.cycle, today))}"
    return f", which {ends(found, today)}"


def _deprecated(found: Match, today: date) -> str:
    if found.evidence.evidence_class is EvidenceClass.LOCKFILE:
        return marked(found.dependency.mark, words=True)
    cycle = "" if found.product.whole else f"{cycle_of(found, today)} is "
    return cycle + _short(marked_deprecated(found.cycle, today))


def _until(cycle: Cycle, today: date) -> str:
    if cycle.eol is None or isinstance(cycle.eol, bool):
        return "no end announced"
    until = "at least until" if at_least(cycle) else "until"
    return f"{until} {cycle.eol}, {away(cycle.eol, today)}"


def _carried(extension: Extension, today: date) -> str:
    contract = extension.contract
    who = "free extended support" if contract is None else "extended support"
    if contract is not None and contract.provider:
        who = f"{who} by {contract.provider}"
    if isinstance(extension.until, date):
        return f"{who} until {extension.until}, {away(extension.until, today)}"
    return f"{who} goes on, without an announced end"


def _short(text: str) -> str:
    return text.replace(" and ", " ")
