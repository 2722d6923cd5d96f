"""The planner: a language model decides, and what it says is checked, resolved or told back."""

from alexa_cli.decide.planner.planner import Planner, keep

__all__ = ["Planner", "keep"]
