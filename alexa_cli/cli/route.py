"""``alexa route``: decide and run nothing; every model's view of the words, and why."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alexa_cli.cli.asking import conversation_id, instant, spoken
from alexa_cli.cli.group import Speaking
from alexa_cli.cli.options import (
    Common,
    ConfigOption,
    ExpertsOption,
    JsonOption,
    NowOption,
    SetOption,
)
from alexa_cli.cli.session import Session, open_session
from alexa_cli.decide.cascade import is_small
from alexa_cli.language.text import printable
from alexa_cli.turn import Answer, Pass, Plan, Question, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Call, Decision

app = typer.Typer(add_completion=False)


@app.command(cls=Speaking)
def route(
    words: Annotated[list[str] | None, typer.Argument(help="What would be said.")] = None,
    continued: Annotated[
        bool, typer.Option("-c", "--continue", help="As the next words of the last conversation.")
    ] = False,
    as_json: JsonOption = False,
    now: NowOption = None,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Decide what words mean and run nothing: every candidate with its score and why.

    Exit codes: 0 decided, 3 not understood or an answer is needed.
    """
    session = open_session(Common.of(config, sets, experts))
    with session.store:
        which = conversation_id(session, continued=continued, conversation=None)
        views = asyncio.run(look(session, spoken(words or []), which, now))
    if as_json:
        sys.stdout.write(json.dumps([_as_json(session, view) for view in views]) + "\n")
    else:
        for line in lines(session, views):
            sys.stdout.write(printable(line) + "\n")
    session.say_notices()
    raise typer.Exit(0 if isinstance(views[-1], (Plan, Answer)) else 3)


async def look(session: Session, said: str, conversation: str, now: str | None) -> list[Decision]:
    """Return what each model says on its own, and last what the cascade says.

    The models on this machine are asked each; a language model costs time and money, so it is
    asked only if the words get as far as to it, and what it then said is its view.
    """
    request = session.assistant.request(said, conversation, instant(now))
    alone = [model for model in session.assistant.models if is_small(model)]
    views = [model.judge(request) for model in alone]
    final: Decision = Pass("nothing was decided")
    try:
        async for decision in session.house.decider.decide(request):
            if isinstance(decision, Answer) and not decision.final:
                continue
            final = decision
            if not final.final and final.model not in {model.name for model in alone}:
                views.append(final)
    finally:
        _keep(session, request, conversation)
        await session.close()
    return [*views, final]


def _keep(session: Session, request: Request, conversation: str) -> None:
    """Keep what language models were asked and took: it counts, though nothing was done."""
    if not request.meter.exchanges:
        return
    from alexa_cli.models.ledger import save_exchanges

    save_exchanges(
        session.store, turn=session.store.new_id("t"), conversation=conversation,
        at=request.snapshot.now, exchanges=request.meter.exchanges, expert="",
        keep=session.loaded.settings.trace.keep.seconds,
    )  # fmt: skip


def lines(session: Session, views: list[Decision]) -> Iterator[str]:
    """Yield what is shown: each model with its limits and candidates, then the decision."""
    for view in views[:-1]:
        yield f"{view.model}{limits(session, view.model)}"
        yield f"  {verdict(view)}"
        for candidate in _candidates(view):
            said = ", ".join(f"{k}={v}" for k, v in candidate.arguments.items())
            yield f"    {candidate.score:5.2f}  {candidate.name}({said})  {candidate.why}"
    yield ""
    final = views[-1]
    yield f"decision: {verdict(final)}" + (f"  [{final.model}]" if final.model else "")
    plan = final.plan if isinstance(final, Question) else final
    for call in plan.calls if isinstance(plan, Plan) else ():
        yield f"  {call.id}  {call.name}({arguments(call)})"


def limits(session: Session, name: str) -> str:
    """Return a model's threshold and margin as text, as far as it has them."""
    model = next((m for m in session.assistant.models if m.name == name), None)
    if model is None:
        return ""
    found = [
        f"{what} {value:.2f}" for what in ("threshold", "margin")
        if (value := getattr(model, what, None)) is not None
    ]  # fmt: skip
    return f"  ({', '.join(found)})" if found else ""


def verdict(decision: Decision) -> str:
    """Return a decision in a few words."""
    match decision:
        case Plan():
            return f"plan {', '.join(call.name for call in decision.calls)}, {decision.score:.2f}"
        case Question():
            return f"question: {decision.text}"
        case Answer():
            return f"answer: {decision.text}"
        case Pass():
            return f"passes: {decision.reason}"
        case Refusal():
            return f"refuses: {decision.text}"


def arguments(call: Call) -> str:
    """Return the arguments of a call as text, with the words they came from."""
    return ", ".join(
        f"{name}={json.dumps(a.value, ensure_ascii=False)}"
        + (f" from “{a.words}”" if a.words else "")
        for name, a in call.arguments.items()
    )


def _candidates(decision: Decision) -> tuple[Any, ...]:
    plan = decision.plan if isinstance(decision, Question) else decision
    return getattr(plan, "candidates", ())


def _as_json(session: Session, decision: Decision) -> Any:  # noqa: ANN401 - any JSON
    from alexa_cli.store.coding import plain

    shown = plain(decision)
    model = next((m for m in session.assistant.models if m.name == decision.model), None)
    for what in ("threshold", "margin"):
        if (value := getattr(model, what, None)) is not None:
            shown[what] = value
    return shown
