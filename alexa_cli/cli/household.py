"""``alexa household``: who and what is in the home, and changes to it.

Changes are kept apart from the household's file, which is never written; ``export`` prints both
as one file, for whoever wants them in there.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alexa_cli.cli.options import ConfigOption, JsonOption, SetOption
from alexa_cli.errors import UsageError
from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alexa_cli.context.home import ChangedHome

app = typer.Typer(
    help="Who and what is in the home, and changes to it.",
    invoke_without_command=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
PARTS = {
    "people": "people", "pets": "pets", "rooms": "areas", "areas": "areas", "floors": "floors",
    "devices": "devices", "scenes": "scenes", "contacts": "contacts",
    "person": "people", "pet": "pets", "room": "areas", "area": "areas", "floor": "floors",
    "device": "devices", "scene": "scenes", "contact": "contacts",
}  # fmt: skip
"""What a part of the household may be called, to its section in the file."""
SHOWN = ("people", "pets", "floors", "areas", "devices", "scenes", "contacts")
NameArgument = Annotated[str, typer.Argument(help="Its name, another name of it, or its id.")]


@app.callback()
def main(ctx: typer.Context) -> None:
    """See and change the home."""
    if ctx.invoked_subcommand is None:
        show(part=None, as_json=False)


@app.command("show")
def show(
    part: Annotated[
        str | None, typer.Argument(help="people, pets, rooms, devices, contacts, ...")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    sets: SetOption = None,
) -> None:
    """Show the home as it is now, or one part of it."""
    from alexa_cli.cli.trace import dumps, print_lines
    from alexa_cli.context.home import members

    with _open(config, sets) as home:
        data, made = home.read(), home.made()
        sections = SHOWN if part is None else (_section(part),)
        if as_json:
            print_lines([dumps({name: list(members(data, name)) for name in sections})])
            return
        for name in sections:
            found = list(members(data, name))
            if not found and part is None:
                continue
            print_lines([f"{'rooms' if name == 'areas' else name}"])
            print_lines(_line(item, item["id"] in made.get(name, {})) for item in found)


@app.command("add")
def add(
    part: Annotated[str, typer.Argument(help="person, pet, room, device or contact.")],
    name: Annotated[str, typer.Argument(help="What people call it.")],
    kind: Annotated[str | None, typer.Option(help="Of a pet: dog; of a device: light.")] = None,
    room: Annotated[str | None, typer.Option(help="Of a device: its room.")] = None,
    floor: Annotated[str | None, typer.Option(help="Of a room: its floor.")] = None,
    alias: Annotated[list[str] | None, typer.Option(help="Another name; repeatable.")] = None,
    phone: Annotated[str | None, typer.Option(help="Of a person or contact.")] = None,
    email: Annotated[str | None, typer.Option(help="Of a person or contact.")] = None,
    config: ConfigOption = None,
) -> None:
    """Add somebody or something to the home."""
    with _open(config) as home:
        section = _section(part)
        given: dict[str, Any] = {"kind": kind, "phone": phone, "email": email}
        if room is not None:
            given["area"] = _find(home, room, ("areas",))[1]
        if floor is not None:
            given["floor"] = _find(home, floor, ("floors",))[1]
        if section == "devices" and kind is None:
            raise UsageError("a device has a kind", hint="such as --kind light")
        fields = {key: value for key, value in given.items() if value is not None}
        member, _ = home.add(section, name, {**fields, "aliases": list(alias or ())})
        _say(f"added {name} ({section}/{member})")


@app.command("rename")
def rename(
    name: NameArgument,
    new: Annotated[str, typer.Argument(help="Its new name.")],
    config: ConfigOption = None,
) -> None:
    """Give somebody or something another name."""
    with _open(config) as home:
        home.rename(*_find(home, name), new)
        _say(f"{name} is called {new} now")


@app.command("alias")
def alias(
    name: NameArgument,
    other: Annotated[str, typer.Argument(help="What it is called too.")],
    config: ConfigOption = None,
) -> None:
    """Let somebody or something be called by another name too."""
    with _open(config) as home:
        home.alias(*_find(home, name), other)
        _say(f"{name} is also called {other}")


@app.command("pronounce")
def pronounce(
    name: Annotated[str, typer.Argument(help="A name of the home, or any word.")],
    sound: Annotated[str, typer.Argument(help="How it is said: shi-VAWN.")],
    config: ConfigOption = None,
) -> None:
    """Say how a name or a word is said."""
    with _open(config) as home:
        found = _all_of(home, name, SHOWN, aliases=False)
        if found:  # another name of something is a word with a sound of its own
            home.change(*_one(found, name), {"pronunciation": sound})
        else:
            home.pronounce(name, sound)
        _say(f"{name} is said {sound}")


@app.command("remove")
def remove(name: NameArgument, config: ConfigOption = None) -> None:
    """Have somebody or something no more."""
    with _open(config) as home:
        home.remove(*_find(home, name))
        _say(f"removed {name}")


@app.command("export")
def export(config: ConfigOption = None, sets: SetOption = None) -> None:
    """Print the home with all changes as YAML, to be made its file."""
    import yaml

    with _open(config, sets) as home:
        data = home.read()
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
    sys.stdout.write(text)


@app.command("path")
def path(config: ConfigOption = None, sets: SetOption = None) -> None:
    """Print the household's file."""
    with _open(config, sets) as home:
        _say(home.base.path)


@app.command("check")
def check(
    file: Annotated[Path | None, typer.Argument(help="Default: the one in use.")] = None,
    config: ConfigOption = None,
) -> None:
    """Say whether a household file is right, and the changes over it fit."""
    from alexa_cli.context.household import load_household

    if file is not None:
        home = load_household(file)
        _say(f"{file}: {_counted(home.lists)}")
        return
    from alexa_cli.context.changes import Changes

    with _open(config) as changed:
        now = Changes().current(changed.base, changed.store)
        changes = sum(map(len, changed.made().values()))
        _say(f"{now.path}: {_counted(now.lists)}")
        _say(f"{changes} changed over it" if changes else "nothing changed over it")


@contextmanager
def _open(config: Path | None, sets: list[str] | None = None) -> Iterator[ChangedHome]:
    """Open the home of the settings; no expert is needed for it."""
    from alexa_cli.config.paths import find_paths
    from alexa_cli.config.settings import load_settings
    from alexa_cli.context.home import ChangedHome
    from alexa_cli.context.household import load_household
    from alexa_cli.store.masking import mask_values
    from alexa_cli.store.store import Store

    paths = find_paths(os.environ)
    loaded = load_settings(paths, file=config, sets=tuple(sets or ()), env=os.environ)
    file = loaded.settings.household
    base = load_household(Path(file) if file else None, paths.cache)
    with Store(paths.database, mask=mask_values(loaded.secrets())) as store:
        yield ChangedHome(base, store)
        for notice in store.notices:
            sys.stderr.write(f"alexa: {printable(notice)}\n")


def _section(part: str) -> str:
    from alexa_cli.errors import did_you_mean

    if part.lower() not in PARTS:
        hint = did_you_mean(part, PARTS) or f"one of {', '.join(list(PARTS)[:8])}"
        raise UsageError(f"a household has no {part!r}", hint=hint)
    return PARTS[part.lower()]


def _find(home: ChangedHome, name: str, sections: tuple[str, ...] = SHOWN) -> tuple[str, str]:
    """Return section and id of what has this name. Raises UsageError unless it is one."""
    return _one(_all_of(home, name, sections), name)


def _one(found: list[tuple[str, str]], name: str) -> tuple[str, str]:
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"nothing in the home is called {name!r}", hint="see alexa household show")
    ids = ", ".join("/".join(each) for each in found)
    raise UsageError(f"several things are called {name!r}", hint=f"say which: {ids}")


def _all_of(
    home: ChangedHome, name: str, sections: tuple[str, ...], *, aliases: bool = True
) -> list[tuple[str, str]]:
    from alexa_cli.context.home import members
    from alexa_cli.language.text import words

    data, found = home.read(), list[tuple[str, str]]()
    wanted = words(name)
    for section in sections:
        for item in members(data, section):
            others = (item.get("aliases") or ()) if aliases else ()
            known = [words(text) for text in (item["name"], *others)]
            if name in {item["id"], f"{section}/{item['id']}"} or (wanted and wanted in known):
                found.append((section, item["id"]))
    return found


def _line(item: dict[str, Any], changed: bool) -> str:
    told = [str(item[key]) for key in ("kind", "area", "floor", "phone", "email") if item.get(key)]
    if item.get("aliases"):
        told.append(f"also {', '.join(item['aliases'])}")
    if item.get("pronunciation"):
        told.append(f"said {item['pronunciation']}")
    mark = "  (changed)" if changed else ""
    return f"  {item['name']}{': ' if told else ''}{'; '.join(told)}{mark}"


def _counted(lists: Any) -> str:  # noqa: ANN401 - name to NameList
    return ", ".join(f"{len(lists[name].names)} {name}" for name in SHOWN if name in lists)


def _say(text: str) -> None:
    sys.stdout.write(printable(text) + "\n")
