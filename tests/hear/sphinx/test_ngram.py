"""The trigram: chances sum to one, and what is counted is likelier than what is not."""

from __future__ import annotations

from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.hear.sphinx.ngram import END, START, arpa, count

WORDS = st.sampled_from("turn on off the light lamp please".split())
SENTENCES = st.lists(
    st.tuples(st.lists(WORDS, min_size=1, max_size=6), st.floats(0.01, 20)), min_size=1, max_size=8
)


Chances: TypeAlias = tuple[dict[tuple[str, ...], float], dict[tuple[str, ...], float]]


def chances(text: str) -> Chances:
    """Read ARPA: gram to logarithm, and history to that of its shorter history's share."""
    log: dict[tuple[str, ...], float] = {}
    share: dict[tuple[str, ...], float] = {}
    for line in text.split("\n"):
        parts = line.split("\t")
        if len(parts) > 1:
            gram = tuple(parts[1].split())
            log[gram] = float(parts[0])
            if len(parts) > 2:
                share[gram] = float(parts[2])
    return log, share


def chance(text_chances: Chances, history: tuple[str, ...], word: str) -> float:
    log, share = text_chances
    if (*history, word) in log:
        return 10 ** log[*history, word]
    if not history:
        return 0.0
    return 10 ** share.get(history, 0.0) * chance(text_chances, history[1:], word)


@settings(max_examples=25)
@given(SENTENCES)
def test_chances_after_any_history_sum_to_one(sentences: list[tuple[list[str], float]]) -> None:
    text = arpa(count(sentences), extra=["lumos"])
    read = chances(text)
    vocabulary = {g[0] for g in read[0] if len(g) == 1} - {START}
    assert {"lumos", END} <= vocabulary
    histories = {g for g in read[1] if g[-1] != END} | {("turn", "lumos")}
    for history in histories:
        whole = sum(chance(read, history, word) for word in vocabulary)
        assert abs(whole - 1) < 0.01, (history, whole)


def test_the_head_counts_the_grams() -> None:
    text = arpa(count([(("turn", "on"), 1.0)]))
    for number in (1, 2, 3):
        listed = text.split(f"\\{number}-grams:\n")[1].split("\n\n")[0].split("\n")
        assert f"ngram {number}={len(listed)}" in text


def test_weights_matter() -> None:
    read = chances(arpa(count([(("turn", "on"), 9.0), (("turn", "off"), 1.0)])))
    assert chance(read, (START, "turn"), "on") > 5 * chance(read, (START, "turn"), "off")
