"""Running an optimizer's rule: on raw arrays at full speed, or on Tensors where the step is to be
recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..autograd.inplace import write
from ..autograd.record import as_array
from ..autograd.versions import stamp
from ..namespaces import tensor as tensor_namespace
from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor, wrap

if TYPE_CHECKING:
    from ..typing import Array
    from .optimizer import Optimizer


def run_on_arrays(optimizer: Optimizer, parameter: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
    """Call the rule with the arrays of a parameter, its gradient and its state, and keep what it made."""
    array: Array = parameter._array
    kind: type[Array] = array.__class__
    name = f"{type(optimizer).__name__}.step"
    kept = optimizer.state.get(parameter, {})
    state: dict[str, Any] = {}
    if kept:
        state = {key: value._array if isinstance(value, Tensor) else value for key, value in kept.items()}
    try:
        result = optimizer.rule(NAMESPACES[kind], array, gradient._array, state, group)
    except Exception as error:
        error.add_note(_described(name, parameter, gradient, kept))
        raise
    if result is array:
        stamp(array, name)
    else:
        write(parameter, as_array(result, kind), name)
    for key, value in state.items():
        before = kept.get(key)
        if value is not (before._array if isinstance(before, Tensor) else before):
            optimizer.state[parameter][key] = _wrapped(value, kind)


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
    result = optimizer.rule(tensor_namespace, parameter, gradient, state, group)
    if result is not parameter:
        parameter.copy_(result)
    if state:
        optimizer.state[parameter] = state
