"""Text as it is read out."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.speak.voice.spoken import spoken


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is 6:45 PM.", "It is 6 45 PM."),
        ("I'll wake you at 7:00 a.m. tomorrow.", "I'll wake you at 7 AM tomorrow."),
        ("at 7:00", "at 7 o'clock"),
        ("at 7:05", "at 7 oh 5"),
        ("6pm", "6 PM"),
        ("18:00 and 00:00", "18 hundred and midnight"),
        ("from 10:30-11:30", "from 10 30 to 11 30"),
        ("1:02:03", "1 02 and 3 seconds"),
        ("a score of 2:1", "a score of 2:1"),
        ("20% or 20 %", "20 percent or 20 percent"),
        ("It's 72°F, -5 °C, 1°.", "It's 72 degrees Fahrenheit, minus 5 degrees Celsius, 1 degree."),
        ("$5.99, $1 or $3 million", "5 dollars and 99 cents, 1 dollar or 3 million dollars"),
        ("€1,250", "1,250 euros"),
        ("£0.01", "0 pounds and 1 penny"),
        ("½ cup, 1 1/2 cups, 3/4", "a half cup, 1 and a half cups, three quarters"),
        ("5kg at 60 km/h", "5 kilograms at 60 kilometers per hour"),
        ("1 kg", "1 kilogram"),
        ("10 min. left. Go.", "10 minutes left. Go."),
        ("Dr. Smith, Main St. and St. Mary", "Doctor Smith, Main St. and Saint Mary"),
        ("e.g. tea vs. coffee", "for example tea versus coffee"),
        ("No. 5 and #1. No.", "number 5 and number 1. No."),
        ("3–5 eggs, 2-3 more", "3 to 5 eggs, 2 to 3 more"),
        ("2026-11-21", "November 21, 2026"),
        ("2026-13-21", "2026-13-21"),
        ("Call (555) 123-4567.", "Call 5 5 5, 1 2 3, 4 5 6 7."),
        ("AT&T and/or a → b", "AT and T and or a to b"),
        ("- eggs", "eggs"),
        ("  • eggs", "eggs"),
        ("2. Bread", "2, Bread"),
        ("## Today", "Today"),
        ("**bold**, *it*, `code`, snake_case", "bold, it, code, snake case"),
        ("[the news](https://news.example.org/a?b)", "the news"),
        ("See https://www.example.com/a/b?c=d#e.", "See example.com."),
        ("Mail me@example.com", "Mail me at example.com"),
        ("Done 🎉👍🏽!", "Done!"),
        ("🎉 1️⃣ 👩‍👩‍👧 🇩🇪", "1"),
        ("🎉", ""),
        ("---", ""),
        ("", ""),
        ("a | b", "a, b"),
        ("one\ntwo\tthree", "one two three"),
        ("-5 and −3", "minus 5 and minus 3"),
    ],
)  # fmt: skip
def test_english(text: str, said: str) -> None:
    assert spoken(text) == said


def test_other_languages_keep_their_signs_and_lose_what_is_for_the_eye() -> None:
    assert spoken("- **20 %** um 7:00 🎉", "de") == "20 % um 7:00"


def test_nothing_that_a_program_could_obey_is_left() -> None:
    assert spoken("\x01100P\x1b[31mred\x00\x1b]0;title\x07 \u202eback") == "100Pred back"


@given(
    st.text(alphabet=st.characters(), max_size=120) | st.text("0123456789:°%$./-–*_`[]() #aFpm\n")
)
def test_any_text_becomes_one_printable_line(text: str) -> None:
    said = spoken(text)
    assert "\n" not in said
    assert said == said.strip()
    assert not any(unicodedata.category(char) in {"Cc", "Cf"} for char in said)
    assert said == "" or any(char.isalnum() for char in said)


@given(st.lists(st.sampled_from("turn on the kitchen light please i am here".split())))
def test_plain_words_are_left_as_they_are(words: list[str]) -> None:
    assert spoken(" ".join(words)) == " ".join(words)


def test_a_long_text_takes_no_time_worth_naming() -> None:
    for text in (
        "[" * 20_000,
        "*" * 20_000,
        "1" * 20_000,
        "1-" * 10_000,
        "a_" * 10_000,
        "$1," * 5_000,
    ):
        spoken(text)
