"""Lists with names, kept in the expert's own store. Items keep the user's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alexa_cli.catalog import HandlerContext

MAX_LISTS = 100
MAX_ITEMS = 1_000
MAX_TEXT = 200
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
TOGETHER = (
    "mac and cheese", "macaroni and cheese", "salt and pepper", "peanut butter and jelly",
    "half and half", "fish and chips", "bread and butter pickles", "ham and cheese",
    "cookies and cream", "oil and vinegar", "rice and beans", "pork and beans", "sweet and sour",
    "salt and vinegar", "arm and hammer", "ben and jerry", "m and m", "head and shoulders",
    "black and white", "surf and turf", "chips and dip", "gin and tonic", "nuts and bolts",
    "washer and dryer", "bed and breakfast", "johnson and johnson", "procter and gamble",
    "bits and pieces", "bits and bobs", "salt and lime", "cream and sugar", "franks and beans",
)  # fmt: skip
"""One thing although there is an "and" in it."""
_RUN_ON = frozenset(
    "milk eggs bread butter cheese bananas apples oranges lemons limes grapes onions potatoes "
    "tomatoes carrots cucumbers mushrooms yogurt flour sugar bacon ham pasta cereal cookies "
    "batteries napkins tissues diapers toothpaste shampoo socks shoes".split()  # noqa: SIM905
)
"""Said one after the other without a pause ("milk eggs and bread"), these are several things."""
_TASK_VERBS = frozenset(
    "ask book buy call cancel change check clean collect cook do drop email feed fill find finish "
    "fix get go help hang install iron mail make meet mop move mow order organize pack paint pay "
    "pick plan plant prepare print put read renew rent repair replace reply return schedule sell "
    "send sew sign sort start study submit sweep take talk text tidy update vacuum visit walk "
    "wash water wipe work wrap write".split()  # noqa: SIM905
)
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905
_LEADING = re.compile(r"^(?:(?:some|the|also|my)\s+)+", re.IGNORECASE)
_BREAK = re.compile(r"\s*(?:[,;&]|\b(?:and|plus|as well as|and also|and then)\b)+\s*", re.IGNORECASE)
_KEPT = re.compile(r"\b(?:" + "|".join(TOGETHER) + r"|and an? (?:half|quarter)\b.*?)\b", re.IGNORECASE)
_FILLERS = frozenset("a an the some any my our more of".split())  # noqa: SIM905


# What the house calls -------------------------------------------------------------------


def add_items(context: HandlerContext, items: str, list: str = SHOPPING) -> Result:  # noqa: A002 - the word people use
    """Add the items that are named in ``items``."""
    return _add(context, list, split_items(items, tasks=_is_tasks(list)))


def add_goods(
    context: HandlerContext, first: str, second: str | None = None, third: str | None = None
) -> Result:
    """Add everyday goods to the shopping list."""
    return _add(context, SHOPPING, [item for item in (first, second, third) if item])


def remove_items(context: HandlerContext, items: str, list: str | None = None) -> Result:  # noqa: A002 - as above
    """Take items off one list, or off the only list that has them."""
    with context.store.transaction():
        identifier = list or _only_list_with(context, items)
        record = _get(context, identifier)
        gone = _pick(record["items"], items)
        if not gone:
            raise AlexaError(f"{_your(record)} doesn't have {_bare(items)}.")
        texts = [record["items"][place] for place in gone]
        kept = [text for place, text in enumerate(record["items"]) if place not in gone]
        _save(context, identifier, {**record, "items": kept})
    say = f"Removed {joined(texts)} from your {_title(record)}."
    undo = _undo(identifier, insert=[[p, t] for p, t in zip(gone, texts, strict=True)])
    return Result({"list": identifier, "items": texts}, say=say, undo=undo)


def read_list(context: HandlerContext, list: str = SHOPPING) -> Result:  # noqa: A002 - as above
    """Read a list out."""
    record = _get(context, list)
    items = record["items"]
    value = {"list": list, "items": items}
    if not items:
        return Result(value, say=f"{_your(record)} is empty.")
    return Result(value, say=f"{_your(record)} has {_count(items)}: {joined(items)}.")


def has_item(context: HandlerContext, items: str, list: str | None = None) -> Result:  # noqa: A002 - as above
    """Say whether something is on a list, or on any."""
    found: dict[str, Any] = {}
    for identifier, record in _all(context).items():
        if list in {None, identifier} and (places := _pick(record["items"], items)):
            found[identifier] = [record["items"][place] for place in places]
    if found:
        where = joined([f"your {_title(_get(context, identifier))}" for identifier in found])
        texts = joined([text for texts in found.values() for text in texts])
        return Result({"found": found}, say=f"Yes, {texts}: on {where}.")
    where = f"your {_title(_get(context, list))}" if list else "any of your lists"
    say = f"No, {_bare(items)}: not on {where}."
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
    identifier = "-".join(_words(said))
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
    value = {"lists": {identifier: len(record["items"]) for identifier, record in lists.items()}}
    parts = [
        f"{record['name']} ({len(record['items']) or 'empty'})" for record in lists.values()
    ]
    return Result(value, say=f"You have {len(parts)} lists: {joined(parts)}.")


def put_back(  # noqa: PLR0917 - called with keywords
    context: HandlerContext,
    list: str,  # noqa: A002 - as above
    insert: Sequence[Sequence[Any]],
    remove: Sequence[str],
    name: str | None = None,
    drop: bool = False,  # noqa: FBT001, FBT002 - called with keywords
) -> dict[str, str]:
    """Undo one change; what was added by others in the meantime stays."""
    with context.store.transaction():
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


# Items ----------------------------------------------------------------------------------


def split_items(said: str, *, tasks: bool = False) -> list[str]:
    """Split what was said into items: ``milk, eggs and mac and cheese`` are three.

    Among tasks an "and" starts a new one only before a verb: "call mom and dad" is one.
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group())
        return f"\0{len(kept) - 1}\0"

    pieces = [piece for piece in _BREAK.split(_KEPT.sub(keep, said)) if piece.strip()]
    if tasks:
        pieces = _whole_tasks(_KEPT.sub(keep, said))
    items = []
    for piece in pieces:
        text = re.sub(r"\0(\d+)\0", lambda match: kept[int(match.group(1))], piece)
        text = text if tasks else _LEADING.sub("", text.strip())
        items += [text.strip()] if tasks else _run_on(text.strip())
    return [*dict.fromkeys(item[:MAX_TEXT] for item in items if item)]


def _whole_tasks(said: str) -> list[str]:
    """Split before a verb only."""
    tasks: list[str] = []
    at = 0
    for match in _BREAK.finditer(said):
        after = _words(said[match.end() :])
        if after and after[0] in _TASK_VERBS:
            tasks.append(said[at : match.start()])
            at = match.end()
    return [*tasks, said[at:]]


def _run_on(piece: str) -> list[str]:
    said = piece.split()
    several = len(said) > 1 and all(word.lower() in _RUN_ON for word in said)
    return said if several else [piece]


def _pick(items: Sequence[str], said: str) -> list[int]:
    """Places of the items that ``said`` names: the whole of it, else each part of it."""
    place = _place(items, said)
    if place is not None:
        return [place]
    parts = split_items(said)
    if len(parts) < 2:  # noqa: PLR2004 - nothing to split
        return []
    places = [_place(items, part) for part in parts]
    missing = [part for part, found in zip(parts, places, strict=True) if found is None]
    if missing and len(missing) < len(parts):
        raise AlexaError(f"The list doesn't have {joined(missing)}. Nothing was changed.")
    return sorted({found for found in places if found is not None})


def _place(items: Sequence[str], said: str) -> int | None:
    """The item that is meant: by place, the same words, or the only one that holds them all."""
    wanted = _stems(said)
    numbered = _numbered(_words(said), len(items))
    if numbered is not None:
        return numbered
    stems = [_stems(item) for item in items]
    if wanted in stems:
        return stems.index(wanted)
    holding = [n for n, stem in enumerate(stems) if wanted and set(wanted) <= set(stem)]
    if len(holding) > 1:
        raise AlexaError(f"Say which one: {joined([items[n] for n in holding], 'or')}.")
    return holding[0] if holding else None


def _numbered(said: Sequence[str], count: int) -> int | None:
    """``the last item``, ``item three``, ``the second one`` -> its place."""
    told = [word for word in said if word not in _FILLERS]
    if len(told) != 2:  # noqa: PLR2004 - a noun and a number
        return None
    nouns = {"item", "entry", "one", "thing", "number"}
    word = next((w for w in told if w not in nouns), None)
    if word is None or not nouns & set(told):
        return None
    if word == "last":
        number = count
    elif word in _ORDINALS:
        number = _ORDINALS.index(word)
    elif word in _SMALL:
        number = _SMALL.index(word)
    else:
        number = int(word) if word.isdigit() else 0
    return number - 1 if 0 < number <= count else None


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower())


def _stems(text: str) -> list[str]:
    """Words without articles and plural endings, to compare items by."""
    said = [word for word in _words(text) if word not in _FILLERS]
    return [_singular(word) for word in said]


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("ies"):  # noqa: PLR2004 - "berries", not "pies"
        return word[:-3] + "y"
    if word.endswith(("oes", "shes", "ches", "xes", "sses")):
        return word[:-2]
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004 - not "us"


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
    if not items:
        raise AlexaError("There was nothing to add.")
    with context.store.transaction():
        record = _get(context, identifier)
        there = [_stems(text) for text in record["items"]]
        new = [item for item in items if _stems(item) not in there]
        if len(record["items"]) + len(new) > MAX_ITEMS:
            raise AlexaError(f"A list holds at most {MAX_ITEMS} items.")
        if new:
            _save(context, identifier, {**record, "items": [*record["items"], *new]})
    old = [item for item in items if item not in new]
    value = {"list": identifier, "items": [*new], "already": old}
    title = _title(record)
    if not new:
        return Result(value, say=f"Already on your {title}: {joined(old)}.")
    say = f"Added {joined(new)} to your {title}."
    if old:
        say += f" Already there: {joined(old)}."
    return Result(value, say=say, undo=_undo(identifier, remove=new))


def _only_list_with(context: HandlerContext, items: str) -> str:
    having = [i for i, record in _all(context).items() if _pick(record["items"], items)]
    if not having:
        raise AlexaError(f"None of your lists has {_bare(items)}.")
    if len(having) > 1:
        titles = joined([_title(_get(context, identifier)) for identifier in having])
        raise AlexaError(f"{_bare(items)} is on several lists: {titles}. Say which one.")
    return having[0]


def _known(lists: dict[str, Any], name: str) -> str | None:
    """The list that already has this name, or goes by it."""
    wanted = _words(name)
    for identifier, record in lists.items():
        told = (record["name"], *_ALIASES.get(identifier, ()))
        if any(_words(one) in (wanted, [*wanted, "list"]) for one in told):
            return identifier
    return None


def _is_tasks(identifier: str) -> bool:
    return bool({"do", "task", "chore", "errand"} & set(_stems(identifier.replace("-", " "))))


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


def joined(texts: Sequence[str], word: str = "and") -> str:
    """``milk, eggs and bread``."""
    if len(texts) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}"


def _title(record: dict[str, Any]) -> str:
    return f"{record['name']} list"


def _your(record: dict[str, Any]) -> str:
    return f"Your {_title(record)}"


def _count(items: Sequence[str]) -> str:
    return "1 item" if len(items) == 1 else f"{len(items)} items"


def _bare(said: str) -> str:
    """``any milk`` -> ``milk``."""
    return re.sub(r"^(?:(?:some|any|the|my|a|an)\s+)+", "", said.strip(), flags=re.IGNORECASE)


def _list_name(said: str) -> str:
    """``my Packing list`` -> ``Packing``."""
    return re.sub(r"\s+(?:list|checklist)$", "", _bare(said), flags=re.IGNORECASE)[:MAX_TEXT]
