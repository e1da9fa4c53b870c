"""Whole programs, compiled, end where they end without: on NumPy and on strict arrays."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import deep_learner as dl
from tests.swap.training import PROGRAMS, Outcome, assert_agree, start

BACKENDS = ("numpy", "strict")
PLACES = (("numpy", "float64"), ("numpy", "float32"), ("strict", "float64"))
FALL_BACK = ("lstm",)  # it packs sequences, whose lengths decide about shapes


@functools.cache
def outcome(program: str, dtype: str, backend: str) -> Outcome:
    """Where a program ends that is not compiled."""
    with dl.backend(backend):
        return start(program, dl, dtype).outcome()


def compiled(program: str, function: Callable[..., Any]) -> Any:
    return dl.compile(function, fullgraph=program not in FALL_BACK)


def trained(program: str, training: Any) -> Outcome:
    with warnings.catch_warnings():
        if program in FALL_BACK:
            warnings.filterwarnings("ignore", "the step runs without being compiled: numpy")
        return training.outcome()


@pytest.mark.parametrize(("backend", "dtype"), PLACES)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_compiled_step_trains_as_the_step_itself(program: str, backend: str, dtype: str) -> None:
    with dl.backend(backend):
        training = start(program, dl, dtype)
        training.step = step = compiled(program, training.step)
        received = trained(program, training)
    assert_agree(received, outcome(program, dtype, backend), dtype)
    assert step.traces <= 2  # the first makes the optimizer's states


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_compiled_model_trains_as_the_model_itself(program: str, backend: str) -> None:
    """The loss, the backward pass and the optimizer stay outside."""
    with dl.backend(backend):
        training = start(program, dl, "float64")
        training.model.forward = forward = compiled(program, training.model.forward)
        received = trained(program, training)
    assert_agree(received, outcome(program, "float64", backend), "float64")
    assert forward.traces == 1
