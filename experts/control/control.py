"""The conversation itself. Most of these only tell the house what was asked; it does the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alexa_cli.catalog import HandlerContext

MORNING_ENDS, AFTERNOON_ENDS, NIGHT_STARTS = 12, 18, 21
"""Hours of the day at which a greeting changes."""


def stop(context: HandlerContext) -> None:
    """Stop what is going on."""
    context.emit("stop")


def cancel(context: HandlerContext, what: str | None = None) -> None:
    """Drop the pending question; "cancel that" where none was asked: what was just done."""
    context.emit("cancel" if what is None else "cancel_that")


def repeat(context: HandlerContext) -> None:
    """Say the last reply again."""
    context.emit("repeat")


def again(context: HandlerContext) -> None:
    """Make the calls of the last plan again."""
    context.emit("again")


def undo(context: HandlerContext) -> None:
    """Take back the last plan."""
    context.emit("undo")


def help_(context: HandlerContext, topic: str | None = None) -> Result:
    """Say what there is, with an example each; or all about one expert."""
    known = [entry for entry in context.household.experts if entry.id != "control"]
    if topic is not None:
        entry = context.household.experts.get(topic)
        if entry is not None:
            return _about(entry)
    value: Any = {entry.id: dict(entry.attributes) for entry in known}
    if not known:
        return Result(value, say="I have no experts, so there is nothing I can do.")
    lines = [_line(entry) for entry in known]
    return Result(value, say="Here is what you can say:\n" + "\n".join(lines))


def greet(context: HandlerContext) -> Result:
    """Answer a greeting by the time of day."""
    hour = context.now.hour
    part = "morning" if hour < MORNING_ENDS else "afternoon" if hour < AFTERNOON_ENDS else "evening"
    return Result({}, say=f"Good {part}. What can I do for you?")


def bye(context: HandlerContext) -> Result:
    """Answer a goodbye."""
    late = context.now.hour >= NIGHT_STARTS
    return Result({}, say="Good night." if late else "Goodbye.")


def thanks() -> Result:
    """Answer thanks."""
    return Result({}, say="You're welcome.")


def _about(entry: Any) -> Result:  # noqa: ANN401 - a Name, of a room that experts do not import
    description = str(entry.attributes.get("description") or entry.name)
    say = description if description.endswith(".") else f"{description}."
    said = _examples(entry)
    if said:
        say += " Try " + _joined(f'"{one}"' for one in said) + "."
    value: Any = {entry.id: dict(entry.attributes)}
    return Result(value, say=say)


def _line(entry: Any) -> str:  # noqa: ANN401 - as above
    said = _examples(entry)
    name = str(entry.name).replace("_", " ")
    return f'  {name}: "{said[0]}"' if said else f"  {name}"


def _examples(entry: Any) -> list[str]:  # noqa: ANN401 - as above
    """One sentence or several, however many the house gives."""
    found = entry.attributes.get("examples") or entry.attributes.get("example") or []
    return [found] if isinstance(found, str) else [str(one) for one in found]


def _joined(texts: Iterable[str]) -> str:
    *most, last = texts
    return f"{', '.join(most)} or {last}" if most else last
