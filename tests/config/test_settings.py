from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.config.paths import find_paths, write_private
from alexa_cli.config.settings import HIDDEN, Loaded, ModelSettings, Origin, Settings, load_settings
from alexa_cli.errors import ConfigError, FileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from alexa_cli.config.paths import Paths


def load(
    paths: Paths,
    text: str | None = None,
    sets: Sequence[str] = (),
    env: dict[str, str] | None = None,
) -> Loaded:
    if text is not None:
        write_private(paths.config_file, text.encode())
    return load_settings(paths, sets=sets, env=env or {})


def error_of(
    paths: Paths,
    text: str | None = None,
    sets: Sequence[str] = (),
    env: dict[str, str] | None = None,
) -> FileError:
    with pytest.raises(FileError) as caught:
        load(paths, text, sets, env)
    return caught.value


# The defaults, and who wins -----------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "", "# nothing\n", "act:\nmodels:\n  nearest:\n", "null"])
def test_what_says_nothing_leaves_the_defaults(paths: Paths, text: str | None) -> None:
    loaded = load(paths, text)
    settings = loaded.settings
    assert settings.models in ({}, {"nearest": ModelSettings()})
    assert settings.jobs.cascade == ("reflex", "sentences", "nearest")
    assert settings.act == Settings().act
    assert {origin.kind for key, origin in loaded.origins.items() if key != "models.nearest"} <= {
        "default", "file",
    }  # fmt: skip
    assert loaded.path == (None if text is None else paths.config_file)


def test_durations_and_sizes_have_their_numbers(paths: Paths) -> None:
    settings = load(paths, "act: {deadline: 1m, output_limit: 2KiB}").settings
    assert settings.act.deadline.seconds == 60
    assert settings.act.output_limit.bytes == 2048
    assert settings.trace.keep.seconds == 90 * 86_400
    assert settings.trace.max_size.bytes == 200_000_000
    assert settings.conversation.question_expires.seconds == 300


def test_flag_beats_environment_beats_file_beats_default(paths: Paths) -> None:
    text = "conversation:\n  history: 1\n"
    env = {"ALEXA_CONVERSATION__HISTORY": "2"}
    flag = ["conversation.history=3"]
    for arguments, value, origin in [
        ((None, (), {}), 20, Origin("default")),
        ((text, (), {}), 1, Origin("file", f"{paths.config_file}:2")),
        ((text, (), env), 2, Origin("env", "ALEXA_CONVERSATION__HISTORY")),
        ((text, flag, env), 3, Origin("flag", "--set conversation.history")),
        ((text, [*flag, "conversation.history=4"], env), 4,
         Origin("flag", "--set conversation.history")),
    ]:  # fmt: skip
        loaded = load(paths, *arguments)
        assert loaded.settings.conversation.history == value
        assert loaded.origins["conversation.history"] == origin
        assert loaded.origins["conversation.question_expires"] == Origin("default")


def test_an_override_of_a_group_leaves_the_rest_of_the_file(paths: Paths) -> None:
    loaded = load(
        paths,
        "models:\n  nearest: {encoder: minilm, margin: 0.1}\ntimezone: Europe/Berlin\n",
        ["models.nearest.encoder=ngrams"],
    )
    nearest = loaded.settings.models["nearest"]
    assert (nearest.encoder, nearest.margin) == ("ngrams", 0.1)
    assert loaded.settings.timezone == "Europe/Berlin"
    assert loaded.origins["models.nearest.encoder"].kind == "flag"
    assert loaded.origins["models.nearest.margin"].kind == "file"


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("jobs.decide=nearest", ("nearest",)),
        ("jobs.decide=[reflex, nearest]", ("reflex", "nearest")),
        ('jobs.decide=["reflex"]', ("reflex",)),
    ],
)
def test_a_cascade_may_be_one_model_or_a_list(
    paths: Paths, item: str, value: tuple[str, ...]
) -> None:
    assert load(paths, sets=[item]).settings.jobs.cascade == value
    assert (
        load(paths, item.replace("jobs.decide=", "jobs: {decide: ") + "}").settings.jobs.cascade
        == value
    )


def test_values_of_flags_and_variables_are_read_by_the_option_type(paths: Paths) -> None:
    loaded = load(
        paths,
        "models: {Fast: {kind: llm}}",
        ["timezone=", "models.nearest.threshold=.5", "act.deadline = 5m", "experts.off=[lists]"],
        {"ALEXA_MODELS__FAST__API_KEY": "12345", "ALEXA_MODELS__FAST__MODEL": "a: [b"},
    )
    assert loaded.settings.timezone is None
    assert loaded.settings.models["nearest"].threshold == 0.5
    assert loaded.settings.act.deadline == "5m"
    assert loaded.settings.experts.off == ["lists"]
    assert loaded.settings.models["Fast"].api_key == "12345"
    assert loaded.settings.models["Fast"].model == "a: [b"


def test_hooks_are_named_with_a_dot(paths: Paths) -> None:
    loaded = load(
        paths,
        "experts: {hooks: {contacts.call: {shell: [dial, '$contact.phone']}}}",
        ["experts.hooks.contacts.message={shell: [sms]}", 'experts.hooks."lists.add".shell=[x]'],
        {"ALEXA_EXPERTS__HOOKS__LISTS__SHOW": "{http: {url: 'http://x'}}"},
    )
    assert loaded.settings.experts.hooks == {
        "contacts.call": {"shell": ["dial", "$contact.phone"]},
        "contacts.message": {"shell": ["sms"]},
        "lists.add": {"shell": ["x"]},
        "lists.show": {"http": {"url": "http://x"}},
    }
    assert loaded.origins['experts.hooks."lists.add"'].kind == "flag"


def test_relative_paths_are_below_whoever_names_them(
    paths: Paths, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "household: h.yaml\nexperts: {folders: [mine, /abs, ~/x]}\nmodels: {nearest: {data: d}}"
    settings = load(paths, text).settings
    below = paths.config
    assert settings.household == str(below / "h.yaml")
    assert settings.experts.folders == [str(below / "mine"), "/abs", str(home / "x")]
    assert settings.models["nearest"].data == str(below / "d")
    settings = load(paths, text, ["household=h.yaml"]).settings
    assert settings.household == str(tmp_path / "h.yaml")


def test_another_file_may_be_named(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_text("household: h.yaml")
    loaded = load_settings(paths, file=file, env={})
    assert (loaded.path, loaded.settings.household) == (file, str(tmp_path / "h.yaml"))
    with pytest.raises(FileError, match="No such file"):
        load_settings(paths, file=tmp_path / "none.yaml", env={})


# ${ENV} and secrets -------------------------------------------------------------------------


def test_variables_in_the_file(paths: Paths) -> None:
    text = "models:\n  a: {kind: llm, model: '${A}/${B}', api_base: '$${A} $A $'}"
    loaded = load(paths, text, env={"A": "one", "B": "${A}"})
    assert loaded.settings.models["a"].model == "one/${A}"
    assert loaded.settings.models["a"].api_base == "${A} $A $"
    assert loaded.shown()["models.a.model"] == HIDDEN
    assert loaded.shown()["models.a.api_base"] == "${A} $A $"


@pytest.mark.parametrize(
    ("value", "says"),
    [("${NOPE}", "NOPE is not set"), ("${", "no environment"), ("${a b}", "no environment"),
     ("x${}", "no environment"), ("${A:-b}", "no environment")],
)  # fmt: skip
def test_a_variable_that_is_not_there(paths: Paths, value: str, says: str) -> None:
    error = error_of(paths, f"act:\n  deadline: 1s\nhousehold: '{value}'")
    assert says in str(error)
    assert (error.line, error.key) == (3, "household")


def test_secrets_are_shown_nowhere(paths: Paths) -> None:
    text = """
models:
  a:
    kind: llm
    model: x/y
    api_key: plain-secret
    min_cache_tokens: 7
    options: {extra_headers: {Authorization: option-secret, Z: '${LATER}'}, extra_body: {k: 1}}
experts:
  hooks:
    contacts.call:
      http: {url: "http://x", headers: {Authorization: head-secret, X: y},
             json: {password: pass-secret, deep: ["${LATER}"]}}
"""
    loaded = load(
        paths, text, ["models.b={kind: llm, model: x/y}", "models.b.api_key=flag-secret"],
        {"LATER": "env-secret", "ALEXA_MODELS__A__API_KEY": "over-secret"},
    )  # fmt: skip
    shown = str(loaded.shown()) + str(loaded.origins)
    assert "-secret" not in shown
    assert loaded.shown()["models.a.min_cache_tokens"] == 7
    assert "'X': 'y'" in shown
    assert loaded.secrets() == {
        "plain-secret", "head-secret", "pass-secret", "env-secret", "flag-secret", "over-secret",
        "option-secret",
    }  # fmt: skip
    assert loaded.settings.models["a"].api_key == "over-secret"


@pytest.mark.parametrize("key", ["none", "any", "x", "not-needed", "sk-no-key-required"])
def test_what_is_written_for_a_key_where_any_does_is_no_secret(paths: Paths, key: str) -> None:
    """Masked, it would take the word "none" out of every prompt."""
    loaded = load(paths, f"models: {{a: {{kind: llm, model: x/y, api_key: {key}}}}}")
    assert loaded.secrets() == set()
    assert key not in str(loaded.shown()["models.a.api_key"])


HOOK = "experts: {hooks: {contacts.call: {http: {url: 'http://x/y', headers: {H: 'Bearer ${S}'}}}}}"


def test_a_variable_in_a_hook_is_a_secret_of_its_own_and_no_placeholder(paths: Paths) -> None:
    loaded = load(paths, HOOK, env={"S": "to$ken-$body-x"})
    headers = loaded.settings.experts.hooks["contacts.call"]["http"]["headers"]
    assert headers == {"H": "Bearer to$$ken-$$body-x"}
    assert "to$ken-$body-x" in loaded.secrets()
    assert "ken" not in str(loaded.shown())


def test_digits_in_a_hook_can_be_a_secret(paths: Paths) -> None:
    text = HOOK.replace("H: 'Bearer ${S}'", "X-Token: 12345678")
    assert "12345678" not in str(load(paths, text).shown())


def test_what_is_no_secret_is_not_masked_where_it_is_stored(paths: Paths) -> None:
    text = "temperature_unit: '${U}'\ntimezone: '${TZ}'"
    loaded = load(paths, text, env={"U": "celsius", "TZ": "Europe/Berlin"})
    assert loaded.shown()["timezone"] == HIDDEN
    assert loaded.secrets() == frozenset()


def test_flags_are_kept_without_secrets(paths: Paths) -> None:
    sets = [
        "models.a={kind: llm, model: x/y}", "models.a.api_key=abc", "models.a.api_key=second-one",
        "models.b={kind: llm, model: x/y, api_key: third-one}", "act.deadline=2s",
    ]  # fmt: skip
    assert load(paths, None, sets).sets == (
        "models.a={kind: llm, model: x/y}", f"models.a.api_key={HIDDEN}",
        f"models.a.api_key={HIDDEN}", f"models.b={{kind: llm, model: x/y, api_key: {HIDDEN}}}",
        "act.deadline=2s",
    )  # fmt: skip


@pytest.mark.parametrize("value", ["0s", "0ms", "999999999w"])
def test_no_time_at_all_and_more_than_a_century_are_refused(paths: Paths, value: str) -> None:
    assert error_of(paths, f"act:\n  deadline: {value}").line == 2


def test_without_a_current_folder(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert load(paths, None, ["language=en", "household=/x.yaml"]).settings.household == "/x.yaml"
    with pytest.raises(ConfigError, match="current folder"):
        load(paths, None, ["household=x.yaml"])


def test_a_home_with_an_impossible_name_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be looked at"):
        load_settings(find_paths({"ALEXA_HOME": str(tmp_path / ("a" * 300))}), env={})


def test_an_error_does_not_repeat_a_whole_file(paths: Paths) -> None:
    assert len(str(error_of(paths, f"language: {'x' * 9_000}"))) < 1_000
    assert len(str(error_of(paths, f"experts: {{hooks: {{{'x' * 900_000}: {{}}}}}}"))) < 2_000


@pytest.mark.parametrize(
    ("text", "sets", "env"),
    [
        ("models: {a: {kind: llm, api_key: 12345678}}".replace("12345678", "[hunter2]"), [], {}),
        (None, ["models.a={kind: llm, api_key: {x: hunter2}}"], {}),
        ("models: {nearest: {encoder: '${S}'}}", [], {"S": "hunter2"}),
        ("act: {deadline: '${S}'}", [], {"S": "hunter2"}),
        ("timezone: '${S}'", [], {"S": "hunter2"}),
        ("jobs: {decide: ['${S}']}", [], {"S": "hunter2"}),
        ("language: '${S}'", [], {"S": "hunter2"}),
        (None, ["models.a.api_key.b=hunter2"], {}),
        (None, ["models.b.api_key=hunter2"], {}),
        (None, ["jobs.api_key=hunter2"], {}),
    ],
)
def test_no_error_shows_a_secret(
    paths: Paths, text: str | None, sets: list[str], env: dict[str, str]
) -> None:
    assert "hunter2" not in str(error_of(paths, text, sets, env))


# What is wrong, and who is to blame ---------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("langauge: en", 1, "langauge", "did you mean 'language'?"),
        ("jobs:\n  decide:\n  - reflex\n  - sentnces", 4, "jobs.decide[1]",
         "did you mean 'sentences'?"),
        ("jobs: {decide: []}", 1, "jobs.decide", "at least one"),
        ("jobs: {decide: [{rice: [a, b]}]}", 1, "jobs.decide[0].rice", "did you mean 'race'?"),
        ("models:\n  nearst: {encoder: minilm}", 2, "models.nearst", "did you mean 'nearest'?"),
        ("models: {reflex: {kind: llm}}", 1, "models.reflex.kind", "built-in"),
        ("models: {nearest: {encoder: minlm}}", 1, "models.nearest.encoder",
         "did you mean 'minilm'?"),
        ("models: {nearest: {threshold: 2}}", 1, "models.nearest.threshold", "<= 1"),
        ("timezone: Europe/Berln", 1, "timezone", "did you mean 'Europe/Berlin'?"),
        ("timezone: ../../etc/passwd", 1, "timezone", "is no time zone"),
        ("timezone: ''", 1, "timezone", "is no time zone"),
        ("language: de", 1, "language", "known: en"),
        ("act: {deadline: 10}", 1, "act.deadline", "10 is not a duration"),
        ("experts: {hooks: {call: {shell: [x]}}}", 1, "experts.hooks.call", "expert.api"),
        ("experts: {hooks: {a.b: {shel: [x]}}}", 1, 'experts.hooks."a.b".shel', "'shell'?"),
        ("experts: {hooks: {a.b: {}}}", 1, 'experts.hooks."a.b"', "exactly one"),
        ("experts: {hooks: {a.b: {shell: [x], http: {}}}}", 1, 'experts.hooks."a.b"',
         "exactly one"),
        ("[]", 1, None, "expected a mapping"),
        ("act: 1\nact: 2", 2, "act", "twice"),
    ],
)  # fmt: skip
def test_an_error_in_the_file(
    paths: Paths, text: str, line: int, key: str | None, says: str
) -> None:
    error = error_of(paths, text)
    assert says in str(error)
    assert (error.path, error.line, error.key) == (paths.config_file, line, key)
    assert error.exit_code == 4


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("models.nerest.encoder=minilm", "did you mean 'nearest'?"),
        ("conversation.histry=3", "did you mean 'history'?"),
        ("conversation.history=abc", "expected a whole number"),
        ("conversation.history=99999999999999999999", "too long"),
        ("language.x=1", "expected text"),
        ("act=1", "expected a mapping"),
        ("jobs.decide=nerest", "did you mean 'nearest'?"),
        ("jobs.decide=[a", "not closed"),
        ("timezone=Mars", "no time zone"),
    ],
)
def test_an_error_in_a_flag_or_variable_names_it(paths: Paths, item: str, says: str) -> None:
    key, _, value = item.partition("=")
    error = error_of(paths, "act: {deadline: 3s}", [item])
    assert says in str(error)
    assert str(error).startswith(f"--set {key}")
    name = "ALEXA_" + key.upper().replace(".", "__")
    error = error_of(paths, None, [], {name: value})
    assert says in str(error)
    assert str(error).startswith(name)


@pytest.mark.parametrize("item", ["", "=", "=3", "language", "a..b=1", ".a=1", "a.=1", 'a."b=1'])
def test_a_flag_that_is_none(paths: Paths, item: str) -> None:
    with pytest.raises(UsageError, match="expected key=value"):
        load(paths, None, [item])


def test_variables_that_name_no_option_are_told_apart(paths: Paths) -> None:
    env = {"ALEXA_HOME": "/x", "ALEXA_SHARED": "/y", "ALEXA_LANGAUGE": "en", "ALEXAX": "1",
           "ALEXA_ACT____DEADLINE": "3s", "PATH": "/bin"}  # fmt: skip
    assert load(paths, None, (), env).ignored == (
        "ALEXA_ACT____DEADLINE", "ALEXA_LANGAUGE", "ALEXA_SHARED",
    )  # fmt: skip


def test_every_option_has_an_origin_and_is_shown(paths: Paths) -> None:
    loaded = load(paths, "models: {nearest: {margin: 0.2}}")
    assert set(loaded.origins) == set(loaded.shown())
    for key in ("language", "act.deadline", "jobs.decide", "models.nearest.margin"):
        assert key in loaded.origins


@given(st.text(max_size=40), st.text(st.characters(exclude_characters="\0"), max_size=40))
def test_any_flag_and_variable_loads_or_is_refused(item: str, value: str) -> None:
    paths = find_paths({"ALEXA_HOME": "/nowhere"})
    for sets, env in [
        ([item], {}),
        ([f"jobs.decide={item}"], {}),
        ([f"experts.hooks.a.b={item}"], {"ALEXA_EXPERTS__OFF": value}),
        ([], {"ALEXA_HOUSEHOLD": value, "ALEXA_ACT__DEADLINE": value}),
    ]:
        try:
            load_settings(paths, sets=sets, env=env)
        except (ConfigError, UsageError):
            continue


# What it costs ------------------------------------------------------------------------------


def test_without_a_file_no_yaml_is_imported(paths: Paths) -> None:
    code = f"""
import sys
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import load_settings
paths = find_paths({{"ALEXA_HOME": {str(paths.config.parent)!r}}})
load_settings(paths, sets=["jobs.decide=nearest", "models.nearest.threshold=0.3"], env={{}})
heavy = {{"yaml", "platformdirs", "difflib", "zoneinfo", "numpy", "tempfile", "rich"}}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
