"""``autograd.grad(is_grads_batched=True)`` starts from each row of the gradients, as PyTorch's does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")


@pytest.mark.parametrize("create_graph", [False, True])
def test_rows_are_as_many_gradients(create_graph: bool) -> None:
    def program(library: Any) -> Any:
        x, w, unused = (library.tensor([1.0, 2.0, scale]).requires_grad_() for scale in (3.0, 0.5, 7.0))
        outputs = (x * w).sin(), (x**2).sum()
        rows = library.eye(3), library.tensor([1.0, 0.0, 2.0])
        made = library.autograd.grad(
            outputs, (x, w, unused), rows, is_grads_batched=True, allow_unused=True, create_graph=create_graph
        )
        again = library.autograd.grad(made[0].pow(2).sum(), (x, w)) if create_graph else ()
        return [None if one is None else one.detach().numpy() for one in (*made, *again)]

    for ours, theirs in zip(program(dl), program(torch), strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("rows", [None, [[1.0, 1.0]], [1.0, 2.0, 3.0]])
def test_rows_that_do_not_fit_are_refused(rows: Any) -> None:
    x = dl.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with pytest.raises(RuntimeError):
        dl.autograd.grad(x * 2, x, None if rows is None else dl.tensor(rows), is_grads_batched=True)
