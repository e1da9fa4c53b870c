"""Views: writes in place reach the graphs of the base, of its other views, and of views of views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")


def both(program: Callable[[Any, Any, Any], Any]) -> None:
    """Run a program of (library, a, b) with leaves a (2, 3) and b (2, 3) in both libraries and compare."""
    results = []
    for library in (dl, torch):
        a = library.tensor([[0.5, 1.5, 2.5], [-1.0, 2.0, 0.25]], dtype=library.float64, requires_grad=True)
        b = library.tensor([[1.25, -2.0, 3.0], [0.75, 1.0, -0.5]], dtype=library.float64, requires_grad=True)
        out = program(library, a, b)
        (out * out).sum().backward()
        zeros = torch.zeros(2, 3, dtype=torch.float64)
        grads = [zeros if t.grad is None else t.grad for t in (a, b)]
        results.append([np.asarray(t.detach().numpy()) for t in (out, *grads)])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


VIEWS: dict[str, Callable[[Any], Any]] = {
    "row": lambda x: x[1],
    "column": lambda x: x[:, 1],
    "element": lambda x: x[0, 2],
    "slice": lambda x: x[:, ::2],
    "ellipsis": lambda x: x[..., :2],
    "new axis": lambda x: x[:, None],
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "transpose": lambda x: x.transpose(0, 1),
    "permute": lambda x: x.permute(1, 0),
    "view": lambda x: x.view(3, 2),
    "view -1": lambda x: x.view(-1),
    "reshape": lambda x: x.reshape(6),
    "flatten": lambda x: x.flatten(),
    "unflatten": lambda x: x.flatten().unflatten(0, (3, 2)),
    "unsqueeze": lambda x: x.unsqueeze(1),
    "squeeze": lambda x: x.unsqueeze(0).squeeze(0),
    "narrow": lambda x: x.narrow(1, 1, 2),
    "select": lambda x: x.select(1, 0),
    "diagonal": lambda x: x.diagonal(),
    "movedim": lambda x: x.movedim(0, 1),
    "view of a view": lambda x: x[:, 1:].T[0],
    "view of a view of a view": lambda x: x.T.reshape(3, 2)[1:, :].T[1:],
}


@pytest.mark.parametrize("name", VIEWS)
def test_write_to_a_view_reaches_the_base(name: str) -> None:
    def program(library: Any, a: Any, b: Any) -> Any:
        x = a * 1
        view = VIEWS[name](x)
        view.mul_(3).add_(b.sum())
        return x

    both(program)


@pytest.mark.parametrize("name", VIEWS)
def test_write_to_the_base_reaches_a_view(name: str) -> None:
    def program(library: Any, a: Any, b: Any) -> Any:
        x = a * 1
        view = VIEWS[name](x)
        x.mul_(b)
        return view * 2

    both(program)


@pytest.mark.parametrize("name", VIEWS)
def test_write_to_one_view_reaches_another(name: str) -> None:
    def program(library: Any, a: Any, b: Any) -> Any:
        x = a * 1
        other, view = x[:, 1:], VIEWS[name](x)
        view.mul_(b.mean())
        return other.sin()

    both(program)


@pytest.mark.parametrize("name", VIEWS)
def test_write_to_a_view_of_a_constant_makes_it_part_of_the_graph(name: str) -> None:
    def program(library: Any, a: Any, b: Any) -> Any:
        x = library.ones(2, 3, dtype=library.float64)
        VIEWS[name](x).mul_(b.mean())
        assert x.requires_grad and not x.is_leaf
        return x

    both(program)


@pytest.mark.parametrize("name", VIEWS)
def test_view_of_a_leaf_is_refused(name: str) -> None:
    for library in (dl, torch):
        view = VIEWS[name](library.ones(2, 3, requires_grad=True))
        with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad"):
            view.mul_(2)


@pytest.mark.parametrize("name", VIEWS)
def test_views_share_versions(name: str) -> None:
    x = dl.ones(2, 3)
    view = VIEWS[name](x)
    view.add_(1)
    assert x._version == view._version == 1
    x.add_(1)
    assert view._version == 2


def test_writes_in_turn_to_base_and_views() -> None:
    def program(library: Any, a: Any, b: Any) -> Any:
        x = a * 1
        row, column = x[0], x[:, 1]
        row.mul_(b[1])
        x.add_(row * 2)
        column.add_(b[0, 0])
        x[1, 2] = column[0] * 3
        row[1:].copy_(b[0, :2])
        return x.sin() + row * 2 + column.sum()

    both(program)


def test_view_made_after_a_write_follows_later_ones() -> None:
    def program(library: Any, a: Any, b: Any) -> Any:
        x = a * 1
        x.mul_(2)
        view = x[1]
        x.mul_(b)
        view.add_(1)
        return x * view

    both(program)


def test_copy_is_no_view() -> None:
    def program(library: Any, a: Any, b: Any) -> Any:
        x = a * 1
        copies = x[[0, 1]], x.clone(), x[x > 0].sum()
        x.mul_(b)
        return copies[0] * copies[1] + copies[2]

    both(program)


def test_view_remains_in_the_graph_when_its_base_is_gone() -> None:
    def program(library: Any, a: Any, b: Any) -> Any:
        view = (a * 2)[1]
        view.mul_(b[0])
        return view

    both(program)


def test_saved_view_is_stale_after_a_write_to_its_base() -> None:
    for library in (dl, torch):
        a = library.ones(2, 3, requires_grad=True)
        x = a * 1
        y = x[0].sin().sum()
        x.add_(1)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            y.backward()


@pytest.mark.parametrize(
    "several",
    [lambda x: x.unbind()[0], lambda x: x.split(1)[0], lambda x: x.chunk(2)[1], lambda x: next(iter(x))],
)
def test_views_made_several_at_once_are_refused(several: Callable[[Any], Any]) -> None:
    for library in (dl, torch):
        x = library.ones(2, 3, requires_grad=True) * 1
        with pytest.raises(RuntimeError, match=r"(?s)view.*multiple views|several views"):
            several(x).add_(1)


def test_views_made_several_at_once_may_be_written_where_nothing_is_recorded() -> None:
    for library in (dl, torch):
        x = library.ones(2, 3)
        x.unbind()[0].add_(1)
        assert x.tolist() == [[2, 2, 2], [1, 1, 1]]


@pytest.mark.parametrize("base", ["leaf", "inner", "constant"])
def test_view_made_inside_no_grad_is_refused_outside(base: str) -> None:
    for library in (dl, torch):
        a = library.ones(2, 3, requires_grad=True)
        x = {"leaf": a, "inner": a * 1, "constant": library.ones(2, 3)}[base]
        with library.no_grad():
            view = x[0]
        with pytest.raises(RuntimeError, match=r"no_grad|leaf"):
            view.mul_(a[1])
        if base != "constant":
            with pytest.raises(RuntimeError, match=r"no_grad|leaf"):
                view.mul_(2)
        with library.no_grad():
            view.mul_(2)
        assert x.tolist() == [[2, 2, 2], [1, 1, 1]]


def test_detached_view_may_be_written() -> None:
    for library in (dl, torch):
        x = library.ones(2, 3, requires_grad=True)
        x.detach()[0].mul_(5)
        assert x.tolist() == [[5, 5, 5], [1, 1, 1]]


def test_change_of_form_in_place_keeps_the_graph() -> None:
    def program(library: Any, a: Any, b: Any) -> Any:
        x = a * 1
        x.t_().unsqueeze_(0).mul_(2)
        x.squeeze_(0).transpose_(0, 1)
        return x * b

    both(program)


def test_expanded_view_sees_writes_to_its_base() -> None:
    def program(library: Any, a: Any, b: Any) -> Any:
        x = a[:1] * 1
        wide = x.expand(2, 3)
        x.mul_(b[:1])
        return wide * b

    both(program)


def test_second_derivative_goes_through_a_write_to_a_view() -> None:
    results = []
    for library in (dl, torch):
        a = library.tensor([[0.5, 1.5], [2.5, -1.0]], dtype=library.float64, requires_grad=True)
        x = a**2
        x.T[0].mul_(a[1])
        [first] = library.autograd.grad((x**2).sum(), a, create_graph=True)
        [second] = library.autograd.grad(first.sin().sum(), a)
        results.append(second.detach().numpy())
    np.testing.assert_allclose(*results, rtol=1e-12)


def test_nothing_tracks_views_in_inference_mode() -> None:
    x = dl.ones(2, 3)
    with dl.inference_mode():
        view = x[0]
    assert not hasattr(view, "_view")
