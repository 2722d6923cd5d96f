"""Options of language models, jobs, guards: nested ones, from files, flags and variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alexa_cli.config.paths import write_private
from alexa_cli.config.schema import PriceSettings, Strategy
from alexa_cli.config.settings import HIDDEN, Loaded, Origin, load_settings
from alexa_cli.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from alexa_cli.config.paths import Paths

TWO = "models:\n  a: {kind: llm, model: x/y}\n  b: {kind: scripted, script: s.yaml}\n"


def load(
    paths: Paths, text: str = "", sets: Sequence[str] = (), env: dict[str, str] | None = None
) -> Loaded:
    write_private(paths.config_file, text.encode())
    return load_settings(paths, sets=sets, env=env or {})


def test_strategies_nest(paths: Paths) -> None:
    text = "jobs: {decide: [reflex, {speculate: {draft: b, verify: {fallback: [a, {race: [b]}]}}}]}"
    jobs = load(paths, TWO + text).settings.jobs
    fallback = Strategy(fallback=["a", Strategy(race=["b"])])
    assert jobs.decide == ["reflex", Strategy(speculate={"draft": "b", "verify": fallback})]
    assert jobs.cascade == ("reflex", "b", "a")


def test_strategies_are_shown_as_they_are_written(paths: Paths) -> None:
    loaded = load(
        paths, TWO, ["jobs.decide=[reflex, {race: [a, b]}]"],
        {"ALEXA_JOBS__REPLY": "{fallback: [a, b]}"},
    )  # fmt: skip
    assert loaded.shown()["jobs.decide"] == ["reflex", {"race": ["a", "b"]}]
    assert loaded.shown()["jobs.reply"] == {"fallback": ["a", "b"]}
    assert loaded.origins["jobs.reply"] == Origin("env", "ALEXA_JOBS__REPLY")
    assert loaded.settings.language_models == ("a", "b")


def test_each_part_of_a_price_may_have_a_flag_of_its_own(paths: Paths) -> None:
    sets = ["models.a.price.input=1", "models.a.price.output=2.5"]
    loaded = load(paths, TWO, sets)
    assert loaded.settings.models["a"].price == PriceSettings(input=1, output=2.5)
    assert loaded.origins["models.a.price.output"].detail == "--set models.a.price.output"
    assert "models.a.price.cache_read" not in loaded.shown()
    loaded = load(paths, TWO, sets[:1], {"ALEXA_MODELS__A__PRICE__OUTPUT": "3"})
    assert loaded.settings.models["a"].price == PriceSettings(input=1, output=3)
    for each, says in (
        (sets[:1], r"^--set models.a.price.input: 'output' is missing"),
        (["models.a.price.input=x", sets[1]], r"^--set models.a.price.input: expected a number"),
    ):
        with pytest.raises(FileError, match=says):
            load(paths, TWO, each)


def test_a_whole_model_may_come_from_flags_or_variables(paths: Paths) -> None:
    flags = ["models.c.kind=llm", "models.c.model=x/y", "models.c.timeout=2s", "jobs.decide=c"]
    loaded = load(paths, "", flags)
    assert loaded.settings.models["c"].model == "x/y"
    assert loaded.settings.jobs.cascade == ("c",)
    env = {
        "ALEXA_MODELS__C": "{kind: llm, model: x/y}", "ALEXA_MODELS__C__API_KEY": "12345678",
        "ALEXA_MODELS__C__OPTIONS__EXTRA_BODY": "{top_k: 3}", "ALEXA_GUARD__SPEND_DAY": "2.5",
        "ALEXA_GUARD__REQUESTS_PER_MINUTE": "null", "ALEXA_CACHE__PLANS": "false",
    }  # fmt: skip
    loaded = load(paths, "", (), env)
    assert loaded.settings.models["c"].options == {"extra_body": {"top_k": 3}}
    assert loaded.settings.models["c"].api_key == "12345678"
    assert (loaded.settings.guard.spend_day, loaded.settings.guard.requests_per_minute) == (
        2.5,
        None,
    )
    assert loaded.settings.cache.plans is False
    assert loaded.shown()["models.c.api_key"] == HIDDEN
    assert loaded.secrets() == {"12345678"}


def test_paths_are_below_whoever_names_them(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(paths, TWO + "prompt: {folder: mine}").settings
    assert settings.models["b"].script == str(paths.config / "s.yaml")
    assert settings.prompt.folder == str(paths.config / "mine")
    sets = ["prompt.folder=p", "models.b.script=t.yaml"]
    settings = load(paths, TWO, sets).settings
    assert settings.prompt.folder == str(tmp_path / "p")
    assert settings.models["b"].script == str(tmp_path / "t.yaml")


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("{kind: llm}", "", "needs model\\b.*\n.*ollama_chat"),
        ("{kind: scripted}", "", "needs script"),
        ("{model: x/y}", "", "needs a kind"),
        ("{kind: lmm, model: x/y}", "kind", "did you mean 'llm'"),
        ("{kind: llm, model: x/y, threshold: 0.3}", "threshold", "sentences or nearest"),
        ("{kind: llm, model: x/y, encoder: ngrams}", "encoder", "models of kind nearest"),
        ("{kind: scripted, script: s, api_key: k}", "", "api_key is for models of kind llm"),
        ("{kind: llm, model: x/y, script: s}", "script", "models of kind scripted"),
        ("{kind: nearest, temperature: 0}", "temperature", "of kind llm or scripted"),
        ("{kind: llm, model: x/y, max_tokens: 0}", "max_tokens", "no tokens"),
        ("{kind: llm, model: x/y, max_tokens: many}", "max_tokens", "a whole number"),
        ("{kind: llm, model: x/y, timeout: 0s}", "timeout", "no time"),
        ("{kind: llm, model: x/y, timeout: 10}", "timeout", "such as 10s"),
        ("{kind: llm, model: x/y, temperature: 3}", "temperature", "<= 2"),
        ("{kind: llm, model: x/y, structured: json}", "structured", "json_schema"),
        ("{kind: llm, model: x/y, price: 3}", "price", "a mapping"),
        ("{kind: llm, model: x/y, price: {input: 1, ouput: 1}}", "price.ouput", "'output'"),
        ("{kind: llm, model: x/y, price: {input: -1, output: 1}}", "price.input", ">= 0"),
    ],
)
def test_what_is_wrong_with_a_model(paths: Paths, text: str, key: str, says: str) -> None:
    with pytest.raises(FileError, match=says) as caught:
        load(paths, f"models:\n  c:\n    {text}")
    assert caught.value.key == f"models.c.{key}".rstrip(".")
    assert caught.value.line == (3 if key else 2)


def test_a_number_as_a_key_is_not_repeated(paths: Paths) -> None:
    with pytest.raises(FileError, match="quotes") as caught:
        load(paths, "models: {c: {kind: llm, model: x/y, api_key: 98765432}}")
    assert "98765432" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("jobs: {decide: [{speculate: {drat: a, verify: b}}]}", "jobs.decide[0].speculate.drat",
         "did you mean 'draft'"),
        ("jobs: {decide: [{speculate: {draft: a}}]}", "jobs.decide[0].speculate", "needs a verify"),
        ("jobs: {decide: [{race: [a], fallback: [b]}]}", "jobs.decide[0]", "exactly one"),
        ("jobs: {decide: [{race: []}]}", "jobs.decide[0].race", "at least one"),
        ("jobs: {decide: {race: [a, b]}}", "jobs.decide", r"a list of one has \[ \]"),
        ("jobs: {decide: [{race: [a, {fallback: [bb]}]}]}", "jobs.decide[0].race[1].fallback[0]",
         "unknown model 'bb'"),
        ("jobs: {reply: nearest}", "jobs.reply", "no language model"),
        ("jobs: {reply: {race: [a, b]}}", "jobs.reply.race", "takes a fallback"),
        ("planning: both", "planning", "one_call, two_calls"),
        ("guard: {secrets: [ok, '(']}", "guard.secrets[1]", "no regular expression"),
        ("guard: {secrets: ['x*']}", "guard.secrets[0]", "found in everything"),
        ("guard: {topics: {pills: []}}", "guard.topics.pills", "needs words"),
        ("guard: {topics: {pills: dosage}}", "guard.topics.pills", "expected a list"),
        ("guard: {spend_turn: -1}", "guard.spend_turn", ">= 0"),
        ("cache: {keep: 30}", "cache.keep", "duration"),
        ("prompt: {histroy: 1}", "prompt.histroy", "did you mean 'history'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_jobs_and_guards(paths: Paths, text: str, key: str, says: str) -> None:
    with pytest.raises(FileError, match=says) as caught:
        load(paths, TWO + text)
    assert (caught.value.line, caught.value.key) == (4, key)
    option, _, value = text.partition(": ")
    with pytest.raises(FileError, match=says) as caught:
        load(paths, TWO, [f"{option}={value}"])
    assert str(caught.value).startswith(f"--set {option}")
