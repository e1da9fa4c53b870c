"""How a training is run: step by step, compiled, or as a captured graph."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from benchmarks.gpu.programs import Work, train

Run = Callable[[], Any]
WARM_UP = 4  # steps, before a capture and before anything is timed


def eager(work: Work) -> tuple[Run, list[float]]:
    """Step by step."""

    def run() -> Any:
        work.refill()
        return work.step()

    return run, [run().item() for _ in range(WARM_UP)]


def compiled(work: Work, **options: Any) -> tuple[Run, list[float]]:
    """The forward and its derivative compiled by ``torch.compile``."""
    work.forward = work.lib.compile(work.forward, **options)
    return eager(work)


def whole(work: Work) -> tuple[Run, list[float]]:
    """The whole step, the optimizer's part included, compiled by ``deep_learner.compile``."""
    work.step = work.lib.compile(functools.partial(train, work.optimizer, work.forward, work.inputs))
    return eager(work)


def captured(work: Work) -> tuple[Run, list[float]]:
    """The whole step, the optimizer's part included, as one CUDA graph."""
    cuda = work.lib.cuda
    side = cuda.Stream()
    side.wait_stream(cuda.current_stream())
    with cuda.stream(side):
        _, losses = eager(work)
    cuda.current_stream().wait_stream(side)
    graph = cuda.CUDAGraph()
    with cuda.graph(graph):
        loss = work.step()

    def run() -> Any:
        work.refill()
        graph.replay()
        return loss

    return run, losses


WAYS: dict[str, Callable[..., tuple[Run, list[float]]]] = {
    "eager": eager,
    "compiled": compiled,
    "whole": whole,
    "captured": captured,
}
