"""``await context.call("api", x=1)``: a Python handler uses another API of its own expert.

So an expert keeps its requests where they can be read, hooked and tested, in its ``expert.yaml``,
and its sense in Python. Only APIs that read can be called: whatever changes something is a call of
the plan, where it is confirmed, traced and undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.catalog.context import HandlerFailed
from alexa_cli.catalog.expert import Effect
from alexa_cli.turn import Argument, Trust

if TYPE_CHECKING:
    from alexa_cli.catalog.context import HandlerContext, Returned
    from alexa_cli.catalog.expert import Expert
    from alexa_cli.turn import Json


class Caller:
    """Calls APIs of one expert for one handler, and remembers whom the answers came from."""

    def __init__(self, expert: Expert, context: HandlerContext) -> None:
        self._expert, self._context = expert, context
        self.untrusted: str | None = None
        """The source of the last answer that nobody vouches for."""

    async def __call__(self, api: str, /, **arguments: Json) -> Json:
        """Run ``api`` and return its value. Arguments that are None are not given.

        Raises AlexaError: HandlerFailed for an API that is not there or does not just read, and
        whatever the call raises.
        """
        from alexa_cli.catalog.handlers import run_handler  # noqa: PLC0415 - it imports this room

        who = self._expert.name
        target = self._expert.apis.get(api)
        if target is None:
            raise HandlerFailed(f"{who} has no API {api!r} to call")
        if target.effect is not Effect.READ:
            raise HandlerFailed(f"{target.full_name} does not only read, so no handler may call it")
        unknown = arguments.keys() - target.parameters.keys()
        if unknown:
            raise HandlerFailed(f"{target.full_name} has no parameter {min(unknown)!r}")
        given = {name: Argument(value) for name, value in arguments.items() if value is not None}
        for name, parameter in target.parameters.items():
            if name not in given and parameter.has_default:
                given[name] = Argument(parameter.default)
        returned = await run_handler(self._expert, target, given, self._context)
        if returned.trust is Trust.UNTRUSTED:
            self.untrusted = returned.source
        return returned.value

    def marked(self, returned: Returned) -> Returned:
        """Return what the handler gave back, untrusted if it had it from somebody who is."""
        from dataclasses import replace  # noqa: PLC0415 - few handlers call

        if self.untrusted is None:
            return returned
        return replace(returned, source=self.untrusted, trust=Trust.UNTRUSTED)
