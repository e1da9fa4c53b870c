"""`compile`: a function that traces a step when it must, and runs what the trace gave when it can."""

from __future__ import annotations

import functools
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, overload

from .. import config
from ..autograd.graph import LeafNode
from ..autograd.modes import is_grad_enabled, is_inference_mode_enabled, modes
from ..func.active import active
from ..namespaces.raw import NAMESPACES
from ..ops import autocasting
from ..tensor import Tensor
from ..utils._pytree import tree_flatten
from .active import tracing
from .recording import Recording
from .trace import NO_TENSORS, CannotTrace, Trace
from .world import World

__all__ = ["CompiledStep", "compile"]

P = ParamSpec("P")
R = TypeVar("R")

PLANS = 64  # kept for one step, those used last
RETRIES = 8  # traces for the same kinds of arguments, after which a step is left as it is
_lock = threading.RLock()  # while a trace is under way, tensors hold traced arrays


@overload
def compile(step: Callable[P, R], /, *, fullgraph: bool = ..., explain: bool = ...) -> Callable[P, R]: ...
@overload
def compile(
    step: None = ..., /, *, fullgraph: bool = ..., explain: bool = ...
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def compile(step: Any = None, /, *, fullgraph: bool = False, explain: bool = False) -> Any:
    """A function that does what ``step`` does, but sees all of it before it computes.

    The first call runs the step and writes down its operations: forward, backward and the optimizer's. Later calls run
    what the backend's executor made of them. What the step reads from its arguments, from modules, optimizers and other
    tensors, it reads anew each time; when a shape, a dtype, a mode or a plain Python value that it can reach has
    changed, the step is traced again. Random numbers are those that the step itself would draw.

    Parameters
    ----------
    step
        A function, method or module. It calls ``backward()`` itself, if it does at all: what it returns is in no graph.
    fullgraph
        Raise where the step cannot be compiled, such as at a branch on a tensor's values; otherwise a warning says
        where that is, and the step runs as it would without ``compile``.
    explain
        Print each plan when it is made.

    Returns
    -------
    callable

    Raises
    ------
    CannotTrace
        When called, under `fullgraph`, if the step cannot be compiled.

    Examples
    --------
    >>> @dl.compile
    ... def step(inputs, targets):
    ...     optimizer.zero_grad()
    ...     loss = criterion(model(inputs), targets)
    ...     loss.backward()
    ...     optimizer.step()
    ...     return loss
    """
    if step is None:
        return functools.partial(compile, fullgraph=fullgraph, explain=explain)
    return CompiledStep(step, fullgraph, explain)


class CompiledStep:
    """What :func:`compile` gives.

    Attributes
    ----------
    traces : int
        How often the step has been traced.
    """

    def __init__(self, step: Callable[..., Any], fullgraph: bool, explain: bool) -> None:
        functools.update_wrapper(self, step, updated=())
        self.step = step
        self.fullgraph = fullgraph
        self.explain = explain
        self.traces = 0
        self._recordings: OrderedDict[Any, list[Recording]] = OrderedDict()
        self._tries: dict[Any, int] = {}
        self._left: set[Any] = set()  # kinds of arguments for which the step runs as it is
        self._warned = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if (
            tracing.trace is not None
            or active.levels
            or modes.anomaly
            or modes.profiler is not None
            or autocasting.local.enabled  # around the step; it may well be within
        ):
            return self.step(*args, **kwargs)
        if not kwargs and all(isinstance(one, Tensor) for one in args):
            leaves, form = [*args], len(args)
        else:
            leaves, structure = tree_flatten((args, kwargs))
            form = repr(structure)
        key = (_mode(), form, *map(_kind, leaves), _shared_by(leaves))
        with _lock:
            if key in self._left:
                return self.step(*args, **kwargs)
            for recording in self._recordings.get(key, ()):
                if recording.fits(leaves):
                    return recording(leaves)
            return self._trace(key, leaves, args, kwargs)

    def _trace(self, key: Any, leaves: list[Any], args: Any, kwargs: Any) -> Any:
        roots = {"the step": self.step} | {f"argument {place}": leaf for place, leaf in enumerate(leaves)}
        world = World(roots)
        trace = Trace(world, leaves, self.fullgraph)
        executor = None if trace.reason else trace.base.executor
        if executor is None:
            reason = trace.reason or f"the backend {trace.base.name!r} has no executor"
            return self._leave(key, reason, args, kwargs)
        self.traces += 1
        try:
            result, traced = trace.run(functools.partial(self.step, *args, **kwargs))
        except CannotTrace:
            raise
        except Exception as error:
            if self.fullgraph:
                raise
            result = self.step(*args, **kwargs)  # which raises the same, or can do what a trace cannot
            self._give_up(key, f"{type(error).__name__}: {error}")
            return result
        if traced is None:
            self._give_up(key, trace.reason)
            return result
        recording = Recording(world, traced, trace.guards, trace.fixed, executor)
        if self.explain:
            print(recording.emitted.source)
        self._keep(key, recording)
        return result

    def _keep(self, key: Any, recording: Recording) -> None:
        self._recordings.setdefault(key, []).insert(0, recording)
        self._recordings.move_to_end(key)
        del self._recordings[key][RETRIES:]
        self._tries[key] = self._tries.get(key, 0) + 1
        if self._tries[key] > RETRIES:
            self._recordings.pop(key)
            self._give_up(key, f"what the step reaches changes from call to call: {self._changes(recording)}")
        while len(self._recordings) > PLANS:
            forgotten, _ = self._recordings.popitem(last=False)
            self._tries.pop(forgotten, None)

    def _changes(self, recording: Recording) -> str:
        changed = [
            f"{region.name}[{key!r}]"
            for region in recording.world.regions
            for key, *_ in region.differences()
        ]
        return ", ".join(changed[:3]) or "gradients"

    def _leave(self, key: Any, reason: str, args: Any, kwargs: Any) -> Any:
        if reason != NO_TENSORS:
            self._give_up(key, reason)
        return self.step(*args, **kwargs)

    def _give_up(self, key: Any, reason: str) -> None:
        if self.fullgraph:
            raise CannotTrace(f"cannot compile the step: {reason}")
        self._left.add(key)
        if not self._warned:
            self._warned = True
            warnings.warn(f"the step runs without being compiled: {reason}", stacklevel=5)


def _mode() -> tuple[Any, ...]:
    """What decides how all operations work."""
    values = config.settings().values
    return (
        is_grad_enabled(), is_inference_mode_enabled(), values["backend"], values["device"], values["default_dtype"],
        values["semantics"],
    )  # fmt: skip


def _kind(leaf: Any) -> Any:
    """What of an argument a trace depends on."""
    if isinstance(leaf, Tensor) and hasattr(leaf, "_array"):
        array: Any = leaf._array
        node = leaf._node
        return (
            type(leaf), type(array), tuple(array.shape), array.dtype, getattr(array, "strides", None),
            None if node is None else isinstance(node, LeafNode),
        )  # fmt: skip
    try:
        hash(leaf)
    except TypeError:
        return id(leaf)
    return type(leaf), leaf


def _shared_by(leaves: list[Any]) -> Any:
    """Which arguments are one tensor, and which lie in the same memory; None if none do."""
    owners = [_storage(leaf) if isinstance(leaf, Tensor) else place for place, leaf in enumerate(leaves)]
    if len(set(owners)) == len(owners):
        return None
    tensors = [*map(id, leaves)]
    return tuple(map(owners.index, owners)), tuple(map(tensors.index, tensors))


def _storage(tensor: Tensor) -> Any:
    array: Any = getattr(tensor, "_array", tensor)
    return "memory", id(NAMESPACES[type(array)].backend.storage(array))
