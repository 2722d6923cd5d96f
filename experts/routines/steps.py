"""From what people say a routine should do to its steps: each with its words and its calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alexa_cli.catalog import HandlerContext

MAX_STEPS = 20
MAX_PIECES = 12
"""Pieces between conjunctions that are tried in every way."""
MAX_NAME = 6
"""Words of a name."""
_CUT = re.compile(
    r"\s*(?:,\s*(?:and\s+then|and|then)\b|\band\s+then\b|\band\b|\bthen\b|[,;])\s*", re.IGNORECASE
)
_VERB = re.compile(
    r"(?P<before>(?:^|\band\s+then\s+|\band\s+|\bthen\s+|[,;]\s*))(?P<verb>[a-z]{2,}s)\b",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(
    r"(?:\s*[,:;–-]\s*|\s+(?:then|please|you should|i want you to|you have to|you must)\s+)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^[\"“”']+(?P<name>[^\"“”']+)[\"“”']+[\s,:;]*(?P<rest>.+)$", re.DOTALL)
_TELLS = re.compile(r"tells|turns|reminds|sets|locks|dims|plays|starts|opens|closes", re.IGNORECASE)
_YOU = {"me": "you", "my": "your"}
_ME = re.compile(r"\b(?:me|my)\b", re.IGNORECASE)
_OWN = "routines."
_CONTROL = frozenset({
    "control.stop", "control.cancel", "control.repeat", "control.again", "control.undo",
    "memory.forget_last",
})  # fmt: skip
"""What is about the conversation can be no step, and its phrases no name."""
Step = dict[str, Any]
"""``{"words": ..., "calls": [...]}``, or ``{"words": ..., "routine": identifier}``."""


def read(context: HandlerContext, said: str) -> list[Step]:
    """Return the steps that ``said`` names. Raises AlexaError for what nobody can do."""
    text = said.strip(" .,;:!?")
    if not text:
        raise AlexaError("Say what the routine should do.")
    ways = list(dict.fromkeys((text, imperative(text))))
    for exact in (True, False):
        for way in ways:
            if (found := _ways(context, way, exact=exact)) is not None:
                return found
    raise AlexaError(_why_not(context, ways[-1]))


def split_name(context: HandlerContext, said: str) -> tuple[str, str]:
    """Part ``movie time dim the lights`` into a name and what follows. Raises AlexaError."""
    quoted = _QUOTED.match(said.strip())
    if quoted:
        return quoted["name"].strip(" ,"), quoted["rest"]
    for cut in _AFTER_NAME.finditer(said):
        name, rest = said[: cut.start()].strip(), said[cut.end() :].strip()
        short = 0 < len(name.split()) <= MAX_NAME
        if short and rest and (_can_do(context, rest) or cut[0].strip() in {",", ":", ";"}):
            return name, rest
    spoken = said.split()
    for count in range(1, min(MAX_NAME, len(spoken) - 1) + 1):
        rest = " ".join(spoken[count:])
        if _can_do(context, rest):
            return " ".join(spoken[:count]).strip(" ,"), rest
    raise AlexaError(
        "I can't tell the name from what to do. Say, for example, \"create a routine called "
        'movie time that dims the lights".'
    )


def imperative(text: str) -> str:
    """``turns off the lights and locks the door`` → ``turn off the lights and lock the door``."""

    def bare(match: re.Match[str]) -> str:
        verb = match["verb"]
        if verb.lower().endswith("ss"):
            return match[0]
        ending = 2 if re.search(r"(?:sh|ch|x|ss|zz)es$", verb, re.IGNORECASE) else 1
        return match["before"] + verb[:-ending]

    return _VERB.sub(bare, text)


def told(words: str) -> str:
    """A step as it goes on after "I'll": ``tells me the weather`` → ``tell you the weather``."""
    first, _, rest = words.partition(" ")
    plain = imperative(words) if _TELLS.fullmatch(first) and rest else words
    return _ME.sub(lambda match: _YOU[match[0].lower()], plain)


def _can_do(context: HandlerContext, said: str) -> bool:
    ways = dict.fromkeys((said.strip(" .,;:!?"), imperative(said.strip(" .,;:!?"))))
    return any(way and _ways(context, way, exact=True) is not None for way in ways)


def _ways(context: HandlerContext, text: str, *, exact: bool) -> list[Step] | None:
    """Return the steps of the finest way to cut the text in which every part can be done."""
    pieces = list(_pieces(text))
    known: dict[tuple[int, int], Step | None] = {}

    def step(start: int, end: int) -> Step | None:
        if (start, end) not in known:
            said = text[pieces[start][0] : pieces[end - 1][1]]
            known[start, end] = _step(context, said, exact=exact)
        return known[start, end]

    def rest(start: int) -> list[Step] | None:
        if start == len(pieces):
            return []
        for end in range(start + 1, len(pieces) + 1):
            first = step(start, end)
            following = rest(end) if first is not None else None
            if first is not None and following is not None:
                return [first, *following]
        return None

    return rest(0)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the parts between conjunctions begin and end."""
    at = 0
    for number, cut in enumerate(_CUT.finditer(text), 1):
        if number >= MAX_PIECES:
            break
        if cut.start() > at:
            yield at, cut.start()
            at = cut.end()
    if at < len(text):
        yield at, len(text)


def _step(context: HandlerContext, said: str, *, exact: bool) -> Step | None:
    try:
        calls = context.understand(said, exact=exact)
    except AlexaError:
        return None
    if any(str(call["call"]) in _CONTROL for call in calls):
        return None
    if any(str(call["call"]).startswith(_OWN) for call in calls):
        return _other(said, calls)
    return {"words": said, "calls": calls}


def _other(said: str, calls: Sequence[dict[str, Any]]) -> Step | None:
    """A step that is another routine; what makes or changes routines is no step."""
    if len(calls) != 1 or calls[0]["call"] != f"{_OWN}run_routine":
        return None
    return {"words": said, "routine": str(calls[0]["arguments"]["routine"])}


def _why_not(context: HandlerContext, text: str) -> str:
    """Name the part that nobody can do."""
    for start, end in _pieces(text):
        part = text[start:end]
        if _step(context, part, exact=False) is None:
            try:
                context.understand(part)
            except AlexaError as error:
                return f"{error.message.rstrip('.')}, so it can be no step."
            return f"“{part}” can be no step of a routine."
    return f"I can't do “{text}”, so it can be no step."


def is_about_talking(context: HandlerContext, name: str) -> bool:
    """Whether a name is a phrase that must always mean what it means: "stop"."""
    return meaning(context, name) in _CONTROL or name.lower() in {"yes", "no", "ok", "okay"}


def meaning(context: HandlerContext, name: str) -> str:
    """The API that these words ask for already; "" for none."""
    try:
        calls = context.understand(name, exact=True)
    except AlexaError:
        return ""
    return str(calls[0]["call"]) if calls else ""
