"""nearest in the cascade: what it must account for before it acts, and what it says otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from alexa_cli.act.confirm import split as confirm_split
from alexa_cli.catalog.catalogue import Catalogue
from alexa_cli.config.paths import Paths
from alexa_cli.config.schema import ModelSettings
from alexa_cli.config.settings import Settings, load_settings
from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.model import Request
from alexa_cli.decide.nearest_model import NearestModel
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.registry import build_cascade, build_model
from alexa_cli.decide.sentences import Sentences
from alexa_cli.decide.vocabulary import Vocabulary
from alexa_cli.errors import AlexaError, ConfigError, FileError
from alexa_cli.turn import Decision, Pass, Plan, Question, Refusal

Make = Callable[..., Request]


@pytest.fixture
def nearest(paths: Paths) -> NearestModel:
    return NearestModel("nearest", None, paths)


def tuned(paths: Paths, **how: float) -> NearestModel:
    return NearestModel("mine", ModelSettings(**how), paths)  # type: ignore[arg-type]


def test_it_places_what_resembles_an_example(nearest: NearestModel, request_for: Make) -> None:
    decision = nearest.judge(request_for("take down a note that the milk is sour"))
    assert isinstance(decision, (Plan, Pass))
    placed = nearest.judge(request_for("hey set me a timer for twenty minutes please"))
    assert isinstance(placed, Plan)
    assert placed.calls[0].name == "phone.timer"
    assert placed.calls[0].arguments["duration"].value == 1200


def test_what_it_decides_is_not_verified(nearest: NearestModel, request_for: Make) -> None:
    decision = nearest.judge(request_for("please call meg bauer"))
    assert isinstance(decision, Plan)
    assert not decision.verified
    assert decision.model == "nearest"


def test_what_is_irreversible_and_estimated_is_confirmed(
    nearest: NearestModel, request_for: Make, catalogue: Catalogue
) -> None:
    request = request_for("please call meg bauer")
    estimated, exact = nearest.judge(request), Sentences().judge(request)
    assert isinstance(estimated, Plan)
    assert isinstance(exact, Plan)
    assert estimated.calls == exact.calls
    assert confirm_split(estimated, catalogue)[0].calls == ()
    assert confirm_split(exact, catalogue)[1].calls == ()


def test_a_question_of_an_estimate_is_an_estimate(nearest: NearestModel, request_for: Make) -> None:
    question = nearest.judge(request_for("call meg"))
    assert isinstance(question, Question)
    assert not question.plan.verified


def test_below_the_threshold_it_passes(paths: Paths, request_for: Make) -> None:
    decision = tuned(paths, threshold=1.0).judge(request_for("set a timer for two minutes"))
    assert isinstance(decision, Pass)
    assert decision.code == "below_threshold"
    assert decision.candidates[0].name == "phone.timer"
    assert "1.00" in decision.reason


def test_within_the_margin_it_passes(paths: Paths, request_for: Make) -> None:
    model = tuned(paths, threshold=0.0, margin=1.0)
    decision = model.judge(request_for("turn the kitchen light"))
    assert isinstance(decision, Pass)
    assert decision.code == "ambiguous"
    assert (model.threshold, model.margin) == (0.0, 1.0)


def test_words_that_it_cannot_account_for_are_not_dropped(paths: Paths, request_for: Make) -> None:
    model = tuned(paths, threshold=0.0)
    request = request_for("turn off the kitchen light radiator")
    decision = model.judge(request)
    assert isinstance(decision, Pass)
    assert "radiator" in decision.reason
    assert isinstance(model.judge(replace(request, closed_set=True)), (Plan, Question))


def test_only_the_last_model_may_ask_for_what_is_missing(paths: Paths, request_for: Make) -> None:
    model, request = tuned(paths, threshold=0.0), request_for("set the timer now")
    first, last = model.judge(request), model.judge(replace(request, may_ask=True))
    assert isinstance(first, Pass)
    assert first.code == "missing"
    assert isinstance(last, Question)
    assert last.parameter == "duration"


def test_an_api_that_always_names_something_is_not_called_with_nothing(
    paths: Paths, request_for: Make
) -> None:
    decision = tuned(paths, threshold=0.0).judge(request_for("turn on"))
    assert isinstance(decision, Pass)
    assert decision.code == "missing"


def test_nothing_learned_is_nothing_known(paths: Paths, request_for: Make) -> None:
    empty = replace(request_for("turn on the lamp"), catalogue=Catalogue({}))
    decision = NearestModel("nearest", None, paths).judge(empty)
    assert isinstance(decision, Pass)
    assert decision.code == "no_match"


def test_before_it_learned_it_has_no_threshold(nearest: NearestModel, request_for: Make) -> None:
    assert (nearest.threshold, nearest.margin) == (None, None)
    nearest.judge(request_for("set a timer"))
    assert nearest.threshold is not None


def test_further_examples_teach_it(paths: Paths, request_for: Make, tmp_path: Path) -> None:
    suite = tmp_path / "more.jsonl"
    suite.write_text(
        '{"say": "ahoy matey", "expert": "phone", "api": "never_mind", "id": "1"}\n\n'
        '{"say": "grog", "expert": null}\n{"say": "x", "expert": "gone", "api": "gone"}\n'
    )
    request = replace(request_for("ahoy matey"), closed_set=True)
    taught = NearestModel("mine", ModelSettings(kind="nearest", data=str(suite)), paths)
    decision = taught.judge(request)
    assert isinstance(decision, Plan)
    assert decision.calls[0].name == "phone.never_mind"
    assert decision.candidates[0].score > 0.5
    plain = NearestModel("nearest", None, paths).judge(request)
    assert isinstance(plain, (Plan, Question))
    assert plain.score < 0.5


@pytest.mark.parametrize("content", ["{", '{"say": 3}', "\xff", "[" * 100_000, "null"])
def test_a_bad_suite_of_examples_is_said_with_its_line(
    paths: Paths, request_for: Make, tmp_path: Path, content: str
) -> None:
    suite = tmp_path / "more.jsonl"
    suite.write_bytes(b'{"say": "a"}\n' + content.encode("latin-1") + b"\n")
    with pytest.raises(FileError) as error:
        NearestModel("mine", ModelSettings(data=str(suite)), paths).judge(request_for("x"))
    assert error.value.line == 2
    missing = ModelSettings(data=str(tmp_path / "none.jsonl"))
    with pytest.raises(FileError):
        NearestModel("mine", missing, paths).judge(request_for("x"))


# Vocabulary ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "slots", "unknown"),
    [
        ("turn off the kitchen light", {"device": "the kitchen light"}, []),
        ("turn off the kitchen lights", {"area": "kitchen"}, []),
        ("would you turn it off right now", {}, []),
        ("turn off the disco radiator", {"area": "kitchen"}, ["disco", "radiator"]),
        ("turn off the radiator radiator", {}, ["radiator"]),
        ("turned everything off", {}, []),
    ],
)
def test_unexplained_words_are_those_that_neither_the_api_nor_a_slot_holds(
    catalogue: Catalogue, request_for: Make, said: str, slots: dict[str, str], unknown: list[str]
) -> None:
    api = catalogue.api("lights.off")
    assert Vocabulary(catalogue).unexplained(api, request_for(said), dict(slots)) == unknown


# The registry -------------------------------------------------------------------------------


def test_the_usual_cascade(paths: Paths) -> None:
    cascade = build_cascade(Settings(), paths)
    assert [model.name for model in cascade.models] == ["reflex", "sentences", "nearest"]


def test_a_model_that_is_not_here_is_refused_with_the_nearest_name(paths: Paths) -> None:
    with pytest.raises(ConfigError) as error:
        build_model("sentence", Settings(), paths)
    assert "sentence" in error.value.message
    assert "sentences" in str(error.value.hint)


def test_a_model_far_from_every_name_is_told_what_there_is(paths: Paths) -> None:
    with pytest.raises(ConfigError) as error:
        build_model("xyzzy", Settings(), paths)
    assert "reflex" in str(error.value.hint)


@pytest.mark.parametrize("kind", ["llm", "scripted"])
def test_a_kind_that_comes_later_is_a_config_error(paths: Paths, home: Path, kind: str) -> None:
    paths.config.mkdir(parents=True)
    (paths.config / "config.yaml").write_text(
        f"models:\n  big: {{kind: {kind}}}\njobs: {{decide: [reflex, big]}}\n"
    )
    with pytest.raises(AlexaError, match=r"big|llm|later"):
        build_cascade(load_settings(paths, env={}).settings, paths)


def test_a_kind_may_be_declared_again_under_another_name(paths: Paths) -> None:
    paths.config.mkdir(parents=True)
    (paths.config / "config.yaml").write_text(
        "models:\n"
        "  strict: {kind: sentences, threshold: 0.9, margin: 0.1}\n"
        "  like: {kind: nearest, threshold: 0.7}\n"
        "  quick: {kind: reflex}\n"
        "jobs: {decide: [quick, strict, like]}\n"
    )
    cascade = build_cascade(load_settings(paths, env={}).settings, paths)
    quick, strict, like = cascade.models
    assert isinstance(quick, Reflex)
    assert isinstance(strict, Sentences)
    assert (strict.threshold, strict.margin) == (0.9, 0.1)
    assert isinstance(like, NearestModel)
    assert [model.name for model in cascade.models] == ["quick", "strict", "like"]


# In the cascade -----------------------------------------------------------------------------


def run(request: Request, *models: Reflex | Sentences | NearestModel) -> list[Decision]:
    async def collect() -> list[Decision]:
        return [each async for each in Cascade(models).decide(request)]

    return asyncio.run(collect())


def test_an_unknown_name_is_not_acted_around(paths: Paths, request_for: Make) -> None:
    request = request_for("turn on the garage heater")
    decisions = run(request, Reflex(), Sentences(), tuned(paths, threshold=0.0))
    assert isinstance(decisions[-1], Refusal)
    assert decisions[-1].text == "I don't know a garage heater."


def test_a_closed_set_is_never_refused(paths: Paths, request_for: Make) -> None:
    model = NearestModel("nearest", None, paths)
    for said in ("turn on the garage heater", "what is the meaning of life", "yes", "fish fish"):
        request = replace(request_for(said), closed_set=True)
        assert isinstance(run(request, Reflex(), Sentences(), model)[-1], (Plan, Question)), said
