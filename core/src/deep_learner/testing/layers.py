"""The contract of a layer."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any, ClassVar

from .. import backends
from ..autograd.gradient_check import gradcheck, gradgradcheck
from ..nn import Module
from ..plugins import registry
from ..tensor import Tensor
from .comparison import assert_close
from .everywhere import here, on_every_backend
from .samples import normal, substituted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LayerContract"]


class LayerContract:
    """What every layer keeps to; a test file is a subclass that says which one, how made and for what inputs.

    Attributes
    ----------
    layer : str
        The name it is registered under.
    arguments : Mapping
        The arguments it is made with.
    inputs : sequence
        The shape of each input, or a Tensor where it must hold something special, such as indices.
    output : tuple of int
        The shape of the output for these inputs.
    twice_differentiable : bool
        False where the second derivative does not exist or is not offered.
    tolerance : float
        How much float32 results of two backends may differ, relatively to the greatest.

    Examples
    --------
    >>> class TestSwish(LayerContract):
    ...     layer = "Swish"
    ...     arguments = {"beta": 1.5}
    ...     inputs = [(2, 3)]
    ...     output = (2, 3)
    """

    layer: ClassVar[str]
    arguments: ClassVar[Mapping[str, Any]] = {}
    inputs: ClassVar[Sequence[Any]] = ((2, 3),)
    output: ClassVar[tuple[int, ...]] = (2, 3)
    twice_differentiable: ClassVar[bool] = True
    tolerance: ClassVar[float] = 1e-5

    def make(self, dtype: str = "float32") -> Module:
        """A new layer, in evaluation mode, with floating parameters of the dtype; overridden where it is made of more
        than keyword arguments.
        """
        arguments = {name: here(value) for name, value in self.arguments.items()}
        layer: Module = registry.get("layers", self.layer)(**arguments)
        return layer.to(dtype=dtype).eval()

    def given(self, dtype: str = "float32") -> list[Tensor]:
        """The inputs."""
        tensors = [
            here(one) if isinstance(one, Tensor) else normal(one, seed=seed, dtype=dtype)
            for seed, one in enumerate(self.inputs)
        ]
        return [one.to(dtype=dtype) if one.is_floating_point() else one for one in tensors]

    def test_it_is_registered_as_a_documented_module(self) -> None:
        kind = registry.get("layers", self.layer)
        assert issubclass(kind, Module), f"{kind} is no deep_learner.nn.Module"
        assert (kind.__doc__ or "").strip(), f"{kind} has no docstring"

    def test_its_output_has_the_stated_shape_and_keeps_the_dtype(self) -> None:
        for dtype in ("float32", "float64"):
            result = self.make(dtype)(*self.given(dtype))
            assert tuple(result.shape) == tuple(self.output), (
                f"output {tuple(result.shape)} for {self.inputs}"
            )
            assert not result.is_floating_point() or result.dtype.name == dtype, (
                f"{dtype} became {result.dtype}"
            )

    def test_its_gradients_agree_with_finite_differences(self) -> None:
        layer, tensors = self._differentiated()
        if tensors:
            gradcheck(layer, tensors, atol=1e-6, rtol=1e-5)

    def test_its_second_derivatives_agree_with_finite_differences(self) -> None:
        layer, tensors = self._differentiated()
        if tensors and self.twice_differentiable:
            gradgradcheck(layer, tensors, atol=1e-6, rtol=1e-4)

    def test_every_parameter_is_reached_by_a_gradient(self) -> None:
        layer = self.make()
        result = layer(*self.given())
        if result.requires_grad:
            result.sum().backward()
        missed = [name for name, one in layer.named_parameters() if one.requires_grad and not one.has_grad]
        assert not missed, f"no gradient reached {missed}"

    def test_it_gives_the_same_on_every_backend(self) -> None:
        layer = self.make()
        state = layer.state_dict()

        def run() -> list[Tensor]:
            other, inputs = self.make(), self.given()
            other.load_state_dict({name: here(value) for name, value in state.items()})
            for one in inputs:
                one.requires_grad_(one.is_floating_point())
            result = other(*inputs)
            assert result.backend == backends.current().name, (
                f"given its arrays, it answers in {result.backend}'s"
            )
            if result.requires_grad:
                (result * normal(result.shape, seed=7)).sum().backward()
            leaves: list[Any] = [*inputs, *other.parameters()]
            return [result.detach(), *(one.grad for one in leaves if one.requires_grad and one.has_grad)]

        results = dict(on_every_backend(run))
        first, *others = results
        for name in others:
            for received, expected in zip(results[name], results[first], strict=True):
                values = expected.detach().reshape(-1).tolist()
                size = max([1.0, *(abs(value) for value in values if abs(value) < float("inf"))])
                assert_close(
                    here(received.detach()),
                    here(expected.detach()),
                    rtol=self.tolerance,
                    atol=self.tolerance * size,
                    equal_nan=True,
                    msg=f"{name} and {first}",
                )

    def test_its_state_makes_another_layer_give_the_same_output(self) -> None:
        layer, other, inputs = self.make(), self.make(), self.given()
        other.load_state_dict(layer.state_dict())
        assert_close(other(*inputs), layer(*inputs), msg="after load_state_dict")

    def test_a_deep_copy_gives_the_same_output_and_shares_no_parameters(self) -> None:
        layer, inputs = self.make(), self.given()
        other = copy.deepcopy(layer)
        assert_close(other(*inputs), layer(*inputs), msg="a deep copy")
        shared = {id(one) for one in layer.parameters()} & {id(one) for one in other.parameters()}
        assert not shared, "the copy shares parameters"

    def test_it_comes_back_from_a_pickle(self) -> None:
        layer, inputs = self.make(), self.given()
        other = pickle.loads(pickle.dumps(layer))
        assert_close(other(*inputs), layer(*inputs), msg="what came back from a pickle")
        assert list(other.state_dict()) == list(layer.state_dict())

    def test_it_leaves_its_inputs_as_they_were(self) -> None:
        layer, inputs = self.make(), self.given()
        before = [one.tolist() for one in inputs]
        for mode in (True, False):
            layer.train(mode)(*inputs)
            assert [one.tolist() for one in inputs] == before, f"inputs changed with train({mode})"

    def test_evaluation_is_repeatable(self) -> None:
        layer, inputs = self.make(), self.given()
        assert layer(*inputs).tolist() == layer(*inputs).tolist(), "two evaluations differ"

    def test_training_and_evaluation_reach_every_part(self) -> None:
        layer = self.make().train()
        assert all(part.training for part in layer.modules())
        assert not any(part.training for part in layer.eval().modules())

    def test_it_is_printed_with_the_name_of_its_class(self) -> None:
        layer = self.make()
        assert repr(layer).startswith(type(layer).__name__)

    def _differentiated(self) -> tuple[Any, tuple[Tensor, ...]]:
        """The layer as a function of all that it can be differentiated by, and those tensors."""
        layer = self.make("float64")
        names = [name for name, one in layer.named_parameters() if one.requires_grad]
        inputs = self.given("float64")
        floating = [index for index, one in enumerate(inputs) if one.is_floating_point()]

        def run(*tensors: Tensor) -> Any:
            filled = list(inputs)
            for index, tensor in zip(floating, tensors, strict=False):
                filled[index] = tensor
            with substituted(layer, dict(zip(names, tensors[len(floating) :], strict=True))):
                return layer(*filled)

        own = dict(layer.named_parameters())
        values = [inputs[index] for index in floating] + [own[name] for name in names]
        tensors = tuple(one.detach().clone().requires_grad_() for one in values)
        return run, tensors if run(*tensors).requires_grad else ()
