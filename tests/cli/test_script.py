"""Talks without a terminal: a script of turns, and JSON lines both ways."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from alexa_cli.store.store import Store
from alexa_cli.trace.save import list_turns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alexa_cli.config.paths import Paths
    from tests.cli.conftest import Installed

LIGHT = "turn on the kitchen light"
HUM = (
    "  hum:\n    description: Hum.\n    effect: read\n    sentences: [hum]\n    say: {say}\n"
    "    run: {{python: 'odd:hum'}}\n"
)


def lines(*said: str) -> bytes:
    return "".join(f"{each}\n" for each in said).encode()


def test_a_script_is_one_conversation(alexa: Installed, paths: Paths) -> None:
    timer = "set a timer for five minutes"
    ran = alexa(stdin=lines(LIGHT, "", "turn it off", "/undo", "call meg", "jones", timer))
    out = ran.out.splitlines()
    assert out[0] == "I turned on the kitchen light."
    assert "off" in out[1]
    assert out[2] == "Done, that's undone."
    assert out[3] == "Meg Jones or Meg Bauer?"
    assert "Meg Jones" in out[4]
    assert out[5] == "Timer set for 5 minutes."  # it rings here, for as long as this is open
    assert "alexa: still to come: “Your 5 minute timer is done.”, " in ran.err
    assert ran.code == 1
    with Store(paths.database) as store:
        assert len({turn.conversation for turn in list_turns(store)}) == 1


def test_the_last_line_needs_no_end_and_quit_ends(alexa: Installed) -> None:
    assert alexa("chat", stdin=LIGHT.encode()).out == "I turned on the kitchen light.\n"
    ran = alexa("chat", stdin=lines("/quit", LIGHT))
    assert (ran.code, ran.out) == (0, "")


def test_quit_does_not_wait_for_the_end_of_input(alexa: Installed) -> None:
    process = alexa.start("chat")
    assert process.stdin
    process.stdin.write(lines("/quit"))
    process.stdin.flush()
    assert process.wait(timeout=60) == 0
    assert process.stderr
    assert process.stderr.read() == b""
    process.communicate()


def test_answers_come_one_by_one(alexa: Installed) -> None:
    process = alexa.start("chat")
    assert process.stdin
    assert process.stdout
    for said, answer in ((LIGHT, b"I turned on"), ("/undo", b"Done")):
        process.stdin.write(lines(said))
        process.stdin.flush()
        assert process.stdout.readline().startswith(answer)
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_commands(alexa: Installed, tmp_path: Path) -> None:
    saved = tmp_path / "talk.txt"
    commands = [
        "/help", "/experts", "/experts timers", "/context", "/model", "/model decide sentences",
        f"/route {LIGHT}", "/reload", LIGHT, "/trace", f"/save {saved}", "/clear",
    ]  # fmt: skip
    ran = alexa("chat", stdin=lines(*commands))
    assert (ran.code, ran.err) == (0, "")
    for said in (
        "/undo", "smart_home", "set_timer", "pending   nothing", "reflex > sentences > nearest",
        "decide: sentences\n", "decision: plan smart_home.", "loaded 14 experts", "decisions\n",
        "saved 1 turn to", "A new conversation.",
    ):  # fmt: skip
        assert said in ran.out
    assert saved.read_text() == f"> {LIGHT}\nI turned on the kitchen light.\n\n"
    assert saved.stat().st_mode & 0o777 == 0o600


def test_models_are_swapped_for_every_job_and_by_strategies(alexa: Installed) -> None:
    folder = alexa.home / "config"
    folder.mkdir(parents=True, exist_ok=True)
    one = "{kind: scripted, script: said.yaml}"
    (folder / "config.yaml").write_text(f"models:\n  fast: {one}\n  slow: {one}\n")
    (folder / "said.yaml").write_text("answers: [{job: route, text: T}]\nelse: {text: So it is.}\n")
    swaps = [
        "/model reply fast", "/model summarise slow fast", "/model rerank {fallback: [fast, slow]}",
        "/model decide reflex, {speculate: {draft: fast, verify: {fallback: [slow, fast]}}}",
        "tell me something that nobody knows",
    ]  # fmt: skip
    ran = alexa("chat", stdin=lines(*swaps))
    assert ran.err == ""
    told = ran.out.splitlines()
    assert "reply: fast" in told
    assert "summarise: slow > fast" in told
    assert "rerank: fast > slow" in told
    assert told[-1] == "So it is."


def test_commands_that_fail_go_on(alexa: Installed, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.touch()
    bad = [
        "/nope", "/route", "/model decide nobody", "/model decide", "/save", f"/save {there}",
        "/save /no/such/folder/at/all\x00", "/experts nobody", "/trace t-nothing",
    ]  # fmt: skip
    ran = alexa("chat", stdin=lines(*bad, LIGHT))
    assert ran.out == "I turned on the kitchen light.\n"
    told = [line for line in ran.err.splitlines() if line.startswith("alexa: ")]
    assert len(told) == len(bad)
    assert ran.code != 0


def talk(alexa: Installed, *requests: dict[str, str]) -> list[dict[str, Any]]:
    ran = alexa("chat", "--json", stdin=lines(*map(json.dumps, requests)))
    assert ran.err == ""
    return [json.loads(line) for line in ran.out.splitlines()]


def test_json_lines_are_the_events_of_a_turn(alexa: Installed) -> None:
    events = talk(alexa, {"say": LIGHT}, {"command": "/undo"})
    kinds = [event["type"] for event in events]
    assert kinds[0] == "heard"
    assert [k for k in kinds if k != "decided"] == [
        "heard", "started", "acted", "replied", "finished", "shown",
    ]  # fmt: skip
    assert events[-1]["lines"] == ["Done, that's undone."]
    assert events[-2]["status"] == "done"


def test_what_is_due_rings(alexa: Installed) -> None:
    process = alexa.start("chat", "--json")
    assert process.stdin
    assert process.stdout
    process.stdin.write(lines(json.dumps({"say": "set a timer for 1 second"})))
    process.stdin.flush()
    kinds = []
    while "rang" not in kinds:
        event = json.loads(process.stdout.readline())
        kinds.append(event["type"])
    assert event["expert"] == "timers"
    assert "1 second" in event["text"]
    process.communicate(timeout=60)


def test_what_another_process_set_rings(alexa: Installed) -> None:
    process = alexa.start("chat")
    assert process.stdin
    assert process.stdout
    process.stdin.write(lines("hello"))
    process.stdin.flush()
    process.stdout.readline()
    ran = alexa("set a timer for 1 second")
    assert "alexa chat" in ran.out
    assert "1 second timer" in process.stdout.readline().decode()
    process.communicate(timeout=60)


def test_experts_are_loaded_again_when_they_change(
    alexa: Installed, expert: Callable[[str, str], Path]
) -> None:
    python = "def hum():\n    return None\n"
    folder = expert(HUM.format(say="Hm."), python)
    process = alexa.start("chat", "--experts", str(folder))
    assert process.stdin
    assert process.stdout

    def hum() -> str:
        assert process.stdin
        assert process.stdout
        process.stdin.write(lines("hum"))
        process.stdin.flush()
        return process.stdout.readline().decode().strip()

    assert hum() == "Hm."
    expert(HUM.format(say="Hmmm."), python)
    assert hum() == "Hmmm."
    expert(HUM.replace("effect", "efect").format(say="Broken."), python)
    assert hum() == "Hmmm."
    assert hum() == "Hmmm."
    expert(HUM.format(say="Hm again."), python)
    assert hum() == "Hm again."
    _, err = process.communicate(timeout=60)
    told = err.decode()
    assert told.count("'efect'") == 1
    assert "did you mean 'effect'" in told
    assert f"{folder / 'odd' / 'expert.yaml'}:6" in told
    assert told.count("loaded 1 expert\n") == 2
