"""Hooks on tensors and nodes, put in by swapping a node's push function, so that nodes without hooks pay nothing."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..sequences import as_tuple
from ..tensor import Tensor, wrap
from .checkpointing import restore
from .graph import LeafNode, MultipleNode, Node

if TYPE_CHECKING:
    from .graph import Heap, Push

_numbers = itertools.count()


class RemovableHandle:
    """Takes a hook out again.

    Parameters
    ----------
    hooks
        The dictionary that holds the hook.
    """

    def __init__(self, hooks: dict[int, Any]) -> None:
        self.id = next(_numbers)
        self._hooks = hooks

    def remove(self) -> None:
        """Remove the hook; a second call does nothing."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class NodeHooks:
    """The hooks of one node.

    ``tensor`` hooks see (and may replace) the gradient of the node's tensor; ``pre`` hooks the node's incoming
    gradients as a tuple; ``post`` hooks the gradients it made; ``accumulated`` ones a leaf, after it has gathered.
    """

    def __init__(self, push: Push) -> None:
        self.push = push
        self.tensor: dict[int, Callable[..., Any]] = {}
        self.pre: dict[int, Callable[..., Any]] = {}
        self.post: dict[int, Callable[..., Any]] = {}
        self.accumulated: dict[
            int, tuple[weakref.ref[Tensor], Callable[..., Any]]
        ] = {}  # a tensor holds its node
        self.retained: Tensor | None = None
        self.retain = False

    def before(self, node: Node, grad: Any, create_graph: bool) -> Any:
        """Run the hooks on an incoming gradient and return what replaces it (raw, or Tensors if recorded)."""
        for hook in tuple(self.tensor.values()):
            grad = _replaced(hook(_tensor(grad)), grad, create_graph)
        if self.retain:
            tensor = _tensor(grad)
            self.retained = tensor if self.retained is None else self.retained + tensor
        for hook in tuple(self.pre.values()):
            grads = grad if isinstance(node, MultipleNode) else (grad,)
            result = hook(tuple(map(_tensor, grads)))
            if result is not None:
                results = as_tuple(result)
                made = [_replaced(new, old, create_graph) for new, old in zip(results, grads, strict=True)]
                grad = made if isinstance(node, MultipleNode) else made[0]
        return grad

    def after(self, made: Sequence[Any], grad: Any, create_graph: bool) -> Sequence[Any]:
        """Run the hooks on the gradients that the node made and return what replaces them."""
        for hook in tuple(self.post.values()):
            result = hook(tuple(map(_tensor, made)), tuple(map(_tensor, as_tuple(grad))))
            if result is not None:
                made = [_replaced(new, old, create_graph) for new, old in zip(result, made, strict=True)]
        return made

    def gathered(self, grad: Any) -> None:
        """Run the hooks on a leaf that has gathered ``grad``."""
        for reference, hook in tuple(self.accumulated.values()):
            tensor = reference()
            if tensor is not None:
                hook(tensor)
        self.after((), grad, False)


def hooks_of(node: Node) -> NodeHooks | None:
    """The node's hooks, if it has any."""
    return getattr(node, "hooks", None)


def ensure_hooks(node: Node) -> NodeHooks:
    """The node's hooks; from now on its push function runs them."""
    found = hooks_of(node)
    if found is None:
        found = node.hooks = NodeHooks(node.push)
        node.push = _push_with_hooks
    return found


def hand_on(old: Node | None, new: Node | None) -> None:
    """Let the node that an in-place operation gave a tensor keep its gradient if the old one did."""
    hooks = None if old is None else hooks_of(old)
    if hooks is not None and hooks.retain and new is not None:
        hooks.retain = False
        ensure_hooks(new).retain = True


def add_hook(node: Node, hook: Callable[..., Any], kind: str) -> RemovableHandle:
    """Add a hook of one kind (``tensor``, ``pre`` or ``post``) to a node."""
    hooks = getattr(ensure_hooks(node), kind)
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


def _push_with_hooks(node: Node, heap: Heap) -> Node | None:
    """Run the hooks around what the node would do without them."""
    hooks = node.hooks
    node.grad = hooks.before(node, node.grad, False)
    if isinstance(node, LeafNode):
        grad = node.grad if hooks.post else None  # a reference less: it may be kept without a copy
        hooks.push(node, heap)
        hooks.gathered(grad)
        return None
    if not hooks.post:
        return hooks.push(node, heap)
    from .push import deliver

    grad = node.grad
    node.grad = None
    restore(node)
    wanted = [edge is not None for edge in node.edges]
    made = hooks.after(node.gradients(grad, False, wanted), grad, False)
    for edge, gradient in zip(node.edges, made, strict=True):
        if edge is not None and gradient is not None:
            deliver(edge, gradient, heap)
    return None


def _tensor(grad: Any) -> Any:
    if grad is None or isinstance(grad, Tensor):
        return grad
    from ..namespaces.raw import NAMESPACES
    from .record import as_array

    return wrap(as_array(grad, NAMESPACES[type(grad)].backend.array_types[0]))


def _replaced(result: Any, grad: Any, create_graph: bool) -> Any:
    """What a hook's result makes of the gradient: None leaves it as it is."""
    if result is None:
        return grad
    if not isinstance(result, Tensor):
        raise TypeError(f"a gradient hook must return a Tensor or None. Received: {type(result).__name__}")
    if grad is not None and tuple(result.shape) != tuple(grad.shape):
        raise RuntimeError(
            f"a hook has changed the shape of the gradient from {tuple(grad.shape)} to {tuple(result.shape)}"
        )
    return result if create_graph else result._array
