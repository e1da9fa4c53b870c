"""What the derivatives of functions share: inputs that are differentiated for, and passes that may be batched.

All transforms record in the one graph that ordinary programs record in. Each differentiates with respect to fresh
nodes of its inputs, so nested ones do not see each other. A pass is recorded itself only if something outside of the
transform may be differentiated for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from ..autograd.engine import run_general
from ..autograd.graph import Node, next_sequence
from ..autograd.leaves import zero_gradient
from ..autograd.modes import enable_grad, is_grad_enabled
from ..autograd.record import as_array
from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor, wrap
from ..utils._pytree import TreeSpec, tree_flatten
from .batched import BatchedArray
from .levels import entering


class Trace:
    """A function, evaluated so that it can be differentiated.

    Parameters
    ----------
    func
        The function.
    args, kwargs
        What it is called with.
    places
        The positional arguments to differentiate for, each a tree of tensors.
    has_aux
        Whether it returns a pair, of which the second part is not differentiated.
    who
        The transform's name, for messages.

    Attributes
    ----------
    inputs : list of Tensor
        The leaves of the arguments in ``places``, as the function saw them.
    outputs : list of Tensor
        The leaves of what it returned, of the structure ``result``.
    aux : object
        The second part.
    recorded : bool
        Whether passes are to be recorded.

    Raises
    ------
    ValueError
        If an argument in ``places`` is made of something else than tensors.
    RuntimeError
        If the result is.
    """

    def __init__(
        self, func: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], places: Sequence[int],
        has_aux: bool, who: str,
    ) -> None:  # fmt: skip
        self.since = next_sequence()
        outside = is_grad_enabled()
        given = list(args)
        self.inputs: list[Tensor] = []
        self.arguments: list[TreeSpec] = []
        for place in places:
            leaves, structure = tree_flatten(given[place])
            fresh = [_fresh(leaf, outside, who) for leaf in leaves]
            self.inputs += fresh
            self.arguments.append(structure)
            given[place] = structure.unflatten(fresh)
        with enable_grad():
            made: Any = func(*given, **kwargs)
        self.aux: Any = None
        if has_aux:
            if not isinstance(made, tuple) or len(cast("tuple[Any, ...]", made)) != 2:
                raise RuntimeError(
                    f"{who}(f)(*args): output of function f should be a tuple: (output, aux) if has_aux is True"
                )
            made, self.aux = cast("tuple[Any, Any]", made)
        self.outputs, self.result = tree_flatten(made)
        for output in self.outputs:
            if not isinstance(output, Tensor):
                raise RuntimeError(
                    f"{who}: expected f to return only tensors. Received among them: {type(output)}"
                )
        self.recorded = outside and any(reaches_out(output, self.since) for output in self.outputs)

    def shown(self, tree: Any) -> Any:
        """A tree of what the function computed, as the caller may see it: joined to the graph outside, or to none."""
        leaves, structure = tree_flatten(tree)
        return structure.unflatten(
            [self._kept(leaf) if isinstance(leaf, Tensor) else leaf for leaf in leaves]
        )

    def _kept(self, tensor: Tensor) -> Tensor:
        return tensor if self.recorded and _joined_to(tensor._node, self.since) else wrap(tensor._array)

    @property
    def value(self) -> Any:
        """What the function returned."""
        return self.shown(self.result.unflatten(self.outputs))

    def pull(self, vectors: Sequence[Tensor | None]) -> list[Tensor]:
        """The product of vectors, one for each output, with the Jacobian: a tensor for each input."""
        made = pulled(self.outputs, self.inputs, vectors, self.recorded)
        return [self._kept(one) for one in made]

    def arguments_of(self, values: Sequence[Tensor]) -> list[Any]:
        """One value for each of ``inputs`` as trees like the arguments."""
        trees: list[Any] = []
        start = 0
        for structure in self.arguments:
            trees.append(structure.unflatten(values[start : start + structure.num_leaves]))
            start += structure.num_leaves
        return trees


def _fresh(tensor: Any, outside: bool, who: str) -> Tensor:
    """A tensor with a node of its own that requires a gradient, joined to its graph if that is recorded outside."""
    if not isinstance(tensor, Tensor):
        raise ValueError(f"{who}: Thing passed to transform API must be Tensor, got {type(tensor)}")
    tensor = entering(tensor)
    if outside and tensor._node is not None:
        with enable_grad():
            return tensor.view_as(tensor)
    return wrap(tensor._array).requires_grad_()


def reaches_out(tensor: Tensor, since: int) -> bool:
    """Whether a tensor was made from something older than ``since`` that requires a gradient."""
    if _joined_to(tensor._node, since):
        return True
    array = tensor._array  # the members' graph was there before
    while isinstance(array, BatchedArray):
        if array.value._node is not None:
            return True
        array = array.value._array
    return False


def _joined_to(node: Node | None, since: int) -> bool:
    if node is None:
        return False
    seen = {node}
    stack = [node]
    while stack:
        one = stack.pop()
        if one.sequence > since:
            return True
        for edge in one.edges:
            if edge is not None and edge not in seen:
                seen.add(edge)
                stack.append(edge)
    return False


def pulled(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], vectors: Sequence[Tensor | None], create_graph: bool
) -> list[Tensor]:
    """Products of vectors with the Jacobian of outputs for inputs; zeros where nothing depends.

    The vectors may be batched where the outputs are not. None stands for zeros.
    """
    roots: list[tuple[Node, Any]] = []
    for output, vector in zip(outputs, vectors, strict=True):
        if output._node is not None and vector is not None:
            roots.append((output._node, vector if create_graph else vector._array))
    if not roots:
        return [zero_gradient(tensor) for tensor in inputs]
    nodes: list[Any] = [tensor._node for tensor in inputs]
    found = run_general(roots, True, create_graph, nodes)
    return [
        zero_gradient(tensor) if node not in found else as_tensor(found[node])
        for tensor, node in zip(inputs, nodes, strict=True)
    ]


def as_tensor(gradient: Any) -> Tensor:
    """What a pass made: an array, or a Tensor if it was recorded."""
    if isinstance(gradient, Tensor):
        return gradient
    return wrap(as_array(gradient, NAMESPACES[type(gradient)].backend.array_types[0]))
