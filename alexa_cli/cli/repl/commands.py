"""Slash commands: a table of names, what they do, and what they print."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from alexa_cli.assistant import TurnOptions
from alexa_cli.errors import AlexaError, UsageError, did_you_mean

if TYPE_CHECKING:
    from alexa_cli.cli.repl.talk import Talk


class Leave(Exception):
    """The REPL is to end."""


Run: TypeAlias = "Callable[[Talk, str], AsyncIterator[str]]"


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command. ``run`` yields lines to show."""

    name: str
    arguments: str
    help: str
    run: Run


async def run(talk: Talk, line: str) -> AsyncIterator[str]:
    """Run one slash command. Raises UsageError for an unknown one, Leave for ``/quit``."""
    name, _, rest = line.strip().partition(" ")
    command = COMMANDS.get(name)
    if command is None:
        hint = did_you_mean(name, COMMANDS) or "/help lists what there is"
        raise UsageError(f"there is no command {name}", hint=hint)
    async for shown in command.run(talk, rest.strip()):
        yield shown


async def _help(talk: Talk, _rest: str) -> AsyncIterator[str]:
    yield "Say something, or:"
    for command in COMMANDS.values():
        head = f"{command.name} {command.arguments}".strip()
        yield f"  {head:<24} {command.help}"
    yield ""
    yield "Things to say:"
    for example in sayable(talk)[:6]:
        yield f"  {example}"
    yield ""
    yield "Ctrl-C stops the answer, twice leaves. Ctrl-R searches what you said. Ctrl-D leaves."


async def _trace(talk: Talk, rest: str) -> AsyncIterator[str]:
    from alexa_cli.cli.screen import width
    from alexa_cli.cli.trace import turn_page

    for line in turn_page(talk.session.store, rest or talk.last_turn or "last", width()):
        yield line


async def _route(talk: Talk, rest: str) -> AsyncIterator[str]:
    from alexa_cli.cli.route import lines, look

    if not rest:
        raise UsageError("/route needs words", hint="/route dim the lamp")
    now = talk.now.isoformat() if talk.now else None
    views = await look(talk.session, rest, talk.conversation, now)
    for line in lines(talk.session, views):
        yield line


async def _model(talk: Talk, rest: str) -> AsyncIterator[str]:
    job, _, names = rest.partition(" ")
    if job and names.strip():
        talk.reload(f"jobs.{job}={_models(job, names.strip())}")
    elif job:
        raise UsageError("/model takes a job and models", hint="/model decide reflex sentences")
    yield "decide: " + " > ".join(model.name for model in talk.session.assistant.models)
    jobs = talk.session.house.settings.jobs
    for other in ("reply", "rerank", "summarise"):
        if step := getattr(jobs, other):
            yield f"{other}: {step if isinstance(step, str) else ' > '.join(step.models)}"


def _models(job: str, names: str) -> str:
    """Return the models that somebody named as YAML; what holds a strategy is YAML as it is."""
    if "{" in names or names.startswith("["):
        listed = job == "decide" and not names.startswith("[")
        return f"[{names}]" if listed else names
    models = names.replace(",", " ").split()
    if job == "decide":
        return f"[{', '.join(models)}]"
    return models[0] if len(models) == 1 else f"{{fallback: [{', '.join(models)}]}}"


async def _experts(talk: Talk, rest: str) -> AsyncIterator[str]:
    catalogue = talk.session.house.catalogue
    if rest:
        expert = catalogue.expert(rest)
        yield f"{expert.name}: {expert.description}"
        for api in expert.apis.values():
            said = [example.text for example in api.examples.get("en", ())[:1]]
            yield f"  {api.name:<22} {api.description}" + (f"  “{said[0]}”" if said else "")
        return
    for expert in catalogue.experts.values():
        yield f"{expert.name:<14} {expert.description}"


async def _reload(talk: Talk, _rest: str) -> AsyncIterator[str]:
    yield talk.reload()


async def _context(talk: Talk, _rest: str) -> AsyncIterator[str]:
    request = talk.session.assistant.request("", talk.conversation, talk.now)
    memory, snapshot = request.snapshot.memory, request.snapshot
    yield f"now       {snapshot.now:%A, %B %d %Y, %H:%M} {snapshot.tz}"
    yield f"home      {snapshot.household.name or 'the example home'}"
    counts = ", ".join(f"{len(names)} {name}" for name, names in snapshot.household.lists.items())
    yield f"lists     {counts}"
    yield f"pending   {memory.pending.text if memory.pending else 'nothing'}"
    for name, ids in memory.referents.items():
        yield f"it, there {name}: {', '.join(ids[:3])}"
    yield f"undoable  {counted(len(memory.undoable), 'turn')}"


async def _undo(talk: Talk, _rest: str) -> AsyncIterator[str]:
    seen = await talk.say("undo", TurnOptions(asks=("undo",)))
    yield seen.reply.text


async def _think(talk: Talk, rest: str) -> AsyncIterator[str]:
    if not rest:
        raise UsageError("/think needs words", hint="/think what should I cook tonight")
    seen = await talk.say(rest, TurnOptions(think=True))
    yield seen.reply.text


async def _clear(talk: Talk, _rest: str) -> AsyncIterator[str]:
    talk.clear()
    yield "A new conversation."


async def _save(talk: Talk, rest: str) -> AsyncIterator[str]:
    if not rest:
        raise UsageError("/save needs a file", hint="/save talk.txt")
    text = "".join(f"> {words}\n{reply}\n\n" for words, reply in talk.said)
    path = _write_new(rest, text.encode(errors="replace"))
    yield f"saved {counted(len(talk.said), 'turn')} to {path}"


def _write_new(name: str, content: bytes) -> Path:
    """Write a new private file. Raises UsageError if it is there already, AlexaError."""
    from alexa_cli.config.paths import write_private

    try:
        path = Path(name).expanduser()
        if path.exists():
            raise UsageError(f"{path} is already there", hint="choose another name")
        write_private(path, content)
    except (OSError, RuntimeError, ValueError) as error:
        raise AlexaError(f"{name}: {getattr(error, 'strerror', None) or error}") from error
    return path


def counted(number: int, noun: str) -> str:
    """Return ``1 turn``, ``2 turns``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


async def _voice(talk: Talk, rest: str) -> AsyncIterator[str]:
    if talk.voice is None:
        raise UsageError("there is no voice here", hint="alexa chat --voice, in a terminal")
    if rest not in {"", "on", "off"}:
        raise UsageError("/voice takes on or off", hint="/voice on")
    on = await talk.voice.switch(on=None if not rest else rest == "on")
    yield f"The voice is {'on' if on else 'off'}."


async def _mute(talk: Talk, _rest: str) -> AsyncIterator[str]:
    muted = talk.voice.mute() if talk.voice is not None else None
    if muted is None:
        raise UsageError("there is no voice to mute", hint="/voice on")
    yield "Replies are shown only." if muted else "Replies are said again."


async def _quit(_talk: Talk, _rest: str) -> AsyncIterator[str]:
    raise Leave
    yield ""


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("/help", "", "This.", _help),
        Command("/trace", "[TURN]", "What happened in the last turn, or in TURN.", _trace),
        Command("/route", "WORDS", "Decide only: every candidate and why.", _route),
        Command("/model", "[JOB MODELS]", "Show or change which models decide.", _model),
        Command("/think", "WORDS", "Say it, and let language models reason first.", _think),
        Command("/experts", "[NAME]", "What can be done.", _experts),
        Command("/reload", "", "Read settings and experts again.", _reload),
        Command("/context", "", "What is known: time, home, what “it” means.", _context),
        Command("/undo", "", "Take the last thing back.", _undo),
        Command("/clear", "", "Begin a new conversation.", _clear),
        Command("/save", "FILE", "Write this conversation to a file.", _save),
        Command("/voice", "[on|off]", "Listen and speak, beside typing, or no more.", _voice),
        Command("/mute", "", "Say replies no more, or again.", _mute),
        Command("/quit", "", "Leave (also Ctrl-D).", _quit),
    )
}
"""Every slash command, in the order of ``/help``."""


def sayable(talk: Talk, each: int = 2) -> list[str]:
    """Return example sentences, at most ``each`` of an API, the experts taking turns."""
    catalogue = talk.session.house.catalogue
    rows = [
        [
            example.text
            for api in expert.apis.values()
            for example in api.examples.get("en", ())[:each]
        ]
        for expert in catalogue.experts.values()
    ]
    longest = max((len(row) for row in rows), default=0)
    return [row[place] for place in range(longest) for row in rows if place < len(row)]
