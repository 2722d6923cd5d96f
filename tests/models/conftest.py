from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.models.known import KnownModel, ModelFile

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Hub:
    """A real server of files, with ranges, that can misbehave on command."""

    files: dict[str, bytes]
    url: str = ""
    ranges: bool = True
    status: int = 200
    cut_after: list[int] = field(default_factory=list)
    """Bytes after which the next answers break off; 0 sends no body at all."""
    wrong_range: bool = False
    requests: list[tuple[str, str | None]] = field(default_factory=list)


@dataclass
class Notes:
    """Progress, remembered."""

    steps: list[tuple[str, int, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def bytes(self, name: str, done: int, total: int) -> None:
        self.steps.append((name, done, total))

    def note(self, text: str) -> None:
        self.notes.append(text)


class Quiet(ThreadingHTTPServer):
    """A client that leaves early is no news."""

    def handle_error(self, request: Any, client_address: Any) -> None: ...


def handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            hub.requests.append((self.path, asked))
            content = hub.files.get(self.path.rpartition("/")[2])
            if hub.status != 200 or content is None:
                self.send_response(hub.status if hub.status != 200 else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = 0
            if asked and hub.ranges:
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                self.send_response(206)
                told = 0 if hub.wrong_range else start
                self.send_header("Content-Range", f"bytes {told}-{len(content) - 1}/{len(content)}")
            else:
                self.send_response(200)
            body = content[start:]
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if hub.cut_after:
                self.wfile.write(body[: hub.cut_after.pop(0)])
                self.close_connection = True
            else:
                self.wfile.write(body)

    return Handler


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def hub() -> Iterator[Hub]:
    content = bytes(range(256)) * 4_000
    found = Hub({"weights.bin": content, "vocabulary.json": b'{"a": 1}'})
    server = Quiet(("127.0.0.1", 0), handler(found))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def model(hub: Hub) -> KnownModel:
    """A model of two files, named for a package that no index has."""
    files = tuple(
        ModelFile(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in hub.files.items()
    )
    return KnownModel("tiny", "encoder", "a tiny model", "someone/tiny", files, "no such package!")
