"""The table of verbs: what each is for, what may follow it, examples of its use."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """A verb. Verb ``x`` is ``app`` in ``alexa_cli.cli.x``, imported when it is called."""

    help: str
    examples: tuple[str, ...]
    """Shown by ``--help``; each begins with ``alexa``."""
    subcommands: tuple[str, ...] = ()
    anything: bool = False
    """What follows is its own, whatever it is (``ask TEXT``)."""
    takes: str = ""
    """``turn``: an existing turn id may follow; ``file``: an existing file; ``sound``: one, or what
    is named like one."""


VERBS: dict[str, Verb] = {
    "ask": Verb(
        "Say something, get an answer.",
        (
            'alexa ask "turn on the kitchen light"',
            "alexa turn on the kitchen light",
            "echo what time is it | alexa ask -",
            "alexa ask call meg",
            "alexa -c bauer           (answers: Meg Jones or Meg Bauer?)",
            "alexa ask --json --no-save dim the lamp",
            "alexa -- config show     (says the words: config show)",
        ),
        anything=True,
    ),
    "chat": Verb(
        "Talk, with history, completion and timers that ring.",
        (
            "alexa chat",
            "alexa chat -c            (goes on with the last conversation)",
            "alexa chat < talk.txt    (a script: a turn a line)",
            """echo '{"say": "turn it off"}' | alexa chat --json""",
        ),
    ),
    "listen": Verb(
        "Talk by voice: it listens, answers aloud, and listens again.",
        (
            "alexa listen             (until nobody speaks for a while)",
            "alexa listen --wake      (after: alexa)",
            "alexa listen --once",
            "alexa listen --push-to-talk --mute",
        ),
    ),
    "route": Verb(
        "Decide, and run nothing: every candidate with its score and why.",
        ("alexa route dim the lamp", "alexa route --json --set jobs.decide=nearest dim it"),
        anything=True,
    ),
    "undo": Verb("Take the last thing back.", ("alexa undo", "alexa undo --conversation c-1rrzpx")),
    "trace": Verb(
        "See what happened in a turn.",
        (
            "alexa trace",
            "alexa trace last",
            "alexa trace show last~1 --json",
            "alexa trace show last --requests",
            "alexa trace diff last~1 last",
            "alexa trace export --since 2d > spans.jsonl",
        ),
        ("show", "list", "diff", "replay", "export"),
        takes="turn",
    ),
    "prompt": Verb(
        "See what language models were shown; why it was slow or dear.",
        (
            "alexa prompt",
            "alexa prompt show last --section tools",
            "alexa prompt diff last~1 last",
            "alexa prompt why last",
            "alexa prompt lint",
        ),
        ("show", "diff", "why", "lint"),
        takes="turn",
    ),
    "experts": Verb(
        "The plugins: list, show, check, make and test them.",
        (
            "alexa experts",
            "alexa experts show timers",
            "alexa experts new coffee",
            "alexa experts check ./coffee",
            "alexa experts test timers",
        ),
        ("list", "show", "check", "new", "test", "schema"),
    ),
    "eval": Verb(
        "Measure a suite of cases.",
        (
            "alexa eval cases.jsonl",
            "alexa eval cases.jsonl --wrong --fail-under api_accuracy=0.7",
            "alexa eval spoken.jsonl --no-bias --save without",
            "alexa eval --compare with without",
        ),
        takes="file",
    ),
    "transcribe": Verb(
        "Write down what is said in sound files.",
        (
            "alexa transcribe sample",
            "alexa transcribe talk.wav --words",
            "alexa transcribe *.wav --n-best 5 --json",
            "alexa transcribe talk.wav --bias phrases.txt",
        ),
        takes="sound",
    ),
    "models": Verb(
        "The models: what they need, cost and can do; those to fetch.",
        (
            "alexa models",
            "alexa models test accurate",
            "alexa models test --set 'models.a={kind: llm, model: openai/gpt-5-mini}'",
            "alexa models pull minilm",
        ),
        ("list", "test", "pull"),
    ),
    "stats": Verb(
        "What language models took: tokens, cache hits, time, money.",
        ("alexa stats", "alexa stats --since 7d --by day", "alexa stats --by expert --json"),
    ),
    "cache": Verb(
        "Plans of language models that are kept for the same words.",
        ("alexa cache list", "alexa cache prune", "alexa cache clear"),
        ("list", "clear", "prune", "path"),
    ),
    "watch": Verb(
        "Deliver what is due: timers, alarms, reminders; see what comes.",
        (
            "alexa watch",
            "alexa watch --once --json",
            "alexa watch list",
            "alexa watch cancel timers/t1",
            "alexa watch --systemd > ~/.config/systemd/user/alexa-watch.service",
        ),
        ("list", "cancel"),
    ),
    "audio": Verb(
        "Sound in: the devices, how well the microphone hears, recording.",
        (
            "alexa audio devices",
            "alexa audio check",
            "alexa audio check kitchen.wav",
            "alexa audio record kitchen.wav --seconds 5",
        ),
        ("devices", "check", "record"),
    ),
    "household": Verb(
        "The home: who and what is in it, and changes to it.",
        (
            "alexa household show devices",
            "alexa household add pet Daisy --kind dog",
            'alexa household alias "floor lamp" "big lamp"',
            'alexa household pronounce Siobhan "shi vawn"',
            "alexa household export > household.yaml",
        ),
        ("show", "add", "rename", "alias", "pronounce", "remove", "export", "path", "check"),
    ),
    "config": Verb(
        "The settings: where each came from, and whether they are right.",
        ("alexa config init", "alexa config show", "alexa config check"),
        ("init", "show", "path", "check"),
    ),
    "doctor": Verb(
        "Check this installation and say what would make it better.",
        ("alexa doctor", "alexa doctor --json"),
    ),
    "forget": Verb(
        "Erase what was kept: conversations, memory, traces.",
        ("alexa forget --conversation", "alexa forget --all --yes"),
    ),
}
"""Every verb, in the order of ``alexa --help``."""


def is_option(word: str) -> bool:
    """Whether a word of the command line is an option: ``-c``, ``--set=a=b``; not ``-5``.

    What holds a space before any ``=`` was quoted, so it is something to say.
    """
    name = word.partition("=")[0]
    bare = name.removeprefix("-").removeprefix("-")
    return name != bare and bare[:1].isalpha() and not any(c.isspace() for c in name)
