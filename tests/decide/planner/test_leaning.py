"""Which words lean on what was said before, and which stand alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.decide.model import Request
from alexa_cli.decide.planner.leaning import leans, leans_back
from alexa_cli.language.text import words
from alexa_cli.turn import Plan, Question

Make = Callable[..., Request]

LEANS = """
turn it off
and the kitchen
what about tomorrow
how about the bedroom then
make it ten minutes
make that twenty
no, the other one
the blue one
do the same in the hall
turn them all off
call her back
what's his number
set another one for the pasta
a bit brighter please
that's too loud
tell me more about that
why is that
what did you say
what did I ask you before
are you sure about the door
put it on the list as well
add some bread too
not the kitchen, the bedroom
five more minutes
is it locked
and turn on the fan
but only upstairs
can you repeat that
I meant the bathroom
is she home
who wrote it
when was he born
those lights are too bright
also lock the door
actually cancel the timer
set the others to fifty percent
is there anything else on the list
the second one
instead play some jazz
do that again
dim those to ten percent
turn this off
you said it would rain
delete that
how old is she
go back to the previous song
how much time is left on it
""".strip().splitlines()

STANDS = """
turn on the kitchen light
set a timer for ten minutes
what time is it
is it raining
is it going to rain tomorrow
what is the weather like this evening
will it be cold tonight
remind me that the milk is off
note that the car needs oil
what day is it
remind me to call mom this afternoon
add milk and eggs to the shopping list
what is the tallest mountain in the world
play tom and jerry
call meg jones
turn off all the lights in the living room
wake me up at six tomorrow morning
how many timers are there
is there a timer running
make sure that the front door is locked
tell me a joke
what's on my calendar this week
set the thermostat to seventy two degrees
add more milk to the shopping list
turn the volume up to five
what is one plus one
set a timer for one hour
text dad that dinner is ready
is the garage door open
who won the world cup this year
start the vacuum in the hall
remind me to close the window when it rains
make the desk lamp brighter
make the bedroom a bit cooler
remind me that it is trash day
""".strip().splitlines()


@pytest.mark.parametrize("said", LEANS)
def test_what_points_back_leans(said: str) -> None:
    assert leans_back(words(said))


@pytest.mark.parametrize("said", STANDS)
def test_what_stands_alone_does_not_lean(said: str) -> None:
    assert not leans_back(words(said))


def test_a_fragment_leans_whatever_it_says(request_for: Make) -> None:
    assert leans(request_for("kitchen"))
    assert leans(request_for("ten minutes"))
    assert leans(request_for("kitchen too"))
    assert not leans(request_for("set an alarm"))
    assert not leans(request_for("play jazz"))
    assert leans(request_for("play it"))


def test_what_follows_a_question_leans(request_for: Make) -> None:
    request = request_for("turn on the kitchen light")
    assert not leans(request)
    asked = Question("Which one?", "open", Plan(()))
    assert leans(replace(request, question=asked))


def test_words_of_a_language_without_a_table_lean(request_for: Make) -> None:
    request = request_for("mach das licht in der küche an")
    assert leans(replace(request, moment=replace(request.moment, language="de")))


@given(st.lists(st.sampled_from(sorted({w for s in LEANS + STANDS for w in words(s)})), max_size=8))
def test_any_words_are_judged(said: list[str]) -> None:
    assert leans_back(said) in {True, False}
    if "them" in said:
        assert leans_back(said)
