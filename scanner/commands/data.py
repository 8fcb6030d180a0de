"""`eolscan data`: which product data speaks, and how fresher data comes in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner import config, console
from scanner.catalog import dataset
from scanner.model import ScanError
from scanner.plugin import Command
from scanner.text import clean, for_log

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping

    from scanner.plugin import World

_HELP: Final = """\
Tell which product data speaks, and take in fresher data.

  status       print the day, the source and the size of the data
  update       fetch the facts of endoflife.date into your cache
  export FILE  write the facts in use to a file, for a machine without a network
  import FILE  take in such a file, or a saved answer of the API

What is fetched or imported is checked as a whole, is never older than what it replaces, and either takes its
place at once or not at all. Only `update` uses the network."""
_WITH_FILE: Final = ("import", "export")


def configure(parser: ArgumentParser) -> None:
    """Add what can be asked of the data."""
    parser.description = _HELP
    parser.add_argument("action", choices=("status", "update", "import", "export"), help="what to do, see above")
    parser.add_argument("file", nargs="?", metavar="FILE", help="what to import, or where to export to")
    parser.add_argument("--from", dest="address", metavar="ADDRESS", help="update: base address of the API")
    parser.add_argument("--cache", metavar="DIR", help="keep fetched data here (default: EOLSCAN_CACHE, or your cache)")
    config.add_options(parser, ("products",))


def run(arguments: Namespace, world: World) -> int:
    """Do one of the four."""
    action: str = arguments.action
    if (arguments.file is not None) != (action in _WITH_FILE):
        message = f"`eolscan data {action}` wants {'one file' if action in _WITH_FILE else 'no file'}."
        raise ScanError(message)
    if arguments.address is not None and action != "update":
        message = "Only `eolscan data update` fetches from an address (--from)."
        raise ScanError(message)
    return {"status": _status, "update": _update, "import": _import, "export": _export}[action](arguments, world)


def _status(arguments: Namespace, world: World) -> int:
    """Print the stamp of the data, its age, and whose facts it holds."""
    own = config.products(config.settings(vars(arguments), world.environ, world.cwd), world.cwd)
    cache = _cache(arguments, world)
    fetched = dataset.fetched_file(cache)
    catalogue = dataset.load(own, cache)
    stamp = catalogue.stamp
    age = (world.today - stamp.date).days
    rows = (
        ("date", f"{stamp.date} ({age} days old)"),
        ("source", f"{stamp.source} (licences: see NOTICE)"),
        ("products", f"{stamp.products} with {sum(len(product.cycles) for product in catalogue)} release cycles"),
        ("revision", stamp.revision),
        ("sha256", stamp.sha256),
        *([("fetched", for_log(clean(fetched)))] if fetched else []),
    )
    for name, text in rows:
        world.stdout.write(f"{name:<9} {text}\n")
    for folder in own:
        world.stdout.write(f"{'your own':<9} {for_log(clean(folder))}\n")
    return 0


def _update(arguments: Namespace, world: World) -> int:
    from scanner import fetch

    cache = _wanted_cache(arguments, world)
    return _take(fetch.answer(arguments.address or fetch.HOME), cache, world)


def _import(arguments: Namespace, world: World) -> int:
    from scanner import fetch

    path = os.path.join(world.cwd, arguments.file)
    try:
        with open(path, "rb") as file:
            content = file.read(fetch.LARGEST + 1)
    except (OSError, ValueError) as error:
        message = f"{arguments.file} cannot be read: {getattr(error, 'strerror', None) or error}."
        raise ScanError(message) from error
    if len(content) > fetch.LARGEST:
        message = f"{arguments.file} is larger than any product data."
        raise ScanError(message)
    return _take(content, _wanted_cache(arguments, world), world)


def _export(arguments: Namespace, world: World) -> int:
    from scanner.catalog import archive

    content = archive.packed(_used(_cache(arguments, world)))
    try:
        with open(os.path.join(world.cwd, arguments.file), "wb") as file:
            file.write(content)
    except (OSError, ValueError) as error:
        message = f"{arguments.file} cannot be written: {getattr(error, 'strerror', None) or error}."
        raise ScanError(message) from error
    return 0


def _take(content: bytes, cache: str, world: World) -> int:
    """Check what came, and only then put it in the place of what is in use."""
    from scanner import fetch
    from scanner.catalog import renew

    # Damaged data in the cache must not keep sound data out.
    broken = _is_damaged(cache)
    used = dataset.load(cache=None if broken else cache).stamp
    fresh = renew.facts(content, _used(None if broken else cache))
    renewed = renew.renewed(fresh, dataset.installed_files(), used, world.today)
    path = fetch.keep(cache, renewed.content)
    stamp = renewed.stamp
    console.say(world, f"the product data is of {stamp.date} now: {stamp.products} products, in {path}.")
    return 0


def _is_damaged(cache: str) -> bool:
    try:
        dataset.load(cache=cache)
    except ScanError:
        return True
    return False


def _used(cache: str | None) -> Mapping[str, bytes]:
    """Return the product files of endoflife.date's layer that are in use."""
    from scanner.catalog import archive, renew

    fetched = dataset.fetched_file(cache)
    if fetched is None:
        return renew.lowest(dataset.installed_files())
    try:
        with open(fetched, "rb") as file:
            return archive.unpacked(file.read())
    except (OSError, ValueError) as error:
        message = f"The fetched product data is damaged: remove {fetched}, or run `eolscan data update`."
        raise ScanError(message) from error


def _cache(arguments: Namespace, world: World) -> str | None:
    if arguments.cache is not None:
        return os.path.join(world.cwd, arguments.cache) if arguments.cache else None
    return dataset.cache_folder(world.environ, world.cwd)


def _wanted_cache(arguments: Namespace, world: World) -> str:
    cache = _cache(arguments, world)
    if not cache:
        message = "There is no cache to keep the data in: name one with --cache DIR or EOLSCAN_CACHE."
        raise ScanError(message)
    return cache


COMMAND: Final = Command(
    summary="Tell which product data speaks, and take in fresher data.",
    usage="[OPTIONS] status | update | import FILE | export FILE",
    configure=configure,
    run=run,
)
