"""What is said is read back as the same value: the core property of every grammar."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alexa_cli.language.colour import COLOURS
from alexa_cli.language.duration import LONGEST
from alexa_cli.language.registry import Grammar, Moment, Unreadable, grammar, known_types
from alexa_cli.language.rrule import CODES
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from alexa_cli.turn import Json

ZONES = ["America/New_York", "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "UTC"]


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    now = draw(
        st.datetimes(min_value=dt.datetime(2000, 1, 1), max_value=dt.datetime(2100, 12, 31))  # noqa: DTZ001 - the zone follows
    )
    unit = draw(st.sampled_from(["fahrenheit", "celsius"]))
    return Moment(now.replace(tzinfo=zone), zone, temperature_unit=unit)


@st.composite
def rules(draw: st.DrawFn) -> str:
    freq = draw(st.sampled_from(["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY",
                                 "YEARLY"]))  # fmt: skip
    fields = [f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 200))}"]
    if freq == "WEEKLY":
        days = draw(st.sets(st.sampled_from(CODES)))
        fields += [f"BYDAY={','.join(days)}"] if days else []
    if freq == "MONTHLY":
        day = draw(st.sampled_from(["", "BYMONTHDAY", "BYDAY"]))
        if day == "BYMONTHDAY":
            fields.append(f"BYMONTHDAY={draw(st.sampled_from([-1, *range(1, 32)]))}")
        elif day:
            nth = draw(st.sampled_from([-1, 1, 2, 3, 4, 5]))
            fields.append(f"BYDAY={nth}{draw(st.sampled_from(CODES))}")
    if freq == "YEARLY" and draw(st.booleans()):
        fields += [f"BYMONTH={draw(st.integers(1, 12))}", f"BYMONTHDAY={draw(st.integers(1, 28))}"]
    if freq in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"} and draw(st.booleans()):
        fields += [f"BYHOUR={draw(st.integers(0, 23))}", f"BYMINUTE={draw(st.integers(0, 59))}"]
    return ";".join(fields)


@st.composite
def sums(draw: st.DrawFn) -> str:
    figures = st.integers(0, 10**6).map(str) | st.integers(0, 999).map(lambda n: f"{n / 4:g}")
    parts = draw(st.lists(figures, min_size=2, max_size=5))
    text = parts[0]
    for part in parts[1:]:
        text += f" {draw(st.sampled_from(['+', '-', '*', '/', '^', 'mod']))} {part}"
    forms = [text, f"sqrt({parts[0]}) + {text}", f"15% * {text}", f"(1/3 of {parts[0]})"]
    return draw(st.sampled_from([*forms, f"total({', '.join(parts)})"]))


_NUMBERS = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(-1e14, 1e14, allow_nan=False),
    st.floats(-200, 200).map(lambda value: round(value, 2)),
)
_AMOUNTS = _NUMBERS.map(abs)
VALUES: dict[str, st.SearchStrategy[Json]] = {
    "number": _NUMBERS,
    "ordinal": st.one_of(st.integers(-99, -1), st.integers(1, 999_999)),
    "percent": _AMOUNTS,
    "duration": st.one_of(
        st.integers(0, LONGEST), st.integers(0, 7200), st.floats(0, 1e6).map(lambda v: round(v, 3))
    ),
    "time": st.times().map(lambda t: t.strftime("%H:%M:%S" if t.second % 3 == 0 else "%H:%M")),
    "date": st.dates(dt.date(1900, 1, 1), dt.date(2999, 12, 31)).map(dt.date.isoformat),
    "datetime": st.datetimes(
        dt.datetime(1970, 1, 2), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC)  # noqa: DTZ001 - as the argument wants it
    ).map(dt.datetime.isoformat),
    "recurrence": rules(),
    "colour": st.sampled_from(sorted(COLOURS)),
    "temperature": st.fixed_dictionaries(
        {"value": st.one_of(st.integers(-500, 5000), st.integers(-999, 999).map(lambda v: v / 10)),
         "unit": st.sampled_from(["fahrenheit", "celsius"])}
    ),
    "event": st.lists(st.sampled_from("daisy is not fed by 5 o'clock".split()), min_size=1).map(
        " ".join
    ),
    "expression": sums(),
}  # fmt: skip


def test_every_type_has_values() -> None:
    assert set(VALUES) == set(known_types())


def read_back(x_type: str, value: Json, moment: Moment) -> None:
    found = grammar(x_type, "en")
    canonical = found.check(value, moment)
    assert found.check(canonical, moment) == canonical
    if x_type == "datetime":
        assume(not dt.datetime.fromisoformat(str(canonical)).replace(tzinfo=moment.tz).fold)
        local = dt.datetime.fromisoformat(str(canonical)).astimezone(moment.tz)
        assume(not local.fold)  # of an hour that comes twice, words mean the first
    said = words(found.say(canonical, moment))
    assert found.read(said, moment) == canonical
    assert len(said) in found.ends(said, 0)


@pytest.mark.parametrize("x_type", known_types())
@given(data=st.data(), moment=moments())
def test_what_is_said_is_read_back(x_type: str, data: st.DataObject, moment: Moment) -> None:
    read_back(x_type, data.draw(VALUES[x_type]), moment)


@given(minutes=st.integers(-20_000, 20_000), seconds=st.integers(0, 59), moment=moments())
@settings(max_examples=300)
def test_near_moments_are_read_back(minutes: int, seconds: int, moment: Moment) -> None:
    near = moment.now.astimezone(dt.UTC) + dt.timedelta(minutes=minutes, seconds=seconds)
    read_back("datetime", near.isoformat(), moment)


@given(away=st.integers(-800, 800), moment=moments())
@settings(max_examples=300)
def test_near_days_are_read_back(away: int, moment: Moment) -> None:
    today = moment.now.astimezone(moment.tz).date()
    read_back("date", (today + dt.timedelta(days=away)).isoformat(), moment)


# Any row of words at all ------------------------------------------------------------------------

VOCABULARY = """
a an the at by on in of to and half quarter past before after six twelve twenty five fifty hundred
thousand point zero oh first second third last next this every each other once daily monday fridays
fri weekday weekends december feb may morning afternoon evening night tonight tomorrow today noon
midnight am pm o'clock hour hours minutes days week weeks month months year ago from now 6 6:45 30
2026 12/24 1/2 31 29 25:61 0 ½ st th percent degrees below celsius minus dozen couple warm white
blue christmas new year's eve through kitchen lamp s m h
""".split()


@st.composite
def utterances(draw: st.DrawFn) -> tuple[str, ...]:
    return tuple(draw(st.lists(st.sampled_from(VOCABULARY), max_size=9)))


def read_or_reason(
    found: Grammar, said: tuple[str, ...], moment: Moment
) -> tuple[str | None, Json]:
    try:
        return None, found.read(said, moment)
    except Unreadable as error:
        return error.reason, None


@pytest.mark.parametrize("x_type", known_types())
@given(said=utterances(), moment=moments())
def test_every_end_is_readable(x_type: str, said: tuple[str, ...], moment: Moment) -> None:
    found = grammar(x_type, "en")
    for start in range(len(said) + 1):
        ends = list(found.ends(said, start))
        assert ends == sorted(set(ends), reverse=x_type != "event")  # as short as can be
        for end in ends:
            assert start < end <= len(said)
            reason, value = read_or_reason(found, said[start:end], moment)
            if reason is None:
                assert found.check(value, moment) == value
            else:
                assert "I don't know" not in reason  # only the calendar may refuse


@pytest.mark.parametrize("x_type", known_types())
@given(text=st.text(max_size=60), moment=moments())
def test_any_text_is_read_or_refused(x_type: str, text: str, moment: Moment) -> None:
    found = grammar(x_type, "en")
    said = words(text)
    for start in range(len(said)):
        assert all(start < end <= len(said) for end in found.ends(said, start))
    reason, _ = read_or_reason(found, said, moment)
    assert reason is None or reason.isprintable()
