"""Work that is captured once and done again, with new values in the same arrays."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import deep_learner as dl

cupy = pytest.importorskip("cupy", reason="needs CuPy")


@pytest.fixture
def accelerator(gpu):
    return gpu.accelerator


class Captured:
    """What is done in a `with` block, as a graph; `pool` may be another graph's."""

    def __init__(self, accelerator, pool=None):
        self._capture = accelerator.capture(None, pool)

    def __enter__(self):
        self._capture.begin()
        return self

    def __exit__(self, kind, *rest):
        self.graph = self._capture.end()


def test_a_replay_does_the_work_with_new_values(accelerator):
    x = dl.tensor([1.0, 2.0, 3.0], device="cuda")
    with Captured(accelerator) as captured:
        y = dl.nn.functional.gelu(x).softmax(0) * 2
    x.copy_(dl.tensor([3.0, 0.0, -1.0], device="cuda"))
    captured.graph.replay()
    expected = dl.nn.functional.gelu(x).softmax(0) * 2
    np.testing.assert_allclose(y.cpu().numpy(), expected.cpu().numpy(), rtol=1e-6)


def test_a_whole_step_is_captured(gpu, accelerator):
    dl.manual_seed(0)
    model = dl.nn.Sequential(dl.nn.Linear(6, 8), dl.nn.GELU(), dl.nn.LayerNorm(8), dl.nn.Linear(8, 3)).to(
        "cuda"
    )
    other = dl.nn.Sequential(dl.nn.Linear(6, 8), dl.nn.GELU(), dl.nn.LayerNorm(8), dl.nn.Linear(8, 3)).to(
        "cuda"
    )
    other.load_state_dict(model.state_dict())
    inputs, targets = dl.randn(5, 6).to("cuda"), dl.tensor([0, 1, 2, 0, 1], device="cuda")

    def step(net, optimizer):
        optimizer.zero_grad()
        loss = dl.nn.functional.cross_entropy(net(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss

    captured_by, plain = (
        dl.optim.AdamW(net.parameters(), lr=0.01, capturable=True) for net in (model, other)
    )
    step(model, captured_by)  # warms up and lays down the optimizer's state
    step(other, plain)
    with Captured(accelerator) as captured:
        loss = step(model, captured_by)
    for _ in range(3):
        inputs.copy_(dl.randn(5, 6).to("cuda"))
        captured.graph.replay()
        expected = step(other, plain)
        np.testing.assert_allclose(loss.tolist(), expected.tolist(), rtol=1e-5)
    for p, q in zip(model.parameters(), other.parameters(), strict=True):
        np.testing.assert_allclose(p.detach().cpu().numpy(), q.detach().cpu().numpy(), rtol=1e-5, atol=1e-6)


def test_its_memory_outlives_the_arrays_and_eager_work_never_gets_it(accelerator):
    x = dl.ones((1000,), device="cuda")
    with Captured(accelerator) as captured:
        hidden = x * 2
        y = hidden + 1
        del hidden
    gc.collect()
    eager = [dl.zeros((1000,), device="cuda") for _ in range(4)]
    captured.graph.replay()
    assert y.sum().tolist() == 3000.0
    assert all(array.sum().tolist() == 0.0 for array in eager)


def test_captures_may_share_a_pool(accelerator):
    x = dl.ones((8,), device="cuda")
    with Captured(accelerator) as first:
        y = x + 1
    with Captured(accelerator, first.graph.pool) as second:
        z = y * 3
    assert second.graph.pool is first.graph.pool
    first.graph.replay()
    second.graph.replay()
    assert z.tolist() == [6.0] * 8


def test_whether_work_is_captured_can_be_asked(accelerator):
    assert not accelerator.capturing()
    with Captured(accelerator):
        assert accelerator.capturing()
    assert not accelerator.capturing()


@pytest.mark.parametrize("what", ["values cannot be read", "values cannot come from the host"])
def test_what_needs_the_host_is_refused_with_the_cure(accelerator, what):
    x = dl.ones((3,), device="cuda")
    capture = accelerator.capture()
    capture.begin()
    try:
        with pytest.raises(
            RuntimeError, match=f"Attempting CUDA graph capture.*{what}.*copy_\\(\\) before each replay"
        ):
            x.tolist() if "read" in what else dl.tensor([1.0, 2.0], device="cuda")
    finally:
        capture.end()
    assert x.tolist() == [1.0] * 3


def test_random_numbers_come_from_the_host_and_are_refused(accelerator):
    capture = accelerator.capture()
    capture.begin()
    try:
        with pytest.raises(RuntimeError, match="draw random numbers"):
            dl.nn.functional.dropout(dl.ones((30,), device="cuda"))
    finally:
        capture.end()


def test_the_default_stream_is_not_captured(accelerator):
    with pytest.raises(RuntimeError, match="must be captured on a non-default stream"):
        accelerator.capture(accelerator.default_stream()).begin()


def test_a_stream_is_captured_once_at_a_time(accelerator):
    with Captured(accelerator), pytest.raises(RuntimeError, match="being captured already"):
        accelerator.capture().begin()


def test_a_graph_that_was_reset_is_not_replayed(accelerator):
    with Captured(accelerator) as captured:
        dl.ones((2,), device="cuda") + 1
    captured.graph.reset()
    with pytest.raises(RuntimeError, match="has been reset"):
        captured.graph.replay()
    with pytest.raises(RuntimeError, match="has been reset"):
        _ = captured.graph.pool


SHAPES = [
    ((3, 4), (4, 5)), ((4,), (4, 5)), ((3, 4), (4,)), ((4,), (4,)), ((2, 3, 4), (4, 5)), ((2, 3, 4), (2, 4, 5)),
    ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (5, 4, 2)), ((3, 0), (0, 2)), ((0, 4), (4, 5)), ((1, 4), (4, 1)),
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "complex64", "complex128", "int64"])
@pytest.mark.parametrize(("left", "right"), SHAPES)
@pytest.mark.parametrize("turned", [False, True])
def test_matrix_products_are_captured(gpu, accelerator, left, right, dtype, turned):
    random = np.random.default_rng(0)

    def made(shape):
        values = random.integers(-3, 4, size=shape)
        values = values + 1j * random.integers(-3, 4, size=shape) if dtype.startswith("complex") else values
        values = values.astype(dtype)
        return (
            np.ascontiguousarray(values.swapaxes(-1, -2)).swapaxes(-1, -2)
            if turned and values.ndim > 1
            else values
        )

    a, b = made(left), made(right)
    x, y = (gpu.asarray(np.ascontiguousarray(v.swapaxes(-1, -2))).swapaxes(-1, -2) if v.ndim > 1 else gpu.asarray(v)
            for v in (a, b))  # fmt: skip
    with Captured(accelerator) as captured:
        out = gpu.namespace.matmul(x, y)
    captured.graph.replay()
    wanted = np.matmul(a.astype("float32"), b.astype("float32")) if dtype == "float16" else np.matmul(a, b)
    assert out.dtype == dtype
    assert out.shape == wanted.shape
    np.testing.assert_allclose(gpu.to_numpy(out), wanted, rtol=1e-6)


def test_contractions_and_inner_products_are_captured(gpu, accelerator):
    a, b = np.arange(24.0).reshape(2, 3, 4), np.arange(60.0).reshape(4, 3, 5)
    x, y, z = (gpu.asarray(value) for value in (a, b, a + 1j))
    with Captured(accelerator) as captured:
        first = gpu.namespace.tensordot(x, y, axes=((2, 1), (0, 1)))
        second = gpu.namespace.tensordot(x, y, axes=1)
        inner = gpu.namespace.vecdot(z, z, axis=1)
    captured.graph.replay()
    np.testing.assert_allclose(gpu.to_numpy(first), np.tensordot(a, b, ((2, 1), (0, 1))))
    np.testing.assert_allclose(gpu.to_numpy(second), np.tensordot(a, b, 1))
    np.testing.assert_allclose(gpu.to_numpy(inner), np.vecdot(a + 1j, a + 1j, axis=1))
