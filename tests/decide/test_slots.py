from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.catalog.expert import Api, Effect, Example, Mark, Parameter
from alexa_cli.decide.slots import fill, learn

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.decide.model import Request


def marked(text: str) -> Example:
    """``forget [the milk](message)`` to an example."""
    plain, marks = "", []
    while "[" in text:
        before, _, rest = text.partition("[")
        inside, _, rest = rest.partition("](")
        name, _, text = rest.partition(")")
        plain += before
        marks.append(Mark(len(plain), len(plain) + len(inside), name))
        plain += inside
    return Example(plain + text, tuple(marks))


def api(parameters: list[Parameter], *examples: str) -> Api:
    return Api("test", "do", "", Effect.READ, parameters={p.name: p for p in parameters},
               examples={"en": tuple(marked(text) for text in examples)})  # fmt: skip


def free(name: str) -> Parameter:
    return Parameter(name, {"type": "string"})


REMIND = api(
    [free("message"), Parameter("due", {"type": "string"}, x_type="datetime")],
    "don't let me forget [the milk](message) [at six](due)",
    "remind me to [call mom](message) [tomorrow at noon](due)",
    "I need to [buy stamps](message)",
    "[at eight](due) tell me to [feed the cat](message)",
)
DEVICE = Parameter("device", {"type": "string"}, x_list="devices")
PLAY = api(
    [free("song"), free("artist")],
    "play [yesterday](song) by [the beatles](artist)",
    "put on [hello](song) by [adele](artist)",
    "play the song [imagine](song)",
)


@pytest.mark.parametrize(
    ("target", "said", "found"),
    [
        (REMIND, "don't let me forget the Eggs at seven",
         {"message": "the Eggs", "due": "at seven"}),
        (REMIND, "please don't let me forget the laundry", {"message": "the laundry"}),
        (REMIND, "remind me to water the plants at half past six",
         {"message": "water the plants", "due": "at half past six"}),
        (REMIND, "at nine tell me to lock up", {"message": "lock up", "due": "at nine"}),
        (REMIND, "something at nine", {"due": "at nine"}),
        (REMIND, "nothing of the kind", {}),
        (PLAY, "play heroes by david bowie", {"song": "heroes", "artist": "david bowie"}),
        (PLAY, "could you put on thriller by michael jackson",
         {"song": "thriller", "artist": "michael jackson"}),
        (PLAY, "play the song let it be", {"song": "let it be"}),
    ],
)  # fmt: skip
def test_slots_are_filled_from_marked_patterns_and_grammars(
    request_for: Callable[[str], Request], target: Api, said: str, found: dict[str, str]
) -> None:
    assert fill(target, request_for(said)) == found


def test_a_free_string_comes_only_from_marked_patterns(
    request_for: Callable[[str], Request],
) -> None:
    unmarked = api([free("message")], "remind me to call mom")
    assert fill(unmarked, request_for("remind me to call mom")) == {}


def test_listed_and_chosen_parameters_are_found_anywhere(
    request_for: Callable[[str], Request],
) -> None:
    tone = Parameter("tone", {"type": "string"}, choices={"down": ("darker", "dimmer"), "up": ()})
    target = api([DEVICE, tone])
    found = fill(target, request_for("would you make the kitchen light dimmer"))
    assert found == {"device": "the kitchen light", "tone": "dimmer"}


def test_a_learned_context_decides_between_two_of_one_type(
    request_for: Callable[[str], Request],
) -> None:
    start = Parameter("start", {"type": "number"}, x_type="number")
    end = Parameter("end", {"type": "number"}, x_type="number")
    target = api([end, start], "count from [one](start) to [ten](end)", "up to [ten](end)")
    assert fill(target, request_for("count from five to nine")) == {"start": "five", "end": "nine"}
    assert fill(target, request_for("count up to nine from five")) == {
        "start": "five", "end": "nine",
    }  # fmt: skip


def test_the_longest_span_wins(request_for: Callable[[str], Request]) -> None:
    target = api([Parameter("duration", {"type": "number"}, x_type="duration")])
    said = "wait an hour and a half"
    assert fill(target, request_for(said)) == {"duration": "an hour and a half"}


def test_patterns_are_learned_with_their_neighbours() -> None:
    (first, second) = (learn((marked("forget [the milk](a) [at six](b)"),))[n][0] for n in "ab")
    assert first.left == ("forget", "<s>")
    assert first.right == ("<mark>",)
    assert first.inside == ("the", "milk")
    assert second.left == ("<mark>",)
    assert second.right == ("</s>",)


WORDS = st.lists(
    st.sampled_from("forget the milk at six remind me to tomorrow noon by play song tell".split()),
    min_size=1, max_size=20,
)  # fmt: skip


@given(WORDS)
def test_spans_never_overlap_and_are_the_users_own_words(
    request_for: Callable[[str], Request], said: list[str]
) -> None:
    text = " ".join(said)
    found = fill(REMIND, request_for(text))
    assert set(found) <= set(REMIND.parameters)
    assert all(span in text for span in found.values())
    assert sum(len(span.split()) for span in found.values()) <= len(said)
    assert found == fill(REMIND, request_for(text))


def test_many_parameters_and_a_long_text_are_bounded(
    request_for: Callable[[str], Request],
) -> None:
    many = [Parameter(f"n{i}", {"type": "number"}, x_type="number") for i in range(20)]
    target = api(many)
    found = fill(target, request_for(" then ".join(["five"] * 60)))
    assert len(found) == 10
