"""What is wrong with an expert's declaration: collected, so that ``check`` can show all of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from alexa_cli.config.document import At, Document
    from alexa_cli.errors import FileError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong (``error``: the expert is refused) or doubtful (``warning``)."""

    level: Literal["error", "warning"]
    fault: FileError
    """File, line, key, message and hint; raised when an expert with an error is loaded."""

    def __str__(self) -> str:
        return f"{self.level}: {self.fault}"


@dataclass(slots=True)
class Report:
    """Collects the problems of one file."""

    document: Document
    problems: list[Problem] = field(default_factory=list)

    def error(self, message: str, at: At, *, hint: str | None = None) -> None:
        """Note that the file cannot be used; ``at`` is where, from the top."""
        self.problems.append(Problem("error", self.document.error(message, at, hint=hint)))

    def warn(self, message: str, at: At, *, hint: str | None = None) -> None:
        """Note something that is likely a mistake."""
        self.problems.append(Problem("warning", self.document.error(message, at, hint=hint)))

    def failed(self, error: FileError) -> None:
        """Note an error that the reader raised."""
        self.problems.append(Problem("error", error))

    @property
    def broken(self) -> bool:
        """Whether there is an error among the problems."""
        return any(problem.level == "error" for problem in self.problems)
