"""Reports made by hand, for the tests of the reporters."""

from __future__ import annotations

from datetime import date

from scanner.model import (
    Advice,
    Cycle,
    Dependency,
    Evidence,
    EvidenceClass,
    EvidenceKind,
    Finding,
    Ignore,
    Input,
    Kind,
    Known,
    Location,
    Match,
    Policy,
    Problem,
    Product,
    Reason,
    Report,
    Selector,
    Stamp,
    Status,
    Support,
    Upkeep,
    Used,
    Verdict,
)
from scanner.policy import finding, judge

TODAY = date(2026, 11, 22)

# Escape codes, bidi marks, workflow commands, a formula, Markdown, HTML, a lone surrogate.
HOSTILE = "x\x1b[31m\u202e##[set-output name=a]b\n::error::c|=cmd()](javascript:1)<script>`\udc80"

DJANGO = Product(
    id="django",
    title="Django",
    link="https://endoflife.date/django",
    category="framework",
    identifiers=(("purl", "pkg:pypi/django"),),
    cycles=(
        Cycle(
            name="5.2",
            released=date(2025, 4, 2),
            eoas=date(2025, 12, 3),
            eol=date(2028, 4, 30),
            lts=True,
            latest="5.2.17",
        ),
        Cycle(
            name="3.2",
            released=date(2021, 4, 6),
            eoas=date(2021, 12, 7),
            eol=date(2024, 4, 1),
            lts=True,
            latest="3.2.25",
            label="3.2 (LTS)",
            link="https://docs.djangoproject.com/en/3.2/releases/3.2.25/",
        ),
    ),
)

NUMPY = Product(
    id="numpy",
    title="NumPy",
    link="https://endoflife.date/numpy",
    cycles=(
        Cycle(name="2.4", released=date(2025, 12, 20), eol=date(2027, 12, 20), latest="2.4.1"),
        Cycle(name="2.2", released=date(2024, 12, 9), eol=date(2026, 12, 9), latest="2.2.6"),
    ),
)


def match(product: Product, cycle: int, version: str, location: Location) -> Match:
    """Return a match of a PyPI package with one cycle of a product."""
    return Match(
        dependency=Dependency(purl=f"pkg:pypi/{product.id.removeprefix('pypi-')}@{version}", location=location),
        product=product,
        cycle=product.cycles[cycle],
        evidence=Evidence(
            kind=EvidenceKind.IDENTIFIER,
            identifier=f"pkg:pypi/{product.id.removeprefix('pypi-')}",
            evidence_class=product.cycles[cycle].evidence,
            source=product.source,
        ),
    )


def report(*, list_all: bool = False, hostile: bool = False) -> Report:
    """Return a report with one finding that is over, one that ends soon, one miss and one problem."""
    path = HOSTILE if hostile else "requirements.txt"
    over = match(DJANGO, 1, "3.2.25", Location(path, 3, 1, 15))
    soon = match(NUMPY, 1, "2.2.6", Location(path, 9, 1, 13))
    untracked = Dependency(purl="pkg:pypi/left-pad@1.0", location=Location(path, 4, 1, 14))
    ranged = Dependency(purl="pkg:pypi/wagtail", requirement=">=3", location=Location(path, 5, 1, 11))
    findings = (
        Finding(
            key=("EOL001", "django", "3.2", "pkg:pypi/django", "requirements.txt"),
            rule="EOL001",
            status=Status.EOL,
            matches=(over,),
            message="Django 3.2.25 is on 3.2 (LTS), which ended on 2024-04-01, 2 years and 7 months ago.",
            days_left=-965,
            advice=Advice(cycle="5.2", latest="5.2.17", eol=date(2028, 4, 30), lts=True),
            fails=True,
        ),
        Finding(
            key=("EOL002", "numpy", "2.2", "pkg:pypi/numpy", "requirements.txt"),
            rule="EOL002",
            status=Status.EXPIRING,
            matches=(soon,),
            message="NumPy 2.2.6 is on 2.2, which ends on 2026-12-09, in 17 days.",
            days_left=17,
            advice=Advice(cycle="2.4", latest="2.4.1", eol=date(2027, 12, 20), lts=False),
        ),
    )
    components = (
        Verdict(dependency=over.dependency, status=Status.EOL, match=over),
        Verdict(dependency=untracked, status=Status.UNTRACKED, reason=Reason.UNTRACKED),
        Verdict(dependency=ranged, status=Status.UNKNOWN, reason=Reason.RANGE),
        Verdict(dependency=soon.dependency, status=Status.EXPIRING, match=soon),
    )
    return Report(
        today=TODAY,
        data=Stamp(
            revision="0123456789ab",
            date=date(2026, 8, 22),
            products=464,
            sha256="ab" * 32,
            source="endoflife.date",
        ),
        policy=Policy(list_all=list_all),
        inputs=(Input(path=path, repo_path=f"sub/{path}", format="requirements", components=4),),
        findings=findings,
        by_status={Status.EOL: 1, Status.EXPIRING: 1, Status.UNKNOWN: 1, Status.UNTRACKED: 1},
        by_reason={Reason.RANGE: 1, Reason.UNTRACKED: 1},
        components=components if list_all else (),
        problems=(Problem(message=f"{path!r} holds a line that is no requirement.", location=Location(path, 7)),),
        failed=True,
        line_hashes={(path, 3): "39fa2ee980eb94b0:1", (path, 9): "8cdf5a6b5ac2b07e:1"},
    )


def curated() -> Report:
    """Return a report of what no vendor announced with a date: a rule, marks, a package as a whole."""
    path = "requirements.txt"
    by_rule = DJANGO.cycles[1]._replace(evidence=EvidenceClass.RULE, rule="Not before three years.")
    dead = _whole("old-client", date(2025, 3, 31), "pkg:pypi/new-client", EvidenceClass.VENDOR)
    marked = _whole("adler", date(2025, 9, 5), "the standard library", EvidenceClass.DEPRECATED)
    bare = _whole("left-pad", None, None, EvidenceClass.DEPRECATED)
    latest = NUMPY._replace(
        cycles=tuple(c._replace(evidence=EvidenceClass.LATEST_ONLY, eol=None) for c in NUMPY.cycles)
    )
    policy = Policy(list_all=True)
    matches = (
        match(DJANGO._replace(cycles=(by_rule,)), 0, "3.2.25", Location(path, 1, 1, 15)),
        match(dead, 0, "1.0", Location(path, 2, 1, 16)),
        match(marked, 0, "1.0", Location(path, 3, 1, 11)),
        match(bare, 0, "1.0", Location(path, 4, 1, 14)),
        match(latest, 1, "2.2.6", Location(path, 5, 1, 13)),
    )
    verdicts = tuple(judge(found, policy, TODAY, TODAY) for found in matches)
    return report()._replace(
        policy=policy,
        inputs=(Input(path=path, repo_path=path, format="requirements", components=5),),
        findings=tuple(finding([verdict], path, policy, TODAY) for verdict in verdicts),
        by_status={status: [verdict.status for verdict in verdicts].count(status) for status in Status},
        by_reason={},
        components=verdicts,
        problems=(),
        line_hashes={},
    )


def policed() -> Report:
    """Return a report on which settings have worked: ignored, known and extended findings, and what they need."""
    path = "sub/requirements.txt"
    ubuntu = Product(
        id="ubuntu",
        title="Ubuntu",
        link="https://endoflife.date/ubuntu",
        category="os",
        cycles=(
            Cycle(name="24.04", released=date(2024, 4, 25), eol=date(2029, 5, 31), eoes=date(2036, 4, 25), lts=True),
            Cycle(name="20.04", released=date(2020, 4, 23), eol=date(2025, 5, 31), eoes=date(2030, 4, 2), lts=True),
        ),
    )
    ignore = Ignore(
        Selector(product="django", cycle="3.2"),
        reason="replaced in Q1, see PLAT-123",
        until=date(2027, 3, 31),
        location=Location("pyproject.toml", 12),
    )
    expired = Ignore(
        Selector(purl="pkg:pypi/celery*"),
        reason="waits for a fix",
        until=date(2026, 6, 30),
        location=Location("pyproject.toml", 17),
    )
    unused = Ignore(
        Selector(path="legacy/*"),
        reason="to be removed",
        until=date(2027, 1, 31),
        location=Location("pyproject.toml", 22),
    )
    pro = Support("ubuntu", Location("pyproject.toml", 27), cycle="20.04", provider="Ubuntu Pro")
    idle = Support("rhel", Location("pyproject.toml", 32), cycle="7", until=date(2028, 6, 30), provider="Red Hat ELS")
    policy = Policy(ignores=(ignore, expired, unused), support=(pro, idle))
    system = Match(
        dependency=Dependency(purl="pkg:generic/ubuntu@20.04", location=Location("Dockerfile", 1, 6, 18), kind=Kind.OS),
        product=ubuntu,
        cycle=ubuntu.cycles[1],
        evidence=Evidence(EvidenceKind.OS, "ubuntu", EvidenceClass.VENDOR, "endoflife.date"),
    )
    over, soon = (
        match(DJANGO, 1, "3.2.25", Location(path, 3, 1, 15)),
        match(NUMPY, 1, "2.2.6", Location(path, 9, 1, 13)),
    )
    ranged = Dependency(purl="pkg:pypi/wagtail", requirement=">=3", location=Location(path, 5, 1, 11))
    first, second, third = (
        finding([judge(found, policy, TODAY)], found.dependency.location.path, policy, TODAY)
        for found in (over, soon, system)
    )
    return report()._replace(
        policy=policy._replace(fail_on=frozenset({Status.EOL, Status.EXPIRING, Status.UNKNOWN})),
        inputs=(
            Input(path="Dockerfile", repo_path="Dockerfile", format="dockerfile", components=1),
            Input(path=path, repo_path=path, format="requirements", components=3),
        ),
        findings=(first, second._replace(known=True)),
        by_status={Status.EOL: 1, Status.EXPIRING: 1, Status.EXTENDED: 1, Status.UNKNOWN: 1},
        by_reason={Reason.RANGE: 1},
        problems=(),
        line_hashes={(path, 3): "39fa2ee980eb94b0:1", (path, 9): "8cdf5a6b5ac2b07e:1"},
        extended=(third,),
        unjudged=(Verdict(dependency=ranged, status=Status.UNKNOWN, reason=Reason.RANGE),),
        upkeep=Upkeep(
            expired=(expired,),
            unused=(unused,),
            idle=(idle,),
            gone=(Known("0123456789abcdef", "EOL001", "jquery", "1", "pkg:npm/jquery", "web/package-lock.json"),),
        ),
        inventory=tuple(Used(found.matches[0], found.status, len(found.matches)) for found in (third, first, second)),
    )


def _whole(name: str, eol: date | None, replacement: str | None, evidence: EvidenceClass) -> Product:
    return Product(
        id=f"pypi-{name}",
        title=name,
        link="https://example.org/deprecated",
        cycles=(Cycle(name="all", eol=eol, evidence=evidence),),
        source="https://example.org/deprecated",
        replacement=replacement,
        whole=True,
    )
