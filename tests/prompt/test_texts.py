"""Prompt texts: those that ship, the user's own, and what is wrong with a file, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from alexa_cli.errors import FileError
from alexa_cli.prompt.section import Stability
from alexa_cli.prompt.texts import PLACES, Texts, load_texts, shipped_folder

JOBS = ("route", "plan", "reply", "summarise", "rerank")
HEAD = "---\njobs: [plan]\nstability: fixed\norder: 5\n---\n"


def test_the_texts_that_ship(texts: Texts) -> None:
    for job in JOBS:
        for mode in ("tools", "json_schema"):
            found = texts.of(job, mode)
            assert found
            ranks = [text.stability.rank for text in found]
            assert ranks == sorted(ranks)
            assert found[-1].name.startswith("reminder"), "what is fresh comes last"
    assert {place for text in texts.texts for place in text.places} == set(PLACES) - {"examples"}
    for text in texts.texts:
        assert text.text
        for place in text.places:
            assert PLACES[place].rank <= text.stability.rank


def test_every_shipped_file_is_in_the_wheel_or_beside_the_package() -> None:
    assert (shipped_folder() / "plan.md").is_file()


def test_the_users_own_file_wins_and_adds(tmp_path: Path, texts: Texts) -> None:
    (tmp_path / "identity.md").write_text(HEAD.replace("[plan]", "[plan, reply]") + "You are Eve.")
    (tmp_path / "manners.md").write_text(HEAD + "Say please.\n<!-- a note to myself -->\n")
    (tmp_path / "README.md").write_text("not a section")
    mine = load_texts([tmp_path / "nowhere", tmp_path])
    named = {text.name: text for text in mine.texts}
    assert named["identity"].text == "You are Eve."
    assert named["identity"].jobs == ("plan", "reply")
    assert named["manners"].text == "Say please."
    assert mine.of("plan")[0].name == "identity", "by order, then name"
    assert len(mine.texts) == len(texts.texts) + 1
    assert mine.fingerprint != texts.fingerprint


def test_the_fingerprint_is_that_of_what_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(HEAD + "One.\n")
    one = load_texts([tmp_path]).fingerprint
    (tmp_path / "a.md").write_text(HEAD + "One.\n\n<!-- unseen -->\n")
    assert load_texts([tmp_path]).fingerprint == one
    (tmp_path / "a.md").write_text(HEAD + "Two.\n")
    assert load_texts([tmp_path]).fingerprint != one


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(
        b"\xef\xbb\xbf" + (HEAD + "One.\nTwo.\n").replace("\n", "\r\n").encode()
    )
    assert load_texts([tmp_path]).of("plan")[0].text == "One.\nTwo."


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("Hello.", 1, "begins with what it is for"),
        ("---\njobs: [plan]\n", 1, "begins with what it is for"),
        ("---\njobs: [plan]\nstability: fixd\n---\nx", 3, "stability"),
        ("---\njobs: [plan, dance]\nstability: fixed\n---\nx", 2, "jobs"),
        ("---\njobs: [plan]\nstability: fixed\nordr: 1\n---\nx", 4, "order"),
        ("---\njobs: [plan\nstability: fixed\n---\nx", 3, ""),
        (HEAD + "one\n{sayd}", 7, "said"),
        (HEAD + "one\n\nIt is {now}.", 8, "stability: turn"),
        (HEAD + "{household}", 6, "stability: household"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, content: str, line: int, says: str
) -> None:
    (tmp_path / "mine.md").write_text(content)
    with pytest.raises(FileError) as error:
        load_texts([tmp_path])
    assert error.value.line == line
    assert says in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_bytes(HEAD.encode() + b"a\nb \xff")
    with pytest.raises(FileError, match="UTF-8") as error:
        load_texts([tmp_path])
    assert error.value.line == 7
    (tmp_path / "mine.md").write_text(HEAD + "x" * 50_000)
    with pytest.raises(FileError, match="longer"):
        load_texts([tmp_path])
    (tmp_path / "mine.md").unlink()
    (tmp_path / "Big-Name.md").write_text(HEAD)
    with pytest.raises(FileError, match="small letters"):
        load_texts([tmp_path])


def test_places_are_filled_once(texts: Texts) -> None:
    said = next(text for text in texts.texts if text.name == "said")
    assert said.filled({"said": "{now} {said}", "now": "noon"}) == "<said>{now} {said}</said>"
    assert said.filled({"said": ""}) == ""
    assert said.filled({}) == ""
    assert said.stability is Stability.TURN
