"""What ``alexa doctor`` looks at where sound is concerned. Nothing is recorded or played."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from alexa_cli.cli.look import Check
from alexa_cli.cli.stoppable import run
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.cli.look import Look
    from alexa_cli.store.store import Store

SHOWN = 8
"""Words that are named where many are meant."""


def microphone(look: Look) -> Iterable[Check]:
    """Whether there is a microphone, and which one it is."""
    from alexa_cli.hear.sources.devices import choose_microphone
    from alexa_cli.hear.sources.patience import devices_there

    wanted = look.load().settings.hear.device
    try:
        device = choose_microphone(wanted, run(devices_there()))
    except AlexaError as error:
        yield Check("microphone", "warn", error.message, error.hint)
        return
    yield Check("microphone", "ok", f"{device.name} ({device.system})", "alexa audio check")


def loudspeaker(look: Look) -> Iterable[Check]:
    """Whether replies can be heard."""
    settings = look.load().settings.speak
    if settings.command:
        import shutil

        program = settings.command[0]
        if shutil.which(program) is None:
            yield Check("voice", "fail", f"speak.command: there is no program {program}",
                        "install it, or leave speak.command out")  # fmt: skip
        else:
            yield Check("voice", "ok", f"the program {program}")
    elif find_spec("espeakng_loader") is None:
        yield Check("voice", "warn", "the built-in voice has no package for this system",
                    "name a program in speak.command")  # fmt: skip
    else:
        yield Check("voice", "ok", f"espeak-ng, {settings.voice}")


def recogniser(look: Look) -> Iterable[Check]:
    """Which recogniser hears, and whether a better one could."""
    from alexa_cli.hear.engines import half_there, vosk_model

    settings = look.load().settings.hear
    found = vosk_model(look.paths.models)
    if settings.engine == "sphinx":
        yield Check("recogniser", "ok", "sphinx, as configured")
    elif not settings.model and found is None and (half := half_there(look.paths.models)):
        yield Check("recogniser", "fail" if settings.engine else "warn",
                    f"the model of vosk in {half} is only half there",
                    f"alexa models pull {half.name}")  # fmt: skip
    elif settings.model or found is not None:
        yield Check("recogniser", "ok", f"vosk, {settings.model or found}")
    elif settings.engine == "vosk":
        yield Check("recogniser", "fail", "hear.engine is vosk, which has no model",
                    "alexa models pull vosk-small-en-us")  # fmt: skip
    else:
        yield Check("recogniser", "warn", "sphinx, which noise confuses; vosk hears better",
                    "alexa models pull vosk-small-en-us")  # fmt: skip


def _copy_changes(file: Path, store: Store) -> None:
    """Take over what was changed of the household. The file is only read: doctor mends nothing."""
    import sqlite3
    from contextlib import closing

    from alexa_cli.context.changes import OWNER

    if not file.is_file():
        return
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)) as known:
            rows = known.execute("SELECT * FROM state WHERE expert = ?", (OWNER,)).fetchall()
    except sqlite3.Error:
        return  # another check says what is wrong with it
    for row in rows:
        store.database.execute("INSERT INTO state VALUES (?, ?, ?)", row)


def pronunciation(look: Look) -> Iterable[Check]:
    """Whether the names of the home can be heard, or their sound is only guessed."""
    from alexa_cli.cli.session import open_session
    from alexa_cli.hear.expectations import Expectations
    from alexa_cli.hear.sphinx.dictionary import unpronounceable

    session = open_session(look.common, save=False)
    _copy_changes(look.paths.database, session.store)
    snapshot = session.assistant.request("", "").snapshot
    bias = Expectations(session.house.catalogue, look.paths.cache / "sphinx").bias(snapshot)
    of_the_home = {
        word
        for name in snapshot.household.lists
        for phrase in bias.lists.get(name, ())
        for word in phrase.words
    }
    guessed = [
        word for word in unpronounceable(bias) if word in of_the_home and not word.endswith("'s")
    ]
    if not guessed:
        yield Check("pronunciation", "ok", "every name of the home is in the dictionary")
        return
    more = f" and {len(guessed) - SHOWN} more" if len(guessed) > SHOWN else ""
    told = ", ".join(guessed[:SHOWN]) + more
    yield Check("pronunciation", "ok", f"only guessed: {told}",
                f'alexa household pronounce {guessed[0]} "as it sounds"')  # fmt: skip
