"""Operations that plugins register are found beside core's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import deep_learner as dl
from deep_learner import hookimpl, op
from deep_learner.ops.registry import OPERATIONS
from deep_learner.testing import PluginDistribution, isolated
from deep_learner.typing import Array, Namespace


class Cubing:
    @hookimpl
    def register_operations(self, register) -> None:
        @op(name="cube_of_acme")
        def cube(xp: Namespace, input: Array) -> Array:
            """The third power."""
            return input * input * input

        register("cube_of_acme", cube)


@pytest.fixture(autouse=True)
def _forgotten_afterwards() -> Iterator[None]:
    yield
    OPERATIONS.pop("cube_of_acme", None)


def test_a_registered_operation_is_found_by_its_name_in_the_package() -> None:
    pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
    numpy = PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})
    with isolated(numpy, PluginDistribution("acme", {"acme": Cubing()})):
        assert "cube_of_acme" in dir(dl)
        x = dl.tensor([2.0], requires_grad=True)
        dl.cube_of_acme(x).backward()
        assert x.grad.tolist() == [12.0]
    assert not hasattr(dl, "cube_of_acme")


def test_an_operation_without_operands_is_refused_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="'cube_of_acme' has no operands: annotate"):

        @op(name="cube_of_acme")
        def cube(xp, input):
            return input * input * input
