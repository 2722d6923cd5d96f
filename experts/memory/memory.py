"""Notes, kept in the expert's own store in the user's own words, with the day they were told."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .finding import best, scores, stems, words
from .wording import ago, ended, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alexa_cli.catalog import HandlerContext

MAX_NOTES = 2_000
MAX_TEXT = 500
"""Characters of a note."""
TOLD = 3
"""Notes that an answer tells."""
READ = 10
"""Notes that are read out at once."""
JUST_NOW = timedelta(minutes=2)
"""How long "forget that" means the last note."""
NOTE, GONE, LATEST = "note/", "gone/", "latest"
MAX_GONE = MAX_NOTES
"""Forgotten notes that can still be brought back: all of them, after "delete all my notes"."""
_SUBJECT_ENDS = frozenset(
    "is are was were has have had lives live likes like hates hate needs need goes go comes come "
    "can must should will does eats eat wants want takes take opens open closes close "
    "wears wear".split()
)
_POINTING = frozenset("that this these those it them they he she him her here there".split())
_SECRET = re.compile(
    r"pass\s?(word|code|phrase)|\bpwd\b|\bpin\b|code\b|\bcvv\b|\bcvc\b|\bkey is\b|secret|token",
    re.IGNORECASE,
)


# What the house calls -------------------------------------------------------------------


def remember(
    context: HandlerContext,
    note: str,
    start: str | None = None,
    person: str | None = None,
    pet: str | None = None,
) -> Result:
    """Keep a note."""
    begin = start or _pointed(context) or _name_of(context, person, pet)
    text = _clean(note if begin in {"", "that"} else f"{begin} {note}")
    if not words(text):
        raise AlexaError('Say what to remember, such as "remember that the key is under the pot".')
    with context.store.transaction():
        notes = _all(context)
        same = next((n for n in notes if words(n["text"]) == words(text)), None)
        if same is not None:
            _latest(context, same["id"])
            return Result(_seen([same]), say="I have noted that already.")
        if len(notes) >= MAX_NOTES:
            raise AlexaError(f"There are {MAX_NOTES} notes already. Delete some first.")
        number = int(context.store.get("number", 0)) + 1
        context.store.set("number", number)
        new = {"id": f"n{number}", "text": text, "at": context.now.isoformat()}
        context.store.set(NOTE + new["id"], new)
        _latest(context, new["id"])
        _publish(context)
    _keep_private(context, [new])
    say = f"I'll remember that: {quoted(text)}"
    return Result({**_seen([new]), "id": new["id"]}, say=say, undo=_undo(remove=[new["id"]]))


def recall(context: HandlerContext, what: str | None = None, topic: str | None = None) -> Result:
    """Say what was told about something, or that nothing was."""
    about = " ".join(part for part in (topic, what) if part) or ""
    if not words(about):
        return list_notes(context)
    notes = _about(context, about)
    known = _at_home(context, about)
    if not notes and topic and what:  # nothing that answers it, but something about that
        notes, about, known = _about(context, topic), topic, "I'm not sure."
    if not notes:
        if known:
            return Result({"notes": []}, say=f"{known} You have told me nothing else about it.")
        say = f"I don't know that. You have told me nothing about {_topic(about)}."
        return Result({"notes": []}, say=say)
    _keep_private(context, notes)
    if len(notes) == 1:
        told = f"You told me {ago(notes[0], context.now)}: {quoted(notes[0]['text'])}"
    else:
        told = f"You told me: {listed(notes)}"
    return Result(_seen(notes), say=f"{known} {told}".strip(), untrusted=True)


def when_told(context: HandlerContext, what: str) -> Result:
    """Say when something was told."""
    notes = _about(context, what)
    if not notes:
        say = f"I don't know that. You have told me nothing about {_topic(what)}."
        return Result({"notes": []}, say=say)
    _keep_private(context, notes)
    parts = [f"{ago(note, context.now, time=True)}: {quoted(note['text'])}" for note in notes]
    return Result(_seen(notes), say=f"You told me {' And '.join(parts)}", untrusted=True)


def list_notes(context: HandlerContext) -> Result:
    """Read the notes out, the latest first."""
    notes = _all(context)[::-1]
    if not notes:
        say = 'You have no notes. Say "remember that", and what.'
        return Result({"notes": []}, say=say)
    _keep_private(context, notes[:READ])
    count = "1 note" if len(notes) == 1 else f"{len(notes)} notes"
    latest = f" The latest {READ}:" if len(notes) > READ else ":"
    opening = f"You have {count}{'.' if len(notes) > READ else ''}{latest}"
    return Result(_seen(notes), say=f"{opening} {listed(notes[:READ])}", untrusted=True)


def forget(context: HandlerContext, what: str) -> Result:
    """Forget the note that is meant; of several, ask which."""
    with context.store.transaction():
        notes = _about(context, what)
        if not notes:
            raise AlexaError(f"I have no note about {_topic(what)}.")
        exact = [note for note in notes if words(note["text"]) == words(what)]
        if len(notes) > 1 and not exact:
            raise AlexaError(f"Say which note: {listed(notes)}")
        return _forget(context, exact[:1] or notes[:1])


def forget_last(context: HandlerContext) -> Result:
    """Forget what was noted a moment ago; with nothing noted, drop what was asked."""
    latest: Any = context.store.get(LATEST)
    note = context.store.get(NOTE + str(latest["id"])) if latest else None
    if note and latest and latest["conversation"] == context.conversation:
        told = datetime.fromisoformat(latest["at"])
        if timedelta(0) <= context.now - told <= JUST_NOW:
            with context.store.transaction():
                return _forget(context, [note])
    context.emit("cancel")
    return Result()


def forget_all(context: HandlerContext) -> Result:
    """Forget every note."""
    with context.store.transaction():
        notes = _all(context)
        if not notes:
            return Result({"notes": []}, say="You have no notes.")
        result = _forget(context, notes)
    count = "your note" if len(notes) == 1 else f"all {len(notes)} notes"
    return Result(result.value, say=f"I have forgotten {count}.", undo=result.undo)


def put_back(
    context: HandlerContext, add: Sequence[str], remove: Sequence[str]
) -> dict[str, list[str]]:
    """Undo: bring notes back, drop others."""
    with context.store.transaction():
        for identifier in add:
            note = context.store.get(GONE + identifier)
            if note is not None:
                context.store.set(NOTE + identifier, note)
                context.store.delete(GONE + identifier)
        _drop(context, remove)
        _publish(context)
    return {"added": [*add], "removed": [*remove]}


# The store ------------------------------------------------------------------------------


def _all(context: HandlerContext) -> list[dict[str, Any]]:
    """Every note, the oldest first."""
    notes = [note for _, note in context.store.items(NOTE)]
    return sorted(notes, key=lambda note: int(note["id"][1:]))


def _about(context: HandlerContext, about: str) -> list[dict[str, Any]]:
    """The notes that these words are about, the best one first."""
    notes = _all(context)
    texts = [note["text"] for note in notes]
    try:
        found = scores(about, texts, context.similar)
    except AlexaError:  # an encoder that is not there: words in common have to do
        found = scores(about, texts, None)
    return [notes[place] for place in best(found)][:TOLD]


def _forget(context: HandlerContext, notes: Sequence[dict[str, Any]]) -> Result:
    ids = [note["id"] for note in notes]
    _drop(context, ids)
    _publish(context)
    _keep_private(context, notes)
    say = f"I have forgotten {listed(notes)}" if len(notes) == 1 else "I have forgotten them."
    return Result({"forgotten": ids}, say=say, undo=_undo(add=ids))


def _drop(context: HandlerContext, ids: Sequence[str]) -> None:
    """Set notes aside. What is undone later is found there: no trace holds their text."""
    for identifier in ids:
        note = context.store.get(NOTE + identifier)
        if note is not None:
            context.store.set(GONE + identifier, note)
            context.store.delete(NOTE + identifier)
    now = {*ids}
    kept = context.store.items(GONE)
    gone = sorted(kept, key=lambda item: (item[1]["id"] in now, int(item[1]["id"][1:])))
    for key, _ in gone[: max(0, len(gone) - MAX_GONE)]:
        context.store.delete(key)


def _publish(context: HandlerContext) -> None:
    """Keep the list ``topics``: what the notes are about."""
    found: dict[str, None] = {}
    for note in _all(context):
        for topic in _topics(note["text"]):
            found[topic] = None
    context.store.set("topics", list(found))


def _topics(text: str) -> list[str]:
    """What a note is about: the words before its verb, and their last one."""
    said = words(text)
    end = next((at for at, word in enumerate(said) if word in _SUBJECT_ENDS), 0)
    subject = said[:end]
    while subject and subject[0] in {"the", "my", "our", "a", "an", "there"}:
        subject = subject[1:]
    if not stems(" ".join(subject)) or len(subject) > 6:  # noqa: PLR2004 - no name is longer
        return []
    topics = [" ".join(subject)]
    if len(subject) > 1 and stems(subject[-1]):
        topics.append(subject[-1])
    return topics


def _latest(context: HandlerContext, identifier: str) -> None:
    """Note what "forget that" would mean."""
    context.store.set(LATEST, {
        "id": identifier, "conversation": context.conversation, "at": context.now.isoformat(),
    })  # fmt: skip


def _undo(add: Sequence[str] = (), remove: Sequence[str] = ()) -> dict[str, Any]:
    return {"api": "put_back", "arguments": {"add": [*add], "remove": [*remove]}}


# Words ----------------------------------------------------------------------------------


def _pointed(context: HandlerContext) -> str:
    """A word that only points, and so names nobody: "that meg likes tea" is not of the last pet."""
    said = (context.said.get("person") or context.said.get("pet") or "").lower()
    return said if said in _POINTING else ""


def _name_of(context: HandlerContext, person: str | None, pet: str | None) -> str:
    lists = {"people": person, "pets": pet}
    for name, identifier in lists.items():
        if identifier is not None:
            found = getattr(context.household, name).get(identifier)
            return str(found.name).split()[0] if found else identifier
    return ""


def _clean(text: str) -> str:
    flat = " ".join(text.split()).strip(" ,;:")
    return ended(flat[:MAX_TEXT])


def _at_home(context: HandlerContext, about: str) -> str:
    """What the household says of somebody: "Daisy is a dog"."""
    for name in ("pets", "people"):
        found = getattr(context.household, name).find(about)
        if len(found) == 1:
            entry = getattr(context.household, name).get(found[0].id)
            kind = entry.attributes.get("kind")
            if name == "people":
                return f"{entry.name} lives here."
            return f"{entry.name} is your {kind}." if kind else f"{entry.name} is your pet."
    return ""


def _topic(about: str) -> str:
    return " ".join(about.split()).rstrip("?.! ")[:80]


def _keep_private(context: HandlerContext, notes: Iterable[dict[str, Any]]) -> None:
    """Have secrets masked in what is kept of this turn: the note itself stays as it was told."""
    if any(_SECRET.search(note["text"]) for note in notes):
        context.emit("private")


def _seen(notes: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"notes": [{"id": n["id"], "text": n["text"], "at": n["at"]} for n in notes]}
