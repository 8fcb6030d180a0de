"""What a tree of many projects costs in one run on all cores: beside one core, and beside a run for each project.

    python benchmarks/tree.py [PROJECTS [ROUNDS]]

Whole processes, the commands in turn, the ratio taken within each round, the median printed. The reports of
one core and of all are compared: they have to be the same bytes. For the runs one by one every twentieth project
is run, and counted for twenty. Linux only, with two cores or more.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import Final

EOLSCAN: Final = os.path.join(os.path.dirname(sys.executable), "eolscan")
SAMPLED: Final = 20
TRACKED: Final = (("django", "3.2.25"), ("numpy", "2.2.6"), ("rails", "5.2.8"), ("react", "16.14.0"), ("vue", "2.7.16"))


def main() -> int:
    """Print both ratios; return 1 when one is not below its limit, or the bytes differ."""
    projects = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as top:
        folders = plant(top, projects)
        every, one = sorted(os.sched_getaffinity(0)), {min(os.sched_getaffinity(0))}
        if len(every) == 1:
            print("There is one core here: nothing to compare.")
            return 0
        same = report(top, set(every))[1] == report(top, one)[1]
        pairs = [(report(top, set(every))[0], report(top, one)[0]) for _ in range(rounds)]
        single = sum(report(folder, set(every))[0] for folder in folders[::SAMPLED]) * SAMPLED
    together = median(ours for ours, _ in pairs)
    ratio = median(ours / theirs for ours, theirs in pairs)
    print(f"{'ok  ' if same else 'MISS'} the same bytes on one core and on {len(every)}")
    print(f"{'ok  ' if ratio < 1 else 'MISS'} {ratio:.2f} x one core, limit 1  ({together:.2f} s, {projects} projects)")
    print(f"{'ok  ' if together < single else 'MISS'} {together / single:.3f} x the projects one by one, limit 1")
    return int(not same or ratio >= 1 or together >= single)


def report(path: str, cores: set[int]) -> tuple[float, bytes]:
    """Scan a path on some cores; return the seconds and the report."""
    start = time.perf_counter()
    done = subprocess.run(
        [EOLSCAN, "--fail-on", "never", "-q", "-f", "json", "."],
        cwd=path,
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    return time.perf_counter() - start, done.stdout


def plant(top: str, projects: int) -> list[str]:
    """Write projects of four ecosystems into folders, each with a lockfile as its tool writes it."""
    dice = random.Random(projects)  # noqa: S311 -- nothing secret
    folders = [os.path.join(top, f"team{number % 37}", f"project{number}") for number in range(projects)]
    for folder in folders:
        os.makedirs(folder)
        packages = {
            f"package-{dice.randrange(5000)}": f"{dice.randrange(9)}.{dice.randrange(20)}.0" for _ in range(150)
        }
        packages |= dict(dice.sample(TRACKED, 1))
        name, write = dice.choice(WRITERS)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(write(packages))
    return folders


def requirements(packages: dict[str, str]) -> str:
    """Write a requirements file."""
    return "".join(f"{name}=={version}\n" for name, version in packages.items())


def package_lock(packages: dict[str, str]) -> str:
    """Write a lockfile of npm."""
    entries = {f"node_modules/{name}": {"version": version, "license": "MIT"} for name, version in packages.items()}
    return json.dumps({"name": "x", "lockfileVersion": 3, "packages": {"": {"name": "x"}, **entries}}, indent=2)


def gemfile_lock(packages: dict[str, str]) -> str:
    """Write a lockfile of Bundler."""
    specs = "".join(f"    {name} ({version})\n" for name, version in sorted(packages.items()))
    return f"GEM\n  remote: https://registry.example/\n  specs:\n{specs}\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rails\n"


def cargo_lock(packages: dict[str, str]) -> str:
    """Write a lockfile of Cargo."""
    entry = '\n[[package]]\nname = "{}"\nversion = "{}"\nsource = "registry+https://registry.example/index"\n'
    return "version = 4\n" + "".join(entry.format(name, version) for name, version in sorted(packages.items()))


WRITERS: Final = (
    ("requirements.txt", requirements),
    ("package-lock.json", package_lock),
    ("Gemfile.lock", gemfile_lock),
    ("Cargo.lock", cargo_lock),
)

if __name__ == "__main__":
    sys.exit(main())
