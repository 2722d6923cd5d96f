"""What an expert.yaml may say, and what is said about a wrong one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.catalog.expert import Effect, Mark, Undo
from alexa_cli.catalog.sentences import ExampleError, parse_example
from alexa_cli.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.catalog.build import Built

    BuildYaml = Callable[..., Built]

HEAD = "name: probe\ndescription: A probe.\n"
RUN = 'run: {python: "probe:f"}'
PYTHON = "def f(**_):\n    return None\n"

REMINDERS = """\
name: probe
description: Reminders, and alerts.
context: [people, pets]
lists: {reminder_names: {python: "probe:names"}}
apis:
  create_reminder:
    description: Remind someone at a time.
    effect: reversible
    undo: {api: delete_reminder, arguments: {id: "$outcome.id"}}
    parameters:
      message: {type: string}
      due:     {type: string, x-type: datetime}
      who:     {type: string, x-list: people}
      how:     {enum: [very_loud, soft], default: soft}
      colour:  {x-choices: {red: ["red[dish]", crimson], blue: [blue]}}
    required: [message]
    sentences:
      - "<please> remind {who} to {message} [{due}]"
    examples:
      - "don't let me forget [the milk](message) [at six](due)"
    run: {python: "probe:f"}
    say: "I'll remind you to {message}[ {due}]."
  delete_reminder:
    description: Delete one.
    effect: idempotent
    parameters: {id: {type: string}}
    required: [id]
    run: {python: "probe:f"}
rules: {please: "[please|could you]"}
sampling: {temperature: 0}
"""


def test_everything_that_is_declared_arrives(build_yaml: BuildYaml) -> None:
    expert = build_yaml(REMINDERS, PYTHON).usable()
    api = expert.apis["create_reminder"]
    assert (expert.name, expert.context, expert.sampling) == (
        "probe", ("people", "pets"), {"temperature": 0},
    )  # fmt: skip
    assert api.effect is Effect.REVERSIBLE
    assert api.undo == Undo("delete_reminder", {"id": "$outcome.id"})
    assert (api.speculate, api.confirm) == (False, False)
    assert api.parameters["message"].required
    assert api.parameters["message"].free
    assert api.parameters["due"].x_type == "datetime"
    assert not api.parameters["due"].free
    assert api.parameters["how"].choices == {"very_loud": ("very loud",), "soft": ("soft",)}
    assert (api.parameters["how"].default, api.parameters["how"].has_default) == ("soft", True)
    assert set(api.parameters["colour"].choices["red"]) == {"red", "reddish", "crimson"}
    assert api.parameters["who"].schema == {"type": "string"}
    assert api.examples["en"][0].text == "don't let me forget the milk at six"
    assert api.examples["en"][0].marks == (Mark(20, 28, "message"), Mark(29, 35, "due"))
    assert api.line == 6
    assert api.run is not None
    assert (api.run.kind, api.run.spec) == ("python", {"python": "probe:f"})
    assert expert.lists["reminder_names"].spec == {"python": "probe:names"}


def api(*lines: str) -> str:
    """One API called ``go``, with more lines."""
    return HEAD + "apis:\n  go:\n    description: Go.\n" + "".join(f"    {x}\n" for x in lines)


WRONG = {
    "unknown key": (HEAD + "aps: {}\n", 3, "aps", "unknown key 'aps'", "'apis'"),
    "unknown key of an API": (
        api("sentnces: []"), 6, "apis.go.sentnces", "unknown key", "'sentences'"),
    "no description": ("name: probe\n", None, None, "'description' is missing", None),
    "name not in snake_case": ("name: My Probe\ndescription: x\n", 1, "name", "snake_case", None),
    "API not in snake_case": (
        HEAD + "apis:\n  Go-On: {description: x}\n", 4, "apis.Go-On", "snake_case", None),
    "effect missing": (api(RUN), 4, "apis.go", "effect is missing", "irreversible"),
    "effect misspelt": (api(RUN, "effect: reed"), 7, "apis.go.effect", "'reed'", "'read'"),
    "unknown x-type": (
        api("parameters:", "  when: {x-type: datetme}"), 7, "apis.go.parameters.when.x-type",
        "unknown x-type 'datetme'", "'datetime'"),
    "unknown x-list": (
        "context: [people]\n" + api("parameters: {who: {x-list: peple}}"), 7,
        "apis.go.parameters.who.x-list", "neither in context nor in lists", "'people'"),
    "x-type and x-list": (
        "context: [people]\n" + api("parameters: {a: {x-list: people, x-type: date}}"), 7,
        "apis.go.parameters.a", "only one of", None),
    "default that is no choice": (
        api("parameters: {a: {enum: [loud, soft], default: sofd}}"), 6,
        "apis.go.parameters.a.default", "no choice", "'soft'"),
    "choice outside enum": (
        api("parameters: {a: {enum: [red], x-choices: {rad: [r]}}}"), 6,
        "apis.go.parameters.a.x-choices.rad", "not in enum", "'red'"),
    "one phrase for two choices": (
        api("parameters: {a: {x-choices: {red: [x], blue: [x]}}}"), 6, "apis.go.parameters.a",
        "'x' names both 'red' and 'blue'", None),
    "unknown parameter in a sentence": (
        api("parameters: {room: {}}", "sentences:", '  - "go to {rom}"'), 8,
        "apis.go.sentences[0]", "'rom' is no parameter", "'room'"),
    "bad template": (api("sentences:", '  - "go [to"'), 7, "apis.go.sentences[0]", "go [to", None),
    "unknown rule": (
        "rules: {please: '[please]'}\n" + api("sentences: ['<plese> go']"), 7,
        "apis.go.sentences[0]", "<plese> is not one of the rules", "'please'"),
    "duplicate template": (
        api("sentences: ['go on [now]', 'go on [now]']"), 6, "apis.go.sentences[1]",
        "there twice", None),
    "unknown parameter in an example": (
        api("parameters: {room: {}}", 'examples: ["go [home](rom)"]'), 7, "apis.go.examples[0]",
        "'rom' is no parameter", "'room'"),
    "bad mark": (
        api('examples: ["go [home (room)"]'), 6, "apis.go.examples[0]", "[words](parameter)", None),
    "required but unknown": (
        api("parameters: {room: {}}", "required: [rom]"), 7, "apis.go.required[0]",
        "no parameter", "'room'"),
    "undo of nothing": (
        api(RUN, "effect: reversible", "undo: goo"), 8, "apis.go.undo", "names no API", "'go'"),
    "undo with unknown placeholder": (
        api(RUN, "effect: reversible", "parameters: {id: {}}",
            'undo: {api: go, arguments: {id: "$outcom.id"}}'), 9, "apis.go.undo.arguments.id",
        "neither $outcome nor", "'outcome'"),
    "speculation without undo": (
        api(RUN, "effect: reversible", "speculate: true"), 8, "apis.go.speculate",
        "needs an undo", None),
    "speculation on what only looks safe": (
        api(RUN, "effect: idempotent", "speculate: true"), 8, "apis.go.speculate",
        "speculate: true on idempotent needs an undo", None),
    "speculation with an irreversible undo": (
        api(RUN, "effect: irreversible", "undo: go", "speculate: true"), 9, "apis.go.speculate",
        "needs an undo that is not irreversible", None),
    "say names nothing": (
        api("parameters: {room: {}}", 'say: "in {rom}"'), 7, "apis.go.say",
        "{rom} names no parameter", "'room'"),
    "say left open": (api('say: "well[ done"'), 6, "apis.go.say", "never closed", None),
    "two ways to run": (
        api("effect: read", 'run: {python: "probe:f", shell: [ls]}'), 7, "apis.go.run",
        "exactly one of", None),
    "no such module": (
        api("effect: read", 'run: {python: "prob:f"}'), 7, "apis.go.run.python",
        "there is no prob.py", "'probe'"),
    "module outside": (
        api("effect: read", 'run: {python: "../other:f"}'), 7, "apis.go.run.python",
        "not module:function", None),
    "URL with a placeholder for its host": (
        api("parameters: {h: {}}", "required: [h]", 'run: {http: {url: "https://$h/x"}}'), 8,
        "apis.go.run.http.url", "cannot name the host", None),
    "URL that may lack a part": (
        api("parameters: {h: {}}", 'run: {http: {url: "https://a.example/$h"}}'), 7,
        "apis.go.run.http.url", "may be absent", "'h'"),
    "URL of a file": (
        api('run: {http: {url: "file:///etc/passwd"}}'), 6, "apis.go.run.http.url",
        "no http or https address", None),
    "unknown placeholder in a query": (
        api("parameters: {city: {}}", 'run: {http: {url: "http://a.example", query: {q: $cty}}}'),
        7, "apis.go.run.http.query.q", "$cty names no parameter", "'city'"),
    "spliced placeholder": (
        api("parameters: {a: {}}", "effect: read", 'run: {shell: [echo, "hi $a"]}'), 8,
        "apis.go.run.shell[1]", "values, not text", "whole item"),
    "program from a parameter": (
        api("parameters: {a: {}}", "required: [a]", "effect: read", "run: {shell: [$a]}"), 9,
        "apis.go.run.shell", "names the program", None),
    "step from the future": (
        api("run: {steps: [{call: go, arguments: {x: $1.id}}]}"), 6,
        "apis.go.run.steps[0].arguments.x", "no earlier step", None),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_with_its_place(build_yaml: BuildYaml, case: str) -> None:
    yaml, line, key, message, hint = WRONG[case]
    with pytest.raises(FileError) as caught:
        build_yaml(yaml, PYTHON).usable()
    error = caught.value
    assert message in error.message
    if line is not None:
        assert error.line == line
    assert error.key == key
    assert str(error.path).endswith("expert.yaml")
    if hint is not None:
        assert hint in (error.hint or "")


def test_all_problems_are_reported_not_only_the_first(build_yaml: BuildYaml) -> None:
    built = build_yaml(
        HEAD + "apis:\n  a: {descripton: x}\n  b: {description: b, sentences: ['{x}']}\n"
        "  c: {description: c, undo: d}\n"
    )
    keys = [problem.fault.key for problem in built.report.problems]
    assert keys == ["apis.a.descripton", "apis.b.sentences[0]", "apis.c.undo"]


@pytest.mark.parametrize(
    ("lines", "effect", "speculate", "confirm"),
    [
        (("effect: read", RUN), Effect.READ, True, False),
        (("effect: irreversible", RUN), Effect.IRREVERSIBLE, False, True),
        (("effect: irreversible", "confirm: false", RUN), Effect.IRREVERSIBLE, False, False),
        (("effect: read", "speculate: false", RUN), Effect.READ, False, False),
        (('run: {http: {url: "http://a.example"}}',), Effect.READ, True, False),
        (
            ("effect: reversible", "undo: go", "speculate: true", RUN),
            Effect.REVERSIBLE,
            True,
            False,
        ),
    ],
)  # fmt: skip
def test_defaults_follow_the_effect(
    build_yaml: BuildYaml, lines: tuple[str, ...], effect: Effect, *, speculate: bool, confirm: bool
) -> None:
    built = build_yaml(api(*lines), PYTHON).usable().apis["go"]
    assert (built.effect, built.speculate, built.confirm) == (effect, speculate, confirm)


def test_a_post_must_say_what_it_does(build_yaml: BuildYaml) -> None:
    with pytest.raises(FileError, match="effect is missing"):
        build_yaml(api('run: {http: {url: "http://a.example", method: post}}')).usable()


def test_mcp_is_accepted(build_yaml: BuildYaml) -> None:
    built = build_yaml(api("effect: read", "run: {mcp: {server: s, tool: t}}")).usable()
    assert built.apis["go"].run is not None
    assert built.apis["go"].run.spec == {"mcp": {"server": "s", "tool": "t"}}


WORD = st.text("abcdefghij ", min_size=1, max_size=12).filter(str.strip)


@given(st.lists(st.tuples(WORD, st.sampled_from([None, "a", "b_c"])), min_size=1, max_size=6))
def test_marks_point_at_the_words_they_mark(parts: list[tuple[str, str | None]]) -> None:
    text = " ".join(words if name is None else f"[{words}]({name})" for words, name in parts)
    example = parse_example(text)
    assert example.text == " ".join(words for words, _ in parts)
    marked = [(example.text[m.start : m.end], m.parameter) for m in example.marks]
    assert marked == [(words, name) for words, name in parts if name is not None]


@given(st.text(max_size=60))
def test_any_text_is_an_example_or_a_clear_error(text: str) -> None:
    with suppress(ExampleError):
        example = parse_example(text)
        assert all(0 <= m.start < m.end <= len(example.text) for m in example.marks)
