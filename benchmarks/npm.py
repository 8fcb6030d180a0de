"""Writes `package-lock.json` as npm 7 and later do, with all that they tell of a package, for `lockfiles.py`."""

from __future__ import annotations

from hashlib import sha512
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# Packages that somebody publishes an end date for.
TRACKED: Final = (
    "@angular/common", "@angular/core", "@angular/router", "@babel/core", "@babel/preset-env", "@babel/runtime",
    "angular", "bootstrap", "core-js", "electron", "eslint", "express", "glob", "inflight", "jquery", "next", "nuxt",
    "react", "react-dom", "request", "rimraf", "tslint", "uuid", "vue",
)  # fmt: skip
# One of so many is tracked.
EVERY: Final = 32

JSON: Final = "import json, sys\nwith open(sys.argv[1], 'rb') as file: json.load(file)"


def package_lock(count: int = 20_000) -> Iterator[str]:
    """Write version 3; what is tracked, and every tenth package, lies within the one that needs it."""
    yield '{\n  "name": "shop",\n  "version": "1.0.0",\n  "lockfileVersion": 3,\n  "requires": true,\n  "packages": {\n'
    yield '    "": {\n      "name": "shop",\n      "version": "1.0.0",\n      "dependencies": {\n'
    yield ",\n".join(f'        "{name(number)}": "^1.0.0"' for number in range(20))
    yield "\n      }\n    }"
    for number in range(count):
        yield ",\n"
        yield entry(number, count)
    yield "\n  }\n}\n"


def name(number: int) -> str:
    """Return the name of a package."""
    if number and number % EVERY == 0:
        return TRACKED[number // EVERY % len(TRACKED)]
    return f"@scope-{number % 40}/package-{number}" if number % 3 == 0 else f"package-{number}"


def folder(number: int) -> str:
    """Return where a package lies: at the top, or within the one that asks for it."""
    around = "" if (number % 10 and number % EVERY) or not number else f"{folder((number - 1) // 2)}/"
    return f"{around}node_modules/{name(number)}"


def entry(number: int, count: int) -> str:
    """Return one package as npm writes it."""
    own = name(number)
    version, bare = f"{number % 20}.{number % 7}.{number % 3}", own.rpartition("/")[2]
    integrity = sha512(own.encode()).hexdigest()[:86]
    lines = [
        f'      "version": "{version}"',
        f'      "resolved": "https://registry.example/{own}/-/{bare}-{version}.tgz"',
        f'      "integrity": "sha512-{integrity}=="',
        *(['      "dev": true'] if number % 5 < 2 else []),
        '      "license": "MIT"',
    ]
    wanted = [name(child) for child in (number * 2 + 1, number * 2 + 2) if child < count]
    if wanted:
        lines.append('      "dependencies": {\n' + ",\n".join(f'        "{n}": "^1.0.0"' for n in wanted) + "\n      }")
    lines.append('      "engines": {\n        "node": ">=12"\n      }')
    if number % 4 == 0:
        lines.append('      "funding": {\n        "url": "https://funding.example/sponsors"\n      }')
    return f'    "{folder(number)}": {{\n' + ",\n".join(lines) + "\n    }"
