"""What a scan of a large SBOM costs, as a part of what its plain decoder takes for the same file.

    python -m benchmarks.sbom [ROUNDS [NAME...]]

Whole processes, as in benchmarks/lockfiles.py, and the peak of memory of ours. The baseline for XML is lxml, which has
to be installed for its row.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.lockfiles import EOLSCAN, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Row(NamedTuple):
    """One file: its name, what writes it, the program to compare with, the ratio and the mebibytes to stay under."""

    name: str
    texts: Callable[[], Iterator[str]]
    baseline: str
    limit: float
    mebibytes: int


class Cost(NamedTuple):
    """What a process took: seconds, and mebibytes at its peak."""

    seconds: float
    mebibytes: float


def main() -> int:
    """Print a line for each file: median ratio, peak of memory, and their limits; return 1 when one is above."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    missed = 0
    for row in ROWS:
        if not sys.argv[2:] or row.name in sys.argv[2:]:
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, f"{row.name}.{row.name.partition('-')[0]}")
                with open(path, "w", encoding="utf-8") as file:
                    file.writelines(row.texts())
                missed += not holds(row, path, rounds)
    return int(missed > 0)


def holds(row: Row, path: str, rounds: int) -> bool:
    """Run the two commands in turn, print the medians and compare them."""
    own, base = [EOLSCAN, path], [sys.executable, "-c", row.baseline, path]
    cost(own)
    pairs = [(cost(base), cost(own)) for _ in range(rounds)]
    ratio = median(ours.seconds / theirs.seconds for theirs, ours in pairs)
    ours, theirs = (
        median(one.seconds for one in costs) * 1000 for costs in ([o for _, o in pairs], [b for b, _ in pairs])
    )
    peak = max(ours.mebibytes for _, ours in pairs)
    within = ratio <= row.limit and peak <= row.mebibytes
    print(
        f"{'ok  ' if within else 'MISS'} {ratio:5.2f} x, limit {row.limit:.2f} x  ({ours:6.1f} of {theirs:6.1f} ms)  "
        f"{peak:4.0f} MiB, limit {row.mebibytes} MiB  {row.name}, {os.path.getsize(path) / 1e6:.1f} MB"
    )
    return within


def cost(command: Sequence[str]) -> Cost:
    """Run a command to its end; a scan that finds something ends with 1."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        message = f"{' '.join(command)} ended with {process.returncode}"
        raise SystemExit(message)
    return Cost(taken, usage.ru_maxrss / 1024)


# What the files hold: packages of several ecosystems, of which three in a hundred are tracked.

TRACKED: Final = ("pypi/django@3.2.25", "npm/jquery@1.12.4", "maven/org.springframework/spring-core@4.3.30.RELEASE")
OTHERS: Final = (
    "npm/%40scope-{}/package-{}@1.4.{}",
    "maven/org.example.team{}/library-{}@2.{}",
    "pypi/module-{}-{}@0.{}",
)


def purl(number: int) -> str:
    """Return the package URL of one package."""
    if number % 33 == 0:
        return f"pkg:{TRACKED[number // 33 % len(TRACKED)]}"
    return f"pkg:{OTHERS[number % len(OTHERS)].format(number % 97, number, number % 13)}"


def cyclonedx(count: int) -> Iterator[str]:
    """Write CycloneDX 1.5 as a tool does that lists what it finds in an image."""
    subject = {"type": "application", "bom-ref": "root", "name": "root", "version": "1.0"}
    head = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": subject}}
    yield f'{json.dumps(head)[:-1]}, "components": [\n'
    for number in range(count):
        text, separator = purl(number), ",\n" if number else ""
        yield separator + json.dumps(component(number, text))
    yield '\n], "dependencies": [\n'
    yield json.dumps({"ref": "root", "dependsOn": [f"{purl(number)}#{number}" for number in range(min(count, 50))]})
    for number in range(0, count, 3):
        wanted = [f"{purl(child)}#{child}" for child in range(number * 3 + 1, min(count, number * 3 + 4))]
        yield ",\n" + json.dumps({"ref": f"{purl(number)}#{number}", "dependsOn": wanted})
    yield "\n]}\n"


def component(number: int, text: str) -> dict[str, object]:
    """Return one component with what tools usually tell of it."""
    name, _, version = text.rpartition("/")[2].partition("@")
    return {
        "bom-ref": f"{text}#{number}",
        "type": "library",
        "name": name,
        "version": version,
        "description": f"What the package with the number {number} is for, in a sentence of the usual length.",
        "hashes": [{"alg": "SHA-256", "content": digest(number)}],
        "licenses": [{"license": {"id": "MIT"}}],
        "cpe": f"cpe:2.3:a:{name}:{name}:{version}:*:*:*:*:*:*:*",
        "purl": text,
        "externalReferences": [{"type": "website", "url": f"https://registry.example/{name}"}],
        "properties": [
            {"name": "syft:package:foundBy", "value": "cataloger"},
            {"name": "syft:location:0:path", "value": f"/app/lib/{number}/package"},
        ],
    }


def cyclonedx_xml(count: int) -> Iterator[str]:
    """Write the same in XML."""
    from xml.sax.saxutils import escape, quoteattr

    yield '<?xml version="1.0" encoding="UTF-8"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1">\n'
    yield '  <metadata>\n    <component type="application" bom-ref="root">\n      <name>root</name>\n'
    yield "    </component>\n  </metadata>\n  <components>\n"
    for number in range(count):
        text = purl(number)
        name, _, version = map(escape, text.rpartition("/")[2].partition("@"))
        yield f'    <component type="library" bom-ref={quoteattr(f"{text}#{number}")}>\n      <name>{name}</name>\n'
        yield f"      <version>{version}</version>\n      <hashes>\n"
        yield f'        <hash alg="SHA-256">{digest(number)}</hash>\n'
        yield "      </hashes>\n      <licenses>\n        <license>\n          <id>MIT</id>\n        </license>\n"
        yield f"      </licenses>\n      <purl>{escape(text)}</purl>\n      <properties>\n"
        yield f'        <property name="syft:location:0:path">/app/lib/{number}/package</property>\n'
        yield "      </properties>\n    </component>\n"
    yield "  </components>\n  <dependencies>\n"
    for number in range(0, count, 3):
        yield f"    <dependency ref={quoteattr(f'{purl(number)}#{number}')}>\n"
        for child in range(number * 3 + 1, min(count, number * 3 + 4)):
            yield f"      <dependency ref={quoteattr(f'{purl(child)}#{child}')}/>\n"
        yield "    </dependency>\n"
    yield "  </dependencies>\n</bom>\n"


def spdx(count: int) -> Iterator[str]:
    """Write SPDX 2.3 as a tool does that lists what it finds in an image, with a relationship for each package."""
    head = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "image"}
    yield f'{json.dumps(head)[:-1]}, "packages": [\n{json.dumps({"name": "image", "SPDXID": "SPDXRef-Root"})}'
    for number in range(count):
        yield ",\n" + json.dumps(package(number, purl(number)))
    yield '\n], "relationships": [\n'
    yield json.dumps(relationship("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Root"))
    for number in range(count):
        yield ",\n" + json.dumps(relationship("SPDXRef-Root", "CONTAINS", f"SPDXRef-Package-{number}"))
        if number % 3 == 1:
            parent = f"SPDXRef-Package-{number // 3}"
            yield ",\n" + json.dumps(relationship(f"SPDXRef-Package-{number}", "DEPENDENCY_OF", parent))
    yield "\n]}\n"


def package(number: int, text: str) -> dict[str, object]:
    """Return one package with what tools usually tell of it."""
    name, _, version = text.rpartition("/")[2].partition("@")
    cpe = f"cpe:2.3:a:{name}:{name}:{version}:*:*:*:*:*:*:*"
    return {
        "name": name,
        "SPDXID": f"SPDXRef-Package-{number}",
        "versionInfo": version,
        "supplier": "NOASSERTION",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest(number)}],
        "sourceInfo": f"acquired package info from the file /app/lib/{number}/package",
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "MIT",
        "externalRefs": [
            {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": cpe},
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": text},
        ],
    }


def relationship(element: str, kind: str, related: str) -> dict[str, str]:
    """Return one relationship."""
    return {"spdxElementId": element, "relatedSpdxElement": related, "relationshipType": kind}


NOTHING: Final = "pass"
XML: Final = "import sys\nfrom lxml import etree\nfor _ in etree.iterparse(sys.argv[1]): pass"
JSON: Final = "import sys, json\nwith open(sys.argv[1], 'rb') as file: json.load(file)"

ROWS: Final = (
    Row("cdx.json-1000", lambda: cyclonedx(1_000), NOTHING, 5.0, 64),
    Row("cdx.json-100000", lambda: cyclonedx(100_000), JSON, 0.15, 64),
    Row("cdx.json-1000000", lambda: cyclonedx(1_000_000), JSON, 0.08, 200),
    Row("cdx.xml-100000", lambda: cyclonedx_xml(100_000), XML, 1.0, 64),
    Row("spdx.json-100000", lambda: spdx(100_000), JSON, 0.25, 64),
)

if __name__ == "__main__":
    sys.exit(main())
