"""One operation as a plan, for executors that run operations of eager programs, too."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..ops.registry import OPERATIONS
from .active import tracing
from .graph import replaced
from .passes import optimised
from .plan import Plan
from .surroundings import Surroundings
from .trace import Trace

if TYPE_CHECKING:
    from ..backends import Backend
    from .graph import Value
    from .plan import Executor

__all__ = ["plan_of"]


def plan_of(
    operation: str, args: Sequence[Any], kwargs: Mapping[str, Any], backend: Backend, executor: Executor
) -> tuple[Plan, bool]:
    """What an operation does with arrays like these.

    Parameters
    ----------
    operation
        The name of one of Deep Learner's operations.
    args, kwargs
        What a kernel of it is called with: arrays of the backend, and options. It is called once to see what it does.
    backend
        The arrays'.
    executor
        What will run the plan.

    Returns
    -------
    plan
        Its inputs are the arrays in their order.
    several
        Whether the operation gives a tuple.

    Raises
    ------
    CannotTrace
        If what is computed depends on the arrays' elements.
    """
    trace = Trace(backend, executor, Surroundings({}), strict=True)
    inputs: list[Value] = []

    def raised(one: Any) -> Any:
        if type(one) not in backend.array_types:
            return one
        inputs.append(trace.graph.value(one))
        return trace.kind(one, inputs[-1])

    plain = replaced(tuple(args), raised)
    named = {key: replaced(one, raised) for key, one in kwargs.items()}
    function = OPERATIONS[operation].operation.implementations[trace.kind]
    before, tracing.trace = tracing.trace, trace
    try:
        made = function(*plain, **named)
        several = isinstance(made, tuple)
        results = [trace.value_of(one) for one in (made if several else (made,))]
    finally:
        tracing.trace = before
    return optimised(Plan(trace.graph.nodes, inputs, [], results)), several
