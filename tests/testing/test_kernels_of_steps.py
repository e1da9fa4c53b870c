"""A backend's kernel of an optimizer's rule is compared with the rule."""

from __future__ import annotations

import pytest

from deep_learner.plugins import hookimpl
from deep_learner.testing import BackendContract
from deep_learner.testing.isolation import PluginDistribution, isolated

backend = pytest.importorskip("deep_learner_numpy.backend", reason="core alone is being tested")
sgd = pytest.importorskip("deep_learner_optimizers.sgd", reason="the optimizers are not installed")
KEY = f"{sgd.SGD.__module__}:{sgd.SGD.rule.__qualname__}"


def judged(kernels):
    planted = type("Planted", (backend.NumpyBackend,), {"name": "planted", "kernels": kernels})

    class Backends:
        @hookimpl
        def register_backends(self, register):
            register("planted", planted, device_types=("cpu",))

    contract = type("Planted", (BackendContract,), {"backend": "planted"})()
    optimizers = PluginDistribution(
        "deep-learner-optimizers", {"optimizers": "deep_learner_optimizers.hooks"}
    )
    with isolated(PluginDistribution("acme", {"acme": Backends()}), optimizers):
        contract.test_each_kernel_of_an_optimizer_makes_the_step_that_its_rule_makes()


def step(momentum_of_the_first=1.0):
    """A kernel of descent with momentum."""

    def kernel(parameters, gradients, states, group):
        if group["nesterov"]:
            return False
        for parameter, gradient, state in zip(parameters, gradients, states, strict=True):
            g = (-gradient if group["maximize"] else gradient) + group["weight_decay"] * parameter
            if group["momentum"]:
                kept = state.get("momentum_buffer")
                first = momentum_of_the_first * g
                g = first if kept is None else group["momentum"] * kept + (1 - group["dampening"]) * g
                state["momentum_buffer"] = g
            parameter -= group["lr"] * g
        return True

    return kernel


def test_a_kernel_that_does_as_the_rule_passes():
    judged({KEY: step()})


def test_a_kernel_that_declines_passes():
    judged({KEY: lambda *arguments: False})


def test_a_kernel_that_does_otherwise_is_caught_with_the_options():
    with pytest.raises(AssertionError, match=r"SGD\(\{'momentum': 0.9.*\}\), by the kernel"):
        judged({KEY: step(momentum_of_the_first=0.5)})


def test_a_kernel_of_no_rule_is_caught():
    with pytest.raises(AssertionError, match=r"no registered optimizer has: .*Lion"):
        judged({"acme.lion:Lion.rule": step()})
