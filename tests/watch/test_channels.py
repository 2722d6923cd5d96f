"""What is told reaches programs and requests as a value, whatever is in it."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from alexa_cli.config.schema import Settings
from alexa_cli.errors import AlexaError, ConfigError
from alexa_cli.watch.channels import Channel, channels, desktop_argv, request_spec
from alexa_cli.watch.due import Due
from alexa_cli.watch.wording import notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
NASTY = [
    "Tea.", "-rf /", "--help", "$(touch x); `id`", "$key", "«né» ☕",
    "a\x00b \x1b[31mred\x1b[0m\r\nnext",
]  # fmt: skip
WRITE = "import sys, json; open(sys.argv[1], 'w').write(json.dumps(sys.argv[2:]))"


def configured(kind: str, value: Any) -> tuple[Channel, ...]:
    return channels(msgspec.convert({"watch": {kind: value}}, Settings), desktop=False)


def tell(channel: Channel, text: str) -> None:
    due = Due("reminders", "r 1", NOW, text, kind="reminder")
    asyncio.run(channel.tell(notice(due, NOW, late_after=60)))


@pytest.mark.parametrize("text", NASTY)
def test_a_program_gets_the_text_as_one_argument(text: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    argv = [sys.executable, "-c", WRITE, str(out), "$text", "$at", "$expert", "$key", "$kind"]
    (channel,) = configured("shell", argv)
    tell(channel, text)
    told, *rest = json.loads(out.read_text())
    assert rest == ["2026-11-21T18:00:00+00:00", "reminders", "r 1", "reminder"]
    assert told.strip() == notice(Due("e", "k", NOW, text), NOW, late_after=60).text
    assert told.isprintable()


def test_a_program_that_fails_says_why() -> None:
    (channel,) = configured("shell", [sys.executable, "-c", "import sys; sys.exit('no signal')"])
    with pytest.raises(AlexaError, match="exit code 1: no signal"):
        tell(channel, "Tea.")
    (channel,) = configured("shell", ["no-such-program-anywhere", "$text"])
    with pytest.raises(AlexaError, match="there is no program"):
        tell(channel, "Tea.")


@dataclass
class Ntfy:
    """What takes messages as ntfy does."""

    url: str = ""
    code: int = 200
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def ntfy() -> Iterator[Ntfy]:
    taken = Ntfy()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.got.append((self.path, dict(self.headers), body))
            self.send_response(taken.code)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    taken.url = f"http://127.0.0.1:{server.server_port}/topic"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield taken
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_request_as_ntfy_takes_it(ntfy: Ntfy) -> None:
    (channel,) = configured(
        "http", {"url": ntfy.url, "body": "$text", "headers": {"Title": "$kind"}, "timeout": "3s"}
    )
    for text in NASTY:
        tell(channel, text)
    assert len(ntfy.got) == len(NASTY)
    for text, (path, headers, body) in zip(NASTY, ntfy.got, strict=True):
        assert path == "/topic"
        assert headers["Title"] == "reminder"
        assert headers["Content-Type"] == "text/plain; charset=utf-8"
        assert body.decode() == notice(Due("e", "k", NOW, text), NOW, late_after=60).text


def test_a_request_with_json_and_one_that_is_refused(ntfy: Ntfy) -> None:
    (channel,) = configured(
        "http", {"url": ntfy.url, "json": {"message": "$text", "late": "$late"}}
    )
    tell(channel, 'say "hi"')
    assert json.loads(ntfy.got[0][2]) == {"message": 'say "hi"', "late": False}
    ntfy.code = 503
    with pytest.raises(AlexaError, match="answered 503"):
        tell(channel, "Tea.")


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"body": "$text"}, "needs a url"),
        ({"url": "ftp://x/y"}, "needs a url"),
        ({"url": "http://"}, "needs a url"),
        ({"url": "https://$text/x"}, "cannot name the host"),
        ({"url": "https://x/y", "bodi": "$text"}, "'bodi' is no key"),
        ({"url": "https://x/y", "body": "a", "json": "b"}, "not both"),
        ({"url": "https://x/y", "headers": ["a"]}, "headers is a mapping"),
        ({"url": "https://x/y", "timeout": "5m"}, "at most 30 seconds"),
        ({"url": "https://x/y", "timeout": "soon"}, "timeout"),
    ],
)
def test_a_request_that_cannot_be_is_refused_at_once(
    declared: dict[str, Any], expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected):
        request_spec(declared)


def test_the_desktop_is_what_the_platform_has(tmp_path: Path) -> None:
    there = tmp_path / "notify-send"
    there.write_text("")
    there.chmod(0o700)
    env = {"PATH": str(tmp_path), "DISPLAY": ":0"}
    assert desktop_argv("linux", env) == ("notify-send", "--app-name=alexa", "--", "$text")
    assert desktop_argv("linux", {"PATH": str(tmp_path)}) is None
    assert desktop_argv("linux", {"PATH": "", "DISPLAY": ":0"}) is None
    assert desktop_argv("win32", env) is None
    mac = desktop_argv("darwin", {})
    assert mac is not None
    assert mac[0] == "osascript"
    assert mac[-1] == "$text"
