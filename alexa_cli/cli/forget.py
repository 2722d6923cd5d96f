"""``alexa forget``: erase what was kept, for good."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from alexa_cli.cli.trace import open_store, print_lines

if TYPE_CHECKING:
    from alexa_cli.store.forget import Forgotten
    from alexa_cli.store.store import Store

app = typer.Typer(
    help="Erase what was kept: conversations, memory, traces.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def forget(
    conversation: Annotated[
        bool,
        typer.Option("--conversation", help="The latest conversation: its context and its turns."),
    ] = False,
    memory: Annotated[
        bool,
        typer.Option(
            "--memory", help="What experts remember: timers, lists, the state of the home."
        ),
    ] = False,
    traces: Annotated[
        bool, typer.Option("--traces", help="All turns, with what models were asked and plans.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Everything.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase what was kept. It cannot be brought back."""
    from alexa_cli.errors import UsageError

    what = [
        words
        for chosen, words in (
            (conversation, "the latest conversation"),
            (memory, "what the experts remember"),
            (traces, "all traces of turns"),
        )
        if chosen
    ]
    if everything:
        what = ["everything: conversations, memory, traces"]
    if not what:
        raise UsageError("forget what?", hint="--conversation, --memory, --traces or --all")
    _confirm(" and ".join(what), yes=yes)
    with open_store() as store:
        if store.path is not None and (traces or everything):
            # The REPL's history of what was typed lies beside the store.
            store.path.with_name("history").unlink(missing_ok=True)
        print_lines([_told(_erase(store, conversation, memory, traces, everything))])
        if everything:
            _mention_set_aside(store)


def _confirm(what: str, *, yes: bool) -> None:
    """Ask on a terminal. Raises NotUnderstood if nobody can answer, or the answer is no."""
    from alexa_cli.errors import NotUnderstood

    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise NotUnderstood(f"this would erase {what}", hint="add --yes to do it")
    typer.echo(f"Erase {what}? It cannot be brought back. [y/N] ", nl=False, err=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise NotUnderstood("nothing was erased")


def _erase(
    store: Store, conversation: bool, memory: bool, traces: bool, everything: bool
) -> Forgotten:
    from alexa_cli.context.conversation import latest_conversation
    from alexa_cli.store.forget import forget as erase
    from alexa_cli.store.forget import forget_all

    if everything:
        return forget_all(store)
    latest = latest_conversation(store) if conversation else None
    return erase(store, conversation=latest, memory=memory, traces=traces)


def _told(gone: Forgotten) -> str:
    parts = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in (
            (gone.turns, "turn"), (gone.conversations, "conversation"), (gone.values, "memory"),
        )
        if count
    ]  # fmt: skip
    listed = ", ".join(parts).replace("memorys", "memories")
    return f"Forgotten: {listed}." if parts else "There was nothing to forget."


def _mention_set_aside(store: Store) -> None:
    from alexa_cli.language.text import printable
    from alexa_cli.store.forget import set_aside_files

    for path in set_aside_files(store):
        typer.echo(f"alexa: not erased, a damaged store: {printable(str(path))}", err=True)
