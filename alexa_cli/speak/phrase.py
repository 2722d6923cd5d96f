"""What a call would do, as an imperative: ``unlock the front door``.

An expert's own examples are how people say it, so the best fitting one is told with this call's
values in the place of its marks. Without one the description has to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.catalog.placeholders import look_up_argument, whole
from alexa_cli.language.say import tidy
from alexa_cli.language.text import printable, words
from alexa_cli.speak.values import joined, of_argument

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api, Example
    from alexa_cli.language.grammar import Moment
    from alexa_cli.turn import Call

_ARTICLES = ("the ", "a ", "an ", "my ", "our ")
_MAX_VALUE = 120


def confirm_text(calls: Sequence[Call], catalogue: Catalogue, moment: Moment) -> str:
    """The question whether to do these calls: ``Unlock the front door?``."""
    text = joined([phrase(call, catalogue, moment) for call in calls])
    return f"{text[:1].upper()}{text[1:]}?" if text else "Shall I?"


def phrase(call: Call, catalogue: Catalogue, moment: Moment) -> str:
    """What the call does, without a capital or a period."""
    api = catalogue.find(call.expert, call.api)
    if api is None:
        return printable(call.name)
    spoken = _spoken(call, api, moment)
    if (inside := _inside(call, api, catalogue)) and len(spoken) == 1:
        spoken = {name: f"{text} ({joined(inside)})" for name, text in spoken.items()}
    example = _fitting(api, spoken, moment.language)
    if example is not None:
        return tidy(_filled(example, spoken))
    text = tidy(api.description.split(". ")[0]).rstrip(".")
    text = text[:1].lower() + text[1:]
    if not spoken:
        return text
    # A description that tells all that an API is for would say more than this call does.
    verb = api.name.replace("_", " ") if "," in text or " or " in text else text
    return f"{verb} ({joined(list(spoken.values()))})"


def _inside(call: Call, api: Api, catalogue: Catalogue) -> list[str]:
    """What the steps that a list knows would do and must be confirmed, in the user's words."""
    steps = api.run.spec.get("steps") if api.run is not None else None
    placeholder = whole(steps) if isinstance(steps, str) else None
    found = look_up_argument(call.arguments, placeholder) if placeholder else None
    said: dict[str, None] = {}
    for step in found if isinstance(found, list) else ():
        if isinstance(step, dict) and isinstance(step.get("said"), str):
            expert, _, name = str(step.get("call")).partition(".")
            target = catalogue.find(expert, name)
            if target is not None and target.confirm:
                said[printable(str(step["said"]))[:_MAX_VALUE]] = None
    return list(said)


def _spoken(call: Call, api: Api, moment: Moment) -> dict[str, str]:
    """The arguments worth naming: defaults that nobody mentioned are not."""
    spoken: dict[str, str] = {}
    for name, argument in call.arguments.items():
        parameter = api.parameters.get(name)
        silent = argument.words is None and argument.spoken is None
        default = parameter is not None and parameter.has_default
        if silent and default and parameter is not None and argument.value == parameter.default:
            continue
        said = of_argument(argument, parameter, moment)
        if said is not None:
            text = said.text
            spoken[name] = text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 1] + "…"
    return spoken


def _fitting(api: Api, spoken: Mapping[str, str], language: str) -> Example | None:
    """An example with exactly these arguments that begins as an order does."""
    verbs = _verbs(api, language)
    for example in api.examples.get(language, ()):
        first = words(example.text)[:1]
        marked = [mark.parameter for mark in example.marks]
        if first and first[0] in verbs and sorted(marked) == sorted(spoken):
            return example
    return None


def _verbs(api: Api, language: str) -> set[str]:
    """Words that an order for this API begins with: its description's, and its templates'."""
    verbs = set(words(api.description)[:1])
    for template in api.sentences.get(language, ()):
        start = template.lstrip("( ")
        verbs |= set(words(start.split("|")[0])[:1]) if start[:1].isalpha() else set()
    return verbs - {"i", "the", "it", "is", "are", "can", "could", "please", "my", "what", "let"}


def _filled(example: Example, spoken: Mapping[str, str]) -> str:
    out, at = "", 0
    for mark in sorted(example.marks, key=lambda mark: mark.start):
        out += example.text[at : mark.start]
        value = spoken[mark.parameter]
        if out.lower().endswith(_ARTICLES):
            article = next((a for a in _ARTICLES if value.lower().startswith(a)), "")
            value = value[len(article) :]
        out += value
        at = mark.end
    return out + example.text[at:]
