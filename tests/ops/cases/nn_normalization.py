"""Cases of normalisations of channels, and of what looks rows up in bags."""

from __future__ import annotations

import numpy as np

import deep_learner_layers.functions  # noqa: F401  # defines the operations
from tests.ops.case import Case, S, arr, ints


def channels(x):
    """(N, C, *) as one row for each channel."""
    return np.moveaxis(x, 1, 0).reshape(x.shape[1], -1)


def back(rows, like):
    """Rows of channels as (N, C, *)."""
    shape = (like.shape[1], like.shape[0], *like.shape[2:])
    return np.moveaxis(rows.reshape(shape), 0, 1)


def affine(rows, weight, bias):
    rows = rows if weight is None else rows * weight[:, None]
    return rows if bias is None else rows + bias[:, None]


def batch_norm_training(input, weight, bias, eps):
    rows = channels(input)
    mean, var = rows.mean(axis=1), rows.var(axis=1)
    normalised = (rows - mean[:, None]) / np.sqrt(var + eps)[:, None]
    return back(affine(normalised, weight, bias), input), mean, var


def batch_norm_training_backward(grad_output, grad_mean, grad_variance, input, mean, variance, weight, eps):
    """Each channel by the Jacobians of its normalised values, its mean and its variance."""
    rows, grads = channels(input), channels(grad_output)
    size = rows.shape[1]
    made, weights = np.zeros_like(rows), np.zeros(len(rows))
    for c, (x, g) in enumerate(zip(rows, grads, strict=True)):
        centred, deviation = x - mean[c], np.sqrt(variance[c] + eps)
        dvar = 2 * centred / size
        jacobian = (np.eye(size) - 1 / size) / deviation
        jacobian -= np.outer(centred, dvar) / (2 * deviation**3)
        weights[c] = g @ centred / deviation
        made[c] = (1 if weight is None else weight[c]) * g @ jacobian
        made[c] += grad_mean[c] / size + grad_variance[c] * dvar
    return back(made, input), weights, grads.sum(axis=1)


def batch_norm_evaluation(input, weight, bias, mean, variance, eps):
    rows = (channels(input) - mean[:, None]) / np.sqrt(variance + eps)[:, None]
    return back(affine(rows, weight, bias), input)


def group_norm_and_statistics(input, weight, bias, N, C, HxW, group, eps):
    groups = input.reshape(N, group, -1)
    mean, var = groups.mean(axis=2), groups.var(axis=2)
    rstd = 1 / np.sqrt(var + eps)
    normalised = ((groups - mean[..., None]) * rstd[..., None]).reshape(input.shape)
    return back(affine(channels(normalised), weight, bias), input), mean, rstd


def group_norm_backward(grad_output, grad_mean, grad_rstd, input, mean, rstd, weight, group):
    """Each group by the Jacobians of its normalised values, its mean and its reciprocal deviation."""
    scaled = grad_output if weight is None else back(channels(grad_output) * weight[:, None], input)
    rows, grads = input.reshape(mean.size, -1), scaled.reshape(mean.size, -1)
    size = rows.shape[1]
    made, normalised = np.zeros_like(rows), np.zeros_like(rows)
    for i, (x, g) in enumerate(zip(rows, grads, strict=True)):
        m, r = mean.ravel()[i], rstd.ravel()[i]
        normalised[i] = (x - m) * r
        drstd = -(r**3) * (x - m) / size
        made[i] = g @ ((np.eye(size) - 1 / size) * r + np.outer(x - m, drstd))
        made[i] += grad_mean.ravel()[i] / size + grad_rstd.ravel()[i] * drstd
    products = channels(grad_output) * channels(normalised.reshape(input.shape))
    return made.reshape(input.shape), products.sum(axis=1), channels(grad_output).sum(axis=1)


def local_response_norm(input, before, after, alpha, beta, k):
    out = np.empty_like(input)
    for c in range(input.shape[1]):
        near = input[:, max(c - before, 0) : c + after + 1]
        out[:, c] = input[:, c] / (k + alpha * (near**2).sum(axis=1)) ** beta
    return out


def embedding_bag(weight, indices, bags, per_sample_weights, count, mode, padding_idx, scale_grad_by_freq):
    out = np.zeros((count, weight.shape[1]))
    counts = np.zeros(count, dtype=np.int64)
    chosen = np.zeros(out.shape, dtype=np.int64)
    for bag in range(count):
        places = [i for i in range(len(indices)) if bags[i] == bag and indices[i] != padding_idx]
        counts[bag] = len(places)
        if not places:
            continue
        rows = weight[indices[places]]
        if mode == "max":
            out[bag] = rows.max(axis=0)
            chosen[bag] = indices[places][rows.argmax(axis=0)]
        else:
            factors = np.ones(len(places)) if per_sample_weights is None else per_sample_weights[places]
            out[bag] = (rows * factors[:, None]).sum(axis=0) / (len(places) if mode == "mean" else 1)
    return out, counts, chosen if mode == "max" else counts


def pdist(input, first, second, p):
    difference = np.abs(input[first] - input[second])
    return difference.max(axis=1) if np.isinf(p) else (difference**p).sum(axis=1) ** (1 / p)


INDICES, BAGS = np.array([1, 0, 4, 1, 2, 3]), np.array([0, 0, 0, 2, 2, 3])
FIRST, SECOND = np.array([0, 0, 1]), np.array([1, 2, 2])

CASES = [
    Case(
        "batch_norm_training",
        reference=batch_norm_training,
        samples=[
            S(arr(4, 3), arr(3), arr(3), 1e-5),
            S(arr(2, 3, 4), arr(3), None, 1e-2),
            S(arr(2, 2, 3, 2), None, arr(2), 1e-5),
            S(arr(2, 1, 2), None, None, 0.5),
        ],
    ),
    Case(
        "batch_norm_training_backward",
        reference=batch_norm_training_backward,
        samples=[
            S(arr(2, 3, 4), arr(3), arr(3), arr(2, 3, 4), arr(3), arr(3, low=0.5), arr(3), 1e-3),
            S(arr(5, 2), arr(2), arr(2), arr(5, 2), arr(2), arr(2, low=0.5), None, 1e-3),
        ],
    ),
    Case(
        "batch_norm_evaluation",
        reference=batch_norm_evaluation,
        samples=[
            S(arr(4, 3), arr(3), arr(3), arr(3), arr(3, low=0.5), 1e-5),
            S(arr(2, 3, 4), None, None, arr(3), arr(3, low=0.5), 1e-2),
            S(arr(0, 3, 4), arr(3), None, arr(3), arr(3, low=0.5), 0.0),
        ],
    ),
    Case(
        "group_norm_and_statistics",
        reference=group_norm_and_statistics,
        samples=[
            S(arr(2, 4, 3), arr(4), arr(4), 2, 4, 3, 2, 1e-5),
            S(arr(2, 4, 2, 2), None, arr(4), 2, 4, 4, 4, 1e-2),
            S(arr(3, 4), arr(4), None, 3, 4, 1, 1, 1e-5),
        ],
    ),
    Case(
        "group_norm_backward",
        reference=group_norm_backward,
        samples=[
            S(arr(2, 4, 3), arr(2, 2), arr(2, 2), arr(2, 4, 3), arr(2, 2), arr(2, 2, low=0.5), arr(4), 2),
            S(arr(2, 3), arr(2, 1), arr(2, 1), arr(2, 3), arr(2, 1), arr(2, 1, low=0.5), None, 1),
        ],
    ),
    Case(
        "local_response_norm",
        reference=local_response_norm,
        samples=[S(arr(2, 5, 3), 1, 1, 0.5, 0.75, 1.0), S(arr(1, 2, 2, 2), 2, 1, 0.1, 0.5, 2.0)],
    ),
    Case(
        "embedding_bag",
        reference=embedding_bag,
        samples=[
            S(arr(5, 2), INDICES, BAGS, arr(6), 4, "sum", None, False),
            S(arr(5, 2), INDICES, BAGS, None, 4, "mean", None, False),
            S(arr(5, 2, distinct=True), INDICES, BAGS, None, 4, "max", None, False),
            S(arr(5, 2), ints(0), ints(0), None, 2, "mean", None, False),
        ],
    ),
    Case(
        "pdist",
        reference=pdist,
        samples=[S(arr(3, 2), FIRST, SECOND, p) for p in (1.0, 2.0, 3.0, np.inf)],
    ),
]
