"""``alexa models``: what is listed, and what a test of a model finds."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.cli.model_list import jobs_of, language_models, price_line
from alexa_cli.cli.model_test import _test_all
from alexa_cli.config.schema import JobsSettings, PriceSettings, Strategy
from alexa_cli.config.settings import ModelSettings, Settings
from alexa_cli.models.chat import Price
from alexa_cli.models.llm.registry import LanguageModels

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Inside, Installed
    from tests.wire.server import WireServer

SCRIPT = """
answers:
  - {prompt: set_light, calls: [{name: set_light, arguments: {room: kitchen, on: true}}]}
  - {when: light in the kitchen, json: {room: kitchen, on: true}}
else: {text: one two three}
"""


def written(folder: Path, name: str, text: str) -> list[str]:
    """The options that add a scripted model."""
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return ["--set", f"models.{name}.kind=scripted", "--set", f"models.{name}.script={file}"]


def test_the_list_says_what_each_model_needs_and_does(inside: Inside, tmp_path: Path) -> None:
    options = [
        *written(tmp_path, "good", SCRIPT), "--set", "models.far.kind=llm",
        "--set", "models.far.model=anthropic/claude-sonnet-4-6",
        "--set", "jobs.decide=[sentences, {speculate: {draft: good, verify: far}}]",
        "--set", "jobs.reply=far",
    ]  # fmt: skip
    ran = inside("models", "list", *options, env={"ANTHROPIC_API_KEY": ""})
    assert ran.code == 0
    assert "far  llm  decide (verify), reply\n  state   no key\n" in ran.out
    assert "key     missing: set ANTHROPIC_API_KEY" in ran.out
    assert "cache   by breakpoints, from 1,024 tokens" in ran.out
    assert "good  scripted  decide (draft)\n  state   in use" in ran.out
    ran = inside("models", "--json", *options, env={"ANTHROPIC_API_KEY": "very-secret-key"})
    rows = {row["name"]: row for row in json.loads(ran.out)}
    assert rows["far"]["key"] == "in ANTHROPIC_API_KEY"
    assert rows["far"]["price"]["cache_write"] == 3.75
    assert {"reflex", "sentences", "nearest", "minilm", "good"} < set(rows)
    assert "very-secret-key" not in ran.out + ran.err


def test_without_language_models_the_list_says_how_to_add_one(inside: Inside) -> None:
    assert "no language models" in inside("models").out


def test_a_model_that_works(inside: Inside, tmp_path: Path) -> None:
    options = written(tmp_path, "good", SCRIPT)
    ran = inside("models", "test", "good", *options)
    assert ran.code == 0, ran.out
    assert ran.out.startswith("good  scripted\n  answer       one two three\n")
    for line in ("prefix       cached: ", "tool call    works (plans", "JSON schema  works\n",
                 "4 requests"):  # fmt: skip
        assert line in ran.out
    (row,) = json.loads(inside("models", "test", "--json", *options).out)
    assert row["ok"] is True
    assert row["prefix"]["cached"] > 1_000
    assert row["cost"] == 0


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("else: {fail: bad_key}", 4, "answer       a does not accept the key"),
        ("else: {fail: unreachable}", 5, "cannot be reached"),
        (
            "answers: [{prompt: set_light, fail: filtered}]\nelse: {text: ok}",
            6,
            "tool call    a ref",
        ),
        ("else: {text: I will not.}", 1, "no call; it answered 'I will not.'"),
        ("else: {calls: [{name: set_light, arguments: '{'}]}", 1, "what came is no JSON: '{'"),
        ("else: {calls: [{name: fly}]}", 1, "it called 'fly', which there is not"),
        ("else: {nothing: 1}", 4, "not usable   "),
    ],
)
def test_what_does_not_work_is_told_line_by_line(
    inside: Inside, tmp_path: Path, script: str, code: int, says: str
) -> None:
    options = [*written(tmp_path, "a", script), "--set", "models.a.retries=0"]
    ran = inside("models", "test", *options)
    assert says in ran.out
    assert ran.code == code


def test_a_way_of_asking_that_is_not_used_may_fail(inside: Inside, tmp_path: Path) -> None:
    text = "answers: [{when: light in the kitchen is on, json: {room: kitchen, on: true}}]\n"
    options = written(tmp_path, "a", f"{text}else: {{text: words}}")
    ran = inside("models", "test", *options)
    assert ran.code == 1
    assert "try models.a.structured: json_schema" in ran.out
    assert inside("models", "test", *options, "--set", "models.a.structured=json_schema").code == 0


def test_no_such_model(inside: Inside, tmp_path: Path) -> None:
    ran = inside("models", "test", "godo", *written(tmp_path, "good", SCRIPT))
    assert (ran.code, ran.err.splitlines()[1].strip()) == (4, "did you mean 'good'?")
    assert "no language model to test" in inside("models", "test").err


def test_jobs_name_the_part_a_model_plays() -> None:
    verify = Strategy(fallback=["b", Strategy(race=["c", "a"])])
    jobs = JobsSettings(decide=["reflex", Strategy(speculate={"draft": "a", "verify": verify})],
                        reply="b", summarise=Strategy(fallback=["a", "b"]))  # fmt: skip
    settings = Settings(jobs=jobs)
    assert jobs_of("a", settings) == ("decide (draft)", "decide (verify)", "summarise (fallback)")
    assert jobs_of("b", settings) == ("decide (verify)", "reply", "summarise (fallback)")
    assert jobs_of("nobody", settings) == ()


@pytest.mark.parametrize(
    ("price", "line"),
    [(Price(), "unknown"), (Price(0.0, 0.0, 0.0, 0.0), "nothing"),
     (Price(3.0, 15.0, 0.3), "$3 in, $15 out, $0.3 cache read for a million tokens")],
)  # fmt: skip
def test_prices(price: Price, line: str) -> None:
    assert price_line(price) == line


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"model": "openai/x"}, "missing: set OPENAI_API_KEY"),
        ({"model": "openai/x", "api_base": "http://127.0.0.1:1"}, "none needed"),
        ({"model": "openai/x", "api_key": "k"}, "in the configuration"),
        ({"model": "gemini/x"}, "in GOOGLE_API_KEY"),
        ({"model": "ollama_chat/x"}, "none needed"),
    ],
)
def test_where_keys_come_from(options: dict[str, Any], key: str) -> None:
    settings = Settings(models={"a": ModelSettings(kind="llm", **options)})
    (row,) = language_models(settings, {"GOOGLE_API_KEY": "secret"})
    assert row["key"] == key
    assert row["state"] == ("no key" if key.startswith("missing") else "ready")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("models: {a: {kind: scripted, script: a.yaml}}", "a.yaml:2: unknown key 'txet'"),
        ("models: {a: {kind: llm, model: antropic/x}}", "there is no provider 'antropic'"),
        ("prompt: {folder: texts}", "said.md"),
    ],
)
def test_config_check_looks_at_what_models_need(alexa: Installed, text: str, says: str) -> None:
    folder = alexa.home / "config"
    (folder / "texts").mkdir(parents=True)
    (folder / "a.yaml").write_text("answers:\n  - {txet: hello}\n")
    (folder / "texts" / "said.md").write_text("no front matter\n")
    (folder / "config.yaml").write_text(text)
    ran = alexa("config", "check")
    assert ran.code == 4
    assert says in ran.err


def test_a_configured_model_costs_plain_commands_no_import(alexa: Installed) -> None:
    options = ["--set", "models.far.kind=llm", "--set", "models.far.model=openai/gpt-5-mini",
               "--set", "jobs.decide=[reflex, sentences, far]"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-X", "importtime", alexa.program, "ask", "turn on the kitchen light",
         *options], env=alexa.env, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "alexa_cli" in names
    assert names & {"litellm", "openai", "httpx", "numpy", "tokenizers", "pydantic"} == set()


# A provider over HTTP -----------------------------------------------------------------------


def find_out(server: WireServer, *replies: Any, **options: Any) -> tuple[int, dict[str, Any]]:
    server.answer(*replies)
    model = ModelSettings(kind="llm", model="openai/tiny", api_base=f"{server.url}/v1",
                          retries=0, **options)  # fmt: skip
    models = LanguageModels(Settings(models={"far": model}))
    codes, rows = asyncio.run(_test_all(models, ("far",), quiet=True))
    return codes[0], rows[0]


def test_a_provider_that_can_do_everything(wire_server: WireServer, wire: Any) -> None:
    call = [wire.Tool('{"room": "kitchen", ', "set_light"), wire.Tool('"on": true}')]
    json_text = '{"room": "the kitchen", "on": true}'
    code, row = find_out(
        wire_server, wire.Reply(usage=wire.Usage(1400, output=6)),
        wire.Reply(usage=wire.Usage(40, read=1360)), wire.Reply(call, finish="tool_calls"),
        wire.Reply([wire.Text(json_text)]), price=PriceSettings(input=1, output=2),
    )  # fmt: skip
    assert code == 0
    assert row["answer"]["text"] == "Hello there."
    assert row["prefix"]["cached"] == 1360
    assert row["tool_call"]["ok"]
    assert row["JSON_schema"]["ok"]
    assert row["cost"] is not None
    asked = [each.body for each in wire_server.asked]
    assert asked[0]["messages"][0] == asked[1]["messages"][0]
    assert asked[2]["tools"][0]["function"]["name"] == "set_light"
    assert asked[3]["response_format"]["type"] == "json_schema"


def test_a_provider_that_refuses_the_key(wire_server: WireServer, wire: Any) -> None:
    reply = wire.Reply(status=401, error={"error": {"message": "no such key", "code": "401"}})
    code, row = find_out(wire_server, reply, api_key="wrong-key-9876")
    assert code == 4
    assert not row["ok"]
    assert "far" in row["answer"]["error"]
    assert "wrong-key-9876" not in str(row)
