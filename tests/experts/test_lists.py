from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.catalog.build import build_folder
from alexa_cli.catalog.modules import load_function
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.experts.conftest import Played

    Split = Callable[..., list[str]]


@pytest.fixture
def lists(play: Callable[[str], Played]) -> Played:
    return play("lists")


@pytest.fixture
def split(repo: Path) -> Split:
    return load_function(build_folder(repo / "experts" / "lists").usable(), "items:split_items")


def on(lists: Played, name: str = "shopping") -> list[str]:
    value: Any = lists.call("read_list", list=name).value
    return list(value["items"])


@pytest.mark.parametrize(
    ("said", "items"),
    [
        ("milk", ["milk"]),
        ("milk and eggs", ["milk", "eggs"]),
        ("milk, eggs and bread", ["milk", "eggs", "bread"]),
        ("milk, eggs, and bread", ["milk", "eggs", "bread"]),
        ("milk eggs and bread", ["milk", "eggs", "bread"]),
        ("mac and cheese", ["mac and cheese"]),
        ("Mac and Cheese, salt and pepper and ham", ["Mac and Cheese", "salt and pepper", "ham"]),
        ("two and a half pounds of beef and rice", ["two and a half pounds of beef", "rice"]),
        ("a loaf of bread & two dozen eggs", ["a loaf of bread", "two dozen eggs"]),
        ("some oat milk", ["oat milk"]),
        ("peanut butter", ["peanut butter"]),
        ("cream cheese and garlic bread", ["cream cheese", "garlic bread"]),
        ("candy", ["candy"]),
        ("sandwich bread and brandy", ["sandwich bread", "brandy"]),
        ("milk and milk", ["milk"]),
    ],
)
def test_what_is_said_is_split_into_items(split: Split, said: str, items: list[str]) -> None:
    assert split(said) == items


@pytest.mark.parametrize(
    ("said", "items"),
    [
        ("call mom and dad", ["call mom and dad"]),
        ("call mom and buy stamps", ["call mom", "buy stamps"]),
        ("pack socks, shoes and a hat, then water the plants",
         ["pack socks, shoes and a hat", "water the plants"]),
        ("some thinking", ["some thinking"]),
    ],
)  # fmt: skip
def test_tasks_are_split_before_a_verb_only(split: Split, said: str, items: list[str]) -> None:
    assert split(said, tasks=True) == items


def test_no_word_is_lost_or_made_up(split: Split) -> None:
    vocabulary = ["milk", "eggs", "mac", "cheese", "and", "salt", "pepper", "two", "a", "half"]

    @given(st.lists(st.sampled_from(vocabulary), max_size=8), st.booleans())
    def check(said: list[str], tasks: bool) -> None:
        items = " ".join(split(" ".join(said), tasks=tasks)).split()
        assert set(items) <= set(said)
        assert set(said) - {"and"} <= set(items)

    check()


def test_items_are_added_and_read(lists: Played) -> None:
    assert lists.say("read_list", list="shopping") == "Your shopping list is empty."
    assert lists.say("add_items", items="milk, eggs and bread", list="shopping") == (
        "Added milk, eggs and bread to your shopping list."
    )
    assert lists.say("add_goods", first="butter", second="eggs") == (
        "Added butter to your shopping list. Already there: eggs."
    )
    assert lists.say("read_list", list="shopping") == (
        "Your shopping list has 4 items: milk, eggs, bread and butter."
    )
    assert lists.say("count_items", list="shopping") == "Your shopping list has 4 items."
    assert on(lists, "to-do") == []


def test_tasks_are_quoted(lists: Played) -> None:
    assert lists.say("add_items", items="call mom and dad", list="to-do") == (
        "Added “call mom and dad” to your to-do list."
    )
    assert lists.say("remove_items", items="call mom and dad") == (
        "Removed “call mom and dad” from your to-do list."
    )


def test_what_is_there_is_not_added_again(lists: Played) -> None:
    lists.call("add_items", items="tomatoes", list="shopping")
    returned = lists.call("add_items", items="a tomato", list="shopping")
    assert returned.say == "Already on your shopping list: a tomato."
    assert returned.undo is None
    assert on(lists) == ["tomatoes"]


@pytest.mark.parametrize("items", ["this", "it", "something", "the item"])
def test_words_that_name_nothing_are_refused(lists: Played, items: str) -> None:
    with pytest.raises(AlexaError, match="Say what to add"):
        lists.call("add_items", items=items, list="shopping")
    assert on(lists) == []


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("milk", ["oat milk"]),
        ("the eggs", ["two dozen eggs"]),
        ("an egg", ["two dozen eggs"]),
        ("salt and pepper", ["salt and pepper"]),
        ("oat milk and eggs", ["oat milk", "two dozen eggs"]),
        ("item three", ["salt and pepper"]),
        ("the last item", ["cherries"]),
        ("the second one", ["two dozen eggs"]),
        ("cherry", ["cherries"]),
    ],
)
def test_items_are_found_by_what_people_call_them(
    lists: Played, said: str, gone: list[str]
) -> None:
    things = "oat milk, two dozen eggs, salt and pepper, cherries"
    lists.call("add_items", items=things, list="shopping")
    before = on(lists)
    returned = lists.call("remove_items", items=said, list="shopping")
    assert [item for item in before if item not in on(lists)] == gone
    lists.undo(returned)
    assert on(lists) == before


def test_removing_what_is_not_clear_or_not_there_changes_nothing(lists: Played) -> None:
    with pytest.raises(AlexaError, match="Your shopping list is empty"):
        lists.call("remove_items", items="milk", list="shopping")
    lists.call("add_items", items="oat milk, whole milk", list="shopping")
    with pytest.raises(AlexaError, match="Say which one: oat milk or whole milk"):
        lists.call("remove_items", items="milk", list="shopping")
    with pytest.raises(AlexaError, match="Your shopping list doesn't have bread"):
        lists.call("remove_items", items="oat milk and bread", list="shopping")
    with pytest.raises(AlexaError, match="None of your lists has bread"):
        lists.call("remove_items", items="the bread")
    assert on(lists) == ["oat milk", "whole milk"]


def test_without_a_list_the_only_one_that_has_it_is_meant(lists: Played) -> None:
    lists.call("create_list", name="camping")
    lists.call("add_items", items="milk and soap", list="shopping")
    lists.call("add_items", items="soap", list="camping")
    assert lists.say("remove_items", items="milk") == "Removed milk from your shopping list."
    with pytest.raises(AlexaError, match="on your shopping list and your camping list"):
        lists.call("remove_items", items="soap")


def test_whether_something_is_there(lists: Played) -> None:
    lists.call("add_items", items="oat milk and whole milk", list="shopping")
    assert lists.say("has_item", items="milk", list="shopping") == (
        "Yes, your shopping list has oat milk and whole milk."
    )
    assert lists.say("has_item", items="any milk", list="to-do") == (
        "No, your to-do list doesn't have “milk”."
    )
    assert lists.say("has_item", items="whole milk") == "Yes, your shopping list has whole milk."
    assert lists.say("has_item", items="tea") == "No, none of your lists has tea."


def test_lists_are_made_and_known_by_their_name(lists: Played) -> None:
    assert lists.say("create_list", name="a new Packing list") == "Created a Packing list."
    names = lists.names("list_names")
    for said in ("packing list", "packing", "the packing list"):
        assert [match.id for match in names.find(said)] == ["packing"], said
    assert [match.id for match in names.find("grocery list")] == ["shopping"]
    assert [match.id for match in names.find("list")] == ["shopping"]
    assert [match.id for match in names.find("to dos")] == ["to-do"]
    assert lists.say("list_lists") == (
        "You have 3 lists: shopping (empty), to-do (empty) and Packing (empty)."
    )


@pytest.mark.parametrize("name", ["shopping", "grocery", "my to-do list", "packing"])
def test_a_list_is_not_made_twice(lists: Played, name: str) -> None:
    lists.call("create_list", name="packing")
    returned = lists.call("create_list", name=name)
    assert returned.say is not None
    assert returned.say.startswith("You already have a ")
    assert returned.undo is None
    assert len(lists.names("list_names")) == 3


def test_a_name_without_a_word_is_refused(lists: Played) -> None:
    with pytest.raises(AlexaError, match="needs a name"):
        lists.call("create_list", name="🎉")


def test_deleting_the_shopping_list_empties_it(lists: Played) -> None:
    lists.call("add_items", items="milk", list="shopping")
    assert lists.say("delete_list", list="shopping") == "Your shopping list is empty now."
    assert len(lists.names("list_names")) == 2


def test_a_list_that_is_gone_is_an_honest_failure(lists: Played) -> None:
    with pytest.raises(AlexaError, match="There is no book club list"):
        lists.call("read_list", list="book-club")


@pytest.mark.parametrize(
    ("api", "arguments"),
    [
        ("add_items", {"items": "tea and milk", "list": "shopping"}),
        ("add_goods", {"first": "tea"}),
        ("remove_items", {"items": "eggs and milk", "list": "shopping"}),
        ("clear_list", {"list": "shopping"}),
        ("create_list", {"name": "gifts"}),
        ("delete_list", {"list": "camping"}),
        ("delete_list", {"list": "shopping"}),
    ],
)
def test_every_change_can_be_taken_back(lists: Played, api: str, arguments: dict[str, Any]) -> None:
    lists.call("create_list", name="camping")
    lists.call("add_items", items="tent and rope", list="camping")
    lists.call("add_items", items="milk, bread and eggs", list="shopping")

    def all_of_it() -> list[object]:
        return [(each.id, on(lists, each.id)) for each in lists.names("list_names")]

    before = all_of_it()
    returned = lists.call(api, **arguments)
    assert all_of_it() != before
    lists.undo(returned)
    assert all_of_it() == before


def test_undo_leaves_what_others_added_since(lists: Played) -> None:
    returned = lists.call("add_items", items="milk", list="shopping")
    lists.call("add_items", items="bread", list="shopping")
    lists.undo(returned)
    assert on(lists) == ["bread"]


def test_clearing_asks_first(lists: Played) -> None:
    assert lists.expert.apis["clear_list"].confirm
    assert lists.expert.apis["delete_list"].confirm
    assert not lists.expert.apis["remove_items"].confirm


def test_adding_to_two_lists_is_taken_back_whole(lists: Played) -> None:
    done = lists.call("add_to_two", items="milk", list="shopping", more="call mom", other="to-do")
    assert done.say == "Added milk to your shopping list. Added “call mom” to your to-do list."
    lists.undo(done)
    assert lists.say("read_list", list="shopping") == "Your shopping list is empty."
    assert lists.say("read_list", list="to-do") == "Your to-do list is empty."


def test_two_lists_of_which_one_had_it_take_back_the_other_only(lists: Played) -> None:
    lists.call("add_items", items="milk", list="shopping")
    done = lists.call("add_to_two", items="milk", list="shopping", more="call mom", other="to-do")
    lists.undo(done)
    assert lists.say("read_list", list="shopping") == "Your shopping list has 1 item: milk."
    assert lists.say("read_list", list="to-do") == "Your to-do list is empty."
