"""``vjp``, ``jvp``, ``jacobian`` and ``hessian`` against PyTorch's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.autograd import functional

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")


def flat(value: Any) -> list[np.ndarray]:
    """The arrays in a nested tuple, and its structure as their number."""
    if isinstance(value, tuple | list):
        return [array for item in value for array in flat(item)]
    return [value.detach().numpy()]


def structure(value: Any) -> Any:
    return tuple(structure(item) for item in value) if isinstance(value, tuple | list) else tuple(value.shape)


def both(program: Callable[[Any, Any], Any]) -> None:
    ours, theirs = program(dl, functional), program(torch, torch.autograd.functional)
    assert structure(ours) == structure(theirs)
    for mine, other in zip(flat(ours), flat(theirs), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-14)


def inputs(library: Any) -> tuple[Any, Any, Any]:
    x = library.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], dtype=library.float64)
    y = library.tensor([1.0, 2.0, -0.5], dtype=library.float64)
    return x, y, library.tensor(0.75, dtype=library.float64)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "one to one": lambda x: (x * x).sin(),
    "one to scalar": lambda x: (x**3).sum(),
    "one to several": lambda x: (x.exp(), x.sum(0), x[0, 0] * 2),
    "one to a tuple of one": lambda x: (x.cos(),),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_jacobian_of_one_input_agrees(name: str) -> None:
    both(lambda library, f: f.jacobian(FUNCTIONS[name], inputs(library)[0]))


@pytest.mark.parametrize("create_graph", [False, True])
def test_jacobian_of_several_inputs_agrees(create_graph: bool) -> None:
    both(
        lambda library, f: f.jacobian(
            lambda x, y, z: (x * y * z, y.sum()), inputs(library), create_graph=create_graph
        )
    )


def test_inputs_in_a_tuple_of_one_give_a_tuple_of_one() -> None:
    both(lambda library, f: f.jacobian(lambda x: x.sin(), inputs(library)[:1]))
    both(lambda library, f: f.hessian(lambda x: x.sin().sum(), inputs(library)[:1]))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_vjp_of_one_input_agrees(name: str) -> None:
    def program(library: Any, f: Any) -> Any:
        x = inputs(library)[0]
        out = FUNCTIONS[name](x)
        v = tuple(o * 2 + 1 for o in out) if isinstance(out, tuple) else out * 2 + 1
        return f.vjp(FUNCTIONS[name], x, v)

    both(program)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_jvp_of_one_input_agrees(name: str) -> None:
    both(lambda library, f: f.jvp(FUNCTIONS[name], inputs(library)[0], inputs(library)[0] * 2 + 1))


def test_products_of_several_inputs_agree() -> None:
    both(lambda library, f: f.vjp(lambda x, y, z: (x * y * z).sum(), inputs(library)))
    both(lambda library, f: f.jvp(lambda x, y, z: (x * y * z, y.exp()), inputs(library), inputs(library)))


def test_hessian_of_one_input_agrees() -> None:
    both(lambda library, f: f.hessian(lambda x: (x**3).sum() * x[0, 0], inputs(library)[0]))


def test_hessian_of_several_inputs_agrees() -> None:
    both(lambda library, f: f.hessian(lambda x, y, z: (x * y * z).sin().sum(), inputs(library)))


def test_hessian_of_a_linear_function_is_zero() -> None:
    both(lambda library, f: f.hessian(lambda x: (x * 3).sum(), inputs(library)[0]))


def test_input_that_does_not_matter_has_zeros_unless_strict() -> None:
    both(lambda library, f: f.jacobian(lambda x, y: x.sin(), inputs(library)[:2]))
    both(lambda library, f: f.vjp(lambda x, y: y.sum(), inputs(library)[:2]))
    for library, f in ((dl, functional), (torch, torch.autograd.functional)):
        with pytest.raises(RuntimeError):
            f.jacobian(lambda x, y: x.sin(), inputs(library)[:2], strict=True)
        with pytest.raises(RuntimeError):
            f.vjp(lambda x, library=library: library.ones(()), inputs(library)[0], strict=True)


def test_strict_hessian_refuses_what_is_linear_or_ignored() -> None:
    for library, f in ((dl, functional), (torch, torch.autograd.functional)):
        x, y, _ = inputs(library)
        with pytest.raises(RuntimeError):
            f.hessian(lambda x: (x * 3).sum(), x, strict=True)
        with pytest.raises(RuntimeError):
            f.hessian(lambda x, y: (x**2).sum(), (x, y), strict=True)
        f.hessian(lambda x: (x**2).sum(), x, strict=True)


def test_recorded_results_can_be_differentiated() -> None:
    def program(library: Any, f: Any) -> Any:
        x = inputs(library)[1].requires_grad_()
        j = f.jacobian(lambda x: x**3, x, create_graph=True)
        h = f.hessian(lambda x: (x**4).sum(), x, create_graph=True)
        _, v = f.vjp(lambda x: (x**2).sum(), x, create_graph=True)
        return library.autograd.grad((j**2).sum() + h.sum() + v.sum(), x)

    both(program)


def test_results_are_cut_from_the_graph_by_default() -> None:
    x = inputs(dl)[0].requires_grad_()
    assert not functional.jacobian(dl.sin, x).requires_grad
    assert not any(part.requires_grad for part in functional.vjp(lambda x: x.sum(), x))
    assert not functional.hessian(lambda x: (x**3).sum(), x).requires_grad
    assert not x.has_grad


def test_products_work_inside_no_grad() -> None:
    with dl.no_grad():
        np.testing.assert_array_equal(functional.jacobian(lambda x: x * 2, dl.ones(2)).numpy(), np.eye(2) * 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda library, f: f.vjp(lambda x: x * 2, library.ones(3)),
        lambda library, f: f.vjp(lambda x: x * 2, library.ones(3), library.ones(2)),
        lambda library, f: f.jvp(lambda x: x * 2, library.ones(3)),
        lambda library, f: f.jvp(lambda x: x * 2, library.ones(3), library.ones(2)),
        lambda library, f: f.hessian(lambda x: x * 2, library.ones(3)),
    ],
)
def test_vectors_and_outputs_that_do_not_fit_are_refused(call: Any) -> None:
    for library, f in ((dl, functional), (torch, torch.autograd.functional)):
        with pytest.raises(RuntimeError):
            call(library, f)


def test_function_must_return_tensors() -> None:
    for library, f in ((dl, functional), (torch, torch.autograd.functional)):
        with pytest.raises(TypeError):
            f.vjp(lambda x: 3.0, library.ones(3))
