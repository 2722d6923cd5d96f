"""What the tiny model knows: its words, and the sentences that its grammar is counted from.

A new word needs a new graph (``write``) and, to be said at all, a new ``speak``; the network knows
sounds, not words. Words are lower case, one space apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
).split()
LISTS = {
    "number": NUMBERS,
    "digit": ["zero", "oh", *NUMBERS[:9]],
    "room": [*"kitchen bedroom bathroom garage hall office".split(), "living room"],
    # Ends that sound alike: a list of the best hypotheses should not be of one entry.
    "lamp": "light lights lamp lamps".split(),
    "thing": "fan heater television radio power".split(),
    "switch": ["on", "off"],
    "way": ["up", "down"],
    "unit": "second seconds minute minutes hour hours".split(),
    "half": ["am", "pm", "in the morning", "in the evening"],
    "colour": "red green blue white".split(),
    "name": [*"meg bauer jones alex mom dad".split(), "meg jones", "meg bauer", "the doctor"],
    "food": "milk bread eggs coffee water".split(),
    "sound": "music radio song news".split(),
    "door": "door window".split(),
    "wake": "alexa computer jarvis".split(),
    "day": "today tomorrow tonight".split(),
    "part": "morning night evening afternoon".split(),
}
SENTENCES = """
turn {switch} the {room} {lamp}
turn the {room} {lamp} {switch}
turn {switch} the {lamp}
turn {switch} the {thing}
turn {switch} everything
turn all the lights {switch}
{lamp} {switch}
{room} {lamp} {switch}
dim the {room} {lamp}
i like the {lamp}
set the {room} {lamp} to {number} percent
set the {room} lights to {colour}
make the {lamp} {colour}
set a timer for {number} {unit}
set a {number} minute timer
{number} {unit}
how long is left on my timer
cancel the timer
cancel the alarm
set an alarm for {number} {half}
wake me up at {number} {half}
stop
pause
yes
no
cancel
yes please
no thank you
what is the weather {day}
what is the weather
what time is it
what is on my shopping list
add {food} to my shopping list
remove {food} from the list
remind me to call {name}
remind me at {number} to call {name}
remind me {day} to lock the door
call {name}
{name}
{thing}
play the {sound}
stop the {sound}
play the next song
volume {way}
turn the volume {way}
set the volume to {number}
open the {room} {door}
close the {door}
lock the {door}
is the {door} open
set the temperature to {number} degrees
{wake}
{wake} turn {switch} the {lamp}
hello {wake}
good {part}
good {part} {wake}
thank you
goodbye
tell me a joke
never mind
{digit} {digit} {digit}
{digit} {digit} {digit} {digit}
""".strip().splitlines()
OTHERS = """
people thing child woman world school state family student group country problem hand place case
program question work government house area story fact month right study book eye job word business
side kind head friend father mother game line end member law car city community name team idea body
back parent face level health person art war history party result change reason girl guy air teacher
force education foot boy age policy process market sense nation plan college interest death effect
use class control field role effort rate heart drug show leader voice wife police mind price report
view town road arm difference value building action season society tax director player record paper
space ground form event official matter center couple site project activity star table need court
oil situation cost industry figure street image phone data picture practice piece land product wall
patient worker north love step baby film tree source hair bridge choice cup valley jungle measure
pleasure vision usual azure beige thick thin thumb breath breathe clothe feather youth yellow yard
union onion judge jacket jelly giant watch chair cheese church shadow shoe sugar ocean zebra zoo
lazy busy vote vivid avoid river heavy wolf wood wool would should could put push full cook room
spoon moon rude fool cool cow loud mouth owl toy noise oyster coin oil point enjoy bird early earth
nurse learn purple thirsty hot box rock pocket saw dog long ball tall cat apple happy ladder bag map
bed egg pen letter better sit ship winter sister see teach key lucky honey money sun blood brother
about again sofa banana over cold boat snow make rain neighbor ice sky fly high hotel behind ahead
hungry king ring singing finger language angry bank think ink quick queen square twin glue glass
globe black block cream crown cross drive dream dress print proud travel train trust string scream
spring splash sleep slow smoke small snake sports stage skin
""".split()
"""Spoken for the network only, so that it hears each sound beside many others."""


def sentence(chance: random.Random) -> str:
    """Return one sentence of the house."""
    text = chance.choice(SENTENCES)
    return re.sub(r"{(\w+)}", lambda name: chance.choice(LISTS[name[1]]), text)


def vocabulary() -> list[str]:
    """Return all words of the sentences, sorted."""
    listed = (word for entries in LISTS.values() for entry in entries for word in entry.split())
    said = (word for line in SENTENCES for word in line.split() if word[0] != "{")
    return sorted({*listed, *said})


def training_text(chance: random.Random) -> str:
    """Return something to train the network with: half sentences, half words in any order."""
    kind = chance.random()
    if kind < 0.5:  # noqa: PLR2004 - half
        return sentence(chance)
    known = vocabulary() if kind < 0.75 else [*OTHERS, *vocabulary()]  # noqa: PLR2004 - a quarter
    return " ".join(chance.choice(known) for _ in range(chance.randint(1, 6)))
