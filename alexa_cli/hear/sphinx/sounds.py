"""How a word sounds that the dictionary lacks: from the household, espeak-ng, or its letters.

Sounds are ARPAbet as the acoustic model knows it: 39 phones without stress marks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PHONES = frozenset(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V "
    "W Y Z ZH".split()
)
_LETTERS = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY",
    "h": "EY CH", "i": "AY", "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N",
    "o": "OW", "p": "P IY", "q": "K Y UW", "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW",
    "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S", "y": "W AY", "z": "Z IY",
}  # fmt: skip
_VOWELS = frozenset("aeiouy")
_MOST_LETTERS = 40
"""A longer word is no word; nobody says it."""

# espeak-ng's own mnemonics for American English, longest first.
_ESPEAK = {
    "aI@": "AY ER", "aI3": "AY ER", "aU@": "AW ER", "i@3": "IH R", "aU": "AW", "aI": "AY",
    "eI": "EY", "OI": "OY", "oU": "OW", "i:": "IY", "u:": "UW", "A:": "AA", "O:": "AO",
    "3:": "ER", "A@r": "AA R", "A@": "AA R",
    "e@r": "EH R", "e@": "EH R", "i@r": "IH R", "i@": "IH R",
    "O@r": "AO R", "O@": "AO R", "o@r": "AO R", "o@": "AO R",
    "U@r": "UH R", "U@": "UH R", "I2": "IH", "I#": "IH",
    "a#": "AH", "t#": "T", "@L": "AH L", "@5": "AH",
    "@2": "AH", "e#": "EH", "n-": "AH N", "0#": "AA", "tS": "CH", "dZ": "JH", "z2": "Z",
    "_:": "", "aa": "AE", "VR": "ER", "r-": "R", "l^": "L", "n^": "N Y", "l#": "L",
    "i": "IY", "I": "IH", "E": "EH", "a": "AE", "A": "AA", "0": "AA", "O": "AO", "o": "OW",
    "V": "AH", "U": "UH", "u": "UW", "@": "AH", "3": "ER", "e": "EH", "p": "P", "b": "B",
    "t": "T", "d": "D", "k": "K", "g": "G", "f": "F", "v": "V", "T": "TH", "D": "DH", "s": "S",
    "z": "Z", "S": "SH", "Z": "ZH", "h": "HH", "m": "M", "n": "N", "N": "NG", "l": "L", "r": "R",
    "w": "W", "j": "Y", "x": "K", "C": "SH", "R": "R", "*": "T", "Q": "G", "H": "HH",
    "W": "OY", "y": "UW", "Y": "UH", "L": "L",
}  # fmt: skip
_ESPEAK_SOUND = re.compile("|".join(sorted(map(re.escape, _ESPEAK), key=len, reverse=True)))

# Spelling to sounds where nothing else knows: rough, for plain English words and names.
_SPELLING = {
    "tion": "SH AH N", "sion": "ZH AH N", "ough": "AO", "augh": "AO", "eigh": "EY", "tch": "CH",
    "igh": "AY", "dge": "JH", "sch": "SH", "oor": "AO R", "ear": "IH R", "air": "EH R",
    "eer": "IH R", "our": "AW ER", "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "wh": "W",
    "ck": "K", "ng": "NG", "qu": "K W", "gh": "G", "kn": "N", "wr": "R", "ee": "IY", "ea": "IY",
    "oo": "UW", "ou": "AW", "ow": "OW", "oi": "OY", "oy": "OY", "ai": "EY", "ay": "EY",
    "ey": "IY", "ei": "IY", "ie": "IY", "au": "AO", "aw": "AO", "oa": "OW", "ue": "UW",
    "ew": "UW", "ar": "AA R", "er": "ER", "ir": "ER", "or": "AO R", "ur": "ER", "a": "AE",
    "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH", "j": "JH",
    "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S",
    "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "Y", "z": "Z",
}  # fmt: skip
_SPELT = re.compile("|".join(sorted(_SPELLING, key=len, reverse=True)))
_LONG = {"a": "EY", "e": "IY", "i": "AY", "o": "OW", "u": "UW", "y": "AY"}


def declared(text: str) -> str | None:
    """Return the sounds of a pronunciation written as ARPAbet ("D EY1 Z IY0"); None: it is not.

    One capital word ("I", "TV") is no ARPAbet but a respelling.
    """
    sounds = [re.sub(r"[012]$", "", each) for each in text.split()]
    if len(sounds) > 1 and all(sound in PHONES for sound in sounds):
        return " ".join(sounds)
    return None


def respelt(text: str) -> tuple[str, ...]:
    """Return the plain words of a pronunciation in syllables: "ri-VAIR-a" is one, ``rivaira``.

    Hyphens join syllables and capitals stress them; a space parts words ("PREE-ya puh-TELL").
    """
    return tuple(
        re.sub(r"[^\w']", "", each).casefold() for each in text.split() if re.search(r"\w", each)
    )


def from_espeak(mnemonics: str) -> str:
    """Return the sounds of what espeak-ng says of a word ("k,apu:tS'i:noU"); "" if of none."""
    plain = re.sub(r"\(..\)|[',%=_|;!~?]|\s", "", mnemonics)
    found, at = list[str](), 0
    while at < len(plain):
        match = _ESPEAK_SOUND.match(plain, at)
        if match is None:
            at += 1  # a mark of another language: nothing that is heard
            continue
        found += _ESPEAK[match.group()].split()
        at = match.end()
    return " ".join(found)


def from_letters(word: str) -> str:
    """Return the sounds that the spelling of a word suggests, "" if it has no letters.

    What has no vowel is spelt out ("TV", "BBC").
    """
    letters = re.sub(r"[^a-z]", "", word.casefold())[:_MOST_LETTERS]
    if not letters:
        return ""
    if not _VOWELS & set(letters) or len(letters) == 1:
        return spelt_out(letters)
    silent = len(letters) > 2 and letters[-1] == "e" and letters[-2] not in _VOWELS  # noqa: PLR2004 - "be"
    body = letters[:-1] if silent else letters
    found, pieces = list[str](), _SPELT.findall(body)
    for place, piece in enumerate(pieces):
        last = place == len(pieces) - 1
        if silent and piece in _LONG and place == len(pieces) - 2:
            found.append(_LONG[piece])
        elif piece == "y" and place:
            found.append("IY")
        elif piece in {"c", "g"} and not last and pieces[place + 1][0] in "eiy":
            found.append("S" if piece == "c" else "JH")
        elif place and piece == pieces[place - 1] and piece not in _VOWELS:
            continue  # a doubled consonant sounds once
        elif last and piece in {"a", "o"}:
            found.append("AH" if piece == "a" else "OW")
        else:
            found.append(_SPELLING[piece])
    return " ".join(found)


def spelt_out(letters: str) -> str:
    """Return the names of the letters."""
    return " ".join(_LETTERS[each] for each in letters.casefold() if each in _LETTERS)


def ask_espeak(words: Sequence[str]) -> dict[str, str]:
    """Return the sounds of ``words`` as espeak-ng has them; empty where it is not installed.

    It runs in a process of its own: the library keeps one state for all who use it, and a voice
    may be speaking with it right now. Costs some 20 ms, however many words.
    """
    import subprocess  # noqa: PLC0415 - for words that no dictionary has
    import sys  # noqa: PLC0415 - as above

    try:
        import espeakng_loader  # noqa: PLC0415 - as above

        where = [espeakng_loader.get_library_path(), espeakng_loader.get_data_path()]
        said = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _CHILD, *map(str, where)],
            input="\n".join(words), capture_output=True, text=True, timeout=10, check=False,
            encoding="utf-8", errors="replace",
        )  # fmt: skip
    except (ImportError, OSError, subprocess.SubprocessError):
        return {}
    lines = said.stdout.split("\n")
    if said.returncode or len(lines) < len(words):
        return {}
    found = {word: from_espeak(line) for word, line in zip(words, lines, strict=False)}
    return {word: sounds for word, sounds in found.items() if sounds}


_CHILD = """
import ctypes, sys
lib = ctypes.CDLL(sys.argv[1])
if lib.espeak_Initialize(2, 0, sys.argv[2].encode(), 0) < 0:
    sys.exit(1)
lib.espeak_SetVoiceByName(b"en-us")
say = lib.espeak_TextToPhonemes
say.restype = ctypes.c_char_p
say.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
sys.stdin.reconfigure(encoding="utf-8")
for word in sys.stdin.read().split("\\n"):
    rest, said = ctypes.c_char_p(word.encode()), ""
    while rest.value:
        said += (say(ctypes.byref(rest), 1, 0) or b"").decode(errors="replace") + " "
    print(said)
"""
