"""The contract of an optimizer accepts sound ones and catches planted faults."""

from __future__ import annotations

import pytest

from deep_learner import Tensor, no_grad
from deep_learner.optim import Optimizer
from deep_learner.plugins import hookimpl
from deep_learner.testing import OptimizerContract
from deep_learner.testing.isolation import PluginDistribution, isolated


class Heavy(Optimizer):
    """Descent with momentum."""

    def __init__(self, params, lr=0.05):
        super().__init__(params, {"lr": lr})

    def update(self, parameter, gradient, group):
        state = self.state[parameter]
        state["velocity"] = 0.5 * state.get("velocity", 0.0) + gradient.detach()
        parameter.sub_(state["velocity"] * group["lr"])


class Undocumented(Heavy):
    __doc__ = None


class Uphill(Heavy):
    """Goes up."""

    def update(self, parameter, gradient, group):
        super().update(parameter, -gradient, group)


class Everywhere(Heavy):
    """Changes what no gradient reached."""

    @no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                self.update(parameter, parameter.grad + 1.0, group)


class Silent(Heavy):
    """Keeps the loss to itself."""

    def step(self, closure=None):
        super().step(closure)


class Forgetful(Heavy):
    """Keeps its state elsewhere."""

    def __init__(self, params, lr=0.05):
        super().__init__(params, lr)
        self.velocity = {}

    def update(self, parameter, gradient, group):
        velocity = self.velocity.get(id(parameter), 0.0)
        self.velocity[id(parameter)] = velocity * 0.5 + gradient.detach()
        parameter.sub_(self.velocity[id(parameter)] * group["lr"])


class Sharing(Heavy):
    """Takes over another's state without copying it."""

    def update(self, parameter, gradient, group):
        state = self.state[parameter]
        if "velocity" not in state:
            state["velocity"] = Tensor([[0.0, 0.0]] * 3)
        state["velocity"].mul_(0.5).add_(gradient.detach())
        parameter.sub_(state["velocity"] * group["lr"])

    def load_state_dict(self, state_dict):
        for parameter, state in zip(
            self.param_groups[0]["params"], state_dict["state"].values(), strict=True
        ):
            self.state[parameter] = state


class Groupless(Heavy):
    """Takes one rate for all groups."""

    def update(self, parameter, gradient, group):
        super().update(parameter, gradient, self.defaults)


class Hoarding(Heavy):
    """Does not clear gradients."""

    def zero_grad(self, set_to_none=True):
        return None


class Scaling(Heavy):
    """Changes the gradient."""

    def update(self, parameter, gradient, group):
        gradient.mul_(0.5)
        super().update(parameter, gradient, group)


class Strange(Heavy):
    """Keeps what no file holds."""

    def update(self, parameter, gradient, group):
        super().update(parameter, gradient, group)
        self.state[parameter]["owner"] = object()


class Preferring(Heavy):
    """Steps otherwise with one backend."""

    def update(self, parameter, gradient, group):
        super().update(parameter, gradient * (1.0 if parameter.backend == "numpy" else 1.01), group)


FAULTS = {
    Scaling: "test_it_leaves_gradients_as_they_were",
    Strange: "test_its_state_is_of_tensors_and_plain_values",
    Preferring: "test_it_steps_the_same_on_every_backend",
    Undocumented: "test_it_is_registered_as_a_documented_optimizer",
    Uphill: "test_it_finds_the_bottom_of_a_bowl",
    Everywhere: "test_a_parameter_that_no_gradient_reached_stays",
    Silent: "test_a_step_returns_what_the_closure_returned",
    Forgetful: "test_a_run_resumed_from_its_state_is_identical",
    Sharing: "test_a_loaded_state_shares_nothing_with_its_source",
    Groupless: "test_groups_have_options_of_their_own",
    Hoarding: "test_zero_grad_clears_the_gradients",
}


class Optimizers:
    @hookimpl
    def register_optimizers(self, register):
        for optimizer in (Heavy, *FAULTS):
            register(optimizer.__name__, optimizer)


ACME = PluginDistribution("acme", {"acme": Optimizers()})
NUMPY = PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})
STRICT = PluginDistribution("deep-learner-strict", {"strict": "deep_learner_strict.hooks"})


@pytest.fixture(autouse=True)
def acme():
    pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
    with isolated(ACME, NUMPY, STRICT):
        yield


class TestHeavy(OptimizerContract):
    optimizer = "Heavy"
    arguments = {"lr": 0.05}  # noqa: RUF012
    steps = 60


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_caught(fault):
    planted = type("Planted", (TestHeavy,), {"optimizer": fault.__name__})()
    with pytest.raises(AssertionError):
        getattr(planted, FAULTS[fault])()
