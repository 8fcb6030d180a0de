"""Laws of reading a large pnpm lockfile."""

from __future__ import annotations

from scanner.model import Dependency, Passed
from scanner.parsers.pnpm_lock import parse
from scanner.source import Source

LOCK = b"""lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0

packages:

  a@1.0.0:
    resolution: {integrity: sha512-x}

  b@2.0.0:
    resolution: {integrity: sha512-x}

  c@3.0.0:
    resolution: {integrity: sha512-x}
    deprecated: gone

snapshots:

  a@1.0.0:
    dependencies:
      b: 2.0.0
      c: 3.0.0

  b@2.0.0: {}

  c@3.0.0: {}
"""


def test_what_nobody_asks_for_is_only_counted_and_the_rest_is_the_same() -> None:
    whole = list(parse(Source("pnpm-lock.yaml", LOCK)))
    source = Source("pnpm-lock.yaml", LOCK)
    source.asked = lambda purls: [at for at, purl in enumerate(purls) if purl == "pkg:npm/a@1.0.0"]
    passed, *kept = parse(source)
    assert passed == Passed(1)
    assert kept == [value for value in whole if isinstance(value, Dependency) and value.purl != "pkg:npm/b@2.0.0"]
    assert len(kept) == 2
