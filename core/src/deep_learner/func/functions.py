"""Functions with a backward written by hand, within ``vmap``: their place in the graph of the members."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Function
from ..autograd.modes import enable_grad, is_grad_enabled
from ..sequences import as_tuple
from ..tensor import Tensor, wrap
from .active import active
from .levels import deepest, lift, under
from .tracing import pulled


def joined_to_members(function: type[Function], args: tuple[Any, ...], output: Any) -> Any:
    """The output of a Function, joined to the graph in which the members of its batched arguments were computed.

    Parameters
    ----------
    function, args
        What was applied.
    output
        What it gave, outside of that graph.
    """
    tensors = [arg for arg in args if isinstance(arg, Tensor)]
    kind = deepest(tensors)
    if kind is None:
        return output
    given = [lift(arg, kind)._array.value if isinstance(arg, Tensor) else arg for arg in args]
    if not any(isinstance(value, Tensor) and value._node is not None for value in given):
        return output
    values = as_tuple(_OfMembers.apply(kind, function, *given))
    made = [wrap(kind(value)) if isinstance(value, Tensor) else value for value in values]
    return tuple(made) if isinstance(output, tuple) else made[0]


class _OfMembers(Function):
    """A Function of batched tensors as one of the tensors under them."""

    @staticmethod
    def forward(ctx: Any, kind: Any, function: type[Function], *values: Any) -> Any:
        ctx.kind, ctx.applied, ctx.levels = kind, function, active.levels.copy()
        ctx.tensors = [isinstance(value, Tensor) for value in values]
        ctx.others = [None if isinstance(value, Tensor) else value for value in values]
        ctx.save_for_backward(*[value for value in values if isinstance(value, Tensor)])
        output = function.apply(
            *[wrap(kind(value)) if isinstance(value, Tensor) else value for value in values]
        )
        made = [lift(one, kind)._array.value if isinstance(one, Tensor) else one for one in as_tuple(output)]
        return tuple(made) if isinstance(output, tuple) else made[0]

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        with under(ctx.levels):
            return _OfMembers._gradients(ctx, grads)

    @staticmethod
    def _gradients(ctx: Any, grads: tuple[Any, ...]) -> Any:
        kind = ctx.kind
        inputs = [wrap(kind(value)) for value in ctx.saved_tensors]
        wanted = [one for one in inputs if one.is_floating_point() or one.is_complex()]
        for one in wanted:
            one.requires_grad_()
        given = iter(inputs)
        args = [
            next(given) if tensor else other for tensor, other in zip(ctx.tensors, ctx.others, strict=True)
        ]
        with enable_grad():
            outputs = [one for one in as_tuple(ctx.applied.apply(*args)) if isinstance(one, Tensor)]
        vectors = [None if grad is None else wrap(kind(grad)) for grad in grads]
        found = iter(pulled(outputs, wanted, vectors, is_grad_enabled()))
        return (
            None,
            None,
            *[
                lift(next(found), kind)._array.value
                if isinstance(arg, Tensor) and arg.requires_grad
                else None
                for arg in args
            ],
        )
