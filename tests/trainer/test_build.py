"""From names to objects: third parties' names work, and wrong arguments are answered with the right ones."""

from __future__ import annotations

import pytest

from deep_learner import nn
from deep_learner.errors import ConfigurationError, UnknownNameError
from deep_learner_trainer import Component
from deep_learner_trainer.build import build, takes


def test_a_registered_name_is_called_with_its_arguments() -> None:
    layer = build("layers", Component("Linear", {"in_features": 2, "out_features": 3}))
    assert isinstance(layer, nn.Linear)
    assert tuple(layer.weight.shape) == (3, 2)


def test_the_name_of_a_distribution_may_stand_before_a_name() -> None:
    assert type(build("layers", Component("acme:Doubling"))).__name__ == "Doubling"


def test_layers_may_be_arguments_of_layers() -> None:
    inner = {"name": "Around", "inner": {"name": "Doubling"}}
    layer = build("layers", Component("Around", {"inner": inner}))
    assert [type(module).__name__ for module in layer.modules()] == ["Around", "Around", "Doubling"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"in_feature": 2, "out_features": 3}, "takes no argument 'in_feature'; did you mean 'in_features'"),
        ({"in_features": 2}, "missing a required argument: 'out_features'; its arguments are in_features"),
        ({"in_features": "two", "out_features": 3}, "refuses"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        build("layers", Component("Linear", arguments))
    assert str(caught.value).startswith("Linear (layers)")
    assert message in str(caught.value)


def test_an_unknown_name_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match=r"'Doublin'.*did you mean 'Doubling'"):
        build("layers", Component("Doublin"))


def test_whether_an_argument_is_taken_is_known_beforehand() -> None:
    assert takes("datasets", Component("Points"), "train")
    assert not takes("datasets", Component("Slope"), "train")


def test_sizes_that_a_layer_refuses_are_an_error_of_the_configuration() -> None:
    with pytest.raises(ConfigurationError, match=r"Linear \(layers\) refuses .*non-negative"):
        build("layers", Component("Linear", {"in_features": -2, "out_features": 3}))
