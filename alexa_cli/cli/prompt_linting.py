"""``alexa prompt lint``: builds the prompts of a configuration and looks for what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from alexa_cli.cli.session import open_session, prompt_folders
from alexa_cli.context.household import Household
from alexa_cli.context.names import Name, NameList
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.models.chat import ModelSpec
from alexa_cli.prompt.aliases import Aliases
from alexa_cli.prompt.build import Material, build, lists_of
from alexa_cli.prompt.describe import household as described
from alexa_cli.prompt.lint import Finding, Sample, lint_catalogue, lint_prompt
from alexa_cli.prompt.texts import load_texts
from alexa_cli.trace.plain_text import line, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alexa_cli.cli.common import Common
    from alexa_cli.cli.session import Session
    from alexa_cli.prompt.section import Prompt
    from alexa_cli.prompt.texts import Texts

SAID = ("turn on the light over the sink", "what did I want to buy tomorrow")
"""Words of the two samples; any two would do."""
LATER = timedelta(days=40, hours=7, minutes=13)


def findings(common: Common) -> list[Finding]:
    """Return what is wrong with the prompts of this configuration, problems first."""
    session = open_session(common)
    with session.store:
        texts = load_texts(prompt_folders(session.loaded, session.paths))
        specs = _specs(session)
        ids = sorted(one.id for listed in session.house.household.lists.values() for one in listed)
        found = [*lint_catalogue(session.house.catalogue, _lists(session))]
        for spec in specs:
            factor = _factor(session, spec.name)
            for title, experts, job in _prompts(session):
                sample = _sample(session, texts, spec, title, experts, job)
                found.extend(lint_prompt(sample, spec, ids, factor=factor))
    unique = dict.fromkeys(found)
    return sorted(unique, key=lambda each: (each.level != "problem", each.code, each.where))


def _specs(session: Session) -> list[ModelSpec]:
    """What is known of the language models in use; without one, of a model without wishes."""
    settings = session.loaded.settings
    if not settings.language_models or session.house.talkers is None:
        return [ModelSpec("any model", cache="prefix")]
    return [session.house.talkers.models.spec(name) for name in settings.language_models]


def _factor(session: Session, model: str) -> float:
    """Return what estimates are corrected with, by the last request to this model."""
    from alexa_cli.models.ledger import load_exchange, usage_rows
    from alexa_cli.prompt.tokens import correction

    last = next((row for row in usage_rows(session.store) if row.model == model), None)
    exchange = load_exchange(session.store, last.turn, last.number) if last else None
    if exchange is None:
        return 1.0
    return correction(sum(s.tokens for s in exchange.sections), exchange.usage.input)


def _prompts(session: Session) -> Iterator[tuple[str, tuple[str, ...], Literal["plan", "route"]]]:
    """Yield (title, experts, job) of every prompt that this configuration may make."""
    settings, catalogue = session.loaded.settings, session.house.catalogue
    everybody = tuple(sorted(catalogue.experts))
    few = sum(1 for _ in catalogue.apis()) <= settings.prompt.one_call_apis
    one = settings.planning == "one_call" or (settings.planning == "auto" and few)
    if one:
        yield "plan", everybody, "plan"
        return
    yield "route", everybody, "route"
    for name in everybody:
        yield f"plan {name}", (name,), "plan"


def _sample(
    session: Session,
    texts: Texts,
    spec: ModelSpec,
    title: str,
    experts: tuple[str, ...],
    job: Literal["plan", "route"],
) -> Sample:  # fmt: skip
    house = session.house
    home = Snapshot(
        datetime(2026, 3, 4, 9, 5, tzinfo=UTC), house.tz, house.settings.language, house.household
    )
    later = replace(home, now=home.now + LATER)
    elsewhere = replace(home, household=_another(house.household))

    def made(snapshot: Snapshot, said: str) -> Prompt:
        aliases = Aliases.of(snapshot.list, lists_of(house.catalogue, experts), {})
        material = Material(
            house.catalogue, experts, snapshot, said, aliases, structured=spec.structured
        )
        return build(job, material, texts)

    return Sample(title, made(home, SAID[0]), made(later, SAID[1]), made(elsewhere, SAID[0]))


def _another(household: Household) -> Household:
    """The same home with other names and ids everywhere."""
    lists = {
        name: NameList(
            name,
            tuple(Name(f"{one.id}.x9", f"{one.name} Q", (), one.attributes) for one in listed),
            listed.partial,
        )
        for name, listed in household.lists.items()
    }
    return replace(household, name="elsewhere", lists=lists, fingerprint="elsewhere")


def _lists(session: Session) -> dict[str, str]:
    """Each list of the home as a prompt has it."""
    house = session.house
    snapshot = Snapshot(
        datetime(2026, 3, 4, tzinfo=UTC), house.tz, house.settings.language, house.household
    )
    found: dict[str, str] = {}
    for name in house.household.lists:
        aliases = Aliases.of(snapshot.list, (name,), {})
        found[name] = described(snapshot, (name,), aliases)[0]
    return found


def page(found: Sequence[Finding], columns: int) -> Iterator[str]:
    """Yield the findings, problems first, and how many there are."""
    for finding in found:
        yield line(f"{finding.level:<8} {finding.where}  [{finding.code}]", columns)
        for text in (finding.message, finding.hint):
            yield from (f"         {part}" for part in wrapped(text, max(20, columns - 9)) if text)
    problems = sum(finding.level == "problem" for finding in found)
    notes = len(found) - problems
    if not found:
        yield "nothing found"
        return
    yield f"{_count(problems, 'problem')}, {_count(notes, 'note')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
