"""Cases of losses of margins, likelihoods and sequences."""

from __future__ import annotations

import itertools
import math

import numpy as np

import deep_learner_layers.functions  # noqa: F401  # defines the operations
from tests.ops.case import Case, S, arr, ints


def reduced(losses, reduction):
    return {"none": losses, "mean": losses.mean(), "sum": losses.sum()}[reduction]


def hinge_embedding_loss(input, target, margin, reduction):
    return reduced(np.where(target == 1, input, np.maximum(0, margin - input)), reduction)


def cosine_embedding_loss(input1, input2, target, margin, reduction):
    cosine = np.vecdot(input1, input2) / np.linalg.norm(input1, axis=-1) / np.linalg.norm(input2, axis=-1)
    return reduced(np.where(target == 1, 1 - cosine, np.maximum(0, cosine - margin)), reduction)


def margin_ranking_loss(input1, input2, target, margin, reduction):
    return reduced(np.maximum(0, margin - target * (input1 - input2)), reduction)


def soft_margin_loss(input, target, reduction):
    return reduced(np.logaddexp(0, -target * input), reduction)


def multi_margin_loss(input, target, p, margin, weight):
    losses = np.zeros(len(input))
    for n, y in enumerate(target):
        for i in range(input.shape[1]):
            if i != y:
                factor = 1 if weight is None else weight[y]
                losses[n] += factor * max(0, margin - input[n, y] + input[n, i]) ** p
    return losses / input.shape[1]


def multilabel_margin_loss(input, target, given):
    losses = np.zeros(len(input))
    for n, row in enumerate(input):
        labels = target[n][given[n]]
        for t in labels:
            losses[n] += sum(max(0, 1 - row[t] + row[i]) for i in range(len(row)) if i not in labels)
    return losses / input.shape[1]


def multilabel_soft_margin_loss(input, target, weight, reduction):
    losses = target * np.logaddexp(0, -input) + (1 - target) * np.logaddexp(0, input)
    return reduced((losses if weight is None else losses * weight).mean(axis=-1), reduction)


def poisson_nll_loss(input, target, log_input, full, eps, reduction):
    losses = np.exp(input) - target * input if log_input else input - target * np.log(input + eps)
    if full:
        stirling = [
            t * math.log(t) - t + math.log(2 * math.pi * t) / 2 if t > 1 else 0 for t in target.ravel()
        ]
        losses = losses + np.reshape(stirling, target.shape)
    return reduced(losses, reduction)


def gaussian_nll_loss(input, target, var, full, reduction):
    losses = -np.log(np.exp(-((input - target) ** 2) / (2 * var)) / np.sqrt(var))
    return reduced(losses + (math.log(2 * math.pi) / 2 if full else 0), reduction)


def triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction):
    def distance(x, y):
        return (np.abs(x - y + eps) ** p).sum(axis=-1) ** (1 / p)

    far = distance(anchor, negative)
    far = np.minimum(far, distance(positive, negative)) if swap else far
    return reduced(np.maximum(0, margin + distance(anchor, positive) - far), reduction)


def alignments(targets, input_lengths, target_lengths, classes, blank):
    """For each target all sequences of classes that it is what remains of, once repetitions and blanks are gone."""
    for row, times, size in zip(targets, input_lengths, target_lengths, strict=True):
        found = []
        for path in itertools.product(range(classes), repeat=int(times)):
            kept = [symbol for symbol, _ in itertools.groupby(path) if symbol != blank]
            if kept == list(row[:size]):
                found.append(path)
        yield found


def ctc_unlikelihood(log_probs, targets, input_lengths, target_lengths, blank, zero_infinity):
    losses = []
    paths = alignments(targets, input_lengths, target_lengths, log_probs.shape[2], blank)
    for n, found in enumerate(paths):
        total = sum(math.exp(sum(log_probs[t, n, c] for t, c in enumerate(path))) for path in found)
        losses.append(-math.log(total) if total else (0.0 if zero_infinity else math.inf))
    return np.array(losses)


def ctc_occupancy(log_probs, targets, input_lengths, target_lengths, blank, zero_infinity):
    shares = np.zeros_like(log_probs)
    paths = alignments(targets, input_lengths, target_lengths, log_probs.shape[2], blank)
    for n, found in enumerate(paths):
        each = [math.exp(sum(log_probs[t, n, c] for t, c in enumerate(path))) for path in found]
        for path, weight in zip(found, each, strict=True):
            for t, c in enumerate(path):
                shares[t, n, c] += weight / sum(each)
    return shares


SIGNS = np.array([[1, -1, 1], [-1, -1, 1]])
LABELS, GIVEN = np.array([[2, 0], [1, 0]]), np.array([[True, True], [True, False]])
POSITIVE = {"low": 0.2, "high": 2.0}
COUNTS = np.array([[0.0, 0.5, 2.0], [3.0, 5.0, 1.5]])
SEQUENCES = [
    S(arr(4, 2, 3), np.array([[1, 2], [1, 1]]), np.array([4, 4]), np.array([2, 2]), 0, False),
    S(arr(3, 3, 3), np.array([[2, 0], [0, 0], [2, 2]]), np.array([3, 2, 1]), np.array([1, 0, 2]), 1, True),
    S(arr(3, 2, 3), np.zeros((2, 0), dtype=int), np.array([3, 1]), np.array([0, 0]), 0, False),
]

CASES = [
    Case(
        "hinge_embedding_loss",
        reference=hinge_embedding_loss,
        samples=[
            S(arr(2, 3, low=1, high=2), SIGNS, 3.0, "mean"),
            S(arr(3, low=-1, high=1), SIGNS[0], 0.5, "none"),
            S(arr(), np.array(-1), 4.0, "sum"),
        ],
    ),
    Case(
        "cosine_embedding_loss",
        reference=cosine_embedding_loss,
        samples=[
            S(arr(3, 4, low=0.5), arr(3, 4, low=0.5), SIGNS[0], 0.1, "mean"),
            S(arr(3, 4), arr(3, 4), SIGNS[0], -2.0, "none"),
            S(arr(4), arr(4), np.array(1), 0.0, "sum"),
        ],
    ),
    Case(
        "margin_ranking_loss",
        reference=margin_ranking_loss,
        samples=[
            S(arr(2, 3, low=1, high=2), arr(2, 3, low=-1, high=0), SIGNS.astype(float), 0.5, "mean"),
            S(arr(3, low=1, high=2), arr(1, low=-1, high=0), SIGNS[0].astype(float), 5.0, "none"),
        ],
    ),
    Case(
        "soft_margin_loss",
        reference=soft_margin_loss,
        samples=[
            S(arr(2, 3), SIGNS.astype(float), "mean"),
            S(arr(3, low=-50, high=50), SIGNS[0].astype(float), "none"),
        ],
    ),
    Case(
        "multi_margin_loss",
        reference=multi_margin_loss,
        samples=[
            S(arr(3, 4, low=-0.4, high=0.4), ints(3, high=4), 1, 1.0, None),
            S(arr(3, 4, low=-0.4, high=0.4), ints(3, high=4), 2, 1.0, arr(4)),
            S(arr(0, 4), ints(0), 1, 1.0, None),
        ],
    ),
    Case(
        "multilabel_margin_loss",
        reference=multilabel_margin_loss,
        samples=[S(arr(2, 4, low=-0.4, high=0.4), LABELS, GIVEN)],
    ),
    Case(
        "multilabel_soft_margin_loss",
        reference=multilabel_soft_margin_loss,
        samples=[
            S(arr(2, 3), arr(2, 3, low=0, high=1), None, "mean"),
            S(arr(2, 3, low=-40, high=40), arr(3, low=0, high=1), arr(3), "none"),
        ],
    ),
    Case(
        "poisson_nll_loss",
        reference=poisson_nll_loss,
        samples=[
            S(arr(2, 3), COUNTS, True, True, 1e-8, "mean"),
            S(arr(2, 3, **POSITIVE), COUNTS, False, False, 1e-2, "none"),
        ],
    ),
    Case(
        "gaussian_nll_loss",
        reference=gaussian_nll_loss,
        samples=[
            S(arr(2, 3), arr(2, 3), arr(2, 3, **POSITIVE), False, "mean"),
            S(arr(2, 3), arr(3), arr(2, 1, **POSITIVE), True, "none"),
        ],
    ),
    Case(
        "triplet_margin_loss",
        reference=triplet_margin_loss,
        samples=[
            S(arr(3, 4), arr(3, 4), arr(3, 4), 5.0, 2.0, 1e-3, False, "mean"),
            S(arr(3, 4), arr(3, 4), arr(3, 4), 9.0, 3.0, 1e-6, True, "none"),
        ],
    ),
    Case("ctc_unlikelihood", reference=ctc_unlikelihood, samples=SEQUENCES),
    Case("ctc_occupancy", reference=ctc_occupancy, samples=SEQUENCES),
]
