"""What the transforms refuse, PyTorch refuses with the same type of error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")

X, V = [[[0.5, 1.5], [1.0, 2.0]], [[0.25, 0.75], [3.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]], [1.0, 2.0, 3.0]

# program(library, its func, x of shape (3, 2, 2), v of shape (3,))
PROGRAMS: dict[str, Callable[..., Any]] = {
    "item": lambda t, f, x, v: f.vmap(lambda a: a.sum().item())(x),
    "a branch on values": lambda t, f, x, v: f.vmap(lambda a: a if a.sum() > 0 else -a)(x),
    "numpy": lambda t, f, x, v: f.vmap(lambda a: t.tensor(a.numpy()))(x),
    "tolist": lambda t, f, x, v: f.vmap(lambda a: t.tensor(a.tolist()))(x),
    "writing members into what they share": lambda t, f, x, v: f.vmap(lambda a: t.zeros(2, 2).add_(a))(x),
    "nonzero": lambda t, f, x, v: f.vmap(lambda a: a.nonzero())(x),
    "elements by a mask": lambda t, f, x, v: f.vmap(lambda a: a[a > 1])(x),
    "random numbers": lambda t, f, x, v: f.vmap(lambda a: a + t.rand(2))(x),
    "no inputs": lambda t, f, x, v: f.vmap(lambda: v)(),
    "a number mapped": lambda t, f, x, v: f.vmap(lambda a, b: a * b)(x, 3),
    "nothing mapped": lambda t, f, x, v: f.vmap(lambda a: a, in_dims=(None,))(x),
    "sizes that differ": lambda t, f, x, v: f.vmap(lambda a, b: a * b)(x, v[:2]),
    "in_dims beyond": lambda t, f, x, v: f.vmap(lambda a: a, in_dims=5)(x),
    "in_dims of another structure": lambda t, f, x, v: f.vmap(lambda a: a, in_dims=(0, 0))(x),
    "in_dims of another type": lambda t, f, x, v: f.vmap(lambda a: a, in_dims="a")(x),
    "in_dims of fractions": lambda t, f, x, v: f.vmap(lambda a: a, in_dims=(1.0,))(x),
    "a number returned": lambda t, f, x, v: f.vmap(lambda a: 1.0)(x),
    "nothing returned": lambda t, f, x, v: f.vmap(lambda a: None)(x),
    "out_dims of another structure": lambda t, f, x, v: f.vmap(lambda a: a, out_dims=(0, 0))(x),
    "out_dims beyond": lambda t, f, x, v: f.vmap(lambda a: a, out_dims=9)(x),
    "members returned as shared": lambda t, f, x, v: f.vmap(lambda a: a, out_dims=None)(x),
    "randomness": lambda t, f, x, v: f.vmap(lambda a: a, randomness="some")(x),
    "chunk_size": lambda t, f, x, v: f.vmap(lambda a: a, chunk_size=0)(x),
    "a dimension too many": lambda t, f, x, v: f.vmap(lambda a: a.sum(2))(x),
    "grad of a vector": lambda t, f, x, v: f.grad(lambda a: a)(v),
    "grad of a number": lambda t, f, x, v: f.grad(lambda a: 1.0)(v),
    "grad at a number": lambda t, f, x, v: f.grad(lambda a: a)(1.0),
    "argnums beyond": lambda t, f, x, v: f.grad(lambda a: a.sum(), argnums=3)(v),
    "argnums twice": lambda t, f, x, v: f.grad(lambda a, b: a.sum(), argnums=(0, 0))(v, v),
    "argnums of nothing": lambda t, f, x, v: f.grad(lambda a: a.sum(), argnums=())(v),
    "aux missing": lambda t, f, x, v: f.grad(lambda a: a.sum(), has_aux=True)(v),
    "jvp at no tuple": lambda t, f, x, v: f.jvp(lambda a: a, v, v),
    "jvp of another shape": lambda t, f, x, v: f.jvp(lambda a: a, (v,), (v[:2],)),
    "jvp of another structure": lambda t, f, x, v: f.jvp(lambda a: a, (v,), (v, v)),
    "strict jvp of a constant": lambda t, f, x, v: f.jvp(lambda a: t.ones(3), (v,), (v,), strict=True),
    "vjp of another shape": lambda t, f, x, v: f.vjp(lambda a: a, v)[1](v[:2]),
    "vjp of another structure": lambda t, f, x, v: f.vjp(lambda a: a, v)[1]((v, v)),
    "vjp of a number": lambda t, f, x, v: f.vjp(lambda a: 1.0, v),
    "jacrev of a number": lambda t, f, x, v: f.jacrev(lambda a: 1.0)(v),
    "jacfwd of a number": lambda t, f, x, v: f.jacfwd(lambda a: 1.0)(v),
    "jacrev's chunk_size": lambda t, f, x, v: f.jacrev(lambda a: a, chunk_size=0)(v),
    "no modules": lambda t, f, x, v: f.stack_module_state([]),
    "modules of two classes": lambda t, f, x, v: f.stack_module_state([t.nn.Linear(1, 1), t.nn.ReLU()]),
    "modules of two modes": lambda t, f, x, v: f.stack_module_state([t.nn.ReLU(), t.nn.ReLU().eval()]),
    "a name given twice": lambda t, f, x, v: f.functional_call(
        t.nn.Linear(3, 1), ({"weight": v}, {"weight": v}), (v,)
    ),
    "state that is no dictionary": lambda t, f, x, v: f.functional_call(t.nn.Linear(3, 1), 3, (v,)),
    "a name unknown, strictly": lambda t, f, x, v: f.functional_call(
        t.nn.Linear(3, 1), {"other": v}, (v,), strict=True
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_refusals_have_pytorch_s_types(name: str) -> None:
    program = PROGRAMS[name]
    kinds: list[type[BaseException]] = []
    for library in (torch, dl):
        with pytest.raises((RuntimeError, ValueError, IndexError, TypeError)) as caught:
            program(library, library.func, library.tensor(X), library.tensor(V))
        kinds.append(caught.type)
    assert issubclass(kinds[1], kinds[0])


def test_tensor_that_escaped_from_vmap_says_so() -> None:
    kept: list[dl.Tensor] = []
    dl.func.vmap(lambda a: kept.append(a) or a)(dl.ones(2, 3))
    with pytest.raises(RuntimeError, match="escaped"):
        kept[0] + dl.ones(3)
    assert (dl.ones(2) + 1).tolist() == [2.0, 2.0]


def test_vmap_is_left_when_the_function_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        dl.func.vmap(lambda a: 1 // 0)(dl.ones(2))
    assert dl.rand(2).shape == (2,)
