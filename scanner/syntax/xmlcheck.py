"""Tells whether a large document is XML to its very end, in pieces and keeping nothing of it.

https://www.w3.org/TR/xml. Whoever then looks for markup with a regular expression finds it where `<` stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from scanner.decode import ShapeError

if TYPE_CHECKING:
    from scanner.source import Source


def check(source: Source) -> None:
    """Read the whole document. Raises ShapeError when it is not well-formed UTF-8 or has a DOCTYPE."""
    from xml.parsers import expat

    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = _refuse
    try:
        for piece in source.pieces():
            parser.Parse(piece, False)  # noqa: FBT003 -- not the end; expat takes no keywords
        parser.Parse(b"", True)  # noqa: FBT003 -- the end
    except expat.ExpatError as error:
        msg = f"This is not XML: {expat.ErrorString(error.code)}."
        raise ShapeError(msg, error.lineno) from error
    finally:
        parser.StartDoctypeDeclHandler = None


def _refuse(*_: object) -> NoReturn:
    msg = "This XML has a DOCTYPE and is too large to be read with one."
    raise ShapeError(msg)
