"""What litellm raises, as what the house knows: which failure, one clear line, and a hint."""

from __future__ import annotations

import re
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
    from alexa_cli.models.chat import ModelSpec

OVERLOADED = 529
"""An HTTP status of Anthropic's."""
_LONGEST = 200
"""Characters of a provider's own message that are shown."""
_PREFIX = re.compile(r"^(litellm\.)?\w*(Error|Exception|Timeout)\b( -|:)?\s*", re.ASCII)
_SECRET = re.compile(r"\b(sk|pk|key|Bearer|xox\w|gh\w|AIza)[-_ ]?[\w\-]{8,}", re.IGNORECASE)


class NotSent(NoAnswer):
    """No model has read the request, so nothing is paid for it."""


def failure(error: BaseException, spec: ModelSpec, litellm: Any) -> ModelError:  # noqa: ANN401
    """Return the failure that an exception of litellm, or of what it is built on, stands for."""
    if isinstance(error, ModelError):
        return error
    kinds = litellm.exceptions
    inner = getattr(error, "original_exception", None)
    if isinstance(error, kinds.MidStreamFallbackError) and inner is not None:
        return failure(inner, spec, litellm)
    said, name = _said(error), spec.name
    status = getattr(error, "status_code", None)
    # the first that fits: a prompt that is too long is a bad request too
    if isinstance(error, kinds.ContextWindowExceededError):
        found: ModelError = TooLong(f"the prompt is too long for {name}: {said}")
    elif isinstance(error, kinds.ContentPolicyViolationError):
        found = Filtered(f"{name}: the provider refused the content: {said}")
    elif isinstance(error, (kinds.AuthenticationError, kinds.PermissionDeniedError)) or status in {
        HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN,
    }:  # fmt: skip
        found = NotAllowed(f"{name}: the provider does not accept the key: {said}")
    elif isinstance(error, kinds.NotFoundError) or status == HTTPStatus.NOT_FOUND:
        found = NotAllowed(f"{name}: the provider has no {spec.model!r}: {said}")
    elif status in {HTTPStatus.TOO_MANY_REQUESTS, OVERLOADED}:
        found = Busy(f"{name} is busy: {said}", after=retry_after(error))
    elif isinstance(error, (kinds.Timeout, TimeoutError)):
        found = NoAnswer(f"{name} does not answer: {said}")
    elif isinstance(error, kinds.BadRequestError):
        found = ModelError(f"{name}: the provider refused the request: {said}")
    elif isinstance(error, ValueError):
        found = BadAnswer(f"{name}: the answer cannot be read: {said}")
    else:
        found = NotSent(f"{name} cannot be reached: {said}")
    return found


def retry_after(error: BaseException) -> float | None:
    """Return the seconds that a provider asked us to wait, if it did."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    said = str(headers.get("retry-after", ""))
    return float(said) if said.replace(".", "", 1).isdigit() else None


def _said(error: BaseException) -> str:
    text = " ".join(str(error).split())
    while (found := _PREFIX.match(text)) and found.end():
        text = text[found.end() :]
    text = _SECRET.sub("•••", text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
