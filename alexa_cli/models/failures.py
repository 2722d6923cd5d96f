"""What can go wrong with a language model, each with its exit code and whether to try again.

ModelError                 1   the model failed
├── BadAnswer              1   what it answered makes no sense (cut JSON, an endless loop)
├── TooLong                1   the prompt does not fit the model
├── NoAnswer               5   it cannot be reached, or stays silent
│   └── Busy               5   it asks us to come back later (429, 529); ``after`` says when
├── NotAllowed             4   the key is missing or wrong, or the model is not ours to use
└── Filtered               6   the provider refused the content
"""

from __future__ import annotations

from typing import ClassVar, Literal

from alexa_cli.errors import AlexaError


class ModelError(AlexaError):
    """A language model failed. The message names it."""

    passing: ClassVar[bool] = False
    """Whether the same request may succeed a little later."""
    code: ClassVar[Literal["unreachable", "credentials", "failed", "refused"]] = "failed"
    """As in ``turn.Pass``."""


class BadAnswer(ModelError):
    """What the model answered makes no sense."""


class TooLong(ModelError):
    """The prompt does not fit the model's context."""


class NoAnswer(ModelError):
    """The model cannot be reached, or stays silent."""

    exit_code: ClassVar[int] = 5
    passing: ClassVar[bool] = True
    code: ClassVar[Literal["unreachable", "credentials", "failed", "refused"]] = "unreachable"


class Busy(NoAnswer):
    """The provider asks us to come back later."""

    def __init__(
        self, message: str, *, after: float | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.after = after
        """Seconds, if the provider said."""


class NotAllowed(ModelError):
    """The key is missing or wrong."""

    exit_code: ClassVar[int] = 4
    code: ClassVar[Literal["unreachable", "credentials", "failed", "refused"]] = "credentials"


class Filtered(ModelError):
    """The provider, or a guard of ours, refused the content."""

    exit_code: ClassVar[int] = 6
    code: ClassVar[Literal["unreachable", "credentials", "failed", "refused"]] = "refused"
