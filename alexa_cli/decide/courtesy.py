"""Polite and hesitant words around a request: stripped before matching, per language.

"Could you please turn on the light for me, thanks" asks for what "turn on the light" asks for.
Only whole phrases at the very start or end go, never everything.
"""

from __future__ import annotations

from alexa_cli.language.text import Token

_LEAD: dict[str, tuple[str, ...]] = {
    "en": (
        "hey alexa", "ok alexa", "okay alexa", "alexa", "please", "hey", "ok", "okay",
        "hi alexa", "hello alexa", "excuse me", "pardon me", "sorry", "yeah", "perfect",
        "awesome", "no no",
        "oh", "ah", "aw", "hmm", "wait", "hold on", "oops", "whoops", "you know what", "alright",
        "all right", "right", "um", "uh",
        "er", "well", "now", "so", "and", "then", "also", "just", "quickly", "kindly",
        "can you", "could you", "would you", "will you", "can we", "could we", "you can",
        "you could", "i want you to", "i would like you to", "i need you to", "i want to",
        "i would like to", "i need to", "we need to", "let us", "go ahead and", "make sure to",
        "make sure you",
        "be so kind and", "be so kind as to", "would you mind", "do me a favor and",
        "can i get you to", "could i get you to", "can you go ahead and", "help me", "help me to",
        "i said", "no i said", "actually", "yes", "would you be able to", "are you able to",
        "do you think you could", "do you think you can", "i was wondering if you could",
        "i wonder if you could", "i wonder if you can", "i was hoping you could",
        "is there any way you could",
        "any chance you could", "any chance you can", "is there any chance you could",
        "would you be so kind as to", "if you would", "if you could", "if you do not mind",
        "if you would not mind", "could you possibly", "can you possibly", "do you mind",
        "be a dear and", "be a love and", "be an angel and", "do me a favor", "you mind",
        "when you get a chance", "when you have a moment", "when you get a sec",
        "when you get a minute", "real quick", "quick question",
        "i am going to need you to", "why do not you", "how about you", "like",
        "would you mind",
    ),
}  # fmt: skip
_TRAIL: dict[str, tuple[str, ...]] = {
    "en": (
        "please", "thanks", "thank you", "alexa", "for me", "now", "right now", "right away",
        "immediately", "at once", "if you can", "if you could", "if you would", "would you",
        "will you", "could you", "can you", "ok", "okay", "as well", "too", "again please",
        "please dear", "please honey", "please darling", "please love", "please sweetie", "dear",
        "thanks dear", "thanks honey", "thanks love", "thank you dear", "thank you honey", "mate",
        "if you do not mind", "if you would not mind", "if that is ok", "if that is okay",
        "if possible", "when you can", "when you get a chance", "when you have a moment",
        "real quick", "really quick", "would you please", "will you please", "could you please",
        "would you mind", "thanks a lot", "thanks so much", "thank you so much",
        "thank you very much", "much appreciated", "cheers", "when you get a sec",
        "when you get a second", "when you get a minute", "when you have a second",
        "when you have a minute", "if you have a second", "if you have a minute", "ta",
    ),
}  # fmt: skip


def _compiled(
    phrases: dict[str, tuple[str, ...]],
) -> dict[str, dict[int, frozenset[tuple[str, ...]]]]:
    table: dict[str, dict[int, frozenset[tuple[str, ...]]]] = {}
    for language, said in phrases.items():
        split = [tuple(phrase.split()) for phrase in said]
        sizes = sorted({len(words) for words in split}, reverse=True)
        table[language] = {n: frozenset(w for w in split if len(w) == n) for n in sizes}
    return table


_LEADING, _TRAILING = _compiled(_LEAD), _compiled(_TRAIL)

_HESITATION = frozenset({"um", "umm", "uh", "uhh", "uhm", "erm"})
"""Sounds that are no words, wherever they stand; "er" is left: some go to the ER."""
_ROUGHLY = frozenset({"like", "about", "around", "roughly", "maybe", "approximately"})
_BEFORE_ROUGHLY = frozenset("in at for by to until till every of after within from".split())


def without_hesitation(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return the tokens without "um" and "uh", unless nothing would be left; "uh oh" stays."""
    kept = tuple(
        token for at, token in enumerate(tokens)
        if token.text not in _HESITATION
        or (at + 1 < len(tokens) and tokens[at + 1].text in {"oh", "huh"})
    )  # fmt: skip
    return kept or tokens


def without_roughly(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return the tokens with "in like twenty minutes" and "at around six" said without doubt."""
    return tuple(
        token for at, token in enumerate(tokens)
        if token.text not in _ROUGHLY or at == 0 or at + 1 == len(tokens)
        or tokens[at - 1].text not in _BEFORE_ROUGHLY
    )  # fmt: skip


def plainly(tokens: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """Return the ways to say "turning off the light" as a request: "turn off the light"."""
    first, rest = tokens[0], tokens[1:]
    if not rest or not first.text.endswith("ing") or len(first.text) <= len("sing"):
        return []
    stem = first.text.removesuffix("ing")
    stems = [stem, stem + "e", *([stem[:-1]] if stem[-1:] == stem[-2:-1] else [])]
    return [(Token(each, first.start, first.end), *rest) for each in stems]


_INDIRECT = tuple(
    tuple(lead.split())
    for lead in (
        "do you happen to know", "do you have any idea", "have you got any idea", "do you know",
        "any idea", "got any idea", "i was wondering", "i am wondering", "i wonder", "tell me",
        "find out", "know", "you know", "check", "see",
    )
)  # fmt: skip
_ASKING = frozenset("what how where who which when".split())
_WHETHER = frozenset({"if", "whether"})
_AUXILIARY = frozenset("is are was were will would does do did can should has".split())
_SUBJECTS = frozenset("it there i we you they he she the my our this that today tomorrow".split())
_MAY_ALERT = frozenset({("tell", "me"), ("check",), ("see",), ("find", "out")})
"""After these "when" may ask to be told then."""


def directly(tokens: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """Return "do you know how cold it is" asked directly: "how cold is it"."""
    words = tuple(token.text for token in tokens)
    lead = next((each for each in _INDIRECT if words[: len(each)] == each), ())
    rest = tokens[len(lead) :]
    if not lead or not rest or (rest[0].text == "when" and lead in _MAY_ALERT):
        return []
    whether = rest[0].text in _WHETHER
    if not whether and rest[0].text not in _ASKING:
        return []
    start = 1
    if not whether:
        start = next((n for n, token in enumerate(rest) if n and token.text in _SUBJECTS), 0)
    verb = next((n for n in range(start + 1, len(rest)) if rest[n].text in _AUXILIARY), 0)
    kept = () if whether else rest[:start]
    moved = (*kept, rest[verb], *rest[start:verb], *rest[verb + 1 :])
    return ([moved] if start and verb else []) + ([] if whether else [rest])


def strip(tokens: tuple[Token, ...], language: str = "en") -> tuple[Token, ...]:
    """Return the tokens without courtesy at both ends; the last word always stays."""
    start, end = 0, len(tokens)
    words = tuple(token.text for token in tokens)
    while step := _longest(words[start:end], _LEADING.get(language, {}), leading=True):
        start += step
    while step := _longest(words[start:end], _TRAILING.get(language, {}), leading=False):
        end -= step
    return tokens[start:end]


def _longest(
    words: tuple[str, ...], table: dict[int, frozenset[tuple[str, ...]]], *, leading: bool
) -> int:
    for size, phrases in table.items():
        span = words[:size] if leading else words[-size:]
        if size < len(words) and span in phrases:
            return size
    return 0
