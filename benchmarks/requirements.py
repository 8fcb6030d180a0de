"""What reading 10,000 pins costs, as a part of what pip-requirements-parser takes for the same file.

    python benchmarks/requirements.py [ROUNDS]

The two in turn, in one process, the ratio taken within each round, the median printed beside its limit.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from statistics import median
from typing import TYPE_CHECKING, Final

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from pip_requirements_parser import RequirementsFile

from scanner.model import Dependency
from scanner.parsers.requirements import parse
from scanner.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

PINS: Final = 10_000
LIMIT: Final = 1 / 6


def main() -> int:
    """Print the ratio for each shape of file; return 1 when one is above the limit."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    worst = 0.0
    for shape, line in SHAPES.items():
        text = "".join(line.format(number) for number in range(PINS))
        pairs = [(seconds(read, text), seconds(read_by_library, text)) for _ in range(rounds)]
        ratio = median(ours / theirs for ours, theirs in pairs)
        worst = max(worst, ratio)
        print(f"{shape:8} {ratio:.4f} of the library's time (limit {LIMIT:.4f}); last: {pairs[-1][0]:.3f} s")
    return int(worst > LIMIT)


SHAPES: Final = {
    "pins": "package-{0}==1.{0}.3\n",
    "hashes": "package-{0}==1.{0}.3 \\\n    --hash=sha256:" + "0" * 64 + "\n    # via package-0\n",
    "markers": 'package-{0}[extra]==1.{0}.3 ; python_version >= "3.8" and sys_platform != "win32"\n',
}


def read(text: str) -> int:
    """Count the dependencies that the parser finds."""
    return sum(isinstance(value, Dependency) for value in parse(Source("requirements.txt", text.encode())))


def read_by_library(text: str) -> int:
    """Count the requirements that the library finds."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "requirements.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return len(RequirementsFile.from_file(path).requirements)


def seconds(reader: Callable[[str], int], text: str) -> float:
    """Time one reading, and check that it found everything."""
    start = time.perf_counter()
    found = reader(text)
    elapsed = time.perf_counter() - start
    if found != PINS:
        sys.exit(f"{reader.__name__} found {found} of {PINS}.")
    return elapsed


if __name__ == "__main__":
    sys.exit(main())
