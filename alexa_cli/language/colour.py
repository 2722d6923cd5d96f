"""Colours: the names of CSS, said as words ("light sky blue"), and the whites of light bulbs.

The value is the name in lower case with spaces: "sky blue". American spelling: "gray".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.language.grammar import Moment, Readings, Spans, Words

if TYPE_CHECKING:
    from alexa_cli.turn import Json

_WHITES = "warm white/soft white/neutral white/cool white/bright white/daylight/candlelight"
_CSS = """
alice blue/antique white/aqua/aquamarine/azure/beige/bisque/black/blanched almond/blue/blue violet
brown/burlywood/cadet blue/chartreuse/chocolate/coral/cornflower blue/cornsilk/crimson/cyan
dark blue/dark cyan/dark goldenrod/dark gray/dark green/dark khaki/dark magenta/dark olive green
dark orange/dark orchid/dark red/dark salmon/dark sea green/dark slate blue/dark slate gray
dark turquoise/dark violet/deep pink/deep sky blue/dim gray/dodger blue/firebrick/floral white
forest green/fuchsia/gainsboro/ghost white/gold/goldenrod/gray/green/green yellow/honeydew/hot pink
indian red/indigo/ivory/khaki/lavender/lavender blush/lawn green/lemon chiffon/light blue
light coral/light cyan/light goldenrod yellow/light gray/light green/light pink/light salmon
light sea green/light sky blue/light slate gray/light steel blue/light yellow/lime/lime green/linen
magenta/maroon/medium aquamarine/medium blue/medium orchid/medium purple/medium sea green
medium slate blue/medium spring green/medium turquoise/medium violet red/midnight blue/mint cream
misty rose/moccasin/navajo white/navy/old lace/olive/olive drab/orange/orange red/orchid
pale goldenrod/pale green/pale turquoise/pale violet red/papaya whip/peach puff/peru/pink/plum
powder blue/purple/rebecca purple/red/rosy brown/royal blue/saddle brown/salmon/sandy brown
sea green/seashell/sienna/silver/sky blue/slate blue/slate gray/snow/spring green/steel blue/tan
teal/thistle/tomato/turquoise/violet/wheat/white/white smoke/yellow/yellow green
"""
_MORE = "amber/burgundy/cream/emerald/jade/lilac/mauve/mint/mustard/peach/rose/ruby/rust/sapphire"
_ALIASES = {
    "navy blue": "navy", "baby blue": "powder blue",
    "warm light": "warm white", "cool light": "cool white", "day light": "daylight",
    "day white": "daylight", "daylight white": "daylight", "candle light": "candlelight",
    "natural white": "neutral white", "pure white": "white", "dark pink": "deep pink",
    "bright pink": "hot pink", "dark purple": "indigo", "light purple": "lavender",
    "dark yellow": "goldenrod", "light orange": "peach", "dark brown": "saddle brown",
    "light brown": "tan", "bright red": "red", "bright green": "lime", "bright blue": "blue",
    "mint green": "mint", "emerald green": "emerald", "ruby red": "ruby",
    "sapphire blue": "sapphire", "jade green": "jade", "olive green": "olive",
    "aqua marine": "aquamarine", "fire brick": "firebrick",
    "golden": "gold", "reddish orange": "orange red", "yellowish green": "yellow green",
}  # fmt: skip


def _forms() -> dict[tuple[str, ...], str]:
    """Return every way to say a colour, split in words, and its name."""
    names = "/".join(("/".join(_CSS.split("\n")).strip("/"), _WHITES, _MORE)).split("/")
    forms = {form: name for name in names for form in (name, name.replace(" ", ""))} | _ALIASES
    forms |= {form.replace("gray", "grey"): name for form, name in forms.items() if "gray" in form}
    return {tuple(form.split()): name for form, name in forms.items()}


_FORMS = _forms()
COLOURS = frozenset(_FORMS.values())
"""Every canonical name."""
_LONGEST = max(map(len, _FORMS))


def colours(words: Words, start: int) -> Readings[str]:
    """Return the readings of a colour."""
    window = tuple(words[start : start + _LONGEST])
    return [
        (start + size, _FORMS[window[:size]])
        for size in range(len(window), 0, -1)
        if window[:size] in _FORMS
    ]


def _resolve(name: str, _moment: Moment) -> Json:
    return name


def _canonical(value: Json, _moment: Moment) -> Json:
    return value if isinstance(value, str) and value in COLOURS else None


def _say(value: Json, _moment: Moment) -> str:
    return str(value)


ENGLISH = Spans(
    name="colour",
    noun="color",
    starts=frozenset(form[0] for form in _FORMS),
    parse=colours,
    resolve=_resolve,
    canonical=_canonical,
    word=_say,
    digits=False,
)
