"""Any report at all, for the laws that every reporter keeps."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from scanner.model import (
    Advice,
    Cycle,
    Dependency,
    Evidence,
    EvidenceClass,
    EvidenceKind,
    Extension,
    Finding,
    Ignore,
    Input,
    Kind,
    Known,
    Location,
    Mark,
    Match,
    Policy,
    Problem,
    Product,
    Reason,
    Report,
    Scope,
    Selector,
    Stamp,
    Status,
    Support,
    Upkeep,
    Used,
    Verdict,
)
from scanner.rules import RULES
from tests.sample import HOSTILE

# What makes trouble somewhere: marks that terminals, logs, pages, addresses and tables obey.
_BITS = ["\x1b[2J", "\u202e", "##[", "::", "\n", "\r", "\t", "\udc80", "\x85", "](", "<b>", "&", "|", '"', "'", "`"]
_BITS += ["..", "/", "\\", "%", "=", "@", "é", "😀", "{", "-->", "]]>", HOSTILE]

_TEXT = st.lists(st.one_of(st.characters(), st.sampled_from(_BITS)), max_size=6).map("".join)
_SOME_TEXT = _TEXT.filter(str.strip)
_PURLS = st.one_of(
    _TEXT,
    st.builds("pkg:{}/{}@{}".format, st.sampled_from(["npm", "pypi", "maven", "deb"]), _SOME_TEXT, _TEXT),
    st.sampled_from(["pkg:pypi/django@3.2.25", "pkg:npm/%40angular/core@12.0.0", "pkg:maven/org.example/a@1"]),
)
_DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
_ENDINGS = st.one_of(st.none(), st.booleans(), _DAYS)
_PLACES = st.integers(1, 10_000)


@st.composite
def _locations(draw: st.DrawFn) -> Location:
    path = draw(st.one_of(st.sampled_from(["requirements.txt", "b/requirements.txt"]), _SOME_TEXT))
    if draw(st.booleans()):
        return Location(path)
    line, column, width = draw(_PLACES), draw(_PLACES), draw(_PLACES)
    return Location(path, line, column, column + width) if draw(st.booleans()) else Location(path, line)


_DEPENDENCIES = st.builds(
    Dependency,
    purl=_PURLS,
    location=_locations(),
    requirement=st.none() | _SOME_TEXT,
    kind=st.sampled_from(Kind),
    scope=st.sampled_from(Scope),
    direct=st.none() | st.booleans(),
    via=st.lists(_TEXT, max_size=2).map(tuple),
    mark=st.none() | st.builds(Mark, st.sampled_from(["deprecated", "abandoned", "yanked"]), _TEXT, st.none() | _TEXT),
    label=st.none() | st.tuples(_SOME_TEXT, st.none() | _SOME_TEXT),
)
_CYCLES = st.builds(
    Cycle,
    name=_SOME_TEXT,
    released=st.none() | _DAYS,
    eoas=_ENDINGS,
    eol=_ENDINGS,
    eoes=_ENDINGS,
    lts=st.booleans() | _DAYS,
    latest=st.none() | _SOME_TEXT,
    label=st.none() | _SOME_TEXT,
    link=st.none() | _TEXT,
    evidence=st.sampled_from(EvidenceClass),
    rule=st.none() | _TEXT | st.just("not before a year"),
)
_PRODUCTS = st.builds(
    Product,
    id=st.sampled_from(["django", "numpy"]) | _SOME_TEXT,
    title=_SOME_TEXT,
    link=st.just("https://endoflife.date/django") | _TEXT,
    cycles=st.lists(_CYCLES, max_size=1).map(tuple),
    source=_TEXT,
    whole=st.booleans(),
    category=st.sampled_from(["os", "lang", "framework", "database", "library", ""]),
)
_EVIDENCE = st.builds(
    Evidence,
    kind=st.sampled_from(EvidenceKind),
    identifier=_TEXT,
    evidence_class=st.sampled_from(EvidenceClass),
    source=_TEXT,
)
_MATCHES = st.builds(Match, dependency=_DEPENDENCIES, product=_PRODUCTS, cycle=_CYCLES, evidence=_EVIDENCE)


_IGNORES = st.builds(
    Ignore,
    selector=st.builds(Selector, product=st.none() | _SOME_TEXT, purl=st.none() | _TEXT, path=st.none() | _TEXT),
    reason=_SOME_TEXT,
    until=_DAYS,
    location=_locations(),
)
_SUPPORT = st.builds(
    Support,
    product=_SOME_TEXT,
    location=_locations(),
    cycle=st.none() | _SOME_TEXT,
    until=st.none() | _DAYS,
    provider=_TEXT,
)
_KNOWN = st.builds(Known, *(_TEXT for _ in Known._fields))
_UPKEEP = st.builds(
    Upkeep,
    expired=st.lists(_IGNORES, max_size=1).map(tuple),
    unused=st.lists(_IGNORES, max_size=1).map(tuple),
    idle=st.lists(_SUPPORT, max_size=1).map(tuple),
    gone=st.lists(_KNOWN, max_size=1).map(tuple),
)


@st.composite
def _extended(draw: st.DrawFn) -> Finding:
    found = draw(_findings())
    extension = draw(st.builds(Extension, until=_ENDINGS, contract=st.none() | _SUPPORT))
    matches = tuple(match._replace(extension=extension) for match in found.matches)
    return found._replace(status=Status.EXTENDED, matches=matches, ignored=None, known=False, fails=False)


@st.composite
def _findings(draw: st.DrawFn) -> Finding:
    status = draw(st.sampled_from(list(RULES)))
    advice = st.builds(Advice, cycle=_SOME_TEXT, latest=st.none() | _SOME_TEXT, eol=_ENDINGS, lts=st.booleans())
    return Finding(
        key=(draw(st.text(max_size=16)),),
        rule=RULES[status].id,
        status=status,
        matches=tuple(draw(st.lists(_MATCHES, min_size=1, max_size=2))),
        message=draw(_SOME_TEXT),
        days_left=draw(st.none() | st.integers(-10_000, 10_000)),
        advice=draw(st.none() | advice | st.builds(Advice, cycle=st.none(), replacement=_SOME_TEXT | _PURLS)),
        ignored=draw(st.none() | _IGNORES),
        known=draw(st.booleans()),
        fails=draw(st.booleans()),
    )


@st.composite
def _verdicts(draw: st.DrawFn) -> Verdict:
    if draw(st.booleans()):
        match = draw(_MATCHES)
        return Verdict(dependency=match.dependency, status=draw(st.sampled_from(Status)), match=match)
    reason = draw(st.sampled_from(Reason))
    status = Status.UNTRACKED if reason is Reason.UNTRACKED else Status.UNKNOWN
    return Verdict(dependency=draw(_DEPENDENCIES), status=status, reason=reason)


PROBLEMS = st.lists(st.builds(Problem, message=_SOME_TEXT, location=_locations()), max_size=2).map(tuple)
DEPENDENCIES = st.lists(_DEPENDENCIES, max_size=3).map(tuple)

REPORTS = st.builds(
    Report,
    today=_DAYS,
    data=st.builds(
        Stamp,
        revision=_TEXT,
        date=_DAYS,
        products=st.integers(0, 1000),
        sha256=st.just("ab" * 32),
        source=_TEXT,
    ),
    policy=st.builds(
        Policy,
        fail_on=st.frozensets(st.sampled_from(Status)),
        within_days=st.none() | st.integers(0, 1000),
        list_all=st.booleans(),
        fail_within_days=st.none() | st.integers(0, 1000),
        overrides=st.just(()),
        ignores=st.just(()),
        support=st.just(()),
    ),
    inputs=st.lists(
        st.builds(
            Input, path=_SOME_TEXT, repo_path=_TEXT, format=st.just("requirements"), components=st.integers(0, 9)
        ),
        max_size=2,
    ).map(tuple),
    findings=st.lists(_findings(), max_size=2).map(tuple),
    by_status=st.dictionaries(st.sampled_from(Status), st.integers(0, 1000)),
    by_reason=st.dictionaries(st.sampled_from(Reason), st.integers(0, 1000)),
    components=st.lists(_verdicts(), max_size=2).map(tuple),
    problems=PROBLEMS,
    failed=st.booleans(),
    extended=st.lists(_extended(), max_size=1).map(tuple),
    unjudged=st.lists(_verdicts().filter(lambda verdict: verdict.match is None), max_size=1).map(tuple),
    upkeep=_UPKEEP,
    inventory=st.lists(st.builds(Used, _MATCHES, st.sampled_from(Status), st.integers(1, 9)), max_size=2).map(tuple),
    line_hashes=st.just({("requirements.txt", line): f"{line:x}:1" for line in range(1, 100)}),
)
