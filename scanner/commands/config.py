"""`eolscan config`: the settings that hold and who said them, a start for a settings file, its schema for editors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner import config, console
from scanner.model import ScanError, Status
from scanner.plugin import Command
from scanner.settings import TABLES
from scanner.text import clean, for_log, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.config import Settings
    from scanner.model import Gate, Selector
    from scanner.options import Given, Option
    from scanner.plugin import World
    from scanner.settings import Table

_HELP: Final = """\
Show the settings that hold, or begin a settings file.

  show [PATH]  print every setting that holds for a path, and who said it
  init         write eolscan.toml, with every setting explained and none changed
  schema       print the JSON Schema of eolscan.toml, for editors"""

_SCHEMA: Final = "https://raw.githubusercontent.com/eolscan/eolscan/main/docs/schemas/settings-1.schema.json"

# What a settings file would say that says nothing new.
_DEFAULTS: Final = {
    "format": "table",
    "fail-on": "eol",
    "within": "90d",
    "include-dev": "true",
    "color": "auto",
}
_EXAMPLES: Final = {
    "output": '["sarif=eolscan.sarif"]',
    "as-of": '"2027-01-31"',
    "products": '["eol-products"]',
    "exclude": '["legacy/*"]',
    "baseline": '"eolscan-baseline.json"',
    "max-data-age": '"180d"',
    "sarif-category": '"eolscan/web"',
}
_ENTRIES: Final = {
    "ignore": (
        'product = "django"', 'cycle = "3.2"', 'reason = "replaced in the next release"', "until = 2027-03-31",
    ),
    "support": ('product = "ubuntu"', 'cycle = "20.04"', 'provider = "Ubuntu Pro"'),
    "override": ('scope = "dev"', 'fail-on = "never"'),
}  # fmt: skip


def run(given: Given, world: World) -> int:
    """Do one of the three."""
    action, *rest = given.inputs or ("",)
    if action not in _ACTIONS:
        msg = f"`eolscan config` takes one of {', '.join(_ACTIONS)}{f', not {action!r}' if action else ''}."
        raise ScanError(msg)
    if len(rest) > (action == "show"):
        msg = f"`eolscan config {action}` wants {'one path' if action == 'show' else 'nothing else'}."
        raise ScanError(msg)
    return _ACTIONS[action](given, world)


def schema() -> dict[str, object]:
    """Return the JSON Schema of a settings file."""
    properties: dict[str, object] = {option.name: _option_schema(option) for option in config.OPTIONS}
    for table in TABLES:
        properties[table.name] = {
            "description": table.help,
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": [key.name for key in table.keys if key.required],
                "properties": {key.name: {"description": key.help, **key.kind.schema} for key in table.keys},
                "dependentRequired": {"cycle": ["product"]},
                **_one_of(table),
            },
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _SCHEMA,
        "title": "eolscan.toml, and [tool.eolscan] in pyproject.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


def start() -> str:
    """Return a settings file in which everything is explained and nothing said."""
    lines = [f"#:schema {_SCHEMA}", "", "# Settings of eolscan. Take a # away to say something else than the default."]
    for option in config.OPTIONS:
        lines += ["", f"# {option.help}", f"# {option.name} = {_example(option)}"]
    for table in TABLES:
        lines += ["", f"# {table.help}"]
        lines += [f"#   {key.name}: {key.help}" for key in table.keys]
        lines += [f"# [[{table.name}]]", *(f"# {line}" for line in _ENTRIES[table.name])]
    return "\n".join(lines) + "\n"


def _show(given: Given, world: World) -> int:
    paths = given.inputs[1:] or (".",)
    settings = config.settings(given.flags, world.environ, config.start(paths, world.cwd), world.cwd)
    rows = [*_options(settings), *_entries(settings)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, value, place in rows:
        world.stdout.write(f"{name:<{widths[0]}}  {value:<{widths[1]}}  {place}\n")
    return 0


def _options(settings: Settings) -> Iterator[tuple[str, str, str]]:
    for option in (*config.OPTIONS, *config.ONCE):
        value, place = settings.said.get(option.key, (_DEFAULTS.get(option.name, ""), "default"))
        text = ",".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else value
        yield option.name, _shown(text or ("false" if option.kind is bool else "-")), _shown(place)


def _entries(settings: Settings) -> Iterator[tuple[str, str, str]]:
    policy = settings.policy
    for ignore in policy.ignores:
        said = f"{_chosen(ignore.selector)} until {ignore.until}: {ignore.reason}"
        yield "ignore", _shown(said), f"{_shown(ignore.location.path)}:{ignore.location.line}"
    for contract in policy.support:
        who = contract.provider or "support"
        until = f" until {contract.until}" if contract.until else ""
        said = f"{contract.product} {contract.cycle or ''}".strip() + f": {who}{until}"
        yield "support", _shown(said), f"{_shown(contract.location.path)}:{contract.location.line}"
    for entry in policy.overrides:
        window = f" within {'auto' if entry.window.days is None else f'{entry.window.days}d'}" if entry.window else ""
        fails = f" fail-on {_failing(entry.gate)}" if entry.gate else ""
        said = f"{_chosen(entry.selector)}:{window}{fails}"
        yield "override", _shown(said), f"{_shown(entry.location.path)}:{entry.location.line}"


def _failing(gate: Gate) -> str:
    ahead = "" if gate.expiring_days is None else f":{gate.expiring_days}d"
    words = (f"{status}{ahead if status is Status.EXPIRING else ''}" for status in sorted(gate.statuses))
    return ",".join(words) or "never"


def _chosen(selector: Selector) -> str:
    named = (selector.product, selector.cycle, selector.purl, selector.path, ",".join(sorted(selector.scope)))
    direct = () if selector.direct is None else ("direct" if selector.direct else "transitive",)
    return " ".join(filter(None, (*named, *direct)))


def _init(given: Given, world: World) -> int:
    path = os.path.join(world.cwd, config.FILES[0])
    if os.path.lexists(path):
        msg = f"{config.FILES[0]} is there already, and stays as it is."
        raise ScanError(msg)
    before = config.settings(given.flags, world.environ, world.cwd, world.cwd).file
    console.write_file(world, config.FILES[0], start())
    console.say(world, f"{config.FILES[0]} was written; everything in it is still the default.")
    if before:
        told = os.path.relpath(before, world.cwd)
        console.say(world, f"It takes the place of {told} for what lies here: copy what is to hold on.")
    return 0


def _schema(given: Given, world: World) -> int:  # noqa: ARG001 -- every action is called alike
    from json import dumps

    world.stdout.write(dumps(schema(), indent=2) + "\n")
    return 0


def _one_of(table: Table) -> dict[str, object]:
    groups = [{"anyOf": [{"required": [name]} for name in group]} for group in table.one_of]
    return {"allOf": groups} if groups else {}


def _option_schema(option: Option) -> dict[str, object]:
    texts: dict[str, object] = {"type": "array", "items": {"type": "string"}}
    kinds: Mapping[type, dict[str, object]] = {
        bool: {"type": "boolean"},
        list: texts,
        str: {"anyOf": [{"type": "string"}, texts]},
    }
    return {"description": option.help, **kinds[option.kind]}


def _example(option: Option) -> str:
    if option.name in _EXAMPLES:
        return _EXAMPLES[option.name]
    default = _DEFAULTS.get(option.name, "false")
    return default if option.kind is bool else f'"{default}"'


def _shown(text: str) -> str:
    return shorten(for_log(clean(text)), 100)


_ACTIONS: Final = {"show": _show, "init": _init, "schema": _schema}

COMMAND: Final = Command(summary=_HELP, usage="show [PATH] | init | schema", options=config.options(), run=run)
