"""Parametrizations: a parameter or buffer that is computed, by modules, from others.

The module gets a class of its own, in which the tensor is a property; the tensors that it is computed from stand
under ``module.parametrizations.<name>`` as ``original``, or ``original0``, ``original1`` and so on.
"""

from __future__ import annotations

import copy
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TypeVar, cast

from ...autograd.modes import no_grad
from ...tensor import Tensor
from ..module import Module
from ..parameter import Parameter

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]

M = TypeVar("M", bound=Module)


class _Cache:
    """The values of parametrized tensors, while at least one :func:`cached` block lasts."""

    depth = 0
    values: dict[tuple[int, str], Tensor] = {}  # noqa: RUF012  # one for all


@contextmanager
def cached() -> Generator[None, None, None]:
    """Within the block, every parametrized tensor is computed once, when it is first asked for."""
    _Cache.depth += 1
    try:
        yield
    finally:
        _Cache.depth -= 1
        if not _Cache.depth:
            _Cache.values.clear()


class Parametrizations(Module):
    """The parametrizations of a module, by the names of its tensors."""

    def __getitem__(self, name: str) -> ParametrizationList:
        return cast("ParametrizationList", self._modules[name])

    def __contains__(self, name: str) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    def keys(self) -> Iterator[str]:
        """The names of the parametrized tensors."""
        return iter(self._modules)


class ParametrizationList(Module):
    """Modules applied one after another, and the tensors that the first one is given.

    Parameters
    ----------
    modules
        The parametrizations, in the order in which they are applied. The first may have several inputs, if its
        ``right_inverse`` has so many outputs.
    original
        The tensor that is to be parametrized.
    unsafe
        Whether they may change shape and dtype.

    Attributes
    ----------
    original, or original0, original1, ... : Parameter or Tensor
        What the first module is given: what all the modules' ``right_inverse`` make of `original`.
    is_tensor : bool
        Whether it is a single tensor.
    ntensors : int
        How many there are.

    Raises
    ------
    ValueError
        If there is no module, or something comes out that does not fit.
    """

    original: Tensor

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if not modules:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__()
        for module in modules:
            self.append(module)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        with no_grad():
            made: Any = original
            for module in reversed(self._steps()):
                inverse = getattr(module, "right_inverse", None)
                if inverse is not None:
                    with suppress(NotImplementedError):
                        made = inverse(made)
        if not isinstance(made, Tensor | Sequence):
            raise ValueError(
                "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                f"Got {type(made).__name__}"
            )
        self.is_tensor = isinstance(made, Tensor)
        self.ntensors = 1 if isinstance(made, Tensor) else len(cast("Sequence[Any]", made))
        if isinstance(made, Tensor):
            self._keep_one(original, made)
        else:
            self._keep_several(original, cast("Sequence[Any]", made))
        if not unsafe:
            check_value(self(), dtype, shape)

    def _keep_one(self, original: Tensor, made: Tensor) -> None:
        for kind in ("dtype", "device"):
            if getattr(made, kind) != getattr(original, kind):
                raise ValueError(
                    f"When `right_inverse` outputs one tensor, it may not change the {kind}.\n"
                    f"original.{kind}: {getattr(original, kind)}\n"
                    f"right_inverse(original).{kind}: {getattr(made, kind)}"
                )
        replace_values(original, made)
        keep(self, "original", original)

    def _keep_several(self, original: Tensor, made: Sequence[Any]) -> None:
        for place, tensor in enumerate(made):
            if not isinstance(tensor, Tensor):
                raise ValueError(
                    "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got element "
                    f"{place} of the sequence with type {type(tensor).__name__}."
                )
            wanted = original.requires_grad
            kept = Parameter(tensor.detach(), wanted) if isinstance(original, Parameter) else tensor
            keep(self, f"original{place}", kept.requires_grad_(wanted))

    def originals(self) -> list[Tensor]:
        """The tensors that the first module is given."""
        names = ["original"] if self.is_tensor else [f"original{i}" for i in range(self.ntensors)]
        return [getattr(self, name) for name in names]

    def _steps(self) -> list[Module]:
        return [module for name, module in self._modules.items() if name.isdigit() and module is not None]

    def append(self, module: Module) -> ParametrizationList:
        """Apply another module after the others."""
        self.add_module(str(len(self)), module)
        return self

    def __len__(self) -> int:
        return len(self._steps())

    def __iter__(self) -> Iterator[Module]:
        return iter(self._steps())

    def __getitem__(self, place: int) -> Module:
        return self._steps()[place]

    def right_inverse(self, value: Tensor) -> None:
        """Set the originals so that `value` comes out.

        Raises
        ------
        RuntimeError
            If a module has no ``right_inverse``.
        ValueError
            If what comes out of them does not fit the originals.
        """
        made: Any = value
        with no_grad():
            for module in reversed(self._steps()):
                inverse = getattr(module, "right_inverse", None)
                if inverse is None:
                    raise RuntimeError(
                        f"parametrization {type(module).__name__} does not implement right_inverse."
                    )
                made = inverse(made)
            tensors: Any = [made] if self.is_tensor else made
            if not isinstance(tensors, Sequence) or len(cast("Sequence[Any]", tensors)) != self.ntensors:
                raise ValueError(
                    f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. Got a "
                    f"{type(made).__name__}"
                )
            for place, (own, tensor) in enumerate(
                zip(self.originals(), cast("Sequence[Any]", tensors), strict=True)
            ):
                found = tensor.dtype if isinstance(tensor, Tensor) else type(tensor).__name__
                if found != own.dtype:
                    raise ValueError(
                        f"Tensor {place} returned by `right_inverse` has dtype {found} while the original has dtype "
                        f"{own.dtype}"
                    )
                replace_values(own, tensor)

    def forward(self) -> Tensor:
        """The value of the parametrized tensor."""
        first, *others = self._steps()
        value = first(*self.originals())
        for module in others:
            value = module(value)
        return value


def keep(module: Module, name: str, tensor: Tensor) -> None:
    """Register a parameter, or a buffer."""
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def replace_values(tensor: Tensor, by: Tensor) -> None:
    """Let a tensor, which stays the same object, hold other values, of any shape."""
    if by is not tensor:
        tensor.data = by.detach()


def check_value(value: Any, dtype: Any, shape: Any, of: str = "A parametrization") -> None:
    """Refuse what is no tensor of a dtype and shape."""
    if not isinstance(value, Tensor):
        raise ValueError(f"{of} must return a tensor. Got {type(value).__name__}.")
    for kind, wanted in (("dtype", dtype), ("shape", shape)):
        found = getattr(value, kind)
        if found != wanted:
            raise ValueError(
                f"Registering a parametrization may not change the {kind} of the tensor, unless `unsafe` flag is "
                f"enabled.\nunparametrized {kind}: {wanted}\nparametrized {kind}: {found}"
            )


def register_parametrization(
    module: M, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> M:
    """Let a module compute one of its parameters or buffers by another module.

    Parameters
    ----------
    module
        Changed in place, class included.
    tensor_name
        The parameter, buffer, or parametrized tensor, which is then computed further.
    parametrization
        Maps a tensor to one of the same dtype and shape. With ``right_inverse(value)``, values can be assigned,
        and the present one is kept.
    unsafe
        Whether it may change dtype and shape, and is not tried.

    Returns
    -------
    Module
        The module.

    Raises
    ------
    ValueError
        If the module has no such tensor, or the parametrization does not fit it.
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        steps = parametrizations_of(module)[tensor_name]
        if not unsafe:
            present = getattr(module, tensor_name)
            value = parametrization(present)
            check_value(value, present.dtype, present.shape)
            inverse = getattr(parametrization, "right_inverse", None)
            if inverse is not None:
                with suppress(NotImplementedError):
                    check_value(inverse(value), present.dtype, present.shape, "parametrization.right_inverse")
        steps.append(parametrization)
        steps.unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        steps = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _change_class(module)
            module.parametrizations = Parametrizations()
        setattr(type(module), tensor_name, _computed(tensor_name))
        parametrizations_of(module).add_module(tensor_name, steps)
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name "
            f"'{tensor_name}'"
        )
    return module


def parametrizations_of(module: Module) -> Parametrizations:
    """The parametrizations of a module that has some."""
    return cast("Parametrizations", module._modules["parametrizations"])


def _change_class(module: Module) -> None:
    """Give a module a class of its own, which may have properties."""
    kind = type(module)

    def refuse(self: Module) -> NoReturn:
        raise RuntimeError(
            "Serialization of parametrized modules is only supported through state_dict(): the module's class exists "
            "for this module alone"
        )

    def copied(self: Module, memo: dict[int, Any]) -> Module:
        if id(self) not in memo:
            replica = type(self).__new__(type(self))
            memo[id(self)] = replica
            vars(replica).update(copy.deepcopy(vars(self), memo))
        return memo[id(self)]

    module.__class__ = type(
        f"Parametrized{kind.__name__}", (kind,), {"__getstate__": refuse, "__deepcopy__": copied}
    )


def _computed(name: str) -> property:
    """The property that a parametrized tensor is."""

    def value(self: Module) -> Tensor:
        steps = parametrizations_of(self)[name]
        if not _Cache.depth:
            return steps()
        key = (id(self), name)
        if key not in _Cache.values:
            _Cache.values[key] = steps()
        return _Cache.values[key]

    def assign(self: Module, value: Tensor) -> None:
        parametrizations_of(self)[name].right_inverse(value)

    return property(value, assign)


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a module has parametrizations, or one of a certain tensor."""
    found = module._modules.get("parametrizations")
    if not isinstance(found, Parametrizations):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(module: M, tensor_name: str, leave_parametrized: bool = True) -> M:
    """Make a parametrized tensor an ordinary parameter or buffer again.

    Parameters
    ----------
    module
        Changed in place.
    tensor_name
        Which tensor.
    leave_parametrized
        Whether it keeps the computed value; else it gets the original one, if that is a single tensor.

    Returns
    -------
    Module
        The module.

    Raises
    ------
    ValueError
        If the tensor is not parametrized, or there is no single original to go back to.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    kept = parametrizations_of(module)
    steps = kept[tensor_name]
    if steps.is_tensor:
        original = steps.original
        if leave_parametrized:
            with no_grad():
                value = getattr(module, tensor_name)
            replace_values(original, value)
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        original = Parameter(value.detach()) if value.requires_grad else value
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a "
            "sequence of tensors."
        )
    delattr(type(module), tensor_name)
    delattr(kept, tensor_name)
    keep(module, tensor_name, original)
    if not len(kept):
        delattr(module, "parametrizations")
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class that a module has, or had before it was parametrized."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: M, tensor_name: str | None = None
) -> M:
    """Parametrize a module's tensors as those of another, and share the tensors that they are computed from.

    Parameters
    ----------
    from_module
        With parametrizations; without, nothing happens.
    to_module
        Changed in place; tensors that it does not have are made.
    tensor_name
        Which tensor; all by default.

    Returns
    -------
    Module
        `to_module`.
    """
    if is_parametrized(from_module):
        source = parametrizations_of(from_module)
        for name in list(source) if tensor_name is None else [tensor_name]:
            if not hasattr(to_module, name):
                setattr(to_module, name, Parameter(getattr(from_module, name).detach()))
            for step in source[name]:
                register_parametrization(to_module, name, step)
            target = parametrizations_of(to_module)[name]
            names = (
                ["original"]
                if source[name].is_tensor
                else [f"original{i}" for i in range(source[name].ntensors)]
            )
            for each in names:
                setattr(target, each, getattr(source[name], each))
    return to_module
