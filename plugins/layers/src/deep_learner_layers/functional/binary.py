"""Cross entropy between probabilities of yes and no."""

from __future__ import annotations

from deep_learner import Tensor, op
from deep_learner.amp import Refusal
from deep_learner.typing import Array, Namespace

from ._reduction import chosen, reduced

__all__ = ["binary_cross_entropy", "binary_cross_entropy_with_logits"]

SIGMOID_FIRST = Refusal(
    "its gradient may overflow in half precision. Where a sigmoid comes first, combine the two in "
    "binary_cross_entropy_with_logits or BCEWithLogitsLoss, which are safe to autocast; else call it within "
    "autocast(..., enabled=False), on float32"
)


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``-(t log p + (1 - t) log(1 - p))`` for probabilities p in `input` and t in `target`.

    Parameters
    ----------
    input, target
        Of one shape, floating, from 0 to 1. Logarithms are limited to at least -100, so the loss is finite.
    weight
        A factor, of any shape that broadcasts.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of `input`.

    Raises
    ------
    ValueError
        If the shapes differ or `reduction` is not known.
    RuntimeError
        If an input is not from 0 to 1 (where the backend looks for it, as NumPy's does).
    """
    reduction = chosen(size_average, reduce, reduction)
    if target.shape != input.shape:
        raise ValueError(
            f"Using a target size {tuple(target.shape)} that is different to the input size {tuple(input.shape)} "
            "is deprecated. "
            "Please ensure they have the same size."
        )
    return reduced(input.__array_namespace__(), weighted(binary_entropies(input, target), weight), reduction)


def weighted(losses: Tensor, weight: Tensor | None) -> Tensor:
    """The losses times their weights, if there are any; RuntimeError if those would make more of them."""
    product = losses if weight is None else losses * weight
    if product.shape != losses.shape:
        raise RuntimeError(
            f"the losses have shape {tuple(losses.shape)}, their weights {tuple(product.shape)}"
        )
    return product


@op(
    name="binary_cross_entropy", promote="float", refuses="bool integer complex",
    autocast={"cpu": "float32", "accelerator": SIGMOID_FIRST},
)  # fmt: skip
def binary_entropies(xp: Namespace, input: Array, target: Array) -> Array:
    """Of x with target t, elementwise, ``-(t log(x) + (1 - t) log(1 - x))``, with logarithms from -100 up."""
    return -(target * _log(xp, input) + (1.0 - target) * _log1p(xp, -input))


def _log(xp: Namespace, x: Array) -> Array:
    return xp.maximum(xp.log(x), -100.0)


def _log1p(xp: Namespace, x: Array) -> Array:
    return xp.maximum(xp.log1p(x), -100.0)


@binary_entropies.vjp("input")
def _(xp: Namespace, g: Array, input: Array, target: Array) -> Array:
    return g * (input - target) / xp.maximum((1.0 - input) * input, 1e-12)


@binary_entropies.vjp("target")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * (_log1p(xp, -input) - _log(xp, input))


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """:func:`binary_cross_entropy` of ``sigmoid(input)``, without overflow.

    Parameters
    ----------
    input, target
        Of one shape, floating; `target` from 0 to 1.
    weight
        A factor, of any shape that broadcasts.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    pos_weight
        A factor for the part of ``target = 1``, usually one for each class; of any shape that broadcasts.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of `input`.

    Raises
    ------
    ValueError
        If the shapes differ or `reduction` is not known.
    """
    reduction = chosen(size_average, reduce, reduction)
    if target.shape != input.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    losses = weighted(binary_entropies_of_logits(input, target, pos_weight), weight)
    return reduced(input.__array_namespace__(), losses, reduction)


@op(
    name="binary_cross_entropy_with_logits",
    promote="float",
    refuses="bool integer complex",
    autocast="float32",
)
def binary_entropies_of_logits(
    xp: Namespace, input: Array, target: Array, pos_weight: Array | None = None
) -> Array:
    """Of x with target t, elementwise and broadcasting, ``(1 - t) x - (1 + (pos_weight - 1) t) log(sigmoid(x))``."""
    logs = xp.logsigmoid(input)
    return (1.0 - target) * input - (
        logs if pos_weight is None else (1.0 + (pos_weight - 1.0) * target) * logs
    )
