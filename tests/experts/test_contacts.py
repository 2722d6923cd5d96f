from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alexa_cli.catalog.expert import Effect
from alexa_cli.context.names import NameList
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.experts.conftest import Played


@pytest.fixture
def contacts(play: Callable[[str], Played]) -> Played:
    return play("contacts")


def who(contacts: Played, said: str) -> str:
    found = contacts.lists["contacts"].find(said)
    assert len(found) == 1
    return found[0].id


def test_without_a_hook_a_call_fails_and_says_how_to_set_one(contacts: Played) -> None:
    with pytest.raises(AlexaError) as caught:
        contacts.call("call", contact=who(contacts, "meg jones"))
    assert str(caught.value) == (
        "I can't call Meg Jones: no hook is set for calls. Set experts.hooks in config.yaml: "
        'contacts.call: {shell: [dial, "$contact.phone"]}.'
    )


def test_without_a_hook_nothing_is_sent(contacts: Played) -> None:
    with pytest.raises(AlexaError, match=r"contacts\.message: \{shell: \[send-text"):
        contacts.call("message", contact=who(contacts, "meg jones"), text="hello")


@pytest.mark.parametrize(
    ("said", "detail", "reply"),
    [
        ("meg jones", "phone", "Meg Jones' number is +1 555 0110."),
        ("mom", "email", "Jordan Rivera's email address is jordan@example.org."),
        ("mom", "address", "I don't have an address for Jordan Rivera."),
        ("the vet", "email", "I don't have an email address for Lakeside Veterinary."),
    ],
)
def test_what_is_known_is_said_and_what_is_not_is_admitted(
    contacts: Played, said: str, detail: str, reply: str
) -> None:
    assert contacts.say("look_up", contact=who(contacts, said), detail=detail) == reply


def test_everybody_is_listed(contacts: Played) -> None:
    said = contacts.say("list_contacts")
    count = len(contacts.lists["contacts"])
    assert said.startswith(f"You have {count} contacts: ")
    for entry in contacts.lists["contacts"]:
        assert entry.name in said
    contacts.lists["contacts"] = NameList("contacts")
    assert contacts.say("list_contacts").startswith("You have no contacts.")


def test_a_contact_that_is_gone_fails(contacts: Played) -> None:
    with pytest.raises(AlexaError, match="no contact 'nobody'"):
        contacts.call("look_up", contact="nobody", detail="phone")


def test_emergency_services_are_not_promised(contacts: Played) -> None:
    assert contacts.say("emergency") == (
        "I can't call emergency services. Use a phone, right away."
    )


def test_a_call_rings_at_once_and_a_message_is_confirmed(contacts: Played) -> None:
    apis = contacts.expert.apis
    assert (apis["call"].effect, apis["call"].confirm) == (Effect.IRREVERSIBLE, False)
    assert (apis["message"].effect, apis["message"].confirm) == (Effect.IRREVERSIBLE, True)
