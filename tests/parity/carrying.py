"""Carry PyTorch's sample values to a library: to PyTorch itself, in double precision, or to Deep Learner.

A `Side` copies one sample. What occurs twice in a sample is copied once, so that shared tensors stay shared.
"""

from __future__ import annotations

import dataclasses
import types
from typing import Any

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

DROPPED = (torch.memory_format, torch.layout)  # what has no meaning outside PyTorch


def find(namespace: Any, path: str) -> Any:
    """The attribute at a dotted path, or None."""
    for name in path.split("."):
        namespace = getattr(namespace, name, None)
    return namespace


def leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """Nested lists, tuples and dicts as pairs of a path and a leaf."""
    if isinstance(value, list | tuple):
        return [leaf for i, item in enumerate(value) for leaf in leaves(item, f"{path}[{i}]")]
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in leaves(item, f"{path}[{key!r}]")]
    return [(path, value)]


def tensors(value: Any) -> list[Any]:
    """PyTorch's tensors in a nested structure."""
    return [leaf for _, leaf in leaves(value) if isinstance(leaf, torch.Tensor)]


class Side:
    """Deep Learner's side; the base of the others.

    Attributes
    ----------
    inputs : list of Tensor
        The differentiable tensors, in the order in which they were carried.
    """

    library: Any = dl

    def __init__(self) -> None:
        self.copies: dict[int, tuple[Any, Any]] = {}
        self.inputs: list[Any] = []

    def carry(self, value: Any) -> Any:
        """A copy of a nested structure for this side's library."""
        if isinstance(value, torch.Tensor):
            return self._once(value)
        if isinstance(value, torch.nn.Module):
            args, kwargs = self.carry(value._constructor_arguments)
            return self.lookup(f"nn.{type(value).__name__}")(*args, **kwargs)
        if isinstance(value, list | tuple):
            items = [self.carry(item) for item in value if not self.drops(item)]
            return items if isinstance(value, list) else tuple(items)
        if isinstance(value, dict):
            return {key: self.carry(item) for key, item in value.items() if not self.drops(item)}
        if isinstance(value, slice):
            return slice(*map(self.carry, (value.start, value.stop, value.step)))
        if isinstance(value, torch.dtype):
            return self.dtype(value)
        if isinstance(value, torch.device):
            return "cpu"
        if isinstance(value, types.FunctionType | types.BuiltinFunctionType):
            return self._function(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {f.name: self.carry(getattr(value, f.name)) for f in dataclasses.fields(value)}
            return self.lookup(f"nn.{type(value).__name__}")(**fields)
        return value

    def _once(self, tensor: Any) -> Any:
        if id(tensor) not in self.copies:
            copy = self.tensor(tensor.detach(), tensor.requires_grad)
            self.copies[id(tensor)] = copy, tensor  # the original is kept alive: its id is the key
            if tensor.requires_grad:
                self.inputs.append(copy)
        return self.copies[id(tensor)][0]

    def _function(self, function: Any) -> Any:
        """An activation given as an argument, or a helper of PyTorch's tests, written in terms of `torch`."""
        paths = (f"nn.functional.{function.__name__}", function.__name__)
        ours = [path for path in paths if find(torch, path) is function]
        return self.lookup(ours[0]) if ours else rebound(function, self.library)

    def drops(self, value: Any) -> bool:
        """Whether an argument is left out."""
        return isinstance(value, DROPPED)

    def lookup(self, path: str) -> Any:
        """The attribute of the library at a dotted path."""
        found = find(self.library, path)
        if found is None:
            raise AttributeError(f"{self.library.__name__} has no {path}")
        return found

    def dtype(self, dtype: Any) -> Any:
        """The library's dtype."""
        return self.lookup(str(dtype).removeprefix("torch."))

    def tensor(self, tensor: Any, requires_grad: bool = False) -> Any:
        """The library's tensor with the same values."""
        if tensor.dtype is torch.bfloat16:
            return dl.tensor(tensor.float().numpy(), dtype=dl.bfloat16, requires_grad=requires_grad)
        if tensor.dtype is torch.complex32:
            parts = torch.view_as_real(tensor).float().numpy()
            return dl.tensor(
                parts[..., 0] + 1j * parts[..., 1], dtype=dl.complex32, requires_grad=requires_grad
            )
        return dl.tensor(tensor.numpy(force=True).copy(), requires_grad=requires_grad)

    def array(self, tensor: Any) -> tuple[np.ndarray, str]:
        """A tensor's values, and the name of its dtype."""
        name = str(tensor.dtype).split(".")[-1].removesuffix("_")
        tensor = tensor.detach()
        tensor = tensor.float() if name == "bfloat16" else tensor
        tensor = tensor.to(self.library.complex64) if name == "complex32" else tensor
        return np.array(tensor.numpy(force=True)), name

    def flat(self, value: Any) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
        """Leaves by their paths, as they are and with arrays in place of tensors."""
        pairs = leaves(value)
        kind = self.library.Tensor
        return pairs, [(path, self.array(leaf) if isinstance(leaf, kind) else leaf) for path, leaf in pairs]

    def backward(
        self, pairs: list[tuple[str, Any]], starts: dict[int, Any], named: list[tuple[str, Any]] | None = None
    ) -> list[tuple[str, Any]]:
        """Gradients of all inputs (or of the named tensors), from given gradients of some of the leaves."""
        for index, values in starts.items():
            pairs[index][1].backward(self.tensor(torch.tensor(values)), retain_graph=len(starts) > 1)
        if named is None:
            named = [(f"gradient of input {i}", x) for i, x in enumerate(self.inputs)]
        return [(name, None if x.grad is None else self.array(x.grad)) for name, x in named]


class Reference(Side):
    """PyTorch's side: tensors are cloned, so that strides survive."""

    library = torch

    def drops(self, value: Any) -> bool:
        return False

    def dtype(self, dtype: Any) -> Any:
        return dtype

    def tensor(self, tensor: Any, requires_grad: bool = False) -> Any:
        return tensor.clone().requires_grad_(requires_grad)


class DoubleReference(Reference):
    """PyTorch in double precision: how much of its single precision is rounding."""

    def dtype(self, dtype: Any) -> Any:
        return {torch.float32: torch.float64, torch.complex64: torch.complex128}.get(dtype, dtype)

    def tensor(self, tensor: Any, requires_grad: bool = False) -> Any:
        return super().tensor(tensor.to(self.dtype(tensor.dtype)), requires_grad)


def rebound(function: Any, library: Any) -> Any:
    """A helper of PyTorch's test suite that runs on another library; any other function as it is."""
    if not isinstance(function, types.FunctionType) or "torch.testing" not in function.__module__:
        return function
    seeding = {"wrapper_set_seed": lambda f, *args, **kwargs: f(*args, **kwargs)}
    names = {**function.__globals__, "torch": library, **seeding}
    closure = tuple(types.CellType(rebound(c.cell_contents, library)) for c in function.__closure__ or ())
    copy = types.FunctionType(function.__code__, names, function.__name__, function.__defaults__, closure)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def remember_constructor_arguments() -> None:
    """From now on each of PyTorch's modules knows its arguments, so that it can be built again elsewhere."""

    def new(cls: type, *args: Any, **kwargs: Any) -> Any:
        module = object.__new__(cls)
        module.__dict__["_constructor_arguments"] = args, kwargs
        return module

    torch.nn.Module.__new__ = new
