"""Outcomes in, one reply out: what was done first, then what was not, and why."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from alexa_cli.catalog.expert import Effect
from alexa_cli.language.say import BadTemplate, render
from alexa_cli.language.text import printable
from alexa_cli.speak.joining import chained, merged
from alexa_cli.speak.phrase import confirm_text, phrase
from alexa_cli.speak.values import fenced, joined, look_up, of_value
from alexa_cli.turn import Reply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api
    from alexa_cli.language.grammar import Moment
    from alexa_cli.turn import Call, Outcome

__all__ = ["confirm_text", "word"]

MAX_REPLY = 2_000
"""Characters of a reply."""
_ENDS = (".", "!", "?", "…", ":", "”", '."', '!"', '?"')
_LOWERED = frozenset(
    "the a an this that these those there no nothing nobody it your my our today tomorrow "
    "yesterday".split()
)


def word(
    outcomes: Sequence[Outcome],
    catalogue: Catalogue,
    moment: Moment,
    *,
    stuck: Sequence[Call] = (),
) -> Reply:
    """Tell what became of the calls, in the order in which they were said.

    ``outcomes``: parts of ``steps`` included. ``stuck``: calls that are done and should have been
    taken back but cannot be. Style ``apology`` if anything failed.
    """
    shown = _shown(outcomes, catalogue)
    done = [outcome for outcome in shown if outcome.status == "done"]
    failed = [outcome for outcome in shown if outcome.status == "failed"]
    skipped = [outcome for outcome in shown if outcome.status in {"skipped", "unconfirmed"}]
    sentences = [
        *_told(done, catalogue, moment),
        *_decided([outcome for outcome in shown if outcome.status == "decided"]),
        *_sorry(failed),
        *_left_out(skipped, catalogue, moment),
    ]
    if stuck:
        phrases = joined([phrase(call, catalogue, moment) for call in stuck])
        sentences.append(f"I can't take this back: {phrases}.")
    expects = any(outcome.expects_answer for outcome in done)
    bad = failed or [outcome for outcome in skipped if outcome.status == "skipped"] or stuck
    text = bounded(" ".join(sentences), MAX_REPLY)
    if bad:
        return Reply(text, "apology", expects)
    return Reply(text, "question" if expects else "plain", expects)


def _shown(outcomes: Sequence[Outcome], catalogue: Catalogue) -> list[Outcome]:
    """Either a whole or its parts: the whole if it went well and has words of its own."""
    by_id = {outcome.call.id: outcome for outcome in outcomes}
    parents = {one.rpartition(".")[0] for one in by_id} - {""}
    whole = {
        one for one in parents & by_id.keys()
        if by_id[one].status == "done" and _has_words(by_id[one], catalogue)
    }  # fmt: skip
    shown = [
        outcome for outcome in outcomes
        if (outcome.call.id not in parents or outcome.call.id in whole)
        and not any(one in whole for one in _above(outcome.call.id))
    ]  # fmt: skip
    return sorted(shown, key=lambda outcome: _place(outcome.call.id))


def _above(call_id: str) -> list[str]:
    parts = call_id.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def _place(call_id: str) -> list[tuple[int, int, str]]:
    parts = call_id.split(".")
    return [(0, int(one), "") if one.isdecimal() else (1, 0, one) for one in parts]


def _has_words(outcome: Outcome, catalogue: Catalogue) -> bool:
    api = catalogue.find(outcome.call.expert, outcome.call.api)
    return outcome.say is not None or (api is not None and bool(api.say))


def _told(done: Sequence[Outcome], catalogue: Catalogue, moment: Moment) -> list[str]:
    """What was done: merged within an API, joined across; "Done." for what has no words."""
    texts: list[str] = []
    silent: list[Outcome] = []
    for _, group in groupby(done, key=lambda outcome: outcome.call.name):
        said = [(outcome, _said(outcome, catalogue, moment)) for outcome in group]
        silent += [outcome for outcome, text in said if not text]
        texts += merged([text for _, text in said if text])
    if silent and not texts and len(silent) == 1:
        return ["Done."]
    if silent:
        phrases = list(dict.fromkeys(phrase(one.call, catalogue, moment) for one in silent))
        return [*chained(texts), f"Done: {joined(phrases)}."]
    return chained(texts)


def _said(outcome: Outcome, catalogue: Catalogue, moment: Moment) -> str:
    """One done outcome as a sentence; empty if there is nothing to say but that it is done."""
    api = catalogue.find(outcome.call.expert, outcome.call.api)
    if outcome.say is not None:
        return sentence(outcome.say)
    template = _template(api, moment)
    if template is not None:
        try:
            text = render(template, lambda name: look_up(outcome, api, name, moment))
        except BadTemplate:
            text = None  # refused when the expert was loaded; an old catalogue may still hold it
        if text:
            return sentence(text)
    value = outcome.value
    if isinstance(value, dict) and isinstance(value.get("say"), str):
        text = str(value["say"])
        return sentence(fenced(text) if outcome.trust == "untrusted" else text)
    if api is None or api.effect is not Effect.READ:
        return ""
    if value is None or value in ("", [], {}):
        return "I found nothing."
    return sentence(of_value(outcome, moment))


def needs_words(outcome: Outcome, catalogue: Catalogue, moment: Moment) -> bool:
    """Whether nobody worded an outcome and its value is more than one thing to read out."""
    if outcome.status != "done" or outcome.say is not None:
        return False
    api = catalogue.find(outcome.call.expert, outcome.call.api)
    value = outcome.value
    if api is None or _template(api, moment) is not None or not isinstance(value, (dict, list)):
        return False
    return bool(value) and not (isinstance(value, dict) and isinstance(value.get("say"), str))


def _template(api: Api | None, moment: Moment) -> str | None:
    say: Mapping[str, str] = {} if api is None else api.say
    return say.get(moment.language) or next(iter(say.values()), None)


def _decided(decided: Iterable[Outcome]) -> list[str]:
    names = list(dict.fromkeys(printable(outcome.call.name) for outcome in decided))
    verb = "has" if len(names) == 1 else "have"
    if not names:
        return []
    return [f"I know what you want, but {joined(names)} {verb} nothing to run."]


def _sorry(failed: Iterable[Outcome]) -> list[str]:
    errors = list(dict.fromkeys(sentence(outcome.error or "that failed") for outcome in failed))
    if not errors:
        return []
    first = errors[0].partition(" ")[0]
    if first.lower() in _LOWERED:
        errors[0] = errors[0][:1].lower() + errors[0][1:]
    return [f"Sorry, {errors[0]}", *errors[1:]]


def _left_out(outcomes: Iterable[Outcome], catalogue: Catalogue, moment: Moment) -> list[str]:
    return [
        sentence(f"I didn't {phrase(outcome.call, catalogue, moment)}: {outcome.error}")
        for outcome in outcomes
    ]


def sentence(text: str) -> str:
    """With a capital and a period, without invisible characters; lines stay lines."""
    lines = [" ".join(line.split()) for line in printable(text).strip().splitlines()]
    text = "\n".join(lines)
    if not text:
        return ""
    text = text if text.endswith(_ENDS) or "\n" in text else f"{text}."
    return text[:1].upper() + text[1:]


def bounded(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:") + "…"
