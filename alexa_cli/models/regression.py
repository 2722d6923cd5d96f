"""Softmax regression in numpy: multinomial, L2, full batch.

Newton's step needs the Hessian of every round; Böhning's bound (1992, Ann. Inst. Statist. Math.
44) needs one factorisation for all of them and converges without a step size. With Nesterov's
momentum it is done in some dozens of rounds. Everything happens in the span of the rows, so the
cost depends on the number of examples and not on the width of the vectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alexa_cli.models.encoder import Vectors

    Doubles: TypeAlias = NDArray[np.float64]

EXACT, SPAN = 1_024, 512
"""With more examples than the first, only this many dimensions are kept: bounds time and memory.

CLINC150, 10 examples each (1,650 rows): 79.6 % right with 1,024 dimensions, 79.1 % with 512."""
_ROUNDS = 200
_WORK = 1e11
"""Multiplications after which the rounds end, converged or not: some seconds on two cores."""
_STILL = 2e-3
"""A round that changes no weight by more than this share of the largest is the last."""


def fit(rows: Vectors, labels: NDArray[np.int64], classes: int, l2: float) -> Vectors:
    """Return weights [width, classes]; the classes' probabilities are ``softmax(row @ weights)``.

    ``l2`` is the penalty on the squared weights, beside the summed log loss of the examples.
    Deterministic. Rows [n, width] are float32, labels [n] count from 0.
    """
    inside, basis, values = _span(rows)
    if not values.size:  # a lone example tells nothing from anything
        return np.zeros((rows.shape[1], classes), np.float32)
    pace = (1 / (0.5 * values + l2))[:, None].astype(np.float32)
    weights = _descend(inside, labels, classes, l2, pace)
    return np.asarray(basis @ weights, np.float32)


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Return probabilities along the last axis."""
    raised = np.exp(scores - scores.max(-1, keepdims=True))
    shares: NDArray[Any] = raised / raised.sum(-1, keepdims=True)
    return shares


def _span(rows: Vectors) -> tuple[Vectors, Vectors, Vectors]:
    """Return the rows in the axes of their own spread, those axes, and the spread along each.

    ``rows == inside @ axes.T`` as far as ``SPAN`` axes reach: ([n, r], [width, r], [r]).
    """
    if min(rows.shape) > EXACT:
        # randomised range finder, one power step (Halko, Martinsson, Tropp 2011)
        probes = np.random.default_rng(0).standard_normal((rows.shape[1], SPAN), np.float32)
        found = np.asarray(np.linalg.qr(rows.T @ (rows @ probes))[0], np.float32)
        inside, axes, spread = _span(rows @ found)
        return inside, found @ axes, spread
    if rows.shape[0] < rows.shape[1]:
        spread, turn = _spread(rows @ rows.T)
        inside = turn * np.sqrt(spread)
        return inside, rows.T @ np.asarray(turn / np.sqrt(spread), np.float32), spread
    spread, turn = _spread(rows.T @ rows)
    return rows @ turn, turn, spread


def _spread(products: Vectors) -> tuple[Vectors, Vectors]:
    values, turn = np.linalg.eigh(products.astype(np.float64))
    keep = values > values[-1] * 1e-7
    return values[keep].astype(np.float32), turn[:, keep].astype(np.float32)


def _descend(
    inside: Vectors, labels: NDArray[np.int64], classes: int, l2: float, pace: Vectors
) -> Vectors:
    count, width = inside.shape
    rounds = int(min(_ROUNDS, max(10, _WORK / (4 * count * width * classes))))
    here = np.arange(count)
    weights = np.zeros((width, classes), np.float32)
    ahead, momentum = weights, 1.0
    for _ in range(rounds):
        error = softmax(inside @ ahead)
        error[here, labels] -= 1
        moved = ahead - pace * (inside.T @ error + np.float32(l2) * ahead)
        grown = (1 + (1 + 4 * momentum * momentum) ** 0.5) / 2
        step = moved - weights
        ahead = moved + np.float32((momentum - 1) / grown) * step
        weights, momentum = moved, grown
        if np.abs(step).max() <= _STILL * np.abs(weights).max():
            break
    return weights
