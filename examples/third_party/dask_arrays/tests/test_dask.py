"""What is special about Dask: nothing is computed before it is read, and graphs do not grow from step to step."""

from __future__ import annotations

import dask
import numpy as np
import pytest
from acme_dask_arrays.backend import persist

import deep_learner as dl
from deep_learner import backends


@pytest.fixture(autouse=True)
def _on_dask():
    with dl.backend("dask"):
        yield


@pytest.fixture
def computed():
    """How often something has been computed."""
    from dask.callbacks import Callback

    count = []
    with Callback(start=lambda graph: count.append(len(graph))):
        yield count


def test_nothing_is_computed_before_it_is_read(computed):
    x = dl.ones(1000, 1000, requires_grad=True)
    y = (x.sin() * 2).sum()
    y.backward()
    assert not computed
    assert x.grad[0, 0].item() == pytest.approx(2 * np.cos(1.0))
    assert len(computed) == 1


def test_more_than_the_memory_holds_is_summed_in_chunks():
    x = dl.ones(2**20, 2**20, dtype="float64")  # 8 TiB, of which the first 4096 rows and columns are read
    assert (x * 2)[:4096, :4096].sum().item() == 2 * 4096**2


def test_values_are_computed_where_a_shape_depends_on_them(computed):
    x = dl.tensor([3.0, -1.0, 2.0, 3.0])
    assert x[x > 0].shape == (3,) and computed
    assert dl.nonzero(x < 0).tolist() == [[1]]
    assert dl.unique(x).tolist() == [-1, 2, 3]


def test_a_write_reaches_views_and_base():
    x = dl.zeros(2, 3)
    row, column = x[0], x[:, 1]
    row.add_(1)
    x[1, 1] = 5
    column.mul_(2)
    assert x.tolist() == [[1, 2, 1], [0, 10, 0]] and row.tolist() == [1, 2, 1]


def test_persist_keeps_values_and_cuts_the_graph(computed):
    x = dl.ones(4)
    for _ in range(50):
        x = x + 1
    [kept] = persist([x])
    once = len(computed)
    assert kept.tolist() == [51] * 4 and max(computed[once:]) < 10


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_training_takes_numpys_steps_and_its_graphs_do_not_grow(name, computed):
    def trained(backend, sizes):
        with dl.backend(backend):
            dl.manual_seed(0)
            model = dl.nn.Sequential(dl.nn.Linear(3, 4), dl.nn.Tanh(), dl.nn.Linear(4, 2))
            options = {"momentum": 0.9} if name == "SGD" else {}
            optimizer = getattr(dl.optim, name)(model.parameters(), lr=0.1, **options)
            inputs = dl.randn(8, 3)
            for _ in range(6):
                optimizer.zero_grad()
                (model(inputs) ** 2).mean().backward()
                computed.clear()
                optimizer.step()
                sizes.append(sum(computed))
            return model[0].weight.detach().numpy()

    sizes = []
    np.testing.assert_allclose(trained("dask", sizes), trained("numpy", []), rtol=1e-4, atol=1e-6)
    assert sizes[-1] <= 1.2 * sizes[1], sizes


def test_buffers_are_kept_with_the_optimizers_next_step(computed):
    mean = dl.zeros(2)
    parameter = dl.nn.Parameter(dl.ones(2))
    optimizer = dl.optim.SGD([parameter], lr=0.1)
    for _ in range(5):
        for _ in range(10):
            mean.mul_(0.9).add_(1)
        (parameter * mean).sum().backward()
        optimizer.step()
    computed.clear()
    expected = 10 * (1 - 0.9**50)
    assert mean.tolist() == pytest.approx([expected, expected], rel=1e-5)
    assert sum(computed) < 10


def test_the_scheduler_is_dasks_own_affair():
    with dask.config.set(scheduler="synchronous"):
        assert (dl.ones(3) + 1).tolist() == [2, 2, 2]
        assert "synchronous" in backends.get("dask").details()["scheduler"]


def test_what_is_missing_is_told():
    with pytest.raises(NotImplementedError, match=r"no function 'from_dlpack'"):
        backends.get("dask").extended.from_dlpack(np.ones(2))


def test_a_position_that_does_not_exist_is_refused():
    x = dl.arange(3.0)
    for pick in (lambda: x[3], lambda: x[dl.tensor([0, 3])], lambda: x.gather(0, dl.tensor([-1]))):
        with pytest.raises(IndexError):
            pick()
