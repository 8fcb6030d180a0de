"""Takes the facts of endoflife.date into products/: `python -m scripts.refresh_products [--from ADDRESS]`.

Unlike `eolscan data update`, which takes all or nothing, this writes what has vanished and what is new too, for a
person to look at: `scripts.check_products` tells what does not fit, and `scripts.diff_products` what has changed.
The sentence in each file is ours and is kept; a product that is new has none yet.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import fetch
from scanner.catalog import build, renew
from scanner.model import ScanError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PRODUCTS = Path(__file__).parent.parent / "products"


def main(arguments: Sequence[str]) -> int:
    """Fetch, write, and return the exit code: 2 when nothing was written, for a reason that is said."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--from", dest="address", default=fetch.HOME, help="base address of the API")
    parser.add_argument("--products", type=Path, default=_PRODUCTS, metavar="DIR", help="default: products/")
    asked = parser.parse_args(arguments)
    try:
        old = renew.lowest(build.files_in(str(asked.products)))
        fresh = renew.facts(fetch.answer(asked.address), old)
        _check_order(old, fresh)
    except ScanError as error:
        print(error, file=sys.stderr)
        return 2
    for name in old.keys() - fresh.keys():
        (asked.products / name).unlink()
    for name, content in fresh.items():
        (asked.products / name).write_bytes(content)
    print(f"{len(old.keys() - fresh.keys())} files are removed, {len(fresh.keys() - old.keys())} are new.")
    return 0


def _check_order(old: Mapping[str, bytes], fresh: Mapping[str, bytes]) -> None:
    was, is_now = (tomllib.loads(files[renew.SOURCE_FILE].decode())["date"] for files in (old, fresh))
    if is_now < was:
        message = f"The facts are of {is_now}, and older than ours, which are of {was}: they are not taken."
        raise ScanError(message)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
