"""The list ``members``: everybody and everything in the home that has a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alexa_cli.catalog import HandlerContext

LISTS = {"people": "people", "pets": "pets", "rooms": "areas", "devices": "devices"}
"""Lists of the house, to the sections of a household; of two with one name the first is meant."""


def names(context: HandlerContext) -> list[dict[str, Any]]:
    """Every member, with an identifier that says of which section it is."""
    return list(_members(context))


def _members(context: HandlerContext) -> Iterator[dict[str, Any]]:
    taken: set[str] = set()
    for listed, section in LISTS.items():
        for entry in getattr(context.household, listed):
            forms = [entry.name, *entry.aliases]
            if listed == "people":
                forms += [str(entry.name).split()[0], *(f"{form}'s" for form in forms)]
            elif listed == "devices" and (room := entry.attributes.get("area_name")):
                forms.append(f"{room} {entry.name}")
            free = [form for form in dict.fromkeys(forms) if form.lower() not in taken]
            taken |= {form.lower() for form in free}
            if free:
                attributes = {"section": section, "member": entry.id}
                yield {
                    "id": f"{section}/{entry.id}", "name": free[0], "aliases": free[1:],
                    "attributes": attributes,
                }  # fmt: skip
