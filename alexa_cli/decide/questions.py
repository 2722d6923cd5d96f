"""What the next words mean while a question is pending.

In this order: a reflex drops the question (cancel, never mind); an answer: a choice, an ordinal,
or a fully resolved value; a full template match of another API drops the question too; free text
where the parameter takes free text; then the rest of the cascade, which sees both; else the
question is asked once more, then dropped.

A language model's own question (``open``) asks for no parameter, so nothing but a model can tell
what answers it: a reflex and a full template match drop it, everything else goes on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.decide.choosing import FILLER, choose, exactly_named
from alexa_cli.decide.courtesy import strip
from alexa_cli.decide.fits import breaks_schema
from alexa_cli.decide.model import Reading
from alexa_cli.decide.references import OTHER
from alexa_cli.decide.resolution import Trouble, finish, is_open, resolve_value
from alexa_cli.decide.spans import choice_forms
from alexa_cli.language.text import normalise
from alexa_cli.turn import Argument, Plan, Question, Refusal

if TYPE_CHECKING:
    from alexa_cli.catalog.expert import Api, Parameter
    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Call, Decision

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
_BARE_NO = {"en": frozenset({"no", "nope", "nah", "no thanks", "no thank you", "n"})}
"""What declines and can mean nothing else."""


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
    if question.kind == "open":
        return None
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

    Where free text is asked for, only what declines does, before the other models have looked.
    A choice's whole name is that choice: "good night" may be one of the scenes.
    """
    if is_no(request.utterance.text, request.moment.language):
        return True
    parameter = asked_parameter(question, request)
    if parameter is None:
        return True
    return not parameter.free and not _names_one(question, parameter, request)


def _names_one(question: Question, parameter: Parameter, request: Request) -> bool:
    """Whether these words are the whole name of something that may be the answer."""
    if question.choices:
        return exactly_named(question, request)
    bare = tuple(token.text for token in strip(request.tokens, request.moment.language))
    listed = request.snapshot.list(parameter.x_list) if parameter.x_list else None
    return bare in choice_forms(parameter) or (listed is not None and bare in listed.forms())


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


def _value(question: Question, parameter: Parameter, request: Request) -> Decision | None:
    """An answer to an open question: the words, without filler around them, as a value."""
    api = asked_api(question, request)
    if api is None or parameter.free:
        return None
    tokens = strip(request.tokens, request.moment.language)
    filler = FILLER.get(request.moment.language, frozenset())
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
    if breaks_schema(parameter.schema, said) is not None:  # "and on monday" is no place
        return None
    return complete(question, Argument(said, said), request)


def complete(question: Question, argument: Argument, request: Request) -> Plan | Question:
    """Put the answer into the plan; another question if something else is still missing."""
    from alexa_cli.decide.sentences import as_decision  # noqa: PLC0415 - sentences ask questions

    call, api = held_call(question), asked_api(question, request)
    # Whoever calls this has looked at both.
    assert call is not None and api is not None and question.parameter is not None  # noqa: S101, PT018
    held = replace(call, arguments={**call.arguments, question.parameter: argument})
    reading = Reading(api, {}, question.score)
    decision = as_decision(reading, _whole(held, api, request), MODEL, ())
    if isinstance(decision, Question):
        return replace(decision, plan=_with(question.plan, decision.plan.calls[0]))
    return replace(_with(question.plan, decision.calls[0]), model=MODEL, final=True)


def _whole(held: Call, api: Api, request: Request) -> Call | Trouble:
    """Return the call with nothing left open, or the next thing to ask about."""
    for name, argument in held.arguments.items():
        if not is_open(argument):
            continue
        result = resolve_value(api, api.parameters[name], argument.words, request)
        if isinstance(result, Trouble):
            return replace(result, call=held)
        rest = {n: a for n, a in held.arguments.items() if n != name}
        held = replace(held, arguments=rest if result is None else {**rest, name: result})
    return finish(held, api)


def _with(plan: Plan, call: Call) -> Plan:
    return replace(plan, calls=tuple(call if c.id == call.id else c for c in plan.calls))


def said_in_full(question: Question, decision: Plan | Question) -> Decision:
    """Return what a full command means while a question is pending.

    Of another API it drops the question. Of the API asked about it is the answer: the other calls
    of the plan that waits stay.
    """
    held, plan = held_call(question), decision.plan if isinstance(decision, Question) else decision
    if question.kind == "confirm" or held is None or [c.name for c in plan.calls] != [held.name]:
        return decision
    whole = _with(question.plan, replace(plan.calls[0], id=held.id, after=held.after))
    if isinstance(decision, Question):
        return replace(decision, plan=whole, call=held.id)
    return replace(whole, model=decision.model, score=decision.score, final=True)


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
    question = memory.alternatives
    held = held_call(question)
    if held is None or asked_parameter(question, request) is None:
        return None
    # The rest of that plan was done: "lights on and call Meg" does not turn them on again.
    alone = replace(question.plan, calls=(replace(held, after=()),))
    return complete(replace(question, plan=alone), choice.argument, request)


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
    ordinary = {"Which", "What", "When", "For", "At", "On", "How", "To", "Shall", "Do", "Should",
                "Who", "Whom", "Whose", "Where", "Is", "Are", "Would", "Could", "Can"}  # fmt: skip
    return text[:1].lower() + text[1:] if first in ordinary else text
