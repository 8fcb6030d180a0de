"""`eolscan data`: which product data speaks, and how fresher data comes in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner import config, console
from scanner.catalog import dataset
from scanner.model import ScanError
from scanner.options import Option
from scanner.plugin import Command
from scanner.text import clean, for_log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.options import Given
    from scanner.plugin import World

_HELP: Final = """\
Tell which product data speaks, and take in fresher data.

  status       print the day, the source and the size of the data
  update       fetch the facts of endoflife.date into your cache
  export FILE  write the facts in use to a file, for a machine without a network
  import FILE  take in such a file, or a saved answer of the API

What comes in is checked as a whole, is never older than what it replaces, and takes
its place at once or not at all. Only `update` uses the network."""
_WITH_FILE: Final = ("import", "export")


def run(given: Given, world: World) -> int:
    """Do one of the four."""
    action, *files = given.inputs or ("nothing",)
    if action not in _ACTIONS:
        message = f"`eolscan data` takes one of {', '.join(_ACTIONS)}, not {action!r}."
        raise ScanError(message)
    if len(files) != (action in _WITH_FILE):
        message = f"`eolscan data {action}` wants {'one file' if action in _WITH_FILE else 'no file'}."
        raise ScanError(message)
    if "from" in given.flags and action != "update":
        message = "Only `eolscan data update` fetches from an address (--from)."
        raise ScanError(message)
    return _ACTIONS[action](given, world)


def _status(given: Given, world: World) -> int:
    """Print the stamp of the data, its age, and whose facts it holds."""
    own = config.products(config.settings(given.flags, world.environ, world.cwd, world.cwd), world.cwd)
    cache = _cache(given, world)
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


def _update(given: Given, world: World) -> int:
    from scanner import fetch

    cache = _wanted_cache(given, world)
    return _take(fetch.answer(str(given.flags.get("from") or fetch.HOME)), cache, world)


def _import(given: Given, world: World) -> int:
    from scanner import fetch

    name = given.inputs[1]
    try:
        with open(os.path.join(world.cwd, name), "rb") as file:
            content = file.read(fetch.LARGEST + 1)
    except (OSError, ValueError) as error:
        message = f"{name} cannot be read: {getattr(error, 'strerror', None) or error}."
        raise ScanError(message) from error
    if len(content) > fetch.LARGEST:
        message = f"{name} is larger than any product data."
        raise ScanError(message)
    return _take(content, _wanted_cache(given, world), world)


def _export(given: Given, world: World) -> int:
    from scanner.catalog import archive

    name = given.inputs[1]
    content = archive.packed(_used(_cache(given, world)))
    try:
        with open(os.path.join(world.cwd, name), "wb") as file:
            file.write(content)
    except (OSError, ValueError) as error:
        message = f"{name} cannot be written: {getattr(error, 'strerror', None) or error}."
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


def _cache(given: Given, world: World) -> str | None:
    if "cache" in given.flags:
        folder = str(given.flags["cache"])
        return os.path.join(world.cwd, folder) if folder else None
    return dataset.cache_folder(world.environ, world.cwd)


def _wanted_cache(given: Given, world: World) -> str:
    cache = _cache(given, world)
    if not cache:
        message = "There is no cache to keep the data in: name one with --cache DIR or EOLSCAN_CACHE."
        raise ScanError(message)
    return cache


_ACTIONS: Final = {"status": _status, "update": _update, "import": _import, "export": _export}

COMMAND: Final = Command(
    summary=_HELP,
    usage="[OPTIONS] status | update | import FILE | export FILE",
    options=(
        Option("from", str, "update: base address of the API", metavar="ADDRESS"),
        Option("cache", str, "keep fetched data here (default: EOLSCAN_CACHE, or your cache)", metavar="DIR"),
        *config.options("products"),
    ),
    run=run,
)
