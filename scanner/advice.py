"""What to move to: the cycle of a product that outlives the one in use."""

from __future__ import annotations

from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from scanner.endings import ended, ends_within, is_lts
from scanner.model import Advice, EvidenceClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.model import Cycle, Ending, Product

_WITHIN_DAYS: Final = 90


def advise(product: Product, cycle: Cycle, today: date, within_days: int | None = _WITHIN_DAYS) -> Advice | None:
    """Name the nearest newer cycle that is supported and outlives this one; None when there is none.

    What ends within the window is named only when nothing lasts longer. Cycles of the same line
    (`python3.8` and `python3.12`) come first, then those with long-term support.
    """
    choice = [other for other in newer(product, cycle, today) if _outlives(other, cycle, today)]
    if not choice:
        return None
    lasting = [other for other in choice if not ends_within(other.eol, other.released, today, within_days)]
    last_day = max(_last_day(other.eol) for other in choice)
    choice = lasting or [other for other in choice if _last_day(other.eol) == last_day]
    if ended(cycle.eoas, today) and not ended(cycle.eol, today):
        # Who is told that only security fixes come is not helped by another cycle of which that is true.
        choice = [other for other in choice if not ended(other.eoas, today)] or choice
    choice = upward(choice, cycle) or choice
    choice = [other for other in choice if _words(other.name) == _words(cycle.name)] or choice
    choice = [other for other in choice if is_lts(other, today)] or choice
    return advice_of(choice[-1], today)


def newer(product: Product, cycle: Cycle, today: date) -> list[Cycle]:
    """Return the cycles of the same line that are out and newer than this one, newest first."""
    # By the file's order, which tells more than names do: `2023.1` follows `zed`, and 15 follows 42.
    family = _family(cycle.name)
    above = takewhile(lambda other: other.name != cycle.name, product.cycles)
    out = (other for other in above if other.released is None or other.released <= today)
    return [other for other in out if _family(other.name) == family]


def upward(later: Sequence[Cycle], cycle: Cycle) -> list[Cycle]:
    """Leave out what is newer by its day alone, and has smaller numbers than this cycle."""
    # A file ordered by days has late builds of old lines above a cycle: 11 above 16. An umbrella
    # (`2` above 2.12) is no step down.
    here = numbers(cycle.name)
    return [other for other in later if not (there := numbers(other.name)) or not here or there >= here[: len(there)]]


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


def _family(name: str) -> str:
    # `python3.8` and `nodejs22.x` are two families of one product; `noetic` and `zed` are code names.
    return _words(name)[0] if name[:1].isalpha() and any(char.isdecimal() for char in name) else ""


def advice_of(cycle: Cycle, today: date) -> Advice:
    """Say that this cycle is the one to move to."""
    return Advice(cycle=cycle.name, latest=cycle.latest, eol=cycle.eol, lts=is_lts(cycle, today))


def numbers(name: str) -> tuple[int, ...]:
    """Return the numbers that the name of a cycle is made of; none where it is not."""
    parts = name.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()
