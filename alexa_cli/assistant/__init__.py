"""One turn from start to finish: hear, decide, act, speak; and what is remembered of it."""

from alexa_cli.assistant.assistant import Assistant, TurnOptions
from alexa_cli.assistant.house import House

__all__ = ["Assistant", "House", "TurnOptions"]
