"""What people say and what it means, said on Saturday, 21 November 2026, at ten in the morning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alexa_cli.language.registry import Moment, Unreadable, grammar
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.turn import Json

NUMBERS = {
    "seven": 7, "twenty five": 25, "twenty-five": 25, "a hundred": 100, "hundred": 100,
    "one hundred and five point two": 105.2, "two hundred fifty": 250, "twelve hundred": 1200,
    "two thousand and twenty six": 2026, "1,000": 1000, "1,234,567.5": 1234567.5, "98.6": 98.6,
    "one million two hundred thirty four thousand five hundred sixty seven": 1234567,
    "2.5 million": 2_500_000, "two and a half million": 2_500_000, "half a million": 500_000,
    "zero": 0, "minus five": -5, "negative twenty": -20, "-3": -3, "point five": 0.5,
    "zero point two five": 0.25, "three point one four": 3.14, "one point twenty five": 1.25,
    "half": 0.5, "a half": 0.5, "a quarter": 0.25, "three quarters": 0.75, "one and a half": 1.5,
    "twenty one and a half": 21.5, "2 1/2": 2.5, "1/2": 0.5, "1½": 1.5, "a couple": 2,
    "a couple of": 2, "a dozen": 12, "half a dozen": 6, "two dozen": 24, "a couple hundred": 200,
    "5 hundred": 500, "three hundred thousand and one": 300_001,
}  # fmt: skip
ORDINALS = {
    "first": 1, "the second one": 2, "twenty first": 21, "21st": 21, "twelfth": 12, "last": -1,
    "the last one": -1, "second to last": -2, "next to last": -2, "one hundred and first": 101,
    "ninetieth": 90, "103rd": 103,
}  # fmt: skip
PERCENTS = {
    "a hundred percent": 100, "50%": 50, "fifty": 50, "half": 50, "a quarter": 25, "a third": 33,
    "three quarters": 75, "full": 100, "maximum": 100, "max": 100, "minimum": 1, "zero": 0,
    "twelve point five percent": 12.5, "12.5%": 12.5, "fifty per cent": 50, "halfway": 50,
    "half a percent": 0.5, "one and a half percent": 1.5, "a hundred and fifty percent": 150,
}  # fmt: skip
DURATIONS = {
    "twenty five minutes": 1500, "a minute": 60, "an hour": 3600, "an hour and a half": 5400,
    "half an hour": 1800, "a half hour": 1800, "half hour": 1800, "2h30m": 9000, "90 min": 5400,
    "ninety seconds": 90, "a quarter of an hour": 900, "three quarters of an hour": 2700,
    "one and a half hours": 5400, "two and a half minutes": 150, "two minutes and a half": 150,
    "3 days": 259_200, "a day and a half": 129_600, "one hour thirty": 5400,
    "two minutes thirty": 150, "1 hour, 30 minutes and 5 seconds": 5405, "1:30:00": 5400,
    "a couple of minutes": 120, "5-minute": 300, "1.5 hours": 5400, "a week and two days": 777_600,
    "an hour and ten minutes": 4200, "an hour and a quarter": 4500, "forty five secs": 45,
    "two weeks": 1_209_600, "hour and a half": 5400, "1½ hours": 5400, "zero seconds": 0,
    "a hundred and twenty minutes": 7200, "30s": 30,
}  # fmt: skip
TIMES = {
    "6:45": "18:45", "six forty five": "18:45", "six forty-five": "18:45", "9:59": "21:59",
    "half six": "18:30", "half 7": "19:30", "half twelve": "12:30",
    "half past six": "18:30", "quarter to nine": "20:45", "a quarter past ten": "10:15",
    "ten past four pm": "16:10", "twenty minutes to eleven": "10:40", "five till noon": "11:55",
    "ten of four": "15:50", "noon": "12:00", "midday": "12:00", "midnight": "00:00",
    "twelve midnight": "00:00", "7": "19:00", "seven o'clock": "19:00", "7 o clock": "19:00",
    "ten": "22:00", "eleven": "11:00", "at six": "18:00", "at 6:45 p.m.": "18:45",
    "6 a.m.": "06:00", "6 a m": "06:00", "6pm": "18:00", "12 am": "00:00", "12:30 pm": "12:30",
    "six in the morning": "06:00", "quarter to nine tonight": "20:45", "eight at night": "20:00",
    "twelve thirty in the morning": "00:30", "two in the afternoon": "14:00", "06:45": "06:45",
    "18:00": "18:00", "six oh five pm": "18:05", "630": "18:30", "0630": "06:30",
    "eighteen hundred hours": "18:00", "oh six hundred": "06:00", "7:15:30 am": "07:15:30",
    "seven sharp": "19:00", "this morning at six": "06:00", "at around seven": "19:00",
    "one at night": "01:00", "quarter to midnight": "23:45",
}  # fmt: skip
DATES = {
    "today": "2026-11-21", "tonight": "2026-11-21", "tomorrow": "2026-11-22",
    "yesterday": "2026-11-20", "the day after tomorrow": "2026-11-23",
    "day before yesterday": "2026-11-19", "friday": "2026-11-27", "on friday": "2026-11-27",
    "saturday": "2026-11-28", "this saturday": "2026-11-21", "next saturday": "2026-11-28",
    "next tuesday": "2026-11-24", "last monday": "2026-11-16", "tuesday next week": "2026-11-24",
    "this coming thursday": "2026-11-26", "on thurs": "2026-11-26", "next week": "2026-11-23",
    "next month": "2026-12-01", "next year": "2027-01-01", "this weekend": "2026-11-21",
    "next weekend": "2026-11-28", "in three days": "2026-11-24", "in a week": "2026-11-28",
    "in two months": "2027-01-21", "two weeks from now": "2026-12-05",
    "a week from friday": "2026-12-04", "three days ago": "2026-11-18",
    "december 21st": "2026-12-21", "december 21st 2026": "2026-12-21", "dec 21": "2026-12-21",
    "the twenty first of december": "2026-12-21", "21 december 2028": "2028-12-21",
    "december the twenty first": "2026-12-21", "march 1": "2027-03-01",
    "the fourth of july": "2027-07-04", "may fifth twenty twenty eight": "2028-05-05",
    "january second two thousand and thirty": "2030-01-02", "feb 29": "2028-02-29",
    "monday, december 21": "2026-12-21", "the 21st": "2026-11-21", "on the first": "2026-12-01",
    "the 31st": "2026-12-31", "the first of next month": "2026-12-01",
    "the last day of the month": "2026-11-30", "the end of the month": "2026-11-30",
    "12/24": "2026-12-24", "12/24/27": "2027-12-24", "1/2/2030": "2030-01-02",
    "2026-12-21": "2026-12-21", "christmas": "2026-12-25", "christmas eve": "2026-12-24",
    "new year's eve": "2026-12-31", "thanksgiving": "2026-11-26", "easter": "2027-03-28",
    "mother's day": "2027-05-09", "labor day": "2027-09-06", "memorial day": "2027-05-31",
    "by friday": "2026-11-27", "today's": "2026-11-21", "friday's": "2026-11-27",
    "the third monday of next month": "2026-12-21", "last friday of the month": "2026-11-27",
    "the first monday of september": "2027-09-06", "the first monday of the month": "2026-12-07",
}  # fmt: skip
MOMENTS = {
    "at six": "2026-11-21T18:00", "at ten": "2026-11-21T22:00", "at eleven": "2026-11-21T11:00",
    "at 6:45 pm": "2026-11-21T18:45", "at 9 am": "2026-11-22T09:00", "noon": "2026-11-21T12:00",
    "half past six": "2026-11-21T18:30", "quarter to nine tonight": "2026-11-21T20:45",
    "6 tonight": "2026-11-21T18:00", "tonight at two": "2026-11-22T02:00",
    "six": "2026-11-21T18:00", "midnight": "2026-11-22T00:00",
    "tonight at midnight": "2026-11-22T00:00",
    "friday night at midnight": "2026-11-28T00:00", "tonight": "2026-11-21T20:00",
    "this evening": "2026-11-21T18:00", "this morning": "2026-11-21T11:00",
    "today": "2026-11-21T11:00", "tomorrow": "2026-11-22T09:00",
    "tomorrow morning": "2026-11-22T09:00", "tomorrow afternoon": "2026-11-22T15:00",
    "tomorrow at six": "2026-11-22T06:00", "tomorrow at five": "2026-11-22T17:00",
    "six tomorrow": "2026-11-22T06:00", "tomorrow night at ten": "2026-11-22T22:00",
    "in the morning": "2026-11-22T09:00", "at six in the morning": "2026-11-22T06:00",
    "in an hour": "2026-11-21T11:00", "in half an hour": "2026-11-21T10:30",
    "in twenty five minutes": "2026-11-21T10:25", "in ninety seconds": "2026-11-21T10:01:30",
    "in an hour and a half": "2026-11-21T11:30", "an hour from now": "2026-11-21T11:00",
    "in about ten minutes": "2026-11-21T10:10", "in three days": "2026-11-24T10:00",
    "in three days at noon": "2026-11-24T12:00", "in a month": "2026-12-21T10:00",
    "in 2 hours and 5 minutes": "2026-11-21T12:05", "now": "2026-11-21T10:00",
    "on friday at noon": "2026-11-27T12:00", "friday at noon": "2026-11-27T12:00",
    "noon on friday": "2026-11-27T12:00", "at noon on friday": "2026-11-27T12:00",
    "by noon": "2026-11-21T12:00", "by six tomorrow evening": "2026-11-22T18:00",
    "next tuesday": "2026-11-24T09:00", "next tuesday at 3": "2026-11-24T15:00",
    "the twenty first of december": "2026-12-21T09:00", "december 24th at 5": "2026-12-24T17:00",
    "friday december 4th at five thirty pm": "2026-12-04T17:30",
    "at eight o'clock in the morning tomorrow": "2026-11-22T08:00",
    "on the morning of december 21st": "2026-12-21T09:00", "12/24 at 6:30 pm": "2026-12-24T18:30",
    "monday morning at 9:30": "2026-11-23T09:30", "ten minutes before noon": "2026-11-21T11:50",
    "half an hour before six": "2026-11-21T17:30", "an hour after midnight": "2026-11-22T01:00",
    "tomorrow at quarter past seven in the evening": "2026-11-22T19:15",
    "today at six": "2026-11-21T18:00", "today at 9 am": "2026-11-21T09:00",
    "yesterday at noon": "2026-11-20T12:00", "last night": "2026-11-20T20:00",
    "after five minutes": "2026-11-21T10:05", "after seven pm": "2026-11-21T19:00",
    "today at midnight": "2026-11-22T00:00", "friday at midnight": "2026-11-27T00:00",
    "tomorrow after five": "2026-11-22T17:00", "july 4th at 9 pm": "2027-07-04T21:00",
}  # fmt: skip
_WEEK = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
RECURRENCES = {
    "every single day": "FREQ=DAILY", "everyday": "FREQ=DAILY",
    "every week day": _WEEK, "june fifth every year": "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=5",
    "every day": "FREQ=DAILY", "daily": "FREQ=DAILY", "each day": "FREQ=DAILY",
    "every weekday at six forty five": f"{_WEEK};BYHOUR=6;BYMINUTE=45",
    "weekdays at 7": f"{_WEEK};BYHOUR=7;BYMINUTE=0",
    "monday through friday at 8": f"{_WEEK};BYHOUR=8;BYMINUTE=0",
    "at noon on weekdays": f"{_WEEK};BYHOUR=12;BYMINUTE=0",
    "every other friday": "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
    "every second tuesday": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
    "on mondays and wednesdays": "FREQ=WEEKLY;BYDAY=MO,WE", "sundays": "FREQ=WEEKLY;BYDAY=SU",
    "every monday, wednesday, and friday at 9 pm":
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=21;BYMINUTE=0",
    "weekly": "FREQ=WEEKLY", "every week": "FREQ=WEEKLY", "once a week": "FREQ=WEEKLY",
    "weekly on tuesdays": "FREQ=WEEKLY;BYDAY=TU", "weekends": "FREQ=WEEKLY;BYDAY=SA,SU",
    "every weekend": "FREQ=WEEKLY;BYDAY=SA,SU",
    "saturday mornings": "FREQ=WEEKLY;BYDAY=SA;BYHOUR=9;BYMINUTE=0",
    "every morning": "FREQ=DAILY;BYHOUR=9;BYMINUTE=0",
    "every night at ten": "FREQ=DAILY;BYHOUR=22;BYMINUTE=0",
    "every friday night at one": "FREQ=WEEKLY;BYDAY=SA;BYHOUR=1;BYMINUTE=0",
    "every monday morning at 6:30": "FREQ=WEEKLY;BYDAY=MO;BYHOUR=6;BYMINUTE=30",
    "every day at six in the evening": "FREQ=DAILY;BYHOUR=18;BYMINUTE=0",
    "at five every day": "FREQ=DAILY;BYHOUR=17;BYMINUTE=0",
    "daily at noon": "FREQ=DAILY;BYHOUR=12;BYMINUTE=0", "every third day": "FREQ=DAILY;INTERVAL=3",
    "every two hours": "FREQ=HOURLY;INTERVAL=2", "hourly": "FREQ=HOURLY",
    "every half hour": "FREQ=MINUTELY;INTERVAL=30", "every minute": "FREQ=MINUTELY",
    "every hour and a half": "FREQ=MINUTELY;INTERVAL=90", "every 14 days": "FREQ=WEEKLY;INTERVAL=2",
    "every month on the first": "FREQ=MONTHLY;BYMONTHDAY=1", "monthly": "FREQ=MONTHLY",
    "on the first of every month": "FREQ=MONTHLY;BYMONTHDAY=1",
    "every 15th of the month": "FREQ=MONTHLY;BYMONTHDAY=15",
    "the last day of every month": "FREQ=MONTHLY;BYMONTHDAY=-1",
    "the last friday of every month": "FREQ=MONTHLY;BYDAY=-1FR",
    "every first monday of the month at noon": "FREQ=MONTHLY;BYDAY=1MO;BYHOUR=12;BYMINUTE=0",
    "every year on december 25th": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25",
    "every december 25": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25",
    "every 3 weeks on monday and friday": "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR",
}  # fmt: skip
COLOURS = {
    "red": "red", "warm white": "warm white", "light goldenrod yellow": "light goldenrod yellow",
    "SkyBlue": "sky blue", "Dark Grey": "dark gray", "navy blue": "navy",
    "cool white": "cool white",
}  # fmt: skip
TEMPERATURES: dict[str, Json] = {
    "seventy two degrees": {"value": 72, "unit": "fahrenheit"},
    "72": {"value": 72, "unit": "fahrenheit"},
    "20 celsius": {"value": 20, "unit": "celsius"},
    "20°C": {"value": 20, "unit": "celsius"},
    "sixty eight degrees fahrenheit": {"value": 68, "unit": "fahrenheit"},
    "twenty one and a half": {"value": 21.5, "unit": "fahrenheit"},
    "minus five degrees": {"value": -5, "unit": "fahrenheit"},
    "ten below zero": {"value": -10, "unit": "fahrenheit"},
}
TYPES: dict[str, Mapping[str, Json]] = {
        "number": NUMBERS, "ordinal": ORDINALS, "percent": PERCENTS, "duration": DURATIONS,
        "time": TIMES, "date": DATES, "recurrence": RECURRENCES, "colour": COLOURS,
        "temperature": TEMPERATURES, "event": {"Daisy is not fed": "daisy is not fed"},
}  # fmt: skip
TABLE = [(name, phrase, value) for name, all_ in TYPES.items() for phrase, value in all_.items()]


def test_the_table_is_large() -> None:
    assert len(TABLE) + len(MOMENTS) > 300


@pytest.mark.parametrize(("x_type", "phrase", "value"), TABLE)
def test_phrase(x_type: str, phrase: str, value: Json, moment: Moment) -> None:
    said = words(phrase)
    read = grammar(x_type, "en").read(said, moment)
    assert read == value
    assert type(read) is type(value)
    assert len(said) in grammar(x_type, "en").ends(said, 0)


@pytest.mark.parametrize(("phrase", "value"), MOMENTS.items())
def test_moment(phrase: str, value: str, moment: Moment) -> None:
    said = words(phrase)
    read = str(grammar("datetime", "en").read(said, moment))
    assert read.removesuffix(":00-05:00").removesuffix(":00-04:00").removesuffix("-05:00") == value
    assert len(said) in grammar("datetime", "en").ends(said, 0)


UNREADABLE = [
    ("number", "one two three"), ("number", "blue"), ("number", "and five"), ("number", "five and"),
    ("percent", "minus five percent"), ("percent", "a dozen"), ("percent", "percent"),
    ("duration", "a few minutes"), ("duration", "five"), ("duration", "ten minutes five hours"),
    ("duration", "two months"), ("time", "quarter to blue"), ("time", "25:00"), ("time", "6:60"),
    ("time", "six pm in the morning"), ("time", "half to six"), ("date", "may"), ("date", "13/13"),
    ("date", "six"), ("date", "the blue moon"), ("datetime", "at blue"),
    ("datetime", "in the kitchen"),
    ("datetime", "at six at seven"), ("datetime", "tomorrow friday"), ("datetime", "soon"),
    ("recurrence", "friday"), ("recurrence", "on monday"), ("recurrence", "every blue moon"),
    ("recurrence", "every hour at noon"), ("colour", "blurple"), ("temperature", "hot"),
    ("ordinal", "the other one"), ("ordinal", "21nd of"), ("event", ""), ("time", ""),
]  # fmt: skip


@pytest.mark.parametrize(("x_type", "phrase"), UNREADABLE)
def test_unreadable(x_type: str, phrase: str, moment: Moment) -> None:
    said = words(phrase)
    with pytest.raises(Unreadable):
        grammar(x_type, "en").read(said, moment)
    assert len(said) not in grammar(x_type, "en").ends(said, 0)


REASONS = [
    ("time", "quarter to blue", "I don't know what time 'quarter to blue' is"),
    ("time", "", "I heard no time"),
    ("date", "february 30", "February has no 30th"),
    ("date", "february 29 2027", "February has no 29th in 2027"),
    ("datetime", "february 30 at noon", "February has no 30th"),
    ("date", "tuesday december 21", "December 21, 2026 is a Monday, not a Tuesday"),
    ("date", "in ninety thousand weeks", "that is further away than my calendar goes"),
    ("date", "the fifth friday of this month", "November has no fifth Friday"),
    ("colour", "blurple", "I don't know what color 'blurple' is"),
]


@pytest.mark.parametrize(("x_type", "phrase", "reason"), REASONS)
def test_reason(x_type: str, phrase: str, reason: str, moment: Moment) -> None:
    with pytest.raises(Unreadable) as caught:
        grammar(x_type, "en").read(words(phrase), moment)
    assert caught.value.reason == reason


def test_a_long_span_is_not_repeated_whole(moment: Moment) -> None:
    with pytest.raises(Unreadable) as caught:
        grammar("time", "en").read(["blah"] * 400, moment)
    assert len(caught.value.reason) < 100
