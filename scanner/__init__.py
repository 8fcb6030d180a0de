"""eolscan as a library: `scan()` and the words its report is made of.

    from datetime import date
    from scanner import Policy, scan

    report = scan(["requirements.txt"], today=date.today())
    for finding in report.findings:
        print(finding.message)

Nothing else is public. Names are loaded when they are asked for, so that the command line does
not pay for them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from scanner.about import VERSION as __version__  # noqa: N811 -- a package's version has this name
    from scanner.model import (
        Advice,
        Cycle,
        Dependency,
        Finding,
        Location,
        Match,
        Miss,
        Policy,
        Problem,
        Product,
        Reason,
        Report,
        ScanError,
        Stamp,
        Status,
        Verdict,
    )

__all__ = [
    "Advice",
    "Cycle",
    "Dependency",
    "Finding",
    "Location",
    "Match",
    "Miss",
    "Policy",
    "Problem",
    "Product",
    "Reason",
    "Report",
    "ScanError",
    "Stamp",
    "Status",
    "Verdict",
    "__version__",
    "scan",
]


def scan(inputs: Sequence[str], *, today: date, policy: Policy | None = None, products: Sequence[str] = ()) -> Report:
    """Scan paths and package URLs, judged as of `today`; a relative path is seen from the current directory.

    `products` are directories of product files of your own, which add to what is known or override it.
    Raises `ScanError` when an input cannot be opened or there is nothing to scan.
    """
    import os

    from scanner import corridor, reading
    from scanner.model import Policy

    request = reading.Request(inputs=tuple(inputs), cwd=os.getcwd(), stdin=bytes, products=tuple(products))
    return corridor.scan(request, policy or Policy(), today)


if not TYPE_CHECKING:  # a type checker sees the imports above, and must not take any name for one

    def __getattr__(name: str) -> object:
        """Load a public word from its room (https://peps.python.org/pep-0562)."""
        if name == "__version__":
            from scanner.about import VERSION

            return VERSION
        if name in __all__:
            from scanner import model

            return getattr(model, name)
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
