"""Handlers against the real thing: functions in files, a local HTTP server, programs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.catalog.build import build_folder
from alexa_cli.catalog.context import HandlerFailed, Limits, Returned
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.catalog.python_handler import run_list
from alexa_cli.errors import AlexaError, Refused, Unreachable
from alexa_cli.turn import Argument, Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEAD = "name: probe\ndescription: A probe.\nlists: {names: {python: 'probe:names'}}\napis:\n"
API = "  go:\n    description: x\n    effect: reversible\n    undo: back\n{more}    run: {run}\n"
BACK = "  back: {description: x, parameters: {level: {type: integer}}}\n"


class Probe:
    """Runs one API of an expert made of YAML and Python."""

    def __init__(self, write: Callable[..., Path], context: Callable[..., Any]) -> None:
        self.write, self.context = write, context

    def run(
        self,
        run: str,
        python: str = "",
        *,
        more: str = "",
        limits: Limits | None = None,
        **arguments: Argument | Any,
    ) -> Returned:
        return asyncio.run(self.start(run, python, more=more, limits=limits, **arguments))

    async def start(
        self,
        run: str,
        python: str = "",
        *,
        more: str = "",
        limits: Limits | None = None,
        **arguments: Argument | Any,
    ) -> Returned:
        yaml = HEAD + API.format(run=run, more=more) + BACK
        expert = build_folder(self.write(yaml, python or "names = 0\n")).usable()
        expert = replace(expert, fingerprint=str(hash(python)))
        resolved = {
            name: value if isinstance(value, Argument) else Argument(value)
            for name, value in arguments.items()
        }
        return await run_handler(expert, expert.apis["go"], resolved, self.context(limits))


@pytest.fixture
def probe(write_expert: Callable[..., Path], handler_context: Callable[..., Any]) -> Probe:
    return Probe(write_expert, handler_context)


GO = '{python: "probe:go"}'

# python -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("def go(**a): return {'got': a}", {"got": {"x": 3}}),
        ("async def go(x): return [x, (1, 2)]", [3, [1, 2]]),
        ("def go(x, context): return [x, context.tz, str(context.now.date())]",
         [3, "UTC", "2026-11-21"]),
        ("def go(x, y=5): return x + y", 8),
        ("def go(x): return None", None),
    ],
)  # fmt: skip
def test_functions_get_arguments_and_return_json(probe: Probe, body: str, value: Any) -> None:
    returned = probe.run(GO, body, x=3)
    assert returned == Returned(value=value, source="python", trust=Trust.HOUSEHOLD)


def test_a_result_carries_words_and_its_undo(probe: Probe) -> None:
    python = (
        "from alexa_cli.catalog import Result\n"
        "def go(): return Result(7, say='Seven.', undo={'arguments': {'level': 3}},"
        " expects_answer=True)"
    )
    returned = probe.run(GO, python)
    assert (returned.value, returned.say, returned.expects_answer) == (7, "Seven.", True)
    assert returned.undo == {"api": "back", "arguments": {"level": 3}}


BROKEN = {
    "def go(): raise ValueError('no\\nway')": "probe.go failed: ValueError: no way (probe.py:1)",
    "async def go():\n    1 / 0": "failed: ZeroDivisionError: division by zero (probe.py:2)",
    "def go(": "probe: cannot load probe.py: SyntaxError:",
    "import nothing_like_it": "ModuleNotFoundError: No module named 'nothing_like_it' (probe.py:1)",
    "raise SystemExit(3)": "cannot load probe.py: SystemExit: 3",
    "import sys\ndef go(): sys.exit(1)": "tried to stop the program (SystemExit)",
    "def stop(): pass": "probe.py has no function 'go'",
    "go = 3": "probe.py has no function 'go'",
    "def go(wrong): pass": "missing a required argument: 'wrong'",
    "def go(): return object()": "no JSON value",
    "def go():\n    x = []\n    x.append(x)\n    return x": "no JSON value",
    "def go(): return [{'x': float('nan')}]": "no JSON value: NaN or infinity",
    "def go(): return 'x' * 2_000_000": "more than 1,000,000 bytes",
    "def go(): return '\\ud800'": "no JSON value",
    "def go(): raise StopIteration": "failed: StopIteration",
    "from alexa_cli.catalog import Result\ndef go(): return Result(say=3)": "say is no text",
    "from alexa_cli.catalog import Result\ndef go(): return Result(undo={'api': 'x'})":
        "its undo names no API of probe: 'x'",
    "from alexa_cli.catalog import Result\ndef go(): return Result(undo={'level': 1})":
        "an undo is",
}  # fmt: skip


@pytest.mark.parametrize("python", BROKEN)
def test_rubbish_is_one_line(probe: Probe, python: str) -> None:
    with pytest.raises(HandlerFailed) as caught:
        probe.run(GO, python)
    assert BROKEN[python] in caught.value.message
    assert "\n" not in caught.value.message


def test_an_expert_may_refuse_in_its_own_words(probe: Probe) -> None:
    python = "from alexa_cli.errors import Refused\ndef go(): raise Refused('Not at night.')"
    with pytest.raises(Refused, match=r"^Not at night\.$"):
        probe.run(GO, python)


def test_a_hanging_function_is_abandoned(probe: Probe) -> None:
    python = (
        "import threading\nstarted, release = threading.Event(), threading.Event()\n"
        "def go():\n    started.set()\n    release.wait()\n"
    )

    async def scene() -> None:
        task = asyncio.create_task(probe.start(GO, python))
        while not (module := _probe_module()) or not module.started.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        waiting = [t for t in threading.enumerate() if t.name == "alexa probe.go"]
        assert waiting
        assert all(thread.daemon for thread in waiting)
        module.release.set()
        for thread in waiting:
            thread.join(60)

    asyncio.run(scene())


def test_an_async_function_that_never_awaits_does_not_hold_up_the_others(probe: Probe) -> None:
    python = (
        "import threading\nblocking, release = threading.Event(), threading.Event()\n"
        "async def go():\n    blocking.set()\n    release.wait()\n"
    )

    async def scene() -> None:
        task = asyncio.create_task(probe.start(GO, python))
        while not (module := _probe_module("blocking")) or not module.blocking.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0)
        for _ in range(2):  # the first asks it to end, the second leaves it behind
            task.cancel()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        module.release.set()

    asyncio.run(asyncio.wait_for(scene(), 100))


def test_a_cancelled_async_function_may_clean_up(probe: Probe) -> None:
    python = (
        "import asyncio, threading\ncleaning, cleaned = threading.Event(), []\n"
        "async def go():\n    try:\n        cleaning.set()\n        await asyncio.Event().wait()\n"
        "    finally:\n        await asyncio.sleep(0)\n        cleaned.append(True)\n"
    )

    async def scene() -> None:
        task = asyncio.create_task(probe.start(GO, python))
        while not (module := _probe_module("cleaning")) or not module.cleaning.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert module.cleaned == [True]

    asyncio.run(asyncio.wait_for(scene(), 100))


def test_a_function_cannot_change_the_call(probe: Probe) -> None:
    given = Argument([{"n": 1}])
    python = "def go(x):\n    x[0]['n'] = 2\n    x.append(3)\n    return x"
    assert probe.run(GO, python, x=given).value == [{"n": 2}, 3]
    assert given.value == [{"n": 1}]


def _probe_module(holding: str = "started") -> Any:
    names = [name for name in list(sys.modules) if name.startswith("_alexa_experts_")]
    loaded = [sys.modules[name] for name in names if name.endswith(".probe")]
    return next((m for m in reversed(loaded) if hasattr(m, holding)), None)


def test_modules_of_an_expert_find_each_other(
    probe: Probe, write_expert: Callable[..., Path]
) -> None:
    folder = write_expert("")
    (folder / "helper.py").write_text("ANSWER = 42\n")
    assert probe.run(GO, "from .helper import ANSWER\ndef go(): return ANSWER").value == 42
    assert not {"probe", "helper"} & sys.modules.keys()


def test_a_changed_file_is_loaded_afresh_within_the_same_second(probe: Probe) -> None:
    assert probe.run(GO, "def go(): return 1").value == 1
    assert probe.run(GO, "def go(): return 2").value == 2


def test_a_module_that_is_a_link_to_elsewhere_is_refused(
    probe: Probe, write_expert: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "outside.py").write_text("def go(): return 'stolen'\n")
    (write_expert("") / "linked.py").symlink_to(tmp_path / "outside.py")
    with pytest.raises(HandlerFailed, match="leads out of the expert's folder"):
        probe.run('{python: "linked:go"}')


def test_only_declared_lists_are_seen(handler_context: Callable[..., Any]) -> None:
    household = handler_context(people=("Ann",)).household
    assert household.people == ("Ann",)
    with pytest.raises(AttributeError, match=r"does not see 'pets': add it to `context:`"):
        _ = household.pets


def test_an_experts_own_list(
    write_expert: Callable[..., Path], handler_context: Callable[..., Any]
) -> None:
    python = "def names(): return ['Milk', {'id': '7', 'name': 'Eggs', 'aliases': ['egg']}]"
    expert = build_folder(write_expert(HEAD + BACK, python)).usable()
    assert run_list(expert, "names", handler_context()) == [
        {"id": "Milk", "name": "Milk", "aliases": [], "attributes": {}},
        {"id": "7", "name": "Eggs", "aliases": ["egg"], "attributes": {}},
    ]


# http ---------------------------------------------------------------------------------------


class _Answers(BaseHTTPRequestHandler):
    """Answers by path; ``/echo`` returns what was sent."""

    def do_GET(self) -> None:  # noqa: PLR0911 - a table of answers
        path = self.path.partition("?")[0]
        if path.startswith("/status/"):
            return self._answer(b"{}", status=int(path[8:]))
        if path == "/big":
            return self._answer(b"x" * 300_000, "text/plain")
        if path == "/moved":
            return self._answer(b"", status=302, location="/echo")
        if path == "/away":
            return self._answer(b"", status=302, location="http://example.invalid/")
        if path == "/round":
            return self._answer(b"", status=302, location="/round")
        if path == "/image":
            return self._answer(b"\x89PNG", "image/png")
        if path == "/bad":
            return self._answer(b"{no", "application/json")
        if path == "/nothing":
            return self._answer(b"", status=204)
        if path == "/slow":
            self.server.release.wait(60)  # type: ignore[attr-defined]
            return None
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        echo = {"method": self.command, "path": self.path, "body": json.loads(body or "null"),
                "token": self.headers.get("X-Token")}  # fmt: skip
        return self._answer(json.dumps(echo).encode())

    do_POST = do_GET  # noqa: N815 - the server's naming

    def _answer(
        self, content: bytes, kind: str = "application/json", status: int = 200,
        location: str | None = None,
    ) -> None:  # fmt: skip
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as running:
        running.release = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.release.set()  # type: ignore[attr-defined]
        running.shutdown()
        thread.join(60)


PARAMETERS = "    parameters: {who: {}, n: {type: integer}, maybe: {}}\n    required: [who, n]\n"


def test_a_request_carries_values_not_text(probe: Probe, server: str) -> None:
    run = (
        f'{{http: {{method: POST, url: "{server}/echo/$who/x", query: {{q: $who, m: $maybe}},'
        ' headers: {X-Token: $who.token}, json: {n: $n, deep: [$who], m: $maybe, c: "$$5"}}}'
    )
    who = Argument('a/b "&?#', attributes={"token": "t-1"})
    returned = probe.run(run, more=PARAMETERS, who=who, n=3)
    assert returned.value == {
        "method": "POST",
        "path": "/echo/a%2Fb%20%22%26%3F%23/x?q=a%2Fb+%22%26%3F%23",
        "body": {"n": 3, "deep": ['a/b "&?#'], "c": "$5"},
        "token": "t-1",
    }
    assert returned.source == "http:" + server.removeprefix("http://")
    assert returned.trust is Trust.UNTRUSTED


@pytest.mark.parametrize(
    ("path", "value"), [("/moved", "/echo"), ("/nothing", None), ("/big", "x" * 300_000)]
)
def test_good_answers(probe: Probe, server: str, path: str, value: object) -> None:
    returned = probe.run(f'{{http: {{url: "{server}{path}"}}}}').value
    assert (returned["path"] if isinstance(returned, dict) else returned) == value


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/status/404", "answered 404 Not Found"),
        ("/status/500", "answered 500 Internal Server Error"),
        ("/away", "redirects to http://example.invalid, which is not followed"),
        ("/round", "redirects without end"),
        ("/image", "image/png, which is neither JSON nor text"),
        ("/bad", "JSON that is none"),
    ],
)
def test_bad_answers_are_one_line(probe: Probe, server: str, path: str, message: str) -> None:
    with pytest.raises(HandlerFailed) as caught:
        probe.run(f'{{http: {{url: "{server}{path}"}}}}')
    assert message in caught.value.message


def test_too_large_too_slow_and_not_there(probe: Probe, server: str) -> None:
    with pytest.raises(HandlerFailed, match="more than 1,000 bytes"):
        probe.run(f'{{http: {{url: "{server}/big"}}}}', limits=Limits(output_bytes=1_000))
    with pytest.raises(Unreachable, match=r"did not answer within 0\.05 seconds"):
        probe.run(f'{{http: {{url: "{server}/slow", timeout: 50ms}}}}')
    with pytest.raises(Unreachable, match="out of reach"):
        probe.run('{http: {url: "http://127.0.0.1:1/"}}')


@pytest.mark.parametrize("who", ["..", ".", "", None])
def test_a_value_cannot_walk_up_the_path(probe: Probe, server: str, who: str | None) -> None:
    with pytest.raises(HandlerFailed):
        probe.run(f'{{http: {{url: "{server}/a/$who"}}}}', more=PARAMETERS, who=who, n=1)


def test_a_header_cannot_hold_a_line_break(probe: Probe, server: str) -> None:
    run = f'{{http: {{url: "{server}/echo", headers: {{X-Token: $who}}}}}}'
    with pytest.raises(HandlerFailed, match="the header X-Token cannot hold"):
        probe.run(run, more=PARAMETERS, who="a\r\nX-Evil: 1", n=1)


# shell --------------------------------------------------------------------------------------

SHOW = f'{sys.executable}, -c, "import sys, json; print(json.dumps(sys.argv[1:]))"'


@pytest.mark.parametrize("value", ["a b", "; rm -rf /", "$(id)", "*", "a\nb", "'\"", "ü"])
def test_a_value_is_one_item_whatever_is_in_it(probe: Probe, value: str) -> None:
    run = f"{{shell: [{SHOW}, $who, --n=$n, --m=$maybe]}}"
    returned = probe.run(run, more=PARAMETERS, who=value, n=-3)
    assert json.loads(str(returned.value)) == [value, "--n=-3"]
    assert returned.source == f"shell:{os.path.basename(sys.executable)}"  # noqa: PTH119
    assert returned.trust is Trust.UNTRUSTED


def test_a_value_cannot_become_an_option(probe: Probe) -> None:
    with pytest.raises(HandlerFailed, match="'--help' would be read as an option"):
        probe.run(f"{{shell: [{SHOW}, $who]}}", more=PARAMETERS, who="--help", n=1)
    guarded = probe.run(f"{{shell: [{SHOW}, --, $who]}}", more=PARAMETERS, who="--help", n=1)
    assert json.loads(str(guarded.value)) == ["--", "--help"]


def test_nul_is_refused(probe: Probe) -> None:
    with pytest.raises(HandlerFailed, match="holds NUL"):
        probe.run(f"{{shell: [{SHOW}, $who]}}", more=PARAMETERS, who="a\0b", n=1)


def _python(code: str) -> str:
    return f"{{shell: [{sys.executable}, -c, {json.dumps(code)}]}}"


def test_programs_that_fail(probe: Probe) -> None:
    code = "import sys; sys.stderr.write('\\n no \\x1b[31m luck\\nmore'); sys.exit(3)"
    with pytest.raises(HandlerFailed) as caught:
        probe.run(_python(code))
    assert caught.value.message.endswith("failed with exit code 3: no luck")
    with pytest.raises(HandlerFailed, match="there is no program 'no-such-program'"):
        probe.run("{shell: [no-such-program]}")
    with pytest.raises(HandlerFailed, match="printed more than 1,000 bytes"):
        probe.run(_python("while True: print('x' * 999)"), limits=Limits(output_bytes=1_000))


def test_a_slow_program_and_its_children_are_killed(probe: Probe, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = (
        "import subprocess, sys, pathlib, os\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import threading;"
        " threading.Event().wait()'])\n"
        f"pathlib.Path({str(pid_file)!r} + '.new').write_text(str(child.pid))\n"
        f"os.rename({str(pid_file)!r} + '.new', {str(pid_file)!r})\n"
        "child.wait()\n"
    )

    async def scene() -> int:
        task = asyncio.create_task(probe.start(_python(code)))
        while not pid_file.exists():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        child = int(pid_file.read_text())
        while _runs(child):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
        return child

    assert not _runs(asyncio.run(asyncio.wait_for(scene(), 100)))
    with pytest.raises(HandlerFailed, match=r"took longer than 0\.05 seconds"):
        probe.run(_python("import threading; threading.Event().wait()"),
                  limits=Limits(shell_seconds=0.05))  # fmt: skip


ESCAPED = """
import subprocess, sys
code = {code!r}
child = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
open({pid!r}, "w").write(str(child.pid))
{then}
"""


@pytest.mark.parametrize(
    ("code", "then", "expected"),
    [
        ("while True: print('x' * 999)", "child.wait()", "printed more than 1,000 bytes"),
        ("import threading; threading.Event().wait()", "child.wait()", "took longer than 1 sec"),
        ("import threading; threading.Event().wait()", "print('hi')", "hi"),
    ],
)
def test_a_child_that_left_the_session_holds_nothing_up(
    probe: Probe, tmp_path: Path, code: str, then: str, expected: str
) -> None:
    pid = tmp_path / "pid"
    run = _python(ESCAPED.format(code=code, pid=str(pid), then=then))
    limits = Limits(shell_seconds=1 if "longer" in expected else 60, output_bytes=1_000)
    try:
        answered = asyncio.run(asyncio.wait_for(probe.start(run, limits=limits), 100)).value
    except HandlerFailed as error:
        answered = error.message
    finally:
        # A slow machine may not even have begun it within a second.
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            os.kill(int(pid.read_text()), signal.SIGKILL)
    assert expected in str(answered)


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


# the rest -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "message"),
    [("{mcp: {server: s, tool: t}}", "MCP server"), ("{steps: [{call: back}]}", "made of steps")],
)
def test_what_is_not_run_here_says_so(probe: Probe, run: str, message: str) -> None:
    with pytest.raises(AlexaError, match=message):
        probe.run(run)
