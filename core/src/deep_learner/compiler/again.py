"""Running a step once more as it is, so that its backward pass can be recorded."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..autograd.engine import run_general
from ..autograd.versions import last_write
from ..tensor import Tensor
from ..utils._pytree import tree_flatten
from .inputs import TensorInput
from .kinds import mode
from .traced import Made, Traced

if TYPE_CHECKING:
    from ..autograd.graph import MultipleNode
    from .guards import Guards

__all__ = ["Again", "Kept"]


class Kept(tuple[Any, ...]):
    """What a call keeps for its backward pass, and the arguments that it was made with."""

    arguments: tuple[Any, Any]


class Again:
    """A step that only computes, as it is.

    Parameters
    ----------
    step
        The step.
    guards
        What it depends on.
    traced
        What it does.
    edges
        The tensors that gradients are made of.
    draws
        Whether it draws random numbers.
    """

    def __init__(
        self,
        step: Callable[..., Any],
        guards: Guards,
        traced: Traced,
        edges: Sequence[TensorInput],
        draws: bool,
    ) -> None:
        self._step = step
        self._guards = guards
        self._edges = edges
        self._mode = mode()
        places = {form.place: leaf for leaf, form in enumerate(traced.results) if isinstance(form, Made)}
        places.pop(None, None)
        self._places = [leaf for _, leaf in sorted(places.items())]
        self._reason = ""
        if draws:
            self._reason = "it draws random numbers"
        elif traced.writes or traced.effects:
            self._reason = "it changes tensors or objects"

    def gradients(self, node: MultipleNode, tangents: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
        """The gradients of a call's edges, as tensors in the graph.

        Parameters
        ----------
        node
            The call's.
        tangents
            The incoming gradients as tensors, None for those that never came.
        wanted
            Which gradients are asked for.

        Raises
        ------
        RuntimeError
            If the step would not do again what it did.
        """
        args, kwargs = node.saved.arguments
        leaves = tree_flatten((args, kwargs))[0]
        reason = self._reason or self._changes(node, leaves)
        if reason:
            raise RuntimeError(
                f"create_graph=True needs the compiled step itself once more, but {reason}. Call it without compile, "
                "or take all derivatives within the compiled step"
            )
        results = tree_flatten(self._step(*args, **kwargs))[0]
        outputs = [results[place] for place in self._places]
        roots = [
            (one._node, gradient)
            for one, gradient in zip(outputs, tangents, strict=True)
            if gradient is not None
        ]
        asked = [edge for edge, want in zip(node.edges, wanted, strict=True) if want and edge is not None]
        found = run_general(roots, True, True, asked)
        return [
            found.get(edge) if want and edge is not None else None
            for edge, want in zip(node.edges, wanted, strict=True)
        ]

    def _changes(self, node: MultipleNode, leaves: list[Any]) -> str:
        """What is no longer as it was when the step was called."""
        if mode() != self._mode or not self._guards.hold(leaves, self._guards.regions):
            return "what it depends on has changed"
        tensors = [*self._guards.tensors, *(leaf for leaf in leaves if isinstance(leaf, Tensor))]
        writes = [last_write(tensor._array) for tensor in tensors]
        if any(held is not None and held.sequence < node.sequence for held in writes):
            return "what it was computed from has been overwritten"
        if any(
            source.found(leaves)._node is not edge
            for source, edge in zip(self._edges, node.edges, strict=True)
        ):
            return "what it was computed from is in another graph now"
        return ""
