"""What is wished for without a verb for it stands; what only sounds like a wish does not."""

from __future__ import annotations

from typing import Any

import pytest

from alexa_cli.context.conversation import ConversationState, Exchange
from alexa_cli.guard.ways import wished

ON, OFF = "smart_home.turn_on", "smart_home.turn_off"
ADD, TIMER = "lists.add_items", "timers.set_timer"
WARMER, BRIGHTER = "smart_home.change_temperature", "smart_home.change_brightness"


@pytest.mark.parametrize(
    ("say", "name", "arguments"),
    [
        # something is needed, or would be good; there is enough of it, or it may rest
        ("it is a bit dark, the reading lamp would be nice", ON, {"device": "reading lamp"}),
        ("so sprinklers please", ON, {"device": "sprinklers"}),
        ("no need for the porch light during the day", OFF, {"device": "porch light"}),
        ("the dryer can stop now", OFF, {"device": "dryer"}),
        ("i don't need the hall light or the kitchen light any more", OFF,
         {"device": "kitchen light"}),
        # what has run out, on the list that is meant where none is named
        ("we're out of oat milk", ADD, {"items": "oat milk", "list": "shopping"}),
        ("there's no butter left", ADD, {"items": "butter", "list": "shopping"}),
        ("could use batteries next time we shop", ADD, {"items": "batteries", "list": "shopping"}),
        ("i have picked up the eggs, so they can come off", "lists.check_off", {"items": "eggs"}),
        # an amount, its unit said before
        ("the pasta needs eleven minutes", TIMER, {"duration": "eleven minutes", "name": "pasta"}),
        ("potatoes need 25 minutes and the beans want 10", TIMER,
         {"duration": "10 minutes", "name": "beans"}),
        # a choice, by its words or by a comparison
        ("they need more light in the dining room", BRIGHTER,
         {"tone": "more light", "area": "dining room"}),
        ("it's chilly, two degrees more", WARMER, {"change": "up", "degrees": "2"}),
        # a place, told apart by the kind; a scene, which nothing else takes
        ("some light in the bathroom please", ON, {"area": "bathroom"}),
        ("everyone's in bed, so good night to the house", "smart_home.activate_scene",
         {"scene": "good night"}),
        # a name that reaches over a comma
        ("i'm dying for a coffee, get the machine going", ON, {"device": "coffee maker"}),
        ("both the floor lamp and the reading lamp should be on", ON, {"device": "floor lamp"}),
    ],
)  # fmt: skip
def test_a_wish_stands(trace: Any, say: str, name: str, arguments: dict[str, Any]) -> None:
    assert trace(say, name, **arguments) == ""


@pytest.mark.parametrize(
    ("say", "name", "arguments"),
    [
        # the other way
        ("i need the reading lamp", OFF, {"device": "reading lamp"}),
        ("no more sprinklers for today", ON, {"device": "sprinklers"}),
        ("more light from the floor lamp please", BRIGHTER,
         {"tone": "less light", "device": "floor lamp"}),
        ("it's roasting in the living room, do something about the heat", WARMER,
         {"change": "increase", "area": "living room"}),
        ("it's too hot in the bedroom, sort it out", WARMER,
         {"feeling": "hotter", "area": "bedroom"}),
        ("i need the reading lamp", "smart_home.set_brightness",
         {"level": "full blast", "device": "reading lamp"}),
        # about something else
        ("the coffee maker needs cleaning", ON, {"device": "coffee maker"}),
        ("we need a better coffee maker", ON, {"device": "coffee maker"}),
        ("i don't want the ceiling fan to break", OFF, {"device": "ceiling fan"}),
        ("the dryer should be on sale", ON, {"device": "dryer"}),
        ("we need to talk", ADD, {"items": "talk", "list": "shopping"}),
        ("i need the reading lamp", ADD, {"items": "reading lamp", "list": "shopping"}),
        ("we have enough milk", "lists.remove_items", {"items": "milk", "list": "shopping"}),
        # a question, a story, what is so, what is to stay so
        ("would it be good to have the sprinklers on at noon?", ON, {"device": "sprinklers"}),
        ("we have enough light from the floor lamp, don't we?", OFF, {"device": "floor lamp"}),
        ("must we lock the back door every night", "smart_home.lock", {"device": "back door"}),
        ("someone left the front light on all night", ON, {"device": "front light"}),
        ("sam painted his night light green", "smart_home.set_colour",
         {"colour": "green", "device": "night light"}),
        ("nobody ever shuts the curtains", "smart_home.close_cover", {"kind": "curtains"}),
        ("the garage light is off", OFF, {"device": "garage light"}),
        ("leave the porch light alone", ON, {"device": "porch light"}),
        # what cannot be undone needs a command
        ("mom must be on her way", "contacts.call", {"contact": "mom"}),
        ("we could use more time with grandma", "contacts.call", {"contact": "grandma"}),
        # what was taken back, and another part of the same words
        ("turn off the porch light, no wait, the string lights", OFF, {"device": "porch light"}),
        ("set a timer for ten minutes, no wait, twelve minutes", TIMER,
         {"duration": "ten minutes"}),
        ("string lights on and the porch light off", ON, {"device": "porch light"}),
    ],
)  # fmt: skip
def test_what_only_sounds_like_one_does_not(
    trace: Any, say: str, name: str, arguments: dict[str, Any]
) -> None:
    assert trace(say, name, **arguments) != ""


def test_a_name_alone_goes_on_from_the_users_last_command(trace: Any) -> None:
    memory = ConversationState(history=(Exchange("turn on the reading lamp", "It is on."),))
    for say in ("the floor lamp", "i meant the floor lamp"):
        request = trace.request(say, memory)
        plans = [
            trace.plan(request, trace.call(request, name, {"device": device})).calls[0].doubt
            for name, device in ((ON, "floor lamp"), (OFF, "floor lamp"), (ON, "sprinklers"))
        ]
        assert [bool(doubt) for doubt in plans] == [False, True, True]


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ("the lamp would be nice", {"start", "set"}), ("no need for it", {"end"}),
        ("that is enough", {"end"}), ("a bit less please", {"less"}),
        ("there is no milk", {"lack"}), ("i want more", {"more", "start"}),
        ("the lamp was nice", set()), ("it is off", set()), ("never do that", set()),
    ],
)  # fmt: skip
def test_which_way_words_go(words: str, ways: set[str]) -> None:
    assert wished(words.split()) == ways
