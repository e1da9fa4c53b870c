"""Modules that learn the shapes of their parameters from the first batch."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from ..autograd.modes import no_grad
from ..tensor import Tensor
from .module import Module
from .parameter import is_lazy


class LazyModuleMixin(Module):
    """What makes a layer lazy: the first call lets `initialize_parameters` see its arguments.

    A lazy layer is written ``class LazyThing(LazyModuleMixin, Thing)``. Its ``__init__`` puts an
    `UninitializedParameter` or `UninitializedBuffer` where the shape is not known yet, and `initialize_parameters`
    materializes them. It can be moved and cast before, and its state taken and loaded; loading a state whose tensors
    have shapes initializes it.

    Attributes
    ----------
    cls_to_become : type or None
        The class that the layer has after the first call; ``None`` leaves it what it is.

    Notes
    -----
    As PyTorch's ``torch.nn.modules.lazy.LazyModuleMixin``. Initial values are drawn at the first call: in another
    order than where all sizes are stated.
    """

    cls_to_become: ClassVar[type[Module] | None] = None
    _inferred = False

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Materialize the parameters, given what ``forward`` will be given; for subclasses to override."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or a buffer of the module itself has no shape yet."""
        return any(map(is_lazy, (*self._parameters.values(), *self._buffers.values())))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._inferred:
            return super().__call__(*args, **kwargs)
        with no_grad():
            self.initialize_parameters(*args, **kwargs)
        if self.has_uninitialized_params():
            raise RuntimeError(f"module {self._get_name()} has not been fully initialized")
        if self.cls_to_become is None:
            self._inferred = True
        else:
            cast(Any, self).__class__ = self.cls_to_become
        return self(*args, **kwargs)

    def _load_tensor(self, name: str, key: str, tensor: Tensor, value: Any, assign: bool) -> str | None:
        if is_lazy(tensor) and is_lazy(value):
            return None  # and both go on without a shape
        if is_lazy(tensor) and isinstance(value, Tensor):
            tensor.materialize(value.shape)
        return super()._load_tensor(name, key, tensor, value, assign)
