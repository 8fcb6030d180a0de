"""Reads a few fields of the many members of a large JSON object, and tells where the wanted members stand.

https://www.rfc-editor.org/rfc/rfc8259. msgspec decodes a few fields in a quarter of the time that the whole takes, and
refuses what the decoder of Python refuses (and some that this accepts, as `NaN`). The length of a member tells where
the next one begins; that it does is looked up, so that no place is guessed. What is written in an unusual way is
left to `members`, which reads the same out of it.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from scanner.decode import Table
    from scanner.source import Source
    from scanner.syntax.members import Offsets

_GAP = r"[ \t\r\n]*+"


class Skim(NamedTuple):
    """The members of the object `name` by their keys; of each only some fields are known, those that it has.

    What `later` names is not decoded before `complete`.
    """

    source: Source
    name: str
    members: Mapping[str, Table]
    later: Sequence[str]

    def complete(self) -> bool:
        """Decode what was left for later; False where that cannot be done."""
        decoded = self.decoder()
        try:
            for member in self.members.values():
                for field in self.later:
                    if field in member:
                        member[field] = decoded(member[field])
        except ValueError:
            return False
        return True

    def decoder(self) -> Callable[[object], object]:
        """Return what decodes one value that was left for later; it raises ValueError where that cannot be done."""
        import msgspec

        raw, decode, errors = msgspec.Raw, msgspec.json.Decoder().decode, (msgspec.DecodeError, RecursionError)

        def decoded(value: object) -> object:
            if not isinstance(value, raw):
                return value
            try:
                found: object = decode(value)
            except errors as error:
                raise ValueError from error
            return found

        return decoded

    def offsets(self, wanted: Collection[str], mark: str = "") -> Offsets | None:
        """Place the members with these keys in the text; None where it is not certain where all of them stand.

        A `mark` is a text that each of these keys contains: where the document has it only in keys of members, as most
        do, they are found by a mere search.
        """
        data = self.source.data
        found = _sought(data, self.members, wanted, mark) if mark else None
        if found is None:
            # Sizes count bytes; while offsets are looked for, each byte is a character.
            text = self.source.text if data.isascii() else data.decode("latin-1")
            start = _start(text, self.name)
            found = None if start is None else _walked(text, start, self._sizes(), frozenset(wanted))
        return found if found is None or data.isascii() else _in_characters(data, found)

    def whole(self, places: Offsets) -> dict[str, object]:
        """Read members as wholes, which `offsets` has placed."""
        from json import JSONDecoder

        text, value_at = self.source.text, JSONDecoder().raw_decode
        return {key: value_at(text, start)[0] for key, (_, start) in places.items()}

    def _sizes(self) -> dict[str, int]:
        import msgspec

        raws = _decoder(self.name, msgspec.Raw)(self.source.data)
        return dict(zip(raws, map(len, raws.values()), strict=True))


def read(source: Source, name: str, fields: Sequence[str], later: Sequence[str] = ()) -> Skim | None:
    """Read these fields of all members of a document's object `name`, each an object itself; None for all else.

    The document is in UTF-8; names of fields are ASCII.
    """
    from typing import TypedDict

    import msgspec

    kinds = dict.fromkeys(fields, object) | dict.fromkeys(later, msgspec.Raw)
    kind = TypedDict("kind", kinds, total=False)  # type: ignore[misc]  # -- made here
    data = source.data
    try:
        members = _decoder(name, kind)(data)
        if not data.isascii():
            data.decode()  # what is not decoded has not been looked at
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
    return None if _may_hold_long_number(data) else Skim(source, name, members, later)


def _decoder(name: str, kind: object) -> Callable[[bytes], dict[str, Table]]:
    import msgspec

    fields = [("members", dict[str, kind])]  # type: ignore[valid-type]  # -- told by the caller
    document = msgspec.defstruct("Document", fields, rename={"members": name}, gc=False)
    decode = msgspec.json.Decoder(document).decode
    return lambda data: decode(data).members  # type: ignore[attr-defined]  # -- made here


def _may_hold_long_number(data: bytes) -> bool:
    # Python refuses a document with a number of more digits than this.
    step = (sys.get_int_max_str_digits() or 2 * len(data) + 2) // 2
    return any(data[at : at + 1].isdigit() and data[at : at + step].isdigit() for at in range(0, len(data), step))


def _sought(data: bytes, members: Collection[str], wanted: Collection[str], mark: str) -> Offsets | None:
    """Search for keys, in the order of the members; None where what is found may be something else."""
    keys = "\n".join(members)
    # Keys are written as they are: no character of the mark is escaped, and no key has any that must be.
    if (b"\\" in data and re.search(rb"\\[u/]", data)) or "\\" in keys or '"' in keys:
        return None
    if keys.count("\n") >= len(members):
        return None
    # Then each mark of the document is in the key of one member, and the quotes around it are that key's.
    if keys.count(mark) != data.count(mark.encode()) or not all(mark in key for key in wanted):
        return None
    colon = re.compile(rf"{_GAP}:{_GAP}".encode())
    found: Offsets = {}
    at = 0
    for key in wanted:
        name = f'"{key}"'.encode()
        at = data.find(name, at)
        end = colon.match(data, at + len(name)) if at >= 0 else None
        if end is None:
            return None
        found[key] = at + 1, end.end()
    return found


def _start(text: str, name: str) -> int | None:
    """Return where the first member begins; None where any other object may be the one."""
    if "\\" in text and r"\u00" in text:  # the name may be written with escapes
        return None
    opening, quoted = re.compile(rf'{_GAP}:{_GAP}\{{{_GAP}(?=")'), f'"{name}"'
    starts: list[int] = []
    at = text.find(quoted)
    while at >= 0:
        found = opening.match(text, at + len(quoted))
        starts += [found.end()] if found else []
        at = text.find(quoted, at + 1)
    return starts[0] if len(starts) == 1 else None


def _walked(text: str, start: int, sizes: Mapping[str, int], wanted: frozenset[str]) -> Offsets | None:
    """Go from member to member to the last; None where one is not spaced as the first two are."""
    colon, comma = _spacing(text, start, sizes)
    found: Offsets = {}
    at, opening = start, '"'
    for key, size in sizes.items():
        head = f'{opening}{key if key.isascii() else _as_bytes(key)}"{colon}'
        if not text.startswith(head, at):
            return None
        value = at + len(head)
        if key in wanted:
            found[key] = at + len(opening), value
        at, opening = value + size, f'{comma}"'
    # Of two members with the same key the decoder told only one.
    return found if re.compile(rf"{_GAP}\}}").match(text, at) else None


def _spacing(text: str, start: int, sizes: Mapping[str, int]) -> tuple[str, str]:
    key, size = next(iter(sizes.items()))
    colon = re.compile(rf"{_GAP}:{_GAP}").match(text, start + len(_as_bytes(key)) + 2)
    comma = re.compile(rf"{_GAP},{_GAP}").match(text, colon.end() + size) if colon else None
    return colon[0] if colon else "", comma[0] if comma else ""


def _as_bytes(text: str) -> str:
    return text.encode().decode("latin-1")


def _in_characters(data: bytes, places: Offsets) -> Offsets:
    found: Offsets = {}
    last = count = 0
    for key, (start, value) in places.items():
        count += len(data[last:start].decode())
        found[key] = count, count + len(data[start:value].decode())
        last = start
    return found
