"""`eolscan data status`: which product data speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import config
from scanner.catalog import dataset
from scanner.model import ScanError
from scanner.plugin import Command
from scanner.text import clean, for_log

if TYPE_CHECKING:
    from scanner.options import Given
    from scanner.plugin import World


def run(given: Given, world: World) -> int:
    """Print the stamp of the data, its age, and whose facts it holds."""
    if given.inputs != ("status",):
        msg = "`eolscan data` takes one word: status."
        raise ScanError(msg)
    own = config.products(config.settings(given.flags, world.environ, world.cwd), world.cwd)
    catalogue = dataset.load(own)
    stamp = catalogue.stamp
    age = (world.today - stamp.date).days
    rows = (
        ("date", f"{stamp.date} ({age} days old)"),
        ("source", f"{stamp.source} (licences: see NOTICE)"),
        ("products", f"{stamp.products} with {sum(len(product.cycles) for product in catalogue)} release cycles"),
        ("revision", stamp.revision),
        ("sha256", stamp.sha256),
    )
    for name, text in rows:
        world.stdout.write(f"{name:<9} {text}\n")
    for folder in own:
        world.stdout.write(f"{'your own':<9} {for_log(clean(folder))}\n")
    return 0


COMMAND: Final = Command(
    summary="Tell which product data speaks.", usage="[OPTIONS] status", options=config.options("products"), run=run
)
