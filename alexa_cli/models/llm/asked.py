"""What a script looks at in a request: the job, the user's words, the tools that are offered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from alexa_cli.models.chat import ChatRequest

JOBS = ("route", "plan", "reply", "summarise", "rerank", "test")
_KEY = re.compile(r"alexa-([a-z]+)(?:-|$)")
_SAID = re.compile(r"<said>(.*?)</said>", re.DOTALL)


def number_of(request: ChatRequest) -> int:
    """Return 1 for a first request, 2 for the one that tells what was wrong with its answer."""
    return 1 + [message.get("role") for message in request.messages].count("assistant")


def said_in(request: ChatRequest) -> str:
    """Return what the user said: what the prompt marks so, else the last message of theirs."""
    marked = [section.text for section in request.sections if section.name == "said"]
    for text in (*marked, *reversed([*_texts(request)])):
        if match := _SAID.search(text):
            return match[1].strip()
    return marked[0] if marked else next(reversed([*_texts(request)]), "")


def _texts(request: ChatRequest) -> Iterable[str]:
    for message in request.messages:
        if message.get("role") == "user":
            content = message.get("content")
            if isinstance(content, str):
                yield content
            else:
                yield "\n".join(str(part.get("text", "")) for part in content or ())


def job_of(request: ChatRequest) -> str:
    """Return what the request is for: its cache key says so; empty: unknown."""
    match = _KEY.match(request.cache_key)
    if match and match[1] in JOBS:
        return match[1]
    if request.tools or wants_calls(request):
        return "plan"
    names = {section.name for section in request.sections}
    for name, job in (("experts", "route"), ("outcomes", "reply"), ("hypotheses", "rerank")):
        if name in names:
            return job
    return ""


def wants_calls(request: ChatRequest) -> bool:
    """Whether calls are asked for as JSON, not as tools."""
    return not request.tools and "calls" in _properties(request.schema)


def offered(request: ChatRequest) -> tuple[str, ...]:
    """Return the names of the tools that the request offers."""
    if request.tools:
        return tuple(str(tool.get("function", tool).get("name", "")) for tool in request.tools)
    items = _properties(request.schema).get("calls", {}).get("items")
    names = _properties(items).get("api", {}).get("enum", ())
    return tuple(str(name) for name in names)


def tool_named(name: str, request: ChatRequest) -> str:
    """Return the name of the tool that ``expert.api`` means; any other name as it stands."""
    names = offered(request)
    if name in names or "." not in name:
        return name
    api = name.rpartition(".")[2]
    tries = [name.replace(".", "_"), name.replace(".", "__"), name.replace(".", "-"), api]
    return next((each for each in tries if each in names), name)


def _properties(schema: Mapping[str, Any] | None) -> dict[str, Any]:
    found = schema.get("properties") if schema else None
    return found if isinstance(found, dict) else {}
