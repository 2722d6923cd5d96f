"""litellm comes late, once, and says nothing. Each test in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

HEAD = """
import asyncio, os, sys, threading
from alexa_cli.models.chat import ChatRequest, ModelSpec
from alexa_cli.models.llm import importing
from alexa_cli.models.llm.clients import close_clients
from alexa_cli.models.llm.litellm_model import LiteLlm
from alexa_cli.models.llm.talk import talk
from alexa_cli.models.meter import Meter

HELLO = ChatRequest(({"role": "user", "content": "hello"},))

def openai(url):
    return LiteLlm(ModelSpec("a", model="openai/tiny"), api_key="k", api_base=url + "/v1")

def anthropic(url):
    return LiteLlm(ModelSpec("b", model="anthropic/tiny"), api_key="k", api_base=url)
"""


def python(code: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-c", HEAD + textwrap.dedent(code)],
        cwd=folder, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


def test_it_is_quiet_and_leaves_nothing_behind(
    tmp_path: Path, home: Path, wire: Any, wire_server: Any
) -> None:
    """Not a word, a file, a warning, a thread, whatever happens, loop after loop."""
    (tmp_path / ".env").write_text("FROM_DOTENV=1\n")
    wrong = [
        wire.Reply(status=500, error=b"<html>"),
        wire.Reply(status=429, error={"error": {"message": "busy"}}),
        wire.Reply((wire.Text("Hel"), wire.Raw(b"data: {oops\n\n"))),
        wire.Reply((wire.Text("Hel"), wire.Cut())),
    ]
    leaving = wire.Reply((wire.Text("Hel"), wire.Pause(0.01)), endless=True)
    wire_server.answer(*[*wrong, leaving, wire.Reply()] * 6)
    code = f"""
        from alexa_cli.models.failures import ModelError

        models = [openai("{wire_server.url}"), anthropic("{wire_server.url}")]

        async def turns(model):
            asyncio.get_running_loop().slow_callback_duration = 600  # slow is not wrong
            await model.warm()
            for _ in range(4):
                try:
                    async for piece in model.chat(HELLO):
                        pass
                except ModelError:
                    continue
                raise AssertionError("nothing failed")
            pieces = model.chat(HELLO)
            await anext(pieces)
            await pieces.aclose()
            meter = Meter()
            pieces = [piece async for piece in talk(model, HELLO, meter, "plan")]
            assert pieces[-1].reason == "stop"
            await close_clients()

        assert not importing.is_loaded()
        for model in (*models, *models):
            asyncio.run(turns(model))
        assert importing.is_loaded()
        assert importing.import_seconds() > 0.1
        assert "FROM_DOTENV" not in os.environ
        assert not any(t.name.startswith("asyncio") for t in threading.enumerate())
    """
    done = python(code, tmp_path, "-X", "dev", "-W", "error::ResourceWarning")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in tmp_path.iterdir()] == [".env"]
    assert not list(home.iterdir())


def test_the_import_is_prefetched_once_and_waiting_is_a_span_of_its_own(
    tmp_path: Path, wire_server: Any
) -> None:
    code = f"""
        for _ in range(10):
            importing.prefetch()
        assert not importing.is_loaded()  # it has not waited
        assert [t.name for t in threading.enumerate()].count("import litellm") == 1
        model = openai("{wire_server.url}")

        async def turn():
            meter = Meter()
            async for piece in talk(model, HELLO, meter, "plan"):
                pass
            return [span.name for span in meter.recorder.spans()]

        async def main():
            both = await asyncio.gather(turn(), turn())
            assert both == [["import litellm", "chat a"]] * 2, both
            assert await turn() == ["chat a"]
            assert await importing.wait() is importing.load()
            await close_clients()

        asyncio.run(main())
        for _ in range(2):
            asyncio.run(turn())  # who forgets to close is not told off
    """
    done = python(code, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_key_that_is_plainly_missing_is_told_before_the_import(tmp_path: Path) -> None:
    code = """
        import os

        from alexa_cli.models.failures import NotAllowed

        os.environ.pop("ANTHROPIC_API_KEY", None)
        os.environ.pop("ANTHROPIC_AUTH_TOKEN", None)
        spec = ModelSpec("a", model="anthropic/claude-sonnet-4-6", provider="anthropic")

        async def turn():
            async for piece in talk(LiteLlm(spec), HELLO, Meter(), "plan"):
                pass

        try:
            asyncio.run(turn())
        except NotAllowed as error:
            print(error.message, error.hint, importing.is_loaded())
        LiteLlm(spec).check_early({"ANTHROPIC_AUTH_TOKEN": "t"})
        LiteLlm(spec, api_key="k").check_early({})
        LiteLlm(spec, api_base="http://localhost:1").check_early({})
    """
    done = python(code, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "a: no key for anthropic/claude-sonnet-4-6 "
        "set ANTHROPIC_API_KEY, or models.a.api_key in config.yaml False\n"
    )


@pytest.mark.parametrize("leave", ["pass", "raise SystemExit(7)", "asyncio.run(cancelled())"])
def test_leaving_does_not_wait_for_it(tmp_path: Path, leave: str) -> None:
    """Ctrl-C during the import: the prompt comes back at once, and nothing is said."""
    code = f"""
        async def cancelled():
            try:
                async with asyncio.timeout(0.05):
                    await importing.wait()
            except TimeoutError:
                assert not importing.is_loaded()

        importing.prefetch()
        {leave}
    """
    done = python(code, tmp_path)
    assert (done.stdout, done.stderr) == ("", "")
    assert done.returncode == (7 if "7" in leave else 0)


def test_that_it_is_missing_is_said(tmp_path: Path) -> None:
    code = """
        from alexa_cli.errors import ConfigError

        sys.modules["litellm"] = None  # as if it were not installed
        for _ in range(2):
            try:
                asyncio.run(importing.wait())
            except ConfigError as error:
                assert "litellm cannot be imported" in str(error)
            else:
                raise AssertionError
    """
    done = python(code, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
