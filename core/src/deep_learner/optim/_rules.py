"""Running an optimizer's rule: on raw arrays at full speed, or on Tensors where the step is to be
recorded.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NoReturn

from .. import config
from ..autograd.inplace import write
from ..autograd.leaves import gathered
from ..autograd.memory import replace
from ..autograd.record import as_array
from ..autograd.versions import stamp
from ..backends.kernels import with_registered
from ..namespaces import tensor as tensor_namespace
from ..namespaces.raw import NAMESPACES, REAL_TYPES, UNSHARED, computing_at
from ..tensor import Tensor, wrap

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..backends import Backend
    from ..typing import Array, Namespace
    from .optimizer import Optimizer


def run_group(optimizer: Optimizer, group: dict[str, Any]) -> None:
    """Update all parameters of a group that a gradient has reached, together where a backend has a kernel for that.

    A backend's kernel of the optimizer's rule is entered under ``"module:Class.rule"``, where that is defined. It
    takes lists of arrays that live on one device, of their gradients and of their states, and the group's options,
    and returns whether it has made the step.
    """
    pairs: list[tuple[Tensor, Tensor]] = []
    for parameter in group["params"]:
        gradient: Any = gathered(parameter)
        if gradient is not None and gradient.is_sparse:
            optimizer.update_sparse(parameter, gradient, group)
        elif gradient is not None:
            pairs.append((parameter, gradient))
    if not pairs:
        return
    options = group
    if any(isinstance(value, Tensor) for value in group.values()):
        options = _unwrapped(group, pairs[0][0]._array.__class__)
    refuse_capture(optimizer, pairs[0][0], group)
    if group.get("fused") is not False:
        pairs = _together(optimizer, pairs, options)
    for parameter, gradient in pairs:
        run_on_arrays(optimizer, parameter, gradient, options)


def _unwrapped(group: dict[str, Any], kind: type[Array]) -> dict[str, Any]:
    """Options with tensors as the rule wants them: arrays beside the parameters, numbers where they live elsewhere."""
    return {
        key: (value._array if type(value._array) is kind else value.item())
        if isinstance(value, Tensor)
        else value
        for key, value in group.items()
    }


def refuse_capture(optimizer: Optimizer, parameter: Tensor, group: dict[str, Any]) -> None:
    """Refuse to capture a step that counts on the host.

    Raises
    ------
    RuntimeError
        If the device's work is being captured and the group's option ``capturable`` is False.
    """
    accelerator = NAMESPACES[type(parameter._array)].backend.accelerator
    if accelerator is not None and not group.get("capturable", True) and accelerator.capturing():
        raise RuntimeError(
            f"Attempting CUDA graph capture of step() for an instance of {type(optimizer).__name__} but "
            "param_groups' capturable is False: its count of steps lives on the CPU and would stand still. "
            f"Write {type(optimizer).__name__}(..., capturable=True)"
        )


def _together(
    optimizer: Optimizer, pairs: list[tuple[Tensor, Tensor]], group: dict[str, Any]
) -> list[tuple[Tensor, Tensor]]:
    """Let kernels update what they can; what is left for the rule."""
    rule = type(optimizer).rule
    key = f"{rule.__module__}:{rule.__qualname__}"
    backend = NAMESPACES[type(pairs[0][0]._array)].backend
    kernel = _kernel(backend, key, backend.kernels.get(key), config.get("executor"))
    if kernel is None:
        return pairs
    left: list[tuple[Tensor, Tensor]] = []
    devices: dict[Any, list[tuple[Tensor, Tensor]]] = {}
    for pair in pairs:
        array = pair[0]._array
        own = type(array) in backend.array_types and type(pair[1]._array) is type(array)
        (devices.setdefault(backend.device_of(array), []) if own else left).append(pair)
    for found in devices.values():
        arrays = [parameter._array for parameter, _ in found]
        kinds = [array.__class__ for array in arrays]
        states = [_state_of(optimizer, parameter, group) for parameter, _ in found]
        try:
            with computing_at(backend, arrays[0]):
                done = kernel(arrays, [gradient._array for _, gradient in found], states, group) is True
        except Exception as error:
            _raise_explained(optimizer, error, *found[0])
        for (parameter, _), array, kind, state in zip(found, arrays, kinds, states, strict=True):
            if done:
                stamp(array, f"{type(optimizer).__name__}.step")
            _keep(optimizer, parameter, state, kind)
        if not done:
            left += found
    return left


@functools.cache
def _kernel(
    backend: Backend, key: str, own: Callable[..., Any] | None, executor: str | None
) -> Callable[..., Any] | None:
    """A rule's kernel while an executor is configured; where there is none, nothing is prepared for one."""
    with config.using(executor=executor):
        return with_registered(backend, key, own, asked=True)


def _state_of(optimizer: Optimizer, parameter: Tensor, group: dict[str, Any]) -> dict[str, Any]:
    """What is kept for a parameter, as arrays; before its first step what `start` lays down."""
    kept: dict[str, Any] = optimizer.state.get(parameter, {})
    if not kept:
        array: Array = parameter._array
        kind: type[Array] = array.__class__
        optimizer.start(NAMESPACES[kind], array, kept, group)
        if not kept:
            return kept
        kept = {key: _wrapped(value, kind) for key, value in kept.items()}
        optimizer.state[parameter] = kept
    return {key: value._array if isinstance(value, Tensor) else value for key, value in kept.items()}


def _keep(optimizer: Optimizer, parameter: Tensor, state: dict[str, Any], kind: type[Array]) -> None:
    """Keep what has become of a parameter's state."""
    kept = optimizer.state.get(parameter, {})
    for key, value in state.items():
        before = kept.get(key)
        if value is (before._array if isinstance(before, Tensor) else before):
            continue
        if kind in UNSHARED and isinstance(before, Tensor) and _alike(value, before._array):
            replace(before, value, "step")  # there is no changing the array itself
        else:
            optimizer.state[parameter][key] = _wrapped(value, kind)


def _alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one.shape == other.shape and one.dtype == other.dtype


def run_on_arrays(optimizer: Optimizer, parameter: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
    """Call the rule with the arrays of a parameter, its gradient and its state, and keep what it made."""
    array: Array = parameter._array
    kind: type[Array] = array.__class__
    namespace = NAMESPACES[kind]
    name = f"{type(optimizer).__name__}.step"
    state = _state_of(optimizer, parameter, group)
    try:
        with computing_at(namespace.backend, array):
            rule = optimizer.rule if array.dtype in REAL_TYPES[kind] else _split(optimizer)
            result = rule(namespace, array, gradient._array, state, group)
    except Exception as error:
        _raise_explained(optimizer, error, parameter, gradient)
    if result is array:
        stamp(array, name)
    else:
        write(parameter, as_array(result, kind), name)
    _keep(optimizer, parameter, state, kind)


def _split(optimizer: Optimizer) -> Callable[..., Any]:
    """The optimizer's rule; of complex numbers on their two parts, if it is made for real ones."""

    def rule(xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: Any) -> Array:
        if not optimizer.splits_complex or not xp.isdtype(parameter.dtype, "complex floating"):
            return optimizer.rule(xp, parameter, gradient, state, group)
        split = {
            key
            for key, value in state.items()
            if hasattr(value, "dtype") and xp.isdtype(value.dtype, "complex floating")
        }
        parts = {key: _parts(xp, value) if key in split else value for key, value in state.items()}
        result = optimizer.rule(xp, _parts(xp, parameter), _parts(xp, gradient), parts, group)
        state.update({key: _joined(value) if key in split else value for key, value in parts.items()})
        return _joined(result)

    return rule


def _parts(xp: Namespace, array: Array) -> Array:
    return xp.stack([xp.real(array), xp.imag(array)], axis=-1)


def _joined(parts: Array) -> Array:
    return parts[..., 0] + 1j * parts[..., 1]


def _raise_explained(optimizer: Optimizer, error: Exception, parameter: Tensor, gradient: Tensor) -> NoReturn:
    told = NAMESPACES[type(parameter._array)].backend.explained(error)
    kept = optimizer.state.get(parameter, {})
    told.add_note(_described(f"{type(optimizer).__name__}.step", parameter, gradient, kept))
    if told is error:
        raise
    raise told from error


def _described(name: str, parameter: Tensor, gradient: Tensor, state: dict[str, Any]) -> str:
    tensors = {"parameter": parameter, "gradient": gradient, **state}
    seen = (
        f"{key} of shape {tuple(value.shape)}, dtype {value.dtype.name}"
        for key, value in tensors.items()
        if isinstance(value, Tensor)
    )
    return f"In {name}() on {parameter.device}: {'; '.join(seen)}"


def _wrapped(value: Any, kind: type[Array]) -> Any:
    """An array as a Tensor; anything else as it is."""
    if type(value) in (kind, *NAMESPACES[kind].backend.scalar_types):
        return wrap(as_array(value, kind))
    return value


def run_on_tensors(optimizer: Optimizer, parameter: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
    """Call the rule with Tensors, so that gradients flow through the step."""
    kept = optimizer.state.get(parameter, {})
    # Clones, since what is recorded of this step must survive the next one's changes.
    state = {key: value.clone() if isinstance(value, Tensor) else value for key, value in kept.items()}
    if not state:
        optimizer.start(tensor_namespace, parameter, state, group)
    result = _split(optimizer)(tensor_namespace, parameter, gradient, state, group)
    if result is not parameter:
        parameter.copy_(result)
    if state:
        optimizer.state[parameter] = state
