"""Ctrl-C stops what runs, once; pressing it again in haste does not tear apart what lets go."""

from __future__ import annotations

import asyncio
import gc
import signal
from typing import TYPE_CHECKING

import pytest

from alexa_cli.cli import stoppable

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator


@pytest.fixture(autouse=True)
def taken() -> Iterator[None]:
    """Ctrl-C as a shell's foreground has it, whoever runs the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def press() -> None:
    signal.raise_signal(signal.SIGINT)


async def let_go(done: list[str]) -> None:
    """Wait until it is cancelled, then take two steps, with Ctrl-C pressed all the while."""
    try:
        press()
        await asyncio.Event().wait()
    finally:
        press()
        await asyncio.sleep(0)
        done.append("first")
        press()
        await asyncio.to_thread(done.append, "second")


def test_what_lets_go_is_not_disturbed() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        stoppable.run(let_go(done))
    assert done == ["first", "second"]


def test_what_does_not_let_go_is_left(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stoppable, "HASTE", 0.0)
    monkeypatch.setattr("sys.unraisablehook", None)
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        stoppable.run(let_go(done))
    assert done == []
    assert capfd.readouterr() == ("", "")


def test_what_had_no_time_to_begin_is_not_complained_of(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    def fail(unbegun: Coroutine[object, object, object]) -> None:
        unbegun.close()
        raise KeyboardInterrupt

    monkeypatch.setattr(asyncio, "run", fail)
    with pytest.raises(KeyboardInterrupt):
        stoppable.run(let_go([]))
    gc.collect()
    assert not recwarn.list


def test_what_ends_by_ctrl_c_has_a_result() -> None:
    async def record() -> str:
        try:
            press()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "recorded"
        return "never"

    assert stoppable.run(record()) == "recorded"


def test_whoever_takes_ctrl_c_already_keeps_it() -> None:
    pressed: list[int] = []

    def take(number: int, _frame: object) -> None:
        pressed.append(number)

    async def hear() -> None:
        press()

    signal.signal(signal.SIGINT, take)
    stoppable.run(hear())
    assert pressed == [signal.SIGINT]
    signal.signal(signal.SIGINT, signal.default_int_handler)
