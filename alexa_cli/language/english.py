"""English words for numbers, days, months and units. Data only, shared by the English grammars."""

# ruff: noqa: PLR2004 - 10, 12 and 100 are what spoken numbers are made of

from __future__ import annotations

SMALL = {
    word: value
    for value, word in enumerate(
        [
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
            "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
            "eighteen", "nineteen",
        ]
    )
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
DIGIT_WORDS = {word: str(value) for word, value in SMALL.items() if value < 10} | {"oh": "0"}
ORDINALS = {
    word: value
    for value, word in enumerate(
        [
            "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
            "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
            "seventeenth", "eighteenth", "nineteenth",
        ],
        start=1,
    )
}  # fmt: skip
ORDINAL_TENS = {
    "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60,
    "seventieth": 70, "eightieth": 80, "ninetieth": 90,
}  # fmt: skip
ORDINAL_ENDINGS = frozenset({"st", "nd", "rd", "th"})
FRACTION_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4,
    "fourth": 4, "fourths": 4, "fifth": 5, "fifths": 5, "eighth": 8, "eighths": 8,
    "tenth": 10, "tenths": 10,
}  # fmt: skip
FRACTION_SIGNS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}

NUMBER_STARTS = frozenset(
    {*SMALL, *TENS, *SCALES, *FRACTION_SIGNS, "hundred", "a", "an", "half", "dozen", "couple",
     "point", "minus", "negative", "plus"}
)  # fmt: skip

SECONDS = {
    "second": 1, "seconds": 1, "sec": 1, "secs": 1,
    "minute": 60, "minutes": 60, "min": 60, "mins": 60,
    "hour": 3_600, "hours": 3_600, "hr": 3_600, "hrs": 3_600,
    "day": 86_400, "days": 86_400,
    "week": 604_800, "weeks": 604_800, "wk": 604_800, "wks": 604_800,
}  # fmt: skip
SECONDS_AFTER_DIGITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
"""Single letters count as units only behind a number in digits ("2h30m")."""
MONTHS_IN = {"month": 1, "months": 1, "year": 12, "years": 12}

WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5,
    "sunday": 6,
}  # fmt: skip
WEEKDAYS_SHORT = {
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3,
    "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
"""Also words of their own ("the sun"), so they need an "on" or a date beside them."""
WEEKDAY_NAMES = [word.capitalize() for word in WEEKDAYS]
MONTHS = {
    word: value
    for value, word in enumerate(
        [
            "january", "february", "march", "april", "may", "june", "july", "august", "september",
            "october", "november", "december",
        ],
        start=1,
    )
}  # fmt: skip
MONTH_NAMES = ["", *(word.capitalize() for word in MONTHS)]
MONTHS_ALL = MONTHS | {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9,
    "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip

PARTS_OF_DAY = frozenset({"morning", "afternoon", "evening", "night"})
