"""Names of span attributes, each once.

Where OpenTelemetry's GenAI conventions (v1.41) have a name it is theirs, else ``alexa.*``. A span
is written with the short form, ``recorder.span("call", expert="timers", api="start")``: the
keyword is the constant's name in lower case. A test walks the house for keywords that are not
declared here.
"""

from __future__ import annotations

# OpenTelemetry -----------------------------------------------------------------------------
CONVERSATION = "gen_ai.conversation.id"
OPERATION = "gen_ai.operation.name"
"""``chat``, ``execute_tool``, ``invoke_agent``."""
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS = "gen_ai.usage.cache_creation.input_tokens"
TOOL = "gen_ai.tool.name"
"""``expert.api``."""
TOOL_CALL = "gen_ai.tool.call.id"
TOOL_ARGUMENTS = "gen_ai.tool.call.arguments"
ERROR_TYPE = "error.type"
"""Class of the exception that ended the span, or a short code."""

# The turn ----------------------------------------------------------------------------------
TURN = "alexa.turn"
WORDS = "alexa.words"
"""What was said, as it was said."""
TEXT = "alexa.text"
SOURCE = "alexa.source"
"""``typed``, ``file``, ``microphone``; of a value: ``python``, ``http:HOST``."""
LANGUAGE = "alexa.language"
SPEAKER = "alexa.speaker"
STAGE = "alexa.stage"
REVISION = "alexa.revision"
ENGINE = "alexa.engine"
"""What recognised speech: ``sphinx``, ``vosk``."""
BIAS = "alexa.bias"
"""Whether the recogniser knew what fits now: ``ready``, ``late`` (it went on without), ``off``."""
SOUND_SECONDS = "alexa.sound_seconds"
"""How much sound was recognised."""
SENT = "alexa.sent"
"""Bytes that left this machine: of that sound; of the text of a request to a language model."""
WHY = "alexa.why"
"""Why an end came when it did, a short code; ``reason`` says it to people."""
SOUND_AT = "alexa.sound_at"
"""Seconds of sound before it, since the microphone was opened or the file began."""
PAUSE = "alexa.pause"
"""Seconds of silence before it."""
RECOGNISED_IN = "alexa.recognised_in"
"""Seconds from an end to its words."""
NOW = "alexa.now"
STATUS = "alexa.status"
"""How it ended: ``done``, ``failed``, ``question``, ..."""
REPLY = "alexa.reply"
STYLE = "alexa.style"
CATALOGUE = "alexa.catalogue"
"""Fingerprint of the compiled catalogue."""
EXPERTS = "alexa.experts"
"""How many experts there are."""
APIS = "alexa.apis"

# Deciding ----------------------------------------------------------------------------------
MODEL = "alexa.model"
JOB = "alexa.job"
STRATEGY = "alexa.strategy"
KIND = "alexa.kind"
"""Kind of a decision (``plan``, ``pass``, ...), question or handler."""
DECISION = "alexa.decision"
DECISION_MODEL = "alexa.decision.model"
"""The model whose decision stood."""
SCORE = "alexa.score"
THRESHOLD = "alexa.threshold"
MARGIN = "alexa.margin"
CHOSEN = "alexa.chosen"
"""Place of the hypothesis that goes on, from 0."""
FINAL = "alexa.final"
VERIFIED = "alexa.verified"
REASON = "alexa.reason"
CODE = "alexa.code"
CANDIDATES = "alexa.candidates"
"""``expert.api score``, best first."""
PARTS = "alexa.parts"
"""How many commands an utterance was split into."""
PART = "alexa.part"
TEMPLATE = "alexa.template"
SLOTS = "alexa.slots"
QUESTION = "alexa.question"
PENDING = "alexa.pending"
"""Whether a question was open when the turn began."""
REFERENCE = "alexa.reference"
RESOLVED = "alexa.resolved"

# Language models ---------------------------------------------------------------------------
BRANCH = "alexa.branch"
"""Which side of a strategy: ``draft``, ``verify``, ``draft.verify``, ..."""
THOUGHT_TOKENS = "alexa.thought_tokens"
"""Of the output tokens, what was reasoning."""
FIRST_TOKEN = "alexa.first_token"  # noqa: S105 - no password
"""Seconds from the request to the first piece of the answer."""
ATTEMPTS = "alexa.attempts"
"""Requests that were made; absent: one."""
WAIT = "alexa.wait"
"""Seconds that are waited before the next request."""
THROWN_AWAY = "alexa.thrown_away"
"""Whether what was answered was not used."""
IMPORT_SECONDS = "alexa.import_seconds"
"""How long the import took as a whole; the span shows what was waited for it."""
SECTIONS = "alexa.sections"
GUARD = "alexa.guard"
"""Name of the check that fired."""
TOKENS = "alexa.tokens"

# Acting ------------------------------------------------------------------------------------
EXPERT = "alexa.expert"
API = "alexa.api"
NAME = "alexa.name"
CALL = "alexa.call"
CALLS = "alexa.calls"
ARGUMENTS = "alexa.arguments"
EFFECT = "alexa.effect"
HANDLER = "alexa.handler"
SPECULATIVE = "alexa.speculative"
ADOPTED = "alexa.adopted"
SAVED = "alexa.saved"
"""Seconds that calls begun before the barrier spared."""
THROWN_SECONDS = "alexa.thrown_seconds"
"""... that models and calls took for decisions that were not used."""
THROWN_COST = "alexa.thrown_cost"
"""US dollars of requests whose decisions were not used."""
DISCARDED = "alexa.discarded"
UNDONE = "alexa.undone"
CONFIRMED = "alexa.confirmed"
TRUST = "alexa.trust"
ERROR = "alexa.error"
"""One line for people."""
TIMED_OUT = "alexa.timed_out"
OUTCOMES = "alexa.outcomes"
URL = "alexa.url"
HTTP_STATUS = "http.response.status_code"
EXIT_CODE = "process.exit.code"
BYTES = "alexa.bytes"
COUNT = "alexa.count"

# Housekeeping ------------------------------------------------------------------------------
CACHED = "alexa.cached"
"""Whether a cache answered."""
CACHED_TURN = "alexa.cached_turn"
"""The turn in which it was answered first."""
CACHED_SECONDS = "alexa.cached_seconds"
"""How long that took then; the span shows what it took now."""
UNFINISHED = "alexa.unfinished"
"""The span was still open when the trace was taken."""
ITEMS = "alexa.items"
COST = "alexa.cost"
"""US dollars; absent: unknown."""

KEYWORDS = {
    name.lower(): value
    for name, value in list(globals().items())
    if name.isupper() and isinstance(value, str)
}
"""Keyword of ``recorder.span`` to attribute name."""

DECLARED = frozenset(KEYWORDS.values())


def attribute(key: str) -> str:
    """Return the attribute's name for a keyword; a name with a dot is one already."""
    found = KEYWORDS.get(key)
    if found is not None:
        return found
    return key if "." in key else f"alexa.{key}"
