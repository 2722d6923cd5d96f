"""Answers that say something was done although no tool was called."""

from __future__ import annotations

import pytest

from alexa_cli.decide.planner.claims import claims_to_act

APIS = ["on", "set_timer", "water_plants", "make_coffee"]


@pytest.mark.parametrize(
    "text",
    [
        "I've turned on the kitchen light.", "I have set a timer for ten minutes.",
        "I'll add milk to the list.", "Sure, I'm turning it off.", "Okay! Setting the timer now.",
        "Done.", "All done!", "Turning on the light.", "I've just locked the door.",
        "I added milk.", "I set it.", "The light is now on.", "Your timer has been set.",
        "I'm going to call Meg.", "Let me turn that off for you.", "I've watered the plants.",
        "Of course, I made coffee.", "Sure! The lights are now off.", "Done, the door is locked.",
    ],
)  # fmt: skip
def test_a_claim_is_found(text: str) -> None:
    assert claims_to_act(text, APIS)


@pytest.mark.parametrize(
    "text",
    [
        "Paris is the capital of France.", "I can turn lights on and off.", "I'm fine, thanks.",
        "I have no idea.", "You can set a timer by saying so.", "I'd rather not.",
        "The sky is blue because of scattering.", "I'll tell you a joke.", "Setbacks are normal.",
        "Turn left at the corner.", "I call that a good day.", "", "Great question!",
        "Water boils at a hundred degrees.", "The film has been called a masterpiece.",
        "The show is now on every evening at eight.", "The word set has many meanings.",
    ],
)  # fmt: skip
def test_talk_is_no_claim(text: str) -> None:
    assert not claims_to_act(text, APIS)
