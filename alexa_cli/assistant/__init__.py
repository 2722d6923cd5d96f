"""One turn from start to finish: hear, decide, act, speak; and what is remembered of it."""

from alexa_cli.assistant.assistant import Assistant, House, TurnOptions

__all__ = ["Assistant", "House", "TurnOptions"]
