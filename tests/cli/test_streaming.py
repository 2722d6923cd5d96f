"""A reply that streams: nothing lost, nothing twice, words whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.cli.streaming import Stream
from alexa_cli.language.text import printable


def shown(pieces: list[str], whole: str, columns: int | None = None) -> str:
    out: list[str] = []
    stream = Stream(out.append, columns)
    for piece in pieces:
        stream.add(piece)
    stream.finish(whole)
    return "".join(out)


def test_pieces_and_the_rest_make_the_reply() -> None:
    assert shown(["The capi", "tal is "], "The capital is Paris.") == "The capital is Paris.\n"


def test_nothing_streamed_is_the_reply_alone() -> None:
    assert shown([], "Done.") == "Done.\n"


def test_a_reply_that_turned_out_otherwise_has_a_line_of_its_own() -> None:
    assert shown(["I thi"], "Sorry, no.") == "I thi\nSorry, no.\n"


def test_words_stay_whole_at_the_edge() -> None:
    assert (
        shown(["one two thr", "ee four"], "one two three four", 10)
        == "one two \n  three \n  four\n"
    )


@given(
    st.text(st.characters(codec="utf-8"), max_size=80), st.data(), st.sampled_from([None, 8, 20])
)
def test_however_it_is_cut_the_words_are_the_same(
    text: str, data: st.DataObject, columns: int | None
) -> None:
    whole = printable(text)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    edges = [0, *cuts]
    pieces = [whole[a:b] for a, b in zip(edges, cuts, strict=False)]
    assert shown(pieces, text, columns).split() == whole.split()
