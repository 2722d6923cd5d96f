"""Small talk that needs no model: short, true and friendly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

TOLD = "told"
JOKES = (
    "I asked the smart fridge for advice. It told me to chill.",
    "My smart lock and I fell out. It won't open up to me.",
    "The robot vacuum quit. It said the job sucks.",
    "I told the thermostat a secret. Now everybody in the house is warm to it.",
    "The doorbell tells the best jokes, but it always gives away the end: ding, dong.",
    "I set a timer for my nap. It went off before I did.",
    "The light bulb got an award. It was a bright moment, and then somebody flipped out.",
    "The calendar is worried. Its days are numbered.",
    "The ladder in the garage is not my real ladder. It's my step ladder.",
    "I wanted to tell a joke about the blinds, but nobody saw it coming.",
    "The kettle and I had a talk. It got quite steamed up.",
    "The clock was still hungry after dinner. It went back four seconds.",
)
_ABOUT = {
    "name": "I'm Alexa, an assistant in your terminal. Ask what I can do to hear more.",
    "maker": "I'm open source: people wrote me, and you can read and change every line.",
    "person": "No, I'm a program. I don't sleep, eat or feel, but I do listen.",
    "age": "I have no birthday. I start anew each time you do.",
    "place": "I run on this computer.",
    "listening": "I hear you only while I listen here, and what I keep is in one file on this "
    "computer. “alexa forget” deletes it.",
    "favorite": "I don't have favorites. I'd like to hear yours.",
}  # fmt: skip
_REMARKS = {
    "love": "That's kind of you. I'm glad to help.",
    "praise": "Thank you.",
    "blame": "I'm sorry. Tell me what you wanted, in other words.",
    "sorry": "No problem.",
    "sad": "I'm sorry to hear that. A joke, or some music?",
    "happy": "That's good to hear.",
}
_UNKNOWN = {
    "news": "I don't get any news, so I can't tell you that.",
    "sports": "I don't follow results, so I don't know.",
    "stocks": "I don't know any prices.",
    "song": "I can't sing. I can tell a joke.",
    "story": "I don't know any stories or facts. I can tell a joke.",
    "traffic": "I don't know the traffic.",
}


def how_are_you() -> Result:
    """Say how it is going."""
    return Result({}, say="I'm doing well, thanks. What can I do for you?")


def who_are_you(about: str) -> Result:
    """Say what this is."""
    return Result({"about": about}, say=_ABOUT[about])


def joke(context: HandlerContext) -> Result:
    """Tell a joke that was not told lately."""
    told = [each for each in context.store.get(TOLD, []) if each in JOKES]
    left = [each for each in JOKES if each not in told]
    if not left:
        told, left = told[-1:], [each for each in JOKES if each != told[-1]]
    chosen = context.chance().choice(left)
    context.store.set(TOLD, [*told, chosen])
    return Result({"joke": chosen}, say=chosen)


def flip_coin(context: HandlerContext) -> Result:
    """Flip a coin."""
    side = context.chance().choice(("heads", "tails"))
    return Result({"side": side}, say=f"{side.capitalize()}.")


def roll_dice(context: HandlerContext, count: int = 1, sides: int = 6) -> Result:
    """Roll dice."""
    chance = context.chance()
    rolled = [chance.randint(1, sides) for _ in range(count)]
    value: dict[str, Any] = {"rolled": rolled}
    if count == 1:
        return Result(value, say=f"{rolled[0]}.")
    if count > 10:  # noqa: PLR2004 - too many to say one by one
        return Result(value, say=f"{sum(rolled)} in all.")
    shown = f"{', '.join(map(str, rolled[:-1]))} and {rolled[-1]}"
    return Result(value, say=f"{shown}: {sum(rolled)} in all.")


def pick_number(context: HandlerContext, low: int = 1, high: int = 10) -> Result:
    """Pick a number."""
    number = context.chance().randint(min(low, high), max(low, high))
    return Result({"number": number}, say=f"{number}.")


def choose(context: HandlerContext, first: str, second: str, third: str | None = None) -> Result:
    """Choose one of what is named."""
    things = [thing.strip() for thing in (first, second, third or "") if thing.strip()]
    if len(things) < 2:  # noqa: PLR2004 - nothing to choose from
        raise AlexaError("Name two things to choose from.")
    chosen = context.chance().choice(things)
    return Result({"chosen": chosen}, say=f"{chosen[:1].upper()}{chosen[1:]}.")


def kind_word(remark: str) -> Result:
    """Answer a remark."""
    return Result({"remark": remark}, say=_REMARKS[remark])


def not_known(what: str) -> Result:
    """Say what cannot be answered."""
    return Result({"what": what}, say=_UNKNOWN[what])
