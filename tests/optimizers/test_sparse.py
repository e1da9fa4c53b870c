"""Sparse gradients: from embeddings, added up, and in the optimizers that take them."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from tests.optimizers.oracle import torch

pytestmark = pytest.mark.filterwarnings("ignore:Sparse invariant checks")  # PyTorch's own

INDICES = [[0, 2, 0], [1, 0, 1]]


def both(values=(1.0, 2.0, 3.0), size=(3, 2)):
    return [
        lib.sparse_coo_tensor(lib.tensor(INDICES), lib.tensor(values), size, check_invariants=True)
        for lib in (torch, dl)
    ]


def test_values_of_one_position_add_up():
    theirs, ours = both()
    assert ours.to_dense().tolist() == theirs.to_dense().tolist()
    assert ours.coalesce().indices().tolist() == theirs.coalesce().indices().tolist()
    assert ours.coalesce().values().tolist() == theirs.coalesce().values().tolist()
    assert ours._nnz() == 3
    with pytest.raises(RuntimeError, match="coalesce"):
        ours.values()


def test_sums_products_and_mixtures():
    theirs, ours = both()
    dense = [lib.ones(3, 2) for lib in (torch, dl)]
    assert (ours + ours).to_dense().tolist() == (theirs + theirs).to_dense().tolist()
    assert (ours * 2).to_dense().tolist() == (theirs * 2).to_dense().tolist()
    assert (ours + dense[1]).tolist() == (dense[0] + theirs).tolist()
    assert (-ours).to_dense().tolist() == (-theirs).to_dense().tolist()


def test_what_does_not_fit_is_refused():
    for lib in (torch, dl):
        for indices, values, size in (
            ([[0, 5]], [1.0, 2.0], (3,)),
            ([[0, 1]], [1.0], (3,)),
            ([[0, 1]], [1.0, 2.0], (3, 2)),
        ):
            with pytest.raises(RuntimeError):
                lib.sparse_coo_tensor(lib.tensor(indices), lib.tensor(values), size, check_invariants=True)
    with pytest.raises(NotImplementedError, match=r"to_dense\(\)\.matmul"):
        both()[1].matmul(dl.ones(2))
    with pytest.raises(RuntimeError, match="dense one is needed"):
        dl.exp(both()[1])


@pytest.mark.parametrize("options", [{}, {"padding_idx": 1}])
def test_an_embedding_gives_its_table_a_sparse_gradient(options):
    grads = []
    for lib in (torch, dl):
        layer = lib.nn.Embedding(5, 2, sparse=True, **options)
        with lib.no_grad():
            layer.weight.copy_(lib.arange(10.0).reshape(5, 2))
        for _ in range(2):
            (layer(lib.tensor([[1, 3], [3, 0]])) * lib.arange(8.0).reshape(2, 2, 2)).sum().backward()
        assert layer.weight.grad.is_sparse
        grads.append(layer.weight.grad.to_dense().tolist())
    assert grads[1] == grads[0]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("SGD", {"lr": 0.1}),
        ("SGD", {"lr": 0.1, "momentum": 0.9, "maximize": True}),
        ("Adagrad", {"lr": 0.1, "lr_decay": 0.1}),
        ("SparseAdam", {"lr": 0.1}),
        ("SparseAdam", {"lr": 0.1, "maximize": True}),
    ],
)
def test_a_table_is_trained_as_in_pytorch(name, options):
    tables = []
    for lib in (torch, dl):
        layer = lib.nn.Embedding(5, 2, sparse=True).double()
        with lib.no_grad():
            layer.weight.copy_(lib.arange(10.0).reshape(5, 2))
        optimizer = getattr(lib.optim, name)(layer.parameters(), **options)
        for step in range(4):
            optimizer.zero_grad()
            (layer(lib.tensor([[1, 3], [step, 3]])) ** 2).sum().backward()
            optimizer.step()
        tables.append(layer.weight.detach().numpy())
    np.testing.assert_allclose(tables[1], tables[0], rtol=1e-12)


def test_others_refuse_and_say_what_to_take():
    layer = dl.nn.Embedding(5, 2, sparse=True)
    layer(dl.tensor([1])).sum().backward()
    with pytest.raises(RuntimeError, match="does not support sparse gradients"):
        dl.optim.Adam(layer.parameters()).step()
    with pytest.raises(RuntimeError, match="weight_decay"):
        dl.optim.SGD(layer.parameters(), weight_decay=0.1).step()
    dense = dl.nn.Embedding(5, 2)
    dense(dl.tensor([1])).sum().backward()
    with pytest.raises(RuntimeError, match="consider Adam"):
        dl.optim.SparseAdam(dense.parameters()).step()


@pytest.mark.parametrize("options", [{}, {"padding_idx": 1}, {"mode": "mean"}])
def test_bags_give_their_table_a_sparse_gradient(options):
    grads = []
    for lib in (torch, dl):
        layer = lib.nn.EmbeddingBag(5, 2, sparse=True, **{"mode": "sum", **options})
        with lib.no_grad():
            layer.weight.copy_(lib.arange(10.0).reshape(5, 2))
        out = layer(lib.tensor([1, 3, 3, 0, 1]), lib.tensor([0, 2]))
        (out * lib.arange(4.0).reshape(2, 2)).sum().backward()
        assert layer.weight.grad.is_sparse
        grads.append((out.tolist(), layer.weight.grad.to_dense().tolist()))
    assert grads[1] == grads[0]
