"""A language model that answers from a list, and a planner over it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from alexa_cli.config.settings import Settings
from alexa_cli.context.conversation import ConversationState
from alexa_cli.decide.model import Request
from alexa_cli.decide.planner import Planner
from alexa_cli.models.chat import (
    ChatRequest,
    End,
    ModelSpec,
    Piece,
    TextPiece,
    ToolCall,
    ToolPiece,
)
from alexa_cli.models.failures import ModelError
from alexa_cli.prompt.texts import load_texts
from alexa_cli.turn import Decision

Make = Callable[..., Request]
Said = "str | list[Piece] | ToolCall | list[ToolCall] | ModelError"
SPEC = ModelSpec("fast", kind="scripted", deadline=100.0, timeout=60.0, retries=0)


def call(name: str, arguments: str = "{}") -> ToolCall:
    return ToolCall(name, arguments, f"id_{name}")


def pieces(said: Any) -> list[Piece]:
    """An answer as it streams."""
    if isinstance(said, str):
        cut = [said[at : at + 5] for at in range(0, len(said), 5)]
        return [*(TextPiece(each) for each in cut), End()]
    if isinstance(said, ToolCall):
        said = [said]
    found: list[Piece] = []
    for number, each in enumerate(said):
        if not isinstance(each, ToolCall):
            found.append(each)
            continue
        half = len(each.arguments) // 2
        found.append(ToolPiece(number, each.name, each.arguments[:half], each.id))
        found.append(ToolPiece(number, "", each.arguments[half:]))
    if not any(isinstance(each, End) for each in found):
        found.append(End("tool_calls"))
    return found


@dataclass
class Answers:
    """A language model. What it is asked is in ``asked``; the last answer is given for ever."""

    answers: list[Any]
    spec: ModelSpec = SPEC
    asked: list[ChatRequest] = field(default_factory=list)
    closed: int = 0
    """How many requests were closed before they had ended."""

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(request)
        if isinstance(answer, ModelError):
            raise answer
        ended = False
        try:
            for piece in pieces(answer):
                await asyncio.sleep(0)
                ended = isinstance(piece, End)
                yield piece
        finally:
            self.closed += not ended


@dataclass
class Planned:
    """What came of one turn."""

    decisions: list[Decision]
    model: Answers
    request: Request

    @property
    def last(self) -> Any:
        return self.decisions[-1]

    @property
    def told(self) -> str:
        """What the second request told the model."""
        return "\n".join(str(m.get("content")) for m in self.model.asked[-1].messages[-1:])


def decide_all(planner: Planner, request: Request) -> list[Decision]:
    async def run() -> list[Decision]:
        return [each async for each in planner.decide(request)]

    return asyncio.run(run())


@pytest.fixture
def answering() -> Callable[..., Answers]:
    """Answers to a language model that gives them, one after the other."""
    return lambda *answers: Answers(list(answers))


@pytest.fixture
def plan(request_for: Make) -> Callable[..., Planned]:
    """Words and the model's answers to what the planner decides."""
    texts = load_texts()

    def run(
        said: str,
        *answers: Any,
        memory: ConversationState | None = None,
        settings: Settings | None = None,
        spec: ModelSpec = SPEC,
        doubts: Any = None,
        **changes: Any,
    ) -> Planned:
        model = Answers(list(answers), spec)
        settings = settings or Settings(planning="one_call")
        more = () if doubts is None else (doubts,)
        planner = Planner("fast", model, texts, settings, *more)
        request = replace(request_for(said, memory), **changes)
        return Planned(decide_all(planner, request), model, request)

    return run


def finals(decisions: Iterable[Decision]) -> int:
    return sum(each.final for each in decisions)
