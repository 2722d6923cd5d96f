"""People to call and to write to, from the household's list ``contacts``.

Calling and messaging need something that can do it. Name it in config.yaml and it runs in place
of the functions here:

    experts:
      hooks:
        contacts.call: {shell: [dial, "$contact.phone"]}
        contacts.message: {shell: [send-text, "$contact.phone", "$text"]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

SPOKEN = {"phone": "number", "email": "email address", "address": "address"}
_SEVERAL = 2


def call(context: HandlerContext, contact: str) -> None:
    """Fail honestly: nothing is set that could call. A hook replaces this."""
    entry = _entry(context, contact)
    raise AlexaError(
        f"I can't call {entry.name}: no hook is set for calls. "
        'Set experts.hooks in config.yaml: contacts.call: {shell: [dial, "$contact.phone"]}.'
    )


def message(context: HandlerContext, contact: str, text: str) -> None:
    """Fail honestly: nothing is set that could send. A hook replaces this."""
    del text
    entry = _entry(context, contact)
    raise AlexaError(
        f"I can't message {entry.name}: no hook is set for messages. Set experts.hooks in "
        'config.yaml: contacts.message: {shell: [send-text, "$contact.phone", "$text"]}.'
    )


def look_up(context: HandlerContext, contact: str, detail: str = "phone") -> Result:
    """Say what is known about someone."""
    entry = _entry(context, contact)
    found = entry.attributes.get(detail)
    noun = SPOKEN.get(detail, detail)
    if not found:
        return Result({detail: None}, say=f"I don't have {_article(noun)} {noun} for {entry.name}.")
    return Result({detail: found}, say=f"{_possessive(entry.name)} {noun} is {found}.")


def list_contacts(context: HandlerContext) -> Result:
    """Say who is in the contacts."""
    people = [entry.name for entry in context.household.contacts]
    if not people:
        return Result(
            {"contacts": []}, say="You have no contacts. Add them to your household file."
        )
    count = "1 contact" if len(people) == 1 else f"{len(people)} contacts"
    return Result({"contacts": people}, say=f"You have {count}: {_joined(people)}.")


def emergency() -> Result:
    """Say at once that this is no way to get help."""
    return Result({}, say="I can't call emergency services. Use a phone, right away.")


def _entry(context: HandlerContext, contact: str) -> Any:  # noqa: ANN401 - a Name, of a room that experts do not import
    entry = context.household.contacts.get(contact)
    if entry is None:
        raise AlexaError(f"There is no contact {contact!r}.")
    return entry


def _possessive(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def _joined(names: list[str]) -> str:
    return names[0] if len(names) < _SEVERAL else f"{', '.join(names[:-1])} and {names[-1]}"
