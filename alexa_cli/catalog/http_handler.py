"""The ``http`` handler: one request, bounded in time and size. Its answer is untrusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from alexa_cli.catalog.context import HandlerFailed, Returned
from alexa_cli.catalog.modules import one_line
from alexa_cli.catalog.placeholders import (
    EMBEDDED,
    MISSING,
    Missing,
    Placeholder,
    fill,
    from_match,
    look_up_argument,
)
from alexa_cli.errors import Unreachable
from alexa_cli.turn import Json, Trust

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    import httpx

    from alexa_cli.catalog.context import Limits
    from alexa_cli.catalog.expert import Api
    from alexa_cli.turn import Argument

MAX_REDIRECTS: Final = 3
"""Followed for GET and HEAD, to the same scheme, host and port only."""
_TEXT = ("text/", "application/xml", "application/javascript", "application/x-ndjson")


async def run_http(api: Api, arguments: Mapping[str, Argument], limits: Limits) -> Returned:
    """Send the request and return its JSON or text.

    Raises Unreachable if there is no answer in time, HandlerFailed for a bad one.
    """
    import asyncio  # noqa: PLC0415 - whoever awaits this has it already

    import httpx  # noqa: PLC0415 - 50 ms, only when a request is sent

    spec = cast("dict[str, Any]", api.run.spec["http"]) if api.run else {}
    seconds = float(spec.get("timeout", limits.http_seconds))
    request = _Request(api.full_name, spec, arguments)
    host = urlsplit(request.url).netloc
    try:
        async with asyncio.timeout(seconds), _client(httpx, seconds) as client:
            value = await _send(client, request, limits.output_bytes)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise Unreachable(f"{host} did not answer within {seconds:g} seconds") from error
    except httpx.TransportError as error:
        reason = one_line(str(error) or type(error).__name__)
        raise Unreachable(f"{host} is out of reach: {reason}") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise HandlerFailed(f"{api.full_name}: {one_line(str(error))}") from error
    return Returned(value=value, source=f"http:{host}", trust=Trust.UNTRUSTED)


class _Request:
    """The request with its placeholders filled."""

    def __init__(
        self, who: str, spec: Mapping[str, Any], arguments: Mapping[str, Argument]
    ) -> None:
        self.who, self.arguments = who, arguments
        self.method = str(spec["method"])
        self.url = EMBEDDED.sub(self._encoded, str(spec["url"]))
        self.query = self._plain(spec.get("query", {}))
        self.headers = self._plain(spec.get("headers", {}))
        for name, value in self.headers.items():
            if not value.isascii() or not value.isprintable():
                # The value may be a key.
                raise HandlerFailed(
                    f"{who}: the header {name} cannot hold its value: that is not plain ASCII"
                )
        body = self._fill(spec["json"]) if "json" in spec else MISSING
        self.body = None if body is MISSING else msgspec.json.encode(body)
        kind = "application/json"
        if "body" in spec:  # plain text, as ntfy takes it; of `watch.http` only
            text = self._fill(spec["body"])
            self.body = None if text is MISSING else as_text(text).encode(errors="replace")
            kind = "text/plain; charset=utf-8"
        self.headers = {"Accept": "application/json, text/*", **self.headers}
        if self.body is not None:
            self.headers.setdefault("Content-Type", kind)
        # A compressed answer could unpack to any size before it can be measured.
        self.headers["Accept-Encoding"] = "identity"

    def _look_up(self, placeholder: Placeholder) -> Json | Missing:
        return look_up_argument(self.arguments, placeholder)

    def _fill(self, value: Json) -> Json | Missing:
        return fill(value, self._look_up)

    def _plain(self, declared: Mapping[str, Json]) -> dict[str, str]:
        """Fill a mapping; what has no value, or null, is left out."""
        filled = self._fill(dict(declared))
        pairs = filled.items() if isinstance(filled, dict) else ()
        return {name: as_text(value) for name, value in pairs if value is not None}

    def _encoded(self, match: re.Match[str]) -> str:
        placeholder = from_match(match)
        if placeholder is None:
            return "$"
        value = self._look_up(placeholder)
        if value is MISSING or value is None or value == "":
            raise HandlerFailed(f"{self.who}: there is no {str(placeholder)[1:]} to put in its URL")
        text = as_text(value)
        if text in {".", ".."}:
            raise HandlerFailed(f"{self.who}: {text!r} cannot be part of a URL")
        return quote(text, safe="")


def as_text(value: Json) -> str:
    """Return a value as text: true and false in lower case, lists and mappings as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _client(library: Any, seconds: float) -> httpx.AsyncClient:  # noqa: ANN401 - the module
    client: httpx.AsyncClient = library.AsyncClient(timeout=seconds, follow_redirects=False)
    return client


async def _send(client: httpx.AsyncClient, request: _Request, limit: int) -> Json:
    url, query = request.url, request.query or None
    for _ in range(MAX_REDIRECTS + 1):
        async with client.stream(
            request.method, url, params=query, headers=request.headers, content=request.body
        ) as response:
            if not response.has_redirect_location:
                return await _read(response, limit)
            url, query = _redirected(request, str(response.url), response.headers["location"]), None
    raise HandlerFailed(f"{urlsplit(url).netloc} redirects without end")


def _redirected(request: _Request, url: str, location: str) -> str:
    new = urljoin(url, location)
    same = urlsplit(new)[:2] == urlsplit(url)[:2]
    if request.method not in {"GET", "HEAD"} or not same:
        host, to = urlsplit(url).netloc, one_line("://".join(urlsplit(new)[:2]))
        raise HandlerFailed(f"{host} redirects to {to}, which is not followed")
    return new


async def _read(response: httpx.Response, limit: int) -> Json:
    host = response.url.netloc.decode()
    if not response.is_success:
        what = f"{response.status_code} {response.reason_phrase}".strip()
        raise HandlerFailed(f"{host} answered {one_line(what)}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise HandlerFailed(f"{host} answered in a compressed form, which was not asked for")
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > limit:
            raise HandlerFailed(f"{host} answered more than {limit:,} bytes")
    return _decode(bytes(content), response, host)


def _decode(content: bytes, response: httpx.Response, host: str) -> Json:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not content:
        return None
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return cast("Json", msgspec.json.decode(content))
        except (msgspec.DecodeError, RecursionError) as error:
            raise HandlerFailed(f"{host} answered with JSON that is none") from error
    if kind and not kind.startswith(_TEXT):
        raise HandlerFailed(
            f"{host} answered with {one_line(kind)}, which is neither JSON nor text"
        )
    try:
        return content.decode(response.charset_encoding or "utf-8", errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")
