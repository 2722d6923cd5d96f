"""Values from a model, doubtful readings, the clocks' changes, wording, and what is imported."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.language.registry import Moment, Unreadable, grammar, known_types
from alexa_cli.language.text import tokenise, words

if TYPE_CHECKING:
    from alexa_cli.turn import Json

NEW_YORK = ZoneInfo("America/New_York")


def at(*when: int) -> Moment:
    return Moment(datetime(*when, tzinfo=NEW_YORK), NEW_YORK)  # type: ignore[arg-type,misc]


def read(x_type: str, phrase: str, moment: Moment) -> Json:
    return grammar(x_type, "en").read(words(phrase), moment)


def test_unknown_types_and_languages_are_key_errors() -> None:
    with pytest.raises(KeyError):
        grammar("mood", "en")
    with pytest.raises(KeyError):
        grammar("time", "xx")


@pytest.mark.parametrize("x_type", known_types())
def test_a_grammar_knows_its_name(x_type: str) -> None:
    assert grammar(x_type, "en").name == x_type
    assert grammar(x_type, "en").ends((), 0) in ((), range(0))


CHECKED: list[tuple[str, Json, Json]] = [
    ("number", 5, 5), ("number", 5.0, 5), ("number", "five", 5), ("number", "1,000", 1000),
    ("ordinal", 2, 2), ("ordinal", "second", 2), ("percent", 40, 40), ("percent", "40%", 40),
    ("duration", 90, 90), ("duration", "ninety seconds", 90), ("duration", 1.23456789, 1.234568),
    ("time", "06:45", "06:45"), ("time", "18:00:00", "18:00"), ("time", "6:45 pm", "18:45"),
    ("date", "2026-12-24", "2026-12-24"), ("date", "tomorrow", "2026-11-22"),
    ("datetime", "2026-11-21T18:00:00-05:00", "2026-11-21T18:00:00-05:00"),
    ("datetime", "2026-11-21T23:00:00Z", "2026-11-21T18:00:00-05:00"),
    ("datetime", "2026-11-21 18:00", "2026-11-21T18:00:00-05:00"),
    ("datetime", "2026-11-21T18:00:30.5", "2026-11-21T18:00:30-05:00"),
    ("datetime", "tomorrow at noon", "2026-11-22T12:00:00-05:00"),
    ("recurrence", "RRULE:FREQ=DAILY;INTERVAL=1", "FREQ=DAILY"),
    ("recurrence", "freq=weekly;byday=fr,mo", "FREQ=WEEKLY;BYDAY=MO,FR"),
    ("recurrence", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=6",
     "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=6;BYMINUTE=0"),
    ("recurrence", "FREQ=MINUTELY;INTERVAL=120", "FREQ=HOURLY;INTERVAL=2"),
    ("recurrence", "every friday", "FREQ=WEEKLY;BYDAY=FR"),
    ("colour", "warm white", "warm white"), ("colour", "WarmWhite", "warm white"),
    ("temperature", 20, {"value": 20, "unit": "fahrenheit"}),
    ("temperature", {"value": 20.0, "unit": "C"}, {"value": 20, "unit": "celsius"}),
    ("temperature", {"value": 20}, {"value": 20, "unit": "fahrenheit"}),
    ("event", "Daisy is NOT fed!", "daisy is not fed"),
]  # fmt: skip


@pytest.mark.parametrize(("x_type", "value", "canonical"), CHECKED)
def test_check_accepts(x_type: str, value: Json, canonical: Json, moment: Moment) -> None:
    assert grammar(x_type, "en").check(value, moment) == canonical


REFUSED: list[tuple[str, Json]] = [
    ("number", True), ("number", None), ("number", float("inf")), ("number", float("nan")),
    ("number", 10**15), ("number", [1]), ("ordinal", 0), ("ordinal", 1.5), ("ordinal", 10**7),
    ("percent", -1), ("duration", -1), ("duration", 10**12), ("time", "24:00"), ("time", 7),
    ("date", "2026-02-30"), ("date", "2026-13-01"), ("date", "0001-01-01"),
    ("datetime", "2026-02-30T10:00:00Z"), ("datetime", "2026-01-01T25:00:00"),
    ("datetime", "0001-01-01T00:00:00+14:00"), ("datetime", "9999-12-31T23:59:59-12:00"),
    ("datetime", 1_700_000_000), ("recurrence", "FREQ=DAILY;COUNT=3"),
    ("recurrence", "FREQ=DAILY;INTERVAL=0"), ("recurrence", "FREQ=NEVER"),
    ("recurrence", "FREQ=DAILY;FREQ=DAILY"), ("recurrence", "FREQ=DAILY;BYHOUR=24"),
    ("recurrence", "FREQ=DAILY;BYHOUR=6,18"), ("recurrence", "FREQ=DAILY;BYMINUTE=5"),
    ("recurrence", "FREQ=HOURLY;BYHOUR=5"), ("recurrence", "FREQ=WEEKLY;BYDAY=XX"),
    ("recurrence", "FREQ=MONTHLY;BYDAY=1MO,TU"), ("recurrence", "FREQ=MONTHLY;BYMONTHDAY=32"),
    ("recurrence", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), ("recurrence", "FREQ="),
    ("colour", "blurple"), ("temperature", {"value": 20, "unit": "kelvin"}),
    ("temperature", {"value": "20", "unit": "celsius"}), ("temperature", {"degrees": 20}),
    ("temperature", 10**6), ("event", ""), ("event", 5),
]  # fmt: skip


@pytest.mark.parametrize(("x_type", "value"), REFUSED)
def test_check_refuses(x_type: str, value: Json, moment: Moment) -> None:
    with pytest.raises(Unreadable) as caught:
        grammar(x_type, "en").check(value, moment)
    assert caught.value.reason.isprintable()


SAID: list[tuple[str, Json, str]] = [
    ("number", 1000, "1,000"), ("number", 0.25, "0.25"), ("number", -5, "-5"),
    ("ordinal", 3, "third"), ("ordinal", 21, "21st"), ("ordinal", -1, "last"),
    ("ordinal", 112, "112th"), ("percent", 40, "40%"), ("percent", 12.5, "12.5%"),
    ("duration", 1500, "25 minutes"), ("duration", 5400, "1 hour and 30 minutes"),
    ("duration", 60, "1 minute"), ("duration", 0, "0 seconds"), ("duration", 604_800, "1 week"),
    ("duration", 93_784, "1 day, 2 hours, 3 minutes and 4 seconds"), ("duration", 1, "1 second"),
    ("time", "18:45", "6:45 PM"), ("time", "06:00", "6 AM"), ("time", "12:00", "noon"),
    ("time", "00:00", "midnight"), ("time", "00:30", "12:30 AM"),
    ("date", "2026-11-21", "today"), ("date", "2026-11-20", "yesterday"),
    ("date", "2026-11-27", "Friday"), ("date", "2026-11-18", "last Wednesday"),
    ("date", "2026-12-21", "Monday, December 21"),
    ("date", "2027-12-21", "Tuesday, December 21, 2027"),
    ("datetime", "2026-11-21T18:00:00-05:00", "today at 6 PM"),
    ("datetime", "2026-11-22T06:45:00-05:00", "tomorrow at 6:45 AM"),
    ("datetime", "2026-12-21T09:00:00-05:00", "Monday, December 21 at 9 AM"),
    ("datetime", "2026-11-22T00:00:00-05:00", "tomorrow at midnight"),
    ("datetime", "2026-11-21T00:00:00-05:00", "today at 12 AM"),
    ("datetime", "2026-11-21T10:01:30-05:00", "in 1 minute and 30 seconds"),
    ("datetime", "2026-11-21T15:00:00-08:00", "today at 6 PM"),
    ("recurrence", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=6;BYMINUTE=45",
     "every weekday at 6:45 AM"),
    ("recurrence", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "every other Friday"),
    ("recurrence", "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=12;BYMINUTE=0",
     "every month on the 1st at noon"),
    ("recurrence", "FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
    ("colour", "sky blue", "sky blue"),
    ("temperature", {"value": 72, "unit": "fahrenheit"}, "72 degrees"),
    ("temperature", {"value": 1, "unit": "fahrenheit"}, "1 degree"),
    ("temperature", {"value": 20.5, "unit": "celsius"}, "20.5 degrees Celsius"),
]  # fmt: skip


@pytest.mark.parametrize(("x_type", "value", "wording"), SAID)
def test_wording(x_type: str, value: Json, wording: str, moment: Moment) -> None:
    assert grammar(x_type, "en").say(value, moment) == wording


DOUBTFUL = [
    ("datetime", "remind me to buy six", 4, False),
    ("datetime", "set an alarm for six", 4, True),
    ("datetime", "six", 0, True),
    ("datetime", "buy eggs at six", 2, True),
    ("datetime", "remind me to sit in the sun", 6, False),
    ("datetime", "play christmas", 1, False),
    ("datetime", "buy gifts by christmas", 2, True),
    ("datetime", "add 1/2", 1, False),
    ("datetime", "play the first", 1, False),
    ("datetime", "play it now", 2, True),
    ("datetime", "buy 6 45", 1, False),
    ("datetime", "call mom friday", 2, True),
    ("date", "what is on the 21st", 2, True),
    ("date", "play the first", 1, False),
    ("datetime", "drive to the march", 2, False),
    ("recurrence", "call mom saturday", 2, False),
]


@pytest.mark.parametrize(("x_type", "utterance", "start", "accepted"), DOUBTFUL)
def test_what_may_be_no_time_needs_a_preposition(
    x_type: str, utterance: str, start: int, *, accepted: bool
) -> None:
    said = words(utterance)
    assert (len(said) in grammar(x_type, "en").ends(said, start)) is accepted


def test_units_of_the_household(moment: Moment) -> None:
    celsius = Moment(moment.now, moment.tz, temperature_unit="celsius")
    assert read("temperature", "20", celsius) == {"value": 20, "unit": "celsius"}
    said = grammar("temperature", "en").say({"value": 72, "unit": "fahrenheit"}, celsius)
    assert said == "72 degrees Fahrenheit"


NEXT_SIX = [(5, 59, "06:00"), (6, 0, "18:00"), (10, 0, "18:00"), (17, 59, "18:00"),
            (18, 0, "06:00"), (23, 59, "06:00"), (0, 0, "06:00")]  # fmt: skip


@pytest.mark.parametrize(("hour", "minute", "expected"), NEXT_SIX)
def test_a_bare_hour_is_the_next_to_come(hour: int, minute: int, expected: str) -> None:
    moment = at(2026, 11, 21, hour, minute)
    assert read("time", "six", moment) == expected
    assert str(read("datetime", "at six", moment))[11:16] == expected


def test_tonight_at_two_said_after_midnight_is_this_night() -> None:
    assert read("datetime", "tonight at two", at(2026, 11, 21, 1)) == "2026-11-21T02:00:00-05:00"
    assert read("datetime", "tonight at two", at(2026, 11, 21, 3)) == "2026-11-22T02:00:00-05:00"


def test_a_part_of_today_that_has_begun_is_the_next_whole_hour() -> None:
    assert read("datetime", "tonight", at(2026, 11, 21, 21, 20)) == "2026-11-21T22:00:00-05:00"
    assert read("datetime", "today", at(2026, 11, 21, 7)) == "2026-11-21T09:00:00-05:00"
    assert read("datetime", "this morning", at(2026, 11, 21, 15)) == "2026-11-21T09:00:00-05:00"


def test_an_hour_that_the_clocks_skip_is_an_hour_later() -> None:
    moment = at(2026, 3, 7, 12)
    assert read("datetime", "tomorrow at 2:30 am", moment) == "2026-03-08T03:30:00-04:00"
    assert read("datetime", "in a day", at(2026, 3, 7, 2, 30)) == "2026-03-08T03:30:00-04:00"


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    moment = at(2026, 10, 31, 12)
    assert read("datetime", "tomorrow at 1:30 am", moment) == "2026-11-01T01:30:00-04:00"


def test_hours_are_hours_and_days_keep_the_clock() -> None:
    moment = at(2026, 10, 31, 12)
    assert read("datetime", "in twenty four hours", moment) == "2026-11-01T11:00:00-05:00"
    assert read("datetime", "in one day", moment) == "2026-11-01T12:00:00-05:00"


def test_an_hour_or_more_ahead_is_a_whole_minute() -> None:
    moment = at(2026, 11, 21, 10, 0, 40)
    assert read("datetime", "in two hours", moment) == "2026-11-21T12:01:00-05:00"
    assert read("datetime", "in ten minutes", moment) == "2026-11-21T10:10:40-05:00"


def test_escapes_are_no_words() -> None:
    text = "\x1b[31mturn\x1b[0m on \x1b]0;title\x07the \x9b1mlight \x1b(B now"
    assert words(text) == ("turn", "on", "the", "light", "now")
    assert all(text[t.start : t.end] == t.text for t in tokenise(text))


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys\n"
        "from alexa_cli.language.registry import grammar, known_types\n"
        "assert not {m for m in sys.modules if m.startswith('alexa_cli.language.d')}\n"
        "[grammar(t, 'en') for t in known_types()]\n"
        "heavy = {'numpy', 'dateparser', 'text_to_num', 'dateutil', 'rapidfuzz', 'rich'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
