"""The filters of a page: a search, and choices where there is something to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.model import Scope
from scanner.page.groups import WORDS, numbers
from scanner.page.markup import LINE, Html, tag
from scanner.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.page.groups import Entry, Group

# So many paths, and folders so deep, are offered to choose from; any part of any path may be typed.
_PATHS: Final = 300
_DEEPEST: Final = 6


def filters(groups: Sequence[Group]) -> Html:
    """Write the fields that a script shows and heeds, and how much there is to see."""
    entries = [entry for group in groups for entry in group.entries]
    search = tag("input", type="search", id="text", placeholder="name, version, advice …", autocomplete="off")
    fields = (_field("Search", "text", search), *_scopes(entries), *_paths(entries), *_shown(entries))
    number = f"{counted(len(entries), 'entry', 'entries')} in {counted(len(groups), 'release cycle')}"
    return tag(
        "search",
        tag("div", tag("div", *fields, class_="fields"), LINE, _statuses(groups), id="filters", hidden=True),
        tag("p", number, id="count", aria_live="polite"),
    )


def _field(text: str, name: str, *control: Html) -> Html:
    return tag("p", tag("label", text, for_=name), *control)


def _scopes(entries: Iterable[Entry]) -> Iterator[Html]:
    found = {match.dependency.scope for entry in entries for match in entry.matches}
    if len(found) > 1:
        options = [tag("option", scope, value=scope) for scope in Scope if scope in found]
        yield _field("Scope", "scope", tag("select", tag("option", "all", value=""), *options, id="scope"))


def _paths(entries: Iterable[Entry]) -> Iterator[Html]:
    """Offer the files and the folders above them, where there is more than one file."""
    files = {entry.matches[0].dependency.location.path for entry in entries}
    if len(files) > 1:
        parts = (path.split("/", _DEEPEST)[:-1] for path in files)
        folders = {f"{'/'.join(names[:depth])}/" for names in parts for depth in range(1, len(names) + 1)} - {"/"}
        offered = sorted(folders | files if len(files) <= _PATHS else folders)[:_PATHS]
        options = [tag("option", value=path) for path in offered]
        control = tag("input", type="search", id="path", list="paths", placeholder="part of it", autocomplete="off")
        yield _field("Path", "path", control, tag("datalist", *options, id="paths"))


def _shown(entries: Sequence[Entry]) -> Iterator[Html]:
    offered = {"fails": "what fails the run", "new": "what no baseline knows", "known": "what the baseline knows"}
    having = {key: sum(key in marks(entry) for entry in entries) for key in offered}
    options = [tag("option", text, value=key) for key, text in offered.items() if 0 < having[key] < len(entries)]
    if options:
        yield _field("Show", "mark", tag("select", tag("option", "everything", value=""), *options, id="mark"))


def marks(entry: Entry) -> list[str]:
    """Return the words by which a choice of what to show knows an entry."""
    known = "known" if entry.finding is not None and entry.finding.known else "new"
    return ["fails", known] if entry.fails else [known]


def _statuses(groups: Sequence[Group]) -> Html:
    pills = [
        tag(
            "button", WORDS[word], " ", tag("b", f"{number:,}"),
            type="button", aria_pressed="false", data_status=word, class_=f"pill s-{word}",
        )
        for word, number in numbers(groups).items()
    ]  # fmt: skip
    clear = tag("button", "Clear", type="button", id="clear", class_="pill")
    return tag("fieldset", tag("legend", "Status", class_="hidden"), *pills, clear)
