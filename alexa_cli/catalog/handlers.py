"""Runs one call of one API: the seam that ``act`` uses. ``steps`` it expands itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.catalog.context import HandlerFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.catalog.context import HandlerContext, Returned
    from alexa_cli.catalog.expert import Api, Expert
    from alexa_cli.turn import Argument


async def run_handler(
    expert: Expert, api: Api, arguments: Mapping[str, Argument], context: HandlerContext
) -> Returned:
    """Run ``api`` with resolved arguments (no pointers left) and return what it gave back.

    Being cancelled abandons a Python function that blocks, closes a request and kills a program.
    Raises AlexaError with a one-line message: HandlerFailed, Unreachable, or what a Python
    handler raised itself.
    """
    kind = api.run.kind if api.run is not None else "nothing"
    if kind == "python":
        from alexa_cli.catalog.python_handler import run_python  # noqa: PLC0415 - one of three

        return await run_python(expert, api, arguments, context)
    if kind == "http":
        from alexa_cli.catalog.http_handler import run_http  # noqa: PLC0415 - one of three

        return await run_http(api, arguments, context.limits)
    if kind == "shell":
        from alexa_cli.catalog.shell_handler import run_shell  # noqa: PLC0415 - one of three

        return await run_shell(expert, api, arguments, context.limits)
    why = {
        "mcp": "is a tool of an MCP server; those come with a later version",
        "steps": "is made of steps, which are run one by one",
        "nothing": "says nothing about how to run it",
    }[kind]
    raise HandlerFailed(f"{api.full_name} {why}")
