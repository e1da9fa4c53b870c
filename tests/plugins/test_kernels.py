"""Kernels that one distribution brings for another's backend."""

from __future__ import annotations

from typing import Any

import pytest

import deep_learner as dl
from deep_learner import config, hookimpl
from deep_learner.errors import AmbiguousNameError, MissingFunctionError, PluginWarning
from deep_learner.ops.kernel_only import needs_kernel
from deep_learner.testing import PluginDistribution, isolated

numpy = pytest.importorskip("numpy", reason="NumPy's backend is given kernels")
pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
NUMPY = PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})


class Kernels:
    def __init__(self, target: Any, name: str = "numpy.tanh", **metadata: Any) -> None:
        self.target = target
        self.name = name
        self.metadata = metadata

    @hookimpl
    def register_kernels(self, register: Any) -> None:
        register(self.name, self.target, **self.metadata)

    @hookimpl
    def register_executors(self, register: Any) -> None:
        if "executor" in self.metadata:
            register(self.metadata["executor"], object, backend="numpy")


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


def test_rules_use_one_of_a_function_of_the_standard() -> None:
    def matmul(one: Any, other: Any) -> Any:
        return numpy.matmul(one, other) + 100 if one.ndim == 2 else NotImplemented

    x = dl.ones(2, 3, requires_grad=True)
    with isolated(NUMPY, PluginDistribution("acme", {"acme": Kernels(matmul, "numpy.matmul")})):
        x = dl.ones(2, 3, requires_grad=True)
        product = dl.matmul(x, dl.ones(3, 2))
        assert product.tolist() == [[103.0] * 2] * 2
        product.sum().backward()
        assert x.grad.tolist() == [[102.0] * 3] * 2
        assert dl.matmul(dl.ones(3), dl.ones(3)).item() == 3.0


def test_compiled_steps_know_it_as_the_standard_s(capsys: pytest.CaptureFixture[str]) -> None:
    def matmul(one: Any, other: Any) -> Any:
        return numpy.matmul(one, other)

    with isolated(NUMPY, PluginDistribution("acme", {"acme": Kernels(matmul, "numpy.matmul")})):
        step = dl.compile(lambda x: dl.matmul(x, x), fullgraph=True, explain=True)
        for _ in range(2):
            assert step(dl.ones(2, 2)).tolist() == [[2.0] * 2] * 2
    shown = capsys.readouterr().out
    assert "matmul" in shown
    assert "ops.matmul" not in shown


def test_one_of_an_optimizer_s_rule_makes_the_step() -> None:
    pytest.importorskip("deep_learner_optimizers", reason="it has the rule")

    def sgd(parameters: Any, gradients: Any, states: Any, group: Any) -> bool:
        for one in parameters:
            one += 7
        return len(parameters) == 1

    optimizers = PluginDistribution(
        "deep-learner-optimizers", {"optimizers": "deep_learner_optimizers.hooks"}
    )
    kernel = Kernels(sgd, "numpy.deep_learner_optimizers.sgd.SGD.rule")
    with isolated(NUMPY, optimizers, PluginDistribution("acme", {"acme": kernel})):
        parameter = dl.ones(2, requires_grad=True)
        parameter.grad = dl.ones(2)
        dl.optim.SGD([parameter], lr=1.0).step()
        assert parameter.tolist() == [8.0, 8.0]


def test_a_kernel_that_cannot_be_loaded_is_left_out_with_a_warning() -> None:
    with (
        isolated(NUMPY, PluginDistribution("acme", {"acme": Kernels("no_such_module:tanh")})),
        pytest.warns(PluginWarning, match=r"a faster numpy\.tanh is left out"),
    ):
        assert dl.tanh(dl.tensor([0.0])).tolist() == [0.0]


def one_more(input: Any) -> Any:
    return input + 1 if input.ndim == 1 else NotImplemented


def test_a_kernel_of_an_executor_serves_while_that_is_configured_and_comes_before_others() -> None:
    of_executor = PluginDistribution("beta", {"beta": Kernels(one_more, executor="quick")})
    always = PluginDistribution("acme", {"acme": Kernels(tanh_of_acme)})
    with isolated(NUMPY, of_executor, always) as host:
        x = dl.tensor([1.0])
        assert dl.tanh(x).tolist() == [101.0]
        for name in ("quick", "beta:quick"):
            with config.using(executor=name):
                assert dl.tanh(x).tolist() == [2.0]
                assert dl.tanh(dl.tensor([[0.0]])).tolist() == [[0.0]]
        assert not [*host.catalogue.clashes()]


def test_the_configuration_may_choose_another_kernel_than_the_executor_s() -> None:
    settings = config.defaults().updated({"plugins": {"kernels": {"numpy.tanh": "acme"}}}, "the test")
    of_executor = PluginDistribution("beta", {"beta": Kernels(one_more, executor="quick")})
    always = PluginDistribution("acme", {"acme": Kernels(tanh_of_acme)})
    with isolated(NUMPY, of_executor, always, settings=settings), config.using(executor="quick"):
        assert dl.tanh(dl.tensor([1.0])).tolist() == [101.0]


def test_two_that_serve_always_are_an_error_that_says_how_to_choose() -> None:
    both = [PluginDistribution(name, {name: Kernels(tanh_of_acme)}) for name in ("acme", "beta")]
    with (
        isolated(NUMPY, *both),
        pytest.raises(AmbiguousNameError, match=r'plugins\.kernels\."numpy\.tanh" = "acme"'),
    ):
        dl.tanh(dl.tensor([1.0]))


def test_a_compiled_step_leaves_to_the_generic_form_what_a_kernel_leaves() -> None:
    def gelu_of_acme(*_: Any, **__: Any) -> Any:
        return NotImplemented

    with isolated(NUMPY, PluginDistribution("acme", {"acme": Kernels(gelu_of_acme, "numpy.hypot")})):
        step = dl.compile(lambda x: dl.hypot(x, x), fullgraph=True)
        for _ in range(2):
            assert step(dl.tensor([3.0])).tolist() == dl.hypot(dl.tensor([3.0]), dl.tensor([3.0])).tolist()


def test_without_a_kernel_the_error_says_what_the_backend_advises() -> None:
    class Namespace:
        class backend:
            name = "acme"

            @staticmethod
            def cure(function: str) -> str:
                return f"install acme[{function}]"

    with pytest.raises(MissingFunctionError, match=r"'acme' has no function 'airy'; install acme\[airy\]"):
        needs_kernel(Namespace, "airy")
