"""The wake word: heard loosely all the time, then looked at strictly in the same sound.

A spotter of key phrases misses little and wakes for a lot. What it triggers on is therefore aligned
with the word, sound by sound, and weighed. docs/hearing.md says what each of the two is worth.
"""

from __future__ import annotations

from alexa_cli.hear.wake.word import Sensitivity, WakeWord, Woken

__all__ = ["Sensitivity", "WakeWord", "Woken"]
