"""espeak-ng by ctypes, from the library and data that ``espeakng-loader`` brings along.

The library has one voice and one callback for the whole process, so everything that is asked of
it is asked under one lock, and all of it is set anew each time. Text is given as plain text:
without the flags for SSML and phonemes, ``<audio>`` and ``[[...]]`` are words like any others, and
control characters, which would begin an embedded command, are taken out.
"""

from __future__ import annotations

import asyncio
import ctypes
import re
import tempfile
import threading
from functools import lru_cache
from pathlib import Path

from alexa_cli.errors import did_you_mean
from alexa_cli.language.text import printable
from alexa_cli.speak.voice import NoVoice, Sound

VOICE = "en-us"
WORDS_PER_MINUTE = 175
SLOWEST, FASTEST = 80, 450

_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1
_CHARACTERS = 1
_RATE_PARAMETER = 1
_GO_ON = 0
_LONGEST_PATH = 120
"""Bytes; the library keeps the path of its data in a short buffer, and adds to it."""
_NAME = re.compile(r"[\w.()-]+(?:[ /][\w.()-]+)*(?:\+[\w-]+)?")
_HINT = "speak.command can name another voice, and text is shown all the same"

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
_lock = threading.Lock()


class EspeakVoice:
    """Speaks with espeak-ng, in a thread. ``rate`` is in words a minute."""

    name = "espeak"

    def __init__(self, voice: str = VOICE, rate: int = WORDS_PER_MINUTE) -> None:
        self._voice, self._rate = voice, rate

    async def say(self, text: str) -> Sound:
        """Make the sound of one sentence: about a thousand times as fast as it is heard."""
        return await asyncio.to_thread(synthesise, text, voice=self._voice, rate=self._rate)


def synthesise(text: str, *, voice: str = VOICE, rate: int = WORDS_PER_MINUTE) -> Sound:
    """Say ``text``. ``rate`` is in words a minute. May be called from any thread.

    ``voice`` is a language (``en-us``, ``en-gb``), with a variant if wanted (``en-us+f3``).
    Raises NoVoice: no such voice or rate, or the library cannot be had.
    """
    if not SLOWEST <= rate <= FASTEST:
        message = f"a voice cannot speak {rate} words a minute"
        raise NoVoice(message, hint=f"from {SLOWEST} to {FASTEST}")
    plain = printable(text)
    with _lock:
        return _library().say(plain, voice, rate)


def voices() -> list[str]:
    """Return the languages that can be spoken, such as ``en-us``. Raises NoVoice."""
    with _lock:
        return sorted(_library().languages())


@lru_cache(maxsize=1)
def _library() -> _Library:
    """Load the library, once. Only under the lock."""
    return _Library()


class _VoiceInfo(ctypes.Structure):
    """The beginning of what the library tells of a voice; only ever seen by pointer."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),  # each behind one byte of priority; the first counts
    )


class _Library:
    """The library of this process. Not safe for threads: callers hold the lock."""

    def __init__(self) -> None:
        self._lib, data = _loaded()
        self._data = data
        self._link: tempfile.TemporaryDirectory[str] | None = None
        if len(str(data).encode()) > _LONGEST_PATH:
            self._link = tempfile.TemporaryDirectory(prefix="espeak-")
            short = Path(self._link.name) / data.name
            short.symlink_to(data, target_is_directory=True)
            data = short
        self._rate = int(
            self._lib.espeak_Initialize(_SYNCHRONOUS, 0, str(data).encode(), _DONT_EXIT)
        )
        if self._rate <= 0:
            raise NoVoice("espeak-ng cannot read its data", hint=_HINT)
        self._out = bytearray()
        self._languages: dict[str, str] = {}
        self._callback = _Callback(self._take)

    def _take(self, samples: object, count: int, _events: object) -> int:
        if samples and count > 0:
            self._out += ctypes.string_at(samples, count * 2)  # type: ignore[arg-type]
        return _GO_ON

    def say(self, text: str, voice: str, rate: int) -> Sound:
        self._choose(voice)
        self._lib.espeak_SetParameter(_RATE_PARAMETER, rate, 0)
        self._lib.espeak_SetSynthCallback(self._callback)
        self._out.clear()
        if not text.strip():
            return Sound(b"", self._rate)  # the library would make a pause of it
        data = text.encode() + b"\0"
        failed = self._lib.espeak_Synth(data, len(data), 0, _CHARACTERS, 0, _UTF8, None, None)
        if failed:
            raise NoVoice(f"espeak-ng cannot say this (code {failed})", hint=_HINT)
        return Sound(bytes(self._out), self._rate)

    def _choose(self, voice: str) -> None:
        language, plus, variant = voice.partition("+")
        known = bool(_NAME.fullmatch(voice)) and ".." not in voice
        if known and plus:
            # The library takes a variant that it does not have without a word.
            known = (self._data / "voices" / "!v" / variant).is_file()
        name = self.languages().get(language, language)
        if not known or self._lib.espeak_SetVoiceByName(f"{name}{plus}{variant}".encode()):
            near = did_you_mean(voice, self.languages())
            raise NoVoice(f"espeak-ng has no voice {printable(voice)!r}", hint=near or _HINT)

    def languages(self) -> dict[str, str]:
        """Return the name of the voice for each language; by its language not all are found."""
        if not self._languages:
            listed = self._lib.espeak_ListVoices(None)
            at = 0
            while listed[at]:
                info = listed[at].contents
                language = info.languages[1:].decode(errors="replace")
                self._languages.setdefault(language, info.name.decode(errors="replace"))
                at += 1
        return self._languages


def _loaded() -> tuple[ctypes.CDLL, Path]:
    """Return the library and the folder of its data."""
    try:
        import espeakng_loader  # noqa: PLC0415 - only who speaks needs it

        lib = ctypes.CDLL(espeakng_loader.get_library_path())
        data = Path(espeakng_loader.get_data_path())
    except (ImportError, OSError, RuntimeError) as error:
        message = f"espeak-ng cannot be loaded: {str(error).splitlines()[0]}"
        raise NoVoice(message, hint=f"pip install espeakng-loader; {_HINT}") from error
    if not (data / "phontab").is_file():
        raise NoVoice(f"espeak-ng has no data in {data}", hint="pip install espeakng-loader")
    lib.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
    lib.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
    lib.espeak_SetParameter.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int]
    lib.espeak_SetSynthCallback.argtypes = [_Callback]
    lib.espeak_SetSynthCallback.restype = None
    lib.espeak_ListVoices.argtypes = [ctypes.c_void_p]
    lib.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceInfo))
    lib.espeak_Synth.argtypes = [
        ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint,
        ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
    ]  # fmt: skip
    return lib, data
