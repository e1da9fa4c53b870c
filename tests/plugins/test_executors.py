"""What runs compiled steps: one that a stranger registers, chosen as anything else is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import config, hookimpl
from deep_learner.compiler import Plan
from deep_learner.compiler.interpreter import Interpreter
from deep_learner.errors import UnknownNameError
from deep_learner.testing import PluginDistribution, isolated

pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
NUMPY = PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})
plans: list[Plan] = []


class Telling(Interpreter):
    """Tells of the plans that it is given."""

    seen_through = frozenset({"sigmoid"})

    def emit(self, plan: Plan) -> Any:
        plans.append(plan)
        return super().emit(plan)


class Acme:
    @hookimpl
    def register_executors(self, register: Any) -> None:
        register("telling", "tests.plugins.test_executors:Telling", backend="numpy")
        register("elsewhere", Telling, backend="wool")


@pytest.fixture(autouse=True)
def acme() -> Iterator[None]:
    plans.clear()
    with isolated(NUMPY, PluginDistribution("acme", {"acme": Acme()})):
        yield


def operations(**options: Any) -> list[str]:
    """What the executor is told of."""
    from tests.plugins.test_executors import plans as told  # the module that the registry imports

    told.clear()
    step = dl.compile(lambda x: x.sigmoid(), fullgraph=True, **options)
    for _ in range(2):
        assert step(dl.zeros(2)).tolist() == [0.5, 0.5]
    return [str(node.operation) for plan in told for node in plan.nodes]


def test_it_is_chosen_by_an_argument_or_the_configuration_and_sees_through_what_it_says() -> None:
    assert operations() == []
    parts = operations(executor="telling")
    assert parts
    assert "ops.sigmoid" not in parts
    with config.using(executor="telling"):
        assert operations() == parts
        assert operations(executor="numpy") == []
    read = config.read(environment={"DEEP_LEARNER_EXECUTOR": "telling"})
    with config.replaced(read):
        assert operations() == parts


def test_another_choice_needs_another_trace() -> None:
    step = dl.compile(lambda x: x.exp(), fullgraph=True)
    x = dl.zeros(2)
    for executor in (None, "telling", None, "telling"):
        with config.using(executor=executor):
            step(x)
    assert step.traces == 2


def test_an_unknown_name_is_an_error_with_the_known_ones_and_what_to_install() -> None:
    with pytest.raises(UnknownNameError, match="known: elsewhere, numpy, telling") as caught:
        dl.compile(lambda x: x.exp(), executor="c")(dl.zeros(2))
    assert "pip install deep-learner-c" in str(caught.value)


def test_an_unknown_one_in_the_configuration_is_an_error_whatever_is_computed() -> None:
    with (
        config.using(executor="telingl"),
        pytest.raises(UnknownNameError, match=r"(?s)telling.*using.* asks for the executor 'telingl'"),
    ):
        dl.zeros(2)
    read = config.read(environment={"DEEP_LEARNER_EXECUTOR": "c"})
    with config.replaced(read), pytest.raises(UnknownNameError, match="pip install deep-learner-c"):
        dl.zeros(2)


def test_one_of_another_backend_is_refused_as_an_argument_and_passed_over_as_a_general_choice() -> None:
    with pytest.raises(ValueError, match="'elsewhere' runs steps of the backend 'wool', not of 'numpy'"):
        dl.compile(lambda x: x.exp(), executor="elsewhere")(dl.zeros(2))
    with config.using(executor="elsewhere"):
        assert dl.compile(lambda x: x.exp())(dl.zeros(2)).tolist() == [1.0, 1.0]
