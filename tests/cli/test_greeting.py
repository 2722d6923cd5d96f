"""A first run offers what works there, whatever home and experts there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.cli.options import Common
from alexa_cli.cli.repl.greeting import greeting, is_first, working
from alexa_cli.cli.session import open_session
from alexa_cli.config.paths import private_dir

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.config.paths import Paths
    from tests.cli.conftest import Inside

HOME = "name: Mine\nareas: [{name: attic}]\ndevices: [{name: big lamp, area: attic, kind: light}]\n"


def test_what_is_offered_works(inside: Inside) -> None:
    session = open_session(Common())
    assert is_first(session)
    offered = working(session)
    assert len(offered) == 3
    for words in offered:
        assert inside("ask", words).code == 0, words
    assert not is_first(open_session(Common()))


def test_another_home_and_fewer_experts(paths: Paths, inside: Inside) -> None:
    home = private_dir(paths.config) / "household.yaml"
    home.write_text(HOME)
    sets = (f"household={home}", "experts.off=[timers]")
    session = open_session(Common.of(None, list(sets), None))
    offered = working(session)
    assert len(offered) == 3
    assert "turn on the kitchen light" not in offered
    for words in offered:
        assert inside("ask", "--set", sets[0], "--set", sets[1], words).code == 0, words
    assert "your home" in greeting(session)[1]


def test_nothing_is_offered_where_there_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "mute").mkdir()
    (tmp_path / "mute" / "expert.yaml").write_text("name: mute\ndescription: Says nothing.\n")
    session = open_session(Common.of(None, [], [tmp_path]))
    assert len(greeting(session)) == 3
