"""What words mean, asked for from within a turn: by an expert, or by a step that gives words.

An expert that keeps what the user wants done later (``routines``) asks with
``context.understand(words)``. The small models of the cascade answer, so that it is the same
answer as if the user had said the words alone; nothing is run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.decide.cascade import NAMES_FIRST
from alexa_cli.decide.model import Request, tokens_of
from alexa_cli.decide.resolution import resolve_value
from alexa_cli.errors import AlexaError
from alexa_cli.language.text import MAX_CHARACTERS
from alexa_cli.turn import Argument, Pass, Plan, Question, Utterance

if TYPE_CHECKING:
    from alexa_cli.assistant.turning import Turning
    from alexa_cli.catalog.expert import Api, Parameter
    from alexa_cli.turn import Call, Json

PASSING = frozenset({"date", "datetime"})
"""Types whose words mean another thing tomorrow: a step keeps the words."""


def read_words(turning: Turning, api: Api, parameter: Parameter, words: str) -> Argument:
    """Read the words of an argument as if the user had said them now. Raises AlexaError."""
    found = resolve_value(api, parameter, words, _request(turning, words))
    if not isinstance(found, Argument):
        raise AlexaError(f"I can't make sense of “{words}” as the {parameter.name}")
    return found


def understand(turning: Turning, words: str, *, exact: bool = False) -> list[dict[str, Json]]:
    """Return what ``words`` ask for, as ``steps``. Raises AlexaError with a reason if nothing.

    ``exact``: only by models that do not estimate.
    """
    from alexa_cli.decide.quick import decide_small  # noqa: PLC0415 - few turns ask

    request = _request(turning, words)
    decision = decide_small(turning.house.decider.models, request, exact=exact)
    if isinstance(decision, Plan):
        return [_step(turning, call) for call in decision.calls]
    if isinstance(decision, Question):
        raise AlexaError(f"“{words}” leaves open what is meant ({decision.text})")
    known = isinstance(decision, Pass) and decision.code in NAMES_FIRST
    reason = decision.reason.rstrip(".") if isinstance(decision, Pass) and known else ""
    raise AlexaError(f"I can't do “{words}”" + (f": {reason}" if reason else ""))


def _step(turning: Turning, call: Call) -> dict[str, Json]:
    """A call as a step: values as they are, but words where their meaning passes."""
    api = turning.house.catalogue.find(call.expert, call.api)
    arguments: dict[str, Json] = {}
    words: dict[str, Json] = {}
    for name, argument in call.arguments.items():
        if argument.pointer is not None:
            raise AlexaError(f"“{argument.words}” depends on what comes before it")
        parameter = api.parameters.get(name) if api else None
        if parameter and parameter.x_type in PASSING and argument.words:
            words[name] = argument.words
        elif argument.value is not None:
            arguments[name] = argument.value
    return {"call": call.name, "arguments": arguments, **({"words": words} if words else {})}


def _request(turning: Turning, words: str) -> Request:
    """Return the request of these words, as the first of a conversation."""
    utterance = Utterance(words[:MAX_CHARACTERS])
    memory = replace(turning.snapshot.memory, pending=None, last_plan=None)
    snapshot = replace(turning.snapshot, memory=memory)
    return Request(
        utterance, tokens_of(utterance), turning.house.catalogue, snapshot, turning.moment,
        meter=turning.meter,
    )  # fmt: skip
