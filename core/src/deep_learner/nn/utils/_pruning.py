"""What ways of pruning have in common: a mask beside the original tensor, multiplied before each forward."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Self

from ...ops.filling import ones_like
from ...tensor import Tensor
from ..module import Module

__all__ = ["BasePruningMethod", "PruningContainer"]


class BasePruningMethod(ABC):
    """A way to choose what to prune; and the hook that multiplies a tensor by its mask before each forward.

    A subclass defines `compute_mask` and says in ``PRUNING_TYPE`` what it chooses among: ``"unstructured"``, the
    elements that are left; ``"structured"``, the slices along its `dim` that are left; ``"global"``, all elements.
    """

    PRUNING_TYPE: ClassVar[str]
    _tensor_name: str

    @abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask of a tensor's elements, or of their importance, given the one that there is already."""

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    def apply_mask(self, module: Module) -> Tensor:
        """The original tensor times its mask."""
        original = getattr(module, f"{self._tensor_name}_orig")
        return getattr(module, f"{self._tensor_name}_mask").to(original.dtype) * original

    @classmethod
    def apply(
        cls, module: Module, name: str, *args: Any, importance_scores: Tensor | None = None, **kwargs: Any
    ) -> BasePruningMethod:
        """Prune a tensor, further if it is pruned already.

        Parameters
        ----------
        module
            Changed in place: the tensor becomes ``name_orig``, its mask ``name_mask``.
        name
            The tensor's name.
        importance_scores
            What to choose by, in the shape of the tensor; the tensor itself by default.
        *args, **kwargs
            What the method is made with.

        Raises
        ------
        AssertionError
            If the scores have another shape.
        """
        method: BasePruningMethod = cls(*args, **kwargs)
        method._tensor_name = name
        older = pruning_hook(module, name)
        if older is not None:
            key, hook = older
            container = hook if isinstance(hook, PruningContainer) else PruningContainer(hook)
            container.add_pruning_method(method)
            method = container
            del module._hooks[key]
        original = getattr(module, name)
        scores = _checked_scores(importance_scores, original, f"parameter {name} of {module}")
        fresh = older is None
        if fresh:
            module.register_parameter(f"{name}_orig", original)
            delattr(module, name)
            mask = ones_like(original)
        else:
            mask = getattr(module, f"{name}_mask").detach().clone()
        try:
            mask = method.compute_mask(scores, default_mask=mask)
            module.register_buffer(f"{name}_mask", mask.detach())
            setattr(module, name, method.apply_mask(module))
            module.register_forward_pre_hook(method)
        except Exception:
            if fresh:
                delattr(module, f"{name}_orig")
                module.register_parameter(name, original)
            raise
        return method

    def prune(
        self, t: Tensor, default_mask: Tensor | None = None, importance_scores: Tensor | None = None
    ) -> Tensor:
        """A tensor times the mask that this method chooses; the arguments are those of `compute_mask` and `apply`."""
        scores = _checked_scores(importance_scores, t, "tensor t")
        return t * self.compute_mask(
            scores, default_mask=ones_like(t) if default_mask is None else default_mask
        )

    def remove(self, module: Module) -> None:
        """Make the pruned tensor, as it is, a parameter again."""
        name = self._tensor_name
        weight = self.apply_mask(module)
        original = getattr(module, f"{name}_orig")
        for each in (name, f"{name}_orig", f"{name}_mask"):
            delattr(module, each)
        original.data = weight.detach()
        setattr(module, name, original)


def _checked_scores(scores: Tensor | None, tensor: Tensor, what: str) -> Tensor:
    if scores is None:
        return tensor
    if scores.shape != tensor.shape:
        raise AssertionError(
            f"importance_scores should have the same shape as {what}, got {tuple(scores.shape)} vs "
            f"{tuple(tensor.shape)}"
        )
    return scores


def pruning_hook(module: Module, name: str | None = None) -> tuple[int, BasePruningMethod] | None:
    """The hook that prunes a tensor, or any, with its key among the module's."""
    for key, hook in module._hooks.items():
        method: Any = hook.function
        if isinstance(method, BasePruningMethod) and name in (None, method._tensor_name):
            return key, method
    return None


class PruningContainer(BasePruningMethod):
    """Several ways of pruning one tensor, each applied to what the others have left.

    Parameters
    ----------
    *args
        The methods, all of one tensor.
    """

    def __init__(self, *args: BasePruningMethod) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if args and hasattr(args[0], "_tensor_name"):
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod) -> Self:
        """Add another method.

        Raises
        ------
        TypeError
            If it is none.
        ValueError
            If it is one of another tensor.
        """
        given: Any = method
        if not isinstance(given, BasePruningMethod):
            raise TypeError(f"{type(given)} is not a BasePruningMethod subclass")
        if given._tensor_name != self._tensor_name:
            raise ValueError(
                f"Can only add pruning methods acting on the parameter named '{self._tensor_name}' to "
                f"PruningContainer {self}. Found '{given._tensor_name}'"
            )
        self._pruning_methods += (method,)
        return self

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: int) -> BasePruningMethod:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask after the last method has chosen among what is left."""
        method = self._pruning_methods[-1]
        mask = default_mask.to(t.dtype).clone()
        place = _left(method, t, default_mask)
        mask[place] = method.compute_mask(t[place], default_mask=default_mask[place]).to(mask.dtype)
        return mask


def _left(method: BasePruningMethod, t: Tensor, mask: Tensor) -> Any:
    """The index of what a method may choose among."""
    if method.PRUNING_TYPE == "unstructured":
        return mask == 1
    everything: list[Any] = [slice(None)] * t.ndim
    if method.PRUNING_TYPE == "structured":
        dim: int | None = getattr(method, "dim", None)
        if dim is None:
            raise AttributeError(
                'Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.'
            )
        if not -t.ndim <= dim < t.ndim:
            raise IndexError(f"Index is out of bounds for tensor with dimensions {t.ndim}")
        others = tuple(each for each in range(t.ndim) if each != dim % t.ndim)
        everything[dim] = mask.sum(others) != 0
    elif method.PRUNING_TYPE != "global":
        raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
    return tuple(everything)
