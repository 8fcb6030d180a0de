"""Makes a `pnpm-lock.yaml` of any size, as pnpm 9 writes it, for benchmarks/lockfiles.py.

python benchmarks/pnpm.py FILE [PACKAGES]
"""

from __future__ import annotations

import random
from typing import Final

PACKAGES: Final = 20_000
# A process that only reads the file, as YAML, with the fastest parser that PyYAML has.
BASELINE: Final = "import sys, yaml; yaml.load(open(sys.argv[1], encoding='utf-8'), yaml.CSafeLoader)"
LIMIT: Final = 0.15


def lockfile(packages: int = PACKAGES) -> str:
    """Return the same lockfile each time: a few dependencies of the project's own, most of the rest below them."""
    chance = random.Random(packages)  # noqa: S311 -- no secret: the same file each time
    names = [_name(number, chance) for number in range(packages)]
    versions = [f"{chance.randrange(30)}.{chance.randrange(20)}.{chance.randrange(9)}" for _ in names]
    pins = [_quoted(f"{name}@{version}") for name, version in zip(names, versions, strict=True)]
    return "\n".join(
        [
            "lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n  excludeLinksFromLockfile: false\n",
            "importers:\n\n  .:\n    dependencies:",
            *(_direct(names[number], versions[number]) for number in range(0, packages, 200)),
            "    devDependencies:",
            *(_direct(names[number], versions[number]) for number in range(100, packages, 200)),
            "\npackages:\n",
            *(_package(pin, chance) for pin in pins),
            "snapshots:\n",
            *(_snapshot(number, pin, names, versions, chance) for number, pin in enumerate(pins)),
        ]
    )


def _name(number: int, chance: random.Random) -> str:
    scope = f"@scope-{chance.randrange(300)}/" if chance.random() < 0.4 else ""
    return f"{scope}package-{number}"


def _quoted(key: str) -> str:
    return f"'{key}'" if key.startswith("@") else key


def _direct(name: str, version: str) -> str:
    return f"      {_quoted(name)}:\n        specifier: ^{version}\n        version: {version}"


def _package(pin: str, chance: random.Random) -> str:
    digest = "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=86))
    lines = [f"  {pin}:", f"    resolution: {{integrity: sha512-{digest}==}}"]
    lines += ["    engines: {node: '>=" + chance.choice(("8", "10.13.0", "18")) + "'}"] * (chance.random() < 0.6)
    lines += ["    deprecated: This version is no longer supported. Please upgrade."] * (chance.random() < 0.01)
    lines += ["    hasBin: true"] * (chance.random() < 0.1)
    lines += ["    peerDependencies:", "      package-0: '*'"] * (chance.random() < 0.1)
    return "\n".join([*lines, ""])


def _snapshot(number: int, pin: str, names: list[str], versions: list[str], chance: random.Random) -> str:
    later = sorted({chance.randrange(number + 1, number + 400) % len(names) for _ in range(chance.randrange(5))})
    if not later:
        return f"  {pin}: {{}}\n"
    lines = (f"      {_quoted(names[other])}: {versions[other]}" for other in later)
    return "\n".join([f"  {pin}:", "    dependencies:", *lines, ""])
