"""Views on a library whose arrays never change: writes reach whoever shows the memory, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import backends
from deep_learner.namespaces.raw import UNSHARED

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")


def written(array: Any, index: Any, value: Any) -> Any:
    """A new array, as libraries of immutable arrays make it."""
    copy = array.__array_namespace__().asarray(array, copy=True)
    copy[index] = value
    return copy


@pytest.fixture(autouse=True)
def _strict_arrays_do_not_change(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    strict: Any = backends.get("strict")
    monkeypatch.setattr(strict, "write", written)
    monkeypatch.setattr(strict, "shares_memory", False)
    kinds = set(strict.array_types)
    UNSHARED.update(kinds)
    with dl.backend("strict"):
        yield
    UNSHARED.difference_update(kinds)


VIEWS: dict[str, Callable[[Any], Any]] = {
    "itself": lambda x: x,
    "row": lambda x: x[1],
    "column": lambda x: x[:, 1],
    "slice": lambda x: x[:, ::2],
    "T": lambda x: x.T,
    "view": lambda x: x.view(3, 2),
    "flat slice": lambda x: x.view(-1)[1::2],
    "unsqueeze": lambda x: x.unsqueeze(1),
    "diagonal": lambda x: x.diagonal(),
    "view of views": lambda x: x[:, 1:].T[0],
}
PARTS: dict[str, Callable[[Any], Any]] = {
    "unbind": lambda x: x.unbind()[1],
    "split": lambda x: x.split(2, 1)[0],
    "detach": lambda x: x.detach(),
    "data": lambda x: x.data[1],
}


def both(program: Callable[[Any, Any], list[Any]]) -> None:
    """Run a program of (library, x) in both libraries and compare what it returns."""
    results = [
        [np.asarray(one.detach().numpy()) for one in program(library, library.arange(6.0).reshape(2, 3) + 1)]
        for library in (dl, torch)
    ]
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("name", {**VIEWS, **PARTS})
def test_write_to_a_view_reaches_whoever_shows_the_memory(name: str) -> None:
    def program(library: Any, x: Any) -> list[Any]:
        others = [view(x) for view in VIEWS.values()]
        with library.no_grad():
            {**VIEWS, **PARTS}[name](x).mul_(3).add_(1)
        return [x, *others]

    both(program)


@pytest.mark.parametrize("name", {**VIEWS, **PARTS})
def test_write_to_the_base_reaches_its_views(name: str) -> None:
    def program(library: Any, x: Any) -> list[Any]:
        view = {**VIEWS, **PARTS}[name](x)
        x.mul_(3)
        x[0, 1] = 7.0
        return [x, view]

    both(program)


@pytest.mark.parametrize("name", VIEWS)
def test_gradients_go_through_the_write(name: str) -> None:
    def program(library: Any, x: Any) -> list[Any]:
        a, b = x.clone().requires_grad_(), library.tensor(2.5, requires_grad=True)
        y = a * 1
        view, other = VIEWS[name](y), y[:, 1:]
        view.mul_(b)
        ((y * y).sum() + other.sin().sum()).backward()
        return [y, a.grad, b.grad]

    both(program)


def test_memory_is_known_in_inference_mode_too() -> None:
    def program(library: Any, x: Any) -> list[Any]:
        with library.inference_mode():
            y = library.zeros(2, 3)
            y[0].add_(1)
            z = y[1]
            z.add_(5)
        return [y, z]

    both(program)


def test_change_of_form_in_place_keeps_the_memory() -> None:
    def program(library: Any, x: Any) -> list[Any]:
        row = x[0]
        x.t_().unsqueeze_(0).add_(1)
        row.mul_(2)
        return [x, row]

    both(program)


def test_gradient_that_is_added_to_is_shown_by_its_views() -> None:
    def program(library: Any, x: Any) -> list[Any]:
        a = library.ones(2, 3, requires_grad=True)
        (a * x).sum().backward()
        row = a.grad[0]
        (a * x).sum().backward()
        a.grad[1].mul_(10)
        return [a.grad, row]

    both(program)


def test_parameter_and_data_share_what_they_are_given() -> None:
    def program(library: Any, x: Any) -> list[Any]:
        parameter = library.nn.Parameter(x)
        x.add_(1)
        parameter.data = library.zeros(2, 3)
        shown = parameter.detach()
        parameter.data.add_(2)
        x.add_(1)
        return [x, parameter, shown]

    both(program)


def test_dead_views_are_forgotten() -> None:
    x = dl.zeros(3)
    for _ in range(100):
        x[0]
    assert len(x._memory[0].tensors) < 20
    x.add_(1)
    assert len(x._memory[0].tensors) == 1


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (lambda x: x[:1].expand(4, 3).add_(1), "single memory location"),
        (lambda x: x.T.reshape(6).add_(1), "view or a copy"),
        (lambda x: (x * 1j).real.add_(1), "real and the imaginary part"),
    ],
)
def test_write_that_cannot_be_faithful_is_refused_and_changes_nothing(write: Any, reason: str) -> None:
    x = dl.ones(2, 3)
    with pytest.raises(RuntimeError, match=reason):
        write(x)
    assert x.tolist() == [[1, 1, 1], [1, 1, 1]]
