"""What a conversation hears with: a recogniser that expects what can be said here and now.

Loading it, and telling it what to expect, are done in a thread while nobody waits: at the start,
and while a reply is being spoken. What is not ready when somebody speaks is gone on without; only
the first utterance waits for the recogniser itself. Audio libraries are imported when somebody
listens, never before.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from copy import copy
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Literal, TypeAlias

from alexa_cli.decide.cascade import is_small
from alexa_cli.decide.nearest_model import NearestModel
from alexa_cli.decide.sentences import Sentences
from alexa_cli.errors import AlexaError
from alexa_cli.hear.endpoint import Pauses
from alexa_cli.hear.expectations import Expectations
from alexa_cli.hear.listener import Listener, Manner
from alexa_cli.turn import Plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from alexa_cli.assistant.assistant import Assistant
    from alexa_cli.config.paths import Paths
    from alexa_cli.config.schema import HearSettings
    from alexa_cli.hear.bias import Bias
    from alexa_cli.hear.endpoint import Hint
    from alexa_cli.hear.frame import Frame, Source
    from alexa_cli.hear.recogniser import Recognised, Recogniser

Readiness: TypeAlias = Literal["ready", "late", "off"]
"""Whether the recogniser knew what fits now when somebody began to speak; off: it was not to."""


class Ears:
    """What the conversations of one assistant are heard with. ``close`` ends its thread."""

    def __init__(
        self, assistant: Assistant, paths: Paths, hear: HearSettings | None = None
    ) -> None:
        """``hear``: other settings than the assistant's own."""
        self._assistant, self._paths = assistant, paths
        self.settings = hear or assistant.house.settings.hear
        self._expectations = Expectations(assistant.house.catalogue, paths.cache / "sphinx")
        self.recogniser = Ready()
        self.notices: list[str] = []
        """What is to be told of the recogniser once it is loaded; whoever tells it takes it."""

    def listener(
        self, source: Source, conversation: str, *, now: datetime | None = None,
        watch: Callable[[Frame], None] | None = None,
    ) -> Listener:  # fmt: skip
        """Return a listener for a conversation. Raises ConfigError for pauses out of order."""
        pauses = self.settings.pauses
        manner = Manner(
            Pauses(
                pauses.eager.seconds, pauses.final.seconds, pauses.complete.seconds,
                pauses.unfinished.seconds,
            ),
            n_best=self.settings.n_best,
            patience=self.settings.patience.seconds if source.live else None,
            language=self._assistant.house.settings.language,
        )  # fmt: skip
        judge = partial(self._judge, conversation, now)
        return Listener(source, self.recogniser, manner, judge=judge, watch=watch)

    def expect(self, conversation: str, now: datetime | None = None) -> None:
        """Begin to get ready for the next utterance of a conversation. Never waits."""
        self.recogniser.prepare(partial(self._prepare, conversation, now), off=not self._biased)

    def study(self) -> Thread:
        """Let the models that learn do so before somebody speaks, in a thread, which it returns.

        Never waits: it takes seconds the first time, and only who needs it at once waits for it.
        """
        learners = [m for m in self._assistant.models if isinstance(m, NearestModel)]
        catalogue = self._assistant.house.catalogue

        def learn() -> None:
            with suppress(AlexaError):  # told where it decides
                for model in learners:
                    model.learned(catalogue)

        thread = Thread(target=learn, name="learning", daemon=True)
        thread.start()
        return thread

    def lent_to(self, assistant: Assistant) -> Ears:
        """Return the same ears for another assistant with the same experts: another home."""
        other = copy(self)
        other._assistant = assistant  # noqa: SLF001 - its own
        return other

    def close(self) -> None:
        """Let go of the thread, when what it does is done."""
        self.recogniser.close()

    @property
    def _biased(self) -> bool:
        return self.settings.bias

    def _prepare(
        self, conversation: str, now: datetime | None, loaded: Recogniser | None
    ) -> Recogniser:
        """Return the recogniser, expecting what may be said next. Runs in the thread."""
        request = self._assistant.request("", conversation, now)
        snapshot, question = request.snapshot, request.question
        reply = snapshot.memory.last_reply if self._biased else ""
        bias = self._expectations.bias(snapshot, question if self._biased else None, reply)
        if loaded is not None:
            loaded.expect(bias)
            return loaded
        from alexa_cli.hear.engines import open_recogniser  # noqa: PLC0415 - audio libraries

        model = Path(self.settings.model) if self.settings.model else None
        return open_recogniser(
            self.settings.engine, self._paths, bias, model=model, tell=self.notices.append
        )

    def _judge(self, conversation: str, now: datetime | None, text: str) -> Hint:
        """Say whether words are a complete command: then nobody need wait for more."""
        from alexa_cli.hear.endpoint import left_open  # noqa: PLC0415 - while somebody speaks

        if left_open(text):
            return "unfinished"
        request = self._assistant.request(text, conversation, now)
        models = [m for m in self._assistant.models if is_small(m)]
        exact = next((m for m in models if isinstance(m, Sentences)), None)
        if exact is not None and isinstance(exact.judge(request), Plan):
            return "complete"
        return None


class Ready:
    """A recogniser that is loaded, and told what to expect, in a thread of its own.

    See ``hear.recogniser.Recogniser``. ``begin`` waits for the loading, never for a bias.
    """

    def __init__(self) -> None:
        self.name = ""
        """The engine's, once somebody has spoken."""
        self.readiness: Readiness = "off"
        """Of the last utterance."""
        self._thread: ThreadPoolExecutor | None = None
        self._loading: Future[Recogniser] | None = None
        self._latest: Future[Recogniser] | None = None
        self._off = False

    def prepare(self, make: Callable[[Recogniser | None], Recogniser], *, off: bool) -> None:
        """Have ``make`` load the recogniser, or change what it expects. Never waits."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "alexa-bias")
        self._off = off
        self._latest = self._thread.submit(lambda: make(self._loaded))
        if self._loading is None or self._failed:
            self._loading = self._latest

    def settle(self) -> None:
        """Wait until all that was to be got ready is: measuring must not depend on luck.

        Raises what loading raised.
        """
        for each in (self._loading, self._latest):
            if each is not None:
                each.result()

    def wait(self) -> None:
        """Wait until what was begun last is done. Raises what it raised."""
        if self._latest is not None:
            self._latest.result()

    def close(self) -> None:
        """End the thread, when what it does is done."""
        thread, self._thread = self._thread, None  # first: somebody may prepare meanwhile
        if thread is not None:
            thread.shutdown(cancel_futures=True)

    @property
    def _failed(self) -> bool:
        loading = self._loading
        return loading is not None and loading.done() and loading.exception() is not None

    @property
    def _loaded(self) -> Recogniser | None:
        loading = self._loading
        if loading is None or not loading.done() or self._failed:
            return None
        return loading.result()

    @property
    def _there(self) -> Recogniser:
        if self._loading is None:
            raise RuntimeError("nothing was prepared")
        return self._loading.result()

    def expect(self, bias: Bias) -> None:
        """See ``Recogniser``."""
        self._there.expect(bias)

    def begin(self) -> None:
        """See ``Recogniser``. Raises what loading raised."""
        there, latest = self._there, self._latest
        told = latest is not None and latest.done() and latest.exception() is None
        self.readiness = "off" if self._off else "ready" if told else "late"
        self.name = there.name
        there.begin()

    def feed(self, samples: bytes) -> None:
        """See ``Recogniser``."""
        self._there.feed(samples)

    def partial(self) -> str:
        """See ``Recogniser``."""
        return self._there.partial()

    def peek(self, n_best: int = 1) -> Recognised:
        """See ``Recogniser``."""
        return self._there.peek(n_best)

    def finish(self, n_best: int = 1) -> Recognised:
        """See ``Recogniser``."""
        return self._there.finish(n_best)
