"""Backward hooks of modules: two identities in the graph, one around the inputs and one around the outputs.

The gradients that pass the second are those of the outputs; when those of the inputs pass the first, the
module's part of the backward pass is done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from ..autograd.function import Function
from ..autograd.modes import is_grad_enabled
from ..tensor import Tensor

Gradients = tuple[Any, ...]


class Gate(Function):
    """The identity on tensors; its backward hands the gradients to a function that may change them."""

    @staticmethod
    def forward(ctx: Any, passed: Callable[[Gradients], Gradients], *tensors: Tensor) -> Any:
        """Tensors that share memory with the given ones."""
        ctx.passed = passed
        ctx.set_materialize_grads(False)
        return tuple(tensor.view_as(tensor) for tensor in tensors)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """What the function makes of the gradients."""
        return (None, *ctx.passed(gradients))


class BackwardWatch:
    """Watches one call of a module and runs the module's backward hooks when their time has come."""

    def __init__(
        self, module: object, hooks: Sequence[Callable[..., Any]], pre_hooks: Sequence[Callable[..., Any]]
    ) -> None:
        self._module = module
        self._hooks = hooks
        self._pre_hooks = pre_hooks
        self._inputs = 0
        self._input_gate = False
        self._grad_outputs: Gradients | None = None

    def on_inputs(self, args: Gradients) -> Gradients:
        """The arguments, with the tensors among them passed through a gate if one requires a gradient."""
        self._inputs = len(args)

        def passed(positions: Sequence[int], gradients: Gradients) -> Gradients:
            if self._grad_outputs is None:
                return gradients
            result = self._call_hooks(spread(gradients, positions, self._inputs), self._grad_outputs)
            self._grad_outputs = None
            return tuple(result[position] for position in positions)

        gated = gate(args, passed)
        self._input_gate = gated is not args
        return gated

    def on_outputs(self, output: Any) -> Any:
        """The output, with its tensors passed through a gate; only a tuple is looked into."""
        outputs = cast(Gradients, output) if isinstance(output, tuple) else (output,)

        def passed(positions: Sequence[int], gradients: Gradients) -> Gradients:
            grad_outputs = spread(gradients, positions, len(outputs))
            for hook in self._pre_hooks:
                replacement = hook(self._module, grad_outputs)
                if replacement is not None:
                    grad_outputs = as_tuple(replacement)
                    check_count("Backward pre hook", "grad_output", grad_outputs, len(outputs))
            if self._input_gate:
                self._grad_outputs = grad_outputs
            else:  # no input requires a gradient: nothing more will come by
                self._call_hooks((None,) * self._inputs, grad_outputs, keep=False)
            return tuple(grad_outputs[position] for position in positions)

        gated = gate(outputs, passed)
        return gated if outputs is output else gated[0]

    def _call_hooks(self, grad_inputs: Gradients, grad_outputs: Gradients, keep: bool = True) -> Gradients:
        for hook in self._hooks:
            replacement = hook(self._module, grad_inputs, grad_outputs)
            if replacement is None:
                continue
            replacement = as_tuple(replacement)
            if not keep and any(gradient is not None for gradient in replacement):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return "
                    "None or None for all gradients."
                )
            check_count("Backward hook", "grad_input", replacement, len(grad_inputs))
            grad_inputs = replacement
        return grad_inputs


def gate(values: Gradients, passed: Callable[[Sequence[int], Gradients], Gradients]) -> Gradients:
    """`values` with the tensors passed through a gate, or `values` itself if no gradient will come by."""
    positions = [i for i, value in enumerate(values) if isinstance(value, Tensor) and value.requires_grad]
    if not positions or not is_grad_enabled():
        return values

    def through(gradients: Gradients) -> Gradients:
        return passed(positions, gradients)

    tensors: Gradients = Gate.apply(through, *(values[i] for i in positions))
    replaced = dict(zip(positions, tensors, strict=True))
    return tuple(replaced.get(i, value) for i, value in enumerate(values))


def spread(gradients: Gradients, positions: Sequence[int], count: int) -> Gradients:
    """Gradients at their places among `count` values, ``None`` elsewhere."""
    placed = dict(zip(positions, gradients, strict=True))
    return tuple(placed.get(i) for i in range(count))


def as_tuple(value: Any) -> Gradients:
    """A hook's answer, which may be one gradient alone, as a tuple."""
    return cast(Gradients, value) if isinstance(value, tuple) else (value,)


def check_count(kind: str, what: str, received: Gradients, expected: int) -> None:
    """Refuse a hook's answer of the wrong length."""
    if len(received) != expected:
        raise RuntimeError(
            f"{kind} returned an invalid number of {what}, got {len(received)}, but expected {expected}"
        )
