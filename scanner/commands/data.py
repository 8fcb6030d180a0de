"""`eolscan data status`: which product data speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import config
from scanner.catalog import dataset
from scanner.plugin import Command
from scanner.text import clean, for_log

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from scanner.plugin import World


def configure(parser: ArgumentParser) -> None:
    """Add what can be asked of the data."""
    parser.add_argument("action", choices=("status",), help="status: print which product data speaks")
    config.add_options(parser, ("products",))


def run(arguments: Namespace, world: World) -> int:
    """Print the stamp of the data, its age, and whose facts it holds."""
    own = config.products(config.settings(vars(arguments), world.environ, world.cwd), world.cwd)
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
    summary="Tell which product data speaks.", usage="[OPTIONS] status", configure=configure, run=run
)
