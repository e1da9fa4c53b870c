"""The executor of backends that have none of their own: it calls one function after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..namespaces.raw import computing_at
from .functions import called_by
from .graph import Constant, Node, Value, replaced
from .plan import Emitted, Plan, readers

if TYPE_CHECKING:
    from ..backends import Backend

__all__ = ["Interpreter"]


class Interpreter:
    """Calls the functions of a plan in order, with no more around them than that.

    Parameters
    ----------
    backend
        Whose functions.
    """

    seen_through: frozenset[str] = frozenset()

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def emit(self, plan: Plan) -> Emitted:
        """A loop over the nodes."""
        last = readers(plan.nodes)
        kept = {value.root for value in (*plan.kept(), *(target for target, _ in plan.writes))}
        calls: list[tuple[Node, Callable[..., Any], list[Value]]] = []
        for place, node in enumerate(plan.nodes):
            spent = {one for one in node.inputs() if last[one.root] == place and one.root not in kept}
            calls.append((node, called_by(node, self._backend), [*spent]))
        failed: list[Node] = []

        def run(*inputs: Any) -> list[Any]:
            values: dict[Value, Any] = dict(zip(plan.inputs, inputs, strict=True))
            node = None
            try:
                for node, function, spent in calls:
                    self._call(node, function, values)
                    for value in spent:
                        del values[value]
            except Exception:
                failed[:] = [node] if node is not None else []
                raise
            written = [self._own(values[value]) for _, value in plan.writes]
            for (target, _), array in zip(plan.writes, written, strict=True):
                self._backend.write(values[target], ..., array)
            return [values[value] for value in plan.results]

        return Emitted(run, "\n".join(map(repr, plan.nodes)), lambda error: failed[0] if failed else None)

    def _call(self, node: Node, function: Callable[..., Any], values: dict[Value, Any]) -> None:
        def given(one: Any) -> Any:
            if isinstance(one, Value):
                return values[one]
            return one.array if isinstance(one, Constant) else one

        args = replaced(node.args, given)
        named = {key: replaced(one, given) for key, one in node.kwargs.items()}
        first = next((one for one in args if isinstance(one, self._backend.array_types)), None)
        if first is None:
            made = function(*args, **named)
        else:
            with computing_at(self._backend, first):
                made = function(*args, **named)
        for value, one in zip(node.outputs, made if node.several else (made,), strict=True):
            proper = value.dtype is None or isinstance(one, self._backend.array_types)
            values[value] = one if proper else self._backend.from_scalar(one)

    def _own(self, array: Any) -> Any:
        return self._backend.asarray(array, copy=True)
