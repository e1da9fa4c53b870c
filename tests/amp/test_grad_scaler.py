"""The scaler, step by step beside PyTorch's on the same gradients."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import amp

pytest.importorskip("deep_learner_numpy", reason="the scaler is tried on NumPy")
pytest.importorskip("deep_learner_optimizers", reason="the scaler needs an optimizer")


@pytest.fixture(autouse=True)
def infinities_are_values() -> Iterator[None]:
    """NumPy does not warn of what is done on purpose."""
    with np.errstate(over="ignore", invalid="ignore"):
        yield


def parameter(*values: float, dtype: Any = dl.float32) -> dl.Tensor:
    return dl.tensor(list(values), dtype=dtype, requires_grad=True)


def scaled(scaler: amp.GradScaler, leaf: dl.Tensor, gradient: float) -> None:
    """A backward pass of the scaled loss, whose gradient is ``gradient`` without the scale."""
    leaf.grad = None
    scaler.scale((leaf * gradient).sum()).backward()


GRADIENTS = [1.0, math.inf, 0.5, 2.0, math.nan, -math.inf, 3.0, 1.0, 1.0, 1.0, 1.0, 4.0]


@pytest.mark.parametrize("unscale", [False, True])
@pytest.mark.parametrize("factors", [(2.0, 0.5, 2), (1.7, 0.3, 3)])
def test_scales_and_parameters_are_those_of_pytorch(factors: tuple[float, float, int], unscale: bool) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    growth, backoff, interval = factors
    options = {
        "init_scale": 1000.0,
        "growth_factor": growth,
        "backoff_factor": backoff,
        "growth_interval": interval,
    }
    mine, theirs = amp.GradScaler("cpu", **options), torch.amp.GradScaler("cpu", **options)  # type: ignore[arg-type]
    x, y = parameter(1.0, 2.0), torch.tensor([1.0, 2.0], requires_grad=True)
    ours, other = dl.optim.SGD([x], lr=0.1), torch.optim.SGD([y], lr=0.1)
    for gradient in GRADIENTS:
        scaled(mine, x, gradient)
        y.grad = None
        theirs.scale((y * gradient).sum()).backward()
        if unscale:
            mine.unscale_(ours)
            theirs.unscale_(other)
            np.testing.assert_array_equal(x.grad.numpy(), y.grad.numpy())
        mine.step(ours)
        theirs.step(other)
        mine.update()
        theirs.update()
        assert mine.state_dict() == theirs.state_dict()
        np.testing.assert_allclose(x.detach().numpy(), y.detach().numpy(), atol=1e-6)


def test_an_infinite_gradient_leaves_the_step_out() -> None:
    x = parameter(1.0)
    optimizer, scaler = dl.optim.SGD([x], lr=1.0), amp.GradScaler("cpu", init_scale=8.0)
    scaled(scaler, x, math.inf)
    assert scaler.step(optimizer) is None
    scaler.update()
    assert x.tolist() == [1.0]
    assert scaler.get_scale() == 4.0


def test_a_scale_that_would_be_infinite_does_not_grow() -> None:
    scaler = amp.GradScaler("cpu", init_scale=2.0**127, growth_interval=1)
    x = parameter(0.0)
    optimizer = dl.optim.SGD([x], lr=1.0)
    scaled(scaler, x, 2.0**-20)
    scaler.step(optimizer)
    scaler.update()
    assert scaler.get_scale() == 2.0**127
    assert x.tolist() == [-(2.0**-20)]


def test_one_flag_is_read_for_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    leaves = [parameter(1.0), parameter(1.0, 2.0), parameter(1.0, dtype=dl.float64)]
    optimizer, scaler = dl.optim.SGD(leaves, lr=1.0), amp.GradScaler("cpu")
    scaler.scale(sum(leaf.sum() for leaf in leaves)).backward()
    reads: list[Any] = []
    item = dl.Tensor.item
    monkeypatch.setattr(dl.Tensor, "item", lambda self: reads.append(self) or item(self))
    scaler.unscale_(optimizer)
    assert not reads
    scaler.step(optimizer)
    scaler.update()
    assert len(reads) == 1


def test_gradients_are_unscaled_in_their_own_dtype() -> None:
    x, y = parameter(1.0), parameter(1.0, dtype=dl.float64)
    optimizer, scaler = dl.optim.SGD([x, y], lr=1.0), amp.GradScaler("cpu", init_scale=3.0)
    scaler.scale((x * 3 + y * 5).sum()).backward()
    scaler.unscale_(optimizer)
    assert (x.grad.dtype, y.grad.dtype) == (dl.float32, dl.float64)
    np.testing.assert_allclose([x.grad.item(), y.grad.item()], [3, 5], rtol=1e-7)


def test_half_precision_gradients_are_multiplied_in_float32() -> None:
    from deep_learner.ops.registry import OPERATIONS

    gradient = dl.tensor([6.0], dtype=dl.float16)
    flag, made = OPERATIONS["amp_unscale"]([gradient], dl.tensor(1 / 3e6))
    assert made.dtype is dl.float16
    assert (flag.item(), made.item()) == (0.0, float(np.float16(2e-6)))


def test_outputs_may_be_nested() -> None:
    scaler = amp.GradScaler("cpu", init_scale=4.0)
    one = dl.tensor(1.0)
    assert scaler.scale([one, (one, one)]) == [4.0, (4.0, 4.0)]
    assert [value.item() for value in scaler.scale(iter([one]))] == [4.0]
    with pytest.raises(ValueError, match="outputs must be a Tensor or an iterable of Tensors"):
        scaler.scale(1.0)


def test_a_half_precision_loss_is_scaled_in_float32() -> None:
    assert amp.GradScaler("cpu").scale(dl.tensor(3.0, dtype=dl.float16)).item() == 3 * 65536


def test_float16_parameters_are_refused() -> None:
    x = parameter(1.0, dtype=dl.float16)
    optimizer, scaler = dl.optim.SGD([x], lr=1.0), amp.GradScaler("cpu")
    scaler.scale(x.sum()).backward()
    with pytest.raises(ValueError, match="Attempting to unscale FP16 gradients"):
        scaler.step(optimizer)


def test_each_optimizer_goes_through_its_stages() -> None:
    x = parameter(1.0)
    optimizer, scaler = dl.optim.SGD([x], lr=1.0), amp.GradScaler("cpu")
    for call in (scaler.unscale_, scaler.step):
        with pytest.raises(AssertionError, match="_scale is None"):
            call(optimizer)
    with pytest.raises(AssertionError, match="_scale is None"):
        scaler.update()
    scaled(scaler, x, 1.0)
    with pytest.raises(AssertionError, match="No inf checks were recorded prior to update"):
        scaler.update()
    with pytest.raises(RuntimeError, match="Closure use is not currently supported"):
        scaler.step(optimizer, closure=lambda: None)
    scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match="already been called on this optimizer since the last update"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(RuntimeError, match=r"unscale_\(\) is being called after step\(\)"):
        scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match=r"step\(\) has already been called since the last update"):
        scaler.step(optimizer)
    scaler.update()
    x.grad = None
    with pytest.raises(AssertionError, match="No inf checks were recorded for this optimizer"):
        scaler.step(optimizer)


def test_several_optimizers_share_the_scale() -> None:
    x, y = parameter(1.0), parameter(1.0)
    first, second = dl.optim.SGD([x], lr=1.0), dl.optim.SGD([y], lr=1.0)
    scaler = amp.GradScaler("cpu", init_scale=4.0)
    scaler.scale((x * math.inf + y).sum()).backward()
    scaler.step(first)
    scaler.step(second)
    scaler.update()
    assert (x.tolist(), y.tolist(), scaler.get_scale()) == ([1.0], [0.0], 2.0)


def test_the_scale_can_be_given() -> None:
    scaler = amp.GradScaler("cpu")
    scaler.scale(dl.tensor(1.0))
    scaler.update(128.0)
    assert scaler.scale(dl.tensor(2.0)).item() == 256.0
    scaler.update(dl.tensor([64.0]))
    assert scaler.get_scale() == 64.0
    with pytest.raises(AssertionError, match="new_scale should be a float or a 1-element"):
        scaler.update(dl.ones(2))


def test_factors_are_on_their_side_of_one() -> None:
    with pytest.raises(AssertionError, match="growth factor must be > 1"):
        amp.GradScaler("cpu", growth_factor=1.0)
    with pytest.raises(AssertionError, match="backoff factor must be < 1"):
        amp.GradScaler("cpu", backoff_factor=1.0)


def test_a_scaler_that_is_not_enabled_does_nothing() -> None:
    scaler = amp.GradScaler("cpu", enabled=False)
    x = parameter(1.0)
    optimizer = dl.optim.SGD([x], lr=1.0)
    loss = (x * 2).sum()
    assert scaler.scale(loss) is loss
    loss.backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    assert (x.tolist(), scaler.get_scale(), scaler.state_dict()) == ([-1.0], 1.0, {})
    assert not scaler.is_enabled()
    with pytest.raises(RuntimeError, match="source state dict is empty"):
        amp.GradScaler("cpu").load_state_dict(scaler.state_dict())


def test_a_device_that_is_not_there_warns_and_disables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deep_learner.amp.state.why_unavailable", lambda device_type: "no driver")
    with pytest.warns(UserWarning, match="CUDA is not available: no driver. Disabling"):
        assert not amp.GradScaler().is_enabled()


def test_the_state_is_pytorchs_and_comes_back() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    theirs = torch.amp.GradScaler("cpu", init_scale=512.0, growth_interval=7).state_dict()
    scaler = amp.GradScaler("cpu")
    scaler.load_state_dict(theirs)
    assert scaler.state_dict() == theirs
    for again in (pickle.loads(pickle.dumps(scaler)), copy.deepcopy(scaler)):
        assert again.state_dict() == theirs
    scaler.set_growth_factor(3.0)
    scaler.set_backoff_factor(0.25)
    scaler.set_growth_interval(5)
    found = (scaler.get_growth_factor(), scaler.get_backoff_factor(), scaler.get_growth_interval())
    assert found == (3.0, 0.25, 5)


def test_a_scaler_is_not_pickled_in_the_middle_of_a_step() -> None:
    x = parameter(1.0)
    scaler = amp.GradScaler("cpu")
    scaled(scaler, x, 1.0)
    scaler.unscale_(dl.optim.SGD([x], lr=1.0))
    with pytest.raises(AssertionError, match="may only be pickled at the beginning"):
        pickle.dumps(scaler)
