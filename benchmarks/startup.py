"""What a small scan costs, as multiples of starting the bare interpreter of the same environment.

    python benchmarks/startup.py [ROUNDS]

Whole processes, the two commands in turn, the ratio taken within each round, the median printed beside
its limit. Run it in a virtual environment made with a current pip (older ones write a start script that
imports `re`), with byte code compiled and PYTHONDONTWRITEBYTECODE unset.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

EOLSCAN: Final = os.path.join(os.path.dirname(sys.executable), "eolscan")
BARE: Final = (sys.executable, "-c", "pass")
LIBRARY: Final = (
    sys.executable,
    "-c",
    "import sys; from pip_requirements_parser import RequirementsFile; RequirementsFile.from_file(sys.argv[1])",
)

SMALL: Final = """\
# What a small service asks for.
-r base.txt
Django==3.2.25
djangorestframework==3.15.2
celery[redis]==5.4.0
gunicorn==22.0.0 ; sys_platform != "win32"
numpy==2.2.6
pillow>=10.2,<11
psycopg2-binary==2.9.9
redis==5.0.8
requests~=2.32
sentry-sdk==2.10.0
structlog==24.4.0
tenacity==8.5.0
uvicorn[standard]==0.30.3
wagtail>=4.1
whitenoise==6.7.0
boto3==1.34.145
cryptography==42.0.8
pydantic==2.8.2
"""


def main() -> None:
    """Print one line for each case: the median ratio, its limit, and what was compared."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "base.txt", "flask==3.0.3\n")
        small = write(folder, "requirements.txt", SMALL)
        medium = write(folder, "requirements-500.txt", pins(500))
        large = write(folder, "requirements-10000.txt", pins(10_000))
        compare("eolscan --version", [EOLSCAN, "--version"], BARE, 1.5, rounds)
        compare("20 lines", [EOLSCAN, small], BARE, 4, rounds)
        compare("500 pins", [EOLSCAN, medium], BARE, 5, rounds)
        compare("10,000 lines, of pip-requirements-parser", [EOLSCAN, large], (*LIBRARY, large), 1 / 6, 5)


def pins(count: int) -> str:
    """Return that many pinned lines, a tracked package among every fifty."""
    return "".join(f"package-{n}==1.{n % 40}.{n % 7}\n" if n % 50 else f"Django==3.2.{n % 25}\n" for n in range(count))


def write(folder: str, name: str, text: str) -> str:
    """Write a file and return its path."""
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def compare(title: str, command: Sequence[str], baseline: Sequence[str], limit: float, rounds: int) -> None:
    """Time the two commands in turn and print the median ratio."""
    seconds(command)
    pairs = [(seconds(baseline), seconds(command)) for _ in range(rounds)]
    ratio = median(own / base for base, own in pairs)
    milliseconds = median(own for _, own in pairs) * 1000
    verdict = "ok  " if ratio <= limit else "MISS"
    print(f"{verdict} {ratio:6.2f} x, limit {limit:.2f} x  ({milliseconds:6.1f} ms)  {title}")


def seconds(command: Sequence[str]) -> float:
    """Run a command to its end; a scan that finds something ends with 1."""
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    taken = time.perf_counter() - start
    if done.returncode not in {0, 1}:
        message = f"{' '.join(command)} ended with {done.returncode}"
        raise SystemExit(message)
    return taken


if __name__ == "__main__":
    main()
