"""``context.call``: a handler that uses another API of its own expert."""

from __future__ import annotations

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.catalog.build import build_folder
from alexa_cli.catalog.context import HandlerFailed, Returned
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.turn import Argument, Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

YAML = """
name: depot
description: A depot.
apis:
  ask:
    description: Ask.
    effect: read
    parameters: {{which: {{type: string}}, more: {{type: integer}}}}
    run: {{python: "depot:ask"}}
  price:
    description: The price.
    parameters: {{of: {{type: string}}, size: {{type: integer, default: 2}}}}
    run: {{http: {{url: "http://127.0.0.1:{port}/$of", query: {{size: $size}}}}}}
  buy:
    description: Buy it.
    effect: irreversible
    run: {{python: "depot:ask"}}
"""
PYTHON = """
async def ask(context, which="price", more=None):
    arguments = {"of": "tea"} if more is None else {"size": more}
    return {"told": await context.call(which, **arguments)}
"""


class Prices(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f'{{"path": "{self.path}"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Prices)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ask(tmp_path: Path, handler_context: Callable[..., Any], port: int) -> Callable[..., Returned]:
    folder = tmp_path / "depot"
    folder.mkdir()
    (folder / "expert.yaml").write_text(YAML.format(port=port))
    (folder / "depot.py").write_text(PYTHON)
    expert = build_folder(folder).expert
    assert expert is not None

    def start(**arguments: Any) -> Returned:
        given = {name: Argument(value) for name, value in arguments.items()}
        return asyncio.run(run_handler(expert, expert.apis["ask"], given, handler_context()))

    return start


def test_the_answer_comes_back_with_its_source_and_its_trust(ask: Callable[..., Returned]) -> None:
    returned = ask()
    assert returned.value == {"told": {"path": "/tea?size=2"}}
    assert returned.trust is Trust.UNTRUSTED
    assert returned.source.startswith("http:127.0.0.1:")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"which": "buy"}, "depot.buy does not only read"),
        ({"which": "sell"}, "depot has no API 'sell'"),
        ({"which": "ask"}, "depot.ask has no parameter 'of'"),
        ({"more": 3}, "there is no of to put in its URL"),
    ],
)
def test_only_what_reads_can_be_called(
    ask: Callable[..., Returned], given: dict[str, Any], message: str
) -> None:
    with pytest.raises(HandlerFailed, match=message):
        ask(**given)
