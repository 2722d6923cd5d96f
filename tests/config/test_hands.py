"""Calls that may never come back: in order, waited for a while, and then left behind."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from alexa_cli.config.hands import Hands

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """What a driver that hangs waits for."""
    event = threading.Event()
    yield event
    event.set()


def alive() -> bool:
    return "test-hands" in {thread.name for thread in threading.enumerate()}


def test_calls_are_made_in_order_by_one_thread_that_ends() -> None:
    made: list[object] = []

    async def run() -> None:
        hands = Hands("test-hands")
        hands.submit(lambda: made.append(threading.current_thread().name))
        assert await hands.do(lambda: len(made)) == 1
        with pytest.raises(ZeroDivisionError):
            await hands.do(lambda: 1 // 0)
        hands.submit(lambda: made.append(threading.current_thread().name))
        await hands.end()
        assert not alive()
        await hands.end()

    asyncio.run(run())
    assert made == ["test-hands", "test-hands"]


def test_hands_that_did_nothing_need_no_thread() -> None:
    asyncio.run(Hands("test-hands").end())
    assert not alive()


def test_what_nobody_waits_for_any_more_is_done_before_the_end(never: threading.Event) -> None:
    made: list[str] = []

    async def run() -> None:
        hands, begun = Hands("test-hands"), threading.Event()

        def open_slowly() -> None:
            begun.set()
            never.wait()
            made.append("opened")

        waiting = asyncio.create_task(hands.do(open_slowly))
        await asyncio.to_thread(begun.wait)
        waiting.cancel()
        await asyncio.wait({waiting})
        assert waiting.cancelled()
        hands.submit(lambda: made.append("closed"))
        ending = asyncio.create_task(hands.end())
        await asyncio.sleep(0)
        never.set()
        await ending
        assert not alive()

    asyncio.run(run())
    assert made == ["opened", "closed"]


def test_what_hangs_is_left_behind(never: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alexa_cli.config.hands.LET_GO", 3_600.0)

    async def run() -> None:
        hands = Hands("test-hands")
        with pytest.raises(TimeoutError):
            await hands.do(never.wait, patience=0.01)
        async with asyncio.timeout(60):
            await hands.end()  # it is known to hang: it is not waited for again

    asyncio.run(run())


@pytest.mark.parametrize("way", ["end", "cancel"])
def test_a_program_ends_although_its_hands_hang(way: str) -> None:
    code = f"""
import asyncio, threading
from alexa_cli.config.hands import Hands
async def run():
    hands = Hands("test-hands")
    hands.submit(threading.Event().wait)
    ending = asyncio.create_task(hands.end())
    await asyncio.sleep(0)
    if {way == "cancel"}:
        ending.cancel()
    await asyncio.wait({{ending}})
    print(ending.cancelled())
asyncio.run(run())
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert (ran.stdout, ran.stderr) == (f"{way == 'cancel'}\n", "")
