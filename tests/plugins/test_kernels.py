"""Kernels that one distribution brings for another's backend."""

from __future__ import annotations

from typing import Any

import pytest

import deep_learner as dl
from deep_learner import hookimpl
from deep_learner.errors import MissingFunctionError, PluginWarning
from deep_learner.ops.kernel_only import needs_kernel
from deep_learner.testing import PluginDistribution, isolated

numpy = pytest.importorskip("numpy", reason="NumPy's backend is given kernels")
pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
NUMPY = PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})


class Kernels:
    def __init__(self, target: Any, name: str = "numpy.tanh") -> None:
        self.target = target
        self.name = name

    @hookimpl
    def register_kernels(self, register: Any) -> None:
        register(self.name, self.target)


def tanh_of_acme(input: Any) -> Any:
    return input + 100 if input.ndim == 1 else NotImplemented


def test_a_registered_kernel_comes_first_and_may_leave_a_case_to_the_backend() -> None:
    with isolated(NUMPY, PluginDistribution("acme", {"acme": Kernels(tanh_of_acme)})):
        assert dl.tanh(dl.tensor([1.0])).tolist() == [101.0]
        assert dl.tanh(dl.tensor([[0.0]])).tolist() == [[0.0]]
    assert dl.tanh(dl.tensor([0.0])).tolist() == [0.0]


def test_rules_use_it() -> None:
    kernel = Kernels(lambda g, *_: g * 0 + 7, "numpy.cos")
    with isolated(NUMPY, PluginDistribution("acme", {"acme": kernel})):
        assert dl.cos(dl.tensor([1.0])).tolist() == [7.0]


def test_a_kernel_that_cannot_be_loaded_is_left_out_with_a_warning() -> None:
    with (
        isolated(NUMPY, PluginDistribution("acme", {"acme": Kernels("no_such_module:tanh")})),
        pytest.warns(PluginWarning, match=r"a faster numpy\.tanh is left out"),
    ):
        assert dl.tanh(dl.tensor([0.0])).tolist() == [0.0]


def test_without_a_kernel_the_error_says_what_the_backend_advises() -> None:
    class Namespace:
        class backend:
            name = "acme"

            @staticmethod
            def cure(function: str) -> str:
                return f"install acme[{function}]"

    with pytest.raises(MissingFunctionError, match=r"'acme' has no function 'airy'; install acme\[airy\]"):
        needs_kernel(Namespace, "airy")
