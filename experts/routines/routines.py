"""Routines, kept in the expert's own store: a name, and steps with their words and their calls.

What a routine does is decided when it is made. Running one is no handler: the list
``routine_names`` holds the calls of each, and ``run_routine`` has them as its ``steps``, so that
confirmation, undo and traces are those of the calls themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .steps import MAX_NAME, MAX_STEPS, is_about_talking, meaning, read, split_name, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.catalog import HandlerContext

    from .steps import Step

MAX_ROUTINES = 100
PREFIX, NAMES = "routine/", "names"
_SEVERAL = 2


# What the house calls -------------------------------------------------------------------


def when_said(context: HandlerContext, what: str) -> Result:
    """Make a routine of a sentence that holds its name and what it does."""
    name, rest = split_name(context, what)
    return create_routine(context, name, rest)


def create_routine(context: HandlerContext, name: str, steps: str) -> Result:
    """Make a routine. Nothing of it is done now."""
    name = _name(context, name)
    found = read(context, steps)
    with context.store.transaction():
        routines = _all(context)
        if len(routines) >= MAX_ROUTINES:
            raise AlexaError(f"There are {MAX_ROUTINES} routines already. Delete one first.")
        _refuse_taken(routines, name)
        number = int(context.store.get("number", 0)) + 1
        context.store.set("number", number)
        routine = {"id": f"r{number}", "name": name, "steps": found}
        undo = _save(context, routine)
    say = f"When you say “{name}”, I'll {_joined([told(step['words']) for step in found])}."
    other = meaning_of_name(context, name)
    if other:
        say += f" Until now that meant something else ({other}); your routine goes first."
    value: Any = {"id": routine["id"], "routine": name, "steps": len(found)}
    return Result(value, say=say, undo=undo)


def list_routines(context: HandlerContext) -> Result:
    """Say which routines there are."""
    names = [routine["name"] for routine in _all(context).values()]
    if not names:
        say = 'You have no routines. Say "when I say movie time", and what to do.'
        return Result({"routines": []}, say=say)
    count = "1 routine" if len(names) == 1 else f"{len(names)} routines"
    return Result({"routines": names}, say=f"You have {count}: {_joined(names)}.")


def describe_routine(context: HandlerContext, routine: str) -> Result:
    """Say what a routine does."""
    found = _get(context, routine)
    steps = [step["words"] for step in found["steps"]]
    say = f"“{found['name']}”: {_numbered(steps)}."
    return Result({"id": routine, "routine": found["name"], "steps": steps}, say=say)


def add_step(context: HandlerContext, routine: str, steps: str) -> Result:
    """Add steps at the end of a routine."""
    found = _get(context, routine)
    new = read(context, steps)
    undo = _save(context, {**found, "steps": [*found["steps"], *new]})
    say = f"“{found['name']}” will also {_joined([told(step['words']) for step in new])}."
    return Result({"id": routine, "added": len(new)}, say=say, undo=undo)


def remove_step(
    context: HandlerContext, routine: str, step: str | None = None, number: int | None = None
) -> Result:
    """Take a step out of a routine, by its words or its place."""
    found = _get(context, routine)
    place = _place(found, step, number)
    gone = found["steps"][place]
    left = [one for at, one in enumerate(found["steps"]) if at != place]
    if not left:
        raise AlexaError(f"That is the only step of “{found['name']}”. Delete the routine instead.")
    undo = _save(context, {**found, "steps": left})
    say = f"“{found['name']}” will no longer {gone['words']}."
    return Result({"id": routine, "removed": gone["words"]}, say=say, undo=undo)


def rename_routine(context: HandlerContext, routine: str, name: str) -> Result:
    """Call a routine something else."""
    found = _get(context, routine)
    name = _name(context, name)
    others = {key: one for key, one in _all(context).items() if key != routine}
    _refuse_taken(others, name)
    undo = _save(context, {**found, "name": name})
    return Result({"id": routine}, say=f"“{found['name']}” is called “{name}” now.", undo=undo)


def delete_routine(context: HandlerContext, routine: str) -> Result:
    """Delete a routine that no other one needs."""
    with context.store.transaction():
        found = _get(context, routine)
        needing = [
            one["name"] for one in _all(context).values()
            if any(step.get("routine") == routine for step in one["steps"])
        ]  # fmt: skip
        if needing:
            names = _joined([f"“{name}”" for name in needing])
            raise AlexaError(f"{names} runs “{found['name']}”. Change that first.")
        context.store.delete(PREFIX + routine)
        _publish(context)
    undo: Any = {"api": "put_back", "arguments": {"before": {routine: found}}}
    return Result({"routine": found["name"]}, say=f"Deleted “{found['name']}”.", undo=undo)


def delete_all(context: HandlerContext) -> Result:
    """Delete every routine."""
    with context.store.transaction():
        gone = _all(context)
        for identifier in gone:
            context.store.delete(PREFIX + identifier)
        _publish(context)
    if not gone:
        return Result({"routines": []}, say="You have no routines.")
    count = "your routine" if len(gone) == 1 else f"all {len(gone)} routines"
    undo: Any = {"api": "put_back", "arguments": {"before": gone}}
    return Result({"routines": [*gone]}, say=f"Deleted {count}.", undo=undo)


def put_back(context: HandlerContext, before: Mapping[str, Any]) -> dict[str, Any]:
    """Undo: have routines as they were."""
    with context.store.transaction():
        for identifier, routine in before.items():
            if routine is None:
                context.store.delete(PREFIX + identifier)
            else:
                context.store.set(PREFIX + identifier, routine)
        _publish(context)
    return {"routines": [*before]}


# The store ------------------------------------------------------------------------------


def _all(context: HandlerContext) -> dict[str, Any]:
    """Every routine by identifier, in the order in which they were made."""
    found = [routine for _, routine in context.store.items(PREFIX)]
    return {one["id"]: one for one in sorted(found, key=lambda one: int(one["id"][1:]))}


def _get(context: HandlerContext, identifier: str) -> dict[str, Any]:
    found: dict[str, Any] | None = context.store.get(PREFIX + identifier)
    if found is None:
        raise AlexaError("There is no such routine any more.")
    return found


def _save(context: HandlerContext, routine: dict[str, Any]) -> dict[str, Any]:
    """Keep a routine and what the others make of it; returns the undo. Raises AlexaError."""
    key = PREFIX + routine["id"]
    with context.store.transaction():
        before = context.store.get(key)
        if len(routine["steps"]) > MAX_STEPS:
            raise AlexaError(f"A routine has at most {MAX_STEPS} steps.")
        context.store.set(key, routine)
        _publish(context)
    return {"api": "put_back", "arguments": {"before": {routine["id"]: before}}}


def _publish(context: HandlerContext) -> None:
    """Keep the list ``routine_names``, with each routine's calls. Raises AlexaError."""
    routines = _all(context)
    members = [
        {
            "id": one["id"], "name": one["name"],
            "attributes": {"steps": _calls(one, routines, ())},
        }
        for one in routines.values()
    ]  # fmt: skip
    context.store.set(NAMES, members)


def _calls(
    routine: dict[str, Any], routines: Mapping[str, Any], running: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The calls of a routine, those of the routines that it runs among them."""
    if routine["id"] in running:
        raise AlexaError(f"“{routine['name']}” would run itself, and never end.")
    calls: list[dict[str, Any]] = []
    for step in routine["steps"]:
        other = routines.get(step.get("routine"))
        if "routine" in step and other is not None:
            calls += _calls(other, routines, (*running, routine["id"]))
        else:
            calls += [{**call, "said": step["words"]} for call in step.get("calls", [])]
    if len(calls) > MAX_STEPS * 2:
        raise AlexaError(f"“{routine['name']}” would do more than {MAX_STEPS * 2} things.")
    return calls


# Names and steps ------------------------------------------------------------------------


def _name(context: HandlerContext, said: str) -> str:
    plain = " ".join(said.split()).strip(" .,;:!?\"“”'")
    name = re.sub(r"\s+routine$", "", plain, flags=re.IGNORECASE)
    if not re.search(r"\w", name) or len(name.split()) > MAX_NAME:
        raise AlexaError(f"A routine needs a name of 1 to {MAX_NAME} words.")
    if is_about_talking(context, name):
        raise AlexaError(f"“{name}” always means what it means now. Choose another name.")
    return name


def meaning_of_name(context: HandlerContext, name: str) -> str:
    """What else these words ask for, in words: ``smart home``."""
    expert, _, api = meaning(context, name).partition(".")
    return "" if not api or expert == "routines" else f"{expert} {api}".replace("_", " ")


def _refuse_taken(routines: Mapping[str, Any], name: str) -> None:
    for routine in routines.values():
        if _plain(routine["name"]) == _plain(name):
            raise AlexaError(
                f"There is a routine called “{routine['name']}” already. Delete it first, or say "
                "what to add to it."
            )


def _place(routine: dict[str, Any], step: str | None, number: int | None) -> int:
    """The place of the step that is meant. Raises AlexaError unless it is clear."""
    steps: Sequence[Step] = routine["steps"]
    if number is not None:
        place = number - 1 if number > 0 else len(steps) + number
        if not 0 <= place < len(steps):
            raise AlexaError(f"“{routine['name']}” has {len(steps)} steps.")
        return place
    wanted = _plain(step or "")
    if not wanted:
        raise AlexaError(f"Say which step: {_numbered([one['words'] for one in steps])}.")
    found = [at for at, one in enumerate(steps) if _plain(one["words"]) == wanted]
    found = found or [at for at, one in enumerate(steps) if wanted <= _plain(one["words"])]
    if not found:
        have = _numbered([one["words"] for one in steps])
        raise AlexaError(f"“{routine['name']}” has no such step. It has: {have}.")
    if len(found) > 1:
        raise AlexaError(f"Say which: {_numbered([steps[at]['words'] for at in found])}.")
    return found[0]


def _plain(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower())) - {"the", "a", "an", "my"}


def _numbered(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    return ", ".join(f"{number}. {text}" for number, text in enumerate(texts, 1))


def _joined(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) < _SEVERAL else f"{', '.join(texts[:-1])} and {texts[-1]}"
