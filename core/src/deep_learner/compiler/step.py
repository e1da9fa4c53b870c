"""A compiled step: traced when it must be, run as what the trace gave when it can be."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

import functools
import threading
import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable
from types import MethodType
from typing import Any

from .. import config
from ..autograd.modes import local, modes
from ..func.active import active
from ..ops.autocasting import captured, switch
from ..ops.autocasting import local as autocast
from ..utils._pytree import TreeSpec, tree_flatten
from .active import tracing
from .call import MISFIT
from .errors import CannotTrace
from .executors import executor_of
from .kinds import kind_of, mode, shared_by
from .recording import Recording
from .run import Run, base_of
from .turns import turns
from .world import World

__all__ = ["CompiledStep"]

KINDS = 64  # of arguments for which recordings are kept, those used last
FEW = 8  # kinds that are traced when they come for the first time
RETRIES = 8  # traces for the same kind of arguments, after which it is left as it is
FAILURES = 4  # kinds that cannot be compiled, after which no other one is tried
SEEN = 1024  # kinds of arguments that are remembered


class _Kind:
    """What is known of one kind of arguments: how often no recording fitted, and how often it was traced."""

    __slots__ = ("misses", "traces")

    def __init__(self) -> None:
        self.misses = 0
        self.traces = 0


_steps: weakref.WeakSet[CompiledStep] = weakref.WeakSet()


class CompiledStep:
    """What :func:`compile` gives.

    Attributes
    ----------
    step : callable
        What was compiled.
    traces : int
        How often the step has been traced.
    """

    def __init__(
        self, step: Callable[..., Any], fullgraph: bool, explain: bool, executor: str | None = None
    ) -> None:
        functools.update_wrapper(self, step, updated=())
        self.step = step
        self.fullgraph = fullgraph
        self.explain = explain
        self.executor = executor
        self.traces = 0
        self._recordings: OrderedDict[Any, list[Recording]] = OrderedDict()
        self._kinds: OrderedDict[Any, _Kind] = OrderedDict()
        self._left: set[Any] = set()  # kinds for which the step runs as it is
        self._warned = False
        self._latest: tuple[Any, bool, bool, bool, Callable[[Any, Any], Any]] | None = None
        self._lock = turns.new_lock()
        self._making = threading.RLock()
        _steps.add(self)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __reduce__(self) -> Any:
        return CompiledStep, (self.step, self.fullgraph, self.explain, self.executor)

    def forget(self) -> None:
        """Let go of all recordings, as if the step had never been called."""
        with self._making, self._lock:
            self._recordings.clear()
            self._kinds.clear()
            self._left.clear()
            self._latest = None

    @staticmethod
    def forget_all() -> None:
        """Let all steps of the process forget."""
        for step in [*_steps]:
            step.forget()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        latest = self._latest
        if latest is not None and not (turns.tracing or switch.on or modes.anomaly):
            settings, enabled, inference, draws, call = latest
            if (
                settings is config.settings()
                and enabled is (modes.default or local.enabled)
                and (enabled or inference is local.inference)
                and not (draws and active.levels)
                and modes.profiler is None
            ):
                with self._lock:
                    if not turns.tracing:
                        result = call(args, kwargs)
                        if result is not MISFIT:
                            return result
        return self._searched(args, kwargs)

    def _searched(self, args: Any, kwargs: Any) -> Any:
        """Look for a recording that fits; make one if there is none."""
        if (
            tracing.trace is not None
            or active.levels
            or modes.anomaly
            or modes.profiler is not None
            or len(self._left) >= (KINDS if self._recordings else FAILURES)
        ):
            return self.step(*args, **kwargs)
        leaves, structure = tree_flatten((args, kwargs))
        key = (mode(), repr(structure), *map(kind_of, leaves), shared_by(leaves))
        if turns.tracing:
            turns.waited()
        result = self._found(key, args, kwargs)
        if result is MISFIT and key not in self._left:
            with self._making:
                result = self._found(key, args, kwargs)  # another thread may have been here
                if result is MISFIT and self._is_worth_it(key):
                    return self._made(key, leaves, structure, args, kwargs)
        return self.step(*args, **kwargs) if result is MISFIT else result

    def _found(self, key: Any, args: Any, kwargs: Any) -> Any:
        with self._lock:
            for recording in self._recordings.get(key, ()):
                result = recording.call(args, kwargs)
                if result is not MISFIT:
                    self._recordings.move_to_end(key)
                    self._remember(recording)
                    return result
        return MISFIT

    def _remember(self, recording: Recording) -> None:
        """Ask this recording first from now on."""
        enabled = modes.default or local.enabled
        if not autocast.enabled:
            self._latest = config.settings(), enabled, local.inference, recording.draws, recording.call

    def _is_worth_it(self, key: Any) -> bool:
        """Whether a trace pays: once there are many kinds of arguments, for those that come again and again."""
        kind = self._kinds.setdefault(key, _Kind())
        kind.misses += 1
        self._kinds.move_to_end(key)
        if len(self._kinds) > SEEN:
            self._kinds.popitem(last=False)
        return len(self._kinds) <= FEW or kind.misses > 2**kind.traces

    def _made(self, key: Any, leaves: list[Any], structure: TreeSpec, args: Any, kwargs: Any) -> Any:
        """Trace the step, which is a run of it, and keep what that gives."""
        step = functools.partial(self.step, *args, **kwargs)
        with turns.alone():
            world = World(self.step, leaves, (args, kwargs))
            base, reason = base_of(world)
            executor = None if base is None else executor_of(base, self.executor)
            run = (
                None
                if base is None or executor is None
                else Run(world, leaves, base, executor, self.fullgraph)
            )
            result, traced, failed = None, None, run is None
            if run is not None:
                self.traces += 1
                try:
                    with captured()():  # casts that are kept are of traced arrays
                        result, traced = run(step)
                    reason = run.trace.reason
                except Exception as error:
                    if self.fullgraph and run.trace.reason:
                        raise CannotTrace(f"cannot compile the step: {run.trace.reason}") from error
                    if self.fullgraph:
                        raise
                    failed, reason = True, run.trace.reason or f"{type(error).__name__}: {error}"
            elif base is not None:
                reason = f"the backend {base.name!r} has no executor"
        if failed:
            result = step()  # which raises the same, or can do what a trace cannot
        if run is not None and executor is not None and traced is not None:
            make = functools.partial(Recording, self.step, run, leaves, structure, traced, executor)
            reason = self._keep(key, make)
        if reason:
            self._give_up(key, reason)
        return result

    def _keep(self, key: Any, make: Callable[[Callable[[str], None] | None], Recording]) -> str:
        """Make a recording and keep it; why that is not to be done, if so."""
        try:
            recording = make(print if self.explain else None)
        except Exception as error:
            return f"its plan cannot be made a function: {type(error).__name__}: {error}"
        with self._lock:
            self._recordings.setdefault(key, []).insert(0, recording)
            self._recordings.move_to_end(key)
            del self._recordings[key][RETRIES:]
            self._remember(recording)
            while len(self._recordings) > KINDS:
                self._recordings.popitem(last=False)
            kind = self._kinds.setdefault(key, _Kind())
            kind.traces += 1
            if kind.traces <= RETRIES:
                return ""
            self._recordings.pop(key)
            self._latest = None
        return f"what the step reaches changes from call to call: {recording.guards.changes()}"

    def _give_up(self, key: Any, reason: str) -> None:
        if self.fullgraph:
            raise CannotTrace(f"cannot compile the step: {reason}")
        self._left.add(key)
        if not self._warned:
            self._warned = True
            warnings.warn(f"the step runs without being compiled: {reason}", stacklevel=5)
