"""What litellm raises, as what the house knows: which failure, one clear line, and a hint.

litellm's exceptions lose much of what happened: the true status, ``Retry-After``, that an answer
was no JSON. It is all in the exceptions that they come from, so the whole chain is read.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from alexa_cli.models.failures import (
    BadAnswer,
    Busy,
    Filtered,
    ModelError,
    NoAnswer,
    NotAllowed,
    TooLong,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from alexa_cli.models.chat import ModelSpec

OVERLOADED = 529
"""An HTTP status of Anthropic's."""
_LONGEST = 200
"""Characters of a provider's own message that are shown."""
_SHORTEST_KEY = 6
"""A shorter one ("none") is no secret, and would black out half the words."""
_PREFIX = re.compile(
    r"^((litellm\.)?\w*(Error|Exception|Timeout)\b( -|:)?|(Error )?code: \d+ ?-?)\s*", re.ASCII
)
_SUFFIX = re.compile(r"(\.?\s*Handle with `litellm\.\w+`| Original exception: ).*$")
_SECRET = re.compile(r"\b(sk|pk|rk|xox[a-z]|gh[a-z]|AIza|Bearer)[-_ ]?[\w\-*]{8,}")
_NO_CREDIT = re.compile(
    r"insufficient_quota|exceeded your current quota|credit balance", re.IGNORECASE
)
_TOO_LONG = re.compile(r"context (length|size|window)|too long|too large", re.IGNORECASE)
_OVERLOAD = re.compile(r"overloaded", re.IGNORECASE)
_NO_PROVIDER = "LLM Provider NOT provided"
_LOOPS = "repeating the same chunk"
_REFUSALS = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
_DENIALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class Unpaid(NoAnswer):
    """No answer, and nothing is paid for it: no model has begun one."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a chain of exceptions knows."""

    said: str
    """The provider's own words, in one line."""
    whole: str
    """All that any of them says."""
    status: int | None = None
    """The HTTP status of the answer; None: there was none, or it was 200."""
    after: float | None = None
    """``Retry-After``, in seconds."""
    begun: bool = False
    """Whether the answer had begun."""
    unreadable: bool = False
    """Whether what came was no JSON."""
    lost: bool = False
    """Whether the connection broke."""
    where: str = ""
    """Host and port that no connection could be made to, and why."""


def failure(
    error: BaseException,
    spec: ModelSpec,
    litellm: Any,  # noqa: ANN401 - litellm has no useful types
    *,
    key: str | None = None,
) -> ModelError:
    """Return the failure that an exception of litellm, or of what it is built on, stands for.

    ``key`` is shown nowhere.
    """
    if isinstance(error, ModelError):
        return error
    kinds, name = litellm.exceptions, spec.name
    facts = _facts(error, kinds.MidStreamFallbackError, key)
    said, found = facts.said, ModelError("")
    types = tuple(type(one) for one in _chain(error))

    def raised(*classes: type) -> bool:
        return any(issubclass(one, classes) for one in types)

    def is_status(statuses: Container[int | None], *classes: type) -> bool:
        # a true status says more than the class that litellm makes of words in the message
        return facts.status in statuses if facts.status is not None else raised(*classes)

    # the first that fits: a prompt that is too long is a bad request too
    if raised(kinds.ContextWindowExceededError) or _is_too_long(facts):
        found = TooLong(
            f"the prompt is too long for {name}: {said}",
            hint="show it less: fewer experts, a shorter history, planning: two_calls",
        )
    elif raised(kinds.ContentPolicyViolationError):
        found = Filtered(f"{name}: the provider refused the content: {said}")
    elif _NO_PROVIDER in facts.whole:
        found = NotAllowed(
            f"{name}: no provider is known for {spec.model!r}",
            hint="write provider and name, such as ollama_chat/qwen3:1.7b",
        )
    elif _NO_CREDIT.search(facts.whole):
        found = NotAllowed(
            f"{name}: the account has no credit left: {said}", hint="see the provider's billing"
        )
    elif is_status(_DENIALS, kinds.AuthenticationError, kinds.PermissionDeniedError):
        found = NotAllowed(
            f"{name}: the provider does not accept the key: {said}",
            hint=f"check models.{name}.api_key, and what the key may use",
        )
    elif is_status({HTTPStatus.NOT_FOUND}, kinds.NotFoundError):
        found = NotAllowed(
            f"{name}: the provider has no {spec.model}: {said}",
            hint=f"check models.{name}.model, and api_base if there is one",
        )
    elif facts.status in {HTTPStatus.TOO_MANY_REQUESTS, OVERLOADED} or _OVERLOAD.search(said):
        found = Busy(f"{name} is busy: {said}", after=facts.after)
    elif is_status(_REFUSALS, kinds.BadRequestError):
        found = ModelError(f"{name}: the provider refused the request: {said}")
    else:
        found = _broken(facts, spec)
    return found


def _broken(facts: _Facts, spec: ModelSpec) -> ModelError:
    """What happened to an answer that nobody refused."""
    name = spec.name
    if _LOOPS in facts.whole:
        return BadAnswer(f"{name} repeats itself without end")
    if facts.unreadable:
        return BadAnswer(f"{name}: the answer is no JSON: {facts.said}")
    if facts.where:
        return Unpaid(
            f"{name} cannot be reached: {facts.where}",
            hint=f"is there a network, and is models.{name}.api_base right?",
        )
    if facts.lost:
        return NoAnswer(f"{name}: the connection was lost")
    if facts.begun:
        return NoAnswer(f"{name}: the answer broke off: {facts.said}")
    if facts.status is not None:
        return Unpaid(f"{name} is out of order ({facts.status}): {facts.said}")
    return NoAnswer(f"{name} does not answer: {facts.said}")


def _is_too_long(facts: _Facts) -> bool:
    if facts.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return True
    return facts.status is not None and bool(
        re.search(r"context", facts.said, re.IGNORECASE) and _TOO_LONG.search(facts.said)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and what it comes from, the outermost first."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [getattr(one, "original_exception", None), one.__cause__ or one.__context__]


def _facts(error: BaseException, midstream: type[BaseException], key: str | None) -> _Facts:
    status, after, where = None, None, ""
    begun = unreadable = lost = False
    texts = []
    for one in _chain(error):
        texts.append(str(one))
        begun = begun or isinstance(one, midstream)
        unreadable = unreadable or isinstance(one, json.JSONDecodeError)
        response = getattr(one, "response", None)
        headers = getattr(response, "headers", None) or {}
        lost = lost or type(one).__module__.startswith(("httpx", "httpcore", "aiohttp"))
        code = getattr(response, "status_code", 0)
        if len(headers) and code >= HTTPStatus.BAD_REQUEST:  # litellm makes up some, without any
            status = code
            after = _seconds(headers.get("retry-after"))
        if (host := getattr(one, "host", None)) and (why := getattr(one, "os_error", None)):
            reason = getattr(why, "strerror", None) or str(why)
            where = f"{host}:{getattr(one, 'port', '')}: {_reason(reason)}"
    whole = " ".join(texts)
    return _Facts(
        _said(texts[0], status, key), whole, status, after, begun,
        unreadable and not status, lost and not status, where,
    )  # fmt: skip


def _seconds(text: object) -> float | None:
    said = str(text)
    return float(said) if said.replace(".", "", 1).isdigit() else None


def _reason(text: str) -> str:
    """``Connect call failed (...)`` says less than it seems to."""
    return "connection refused" if "Connect call failed" in text else text


def _said(text: str, status: int | None, key: str | None) -> str:
    text = _SUFFIX.sub("", " ".join(text.split()))
    while (found := _PREFIX.match(text)) and found.end():
        text = text[found.end() :]
    text = _message(text).strip()
    if not text or text.startswith(("<", "b'", 'b"')):
        text = f"HTTP {status}, and no message" if status else "no message"
    if key and len(key) >= _SHORTEST_KEY:
        text = text.replace(key, "•••")
    text = _SECRET.sub("•••", text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _message(text: str) -> str:
    """Return the ``message`` of a JSON error, if the text is one or holds one."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return text
    try:
        data = json.loads(text[start : end + 1])
    except ValueError:
        return text
    inner = data.get("error", data) if isinstance(data, dict) else None
    found = inner.get("message") if isinstance(inner, dict) else inner
    return found if isinstance(found, str) and found else text
