"""The contract of an optimizer."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar, cast

from ..nn import Parameter
from ..optim import Optimizer
from ..plugins import registry
from ..tensor import Tensor
from .comparison import assert_close
from .everywhere import here, on_every_backend
from .samples import normal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["OptimizerContract"]


class OptimizerContract:
    """What every optimizer keeps to; a test file is a subclass that says which one and how it is made.

    Attributes
    ----------
    optimizer : str
        The name it is registered under.
    arguments : Mapping
        The arguments it is made with, but for the parameters.
    steps : int
        Within so many steps it must bring the squared distance from a point to a hundredth.

    Examples
    --------
    >>> class TestLion(OptimizerContract):
    ...     optimizer = "Lion"
    ...     arguments = {"lr": 0.05}
    ...     steps = 100
    """

    optimizer: ClassVar[str]
    arguments: ClassVar[Mapping[str, Any]] = {}
    steps: ClassVar[int] = 200

    def make(self, parameters: Any) -> Optimizer:
        """A new optimizer of the parameters."""
        return registry.get("optimizers", self.optimizer)(parameters, **self.arguments)

    def parameter(self, seed: int = 0) -> Any:
        """A parameter to be optimized."""
        return Parameter(normal((3, 2), seed=seed))

    def test_it_is_registered_as_a_documented_optimizer(self) -> None:
        kind = registry.get("optimizers", self.optimizer)
        assert issubclass(kind, Optimizer), f"{kind} is no deep_learner.optim.Optimizer"
        assert (kind.__doc__ or "").strip(), f"{kind} has no docstring"

    def test_it_finds_the_bottom_of_a_bowl(self) -> None:
        parameter, bottom = self.parameter(), normal((3, 2), seed=9)
        optimizer = self.make([parameter])
        start = float(((parameter - bottom) ** 2).sum())
        for _ in range(self.steps):
            self._descend(optimizer, parameter, bottom)
        end = float(((parameter - bottom) ** 2).sum())
        assert end <= start / 100, f"after {self.steps} steps the loss fell from {start} to {end} only"

    def test_a_parameter_that_no_gradient_reached_stays(self) -> None:
        reached, unreached = self.parameter(), self.parameter(seed=1)
        before = unreached.tolist()
        optimizer = self.make([reached, unreached])
        self._descend(optimizer, reached)
        assert unreached.tolist() == before, "a parameter without a gradient was changed"

    def test_it_changes_parameters_in_place_and_keeps_their_dtype(self) -> None:
        parameter = self.parameter()
        view, before = parameter.detach(), parameter.tolist()
        self._descend(self.make([parameter]), parameter)
        assert parameter.tolist() != before, "a step changed nothing"
        assert view.tolist() == parameter.tolist(), "the step replaced the parameter's memory"
        assert parameter.dtype.name == "float32"
        assert parameter.is_leaf

    def test_it_steps_the_same_on_every_backend(self) -> None:
        def run() -> list[Tensor]:
            parameter = self.parameter()
            optimizer = self.make([parameter])
            for _ in range(3):
                self._descend(optimizer, parameter)
            return [parameter.detach()]

        results = {name: here(result) for name, [result] in on_every_backend(run)}
        first, *others = results
        for name in others:
            assert_close(results[name], results[first], rtol=1e-5, atol=1e-6, msg=f"{name} and {first}")

    def test_it_leaves_gradients_as_they_were(self) -> None:
        parameter = self.parameter()
        optimizer = self.make([parameter])
        (parameter**2).sum().backward()
        before = parameter.grad.tolist()
        optimizer.step()
        assert parameter.grad.tolist() == before, "a step changed the gradient"

    def test_its_state_is_of_tensors_and_plain_values(self) -> None:
        parameter = self.parameter()
        optimizer = self.make([parameter])
        self._descend(optimizer, parameter)
        strange = _strange(optimizer.state_dict())
        assert not strange, f"state_dict() holds what no file format does: {strange}"

    def test_a_step_returns_what_the_closure_returned(self) -> None:
        parameter = self.parameter()
        optimizer = self.make([parameter])

        def closure() -> Any:
            optimizer.zero_grad()
            loss = (parameter**2).sum()
            loss.backward()
            return loss

        expected = float((parameter**2).sum())
        received = optimizer.step(closure)
        assert received is not None, "step(closure) returned None"
        assert float(received) == expected

    def test_zero_grad_clears_the_gradients(self) -> None:
        parameter = self.parameter()
        optimizer = self.make([parameter])
        self._descend(optimizer, parameter)
        assert parameter.has_grad
        optimizer.zero_grad()
        assert not parameter.has_grad

    def test_a_run_resumed_from_its_state_is_identical(self) -> None:
        whole, first = self.parameter(), self.parameter()
        optimizer, beginning = self.make([whole]), self.make([first])
        for _ in range(3):
            self._descend(optimizer, whole)
            self._descend(beginning, first)
        second = Parameter(first.detach().clone())
        resumed = self.make([second])
        resumed.load_state_dict(copy.deepcopy(beginning.state_dict()))
        for _ in range(3):
            self._descend(optimizer, whole)
            self._descend(resumed, second)
        assert second.tolist() == whole.tolist(), "resumed from state_dict(), the run goes another way"

    def test_a_loaded_state_shares_nothing_with_its_source(self) -> None:
        first, second = self.parameter(), self.parameter()
        source, other = self.make([first]), self.make([second])
        self._descend(source, first)
        state = copy.deepcopy(source.state_dict())
        other.load_state_dict(source.state_dict())
        for _ in range(2):
            self._descend(other, second)
        assert repr(source.state_dict()) == repr(state), "steps of one optimizer changed the state of another"

    def test_groups_have_options_of_their_own(self) -> None:
        one, other = self.parameter(), self.parameter(seed=1)
        optimizer = self.make([{"params": [one]}])
        optimizer.add_param_group({"params": [other]})
        assert len(optimizer.param_groups) == 2
        if "lr" not in optimizer.defaults:
            return
        optimizer.param_groups[1]["lr"] = 0.0
        before = other.tolist()
        ((one**2).sum() + (other**2).sum()).backward()
        optimizer.step()
        assert_close(other.detach(), type(other)(before).detach(), msg="a group whose rate is zero")

    def _descend(self, optimizer: Optimizer, parameter: Any, bottom: Any = 0.0) -> None:
        optimizer.zero_grad()
        ((parameter - bottom) ** 2).sum().backward()
        optimizer.step()


def _strange(value: Any, where: str = "state_dict()") -> list[str]:
    """Where something is no tensor, number, text or None, nor a dict, list or tuple of such."""
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value).items()
        return [text for key, one in items for text in _strange(one, f"{where}[{key!r}]")]
    if isinstance(value, list | tuple):
        several = enumerate(cast("Sequence[Any]", value))
        return [text for place, one in several for text in _strange(one, f"{where}[{place}]")]
    plain = value is None or isinstance(value, Tensor | bool | int | float | str)
    return [] if plain else [f"{where} is a {type(value).__name__}"]
