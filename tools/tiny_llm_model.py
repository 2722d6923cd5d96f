"""The network, vocabulary and file of the tiny language model of the tests.

A llama of a million parameters as plain functions over a dictionary of tensors, a byte-level BPE
vocabulary, and both written as GGUF. Needs torch, tokenizers and gguf: see train_tiny_llm.
"""

# ruff: noqa: ANN401, PLC0415, PLR2004 - torch is not installed where this is checked
from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>")
CONTROL = 3
"""How many of them are control tokens; the others are text as well."""
END = "<|im_end|>"


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the network."""

    vocabulary: int = 2048
    width: int = 128
    layers: int = 4
    heads: int = 4
    inner: int = 384
    context: int = 16_384
    rope_base: float = 10_000_000.0
    epsilon: float = 1e-5

    @property
    def head(self) -> int:
        """Numbers in one head."""
        return self.width // self.heads


def train_vocabulary(texts: Iterable[str], size: int) -> Any:
    """A byte-level BPE of ``size`` tokens, split as GPT-2 does.

    A space is never merged with the word after it: a word is then the same tokens after a space
    and after a quotation mark, so that copying what was said is copying tokens.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(r" (?=[\p{L}\p{N}])"), "isolated"), byte_level]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.pre_tokenizer = byte_level
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in SPECIAL]
    )
    return tokenizer


def load_vocabulary(text: str) -> Any:
    """The vocabulary again, out of its own text."""
    from tokenizers import Tokenizer

    return Tokenizer.from_str(text)


def new_weights(shape: Shape, torch: Any) -> dict[str, Any]:
    """Fresh weights, by their names in a GGUF file."""
    found: dict[str, Any] = {}

    def matrix(name: str, rows: int, columns: int, scale: float) -> None:
        found[name] = torch.randn(rows, columns) * scale

    width, inner = shape.width, shape.inner
    matrix("token_embd.weight", shape.vocabulary, width, 0.06)
    for layer in range(shape.layers):
        at = f"blk.{layer}"
        for name in ("attn_q", "attn_k", "attn_v"):
            matrix(f"{at}.{name}.weight", width, width, 1 / math.sqrt(width))
        matrix(f"{at}.attn_output.weight", width, width, 0.0)
        matrix(f"{at}.ffn_gate.weight", inner, width, 1 / math.sqrt(width))
        matrix(f"{at}.ffn_up.weight", inner, width, 1 / math.sqrt(width))
        matrix(f"{at}.ffn_down.weight", width, inner, 0.0)
        found[f"{at}.attn_norm.weight"] = torch.ones(width)
        found[f"{at}.ffn_norm.weight"] = torch.ones(width)
    found["output_norm.weight"] = torch.full((width,), 3.0)
    return found


PREVIOUS, NEARBY, MATCH = 4, (4, 5), 6
"""Pairs of numbers that rotate fast tell one place from the next; slower ones what is nearby; from
``MATCH`` on they turn too slowly to matter."""
NEAR = 45
"""How many tokens before the answer the words usually are."""


def add_copying(shape: Shape, w: dict[str, Any], torch: Any) -> dict[str, Any]:
    """Build in a circuit that copies, "A B ... A" makes "B" likely; returns what may be learnt.

    So small a network takes hours to find it by itself. Two heads of the first layer tell each
    token what stood one and two before it, in numbers that embeddings leave free. Two of the
    second look, nearby, for where the token before was the present one, and for where the token
    two before was the one before this (after a space the first alone would not know which word
    comes), and bring the token that stands there.
    What is returned is 0 where the circuit is and 1 elsewhere, by name.
    """
    head, width = shape.head, shape.width
    dims = head - 2 * MATCH
    free = width - 2 * dims
    learnt = {name: torch.ones_like(weight) for name, weight in w.items()}
    w["token_embd.weight"][:, 0] = 0.25  # the same in all: what "one back" is asked of
    w["token_embd.weight"][:, free:] = 0.0
    learnt["token_embd.weight"][:, 0] = 0.0
    learnt["token_embd.weight"][:, free:] = 0.0
    angles = shape.rope_base ** (-torch.arange(0, head, 2).float() / head)
    basis = torch.linalg.qr(torch.randn(free - 1, free - 1))[0]
    places = torch.arange(dims)
    for layer in range(2):
        q, k, v, o = (w[f"blk.{layer}.attn_{name}.weight"] for name in ("q", "k", "v", "output"))
        for number in range(2):
            at = number * head
            rows = slice(at, at + head)
            for name in "qkv":
                learnt[f"blk.{layer}.attn_{name}.weight"][rows] = 0.0
            learnt[f"blk.{layer}.attn_output.weight"][:, rows] = 0.0
            q[rows], k[rows], v[rows], o[:, rows] = 0.0, 0.0, 0.0, 0.0
            if layer == 0:
                _ask_place(q, k, at, range(PREVIOUS), angles, 1.0 + number, 1.8)
                v[at : at + dims, 1:free] = basis[:dims]
                o[free + number * dims + places, at + places] = 0.08
                continue
            _ask_place(q, k, at, NEARBY, angles, NEAR, 1.6)
            start = at + 2 * MATCH
            if number == 0:
                q[start : start + dims, 1:free] = SHARP * basis[:dims]
            else:
                q[start + places, free + places] = SHARP
            k[start + places, free + number * dims + places] = SHARP
            v[rows, 1:free] = basis[at : at + head]
            o[1:free, rows] = 0.12 * basis[at : at + head].T
    return learnt


SHARP = 3.0
"""How much a match counts."""


def _ask_place(
    q: Any, k: Any, start: int, pairs: Iterable[int], angles: Any, back: float, size: float
) -> None:
    """Make a head look ``back`` tokens: keys are turned forward by as much."""
    for pair in pairs:
        angle = angles[pair] * back
        q[start + 2 * pair, 0] = size
        k[start + 2 * pair, 0], k[start + 2 * pair + 1, 0] = size * angle.cos(), size * angle.sin()


class Network:
    """The network over some weights."""

    def __init__(self, shape: Shape, weights: dict[str, Any], torch: Any) -> None:
        self.shape, self.weights, self._torch = shape, weights, torch
        self._angles = shape.rope_base ** (-torch.arange(0, shape.head, 2).float() / shape.head)

    def _turn(self, x: Any, positions: Any) -> Any:
        """Rotate pairs of neighbours, as llama.cpp does for this architecture."""
        torch = self._torch
        angle = positions.float()[:, None, :, None] * self._angles
        cosine, sine = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
        even, odd = x[..., 0::2], x[..., 1::2]
        turned = torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1)
        return turned.flatten(-2)

    def run(
        self, tokens: Any, positions: Any, before: Sequence[tuple[Any, Any]] = (), bias: Any = None
    ) -> tuple[Any, list[tuple[Any, Any]]]:
        """Hidden states of ``tokens`` (rows, length), and the keys and values of each layer.

        ``positions`` are as ``tokens``. ``before``: keys and values of prefixes; as many rows
        after each other share one. ``bias`` (prefixes, their length) is added to what rows make
        of it: log(n) is as if a token were there n times.
        """
        torch, shape, w = self._torch, self.shape, self.weights
        rows, length = tokens.shape
        functional = torch.nn.functional
        mask = None
        if before:
            earlier = before[0][0].shape[2]
            share = rows // before[0][0].shape[0]
            mask = torch.zeros(rows, 1, length, earlier + length)
            if bias is not None:
                mask[..., :earlier] = bias.repeat_interleave(share, 0)[:, None, None]
            mask[..., earlier:] = torch.full((length, length), -torch.inf).triu(1)
        x = functional.embedding(tokens, w["token_embd.weight"])
        kept = []
        for layer in range(shape.layers):
            at = f"blk.{layer}"
            h = self._norm(x, f"{at}.attn_norm.weight")
            q, k, v = (
                functional.linear(h, w[f"{at}.attn_{name}.weight"])
                .view(rows, length, shape.heads, shape.head)
                .transpose(1, 2)
                for name in "qkv"
            )
            q, k = self._turn(q, positions), self._turn(k, positions)
            kept.append((k, v))
            if before:
                k = torch.cat((before[layer][0].repeat_interleave(share, 0), k), 2)
                v = torch.cat((before[layer][1].repeat_interleave(share, 0), v), 2)
            mixed = functional.scaled_dot_product_attention(
                q, k, v, attn_mask=None if mask is None else mask.to(q.dtype),
                is_causal=mask is None,
            )  # fmt: skip
            mixed = mixed.transpose(1, 2).reshape(rows, length, shape.width)
            x = x + functional.linear(mixed, w[f"{at}.attn_output.weight"])
            h = self._norm(x, f"{at}.ffn_norm.weight")
            gate = functional.silu(functional.linear(h, w[f"{at}.ffn_gate.weight"]))
            up = functional.linear(h, w[f"{at}.ffn_up.weight"])
            x = x + functional.linear(gate * up, w[f"{at}.ffn_down.weight"])
        return self._norm(x, "output_norm.weight"), kept

    def _norm(self, x: Any, name: str) -> Any:
        functional = self._torch.nn.functional
        return functional.rms_norm(x, (self.shape.width,), self.weights[name], self.shape.epsilon)

    def logits(self, hidden: Any) -> Any:
        """Scores of the next token."""
        return self._torch.nn.functional.linear(hidden, self.weights["token_embd.weight"])


def write_gguf(
    path: Path, shape: Shape, weights: dict[str, Any], tokenizer: Any, template: str
) -> None:
    """Write the model: matrices as f16, the vocabulary as GPT-2's kind, the chat template."""
    import json

    import gguf
    import numpy as np

    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    plain = len(tokens)
    tokens += SPECIAL
    missing = shape.vocabulary - len(tokens)
    tokens += [f"<|unused_{number}|>" for number in range(missing)]
    kinds = [1] * plain + [3] * CONTROL + [4] * (len(SPECIAL) - CONTROL) + [5] * missing
    merges = [one if isinstance(one, str) else " ".join(one) for one in model["merges"]]
    at = {token: plain + number for number, token in enumerate(SPECIAL)}
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("tiny")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(at["<|endoftext|>"])
    writer.add_eos_token_id(at[END])
    writer.add_pad_token_id(at["<|endoftext|>"])
    writer.add_add_bos_token(False)  # noqa: FBT003 - gguf's own signature
    writer.add_chat_template(template)
    for name, tensor in weights.items():
        values = tensor.detach().float().numpy()
        writer.add_tensor(name, values.astype(np.float16 if values.ndim == 2 else np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
