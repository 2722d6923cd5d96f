"""What the next words mean while a question is pending.

In this order: a reflex drops the question (cancel, never mind); an answer: a choice, an ordinal,
or a fully resolved value; a full template match of another API drops the question too; free text
where the parameter takes free text; then the rest of the cascade, which sees both; else the
question is asked once more, then dropped.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alexa_cli.decide.courtesy import strip
from alexa_cli.decide.model import Reading
from alexa_cli.decide.references import OTHER
from alexa_cli.decide.resolution import Trouble, resolve, resolve_value
from alexa_cli.language.registry import Moment, Unreadable, grammar
from alexa_cli.language.text import normalise, words
from alexa_cli.turn import Argument, Plan, Question, Refusal

if TYPE_CHECKING:
    from alexa_cli.catalog.expert import Api, Parameter
    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Call, Choice, Decision

MODEL = "question"
"""What decisions that came out of an answer are signed with."""

_YES = {
    "en": frozenset(
        "yes,yeah,yep,yup,sure,ok,okay,do it,go ahead,please do,confirm,confirmed,of course,"
        "absolutely,definitely,yes please,yes do it,yes do,correct,right,that is right,"
        "affirmative,go for it,sure thing,y,why not,yes i am sure,i am sure".split(",")
    )
}
_NO = {
    "en": frozenset(
        "no,nope,nah,do not,no thanks,no thank you,no do not,do not do it,stop,cancel,never mind,"
        "nevermind,forget it,not now,negative,n,rather not,better not,leave it".split(",")
    )
}
LAST = -1
"""How the ordinal grammar says "the last"."""
_BARE_NO = {"en": frozenset({"no", "nope", "nah", "no thanks", "no thank you", "n"})}
"""What declines and can mean nothing else."""
_LAST = {"en": ("last", "the last", "the last one", "last one")}
_FILLER = {
    "en": frozenset(
        "the one for to at it its called named with i mean meant want in on please is make that "
        "no yes um uh a an my say".split()
    )
}
"""Words that may stand around an answer and say nothing themselves."""


def is_yes(said: str, language: str = "en") -> bool:
    """Whether these words, and nothing else, agree."""
    return _without_courtesy(said) in _YES.get(language, ())


def is_no(said: str, language: str = "en") -> bool:
    """Whether these words, and nothing else, decline."""
    return _without_courtesy(said) in _NO.get(language, ())


def _without_courtesy(said: str) -> str:
    return normalise(said).removesuffix(" please").removesuffix(" thanks").strip()


def answer(question: Question, request: Request) -> Decision | None:
    """Return what the question's answer leads to; None: these words are no answer to it."""
    said = request.utterance.text
    if question.kind == "confirm":
        if is_yes(said, request.moment.language):
            return replace(question.plan, model=MODEL, final=True)
        if is_no(said, request.moment.language):
            return Refusal("OK, I won't.", reason="not confirmed", model=MODEL)
        return None
    parameter = asked_parameter(question, request)
    if parameter is None:
        return None
    if question.choices:
        choice = choose(question.choices, request)
        if choice is not None:
            return complete(question, choice.argument, request)
        return None
    return _value(question, parameter, request)


def takes_reflex(question: Question, request: Request) -> bool:
    """Whether an exact phrase may drop the question.

    Where free text is asked for, only what declines does: "good night" may be the message.
    """
    parameter = asked_parameter(question, request)
    free = parameter is not None and parameter.free
    return not free or is_no(request.utterance.text, request.moment.language)


def asked_parameter(question: Question, request: Request) -> Parameter | None:
    """Return the parameter the question asks for, if its API still has it."""
    api = asked_api(question, request)
    return api.parameters.get(question.parameter or "") if api else None


def asked_api(question: Question, request: Request) -> Api | None:
    """Return the API whose call the question holds up."""
    call = held_call(question)
    return request.catalogue.find(call.expert, call.api) if call else None


def held_call(question: Question) -> Call | None:
    """Return the call that still lacks an argument."""
    return next((c for c in question.plan.calls if c.id == question.call), None)


def choose(choices: tuple[Choice, ...], request: Request) -> Choice | None:
    """Return the choice that these words name: by name, by part of it, by place in the list."""
    language = request.moment.language
    bare = tuple(token.text for token in strip(request.tokens, language))
    filler = _FILLER.get(language, frozenset())
    by_place = _by_place(bare, choices, language)
    if by_place is not None:
        return by_place
    core = tuple(word for word in bare if word not in filler) or bare
    core = tuple(word.removesuffix("'s") for word in core)
    for said in (bare, core):
        for match in (_exactly, _partly, _nearly):
            found = [choice for choice in choices if match(said, _forms(choice))]
            if len(found) == 1:
                return found[0]
    return None


def _forms(choice: Choice) -> list[tuple[str, ...]]:
    return [words(form) for form in (choice.spoken, *choice.forms)]


def _exactly(said: tuple[str, ...], forms: list[tuple[str, ...]]) -> bool:
    return said in forms


def _partly(said: tuple[str, ...], forms: list[tuple[str, ...]]) -> bool:
    return bool(said) and any(set(said) <= set(form) for form in forms)


def _nearly(said: tuple[str, ...], forms: list[tuple[str, ...]]) -> bool:
    from rapidfuzz.fuzz import ratio  # noqa: PLC0415 - only when nothing matches exactly

    spoken = " ".join(said)
    likely = 80.0  # "baur" for "bauer" is 89
    return any(ratio(spoken, part) >= likely for form in forms for part in (" ".join(form), *form))


def _by_place(said: tuple[str, ...], choices: tuple[Choice, ...], language: str) -> Choice | None:
    if " ".join(said) in _LAST.get(language, ()):
        return choices[-1]
    core = [word for word in said if word not in {"the", "one", "number", "option"}]
    if not core or len(said) > 4:  # noqa: PLR2004 - "the twenty first one" at most
        return None
    place: object = None
    for kind in ("ordinal", "number"):
        try:
            place = grammar(kind, language).read(core, _no_moment())
            break
        except Unreadable:
            continue
    if isinstance(place, int) and 1 <= place <= len(choices):
        return choices[place - 1]
    return choices[-1] if place == LAST else None


def _no_moment() -> Moment:
    """Ordinals and numbers do not look at the clock."""
    zone = ZoneInfo("UTC")
    return Moment(datetime(2000, 1, 1, tzinfo=zone), zone)


def _value(question: Question, parameter: Parameter, request: Request) -> Decision | None:
    """An answer to an open question: the words, without filler around them, as a value."""
    api = asked_api(question, request)
    if api is None or parameter.free:
        return None
    tokens = strip(request.tokens, request.moment.language)
    filler = _FILLER.get(request.moment.language, frozenset())
    starts = [0] + [n for n in range(1, len(tokens)) if all(t.text in filler for t in tokens[:n])]
    for start in starts:
        said = request.part(tokens).said(start, len(tokens))
        result = resolve_value(api, parameter, said, request)
        if isinstance(result, Trouble):
            return replace(
                question, text=result.text, kind="choice", choices=result.choices, model=MODEL
            )
        if result is not None:
            return complete(question, result, request)
    return None


def free_text(question: Question, request: Request) -> Decision | None:
    """Return the plan with the whole utterance as the missing free text."""
    parameter = asked_parameter(question, request)
    if parameter is None or not parameter.free or question.kind != "value":
        return None
    tokens = strip(request.tokens, request.moment.language)
    said = request.part(tokens).said(0, len(tokens))
    return complete(question, Argument(said, said), request)


def complete(question: Question, argument: Argument, request: Request) -> Plan | Question:
    """Put the answer into the plan; another question if something else is still missing."""
    from alexa_cli.decide.sentences import as_decision  # noqa: PLC0415 - sentences ask questions

    call, api = held_call(question), asked_api(question, request)
    # Whoever calls this has looked at both.
    assert call is not None and api is not None and question.parameter is not None  # noqa: S101, PT018
    filled = {**call.arguments, question.parameter: argument}
    rest = Reading(api, {}, question.score)
    held = replace(call, arguments=filled)
    missing = next(
        (p for p in api.parameters.values() if p.required and p.name not in filled), None
    )
    if missing is not None:
        trouble = resolve(rest, request)
        if isinstance(trouble, Trouble):
            decision = as_decision(
                rest, replace(trouble, call=held, parameter=missing.name), MODEL, ()
            )
            assert isinstance(decision, Question)  # noqa: S101 - a trouble is never a plan
            return replace(decision, plan=_with(question.plan, held), call=held.id)
    return replace(_with(question.plan, held), model=MODEL, final=True)


def _with(plan: Plan, call: Call) -> Plan:
    return replace(plan, calls=tuple(call if c.id == call.id else c for c in plan.calls))


def other_one(request: Request) -> Decision | None:
    """Return what "no, the other one" leads to: the choice that was not taken last time."""
    from alexa_cli.decide.references import other_choice  # noqa: PLC0415 - used here alone

    bare = list(request.words)
    while bare and bare[0] in {"no", "not", "that", "i", "mean", "meant", "sorry", "actually"}:
        bare.pop(0)
    memory = request.snapshot.memory
    choice = other_choice(memory)
    if tuple(bare) not in OTHER or choice is None or memory.alternatives is None:
        return None
    return complete(memory.alternatives, choice.argument, request)


def unasked(request: Request) -> Refusal | None:
    """Refuse a bare yes or no that answers nothing, before a model makes something of it."""
    bare = _without_courtesy(request.utterance.text)
    language = request.moment.language
    if bare in _YES.get(language, ()) or bare in _BARE_NO.get(language, ()):
        return Refusal("I have not asked anything.", "unasked", model=MODEL)
    return None


def again(question: Question) -> Question | None:
    """Return the question to ask once more; None: it was asked often enough and is dropped."""
    if question.asked > 1:
        return None
    return replace(question, text=f"Sorry, {lowered(question.text)}", asked=question.asked + 1)


def lowered(text: str) -> str:
    """Return ``text`` with a small first letter, where its first word is no name."""
    first = text.split(" ", 1)[0]
    ordinary = {"Which", "What", "When", "For", "At", "On", "How", "To", "Shall", "Do", "Should"}
    return text[:1].lower() + text[1:] if first in ordinary else text
