"""A training under way: what programs start, and what can be asked of it whichever library and backend it runs on."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

PROGRAMS = tuple(os.environ.get("SWAP_PROGRAMS", "mlp gpt vae lstm cnn").split())
DTYPES = ("float64", "float32")
STEPS = 10


class Outcome(NamedTuple):
    """The losses of the steps, and the parameters after the last by name."""

    losses: list[float]
    parameters: dict[str, np.ndarray]


@dataclass
class Training:
    """Model, optimizer and a function that does one step and gives its loss; batches are drawn from `generator`."""

    lib: Any
    model: Any
    optimizer: Any
    step: Callable[[], Any]
    generator: Any

    def run(self, steps: int) -> list[float]:
        """So many steps; their losses."""
        return [self.step().item() for _ in range(steps)]

    def outcome(self, steps: int = STEPS) -> Outcome:
        """So many steps, and where they lead."""
        losses = self.run(steps)
        named = self.model.named_parameters()
        return Outcome(losses, {name: value.detach().cpu().numpy() for name, value in named})

    def save(self, path: Path) -> None:
        """Write a checkpoint: model, optimizer and random numbers."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": self.lib.get_rng_state(),
            "generator": self.generator.get_state(),
        }
        self.lib.save(state, path)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint."""
        state = self.lib.load(path)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.lib.set_rng_state(state["random"])
        self.generator.set_state(state["generator"])


def start(program: str, lib: Any, dtype: str) -> Training:
    """Start a program of `tests.swap.programs` on a library."""
    return importlib.import_module(f"tests.swap.programs.{program}").start(lib, dtype)


def assert_agree(received: Outcome, expected: Outcome, dtype: str) -> None:
    """Losses and parameters are equal to half of the dtype's digits: ten steps of training amplify its rounding."""
    tolerance = float(np.sqrt(np.finfo(dtype).eps))
    np.testing.assert_allclose(received.losses, expected.losses, rtol=tolerance)
    assert received.parameters.keys() == expected.parameters.keys()
    for name, value in expected.parameters.items():
        assert received.parameters[name].dtype == np.dtype(dtype)
        np.testing.assert_allclose(
            received.parameters[name], value, rtol=tolerance, atol=tolerance, err_msg=name
        )
