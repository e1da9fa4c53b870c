"""Cases of the operations that the layers' plugin defines."""

from __future__ import annotations

import numpy as np
import scipy.special

import deep_learner_layers.functions  # noqa: F401  # defines the operations
from tests.ops.case import Case, S, arr, ints


def linear(input, weight, bias=None):
    out = np.tensordot(input, weight, axes=(-1, -1))
    return out if bias is None else out + bias


def bilinear(input1, input2, weight, bias=None):
    out = np.einsum("...i,oij,...j->...o", input1, weight, input2)
    return out if bias is None else out + bias


def embedding(input, weight):
    """Without `padding_idx` and `scale_grad_by_freq`, whose gradients are not derivatives."""
    return weight[input]


def embedding_backward(grad_output, indices, num_weights, padding_idx=None, scale_grad_by_freq=False):
    flat = indices.ravel()
    rows = grad_output.reshape(flat.size, *grad_output.shape[indices.ndim :]).copy()
    rows[flat == padding_idx] = 0
    counts = np.bincount(flat, minlength=num_weights) if scale_grad_by_freq else np.ones(num_weights)
    table = np.zeros((num_weights, *rows.shape[1:]))
    for place, row in zip(flat, rows, strict=True):
        table[place] += row / counts[place]
    return table


def layer_norm(input, normalized_shape, weight, bias, eps):
    axes = tuple(range(input.ndim - len(normalized_shape), input.ndim))
    mean = input.mean(axis=axes, keepdims=True)
    rstd = 1 / np.sqrt(input.var(axis=axes, keepdims=True) + eps)
    out = (input - mean) * rstd
    out = out if weight is None else out * weight
    return (out if bias is None else out + bias), mean, rstd


def layer_norm_backward(grad_output, grad_mean, grad_rstd, input, mean, rstd, weight, normalized_shape):
    """The gradients row by row, from the Jacobians of mean, deviation and output."""
    size = int(np.prod(normalized_shape))
    rows = input.reshape(-1, size)
    factor = np.ones(size) if weight is None else weight.ravel()
    grads = np.zeros_like(rows)
    for i, x in enumerate(rows):
        m, r = mean.ravel()[i], rstd.ravel()[i]
        dm = np.full(size, 1 / size)
        dr = -(r**3) * (x - m) / size
        jacobian = (np.eye(size) - dm) * r + np.outer(x - m, dr)
        grads[i] = (grad_output.reshape(-1, size)[i] * factor) @ jacobian
        grads[i] += 0 if grad_mean is None else grad_mean.ravel()[i] * dm
        grads[i] += 0 if grad_rstd is None else grad_rstd.ravel()[i] * dr
    leading = tuple(range(input.ndim - len(normalized_shape)))
    normalised = (input - mean) * rstd
    return grads.reshape(input.shape), (grad_output * normalised).sum(leading), grad_output.sum(leading)


def rms_norm(input, normalized_shape, weight=None, eps=None):
    axes = tuple(range(input.ndim - len(normalized_shape), input.ndim))
    eps = np.finfo(input.dtype).eps if eps is None else eps
    out = input / np.sqrt(np.mean(input**2, axis=axes, keepdims=True) + eps)
    return out if weight is None else out * weight


def per_target(function):
    """``function(row of classes, class)`` for each target, weighted and reduced as PyTorch documents it."""

    def loss(input, target, weight=None, ignore_index=-100, reduction="mean"):
        dim = 0 if input.ndim == 1 else 1
        rows = np.moveaxis(input, dim, -1)
        losses, weights = np.zeros(target.shape), np.zeros(target.shape)
        for place in np.ndindex(target.shape):
            if target[place] != ignore_index:
                weights[place] = 1 if weight is None else weight[target[place]]
                losses[place] = weights[place] * function(rows[place], target[place])
        if reduction == "none":
            return losses
        return losses.sum() / (weights.sum() if reduction == "mean" else 1)

    return loss


nll_loss = per_target(lambda row, target: -row[target])
index_cross_entropy = per_target(lambda row, target: scipy.special.logsumexp(row) - row[target])


def softmax_cross_entropy(input, target, weight=None, ignore_index=-100, reduction="mean"):
    dim = 0 if input.ndim == 1 else 1
    loss = index_cross_entropy(input, target, weight, ignore_index, reduction)
    return loss, scipy.special.logsumexp(input, axis=dim)


def softmax_cross_entropy_backward(
    grad_loss, grad_normaliser, input, target, weight, normaliser, ignore_index, reduction
):
    dim = 0 if input.ndim == 1 else 1
    valid = target != ignore_index
    target = np.where(valid, target, 0)
    weights = valid * (1.0 if weight is None else weight[target])
    scale = weights * grad_loss / (weights.sum() if reduction == "mean" else 1)
    onehot = np.moveaxis(np.eye(input.shape[dim])[target], -1, dim)
    softmax = np.exp(input - np.expand_dims(normaliser, dim))
    return np.expand_dims(scale + grad_normaliser, dim) * softmax - np.expand_dims(scale, dim) * onehot


def probability_cross_entropy(input, target, weight, reduction, label_smoothing):
    dim = 0 if input.ndim == 1 else 1
    classes = input.shape[dim]
    mixed = target * (1 - label_smoothing) + label_smoothing / classes
    shape = [1] * input.ndim
    shape[dim] = classes
    factor = np.ones(classes) if weight is None else weight
    losses = -(scipy.special.log_softmax(input, axis=dim) * mixed * factor.reshape(shape)).sum(dim)
    return {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[reduction]


def smoothed_cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing):
    """The same as with probabilities, but that "mean" divides by the targets' weights."""
    dim = 0 if input.ndim == 1 else 1
    valid = target != ignore_index
    onehot = np.moveaxis(np.eye(input.shape[dim])[np.where(valid, target, 0)], -1, dim)
    losses = probability_cross_entropy(input, onehot, weight, "none", label_smoothing) * valid
    factor = np.ones(input.shape[dim]) if weight is None else weight
    divisor = (factor[np.where(valid, target, 0)] * valid).sum()
    return {"none": losses, "sum": losses.sum(), "mean": losses.sum() / divisor}[reduction]


def binary_cross_entropy(input, target):
    return -(scipy.special.xlogy(target, input) + scipy.special.xlog1py(1 - target, -input))


def binary_cross_entropy_with_logits(input, target, pos_weight=None):
    factor = 1 if pos_weight is None else pos_weight
    return factor * target * np.logaddexp(0, -input) + (1 - target) * np.logaddexp(0, input)


def smooth_l1(input, target, beta):
    distance = np.abs(input - target)
    return np.where(distance < beta, distance**2 / (2 * beta), distance - beta / 2)


def kl_div(input, target, log_target):
    target = np.exp(target) if log_target else target
    return scipy.special.xlogy(target, target) - target * input


PAIRS = [S(arr(2, 3), arr(2, 3)), S(arr(4, 1), arr(3)), S(arr(), arr()), S(arr(0, 3), arr(3))]
PROBABILITIES = {"low": 0.05, "high": 0.95}
APART = [
    S(arr(2, 3, low=1.2, high=2), arr(2, 3, low=-1, high=0.5)),
    S(arr(low=-2, high=-1), arr(3, low=0, high=1)),
]
TARGETS = np.array([[0, 3, -1], [2, -1, 1]])

CASES = [
    Case(
        "linear",
        reference=linear,
        samples=[
            S(arr(4, 3), arr(2, 3), arr(2)),
            S(arr(4, 3), arr(2, 3)),
            S(arr(3), arr(2, 3), arr(2)),
            S(arr(2, 5, 3), arr(4, 3), arr(4)),
            S(arr(2, 5, 3), arr(4, 3), bias=arr(1, 4)),
            S(arr(0, 3), arr(2, 3), arr(2)),
            S(arr(2, 0), arr(3, 0), arr(3)),
            S(arr(4, 3), arr(3)),
            S(arr(3), arr(3)),
        ],
    ),
    Case(
        "bilinear",
        reference=bilinear,
        samples=[
            S(arr(5, 2), arr(5, 3), arr(4, 2, 3), arr(4)),
            S(arr(2), arr(3), arr(4, 2, 3)),
            S(arr(2, 1, 2), arr(2, 1, 3), arr(1, 2, 3), arr(1)),
        ],
    ),
    Case(
        "embedding",
        reference=embedding,
        samples=[
            S(ints(2, 4), arr(5, 3)),
            S(ints(), arr(5, 3)),
            S(ints(0), arr(5, 3)),
            S(ints(300), arr(5, 3)),
        ],
    ),
    Case(
        "embedding_backward",
        reference=embedding_backward,
        samples=[
            S(arr(2, 4, 3), ints(2, 4), 5),
            S(arr(4, 2), np.array([1, 1, 0, 2]), 3, 1, True),
            S(arr(0, 3), ints(0), 5),
        ],
    ),
    Case(
        "native_layer_norm",
        reference=layer_norm,
        samples=[
            S(arr(4, 6), (6,), arr(6), arr(6), 1e-5),
            S(arr(2, 3, 4), (3, 4), arr(3, 4), arr(3, 4), 1e-2),
            S(arr(2, 3, 4), (4,), None, None, 1e-5),
            S(arr(4), (4,), arr(4), None, 1e-5),
            S(arr(0, 4), (4,), arr(4), arr(4), 1e-5),
        ],
    ),
    Case(
        "native_layer_norm_backward",
        reference=layer_norm_backward,
        samples=[
            S(arr(2, 5), arr(2, 1), arr(2, 1), arr(2, 5), arr(2, 1), arr(2, 1, low=0.5), arr(5), (5,)),
            S(arr(2, 3), arr(2, 1), arr(2, 1), arr(2, 3), arr(2, 1), arr(2, 1, low=0.5), None, (3,)),
            S(arr(2, 3), None, None, arr(2, 3), arr(2, 1), arr(2, 1, low=0.5), arr(3), (3,)),
            S(arr(2, 3), None, arr(2, 1), arr(2, 3), arr(2, 1), arr(2, 1, low=0.5), None, (3,)),
        ],
    ),
    Case(
        "rms_norm",
        reference=rms_norm,
        samples=[
            S(arr(4, 6), (6,), arr(6), 1e-5),
            S(arr(2, 3, 4), (3, 4), arr(3, 4)),
            S(arr(4), (4,)),
            S(arr(0, 4), (4,)),
        ],
    ),
    Case(
        "nll_loss",
        reference=nll_loss,
        samples=[
            S(arr(3, 5), ints(3), None, -100, "mean"),
            S(arr(2, 4, 3), TARGETS, arr(4, low=0.5), -1, "mean"),
            S(arr(2, 4, 3), TARGETS, arr(4, low=0.5), -1, "none"),
            S(arr(5), ints(), None, -100, "sum"),
            S(arr(0, 5), ints(0), None, -100, "sum"),
        ],
    ),
    Case(
        "softmax_cross_entropy",
        reference=softmax_cross_entropy,
        samples=[
            S(arr(3, 5), ints(3)),
            S(arr(3, 5, low=-300, high=300), ints(3)),
            S(arr(2, 4, 3), TARGETS, ignore_index=-1),
            S(arr(2, 4, 3), TARGETS, ignore_index=-1, reduction="none"),
            S(arr(2, 3, 2, 2), ints(2, 2, 2, high=3), reduction="sum"),
            S(arr(5), ints()),
            S(arr(0, 5), ints(0), reduction="sum"),
        ],
    ),
    Case(
        "softmax_cross_entropy_backward",
        reference=softmax_cross_entropy_backward,
        samples=[
            S(arr(), arr(3), arr(3, 5), ints(3), None, arr(3), -100, "mean"),
            S(arr(), arr(2, 3), arr(2, 4, 3), TARGETS, None, arr(2, 3), -1, "mean"),
            S(arr(2, 3), arr(2, 3), arr(2, 4, 3), TARGETS, None, arr(2, 3), -1, "none"),
            S(arr(), arr(2, 4), arr(2, 5, 4), ints(2, 4), None, arr(2, 4), -100, "sum"),
            S(arr(), arr(), arr(5), ints(), None, arr(), -100, "mean"),
        ],
    ),
    Case(
        "smoothed_cross_entropy",
        reference=smoothed_cross_entropy,
        samples=[
            S(arr(3, 5), ints(3), None, -100, "mean", 0.1),
            S(arr(2, 4, 3), TARGETS, arr(4, low=0.5), -1, "mean", 0.2),
            S(arr(2, 4, 3), TARGETS, arr(4, low=0.5), -1, "none", 0.2),
            S(arr(5), ints(), None, -100, "sum", 1.0),
        ],
    ),
    Case(
        "cross_entropy_with_probabilities",
        reference=probability_cross_entropy,
        samples=[
            S(arr(3, 5), arr(3, 5, **PROBABILITIES), None, "mean", 0.0),
            S(arr(2, 4, 3), arr(2, 4, 3, **PROBABILITIES), arr(4), "mean", 0.2),
            S(arr(2, 4, 3), arr(2, 4, 3, **PROBABILITIES), arr(4), "none", 0.0),
            S(arr(5), arr(5, **PROBABILITIES), None, "sum", 0.1),
        ],
    ),
    Case(
        "binary_cross_entropy",
        reference=binary_cross_entropy,
        samples=[
            S(arr(2, 3, **PROBABILITIES), arr(2, 3, **PROBABILITIES)),
            S(arr(**PROBABILITIES), arr(**PROBABILITIES)),
            S(arr(0, **PROBABILITIES), arr(0, **PROBABILITIES)),
        ],
    ),
    Case(
        "binary_cross_entropy_with_logits",
        reference=binary_cross_entropy_with_logits,
        samples=[
            S(arr(2, 3), arr(2, 3, **PROBABILITIES)),
            S(arr(2, 3, low=-50, high=50), arr(2, 3, **PROBABILITIES), arr(3)),
            S(arr(), arr()),
            S(arr(0), arr(0)),
        ],
    ),
    Case("mse_loss", reference=lambda input, target: (input - target) ** 2, samples=PAIRS),
    Case(
        "l1_loss",
        reference=lambda input, target: np.abs(input - target),
        samples=[
            S(arr(2, 3, low=1), arr(2, 3, high=0.5)),
            S(arr(3, high=-1), arr(low=0)),
            S(arr(0, 3), arr(3)),
        ],
    ),
    Case(
        "smooth_l1_loss",
        reference=smooth_l1,
        samples=[S(*sample.args, beta) for sample in APART for beta in (0.3, 5.0)],
    ),
    Case(
        "kl_div",
        reference=kl_div,
        samples=[
            S(arr(2, 3), arr(2, 3, **PROBABILITIES), False),
            S(arr(2, 3), arr(3), True),
            S(arr(0), arr(0), True),
        ],
    ),
]
