"""Running a model with symbolic arrays in the place of its inputs, parameters and buffers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from deep_learner import Tensor, no_grad
from deep_learner.autograd.record import unwrap
from deep_learner.backends import serving
from deep_learner.func import functional_call
from deep_learner.nn import Module
from deep_learner.random import get_rng_state, set_rng_state
from deep_learner.tensor import wrap
from deep_learner_onnx.array import SymbolicArray, known
from deep_learner_onnx.backend import BACKEND
from deep_learner_onnx.errors import ExportError
from deep_learner_onnx.graph import Graph
from deep_learner_onnx.inputs import Inputs
from deep_learner_onnx.trees import leaves_of

__all__ = ["Trace", "traced"]

_RANDOM = (
    "random numbers are drawn, which would be the same whenever the graph is run; switch the drawing off in evaluation "
    "mode, or give the numbers as an input"
)


@dataclass
class Trace:
    """What running a model gave: its graph, and its outputs by their default names."""

    graph: Graph
    outputs: dict[str, SymbolicArray]


def traced(model: Callable[..., Any], inputs: Inputs, sizes: Mapping[str, int], opset: int) -> Trace:
    """Run a model once, in evaluation mode.

    Parameters
    ----------
    model
        A module, which is left as it was, or a function.
    inputs
        What it is called with.
    sizes
        Of the dynamic axes, by their names.
    opset
        The version of ONNX's operators.

    Raises
    ------
    ExportError
        If the model does what a graph cannot say.
    """
    state = get_rng_state()
    try:
        trace = _run(model, inputs, sizes, opset, watch=False)
        if _moved(state):
            set_rng_state(state)
            _run(model, inputs, sizes, opset, watch=True)
            raise ExportError(f"cannot export {type(model).__name__}: {_RANDOM}")
        return trace
    finally:
        set_rng_state(state)


def _run(
    model: Callable[..., Any], inputs: Inputs, sizes: Mapping[str, int], opset: int, watch: bool
) -> Trace:
    graph = Graph(opset)
    args, kwargs = inputs.symbolic(graph, sizes, wrap)
    with ExitStack() as stack:
        stack.enter_context(no_grad())
        stack.enter_context(serving(BACKEND))
        try:
            if isinstance(model, Module):
                stack.enter_context(_evaluating(model))
                stack.enter_context(_following(model, graph, watch))
                output = functional_call(model, _state(model), args, kwargs)
            else:
                output = model(*args, **kwargs)
        except Exception as error:
            raise _placed(graph, model, error) from error
    return Trace(graph, _outputs(output))


def _state(model: Module) -> dict[str, Tensor]:
    """Parameters and buffers as known arrays, which bear the names that they have in the model."""
    named = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return {
        name: wrap(known(np.asarray(tensor.detach().numpy(force=True)), name))
        for name, tensor in named.items()
    }


@contextmanager
def _evaluating(model: Module) -> Generator[None]:
    """Within the block all layers are in evaluation mode."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


@contextmanager
def _following(model: Module, graph: Graph, watch: bool) -> Generator[None]:
    """Within the block the graph knows which layer is being run; random draws are refused, if `watch`.

    A layer that fails stays the innermost one.
    """
    handles: list[Any] = []
    states: list[Tensor] = []

    def follow(path: str, module: Module) -> None:
        depths: list[int] = []

        def enter(*_: Any) -> None:
            depths.append(len(graph.layers))
            graph.layers.append((path, type(module).__name__))
            if watch:
                states.append(get_rng_state())

        def leave(*_: Any) -> None:
            if watch and _moved(states.pop()):
                raise ExportError(_RANDOM)
            del graph.layers[depths.pop() :]

        handles.extend(
            (
                module.register_forward_pre_hook(enter, prepend=True),
                module.register_forward_hook(leave),
            )
        )

    try:
        for path, module in model.named_modules():
            follow(path, module)
        yield
    finally:
        for handle in handles:
            handle.remove()


def _moved(state: Tensor) -> bool:
    return not np.array_equal(state.numpy(), get_rng_state().numpy())


def _placed(graph: Graph, model: Any, error: Exception) -> Exception:
    """An error that names the innermost layer."""
    path, kind = graph.layers[-1] if graph.layers else ("", type(model).__name__)
    where = f"in the layer {path!r} ({kind})" if path else f"in {kind}"
    return ExportError(f"cannot export {type(model).__name__}: {where}: {error}")


def _outputs(output: Any) -> dict[str, SymbolicArray]:
    """The tensors that a model returns: by their keys in a dictionary, else numbered."""
    leaves = [leaf for leaf in leaves_of(output) if leaf is not None]
    for leaf in leaves:
        if not isinstance(leaf, Tensor):
            raise ExportError(
                f"a model gives tensors, in tuples, lists or dictionaries. Received: {type(leaf).__name__}"
            )
    if isinstance(output, Mapping) and len(leaves) == len(output):
        names = [str(key) for key in output]
    else:
        names = ["output"] if len(leaves) == 1 else [f"output_{number}" for number, _ in enumerate(leaves)]
    return {name: _array(leaf) for name, leaf in zip(names, leaves, strict=True)}


def _array(tensor: Tensor) -> SymbolicArray:
    array = unwrap(tensor)
    return array if isinstance(array, SymbolicArray) else known(tensor.detach().numpy(force=True))
