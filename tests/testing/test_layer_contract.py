"""The contract of a layer accepts sound layers and catches planted faults."""

from __future__ import annotations

import pickle

import pytest

from deep_learner import Tensor, no_grad, randn
from deep_learner.autograd import Function
from deep_learner.nn import Module, Parameter
from deep_learner.plugins import hookimpl
from deep_learner.testing import GradcheckError, LayerContract
from deep_learner.testing.isolation import PluginDistribution, isolated


class Scale(Module):
    """Multiplies by a learned vector."""

    def __init__(self, size):
        super().__init__()
        self.scale = Parameter(Tensor([float(i + 1) for i in range(size)]))

    def forward(self, input):
        return input * self.scale


class Undocumented(Scale):
    __doc__ = None


class HalfSquare(Function):
    """A square whose gradient is wrong by a thousandth."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x * 2.002


class WrongGradient(Scale):
    """Its gradient is wrong by a thousandth."""

    def forward(self, input):
        return HalfSquare.apply(input * self.scale)


class WrongParameterGradient(Scale):
    """The gradient of its parameter is wrong."""

    def forward(self, input):
        return input * HalfSquare.apply(self.scale)


class Widening(Scale):
    """Gives float64 whatever it is given."""

    def forward(self, input):
        return (input * self.scale).double()


class Unreached(Scale):
    """Has a parameter that it does not use."""

    def __init__(self, size):
        super().__init__(size)
        self.unused = Parameter(Tensor([1.0]))


class Forgetful(Scale):
    """Computes with something that is not in its state."""

    def __init__(self, size):
        super().__init__(size)
        self.hidden = randn(size)

    def forward(self, input):
        return super().forward(input) + self.hidden.to(input.dtype)


class Overwriting(Scale):
    """Changes its input."""

    def forward(self, input):
        with no_grad():
            input.detach().mul_(2.0)
        return super().forward(input)


class Unsteady(Scale):
    """Is random in evaluation."""

    def forward(self, input):
        return super().forward(input) + randn(*input.shape).to(input.dtype)


class Deaf(Scale):
    """Does not hear of evaluation."""

    def train(self, mode=True):
        return self


class Misnamed(Scale):
    """Prints another name."""

    def __repr__(self):
        return "Something()"


class Preferring(Scale):
    """Computes otherwise with one backend."""

    def forward(self, input):
        return super().forward(input) * (1.0 if input.backend == "numpy" else 1.01)


class Homesick(Scale):
    """Gives its output on one backend always."""

    def forward(self, input):
        return super().forward(input).to(backend="numpy")


class Unpicklable(Scale):
    """Holds what cannot be pickled."""

    def __init__(self, size):
        super().__init__(size)
        self.function = lambda x: x


FAULTS = {
    Preferring: "test_it_gives_the_same_on_every_backend",
    Homesick: "test_it_gives_the_same_on_every_backend",
    Unpicklable: "test_it_comes_back_from_a_pickle",
    Undocumented: "test_it_is_registered_as_a_documented_module",
    WrongGradient: "test_its_gradients_agree_with_finite_differences",
    WrongParameterGradient: "test_its_gradients_agree_with_finite_differences",
    Widening: "test_its_output_has_the_stated_shape_and_keeps_the_dtype",
    Unreached: "test_every_parameter_is_reached_by_a_gradient",
    Forgetful: "test_its_state_makes_another_layer_give_the_same_output",
    Overwriting: "test_it_leaves_its_inputs_as_they_were",
    Unsteady: "test_evaluation_is_repeatable",
    Deaf: "test_training_and_evaluation_reach_every_part",
    Misnamed: "test_it_is_printed_with_the_name_of_its_class",
}


class Layers:
    @hookimpl
    def register_layers(self, register):
        for layer in (Scale, *FAULTS):
            register(layer.__name__, layer)


ACME = PluginDistribution("acme", {"acme": Layers()})
NUMPY = PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})
STRICT = PluginDistribution("deep-learner-strict", {"strict": "deep_learner_strict.hooks"})


@pytest.fixture(autouse=True)
def acme():
    pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
    with isolated(ACME, NUMPY, STRICT):
        yield


class TestScale(LayerContract):
    layer = "Scale"
    arguments = {"size": 3}  # noqa: RUF012
    inputs = ((2, 3),)
    output = (2, 3)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_caught(fault):
    planted = type("Planted", (TestScale,), {"layer": fault.__name__})()
    with pytest.raises((AssertionError, GradcheckError, AttributeError, pickle.PicklingError)):
        getattr(planted, FAULTS[fault])()


def test_another_output_shape_than_the_stated_is_caught():
    planted = type("Planted", (TestScale,), {"output": (3, 2)})()
    with pytest.raises(AssertionError, match="output"):
        planted.test_its_output_has_the_stated_shape_and_keeps_the_dtype()
