"""`eolscan [PATH | PURL | -]...`: scan, report, and say by the exit code whether the policy holds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner import config, console, plugin
from scanner.corridor import Extras, scan
from scanner.message import chores
from scanner.model import Problem, ScanError
from scanner.options import Option
from scanner.plugin import Command, Style
from scanner.reading import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.config import Settings
    from scanner.model import Known, Report
    from scanner.options import Given
    from scanner.plugin import Reporter, World

OPTIONS: Final = (
    *config.options(),
    Option("verbose", bool, "with --version: the product data too", "-v"),
    Option("version", bool, "print the version"),
)


def run(given: Given, world: World) -> int:
    """Scan and report; 1 when a finding fails the policy, 2 when a named input could not be read."""
    if "version" in given.flags:
        return _version(world, verbose="verbose" in given.flags)
    inputs = given.inputs or (".",)
    _check_words(given.inputs, world)
    settings = config.settings(given.flags, world.environ, config.start(inputs, world.cwd), world.cwd)
    report = _compared(_scanned(inputs, settings, given, world), inputs, settings, world)
    _write(report, settings, world)
    if settings.format != "table" and not settings.quiet:
        console.tell(world, [*report.problems, *(Problem(*chore) for chore in chores(report.upkeep))])
    return _exit_code(report, settings, world)


def _check_words(inputs: Sequence[str], world: World) -> None:
    """Raise `ScanError` for a word that is no path, and nearly a command."""
    for word in inputs:
        if not word.isalpha() or os.path.lexists(os.path.join(world.cwd, word)):
            continue
        from difflib import get_close_matches

        close = get_close_matches(word, plugin.names("commands"), n=1)
        if close:
            msg = f"{word} does not exist. Did you mean `eolscan {close[0]}`? A command comes before all options."
            raise ScanError(msg)


def _compared(report: Report, inputs: Sequence[str], settings: Settings, world: World) -> Report:
    """Mark what a baseline knows, and write one where that is asked for: what it holds does not fail this run."""
    if not (settings.baseline or settings.write_baseline):
        return report
    from scanner import baseline
    from scanner.reading import repo_path

    before: tuple[Known, ...] = ()
    if settings.baseline:
        before = baseline.known(os.path.join(world.cwd, settings.baseline), settings.baseline)
    if settings.write_baseline:
        written = baseline.entries(report)
        console.write_file(world, settings.write_baseline, baseline.text(written))
        before = (*before, *written)
    return baseline.compared(report, before, [repo_path(name, world.cwd) for name in inputs])


def _scanned(inputs: Sequence[str], settings: Settings, given: Given, world: World) -> Report:
    _check_apart(settings, world)
    formats = {settings.format, *(name for name, _ in settings.outputs)}
    reporters = [*_reporters("format", [settings.format], settings)]
    reporters += _reporters("output", [name for name, _ in settings.outputs], settings)
    extras = Extras(
        line_hashes="sarif" in formats,
        components=any(reporter.needs_components for reporter in reporters),
        originals=frozenset().union(*(reporter.needs_originals for reporter in reporters)),
    )
    with console.Progress(world, quiet=settings.quiet) as progress:
        return scan(
            Request(
                tuple(inputs),
                world.cwd,
                world.stdin.read,
                settings.exclude,
                cache=_cache(world),
                products=config.products(settings, world.cwd),
                progress=progress,
            ),
            settings.policy,
            settings.as_of or world.today,
            extras=extras,
            allow_empty=settings.allow_empty,
            settings=config.Nearest(given.flags, world.environ, world.cwd, settings),
        )


def _check_apart(settings: Settings, world: World) -> None:
    """Raise `ScanError` where one report would take the place of another."""
    seen = set[str]()
    for _, path in settings.outputs:
        whole = os.path.abspath(os.path.join(world.cwd, path))
        if whole in seen and (os.path.isfile(whole) or not os.path.exists(whole)):
            msg = f"{settings.said['output'][1]}: Two reports would go to {path}, and one of them be lost."
            raise ScanError(msg)
        seen.add(whole)


def _reporters(option: str, names: Sequence[str], settings: Settings) -> Iterator[Reporter]:
    for name in names:
        try:
            yield plugin.reporter(name)
        except ScanError as error:
            msg = f"{settings.said[option][1]}: {error}"
            raise ScanError(msg) from error


def _cache(world: World) -> str | None:
    from scanner.catalog import dataset

    return dataset.cache_folder(world.environ, world.cwd)


def _write(report: Report, settings: Settings, world: World) -> None:
    # Files first: a reader of standard output may leave early.
    for name, path in settings.outputs:
        console.write_file(world, path, _rendered(report, name, Style()))
    world.stdout.write(_rendered(report, settings.format, console.style(world, settings.color)))
    world.stdout.flush()


def _rendered(report: Report, name: str, style: Style) -> str:
    """Render what a reporter asked for: one scan serves several, and none shows what was for another."""
    reporter = plugin.reporter(name)
    if not (report.policy.list_all or reporter.needs_components):
        report = report._replace(components=())
    return reporter.render(report, style)


def _exit_code(report: Report, settings: Settings, world: World) -> int:
    age = (report.today - report.data.date).days
    if settings.max_data_age is not None and age > settings.max_data_age:
        console.say(
            world,
            f"the product data is {age} days old, and may be {settings.max_data_age} at most; "
            "`eolscan data update` fetches what is new.",
        )
        return 2
    if console.tell_unread(world, report.inputs):
        return 2
    if report.policy.strict and report.problems:
        console.say(world, "there are problems, and --strict was asked for.")
        return 2
    return 1 if report.failed else 0


def _version(world: World, *, verbose: bool) -> int:
    from scanner.about import NAME, VERSION

    world.stdout.write(f"{NAME} {VERSION}\n")
    if verbose:
        from scanner.catalog import dataset

        stamp = dataset.load(cache=_cache(world)).stamp
        world.stdout.write(
            f"data of {stamp.date} from {stamp.source}: {stamp.products} products\n"
            f"revision {stamp.revision}\nsha256 {stamp.sha256}\n"
        )
    return 0


COMMAND: Final = Command(
    summary="Say which dependencies have reached the end of their life, and where they stand.\n"
    "Reads files, directories, package URLs, and standard input (-); the default is this directory.",
    usage="[OPTIONS] [PATH | PURL | -]...",
    options=OPTIONS,
    run=run,
)
