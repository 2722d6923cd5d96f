"""A language model's own question: it waits for the next words, which go through the cascade."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.model import Request
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.sentences import Sentences
from alexa_cli.models.failures import NoAnswer
from alexa_cli.turn import Argument, Call, Decision, Pass, Plan, Question

from .conftest import NOW, Play

Make = Callable[..., Play]
ASKS = Question("Which room shall I light?", "open", Plan(()), model="slow")
LIGHT = Plan((Call("shed", "light", {"area": Argument("kitchen", "the kitchen")}),), "slow")


@dataclass
class Talks:
    """Asks first; then says what it was given."""

    then: Decision | Exception
    seen: list[Question | None] = field(default_factory=list)
    name: str = "slow"

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        self.seen.append(request.question)
        if request.question is None:
            yield ASKS
        elif isinstance(self.then, Exception):
            raise self.then
        else:
            yield self.then


def with_model(make: Make, talks: Talks) -> Play:
    return make(decider=Cascade([Reflex(), Sentences(), talks]))


def test_the_next_words_are_its_answer(make: Make) -> None:
    talks = Talks(LIGHT)
    play = with_model(make, talks)
    first = play.say("make it bright in here")
    assert (first.reply, first.status) == (ASKS.text, "question")
    assert play.say("the one where I cook").status == "done"
    assert play.state("lit") == ["kitchen"]
    asked = talks.seen[1]
    assert asked is not None
    assert (asked.kind, asked.text) == ("open", ASKS.text)
    play.say("make it bright in here")
    assert talks.seen[2] is None, "the question was answered"


def test_it_is_asked_once_more_then_dropped(make: Make) -> None:
    talks = Talks(Pass("no idea"))
    play = with_model(make, talks)
    play.say("make it bright in here")
    again = play.say("purple elephants")
    assert (again.reply, again.status) == ("Sorry, which room shall I light?", "question")
    assert play.say("purple elephants").status == "not_understood"
    play.say("make it bright in here")
    assert talks.seen[-1] is None


def test_a_full_command_drops_it(make: Make) -> None:
    talks = Talks(LIGHT)
    play = with_model(make, talks)
    play.say("make it bright in here")
    assert play.say("light the bedroom").status == "done"
    play.say("make it bright in here")
    assert talks.seen == [None, None]


def test_it_expires(make: Make) -> None:
    talks = Talks(LIGHT)
    play = with_model(make, talks)
    play.say("make it bright in here")
    play.say("the one where I cook", now=NOW + timedelta(minutes=6))
    assert talks.seen == [None, None]


def test_without_the_model_it_is_dropped_and_the_reason_told(make: Make) -> None:
    play = with_model(make, Talks(NoAnswer("slow cannot be reached")))
    play.say("make it bright in here")
    said = play.say("the one where I cook")
    assert said.status == "unreachable"
    assert said.reply.startswith("slow cannot be reached.")
