"""Derivatives of functions, alone and nested, are PyTorch's: values and structures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import func

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
pytestmark = pytest.mark.filterwarnings("ignore::Warning:torch")

RANDOM = np.random.default_rng(0)
V, U, ROWS, W = (RANDOM.normal(size=size) for size in (3, 3, (5, 3), (4, 3)))


def shown(value: Any) -> Any:
    """Nested tuples, lists and dictionaries of arrays."""
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(shown(item) for item in value)
    return value.detach().numpy() if hasattr(value, "detach") else value


def assert_alike(ours: Any, theirs: Any) -> None:
    assert type(ours) is type(theirs)
    if isinstance(ours, dict):
        assert list(ours) == list(theirs)
        ours, theirs = list(ours.values()), list(theirs.values())
    if isinstance(ours, tuple | list):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert_alike(one, other)
    elif isinstance(ours, np.ndarray):
        assert ours.shape == theirs.shape and ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11)
    else:
        assert ours == theirs


def both(program: Callable[..., Any], *arrays: Any) -> None:
    """Run ``program(library, its func, *tensors)`` here and there."""
    ours, theirs = (
        shown(program(library, library.func, *[library.tensor(array) for array in arrays]))
        for library in (dl, torch)
    )
    assert_alike(ours, theirs)


def wave(x: Any) -> Any:
    """Vectors to vectors."""
    return x.sin() * x.sum()


def bump(x: Any) -> Any:
    """Anything to a scalar."""
    return (x.sin() * x).sum() ** 2


def layer(w: Any, x: Any) -> Any:
    """A matrix and a vector to a scalar."""
    return (w @ x).sin().pow(2).sum()


def several(w: Any, x: Any) -> Any:
    """Two arguments to a dictionary."""
    return {"product": (w @ x).sin(), "sums": [w.sum(), (w.sum(0), x * 2)]}


PROGRAMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "grad": (lambda t, f, x: f.grad(bump)(x), (V,)),
    "grad of two": (lambda t, f, w, x: f.grad(layer, argnums=(1, 0))(w, x), (W, V)),
    "grad of the last": (lambda t, f, w, x: f.grad(layer, argnums=-1)(w, x), (W, V)),
    "grad of a tree": (
        lambda t, f, w, x: f.grad(lambda p, x: layer(p["w"], x) + bump(p["b"][0]))({"w": w, "b": [x, w]}, x), (W, V),
    ),
    "grad of what does not matter": (lambda t, f, w, x: f.grad(lambda w, x: bump(x))(w, x), (W, V)),
    "grad_and_value": (lambda t, f, x: f.grad_and_value(bump)(x), (V,)),
    "grad with aux": (lambda t, f, x: f.grad(lambda x: (bump(x), {"aux": x * 2}), has_aux=True)(x), (V,)),
    "grad_and_value with aux": (
        lambda t, f, x: f.grad_and_value(lambda x: (bump(x), x.cos()), has_aux=True)(x), (V,),
    ),
    "grad of grad": (lambda t, f, x: f.grad(lambda x: f.grad(bump)(x).pow(2).sum())(x), (V,)),
    "third derivative": (lambda t, f, x: f.grad(f.grad(f.grad(t.sin)))(x[0]), (V,)),
    "vjp": (lambda t, f, x, u: (f.vjp(wave, x)[0], f.vjp(wave, x)[1](u)), (V, U)),
    "vjp of a tree": (
        lambda t, f, w, x: (lambda made: made[1](made[0]))(f.vjp(several, w, x)), (W, V),
    ),
    "vjp with aux": (lambda t, f, x: f.vjp(lambda x: (x * 2, x.exp()), x, has_aux=True)[::2], (V,)),
    "vjp of many": (lambda t, f, x, rows: f.vmap(f.vjp(wave, x)[1])(rows), (V, ROWS)),
    "jvp": (lambda t, f, x, u: f.jvp(wave, (x,), (u,)), (V, U)),
    "jvp of a tree": (lambda t, f, w, x: f.jvp(several, (w, x), (w * 2, x + 1)), (W, V)),
    "jvp with aux": (lambda t, f, x, u: f.jvp(lambda x: (x * x, x + 1), (x,), (u,), has_aux=True), (V, U)),
    "linearize": (lambda t, f, x, u: (lambda made: (made[0], made[1](u), made[1](x)))(f.linearize(wave, x)), (V, U)),
    "jacrev": (lambda t, f, x: f.jacrev(wave)(x), (V,)),
    "jacfwd": (lambda t, f, x: f.jacfwd(wave)(x), (V,)),
    "jacrev of a tree": (lambda t, f, w, x: f.jacrev(several, argnums=(0, 1))(w, x), (W, V)),
    "jacfwd of a tree": (lambda t, f, w, x: f.jacfwd(several, argnums=(0, 1))(w, x), (W, V)),
    "jacrev in chunks": (lambda t, f, x: f.jacrev(wave, chunk_size=2)(x), (V,)),
    "jacrev with aux": (lambda t, f, x: f.jacrev(lambda x: (wave(x), x + 1), has_aux=True)(x), (V,)),
    "jacfwd with aux": (lambda t, f, x: f.jacfwd(lambda x: (wave(x), x + 1), has_aux=True)(x), (V,)),
    "jacrev of jacrev": (lambda t, f, x: f.jacrev(f.jacrev(wave))(x), (V,)),
    "jacfwd of jacfwd": (lambda t, f, x: f.jacfwd(f.jacfwd(wave))(x), (V,)),
    "jacfwd of jacrev": (lambda t, f, x: f.jacfwd(f.jacrev(wave))(x), (V,)),
    "hessian": (lambda t, f, x: f.hessian(bump)(x), (V,)),
    "hessian of two": (lambda t, f, w, x: f.hessian(layer, argnums=(0, 1))(w, x), (W, V)),
    "hessian times vector": (lambda t, f, x, u: f.jvp(f.grad(bump), (x,), (u,))[1], (V, U)),
    "vector times hessian": (lambda t, f, x, u: f.vjp(f.grad(bump), x)[1](u), (V, U)),
    "vmap of grad": (lambda t, f, rows: f.vmap(f.grad(bump))(rows), (ROWS,)),
    "vmap of grad, sharing": (lambda t, f, w, rows: f.vmap(f.grad(layer), in_dims=(None, 0))(w, rows), (W, ROWS)),
    "vmap of grad, elsewhere": (
        lambda t, f, w, rows: f.vmap(f.grad(layer), in_dims=(None, 1), out_dims=2)(w, rows.T), (W, ROWS),
    ),
    "grad of vmap": (
        lambda t, f, w, rows: f.grad(lambda w: f.vmap(layer, in_dims=(None, 0))(w.sin(), rows).sum())(w), (W, ROWS),
    ),
    "grad of vmap of grad": (
        lambda t, f, w, rows: f.grad(
            lambda w: f.vmap(f.grad(layer), in_dims=(None, 0))(w, rows).pow(2).sum()
        )(w),
        (W, ROWS),
    ),
    "grad for a captured tensor": (
        lambda t, f, w, rows: f.grad(
            lambda w: f.vmap(lambda x: f.grad(lambda v: layer(w, v))(x))(rows).pow(2).sum()
        )(w),
        (W, ROWS),
    ),
    "vmap of jacrev": (lambda t, f, rows: f.vmap(f.jacrev(wave))(rows), (ROWS,)),
    "vmap of jacfwd": (lambda t, f, rows: f.vmap(f.jacfwd(wave))(rows), (ROWS,)),
    "vmap of hessian": (lambda t, f, rows: f.vmap(f.hessian(bump))(rows), (ROWS,)),
    "vmap of jvp": (lambda t, f, rows: f.vmap(lambda x: f.jvp(wave, (x,), (x * 2,)))(rows), (ROWS,)),
    "vmap of vmap": (
        lambda t, f, rows, x: f.vmap(f.vmap(t.mul, in_dims=(0, None)), in_dims=(0, None))(rows, x), (ROWS, V),
    ),
    "outer by vmap": (
        lambda t, f, rows, w: f.vmap(lambda a: f.vmap(lambda b: (a * b).sin().sum())(w))(rows), (ROWS, W),
    ),
    "vmap of grad of vmap": (
        lambda t, f, rows: f.vmap(f.grad(lambda x: f.vmap(lambda a: a.sin() * x.sum())(x).sum()))(rows), (ROWS,),
    ),
    "vmap in chunks": (
        lambda t, f, w, rows: f.vmap(f.grad(layer), (None, 0), 1, chunk_size=2)(w, rows), (W, ROWS),
    ),
    "vmap of trees": (
        lambda t, f, w, rows: f.vmap(
            lambda p, x, scale: {"a": (p["w"] @ x, x), "b": [x * scale]},
            in_dims=({"w": None}, 0, None), out_dims={"a": (1, 0), "b": 0},
        )({"w": w}, rows, 2.0),
        (W, ROWS),
    ),
    "vmap of keywords": (lambda t, f, rows: f.vmap(lambda x, y: x * y)(rows, y=rows), (ROWS,)),
    "vmap of what is the same for all": (
        lambda t, f, rows: f.vmap(lambda x: (x, t.ones(2)), out_dims=(0, None))(rows), (ROWS,),
    ),
    "arguments written into": (
        lambda t, f, rows: written(t, f, lambda x: x[0].mul_(x[1].clone()), rows), (ROWS,),
    ),
    "arguments written into, elsewhere": (
        lambda t, f, rows: written(t, f, lambda x: x.add_(1).sin(), rows, in_dims=1, chunk_size=2), (ROWS,),
    ),
    "no_grad within": (
        lambda t, f, rows: f.grad(lambda r: f.vmap(lambda x: without(t, x) * x)(r).sum())(rows), (ROWS,),
    ),
    "no_grad around": (lambda t, f, x: under_no_grad(t, f.grad(bump), x), (V,)),
}  # fmt: skip


def written(library: Any, f: Any, function: Any, rows: Any, **options: Any) -> Any:
    """What a function gives that changes its argument, and the changed argument."""
    rows = rows.clone()
    return f.vmap(function, **options)(rows), rows


def without(library: Any, x: Any) -> Any:
    with library.no_grad():
        return x * 2


def under_no_grad(library: Any, function: Any, x: Any) -> Any:
    with library.no_grad():
        return function(x)


@pytest.mark.parametrize("name", PROGRAMS)
def test_transforms_give_what_pytorch_gives(name: str) -> None:
    program, arrays = PROGRAMS[name]
    both(program, *arrays)


def test_results_are_joined_to_the_graph_outside_only_where_there_is_one() -> None:
    x, w = dl.tensor(V), dl.tensor(W)
    assert not func.grad(bump)(x).requires_grad
    assert not func.vmap(func.grad(bump))(dl.tensor(ROWS)).requires_grad
    gradient = func.grad(layer, argnums=1)(w.requires_grad_(), x)
    gradient.sum().backward()
    expected = func.grad(lambda w: func.grad(layer, argnums=1)(w, x).sum())(w.detach())
    np.testing.assert_allclose(w.grad.numpy(), expected.numpy(), rtol=1e-12)


CUBE: dict[Any, Any] = {}


def cube(library: Any) -> Any:
    """A Function whose backward is not the derivative of its forward, so that its use shows."""
    if library not in CUBE:

        class Cube(library.autograd.Function):
            generate_vmap_rule = True

            @staticmethod
            def forward(x: Any, w: Any) -> Any:
                return x**3 * w

            @staticmethod
            def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
                ctx.save_for_backward(*inputs)

            @staticmethod
            def backward(ctx: Any, grad: Any) -> Any:
                x, w = ctx.saved_tensors
                return 10 * grad * x * x * w, grad * x**3

        CUBE[library] = Cube.apply
    return CUBE[library]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "vmap": lambda t, f, x, w: f.vmap(cube(t), in_dims=(0, None))(x, w),
    "grad of vmap": lambda t, f, x, w: f.grad(
        lambda x, w: f.vmap(cube(t), in_dims=(0, None))(x, w).sum(), argnums=(0, 1)
    )(x, w),
    "vmap of grad": lambda t, f, x, w: f.vmap(
        f.grad(lambda x, w: cube(t)(x, w).sum(), argnums=(0, 1)), in_dims=(0, None)
    )(x, w),
    "grad of vmap of grad": lambda t, f, x, w: f.grad(
        lambda x, w: f.vmap(f.grad(lambda x, w: cube(t)(x, w).sum()), in_dims=(0, None))(x, w).pow(2).sum(),
        argnums=(0, 1),
    )(x, w),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_with_their_own_backward_keep_it(name: str) -> None:
    both(FUNCTIONS[name], ROWS, V)
