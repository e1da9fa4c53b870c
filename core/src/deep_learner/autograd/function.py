"""`Function`: operations that a user writes by hand, with PyTorch's interface."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from ..dtypes import from_native
from ..func.active import active
from ..namespaces.raw import NAMESPACES
from ..sequences import as_tuple
from ..tensor import Tensor, gradient_dtype, wrap
from .anomaly import remember_line
from .graph import MultipleNode, next_sequence, output_nodes
from .inplace import adopt, refuse_leaf
from .modes import is_grad_enabled, modes, no_grad, set_grad_enabled
from .push import push_any
from .versions import stamp


class _Named:
    """What a node of a Function knows in place of an operation."""

    keeps_arrays = True

    def __init__(self, name: str) -> None:
        self.backward_name = f"{name}Backward"


class FunctionNode(MultipleNode):
    """The node of a :class:`Function`; it is the ``ctx`` that forward and backward receive.

    Attributes
    ----------
    needs_input_grad : tuple of bool
        For each argument of ``apply``, whether its gradient is wanted.
    saved_tensors : tuple of Tensor
        What ``save_for_backward`` kept.
    """

    __slots__ = (
        "__dict__", "_dirty", "_materialize", "_non_differentiable", "_saved", "function", "needs_input_grad",
        "positions",
    )  # fmt: skip

    function: type[Function]
    positions: tuple[int, ...]
    needs_input_grad: tuple[bool, ...]
    _dtypes: list[Any]
    _namespace: Any
    _templates: list[tuple[Any, Any, Any] | None]

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for backward; with their place in the graph, so that higher derivatives are right."""
        self._saved = tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Say which inputs forward has modified in place and returns."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Say which outputs carry no gradient."""
        self._non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward sees zeros (default) or None for outputs that no gradient reached."""
        self._materialize = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What ``save_for_backward`` kept.

        Raises
        ------
        RuntimeError
            If a backward pass has freed it.
        """
        if self.saved is None:
            raise RuntimeError(
                f"{self.name()}: the saved tensors were freed by an earlier backward pass; "
                "pass retain_graph=True to it if you need another"
            )
        return tuple(
            None if array is None else wrap(array, self.outputs[where] if isinstance(where, int) else where)
            for array, where in self.saved
        )

    def gradients(self, grad: Any, create_graph: bool, wanted: Sequence[bool]) -> Sequence[Any]:
        """Call the Function's backward and return one gradient for each Tensor argument."""
        grads = [g if g is None or isinstance(g, Tensor) else wrap(_array(g)) for g in grad]
        if self._materialize:
            grads = [self._zeros(i) if g is None else g for i, g in enumerate(grads)]
        with set_grad_enabled(create_graph):
            results = self.function.backward(self, *grads)
        results = as_tuple(results)
        count = len(self.needs_input_grad)
        if len(results) < count or any(extra is not None for extra in results[count:]):
            raise RuntimeError(
                f"{self.name()} returned an incorrect number of gradients (expected {count}, got {len(results)}): "
                "one for each argument of forward, None for those that are no tensors"
            )
        made = [results[i] for i in self.positions]
        for gradient in made:
            if gradient is not None and not isinstance(gradient, Tensor):
                raise TypeError(
                    f"{self.name()} must return Tensors or None. Received: {type(gradient).__name__}"
                )
        fitted = [self._fit(i, gradient) for i, gradient in enumerate(made)]
        return fitted if create_graph else [None if g is None else g._array for g in fitted]

    def _fit(self, i: int, gradient: Any) -> Tensor | None:
        if gradient is None:
            return None
        shape = self.shapes[i]
        if gradient.shape != shape:
            from ..namespaces import tensor as namespace
            from .unbroadcast import unbroadcast

            try:
                gradient = unbroadcast(namespace, gradient, shape or ())
            except RuntimeError as error:
                raise RuntimeError(
                    f"{self.name()} returned an invalid gradient: got shape {tuple(gradient.shape)}, but the argument "
                    f"has shape {tuple(shape or ())}"
                ) from error
        dtype = gradient_dtype(from_native(self._dtypes[i]))
        return gradient if gradient.dtype is dtype else gradient.to(dtype)

    def _zeros(self, i: int) -> Tensor | None:
        template = self._templates[i]
        if template is None:
            return None
        shape, dtype, device = template
        return wrap(self._namespace.zeros(shape, dtype=dtype, device=device))


def _array(grad: Any) -> Any:
    backend = NAMESPACES[type(grad)].backend
    return grad if type(grad) is backend.array_types[0] else backend.asarray(grad)


class Function:
    """An operation with a backward written by hand.

    Subclass it, define ``forward(ctx, *args)`` (or ``forward(*args)`` with ``setup_context(ctx, inputs, output)``) and
    ``backward(ctx, *grads)`` as static methods, and call ``apply``. Backward works on Tensors, so a backward made of
    differentiable operations can be differentiated again.
    """

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the outputs: a Tensor or a tuple."""
        raise NotImplementedError("a Function must define forward as a static method")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Keep what backward needs, when forward takes no ``ctx``."""
        raise NotImplementedError("a Function whose forward takes no ctx must define setup_context")

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Compute a gradient for each argument of forward; None for those that need none."""
        raise NotImplementedError("a Function must define backward as a static method to be differentiated")

    vjp = backward

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run forward outside the graph and record one node for it.

        Raises
        ------
        RuntimeError
            If backward returns the wrong number of gradients, later.
        """
        node = FunctionNode.__new__(FunctionNode)
        node.function = cls
        node.operation = _Named(cls.__name__)
        node._saved = node._dirty = node._non_differentiable = ()
        node._materialize = True
        node.needs_input_grad = tuple(isinstance(arg, Tensor) and arg._node is not None for arg in args)
        recording = is_grad_enabled() and any(node.needs_input_grad)
        node.saved = ()
        with no_grad():
            if cls.setup_context is not Function.setup_context:
                output = cls.forward(*args)
                cls.setup_context(node, args, output)
            else:
                output = cls.forward(node, *args)
        if active.levels and is_grad_enabled():
            from ..func.functions import joined_to_members

            output = joined_to_members(cls, args, output)
        if not recording:
            return output
        return _join(node, args, output)


def _join(node: FunctionNode, args: tuple[Any, ...], output: Any) -> Any:
    """Give the outputs of a Function its node."""
    several = isinstance(output, tuple)
    outputs = list(as_tuple(output)) if several else [output]
    dirty = {id(marked) for marked in node._dirty}
    for marked in node._dirty:
        refuse_leaf(node.function.__name__, marked)
        stamp(marked._array, node.function.__name__)  # before the node is made: what it saves is not stale
    node.positions = tuple(i for i, arg in enumerate(args) if isinstance(arg, Tensor))
    tensors = [args[i] for i in node.positions]
    node.edges = tuple(tensor._node for tensor in tensors)
    node.shapes = tuple(tensor._array.shape for tensor in tensors)
    node.grad = None
    node.push = push_any
    node.sequence = next_sequence()
    node._dtypes = [tensor._array.dtype for tensor in tensors]
    node._namespace = NAMESPACES[type(tensors[0]._array)]
    node._templates = [
        (out._array.shape, out._array.dtype, _device(out)) if isinstance(out, Tensor) else None
        for out in outputs
    ]
    differentiable = [
        isinstance(out, Tensor)
        and not any(out is marked for marked in node._non_differentiable)
        and _floating(out)
        for out in outputs
    ]
    node.blanks = tuple(
        template if wanted else None for template, wanted in zip(node._templates, differentiable, strict=True)
    )
    nodes = output_nodes(node, differentiable)
    if modes.anomaly:
        remember_line(node)
    saved_at = {id(tensor): i for i, tensor in enumerate(outputs)}
    saved: list[tuple[Any, Any]] = []
    for tensor in node._saved:
        position = saved_at.get(id(tensor))
        where = tensor._node if tensor is not None and position is None else position
        saved.append((None, None) if tensor is None else (tensor._array, where))
    results: list[Any] = []
    for out, made in zip(outputs, nodes, strict=True):
        if id(out) in dirty:
            adopt(out, made)
            results.append(out)
        elif isinstance(out, Tensor):
            results.append(wrap(out._array, made))
        else:
            results.append(out)
    # An output kept for backward is named by its position: holding its node would be a cycle.
    node.saved = tuple(saved)
    node._saved = ()
    node.outputs = _Outputs(node)
    return tuple(results) if several else results[0]


class _Outputs:
    """Nodes for the outputs of a Function, made when a saved output is asked for."""

    def __init__(self, node: FunctionNode) -> None:
        self._node = weakref.ref(node)

    def __getitem__(self, i: int) -> Any:
        node = self._node()
        if node is None or node.blanks[i] is None:
            return None
        return output_nodes(node, [blank is not None for blank in node.blanks])[i]


def _floating(tensor: Tensor) -> bool:
    dtype = from_native(tensor._array.dtype)
    return dtype.is_floating_point or dtype.is_complex


def _device(tensor: Tensor) -> Any:
    backend = NAMESPACES[type(tensor._array)].backend
    return backend.native_device(backend.device_of(tensor._array))


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a backward whose result must not be differentiated again: doing so is an error."""

    @functools.wraps(backward)
    def checked(ctx: Any, *grads: Any) -> Any:
        with no_grad():
            results = backward(ctx, *grads)
        if not is_grad_enabled() or all(not isinstance(g, Tensor) or g._node is None for g in grads):
            return results

        def refuse_later(result: Any) -> Any:
            return result if result is None else _Refused.apply(result.detach().requires_grad_(), ctx.name())

        made = tuple(map(refuse_later, as_tuple(results)))
        return made if isinstance(results, tuple) else made[0]

    return checked


class _Refused(Function):
    """A result that must not be differentiated."""

    @staticmethod
    def forward(ctx: Any, result: Tensor, name: str) -> Tensor:
        ctx.refused = name
        return result

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise RuntimeError(
            f"trying to differentiate twice a function that was marked with @once_differentiable: {ctx.refused}"
        )
