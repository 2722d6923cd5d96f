"""The moment at which all these words are said: a Saturday in November, ten in the morning."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.language.registry import Moment


@pytest.fixture
def moment() -> Moment:
    zone = ZoneInfo("America/New_York")
    return Moment(datetime(2026, 11, 21, 10, 0, tzinfo=zone), zone)
