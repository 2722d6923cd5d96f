"""Ways of telling besides the terminal: the desktop, a program, a request.

What is told is a value, never spliced text: it is one argument of a program, or a member of a
request, by the placeholders that experts' handlers have.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from alexa_cli.catalog.context import Limits
from alexa_cli.catalog.expert import Api, Expert, Handler
from alexa_cli.errors import ConfigError, did_you_mean
from alexa_cli.turn import Argument

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.config.schema import Settings
    from alexa_cli.turn import Json
    from alexa_cli.watch.wording import Notice

DESKTOP, SHELL, HTTP = "desktop", "shell", "http"
TITLE = "alexa"
LONGEST_TIMEOUT = 30.0
"""Seconds that a request may take: a claim has to outlive it."""
_APPLESCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)
_HTTP_KEYS = ("method", "url", "query", "headers", "json", "body", "timeout")


class Channel(Protocol):
    """One way of telling."""

    @property
    def name(self) -> str:
        """What it is called in the log and the store."""

    @property
    def sure(self) -> bool:
        """Whether a failure is told and tried again; else it is no more than a courtesy."""

    async def tell(self, notice: Notice) -> None:
        """Tell it. Raises AlexaError with one line if that failed."""


@dataclass(frozen=True, slots=True)
class Program:
    """Runs a program with the text as one of its arguments."""

    name: str
    argv: tuple[str, ...]
    limits: Limits
    sure: bool = True

    async def tell(self, notice: Notice) -> None:
        """Run it to its end."""
        from alexa_cli.catalog.shell_handler import run_shell  # noqa: PLC0415 - few have a hook

        api = Api("watch", self.name, "", run=Handler("shell", {"shell": list(self.argv)}))
        expert = Expert("watch", "", {api.name: api})
        await run_shell(expert, api, _arguments(notice, argument=True), self.limits)


@dataclass(frozen=True, slots=True)
class Request:
    """Sends a request with the text in its body, such as one to ntfy."""

    name: str
    spec: Mapping[str, Any]
    limits: Limits
    sure: bool = True

    async def tell(self, notice: Notice) -> None:
        """Send it; an answer that is not 2xx is a failure."""
        from alexa_cli.catalog.http_handler import run_http  # noqa: PLC0415 - few have a hook

        api = Api("watch", self.name, "", run=Handler("http", {"http": dict(self.spec)}))
        await run_http(api, _arguments(notice), self.limits)


def channels(settings: Settings, *, desktop: bool) -> tuple[Channel, ...]:
    """Return the channels that config.yaml asks for. Raises ConfigError for a bad one."""
    watch, act = settings.watch, settings.act
    limits = Limits(
        min(act.http_timeout.seconds, LONGEST_TIMEOUT),
        min(act.shell_timeout.seconds, LONGEST_TIMEOUT),
        act.output_limit.bytes,
    )
    found: list[Channel] = []
    if desktop and watch.desktop and (argv := desktop_argv()) is not None:
        found.append(Program(DESKTOP, argv, limits, sure=False))
    if watch.shell:
        found.append(Program(SHELL, tuple(watch.shell), limits))
    if watch.http:
        found.append(Request(HTTP, request_spec(watch.http), limits))
    return tuple(found)


def desktop_argv(
    platform: str = sys.platform, env: Mapping[str, str] | None = None
) -> tuple[str, ...] | None:
    """Return the program that shows a notification here; None if there is no desktop."""
    env = os.environ if env is None else env
    if platform == "darwin":
        script = [item for line in _APPLESCRIPT for item in ("-e", line)]
        return ("osascript", *script, "--", TITLE, "$text")
    shown = any(env.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if platform == "linux" and shown and shutil.which("notify-send", path=env.get("PATH")):
        # The summary is plain text everywhere; a body may be read as markup.
        return ("notify-send", f"--app-name={TITLE}", "--", "$text")
    return None


def request_spec(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``watch.http`` as the http handler takes it. Raises ConfigError."""
    for key in declared:
        if key not in _HTTP_KEYS:
            hint = did_you_mean(str(key), _HTTP_KEYS)
            raise ConfigError(f"watch.http: {key!r} is no key of a request", hint=hint)
    url = declared.get("url")
    host = url.partition("://")[2].partition("/")[0] if isinstance(url, str) else ""
    if not (isinstance(url, str) and url.startswith(("http://", "https://")) and host):
        raise ConfigError("watch.http: it needs a url that begins with http:// or https://")
    if "$" in host:
        raise ConfigError("watch.http: a placeholder cannot name the host")
    if "json" in declared and "body" in declared:
        raise ConfigError("watch.http: a request has json or body, not both")
    for key in ("query", "headers"):
        if not isinstance(declared.get(key, {}), dict):
            raise ConfigError(f"watch.http: {key} is a mapping")
    spec = {"method": "POST", **declared}
    spec["method"] = str(spec["method"]).upper()
    if "timeout" in spec:
        spec["timeout"] = _seconds(spec["timeout"])
    return spec


def _seconds(value: object) -> float:
    from alexa_cli.config.units import Duration  # noqa: PLC0415 - rarely set

    try:
        seconds = Duration.from_plain(value).seconds if isinstance(value, str) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise ConfigError(f"watch.http: timeout: {error}") from error
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise ConfigError(f"watch.http: a timeout is at most {LONGEST_TIMEOUT:g} seconds")
    return seconds


def _arguments(notice: Notice, *, argument: bool = False) -> dict[str, Argument]:
    """Return what placeholders stand for. As ``argument``, no text can be read as an option."""
    due = notice.due
    text = f" {notice.text}" if argument and notice.text.startswith("-") else notice.text
    values: dict[str, Json] = {
        "text": text, "at": due.at.isoformat(), "expert": due.expert, "key": due.key,
        "kind": due.kind, "late": notice.late,
        "id": f"{due.expert}/{due.key}/{due.at.timestamp():.0f}",
    }  # fmt: skip
    return {name: Argument(value) for name, value in values.items()}
