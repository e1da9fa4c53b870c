"""Ways to change what a step does that are easily overlooked: after each of them a compiled step does the new thing."""

from __future__ import annotations

import array
import builtins
import collections
import contextvars
import dataclasses
import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn

SCALE = 2.0
CHOSEN: contextvars.ContextVar[float] = contextvars.ContextVar("CHOSEN", default=2.0)
Change = Callable[[], object]
Attack = Callable[[pytest.MonkeyPatch], tuple[Callable[..., Any], Change]]


class Scaled(nn.Module):
    """Multiplies by an attribute, an entry and what a method gives."""

    gain = 2.0

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(2, 2)
        self.scale = 2.0
        self.options: Any = {"scale": 2.0}
        self.parts = nn.ModuleList([nn.Identity()])

    def factor(self) -> float:
        return self.gain

    def forward(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        return self.inner(x) * self.scale * self.options["scale"] * self.factor()


class Config(dict[str, float]):
    """A dictionary with attributes."""

    scale = 2.0


class Slots:
    """An object without a dictionary."""

    __slots__ = ("scale",)

    def __init__(self) -> None:
        self.scale = 2.0


@dataclasses.dataclass(frozen=True)
class Named:
    """Equal to others of its name."""

    name: str
    scale: float = dataclasses.field(compare=False)


def code(patch: pytest.MonkeyPatch) -> Any:
    def step(x: Any) -> Any:
        return inner(x)

    def inner(x: Any) -> Any:
        return x * 2

    def other(x: Any) -> Any:
        return x * 3

    return step, lambda: setattr(inner, "__code__", other.__code__)


def defaults(patch: pytest.MonkeyPatch) -> Any:
    def step(x: Any, scale: float = 2.0) -> Any:
        return x * scale

    return step, lambda: setattr(step, "__defaults__", (3.0,))


def keyword_defaults(patch: pytest.MonkeyPatch) -> Any:
    def step(x: Any, *, scale: float = 2.0) -> Any:
        return x * scale

    return step, lambda: step.__kwdefaults__.update(scale=3.0)


def dictionary_of_a_module(patch: pytest.MonkeyPatch) -> Any:
    model = Scaled()
    return model, lambda: vars(model).update(scale=3.0)


def attribute_behind_the_modules_back(patch: pytest.MonkeyPatch) -> Any:
    model = Scaled()
    return model, lambda: object.__setattr__(model, "scale", 3.0)


def child_behind_the_modules_back(patch: pytest.MonkeyPatch) -> Any:
    model = Scaled()
    return model, lambda: model._modules.update(inner=nn.Linear(2, 2))


def child_that_is_added(patch: pytest.MonkeyPatch) -> Any:
    model = Scaled()
    return model, lambda: model.parts.append(nn.Tanh())


def hook_that_is_added(patch: pytest.MonkeyPatch) -> Any:
    model = Scaled()
    return model, lambda: model.inner.register_forward_hook(lambda *_: dl.ones(2))


def options_that_are_equal_and_then_change(patch: pytest.MonkeyPatch) -> Any:
    model = Scaled()

    def change() -> None:
        model.options = dict(model.options)
        compiled_calls(model)
        model.options["scale"] = 3.0

    return model, change


def method_of_one_object(patch: pytest.MonkeyPatch) -> Any:
    model = Scaled()
    return model, lambda: setattr(model, "factor", lambda: 5.0)


def class_attribute(patch: pytest.MonkeyPatch) -> Any:
    model: Any = type("Child", (Scaled,), {})()
    return model, lambda: patch.setattr(Scaled, "gain", 7.0)


def kind_of_a_number(patch: pytest.MonkeyPatch) -> Any:
    model = Scaled()
    model.inner = nn.Identity()  # type: ignore[assignment]
    model.gain = model.scale = model.options["scale"] = 2  # type: ignore[assignment]
    return (lambda x: model(x.to(dl.int64))), lambda: setattr(model, "scale", 2.0)


def sign_of_zero(patch: pytest.MonkeyPatch) -> Any:
    holder = Slots()
    holder.scale = 0.0
    return (lambda x: 1.0 / (x * 0.0).copysign(holder.scale)), lambda: setattr(holder, "scale", -0.0)


def slot(patch: pytest.MonkeyPatch) -> Any:
    holder = Slots()
    return (lambda x: x * holder.scale), lambda: setattr(holder, "scale", 3.0)


def attribute_of_a_dictionary(patch: pytest.MonkeyPatch) -> Any:
    holder = Config()
    return (lambda x: x * holder.scale), lambda: setattr(holder, "scale", 3.0)


def attribute_of_a_tensor(patch: pytest.MonkeyPatch) -> Any:
    weight = dl.ones(2)
    return (lambda x: x * getattr(weight, "gain", 1.0)), lambda: setattr(weight, "gain", 3.0)


def attribute_of_an_argument(patch: pytest.MonkeyPatch) -> Any:
    def step(x: Any) -> Any:
        return x * getattr(x, "gain", 1.0)

    return step, lambda: setattr(X, "gain", 3.0)


def attribute_of_a_function(patch: pytest.MonkeyPatch) -> Any:
    def inner(x: Any) -> Any:
        return x * getattr(inner, "scale", 1.0)

    return (lambda x: inner(x)), lambda: setattr(inner, "scale", 3.0)


def order_of_entries(patch: pytest.MonkeyPatch) -> Any:
    parts = collections.OrderedDict(a=2.0, b=3.0)

    def step(x: Any) -> Any:
        for value in parts.values():
            x = x * value + 1
        return x

    return step, lambda: parts.move_to_end("a")


def name_of_an_entry(patch: pytest.MonkeyPatch) -> Any:
    parts = {"a": 2.0}
    return (lambda x: x * parts.get("b", 1.0)), lambda: parts.update(b=parts.pop("a"))


def global_in_the_place_of_a_builtin(patch: pytest.MonkeyPatch) -> Any:
    def step(x: Any) -> Any:
        return x * abs(-2.0)

    return step, lambda: patch.setitem(globals(), "abs", lambda x: 3.0)


def builtin(patch: pytest.MonkeyPatch) -> Any:
    def step(x: Any) -> Any:
        return x * round(2.2)

    return step, lambda: patch.setattr(builtins, "round", lambda x: 3.0)


def global_number(patch: pytest.MonkeyPatch) -> Any:
    return (lambda x: x * SCALE), lambda: patch.setitem(globals(), "SCALE", 3.0)


def variable_of_a_closure(patch: pytest.MonkeyPatch) -> Any:
    scale = 2.0

    def change() -> None:
        nonlocal scale
        scale = 3.0

    return (lambda x: x * scale), change


def context_variable(patch: pytest.MonkeyPatch) -> Any:
    return (lambda x: x * CHOSEN.get()), lambda: CHOSEN.set(3.0)


def numbers_in_a_buffer(patch: pytest.MonkeyPatch) -> Any:
    numbers = array.array("d", [2.0])
    return (lambda x: x * numbers[0]), lambda: numbers.__setitem__(0, 3.0)


def memory_of_a_tensor(patch: pytest.MonkeyPatch) -> Any:
    weight = dl.ones(2)
    return (lambda x: x * weight), lambda: setattr(weight, "data", dl.full((1,), 3.0))


def layout_of_a_tensor(patch: pytest.MonkeyPatch) -> Any:
    weight = dl.arange(4.0).reshape(2, 2)
    return (lambda x: (weight * x).exp()), lambda: setattr(weight, "data", dl.arange(4.0).reshape(2, 2).T)


def mode_of_a_module(patch: pytest.MonkeyPatch) -> Any:
    model = nn.Sequential(Scaled(), nn.Dropout(1.0))
    return model, lambda: model[1].eval()


ATTACKS: tuple[Attack, ...] = (
    code, defaults, keyword_defaults, dictionary_of_a_module, attribute_behind_the_modules_back,
    child_behind_the_modules_back, child_that_is_added, hook_that_is_added, options_that_are_equal_and_then_change,
    method_of_one_object, class_attribute, kind_of_a_number, sign_of_zero, slot, attribute_of_a_dictionary,
    attribute_of_a_tensor, attribute_of_an_argument, attribute_of_a_function, order_of_entries, name_of_an_entry,
    global_in_the_place_of_a_builtin, builtin, global_number, variable_of_a_closure, context_variable,
    numbers_in_a_buffer, memory_of_a_tensor, layout_of_a_tensor, mode_of_a_module,
)  # fmt: skip
X = dl.tensor([1.0, 2.0])
COMPILED: dict[Any, Any] = {}


def compiled_calls(step: Callable[..., Any]) -> None:
    """Twice what the step itself gives."""
    compiled = COMPILED.setdefault(step, dl.compile(step))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "the step runs without being compiled")
        for _ in range(2):
            result, expected = compiled(X), step(X)
            assert result.dtype is expected.dtype
            np.testing.assert_allclose(result.numpy(), expected.numpy(), rtol=1e-6)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.__name__)
def test_no_change_is_overlooked(attack: Attack, monkeypatch: pytest.MonkeyPatch) -> None:
    dl.manual_seed(0)
    step, change = attack(monkeypatch)
    COMPILED.clear()
    token = CHOSEN.set(CHOSEN.get())
    try:
        with dl.no_grad():
            compiled_calls(step)
            before = step(X)
            change()
            compiled_calls(step)
            after = step(X)
            assert after.dtype is not before.dtype or (after != before).any(), "the attack changes nothing"
    finally:
        CHOSEN.reset(token)
        vars(X).clear()


@pytest.mark.parametrize("make", [lambda: random.Random(0), lambda: np.random.default_rng(0)])
def test_random_numbers_of_others_are_drawn_anew(make: Callable[[], Any]) -> None:
    drawing, expected = make(), make()
    compiled = dl.compile(lambda x: x * drawing.random())
    with pytest.warns(UserWarning, match="random numbers"):
        results = [compiled(dl.ones(1, dtype=dl.float64)).item() for _ in range(4)]
    assert results == [expected.random() for _ in range(4)]


def test_arguments_that_are_what_the_step_reaches_otherwise() -> None:
    weight = dl.full((2,), 3.0)
    compiled = dl.compile(lambda x: x * weight, fullgraph=True)
    for x in (weight, X, weight, X):
        assert compiled(x).tolist() == (x * weight).tolist()


def test_arguments_in_memory_that_the_step_writes_to() -> None:
    weight, other = dl.zeros(3), dl.zeros(3)

    def step(weight: Any, x: Any) -> Any:
        weight.add_(1.0)
        return x * 2 + weight.sum()

    compiled = dl.compile(lambda x: step(weight, x))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for view in (lambda one: dl.zeros(2), lambda one: one[1:], lambda one: one, lambda one: dl.zeros(2)):
            assert compiled(view(weight)).tolist() == step(other, view(other)).tolist()


def test_gradients_of_an_argument_that_the_step_reaches_otherwise() -> None:
    weight = dl.ones(2, requires_grad=True)
    compiled = dl.compile(lambda x: (x * weight).sum().backward())
    for x in (dl.ones(2, requires_grad=True), weight, dl.ones(2, requires_grad=True)):
        weight.grad = x.grad = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled(x)
        assert weight.grad.tolist() == [2.0 if x is weight else 1.0] * 2


def test_arguments_that_are_equal_and_not_the_same() -> None:
    def step(x: Any, named: Any) -> Any:
        return x * named.scale

    compiled = dl.compile(step, fullgraph=True)
    for scale in (2.0, 3.0, 2.0):
        assert compiled(X, Named("one", scale)).tolist() == (X * scale).tolist()
    signed = dl.compile(lambda x, zero: x / zero, fullgraph=True)
    for zero in (0.0, -0.0, 0.0):
        assert signed(X, zero).tolist() == (X / zero).tolist()
    typed = dl.compile(lambda x, number: x * number, fullgraph=True)
    for number in (1, 1.0, True, 1):
        assert typed(dl.tensor([2]), number).dtype is (dl.tensor([2]) * number).dtype


def test_objects_that_come_and_go() -> None:
    """Another object may get the address of one that is gone."""
    compiled = dl.compile(lambda x, holder: x * holder.scale, fullgraph=True)
    for scale in range(40):
        holder = Slots()
        holder.scale = float(scale)
        assert compiled(X, holder).tolist() == (X * scale).tolist()
        del holder


def test_containers_that_are_given_and_filled() -> None:
    def fills(x: Any, found: list[Any], named: dict[str, Any]) -> Any:
        found.append(x * 2)
        named["x"] = x * 3
        return x + 1

    compiled = dl.compile(fills)
    for place in range(3):
        found: list[Any] = []
        named: dict[str, Any] = {}
        if place:
            compiled(X, found, named)
        else:
            with pytest.warns(UserWarning, match="argument has changed"):
                compiled(X, found, named)
        assert found[0].tolist() == [2.0, 4.0]
        assert named["x"].tolist() == [3.0, 6.0]
        assert isinstance(found[0]._array, np.ndarray)


def test_gradients_with_another_layout() -> None:
    weight = dl.ones(2, 2, requires_grad=True)

    def step() -> None:
        (weight * dl.arange(4.0).reshape(2, 2)).sum().backward()

    compiled = dl.compile(step, fullgraph=True)
    for layout in (lambda: dl.arange(4.0).reshape(2, 2), lambda: dl.arange(4.0).reshape(2, 2).T):
        for _ in range(2):
            weight.grad = layout()
            compiled()
            assert weight.grad.tolist() == (layout() + dl.arange(4.0).reshape(2, 2)).tolist()


def test_entries_that_a_step_forgets_or_renames() -> None:
    parts: dict[str, Any] = {"a": dl.ones(1)}

    def step(x: Any) -> Any:
        parts["b"] = parts.pop("a") * 2
        parts["a"] = x
        return x + 1

    compiled = dl.compile(step)
    with pytest.warns(UserWarning, match="has changed"):
        compiled(X)
    for _ in range(2):
        compiled(X * 3)
        assert [*parts] == ["b", "a"]
        assert parts["a"].tolist() == (X * 3).tolist()
