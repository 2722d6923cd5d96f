"""The weather against a server on loopback that answers in the shapes of open-meteo.com."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from alexa_cli.catalog.link import hook
from alexa_cli.cli.main import main
from alexa_cli.errors import AlexaError, Unreachable
from alexa_cli.turn import Argument, Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.experts.conftest import Played

FIRST = datetime(2026, 11, 21, tzinfo=UTC)
PLACES = [
    {"id": 1, "name": "Portland", "latitude": 45.52, "longitude": -122.67, "elevation": 15.0,
     "country_code": "US", "timezone": "America/Los_Angeles", "country": "United States",
     "admin1": "Oregon"},
    {"id": 2, "name": "Portland", "latitude": 43.66, "longitude": -70.25, "elevation": 19.0,
     "country_code": "US", "timezone": "America/New_York", "country": "United States",
     "admin1": "Maine"},
]  # fmt: skip


class Service:
    """What the two endpoints answer, and what they were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.places: Any = PLACES
        self.forecast: Any = forecast()
        self.code = 200
        self.url = ""

    def answer(self, path: str, query: dict[str, str]) -> Any:
        self.asked.append((path, query))
        if path == "/v1/forecast":
            return self.forecast
        named = self.places if query["name"] == "Portland" else []
        return {"results": named, "generationtime_ms": 0.5} if named else {"generationtime_ms": 0.2}


def forecast() -> dict[str, Any]:
    days = [FIRST + timedelta(days=n) for n in range(10)]
    hours = [FIRST + timedelta(hours=n) for n in range(240)]
    return {
        "latitude": 45.5, "longitude": -122.6, "generationtime_ms": 0.1, "elevation": 15.0,
        "utc_offset_seconds": 0, "timezone": "GMT", "timezone_abbreviation": "GMT",
        "current_units": {"temperature_2m": "°F"},
        "current": {"time": "2026-11-21T12:00", "interval": 900, "temperature_2m": 53.6,
                    "apparent_temperature": 49.8, "weather_code": 3, "wind_speed_10m": 7.2},
        "hourly": {
            "time": [hour.strftime("%Y-%m-%dT%H:00") for hour in hours],
            "temperature_2m": [40.0 + hour.hour for hour in hours],
            "precipitation_probability": [90 if 12 <= hour.hour < 18 else 5 for hour in hours],
            "weather_code": [61 if 12 <= hour.hour < 18 else 0 for hour in hours],
        },
        "daily": {
            "time": [day.strftime("%Y-%m-%d") for day in days],
            "weather_code": [3, 61, 73, 0, 0, 0, 0, 1, 2, 3],
            "temperature_2m_max": [58.1, 55.0, 33.2, 50, 51, 52, 53, 54, 55, 56],
            "temperature_2m_min": [44.4, 41.0, 24.8, 40, 41, 42, 43, 44, 45, 46],
            "precipitation_probability_max": [10, 70, 80, 0, None, 0, 0, 0, 0, 45],
            "wind_speed_10m_max": [12.0, 31.4, 8, 8, 8, 8, 8, 8, 8, 8],
        },
    }  # fmt: skip


@pytest.fixture
def service() -> Iterator[Service]:
    told = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            body = json.dumps(told.answer(url.path, query)).encode()
            self.send_response(told.code)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


def hooks(url: str) -> dict[str, Any]:
    coordinates = {"latitude": "$latitude", "longitude": "$longitude",
                   "temperature_unit": "$temperature_unit"}  # fmt: skip
    return {
        "weather.find_place": {"http": {"url": f"{url}/v1/search", "query": {"name": "$name"}}},
        "weather.request": {"http": {"url": f"{url}/v1/forecast", "query": coordinates}},
    }


@pytest.fixture
def sky(play: Callable[[str], Played], service: Any) -> Played:
    played = play("weather")
    played.expert = hook({"weather": played.expert}, hooks(service.url), strict=True)["weather"]
    played.call("set_place", place="Portland")
    return played


@pytest.mark.parametrize(
    ("api", "given", "say"),
    [
        ("weather", {},
         "It's 54 degrees and cloudy in Portland. Today: a high of 58 and a low of 44."),
        ("weather", {"day": "2026-11-22"},
         ("Tomorrow in Portland: light rain, a high of 55 and a low"
          " of 41, a 70 percent chance of rain.")),
        ("weather", {"part": "afternoon"},
         ("This afternoon in Portland: light rain, a high of 57 and"
          " a low of 52, a 90 percent chance of rain.")),
        ("weather", {"day": "2026-11-23"},
         ("Monday in Portland: snow, a high of 33 and a low of 25,"
          " an 80 percent chance of snow.")),
        ("rain", {}, "Probably not: the chance of rain in Portland today is 10 percent."),
        ("rain", {"day": "2026-11-22"},
         "Yes: the chance of rain in Portland tomorrow is 70 percent."),
        ("rain", {"what": "umbrella", "part": "afternoon"},
         "Yes, take it: the chance of rain in Portland this afternoon is 90 percent."),
        ("rain", {"what": "snow"}, "No, there is no snow in the forecast in Portland today."),
        ("rain", {"what": "snow", "day": "2026-11-23"},
         "Yes: the chance of snow in Portland on Monday is 80 percent."),
        ("rain", {"day": "2026-11-25"}, "The weather service says nothing about rain."),
        ("temperature", {}, "It's 54 degrees in Portland. It feels like 50."),
        ("temperature", {"extreme": "high", "day": "2026-11-22"},
         "Tomorrow in Portland the high is 55 degrees."),
        ("wind", {}, "It's not windy in Portland: 7 miles per hour."),
        ("wind", {"day": "2026-11-22"},
         "Tomorrow in Portland: windy, up to 31 miles per hour."),
    ],
)  # fmt: skip
def test_what_is_said(sky: Played, api: str, given: dict[str, Any], say: str) -> None:
    returned = sky.call(api, **given)
    assert returned.say == say
    assert returned.trust is Trust.UNTRUSTED


def test_several_days(sky: Played) -> None:
    weekend = sky.say("weather", span="weekend")
    assert weekend.startswith("In Portland: Today: cloudy")
    assert "; Tomorrow: light rain" in weekend
    assert sky.say("weather", day=Argument("2026-11-21", "this weekend")).startswith(
        "In Portland: "
    )
    assert "tomorrow is 70" in sky.say("rain", span="weekend")


def test_today_is_the_day_of_the_place(sky: Played, service: Any) -> None:
    """In the evening it is tomorrow in Tokyo: its forecast begins there."""
    sky.now = datetime(2026, 11, 20, 20, tzinfo=UTC)
    service.forecast["utc_offset_seconds"] = 9 * 3600
    assert "Today: a high of 58" in sky.say("weather")
    assert "today is 10 percent" in sky.say("rain", day=Argument("2026-11-20", "today"))
    assert "tomorrow is 70 percent" in sky.say("rain", day=Argument("2026-11-21", "tomorrow"))
    assert "Today in Portland" in sky.say("weather", day=Argument("2026-11-21", "saturday"))


def test_a_young_answer_is_used_again_and_says_its_age(sky: Played, service: Any) -> None:
    sky.say("weather")
    asked = len(service.asked)
    sky.later(12 * 60)
    assert sky.say("temperature").endswith("That was 12 minutes ago.")
    assert len(service.asked) == asked
    sky.later(18 * 60)
    assert "That was" not in sky.say("temperature")
    assert [path for path, _ in service.asked[asked:]] == ["/v1/forecast"]  # the place is known


def test_places_are_told_apart_by_what_is_behind_the_comma(sky: Played, service: Any) -> None:
    sky.say("weather", place="Portland, Maine")
    assert service.asked[-1][1]["latitude"] == "43.66"
    with pytest.raises(AlexaError, match="I don't know a place called Blorptown"):
        sky.call("weather", place="Blorptown")


def test_no_network_is_one_clear_sentence(sky: Played) -> None:
    sky.expert = hook({"weather": sky.expert}, hooks("http://127.0.0.1:9"), strict=True)["weather"]
    with pytest.raises(Unreachable, match=r"^I can't reach the weather service\.$"):
        sky.call("weather")


@pytest.mark.parametrize(
    "answer",
    [[], {}, "fine", {"current": []}, {"current": {"temperature_2m": "hot"}},
     {"current": {"temperature_2m": 1e99}, "daily": {"time": ["2026-11-21"]}}, {"daily": None}],
)  # fmt: skip
def test_an_odd_answer_is_no_weather(sky: Played, service: Any, answer: Any) -> None:
    service.forecast = answer
    with pytest.raises(AlexaError, match="an answer that I can't use"):
        sky.call("weather")


def test_a_bad_status_and_odd_places(sky: Played, service: Any) -> None:
    service.places = [{"name": "x"}, {"name": "A\x1b[31m", "latitude": 1, "longitude": 2}]
    assert "in Portland" in sky.say("weather")
    service.code = 500
    with pytest.raises(AlexaError, match="an answer that I can't use"):
        sky.call("weather", place="Portland, Oregon")


def test_days_that_no_forecast_knows(sky: Played) -> None:
    with pytest.raises(AlexaError, match="only 10 days ahead"):
        sky.call("weather", day="2026-12-24")
    with pytest.raises(AlexaError, match="only know the weather to come"):
        sky.call("weather", day="2026-11-20")


def test_the_default_place_is_what_was_said_else_the_option(
    play: Callable[[str], Played], service: Any
) -> None:
    played = play("weather")
    for api in ("weather", "rain", "temperature", "wind"):
        asked = played.call(api)
        assert (asked.asks, asked.expects_answer) == ("place", True)
        assert (asked.say or "").startswith("Which place?")
    returned = played.call("set_place", place="Seattle")
    assert returned.say == "The weather is for Seattle now."
    played.undo(returned)
    assert played.call("weather").asks == "place"
    assert service.asked == []


def test_turns(home: Path, repo: Path, service: Any, capsys: pytest.CaptureFixture[str]) -> None:
    config = home / "config"
    config.mkdir(mode=0o700)
    options = {"hooks": hooks(service.url), "options": {"weather": {"place": "Portland, Oregon"}}}
    (config / "config.yaml").write_text(
        json.dumps({"experts": options, "temperature_unit": "celsius", "timezone": "UTC"})
    )
    for words in ("will it rain tomorrow", "what's the temperature outside"):
        with pytest.raises(SystemExit) as left:
            main(["ask", "--experts", str(repo / "experts" / "weather"),
                  "--now", "2026-11-21T12:00:00+00:00", words])  # fmt: skip
        assert left.value.code == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Yes: the chance of rain in Portland tomorrow is 70 percent."
    assert said[1] == (
        "It's 54 degrees in Portland. It feels like 50. That was less than a minute ago."
    )
    assert [query.get("temperature_unit") for _, query in service.asked] == [None, "celsius"]


def test_the_place_is_asked_for_and_the_answer_taken(
    home: Path, repo: Path, service: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    config = home / "config"
    config.mkdir(mode=0o700)
    options = {"experts": {"hooks": hooks(service.url)}, "timezone": "UTC"}
    (config / "config.yaml").write_text(json.dumps(options))
    turns = ((["how windy is it tomorrow"], 3), (["-c", "it's in Portland, Oregon"], 0))
    for words, code in turns:
        with pytest.raises(SystemExit) as left:
            main(["ask", "--experts", str(repo / "experts" / "weather"),
                  "--now", "2026-11-21T12:00:00+00:00", *words])  # fmt: skip
        assert left.value.code == code
    asked, told = capsys.readouterr().out.splitlines()
    assert asked.startswith("Which place?")
    assert told.startswith("Tomorrow in Portland: ")
