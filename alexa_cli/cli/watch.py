"""``alexa watch``: deliver what is due, in the foreground, with a line for each."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alexa_cli.cli.options import ConfigOption, JsonOption, SetOption
from alexa_cli.cli.trace import dumps, open_store, print_lines
from alexa_cli.errors import UsageError
from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.config.paths import Paths
    from alexa_cli.config.settings import Loaded
    from alexa_cli.watch.deliver import Deliverer
    from alexa_cli.watch.due import Due
    from alexa_cli.watch.wording import Notice

app = typer.Typer(
    help="Deliver what is due: timers, alarms, reminders.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
PROGRAM = "alexa watch"


@app.callback()
def main(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Deliver what is due now, and end.")] = False,
    no_desktop: Annotated[
        bool, typer.Option("--no-desktop", help="Show no notifications on the desktop.")
    ] = False,
    systemd: Annotated[
        bool, typer.Option("--systemd", help="Print a systemd unit that runs this always.")
    ] = False,
    launchd: Annotated[
        bool, typer.Option("--launchd", help="Print a launchd file that runs this always.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    sets: SetOption = None,
) -> None:
    """Deliver what is due (timers, alarms, reminders) until it is stopped, a line for each.

    It tells on the terminal, on the desktop, and by the hooks of config.yaml (`watch.shell`,
    `watch.http`). Any number of these and of `alexa chat` may run: each thing is told once.
    """
    if ctx.invoked_subcommand is not None:
        return
    from alexa_cli.config.paths import find_paths

    paths = find_paths(os.environ)
    if systemd or launchd:
        if systemd and launchd:
            raise UsageError("--systemd or --launchd, not both")
        _print_service(paths, config, sets or [], systemd=systemd, no_desktop=no_desktop)
        return
    from alexa_cli.config.settings import load_settings

    loaded = load_settings(paths, file=config, sets=tuple(sets or ()), env=os.environ)
    raise typer.Exit(_deliver(paths, loaded, once=once, desktop=not no_desktop, as_json=as_json))


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List what is still to come, the earliest first."""
    from alexa_cli.store.coding import plain
    from alexa_cli.watch.due import pending

    with open_store() as store:
        found = pending(store)
        if as_json:
            print_lines(dumps({"id": _id(due), **plain(due)}) for due in found)
            return
        print_lines(map(_line, found))
        if not found:
            typer.echo("nothing is to come", err=True)


@app.command("cancel")
def cancel(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `alexa watch list` shows it.")],
) -> None:
    """Do not deliver something. Its expert is not told: to change a reminder, say so."""
    from alexa_cli.watch import due

    expert, _, key = id_.partition("/")
    with open_store() as store:
        if not due.cancel(store, expert, key):
            raise UsageError(f"nothing is to come under {id_!r}", hint="see `alexa watch list`")
    sys.stdout.write(f"canceled {printable(id_)}\n")


def _deliver(paths: Paths, loaded: Loaded, *, once: bool, desktop: bool, as_json: bool) -> int:
    from alexa_cli.store.masking import mask_values
    from alexa_cli.store.store import Store
    from alexa_cli.watch.channels import channels
    from alexa_cli.watch.deliver import Deliverer, Screen

    settings = loaded.settings
    ways = channels(settings, desktop=desktop)
    with Store(paths.database, mask=mask_values(loaded.secrets())) as store:
        deliverer = Deliverer(
            store, lambda: datetime.now(UTC),
            Screen(_tell_json if as_json else _tell, _log, _log), lambda: ways,
            late_after=settings.watch.late.seconds, program=PROGRAM,
        )  # fmt: skip
        try:
            asyncio.run(deliverer.once() if once else _until_stopped(deliverer, ways))
        finally:
            for notice in store.notices:
                _log(notice)
    return 0


async def _until_stopped(deliverer: Deliverer, ways: Any) -> None:  # noqa: ANN401 - channels
    """Deliver until Ctrl-C or SIGTERM; a second one does not wait for hooks that run."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(deliverer.run())
    telling = asyncio.create_task(_tell_notices(deliverer))
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, task.cancel)
        except NotImplementedError:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(task.cancel))
    names = ", ".join(("the terminal", *(way.name for way in ways)))
    _log(f"watching; what is due is told by {names}; Ctrl-C ends")
    try:
        await task
    except asyncio.CancelledError:
        _log("ended")
    finally:
        telling.cancel()


async def _tell_notices(deliverer: Deliverer) -> None:
    """Show what the store has to tell, as it comes; each thing once."""
    shown = 0
    while True:
        notices = deliverer.store.notices
        for notice in notices[shown:]:
            _log(notice)
        shown = len(notices)
        await asyncio.sleep(1.0)


def _tell(told: Notice) -> None:
    clock = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    sys.stdout.write(f"{clock} ⏰ {told.text} [{printable(_id(told.due))}]\n")
    sys.stdout.flush()


def _tell_json(told: Notice) -> None:
    due = told.due
    line = {
        "type": "rang", "id": _id(due), "expert": due.expert, "key": due.key, "kind": due.kind,
        "text": told.text, "at": due.at.isoformat(), "late": told.late, "missed": due.missed,
        "again": told.again, "repeat": due.repeat,
    }  # fmt: skip
    sys.stdout.write(dumps(line) + "\n")
    sys.stdout.flush()


def _log(text: str) -> None:
    sys.stderr.write(f"alexa: {printable(text)}\n")
    sys.stderr.flush()


def _id(due: Due) -> str:
    return f"{due.expert}/{due.key}"


def _line(due: Due) -> str:
    from zoneinfo import ZoneInfo

    from alexa_cli.trace.plain_text import line

    at = due.at.astimezone(ZoneInfo(due.tz))
    often = f", {_often(due.repeat)}" if due.repeat else ""
    text = line(due.text, 60)
    return f"{at:%Y-%m-%d %H:%M:%S} {printable(_id(due))} ({due.kind}{often}): {text}"


def _often(rule: str) -> str:
    """Return a rule in words; one that has none as it is."""
    from alexa_cli.language import rrule
    from alexa_cli.language.grammar import Unreadable

    try:
        parsed = rrule.parse(rule)
    except Unreadable:
        return printable(rule)
    return printable(rule) if parsed is None else rrule.say(parsed)


def _print_service(
    paths: Paths, config: Path | None, sets: list[str], *, systemd: bool, no_desktop: bool
) -> None:
    from alexa_cli.cli import services

    arguments = ["watch", *(["--no-desktop"] if no_desktop else [])]
    arguments += [] if config is None else ["--config", str(config.absolute())]
    arguments += [item for each in sets for item in ("--set", each)]
    argv = [services.executable(), *arguments]
    home = os.environ.get("ALEXA_HOME")
    env = {"ALEXA_HOME": str(Path(home).absolute())} if home else {}
    make: Callable[..., str] = services.systemd_unit if systemd else services.launchd_file
    sys.stdout.write(make(argv, env) if systemd else make(argv, env, paths.data / "watch.log"))
    typer.echo(services.SYSTEMD_HINT if systemd else services.LAUNCHD_HINT, err=True)
