"""What is special about JAX: 64 bits, clamped positions, work in the background, errors, sharding."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from acme_jax_arrays.backend import JaxBackend

import deep_learner as dl
from deep_learner import Device, backends


@pytest.fixture(autouse=True)
def one():
    with dl.backend("jax") as backend:
        yield backend


def test_integers_and_doubles_have_64_bits():
    assert dl.tensor([2**40]).dtype is dl.int64 and dl.tensor([2**40]).item() == 2**40
    third = dl.tensor(1.0, dtype=dl.float64) / 3
    assert third.item() == 1 / 3


def test_who_forbids_64_bits_is_told_and_obeyed(monkeypatch):
    monkeypatch.setenv("JAX_ENABLE_X64", "0")
    jax.config.update("jax_enable_x64", False)
    try:
        assert "JAX_ENABLE_X64" in JaxBackend().unavailable()
        assert not jax.config.jax_enable_x64
    finally:
        jax.config.update("jax_enable_x64", True)


def test_bfloat16_is_there():
    x = dl.ones(3, dtype=dl.bfloat16)
    assert (x + x).dtype is dl.bfloat16 and (x + x).float().tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    "pick",
    [
        lambda x, i: x[i],
        lambda x, i: x[i.item()],
        lambda x, i: x.index_select(0, i.reshape(1)),
        lambda x, i: x.gather(0, i.reshape(1)),
        lambda x, i: x.take(i),
        lambda x, i: dl.nn.functional.embedding(i, x.reshape(3, 1)),
        lambda x, i: x.scatter_add(0, i.reshape(1), dl.ones(1)),
    ],
)
@pytest.mark.parametrize("place", [3, -4])
def test_a_position_that_does_not_exist_is_refused_where_jax_would_clamp_it(pick, place):
    with pytest.raises(IndexError):
        pick(dl.arange(3.0), dl.tensor(place))


def test_numpy_arrays_are_copied_and_may_change_afterwards():
    # Aligned as XLA likes it, which then shares the memory where it may.
    room = np.zeros(2**16 + 64, dtype=np.uint8)
    values = room[-room.ctypes.data % 64 :][: 2**16].view(np.float32)
    x, shared = dl.tensor(values), backends.get("jax").from_numpy(values, Device("cpu"))
    values[:] = 1
    assert x.sum().item() == 0 and float(shared.sum()) == 0


def test_values_read_by_numpy_cannot_be_written():
    with pytest.raises(ValueError, match="read-only"):
        dl.ones(2).numpy()[0] = 5


def test_synchronize_waits_for_the_work_in_the_background(one):
    matrix = jnp.ones((600, 600))
    for _ in range(20):
        matrix = matrix @ matrix / 600
    one.synchronize(Device("cpu"))
    assert matrix.is_ready()


def test_too_large_an_array_is_told_as_pytorch_tells_it():
    with pytest.raises(dl.OutOfMemoryError, match="'jax' is out of memory"):
        dl.zeros(2**50)


def test_a_device_that_is_not_here_is_refused_with_those_that_are():
    with pytest.raises(RuntimeError, match=r"no Device.CPU:7; JAX finds here: Device.CPU, Device.CPU:1"):
        dl.ones(2, device="cpu:7")
    assert dl.ones(2, device="cpu:0").device == "cpu"


def test_tensors_of_two_devices_do_not_mix():
    with pytest.raises(RuntimeError, match="same device"):
        dl.ones(2) + dl.ones(2, device="cpu:1")


def test_an_array_spread_over_devices_is_refused_with_the_cure():
    mesh = jax.make_mesh((2,), ("rows",), axis_types=(jax.sharding.AxisType.Auto,))
    sharding = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("rows"))
    with pytest.raises(RuntimeError, match=r"jax\.device_put"):
        backends.get("jax").device_of(jax.device_put(jnp.ones(4), sharding))


def test_the_switch_for_float32_products_is_followed(one):
    before = jax.config.jax_default_matmul_precision
    try:
        one.set_float32_matmul_precision("high")
        assert jax.config.jax_default_matmul_precision == "tensorfloat32"
    finally:
        jax.config.update("jax_default_matmul_precision", before)


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_optimizers_take_numpys_steps(name):
    def trained(backend):
        with dl.backend(backend):
            dl.manual_seed(0)
            model = dl.nn.Linear(3, 2)
            optimizer = getattr(dl.optim, name)(model.parameters(), lr=0.1)
            inputs = dl.randn(8, 3)
            for _ in range(5):
                optimizer.zero_grad()
                (model(inputs) ** 2).mean().backward()
                optimizer.step()
            return model.weight.detach().numpy()

    np.testing.assert_allclose(trained("jax"), trained("numpy"), rtol=1e-5, atol=1e-6)


def test_second_derivatives_need_no_choice_of_the_backend():
    x = dl.tensor([1.0, 2.0, 3.0], requires_grad=True)
    places = dl.tensor([2, 0])
    with dl.backend("numpy"):
        picked = x.gather(0, places)
        [first] = dl.autograd.grad((picked**3).sum(), x, create_graph=True)  # 3 x² where it is picked
        [second] = dl.autograd.grad(first.sum(), x)
    assert second.backend == "jax" and second.tolist() == [6, 0, 18]
