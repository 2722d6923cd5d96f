"""What a trace says about how an utterance was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alexa_cli.assistant.voice.ears import Ears
    from alexa_cli.hear.listener import Listener
    from alexa_cli.trace.record import Recorder
    from alexa_cli.turn import Json

SENT = 0
"""Bytes of sound that leave this machine. There is no recogniser here that sends any."""


class Account:
    """Tells the trace of a turn, at each end of its utterance (``TurnOptions.sounded``)."""

    def __init__(self, listener: Listener, ears: Ears) -> None:
        self._listener, self._ears, self._told = listener, ears, 0

    def __call__(self, recorder: Recorder) -> dict[str, Json]:
        """Record the ends that came since, and return what the span ``hear`` says."""
        ends, pauses = self._listener.ends, self._listener.manner.pauses
        for end in ends[self._told :]:
            recorder.event(
                "end", stage=str(end.stage), why=end.why, sound_at=round(end.at, 3),
                pause=end.pause, text=end.text, reason=end.explain(pauses),
                recognised_in=round(end.took, 4),
            )  # fmt: skip
        self._told = len(ends)
        recogniser = self._ears.recogniser
        return {
            "engine": recogniser.name, "bias": recogniser.readiness,
            "sound_seconds": round(self._listener.seconds, 3), "sent": SENT,
            "lost": self._listener.overflows,
        }  # fmt: skip
