"""``alexa models``: list them, fetch them, test them."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from alexa_cli.cli.options import Common, ConfigOption, ExpertsOption, JsonOption, SetOption
from alexa_cli.config.paths import find_paths
from alexa_cli.errors import UsageError, did_you_mean
from alexa_cli.language.text import printable
from alexa_cli.models.download import megabytes
from alexa_cli.models.known import KNOWN
from alexa_cli.models.pull import HUB, is_intact, pull
from alexa_cli.models.vosk import PUBLISHED, SMALL, fetched, pull_vosk

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer(
    help="The models that decide, and the ones to fetch.", invoke_without_command=True
)


@app.callback()
def _default(
    context: typer.Context,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    if context.invoked_subcommand is None:
        from alexa_cli.cli.model_list import show

        raise typer.Exit(show(Common.of(config, sets, experts), as_json=as_json))


@app.command("list")
def _list(
    as_json: JsonOption = False,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """List the models of this configuration, and those that can be fetched."""
    from alexa_cli.cli.model_list import show

    raise typer.Exit(show(Common.of(config, sets, experts), as_json=as_json))


@app.command("test")
def _test(
    name: Annotated[
        str | None,
        typer.Argument(help="One of the language models; left out, all.", metavar="[NAME]"),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    sets: SetOption = None,
) -> None:
    """Make real requests to a language model: does it answer, how fast, what can it do.

    Four small requests, which cost what the provider charges for them. Exit code 4: no key, 5:
    out of reach, 1: what it answers is of no use.
    """
    from alexa_cli.cli.model_test import test_models

    raise typer.Exit(test_models(Common.of(config, sets, None), name, as_json=as_json))


@app.command("pull")
def _pull(
    name: Annotated[
        str,
        typer.Argument(
            help="minilm, vosk-small-en-us, or another one of vosk's list.", metavar="NAME"
        ),
    ],
) -> None:
    """Fetch a model: goes on where it broke off, and checks every byte.

    HF_ENDPOINT names a mirror of the model hub, VOSK_MODELS one of vosk's models. Exit code 5:
    out of reach.
    """
    paths = find_paths(os.environ)
    if name.startswith("vosk-"):
        raise typer.Exit(fetch_vosk(name, paths.models, os.environ.get("VOSK_MODELS") or PUBLISHED))
    raise typer.Exit(fetch(name, paths.models, os.environ.get("HF_ENDPOINT") or HUB))


def fetch(name: str, models: Path, hub: str) -> int:
    """Pull one model and say so on stderr. Raises UsageError for one that is not known."""
    model = KNOWN.get(name)
    if model is None:
        names = [*KNOWN, SMALL]
        hint = did_you_mean(name, names) or f"known: {', '.join(sorted(names))}"
        raise UsageError(f"there is no model {name!r} to fetch", hint=hint)
    if is_intact(model, models):
        sys.stderr.write(f"{name} is already here ({megabytes(model.size)})\n")
        return 0
    screen = Screen()
    try:
        folder = pull(model, models, screen, hub=hub)
    finally:
        screen.close()
    sys.stderr.write(
        printable(f"{name} is in {folder}\nuse it: --set models.nearest.encoder={name}\n")
    )
    return 0


def fetch_vosk(name: str, models: Path, base: str) -> int:
    """Pull one model of vosk and say so on stderr. Raises UsageError for one not in its list."""
    size = fetched(name, models)
    if size is not None:
        sys.stderr.write(f"{printable(name)} is already here ({megabytes(size)})\n")
        return 0
    screen = Screen()
    try:
        folder = pull_vosk(name, models, screen, base=base)
    finally:
        screen.close()
    sys.stderr.write(printable(f"{name} is in {folder}\nspeech is heard with it from now on\n"))
    return 0


class Screen:
    """Progress on stderr: size, speed, percent; one line redrawn, or a line each tenth."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._file, self._first, self._began = "", 0, time.monotonic()
        self._drawn, self._tenth, self._open = 0.0, -1, False

    def bytes(self, name: str, done: int, total: int) -> None:
        """See ``models.pull.Progress``."""
        now = time.monotonic()
        if name != self._file:
            self.close()
            self._file, self._first, self._began, self._tenth = name, done, now, -1
        tenth = done * 10 // max(1, total)
        if self._live and now - self._drawn < 0.1 and done < total:  # noqa: PLR2004 - seconds
            return
        if not self._live and tenth == self._tenth:
            return
        self._drawn, self._tenth = now, tenth
        speed = (done - self._first) / max(now - self._began, 1e-3)
        text = (
            f"{name}  {megabytes(done)} of {megabytes(total)}  "
            f"{100 * done // max(1, total)} %  {megabytes(int(speed))}/s"
        )
        sys.stderr.write(f"\r{text:<70.70}" if self._live else f"{text}\n")
        sys.stderr.flush()
        self._open = self._live

    def note(self, text: str) -> None:
        """See ``models.pull.Progress``."""
        self.close()
        sys.stderr.write(f"{printable(text)}\n")

    def close(self) -> None:
        """End the line that is being redrawn."""
        if self._open:
            sys.stderr.write("\n")
        self._open = False
