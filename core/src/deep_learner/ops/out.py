"""PyTorch's ``out=``: the result of any function, written into tensors that the caller brings.

Every operation takes ``out`` (see :mod:`.dispatch`); a plain function takes it by :func:`with_out`. The result is
computed as usual and written, so that what is written is what is returned otherwise.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from ..autograd.inplace import write
from ..autograd.modes import is_grad_enabled
from ..dtypes import can_cast
from ..sequences import as_tuple, is_several
from ..tensor import Tensor
from .tensor_options import tensor_options

P = ParamSpec("P")
R = TypeVar("R")


def with_out(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function of Tensors take ``out=``: a Tensor, or a tuple of as many as it returns."""

    @functools.wraps(function)
    def taking(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        if out is None:
            return function(*args, **kwargs)
        return computed_into(out, function, args, kwargs)

    taking.takes_out = True  # type: ignore[attr-defined]
    return taking


def factory_with_out(function: Callable[P, R]) -> Callable[P, R]:
    """As :func:`with_out`, for a function that makes a tensor from nothing: by default in the dtype of ``out``.

    It takes PyTorch's other options of new tensors, too: see :func:`tensor_options`.
    """
    function = tensor_options(function)

    @functools.wraps(function)
    def taking(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        if out is None:
            return function(*args, **kwargs)
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = out.dtype
        return computed_into(out, function, args, kwargs)

    taking.takes_out = True  # type: ignore[attr-defined]
    return taking


def computed_into(
    out: Any, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    """Call ``function`` and write what it returns into ``out``, which is returned.

    Raises
    ------
    TypeError
        If ``out`` is no Tensor, or no tuple of as many Tensors as there are results.
    RuntimeError
        If an argument requires a gradient while operations are recorded, if a result's dtype is of a higher kind
        than its target's, or if they are on different devices.
    """
    name = getattr(function, "__name__", "the function")
    targets = as_tuple(out)
    for target in targets:
        if not isinstance(target, Tensor):
            raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(target).__name__}")
    given = (item for value in (*targets, *args, *kwargs.values()) for item in as_tuple(value))
    if is_grad_enabled() and any(isinstance(item, Tensor) and item._node is not None for item in given):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad. Leave out= out, or compute inside no_grad()"
        )
    result = function(*args, **kwargs)
    results = as_tuple(result)
    if len(results) != len(targets) or is_several(result) != is_several(out):
        shape = f"a tuple of {len(results)} Tensors" if is_several(result) else "one Tensor"
        raise TypeError(f"{name}(): argument 'out' must be {shape}. Received: {len(targets)}")
    for target, value in zip(targets, results, strict=True):
        _write(name, target, value)
    if not is_several(result):
        return out
    kind: Any = type(result)
    return kind(*targets) if hasattr(result, "_fields") else kind(targets)


def _write(name: str, target: Tensor, value: Tensor) -> None:
    if target.device != value.device:
        raise RuntimeError(
            f"{name}(): Expected out tensor to have device {value.device!r}, but got {target.device!r} instead"
        )
    if not can_cast(value.dtype, target.dtype):
        raise RuntimeError(
            f"{name}(): result type {value.dtype.name} can't be cast to the desired output type {target.dtype.name}"
        )
    array = value.to(target.dtype)._array
    if target.shape == value.shape:
        write(target, array, name)
        return
    if target.numel():
        warnings.warn(
            f"{name}(): an output with one or more elements was resized since it had shape {list(target.shape)}, "
            f"which does not match the required output shape {list(value.shape)}. This is deprecated: bring an empty "
            "tensor, or one of that shape",
            UserWarning,
            stacklevel=4,
        )
    target._array = array
