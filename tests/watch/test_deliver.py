"""What is due is told once, on each channel, whatever fails or dies meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.errors import AlexaError
from alexa_cli.store.store import Store
from alexa_cli.watch import claiming, running
from alexa_cli.watch.deliver import ATTEMPTS, Deliverer, Screen
from alexa_cli.watch.due import Due, cancel, delivered, pending, schedule

if TYPE_CHECKING:
    from alexa_cli.watch.wording import Notice

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"


@dataclass
class Hook:
    """A channel that fails the first ``failing`` times."""

    name: str = "shell"
    failing: int = 0
    sure: bool = True
    told: list[str] = field(default_factory=list)

    async def tell(self, notice: Notice) -> None:
        await asyncio.sleep(0)
        if self.failing:
            self.failing -= 1
            raise AlexaError("no such luck")
        self.told.append(notice.text)


@dataclass
class House:
    """A store, a clock moved by hand, and deliverers on it."""

    now: datetime = NOW
    told: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store(":memory:", clock=self.seconds)

    def seconds(self) -> float:
        return self.now.timestamp()

    def deliverer(self, *hooks: Hook) -> Deliverer:
        screen = Screen(lambda notice: self.told.append(notice.text), self.log.append)
        return Deliverer(self.store, lambda: self.now, screen, lambda: hooks)

    def due(self, text: str = "Tea.", *, key: str = "k", at: datetime = NOW, repeat: str = "",
            until: datetime | None = None) -> None:  # fmt: skip
        schedule(
            self.store,
            Due("e", key, at, text, repeat=repeat or None, tz=BERLIN, until=until),
        )

    def once(self, *hooks: Hook) -> list[str]:
        """Let one deliverer look once; returns what is on the screen since."""
        before = len(self.told)
        asyncio.run(self.deliverer(*hooks).once())
        return self.told[before:]

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


def test_it_is_told_once_and_seen_afterwards() -> None:
    house = House()
    house.due("Tea \x1b[31mis\nready.")
    house.due("Later.", key="l", at=NOW + timedelta(minutes=1))
    assert house.once() == ["Tea is ready."]
    assert house.once() == []
    assert [due.text for due in delivered(house.store, "e")] == ["Tea \x1b[31mis\nready."]
    assert [due.key for due in pending(house.store, "e")] == ["l"]
    assert pending(house.store, "other") == delivered(house.store, "other") == []


def test_the_latest_is_seen_first_and_no_more_than_asked_for() -> None:
    house = House()
    for minutes in (3, 1, 2):
        house.due(str(minutes), key=str(minutes), at=NOW - timedelta(minutes=minutes))
    house.once()
    assert [due.text for due in delivered(house.store, "e", 2)] == ["1", "2"]


@pytest.mark.parametrize(
    ("away", "expected"),
    [
        ({"minutes": 2}, "Tea."),
        ({"minutes": 3}, "Tea. (late: it was due at 7 PM)"),
        ({"hours": 12}, "Tea. (late: it was due yesterday at 7 PM)"),
        ({"days": 3}, "Tea. (late: it was due on Saturday, November 21 at 7 PM)"),
        ({"days": 90}, "Tea. (late: it was due on Saturday, November 21, 2026 at 7 PM)"),
    ],
)
def test_what_is_late_says_so(away: dict[str, float], expected: str) -> None:
    house = House()
    house.due()
    house.later(**away)
    assert house.once() == [expected]


def test_a_machine_that_was_asleep_tells_a_recurrence_once() -> None:
    house = House()
    house.due("Pills.", repeat="FREQ=DAILY;BYHOUR=19")
    assert house.once() == ["Pills."]
    house.later(days=3, hours=5)
    assert house.once() == ["Pills. (late: it was due yesterday at 7 PM; missed 2 times before)"]
    assert [due.at for due in pending(house.store)] == [NOW + timedelta(days=4)]
    house.later(days=1, hours=-5)
    assert house.once() == ["Pills."]


def test_a_clock_that_is_set_back_repeats_nothing() -> None:
    house = House()
    house.due("Once.")
    house.due("Daily.", key="d", repeat="FREQ=DAILY;BYHOUR=19")
    assert house.once() == ["Once.", "Daily."]
    house.later(hours=-3)
    assert house.once() == []
    house.later(hours=3, seconds=1)
    assert house.once() == []
    house.later(hours=24)
    assert house.once() == ["Daily."]


def test_a_failing_hook_is_tried_again_and_blocks_nobody() -> None:
    house, shell, http = House(), Hook("shell", failing=2), Hook("http")
    house.due()
    assert house.once(shell, http) == ["Tea."]
    assert (shell.told, http.told) == ([], ["Tea."])
    assert house.log == ["e/k by shell failed, again in 10 s: no such luck"]
    house.due("Other.", key="o")
    assert house.once(http) == ["Other."]
    house.later(seconds=9)
    assert house.once(shell, http) == []
    house.later(seconds=1)
    assert house.once(shell, http) == []  # fails again
    house.later(seconds=60)
    assert house.once(shell, http) == []
    assert (shell.told, http.told) == (["Tea."], ["Tea.", "Other."])
    assert len(delivered(house.store)) == 2
    assert house.store.events(kind="ringing") == []


def test_a_hook_that_never_works_is_given_up_and_that_is_told() -> None:
    house, hook = House(), Hook(failing=1_000)
    house.due()
    for _ in range(20):
        house.once(hook)
        house.later(minutes=20)
    assert hook.failing == 1_000 - ATTEMPTS
    assert house.told == ["Tea."]
    assert house.log[-1] == "e/k by shell failed 5 times, no more: no such luck"
    assert len(house.log) == ATTEMPTS


def test_a_courtesy_that_fails_is_not_tried_again() -> None:
    house, desktop = House(), Hook("desktop", failing=1, sure=False)
    house.due()
    house.once(desktop)
    house.later(hours=1)
    house.once(desktop)
    assert (desktop.failing, desktop.told, house.log) == (0, [], [])


def test_who_dies_before_telling_loses_nothing() -> None:
    """Claimed, and no more: nobody was told, so it is told as if nothing had been."""
    house = House()
    house.due("Daily.", repeat="FREQ=DAILY;BYHOUR=19")
    assert len(claiming.claim(house.store, house.now, "host/1/x")) == 1
    assert [due.at for due in pending(house.store)] == [NOW + timedelta(days=1)]
    assert house.once() == []  # the other may still be at it
    house.later(seconds=claiming.LEASE)
    assert house.once() == ["Daily."]
    house.later(seconds=claiming.LEASE)
    assert house.once() == []


def test_who_dies_while_telling_is_followed_by_one_who_says_so() -> None:
    house, hook = House(), Hook()
    house.due()
    (ring,) = claiming.claim(house.store, house.now, "host/1/x")
    ring = claiming.step(house.store, ring, house.now, "terminal", claiming.TELLING) or ring
    claiming.step(house.store, ring, house.now, "shell", claiming.TELLING)
    house.later(seconds=claiming.LEASE)
    assert house.once(hook) == ["Tea. (you may have heard this before)"]
    assert hook.told == ["Tea. (you may have heard this before)"]
    house.later(seconds=claiming.LEASE)
    assert house.once(hook) == []


def test_who_dies_after_telling_here_has_told_it() -> None:
    house, hook = House(), Hook()
    house.due()
    (ring,) = claiming.claim(house.store, house.now, "host/1/x")
    claiming.step(house.store, ring, house.now, "terminal", claiming.TOLD)
    house.later(seconds=claiming.LEASE)
    assert house.once(hook) == []
    assert hook.told == ["Tea."]


def test_who_is_seen_to_be_dead_is_not_waited_for() -> None:
    house = House()
    house.due()
    place = running.owner_id().split("/")[0]
    claiming.claim(house.store, house.now, f"{place}/999999999/x")
    assert house.once() == ["Tea."]


def test_who_was_too_slow_tells_no_more() -> None:
    """Its lease was over and somebody else has told: what it notes then counts for nothing."""
    house = House()
    house.due()
    (ring,) = claiming.claim(house.store, house.now, "host/1/x")
    house.later(seconds=claiming.LEASE)
    assert house.once() == ["Tea."]
    assert claiming.step(house.store, ring, house.now, "terminal", claiming.TELLING) is None
    assert claiming.finish(house.store, ring) is False
    assert len(delivered(house.store)) == 1


def test_a_screen_that_is_gone_leaves_it_to_others() -> None:
    house = House()
    house.due()

    def gone(_: Notice) -> None:
        raise BrokenPipeError

    deliverer = house.deliverer()
    deliverer.screen = Screen(gone, house.log.append)
    with pytest.raises(BrokenPipeError):
        deliverer.look()
    assert house.once() == ["Tea."]


def test_what_is_canceled_is_not_told_nor_tried_again() -> None:
    house, hook = House(), Hook(failing=1_000)
    house.due("Daily.", repeat="FREQ=DAILY;BYHOUR=19")
    house.once(hook)
    assert cancel(house.store, "e", "k") is True
    house.later(days=2)
    assert house.once(hook) == []
    assert hook.failing == 999
    assert cancel(house.store, "e", "k") is False


def test_a_rule_that_broke_is_told_once_with_a_notice() -> None:
    house = House()
    from alexa_cli.watch.due import put

    put(house.store, Due("e", "k", NOW, "Tea.", repeat="every moon", tz=BERLIN))
    assert house.once() == ["Tea."]
    assert len(house.store.notices) == 1
    assert pending(house.store) == []


def test_it_is_known_who_delivers() -> None:
    house = House()
    assert running.anybody_delivering(house.store) is None

    async def run() -> str | None:
        deliverer = house.deliverer()
        deliverer.program = "alexa watch"
        task = asyncio.create_task(deliverer.run())
        await asyncio.sleep(0)
        found = running.anybody_delivering(house.store)
        task.cancel()
        await asyncio.wait([task])
        return found

    assert asyncio.run(run()) == "alexa watch"
    assert running.anybody_delivering(house.store) is None


def test_hooks_that_run_come_to_their_end() -> None:
    house, hook = House(), Hook()
    house.due()

    async def run() -> None:
        task = asyncio.create_task(house.deliverer(hook).run())
        await asyncio.sleep(0)  # it looks once; its hook has not told yet
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(run())
    assert hook.told == ["Tea."]
    assert len(delivered(house.store)) == 1


# A year ---------------------------------------------------------------------------------


def clock_shows(tz: str, year: int) -> dict[datetime, datetime]:
    """What the clock on the wall shows every quarter of an hour, to the first instant it does."""
    zone, found = ZoneInfo(tz), dict[datetime, datetime]()
    at = datetime(year - 1, 12, 30, tzinfo=UTC)
    while at.year <= year:
        found.setdefault(at.astimezone(zone).replace(tzinfo=None), at)
        at += timedelta(minutes=15)
    return found


def expected(shows: dict[datetime, datetime], hour: int, minute: int) -> list[datetime]:
    """Every day's instant at that time in 2026, by what the clock shows when."""
    found = []
    day = datetime(2026, 1, 1)  # noqa: DTZ001 - by the clock on the wall
    while day.year == 2026:
        wanted = day.replace(hour=hour, minute=minute)
        # Left out: as much later as the clock was put forward.
        left_out = wanted - (day - shows[day].replace(tzinfo=None))
        found.append(shows.get(wanted, left_out.replace(tzinfo=UTC)))
        day += timedelta(days=1)
    return found


@pytest.mark.parametrize("tz", ["America/New_York", BERLIN, "Australia/Lord_Howe", "Asia/Kolkata"])
def test_a_year_of_alarms_and_reminders_each_once_at_its_time(tz: str) -> None:
    house = House(now=datetime(2025, 12, 31, 0, 0, tzinfo=ZoneInfo(tz)).astimezone(UTC))
    times = {"night": (2, 30), "early": (1, 45), "morning": (6, 45)}
    shows = clock_shows(tz, 2026)
    series = {key: expected(shows, *clock) for key, clock in times.items()}
    # Mondays only: nothing is changed at that hour.
    mondays = [at for at in series["morning"] if at.astimezone(ZoneInfo(tz)).weekday() == 0]
    series["morning"] = mondays
    end = datetime(2027, 1, 1, tzinfo=ZoneInfo(tz))
    for key, (hour, minute) in times.items():
        schedule(
            house.store,
            Due(
                "alarms", key, series[key][0], key, kind="alarm", tz=tz, until=end,
                repeat=("FREQ=WEEKLY;BYDAY=MO" if key == "morning" else "FREQ=DAILY")
                + f";BYHOUR={hour};BYMINUTE={minute}",
            ),
        )  # fmt: skip
    once = [house.now + timedelta(days=9, hours=5 * n) for n in range(40)]
    for n, at in enumerate(once):
        schedule(house.store, Due("reminders", f"r{n}", at, f"r{n}", tz=tz))
    got: dict[str, list[datetime]] = {}
    deliverer = house.deliverer()
    deliverer.screen = Screen(
        lambda told: got.setdefault(told.text, []).append(told.due.at), house.log.append
    )
    for at in sorted({*once, *(at for each in series.values() for at in each)}):
        house.now = at - timedelta(seconds=0.1)
        assert deliverer.look() == 0
        house.now = at + timedelta(seconds=0.4)
        deliverer.look()
    assert pending(house.store) == []
    wanted = {**series, **{f"r{n}": [at] for n, at in enumerate(once)}}
    assert got == wanted  # so none was late or missed: that would be in its text
    assert house.log == house.store.notices == []
