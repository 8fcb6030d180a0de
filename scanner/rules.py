"""What each status means: its rule, its title, its level, how bad it is.

The ids, levels and severities are a contract: other programs filter by them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.model import Status

if TYPE_CHECKING:
    from collections.abc import Mapping


class Rule(NamedTuple):
    """One kind of finding. `level` and `precision` are SARIF's words, `severity` is CVSS-like, 0 to 10."""

    id: str
    name: str
    title: str
    meaning: str
    level: str
    severity: str
    precision: str


RULES: Final[Mapping[Status, Rule]] = MappingProxyType(
    {
        Status.EOL: Rule(
            id="EOL001",
            name="EndOfLife",
            title="end of life",
            meaning="Its release cycle no longer receives security fixes.",
            level="error",
            severity="7.5",
            precision="high",
        ),
        Status.EXPIRING: Rule(
            id="EOL002",
            name="EndOfLifeSoon",
            title="end of life soon",
            meaning="Security support of its release cycle ends within the window that was asked for.",
            level="warning",
            severity="4.0",
            precision="high",
        ),
        Status.SECURITY_ONLY: Rule(
            id="EOL003",
            name="SecurityFixesOnly",
            title="security fixes only",
            meaning="Active support of its release cycle has ended; security fixes still come.",
            level="note",
            severity="2.0",
            precision="medium",
        ),
        Status.DEPRECATED: Rule(
            id="EOL004",
            name="Deprecated",
            title="deprecated",
            meaning="Its maintainers say that it is dead, abandoned or withdrawn.",
            level="warning",
            severity="5.0",
            precision="high",
        ),
        Status.SUPERSEDED: Rule(
            id="EOL005",
            name="Superseded",
            title="superseded",
            meaning="Its maintainers support only their newest release, and this is not it.",
            level="note",
            severity="1.0",
            precision="medium",
        ),
    }
)

# What the other statuses mean; they have no rule since there is nothing to report.
MEANINGS: Final[Mapping[Status, str]] = MappingProxyType(
    {
        **{status: rule.meaning for status, rule in RULES.items()},
        Status.EXTENDED: "Past its end, inside an extended support that is free, or that the user has declared.",
        Status.DISTRO_MAINTAINED: "A distribution's own package: the distribution's release decides.",
        Status.SUPPORTED: "Its release cycle is supported.",
        Status.UNKNOWN: "The product is known, the release cycle is not.",
        Status.UNTRACKED: "No product is known for it: nobody publishes an end date that we know.",
    }
)
