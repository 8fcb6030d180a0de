"""Checks product files of a higher layer: `python -m scripts.check_products DIRECTORY...`.

Prints every problem with file and line, and what the files hold. They are laid on products/, and on
products/curated/ where they are not part of it. Exit code 1 when there is a problem.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from scanner.catalog import build

_PRODUCTS = Path(__file__).parent.parent / "products"


def main() -> int:
    """Check the directories that the command line names."""
    wanted = [Path(name).resolve() for name in sys.argv[1:]] or [_PRODUCTS / "curated"]
    catalogue, problems = build.checked(str(_PRODUCTS), [str(path) for path in wanted])
    shown = [problem for problem in problems if _is_below(problem.location.path, wanted)]
    for problem in shown:
        print(f"{problem.location.path}:{problem.location.line or 1}: {problem.message}")
    counts: Counter[str] = Counter()
    for product in catalogue:
        files = [_is_below(file, wanted) for file in product.files]
        if any(files):
            counts["products changed" if not files[0] else "packages" if product.whole else "products"] += 1
            counts["families"] += sum(_is_below(family.file, wanted) for family in product.families)
            origins = product.origins or (0,) * len(product.identifiers)
            kinds = zip(product.identifiers, origins, strict=True)
            counts.update(f"{kind} identifiers" for (kind, _), origin in kinds if files[origin])
            counts.update(f"{cycle.evidence} cycles" for cycle in product.cycles if files[0] or cycle.file)
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "nothing was read")
    print(f"{len(shown)} problems here, {len(problems) - len(shown)} elsewhere")
    return 1 if shown else 0


def _is_below(file: str, folders: list[Path]) -> bool:
    path = (_PRODUCTS.parent / file).resolve()
    return any(folder == path or folder in path.parents for folder in folders)


if __name__ == "__main__":
    sys.exit(main())
