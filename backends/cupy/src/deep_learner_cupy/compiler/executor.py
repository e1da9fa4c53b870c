"""Making a function of a plan."""

from __future__ import annotations

import weakref
from functools import cached_property
from typing import TYPE_CHECKING, Any

import cupy

from deep_learner.compiler import Constant, Emitted, Plan, replaced
from deep_learner.compiler.interpreter import Interpreter
from deep_learner_cupy import captures
from deep_learner_cupy.compiler.captured import Captured, GraphMemory
from deep_learner_cupy.compiler.draws import draw, is_draw, is_early
from deep_learner_cupy.compiler.program import Program
from deep_learner_cupy.compiler.steps import Call, LaunchStep, number
from deep_learner_cupy.kernels import elementwise

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.backends import Backend
    from deep_learner_cupy.accelerator import CupyAccelerator

__all__ = ["CupyExecutor"]

_WHOLE = frozenset({"binary_cross_entropy", "erf", "erfc", "lgamma"})


class CupyExecutor:
    """Generates kernels for what is computed element by element and row by row, and captures the whole into a graph.

    Parameters
    ----------
    backend
        Whose functions and kernels are called for all else.
    accelerator
        Its GPUs.
    """

    seen_through = frozenset(elementwise.KERNELS) - _WHOLE

    def __init__(self, backend: Backend, accelerator: CupyAccelerator) -> None:
        self._backend = backend
        self._accelerator = accelerator
        self._memories: dict[int, GraphMemory] = {}

    def emit(self, plan: Plan) -> Emitted:
        """A function that replays a graph from its second run on, where the plan can be captured."""
        runner = _Runner(plan, self._backend, self._accelerator, self._memories)
        emitted = Emitted(runner.run, runner.source(), lambda error: runner.program.failed)
        runner.emitted = weakref.ref(emitted)
        return emitted


class _Runner:
    """Runs a plan: step by step, or by a graph for each GPU."""

    emitted: weakref.ref[Emitted]

    def __init__(
        self, plan: Plan, backend: Backend, accelerator: CupyAccelerator, memories: dict[int, GraphMemory]
    ) -> None:
        self.plan = plan
        self.program = Program(plan, backend)
        self._backend = backend
        self._accelerator = accelerator
        self._memories = memories
        self._captured: dict[int, Captured] = {}
        self._devices = {one.array.device.id for one in _constants(plan)} if accelerator.count() > 1 else {0}
        self._draws = [node for node in plan.nodes if is_draw(node)]
        self._reason = _reason_against(plan, self.program)

    def run(self, *inputs: Any) -> list[Any]:
        """The results."""
        if self._accelerator.count() == 1:
            return self._run(0, inputs)
        devices = self._devices | {one.device.id for one in inputs if isinstance(one, cupy.ndarray)}
        if len(devices) > 1:
            return self._one_by_one(*inputs)
        index = devices.pop() if devices else self._accelerator.current()
        with cupy.cuda.Device(index):
            return self._run(index, inputs)

    @cached_property
    def _one_by_one(self) -> Callable[..., list[Any]]:
        """For arrays on several GPUs, which no kernel is generated for."""
        return Interpreter(self._backend).emit(self.plan).run

    def _run(self, index: int, inputs: tuple[Any, ...]) -> list[Any]:
        values: dict[Any, Any] = dict(zip(self.plan.inputs, inputs, strict=True))
        if not self._reason and not captures.capturing():
            if index in self._captured:
                return self._replayed(self._captured[index], values)
            memory = self._memories.setdefault(index, GraphMemory())
            self._captured[index] = captured = Captured(self.program, memory, self._accelerator)
            captured.note(values)
        return self._step_by_step(values)

    def _step_by_step(self, values: dict[Any, Any]) -> list[Any]:
        self.program.run(values)
        return self._results(values)

    def _replayed(self, captured: Captured, values: dict[Any, Any]) -> list[Any]:
        values |= {node.outputs[0]: draw(node) for node in self._draws}
        try:
            captured.prepare(values)
        except Exception as error:
            self._give_up(f"{type(error).__name__}: {error}")
            return self._step_by_step(values)
        return self._results(values | captured.replay(values))

    def _results(self, values: dict[Any, Any]) -> list[Any]:
        return [number(values[one]) if one.dtype is None else values[one] for one in self.plan.results]

    def _give_up(self, reason: str) -> None:
        """Run step by step from now on."""
        self._reason = reason
        self._captured.clear()
        emitted = self.emitted()
        if emitted is not None:
            emitted.source = self.source()

    def source(self) -> str:
        """The steps and the kernels, for people."""
        steps = self.program.steps
        kernels = sum(isinstance(step, LaunchStep) for step in steps)
        how = (
            f"not captured: {self._reason}"
            if self._reason
            else "captured into a CUDA graph by the second run"
        )
        head = f"# {len(self.plan.nodes)} operations in {kernels} kernels and {len(steps) - kernels} calls, {how}\n"
        lines = [*map(str, steps)]
        for source, value in self.plan.writes:
            there = "  # computed there" if value in self.program.in_place else ""
            lines.append(f"{source!r}[...] = {value!r}{there}")
        lines.append(f"return {self.plan.results!r}")
        body = "".join(f"    {line}\n" for line in lines)
        arguments = ", ".join(map(repr, self.plan.inputs))
        return f"{head}def step({arguments}):\n{body}\n{self.program.kernels.source}"


def _reason_against(plan: Plan, program: Program) -> str:
    """Why a plan cannot be captured, as far as that can be told beforehand."""
    late = [node for node in plan.nodes if is_draw(node) and not is_early(node)]
    if late:
        return f"{late[0].operation}() draws on the host by numbers that were computed"
    for step in program.steps:
        if isinstance(step, Call) and any(value.dtype is None for value in step.reads):
            return f"{step.node.operation}() takes a number from the host"
    if any(value not in plan.inputs and value.root in plan.inputs for value in plan.results):
        return "a result shows the memory of an input"
    return "" if program.steps else "there is nothing to be done"


def _constants(plan: Plan) -> list[Constant]:
    found: list[Constant] = []

    def look(one: Any) -> Any:
        if isinstance(one, Constant):
            found.append(one)
        return one

    for node in plan.nodes:
        replaced((*node.args, *node.kwargs.values()), look)
    return found
