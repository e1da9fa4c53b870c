"""Callables whose forward and backward are CUDA graphs, in a program that is otherwise eager."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..autograd import Function, grad
from ..autograd.modes import enable_grad
from ..functions import ones_like
from ..nn import Module
from ..sequences import as_tuple, is_several
from ..tensor import Tensor
from .devices import synchronize
from .streams import Stream

if TYPE_CHECKING:
    from .graphs import CUDAGraph


class _Part:
    """One callable: its static tensors and its two graphs."""

    def __init__(self, function: Callable[..., Any], sample: Sequence[Tensor]) -> None:
        self.function = function
        self.inputs = tuple(sample)
        self.parameters = tuple(function.parameters()) if isinstance(function, Module) else ()
        self.several = False
        self.outputs: tuple[Tensor, ...] = ()
        self.differentiable: tuple[bool, ...] = ()
        self.grad_outputs: tuple[Tensor, ...] = ()
        self.grads: tuple[Tensor | None, ...] = ()
        self.forward: CUDAGraph
        self.backward: CUDAGraph | None = None

    @property
    def surface(self) -> tuple[Tensor, ...]:
        """All that a gradient may be wanted of."""
        return self.inputs + self.parameters

    def run(self) -> tuple[Tensor, ...]:
        """The outputs as a tuple."""
        made = self.function(*self.inputs)
        self.several = isinstance(made, tuple | list)
        return tuple(made) if self.several else (made,)

    def gradients(
        self, outputs: tuple[Tensor, ...], starts: tuple[Tensor, ...], allow_unused: bool
    ) -> tuple[Tensor | None, ...]:
        """The gradient of everything on the surface, None where none is required."""
        wanted = [tensor for tensor in self.surface if tensor.requires_grad]
        found = iter(
            grad([out for out in outputs if out.requires_grad], wanted, starts, allow_unused=allow_unused)
        )
        return tuple(next(found) if tensor.requires_grad else None for tensor in self.surface)


def make_graphed_callables(
    callables: Any,
    sample_args: Any,
    num_warmup_iters: int = 3,
    allow_unused_input: bool = False,
    pool: Any = None,
) -> Any:
    """Modules or functions that replay captured graphs of their forward and backward.

    Parameters
    ----------
    callables
        A module or function of tensors, or a tuple of them in the order in which they will be called.
    sample_args
        The tensors to call it with, or a tuple of such tuples: of the shapes, dtypes and gradient requirements that
        all later calls will have.
    num_warmup_iters
        How often each runs before it is captured.
    allow_unused_input
        Whether an input may have no part in the outputs.
    pool
        Memory to share: see `graph_pool_handle`.

    Returns
    -------
    callable or tuple of them
        A module is returned itself, its `forward` replaced; in another mode (train, eval) than now it runs as before.

    Raises
    ------
    RuntimeError
        If something cannot be captured.
    TypeError
        If `sample_args` holds something else than tensors.
    """
    from .graphs import CUDAGraph, graph, graph_pool_handle

    single = not is_several(callables)
    functions, samples = as_tuple(callables), (sample_args,) if single else as_tuple(sample_args)
    for sample in samples:
        if not all(isinstance(tensor, Tensor) for tensor in sample):
            raise TypeError("sample_args must be tensors: other arguments would stand still in the graph")
    parts = [_Part(function, sample) for function, sample in zip(functions, samples, strict=True)]
    pool = graph_pool_handle() if pool is None else pool
    synchronize()
    with Stream():
        for part in parts:
            for _ in range(num_warmup_iters):
                with enable_grad():
                    outputs = part.run()
                starts = tuple(ones_like(out) for out in outputs if out.requires_grad)
                if starts:
                    part.gradients(outputs, starts, allow_unused_input)
                del outputs, starts
    synchronize()
    for part in parts:
        part.forward = CUDAGraph()
        with enable_grad(), graph(part.forward, pool=pool):
            part.outputs = part.run()
    for part in reversed(parts):
        part.differentiable = tuple(out.requires_grad for out in part.outputs)
        part.grad_outputs = tuple(ones_like(out) for out in part.outputs if out.requires_grad)
        if part.grad_outputs:
            part.backward = CUDAGraph()
            with graph(part.backward, pool=pool):
                part.grads = part.gradients(part.outputs, part.grad_outputs, allow_unused_input)
        part.outputs, part.grads = _detached(part.outputs), _detached(part.grads)
    made = tuple(_graphed(part) for part in parts)
    return made[0] if single else made


def _detached(tensors: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(None if tensor is None else tensor.detach() for tensor in tensors)


def _graphed(part: _Part) -> Any:
    count = len(part.inputs)

    class Graphed(Function):
        @staticmethod
        def forward(ctx: Any, *given: Tensor) -> Any:
            for static, tensor in zip(part.inputs, given[:count], strict=True):
                if static is not tensor:
                    static.detach().copy_(tensor.detach())
            part.forward.replay()
            outputs = _detached(part.outputs)
            pairs = zip(outputs, part.differentiable, strict=True)
            ctx.mark_non_differentiable(*(out for out, wanted in pairs if not wanted))
            return outputs

        @staticmethod
        def backward(ctx: Any, *grads: Any) -> Any:
            assert part.backward is not None
            arrived = [g for g, wanted in zip(grads, part.differentiable, strict=True) if wanted]
            for static, gradient in zip(part.grad_outputs, arrived, strict=True):
                static.copy_(gradient)
            part.backward.replay()
            return _detached(part.grads)

    def call(*given: Tensor) -> Any:
        outputs = Graphed.apply(*given, *part.parameters)
        return outputs if part.several else outputs[0]

    module = part.function
    if not isinstance(module, Module):
        return call
    eager, training = module.forward, module.training

    def forward(*given: Any) -> Any:
        return call(*given) if module.training == training else eager(*given)

    module.forward = forward
    return module
