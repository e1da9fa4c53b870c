"""Pruning: setting the less important elements of parameters to zero, for good."""

from __future__ import annotations

import numbers
from collections.abc import Iterable
from typing import Any, TypeVar, cast

from ...ops.filling import ones_like
from ...ops.norm import norm
from ...ops.sorting import kthvalue, topk
from ...random import rand, rand_like
from ...tensor import Tensor
from ..module import Module
from ._pruning import BasePruningMethod, PruningContainer, pruning_hook
from .convert_parameters import parameters_to_vector

__all__ = [
    "BasePruningMethod",
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "PruningContainer",
    "RandomStructured",
    "RandomUnstructured",
    "custom_from_mask",
    "global_unstructured",
    "identity",
    "is_pruned",
    "l1_unstructured",
    "ln_structured",
    "random_structured",
    "random_unstructured",
    "remove",
]

M = TypeVar("M", bound=Module)


def _checked_amount(amount: Any) -> float:
    """How much to prune: a share from 0 to 1, or a number of things.

    Raises
    ------
    TypeError
        If it is no number.
    ValueError
        If it is negative, or a share above 1.
    """
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    value = int(amount) if isinstance(amount, numbers.Integral) else float(amount)
    if value < 0 or (isinstance(value, float) and value > 1):
        raise ValueError(
            f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer"
        )
    return value


def _number(amount: float, size: int) -> int:
    """How many of so many things."""
    if not isinstance(amount, int):
        return round(amount * size)
    if amount > size:
        raise ValueError(f"amount={amount} should be smaller than the number of parameters to prune={size}")
    return amount


def _without(mask: Tensor, places: Tensor) -> Tensor:
    """The mask with zeros at places of its elements, counted row after row."""
    flat = mask.reshape(-1).index_fill(0, places, 0)
    return flat.reshape(mask.shape)


class Identity(BasePruningMethod):
    """Prunes nothing, but brings mask and hook."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask as it is."""
        return default_mask


class RandomUnstructured(BasePruningMethod):
    """Prunes elements at random.

    Parameters
    ----------
    amount
        The share of the elements, from 0 to 1, or their number.
    """

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: float) -> None:
        self.amount = _checked_amount(amount)

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask with so many zeros more."""
        count = _number(self.amount, t.numel())
        if count == 0:
            return default_mask.clone()
        return _without(default_mask, topk(rand_like(t.detach()).reshape(-1), count)[1])


class L1Unstructured(BasePruningMethod):
    """Prunes the elements nearest to zero.

    Parameters
    ----------
    amount
        The share of the elements, from 0 to 1, or their number.
    """

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: float) -> None:
        self.amount = _checked_amount(amount)

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask with so many zeros more."""
        count = _number(self.amount, t.numel())
        if count == 0:
            return default_mask.clone()
        return _without(default_mask, topk(t.detach().abs().reshape(-1), count, largest=False)[1])


class _Structured(BasePruningMethod):
    """Prunes slices along a dimension."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int) -> None:
        self.amount = _checked_amount(amount)
        self.dim = dim

    def _slices(self, t: Tensor) -> tuple[int, int]:
        """How many slices there are, and how many to prune."""
        if t.ndim <= 1:
            raise ValueError(
                "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape "
                f"{tuple(t.shape)} with {t.ndim} dims"
            )
        if self.dim >= t.ndim:
            raise IndexError(f"Invalid index {self.dim} for tensor of size {tuple(t.shape)}")
        size = t.shape[self.dim]
        return size, _number(self.amount, size)

    def _masked(self, default_mask: Tensor, kept: Tensor) -> Tensor:
        """The mask with zeros in the slices that are not kept."""
        shape = [1] * default_mask.ndim
        shape[self.dim] = -1
        return default_mask * kept.to(default_mask.device).to(default_mask.dtype).reshape(shape)


class RandomStructured(_Structured):
    """Prunes slices along a dimension at random.

    Parameters
    ----------
    amount
        The share of the slices, from 0 to 1, or their number.
    dim
        The dimension.
    """

    def __init__(self, amount: float, dim: int = -1) -> None:
        super().__init__(amount, dim)

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask with so many slices of zeros more."""
        size, count = self._slices(t)
        if count == 0:
            return default_mask
        drawn = rand(size)
        return self._masked(default_mask, drawn > kthvalue(drawn, count)[0])


class LnStructured(_Structured):
    """Prunes the slices along a dimension that have the smallest norms.

    Parameters
    ----------
    amount
        The share of the slices, from 0 to 1, or their number.
    n
        The order of the norm, as `norm` takes it.
    dim
        The dimension.
    """

    def __init__(self, amount: float, n: Any, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask with so many slices of zeros more."""
        size, count = self._slices(t)
        if count == 0:
            return default_mask
        others = [dim for dim in range(t.ndim) if dim != self.dim % t.ndim]
        sizes = norm(t.detach(), p=self.n, dim=others)
        kept = topk(sizes, size - count)[1]
        return self._masked(default_mask, sizes.new_zeros(size).index_fill(0, kept, 1))


class CustomFromMask(BasePruningMethod):
    """Prunes by a given mask.

    Parameters
    ----------
    mask
        In the shape of the tensor: 0 where to prune, else 1.
    """

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The product of both masks. Raises AssertionError if their shapes differ."""
        if default_mask.shape != self.mask.shape:
            raise AssertionError(
                f"default_mask shape {tuple(default_mask.shape)} must match self.mask shape {tuple(self.mask.shape)}"
            )
        return default_mask * self.mask.to(default_mask.dtype)


def identity(module: M, name: str) -> M:
    """Bring a tensor into the form of pruned ones, ``name_orig`` and ``name_mask``, without pruning it."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: M, name: str, amount: float) -> M:
    """Prune elements of a tensor at random: a share from 0 to 1, or a number, of those that are left."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: M, name: str, amount: float, importance_scores: Tensor | None = None) -> M:
    """Prune the elements of a tensor that are nearest to zero, or have the least `importance_scores`."""
    L1Unstructured.apply(module, name, amount, importance_scores=importance_scores)
    return module


def random_structured(module: M, name: str, amount: float, dim: int) -> M:
    """Prune slices of a tensor along `dim` at random."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: M, name: str, amount: float, n: Any, dim: int, importance_scores: Tensor | None = None
) -> M:
    """Prune the slices of a tensor along `dim`, or of its `importance_scores`, that have the smallest n-norms."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: M, name: str, mask: Tensor) -> M:
    """Prune a tensor by a mask in its shape: 0 where to prune, else 1."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Module, str]],
    pruning_method: type[BasePruningMethod],
    importance_scores: dict[tuple[Module, str], Tensor] | None = None,
    **kwargs: Any,
) -> None:
    """Prune several tensors as if they were one.

    Parameters
    ----------
    parameters
        Modules and names of their tensors.
    pruning_method
        Of the type ``"unstructured"``.
    importance_scores
        For some of them what to choose by, in their shape.
    **kwargs
        What the method is made with, such as `amount`.

    Raises
    ------
    TypeError
        If `parameters` or `importance_scores` are something else, or the method is of another type.
    """
    given: Any = parameters
    if not isinstance(given, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    scores: Any = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    given_scores = cast("dict[tuple[Module, str], Tensor]", scores)
    method = pruning_method(**kwargs)
    method._tensor_name = "temp"
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            f'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method {pruning_method} of '
            f"type {method.PRUNING_TYPE}"
        )
    places = list(parameters)
    tensors: list[Tensor] = [getattr(module, name) for module, name in places]
    importance = [given_scores.get(place, tensor) for place, tensor in zip(places, tensors, strict=True)]
    masks = [
        getattr(module, f"{name}_mask", ones_like(tensor))
        for (module, name), tensor in zip(places, tensors, strict=True)
    ]
    mask = PruningContainer(method).compute_mask(
        parameters_to_vector(importance), parameters_to_vector(masks)
    )
    start = 0
    for (module, name), tensor in zip(places, tensors, strict=True):
        end = start + tensor.numel()
        custom_from_mask(module, name, mask[start:end].detach().reshape(tensor.shape))
        start = end


def remove(module: M, name: str) -> M:
    """Make a pruned tensor, as it is, an ordinary parameter. Raises ValueError if it is not pruned."""
    found = pruning_hook(module, name)
    if found is None:
        raise ValueError(
            f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed"
        )
    key, method = found
    method.remove(module)
    del module._hooks[key]
    return module


def is_pruned(module: Module) -> bool:
    """Whether the module, or a part of it, has a pruned tensor."""
    return any(pruning_hook(part) is not None for part in module.modules())
