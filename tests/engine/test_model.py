"""The real engine through litellm: streamed tool calls, JSON, text, prefix reuse, closing."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.config.paths import find_paths
from alexa_cli.config.schema import ExpertsSettings
from alexa_cli.config.settings import Settings
from alexa_cli.context.household import load_household
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.models.chat import ChatRequest, ModelSpec, TextPiece, ToolPiece
from alexa_cli.models.llm.litellm_model import LiteLlm
from alexa_cli.models.llm.record import Gathered
from alexa_cli.models.llm.talk import talk
from alexa_cli.models.meter import Meter
from alexa_cli.prompt.aliases import Aliases
from alexa_cli.prompt.build import Material, build, lists_of
from alexa_cli.prompt.render import render
from alexa_cli.prompt.texts import load_texts
from tools.serve_tiny_llm import others

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.config.paths import Paths
    from alexa_cli.models.chat import Piece
    from tools.serve_tiny_llm import Engine

NOW = datetime(2026, 11, 21, 18, 5, tzinfo=ZoneInfo("America/New_York"))
CLOCK = "give me another quarter of an hour on the clock"


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    paths = find_paths({"ALEXA_HOME": str(tmp_path_factory.mktemp("catalogue"))})
    return load_catalogue(Settings(experts=ExpertsSettings(off=others())), paths)


@pytest.fixture
def prompts(catalogue: Catalogue, paths: Paths) -> Callable[..., ChatRequest]:
    """The project's own prompts for some words."""
    texts = load_texts()
    spec = ModelSpec("tiny", model="openai/tiny", provider="openai", temperature=0)

    def make(said: str, job: Any = "plan", *, only: str = "", mode: Any = "tools",
             home: Path | None = None) -> ChatRequest:  # fmt: skip
        snapshot = Snapshot(NOW, "America/New_York", "en", load_household(home, paths.cache))
        experts = (only,) if only else tuple(sorted(catalogue.experts))
        aliases = Aliases.of(snapshot.list, lists_of(catalogue, experts), {})
        material = Material(catalogue, experts, snapshot, said, aliases, structured=mode)
        return render(build(job, material, texts), spec)

    return make


@pytest.fixture
def ask(tiny_engine: Engine) -> Callable[..., tuple[Gathered, list[Piece]]]:
    """Ask the engine once, through litellm."""

    def run(request: ChatRequest, **options: Any) -> tuple[Gathered, list[Piece]]:
        spec = ModelSpec(
            "tiny", model="openai/tiny", provider="openai", temperature=0, timeout=200, deadline=250
        )
        model = LiteLlm(spec, api_key="any", api_base=tiny_engine.url, options=options)
        gathered, pieces = Gathered(), list[Any]()

        async def go() -> None:
            async with aclosing(talk(model, request, Meter(), "test")) as stream:
                async for piece in stream:
                    pieces.append(piece)
                    gathered.add(piece)

        asyncio.run(go())
        return gathered, pieces

    return run


def called(gathered: Gathered) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, json.loads(call.arguments)) for call in gathered.calls]


def test_the_template_is_rendered_as_it_was_learnt(
    tiny_engine: Engine, prompts: Callable[..., ChatRequest]
) -> None:
    pytest.importorskip("jinja2")
    from tools.tiny_llm_prompts import render_chat

    for request in (prompts(CLOCK), prompts(CLOCK, only="timers"), prompts(CLOCK, "route")):
        assert tiny_engine.rendered(request.messages, request.tools) == render_chat(request)


@pytest.mark.parametrize(
    ("said", "only", "wanted"),
    [
        (CLOCK, "", [("set_timer", {"duration": "quarter of an hour"})]),
        (CLOCK, "timers", [("set_timer", {"duration": "quarter of an hour"})]),
        ("i am done with the desk lamp", "", [("turn_off", {"device": "desk lamp"})]),
        ("fade the floor lamp to forty percent", "smart_home",
         [("set_brightness", {"device": "floor lamp", "brightness": "forty percent"})]),
        ("chuck stamps on our shopping list", "lists",
         [("add_items", {"items": "stamps", "list": "shopping list"})]),
        ("hook me up with priya", "contacts", [("call", {"contact": "priya"})]),
    ],
)  # fmt: skip
def test_tool_calls_stream_with_the_users_own_words(
    ask: Any, prompts: Any, said: str, only: str, wanted: list[tuple[str, dict[str, str]]]
) -> None:
    gathered, pieces = ask(prompts(said, only=only))
    assert called(gathered) == wanted
    assert gathered.end is not None
    assert gathered.end.reason == "tool_calls"
    assert sum(isinstance(piece, ToolPiece) for piece in pieces) > len(wanted)


def test_a_router_answers_with_a_number(ask: Any, prompts: Any, catalogue: Catalogue) -> None:
    for said, expert in ((CLOCK, "timers"), ("i am done with the desk lamp", "smart_home")):
        number = str(sorted(catalogue.experts).index(expert) + 1)
        assert ask(prompts(said, "route"))[0].text == number
    assert ask(prompts("tell me a joke", "route"))[0].text == "T"


def test_json_follows_the_schema(ask: Any, prompts: Any) -> None:
    gathered, _ = ask(prompts("enough of the fairy lights", mode="json_schema"))
    call = {"api": "turn_off", "arguments": {"device": "fairy lights"}}
    assert json.loads(gathered.text) == {"calls": [call]}
    assert not gathered.calls


def test_small_talk_is_text_and_comes_in_pieces(ask: Any, prompts: Any) -> None:
    gathered, pieces = ask(prompts("i am bored"))
    assert not gathered.calls
    assert gathered.text == "I am sorry to hear that."
    assert sum(isinstance(piece, TextPiece) for piece in pieces) > 3


def test_what_nobody_does_and_what_is_unclear(ask: Any, prompts: Any) -> None:
    assert called(ask(prompts("book me a flight to oslo"))[0]) == [("none_of_these", {})]
    [(name, arguments)] = called(ask(prompts("put some time on the clock"))[0])
    assert name == "ask_user"
    assert arguments["question"].endswith("?")


@pytest.mark.parametrize("only", ["", "timers"])
def test_the_stable_prefix_is_served_from_the_cache(
    tiny_engine: Engine, ask: Any, prompts: Any, only: str
) -> None:
    ask(prompts("turn off the porch light", only=only))
    request = prompts(CLOCK, only=only)
    usage = ask(request)[0].end.usage
    whole = tiny_engine.rendered(request.messages, request.tools)
    stable = len(tiny_engine.tokens(whole.split("\nNow: ")[0]))
    assert usage.cache_read >= 0.95 * stable
    assert usage.input == len(tiny_engine.tokens(whole))


def test_two_homes_share_the_fixed_sections(
    tiny_engine: Engine, ask: Any, prompts: Any, tmp_path: Path
) -> None:
    other = tmp_path / "home.yaml"
    other.write_text(
        "name: Elsewhere\nareas: [{name: loft}]\n"
        "devices: [{name: moon lamp, area: loft, kind: light}]\n"
    )
    ask(prompts("turn off the porch light", only="smart_home"))
    request = prompts("turn off the moon lamp", only="smart_home", home=other)
    usage = ask(request)[0].end.usage
    whole = tiny_engine.rendered(request.messages, request.tools)
    assert usage.cache_read >= len(tiny_engine.tokens(whole.split("<|im_start|>user")[0]))


def test_closing_the_stream_stops_the_engine(tiny_engine: Engine) -> None:
    spec = ModelSpec("tiny", model="openai/tiny", provider="openai", max_tokens=12_000)
    endless = {"extra_body": {"ignore_eos": True}}
    model = LiteLlm(spec, api_key="any", api_base=tiny_engine.url, options=endless)
    before = tiny_engine.made()

    async def run() -> bool:
        request = ChatRequest(({"role": "user", "content": "go on"},), max_tokens=12_000)
        async with aclosing(model.chat(request)) as stream:
            await anext(stream)
            assert await asyncio.to_thread(tiny_engine.busy)
        for _ in range(1_200):
            if not await asyncio.to_thread(tiny_engine.busy):
                return True
            await asyncio.sleep(0.05)
        return False

    assert asyncio.run(run())
    assert tiny_engine.made() - before < 12_000
