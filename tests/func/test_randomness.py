"""Within ``vmap`` random functions draw PyTorch's numbers: for each member, or once for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

X = np.random.default_rng(0).uniform(0.1, 0.9, size=(5, 3)).astype("float32")

PROGRAMS: dict[str, Callable[..., Any]] = {
    "rand": lambda t, x: x + t.rand(3),
    "randn": lambda t, x: x + t.randn(3),
    "randn of many": lambda t, x: x.sum() + t.randn((4, 5)),
    "randint": lambda t, x: x + t.randint(9, (3,)),
    "randperm": lambda t, x: x + t.randperm(3),
    "rand_like": lambda t, x: x + t.rand_like(x),
    "randn_like": lambda t, x: x + t.randn_like(x),
    "dropout": lambda t, x: t.nn.functional.dropout(x, 0.5),
    "normal_": lambda t, x: x.clone().normal_(),
    "uniform_": lambda t, x: x.clone().uniform_(2, 3),
    "nested": lambda t, x: t.func.vmap(lambda y: y + t.rand(2), randomness="different")(x),
}
OF_MEMBERS: dict[str, Callable[..., Any]] = {
    "bernoulli": lambda t, x: t.bernoulli(x),
    "normal": lambda t, x: t.normal(x, x),
    "multinomial": lambda t, x: t.multinomial(x, 2),
    "poisson": lambda t, x: t.poisson(x * 9),
}


def drawn(library: Any, program: Any, randomness: str) -> Any:
    library.manual_seed(3)
    with_library = library.func.vmap(lambda x: program(library, x), randomness=randomness)
    return with_library(library.tensor(X)).numpy()


@pytest.mark.parametrize("randomness", ["same", "different"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_members_draw_pytorch_s_numbers(name: str, randomness: str) -> None:
    got, wanted = (drawn(library, PROGRAMS[name], randomness) for library in (dl, torch))
    np.testing.assert_allclose(got, wanted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", OF_MEMBERS)
def test_members_draw_from_their_own_distributions(name: str) -> None:
    got, wanted = (drawn(library, OF_MEMBERS[name], "different") for library in (dl, torch))
    np.testing.assert_allclose(got, wanted, rtol=1e-6, atol=1e-6)


def test_same_randomness_draws_the_same_for_members_that_are_equal() -> None:
    rows = dl.full((4, 16), 0.5)
    dl.manual_seed(0)
    same = dl.func.vmap(dl.bernoulli, randomness="same")(rows)
    different = dl.func.vmap(dl.bernoulli, randomness="different")(rows)
    assert (same == same[0]).all() and 0 < same[0].sum() < 16
    assert not (different == different[0]).all()


@pytest.mark.parametrize("name", [*PROGRAMS, *OF_MEMBERS])
def test_random_functions_refuse_unless_told(name: str) -> None:
    if name == "nested":
        return
    with pytest.raises(RuntimeError, match="randomness error mode"):
        drawn(dl, {**PROGRAMS, **OF_MEMBERS}[name], "error")
