"""`eolscan [PATH | PURL | -]...`: scan, report, and say by the exit code whether the policy holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import config, console, plugin
from scanner.corridor import Extras, scan
from scanner.options import Option
from scanner.plugin import Command, Style
from scanner.reading import Request

if TYPE_CHECKING:
    from scanner.config import Settings
    from scanner.model import Report
    from scanner.options import Given
    from scanner.plugin import World

OPTIONS: Final = (
    *config.options(),
    Option("quiet", bool, "say nothing on standard error but errors", "-q"),
    Option("verbose", bool, "with --version: the product data too", "-v"),
    Option("version", bool, "print the version"),
)


def run(given: Given, world: World) -> int:
    """Scan and report; 1 when a finding fails the policy, 2 when a named input could not be read."""
    if "version" in given.flags:
        return _version(world, verbose="verbose" in given.flags)
    inputs = given.inputs or (".",)
    settings = config.settings(given.flags, world.environ, config.start(inputs, world.cwd))
    formats = {settings.format, *(name for name, _ in settings.outputs)}
    reporters = [plugin.reporter(name) for name in formats]
    extras = Extras(
        line_hashes="sarif" in formats,
        components=any(reporter.needs_components for reporter in reporters),
        originals=frozenset().union(*(reporter.needs_originals for reporter in reporters)),
    )
    with console.Progress(world, quiet="quiet" in given.flags) as progress:
        report = scan(
            Request(
                inputs,
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
        )
    _write(report, settings, world)
    if settings.format != "table" and "quiet" not in given.flags:
        console.tell(world, report.problems)
    return _exit_code(report, world)


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


def _exit_code(report: Report, world: World) -> int:
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
