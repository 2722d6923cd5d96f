"""Lists with names, kept in the expert's own store. Items keep the user's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .items import MAX_TEXT, bare, find, joined, no_items, split_items, stems, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alexa_cli.catalog import HandlerContext

MAX_LISTS = 100
MAX_ITEMS = 1_000
PREFIX = "list/"
SHOPPING, TO_DO = "shopping", "to-do"
ALWAYS = {SHOPPING: "shopping", TO_DO: "to-do"}
"""The lists that are always there: identifier to name."""
_ALIASES = {
    SHOPPING: (
        "shopping", "shopping lists", "grocery list", "groceries list", "grocery", "groceries",
        "grocery shopping list", "list", "list of groceries", "shop list",
    ),
    TO_DO: (
        "to do", "to dos", "todo list", "todo", "todos", "task list", "tasks", "tasks list",
        "things to do", "things to do list", "list of things to do", "list to do", "to do lists",
        "list of tasks", "list of to dos",
    ),
}  # fmt: skip


# What the house calls -------------------------------------------------------------------


def add_items(context: HandlerContext, items: str, list: str = SHOPPING) -> Result:  # noqa: A002 - the word people use
    """Add the items that are named in ``items``."""
    return _add(context, list, split_items(items, tasks=_is_tasks(list)))


def add_to_two(context: HandlerContext, items: str, list: str, more: str, other: str) -> Result:  # noqa: A002 - as above
    """Add to two lists: both, or neither."""
    with context.store.transaction():
        one, two = add_items(context, items, list), add_items(context, more, other)
    undo: Any = one.undo or two.undo
    if one.undo and two.undo:
        arguments: Any = undo["arguments"]
        undo = {**undo, "arguments": {**arguments, "also": two.undo["arguments"]}}
    return Result([one.value, two.value], say=f"{one.say} {two.say}", undo=undo)


def add_goods(
    context: HandlerContext, first: str, second: str | None = None, third: str | None = None
) -> Result:
    """Add everyday goods to the shopping list."""
    return _add(context, SHOPPING, [item for item in (first, second, third) if item])


def add_thing(context: HandlerContext, item: str) -> Result:
    """Add one thing to the shopping list."""
    return _add(context, SHOPPING, [item])


def remove_items(context: HandlerContext, items: str, list: str | None = None) -> Result:  # noqa: A002 - as above
    """Take items off one list, or off the only list that has them."""
    with context.store.transaction():
        identifier = list or _only_list_with(context, items)
        record = _get(context, identifier)
        if not record["items"]:
            raise AlexaError(f"{_your(record)} is empty.")
        gone = _chosen(record, identifier, items)
        texts = [record["items"][place] for place in gone]
        kept = [text for place, text in enumerate(record["items"]) if place not in gone]
        _save(context, identifier, {**record, "items": kept})
    say = f"Removed {_shown(texts, identifier)} from your {_title(record)}."
    undo = _undo(identifier, insert=[[p, t] for p, t in zip(gone, texts, strict=True)])
    return Result({"list": identifier, "items": texts}, say=say, undo=undo)


def read_list(context: HandlerContext, list: str = SHOPPING) -> Result:  # noqa: A002 - as above
    """Read a list out."""
    record = _get(context, list)
    items = record["items"]
    value = {"list": list, "items": items}
    if not items:
        return Result(value, say=f"{_your(record)} is empty.")
    return Result(value, say=f"{_your(record)} has {_count(items)}: {_shown(items, list)}.")


def has_item(context: HandlerContext, items: str, list: str | None = None) -> Result:  # noqa: A002 - as above
    """Say whether something is on a list, or on any."""
    found: dict[str, Any] = {}
    for identifier, record in _all(context).items():
        there = find(record["items"], items) if list in {None, identifier} else {}
        if places := sorted({place for each in there.values() for place in each}):
            found[identifier] = [record["items"][place] for place in places]
    if found:
        parts = [f"your {_title(_get(context, i))} has {_shown(t, i)}" for i, t in found.items()]
        return Result({"found": found}, say=f"Yes, {joined(parts)}.")
    if list is None:
        return Result({"found": found}, say=f"No, none of your lists has {bare(items)}.")
    title = _title(_get(context, list))
    say = f"No, your {title} doesn't have {_shown([bare(items)], list)}."
    return Result({"found": found}, say=say)


def count_items(context: HandlerContext, list: str = SHOPPING) -> Result:  # noqa: A002 - as above
    """Say how many items a list has."""
    record = _get(context, list)
    count = _count(record["items"]) if record["items"] else "no items"
    return Result({"count": len(record["items"])}, say=f"{_your(record)} has {count}.")


def clear_list(context: HandlerContext, list: str) -> Result:  # noqa: A002 - as above
    """Take everything off a list."""
    with context.store.transaction():
        record = _get(context, list)
        _save(context, list, {**record, "items": []})
    gone = record["items"]
    if not gone:
        return Result({"list": list, "items": []}, say=f"{_your(record)} is already empty.")
    undo = _undo(list, insert=[[place, text] for place, text in enumerate(gone)])
    say = f"{_your(record)} is empty now."
    return Result({"list": list, "items": gone}, say=say, undo=undo)


def create_list(context: HandlerContext, name: str) -> Result:
    """Start an empty list."""
    said = _list_name(name)
    identifier = "-".join(words(said))
    if not identifier:
        raise AlexaError("A list needs a name.")
    with context.store.transaction():
        lists = _all(context)
        known = _known(lists, said)
        if known:
            return Result({"list": known}, say=f"You already have a {_title(lists[known])}.")
        if len(lists) >= MAX_LISTS:
            raise AlexaError(f"There are {MAX_LISTS} lists already. Delete one first.")
        number = 1 + max((record["number"] for record in lists.values()), default=0)
        _save(context, identifier, {"name": said, "items": [], "number": number})
    say = f"Created a {said} list."
    return Result({"list": identifier}, say=say, undo=_undo(identifier, drop=True))


def delete_list(context: HandlerContext, list: str) -> Result:  # noqa: A002 - as above
    """Delete a list with all that is on it."""
    if list in ALWAYS:
        return clear_list(context, list)
    with context.store.transaction():
        record = _get(context, list)
        context.store.delete(PREFIX + list)
    insert = [[place, text] for place, text in enumerate(record["items"])]
    undo = _undo(list, insert=insert, name=record["name"])
    return Result({"list": list}, say=f"Deleted your {_title(record)}.", undo=undo)


def list_lists(context: HandlerContext) -> Result:
    """Say which lists there are."""
    lists = _all(context)
    value: Any = {
        "lists": {identifier: len(record["items"]) for identifier, record in lists.items()}
    }
    parts = [f"{record['name']} ({len(record['items']) or 'empty'})" for record in lists.values()]
    return Result(value, say=f"You have {len(parts)} lists: {joined(parts)}.")


def put_back(
    context: HandlerContext,
    list: str,  # noqa: A002 - as above
    insert: Sequence[Sequence[Any]],
    remove: Sequence[str],
    name: str | None = None,
    drop: bool = False,  # noqa: FBT001, FBT002 - called with keywords
    also: dict[str, Any] | None = None,
) -> dict[str, str]:
    """Undo one change; what was added by others in the meantime stays."""
    with context.store.transaction():
        if also:
            put_back(context, **also)
        if drop:
            context.store.delete(PREFIX + list)
            return {"list": list}
        if name is not None and list not in _all(context):
            number = 1 + max(record["number"] for record in _all(context).values())
            _save(context, list, {"name": name, "items": [], "number": number})
        record = _get(context, list)
        items = [*record["items"]]
        for text in remove:
            if text in items:
                items.remove(text)
        for place, text in insert:
            items.insert(min(int(place), len(items)), str(text))
        _save(context, list, {**record, "items": items})
    return {"list": list}


def names(context: HandlerContext) -> list[dict[str, Any]]:
    """The list ``list_names``: every list with the words that people have for it."""
    found = []
    for identifier, record in _all(context).items():
        name = record["name"]
        aliases = _ALIASES.get(identifier, (name, f"list of {name}", f"{name} checklist"))
        found.append({"id": identifier, "name": _title(record), "aliases": [*aliases]})
    return found


# The store ------------------------------------------------------------------------------


def _all(context: HandlerContext) -> dict[str, Any]:
    """Every list by identifier, in the order in which they were made."""
    lists: dict[str, Any] = {
        identifier: {"name": name, "items": [], "number": number - len(ALWAYS)}
        for number, (identifier, name) in enumerate(ALWAYS.items())
    }
    lists |= {key.removeprefix(PREFIX): record for key, record in context.store.items(PREFIX)}
    return dict(sorted(lists.items(), key=lambda item: int(item[1]["number"])))


def _get(context: HandlerContext, identifier: str) -> dict[str, Any]:
    record: dict[str, Any] | None = _all(context).get(identifier)
    if record is None:
        raise AlexaError(f"There is no {identifier.replace('-', ' ')} list.")
    return record


def _save(context: HandlerContext, identifier: str, record: dict[str, Any]) -> None:
    context.store.set(PREFIX + identifier, record)


def _add(context: HandlerContext, identifier: str, items: Sequence[str]) -> Result:
    if no_items(items):
        raise AlexaError('Say what to add, such as "add milk".')
    with context.store.transaction():
        record = _get(context, identifier)
        there = [stems(text) for text in record["items"]]
        new = [item for item in items if stems(item) not in there]
        if len(record["items"]) + len(new) > MAX_ITEMS:
            raise AlexaError(f"A list holds at most {MAX_ITEMS} items.")
        if new:
            _save(context, identifier, {**record, "items": [*record["items"], *new]})
    old = [item for item in items if item not in new]
    value: Any = {"list": identifier, "items": [*new], "already": old}
    title = _title(record)
    if not new:
        return Result(value, say=f"Already on your {title}: {_shown(old, identifier)}.")
    say = f"Added {_shown(new, identifier)} to your {title}."
    if old:
        say += f" Already there: {_shown(old, identifier)}."
    return Result(value, say=say, undo=_undo(identifier, remove=new))


def _chosen(record: dict[str, Any], identifier: str, said: str) -> list[int]:
    """Places of the items that are named. Raises AlexaError unless each is there, and clear."""
    items, found = record["items"], find(record["items"], said)
    if missing := [bare(part) for part, places in found.items() if not places]:
        raise AlexaError(f"{_your(record)} doesn't have {_shown(missing, identifier)}.")
    for places in found.values():
        if len(places) > 1:
            raise AlexaError(f"Say which one: {joined([items[n] for n in places], 'or')}.")
    return sorted({place for places in found.values() for place in places})


def _only_list_with(context: HandlerContext, items: str) -> str:
    lists = _all(context)
    having = [i for i, record in lists.items() if any(find(record["items"], items).values())]
    if not having:
        raise AlexaError(f"None of your lists has {bare(items)}.")
    if len(having) > 1:
        titles = joined([f"your {_title(lists[identifier])}" for identifier in having])
        raise AlexaError(f"That is on {titles}. Say which one.")
    return having[0]


def _known(lists: dict[str, Any], name: str) -> str | None:
    """The list that already has this name, or goes by it."""
    wanted = words(name)
    for identifier, record in lists.items():
        told = (record["name"], *_ALIASES.get(identifier, ()))
        if any(words(one) in (wanted, [*wanted, "list"]) for one in told):
            return identifier
    return None


def _is_tasks(identifier: str) -> bool:
    return bool({"do", "task", "chore", "errand"} & set(stems(identifier.replace("-", " "))))


def _undo(
    identifier: str,
    *,
    insert: Iterable[list[Any]] = (),
    remove: Iterable[str] = (),
    name: str | None = None,
    drop: bool = False,
) -> dict[str, Any]:
    arguments = {"list": identifier, "insert": [*insert], "remove": [*remove], "drop": drop}
    return {"api": "put_back", "arguments": arguments | ({"name": name} if name else {})}


# Wording --------------------------------------------------------------------------------


def _shown(texts: Sequence[str], identifier: str) -> str:
    """Items in a sentence: ``milk and eggs``, but tasks, which are sentences too, in quotes."""
    return joined([f"“{text}”" for text in texts] if _is_tasks(identifier) else texts)


def _title(record: dict[str, Any]) -> str:
    return f"{record['name']} list"


def _your(record: dict[str, Any]) -> str:
    return f"Your {_title(record)}"


def _count(items: Sequence[str]) -> str:
    return "1 item" if len(items) == 1 else f"{len(items)} items"


def _list_name(said: str) -> str:
    """``my Packing list`` -> ``Packing``."""
    name = re.sub(r"^new\s+(?=\w)", "", bare(said), flags=re.IGNORECASE)
    return re.sub(r"\s+(?:list|checklist)$", "", name, flags=re.IGNORECASE)[:MAX_TEXT]
