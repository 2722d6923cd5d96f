"""Pronunciations: declared, respelt, guessed; the dictionary's look-up."""

from __future__ import annotations

from pathlib import Path

import pytest

from alexa_cli.hear.bias import Bias, Phrase
from alexa_cli.hear.sphinx import sounds
from alexa_cli.hear.sphinx.dictionary import (
    Dictionary,
    default_file,
    together,
    unpronounceable,
)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("k,apu:tS'i:noU", "K AE P UW CH IY N OW"),
        ("tS'e@", "CH EH R"),
        ("S'U@", "SH UH R"),
        ("f'A@rm", "F AA R M"),
        ("r'IN", "R IH NG"),
    ],
)
def test_espeak_mnemonics_become_arpabet(said: str, wanted: str) -> None:
    assert sounds.from_espeak(said) == wanted


@pytest.mark.parametrize(
    ("word", "wanted"),
    [("lamp", "L AE M P"), ("shine", "SH AY N"), ("tv", "T IY V IY"), ("patty", "P AE T IY"),
     ("cell", "S EH L"), ("", ""), ("123", "")],
)  # fmt: skip
def test_spelling_suggests_sounds(word: str, wanted: str) -> None:
    assert sounds.from_letters(word) == wanted


def test_declared_pronunciations() -> None:
    assert sounds.declared("D EY1 Z IY0") == "D EY Z IY"
    assert sounds.declared("TV") is None
    assert sounds.declared("doctor win") is None
    assert sounds.respelt("PREE-ya puh-TELL") == ("preeya", "puhtell")


def test_espeak_says_names_that_no_dictionary_has() -> None:
    found = sounds.ask_espeak(["priya", "björn"])
    assert found["priya"].startswith("P R IH")
    assert set(" ".join(found.values()).split()) <= sounds.PHONES


def test_every_kind_of_entry_is_found() -> None:
    lines = default_file().read_text(encoding="utf-8").split("\n")
    dictionary = Dictionary()
    wanted = {
        word: said.strip()
        for word, _, said in (line.partition(" ") for line in lines[::2003] if line)
        if "(" not in word and len(word) > 2
    }
    found = dictionary.look_up(wanted)
    dictionary.close()
    assert len(wanted) > 50
    assert {word: said[0] for word, said in found.items()} == wanted
    assert not dictionary.made


def test_look_up(tmp_path: Path) -> None:
    keep = tmp_path / "sounds.msgpack"
    dictionary = Dictionary(keep)
    declared = {"priya": ("PREE-ya",), "daisy": ("D EY S IY",)}
    found = dictionary.look_up(["the", "priya", "12", "lumioso", "daisy", "…"], declared)
    dictionary.close()
    assert found["the"] == ("DH AH", "DH IY")
    assert found["12"] == ("T W EH L V",)
    assert found["daisy"][0] == "D EY S IY"
    assert found["priya"][0] == "P R IY Y AH"
    assert found["lumioso"]
    assert found["…"] == ()
    assert dictionary.made == {"lumioso", "…"}
    again = Dictionary(keep)
    assert again.look_up(["lumioso"])["lumioso"] == found["lumioso"]
    again.close()


def test_a_name_without_a_sound_has_none() -> None:
    assert together([("K AE T",), ()]) == ()
    assert together([("K AE T",), ("AH", "EY")]) == ("K AE T AH", "K AE T EY")


def test_words_whose_sound_nobody_knows() -> None:
    bias = Bias(
        sentences=(Phrase(("turn", "on", "the", "{lights}")),),
        lists={"lights": (Phrase(("lumioso",)), Phrase(("priya's", "…")), Phrase(("zorblax",)))},
        pronunciations={"zorblax": ("ZOR-blacks",)},
    )
    assert unpronounceable(bias) == ["lumioso", "priya's", "…"]
