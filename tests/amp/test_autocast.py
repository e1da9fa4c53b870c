"""The region: what is cast inside, what is not, and that everything is as before behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
import deep_learner.nn.functional as F
from deep_learner import amp, autograd, op
from deep_learner.autograd.checkpointing import checkpoint
from deep_learner.device import Device
from deep_learner.ops.arithmetic import multiply
from deep_learner.ops.autocasting import local, switch
from deep_learner.ops.linalg import matmul
from deep_learner.ops.registry import OPERATIONS
from deep_learner.typing import Array, Namespace
from tests.amp.accelerated import accelerator as accelerator

pytest.importorskip("deep_learner_numpy", reason="needs float16")


@pytest.fixture(autouse=True)
def nothing_is_left_on() -> Iterator[None]:
    """After each test autocast is off, and nothing is kept."""
    yield
    assert not switch.on
    assert not local.enabled
    assert not local.cache
    assert local.nesting == 0


def half() -> amp.autocast:
    return amp.autocast("cpu", dtype=dl.float16)


def numbers(*shape: int, seed: int = 0, requires_grad: bool = False) -> dl.Tensor:
    values = np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)
    return dl.tensor(values, requires_grad=requires_grad)


def test_products_inside_are_those_of_half_precision_numbers() -> None:
    x, y = numbers(3, 4), numbers(4, 2, seed=1)
    with half():
        out = x @ y
    assert out.dtype is dl.float16
    np.testing.assert_array_equal(out.numpy(), x.numpy().astype(np.float16) @ y.numpy().astype(np.float16))
    assert (x @ y).dtype is dl.float32


def test_gradients_have_the_dtype_of_the_parameters() -> None:
    x, w = numbers(3, 4), numbers(2, 4, seed=1, requires_grad=True)
    b = numbers(2, seed=2, requires_grad=True)
    with half():
        loss = F.mse_loss(F.linear(x, w, b), dl.zeros(3, 2))
    loss.backward()
    assert (loss.dtype, w.grad.dtype, b.grad.dtype) == (dl.float32, dl.float32, dl.float32)


def test_a_region_within_can_be_without_autocast() -> None:
    x = numbers(2, 2)
    with half():
        with amp.autocast("cpu", enabled=False):
            assert (x @ x).dtype is dl.float32
            assert not amp.is_autocast_enabled("cpu")
        assert (x @ x).dtype is dl.float16


def test_an_error_inside_ends_the_region() -> None:
    with pytest.raises(KeyError), half():
        raise KeyError
    assert not amp.is_autocast_enabled("cpu")


def test_a_decorated_function_runs_inside_also_when_it_calls_itself() -> None:
    x = numbers(2, 2)

    @half()
    def power(n: int) -> dl.Tensor:
        return x @ x if n == 1 else power(n - 1) @ x

    assert power(3).dtype is dl.float16
    assert power.__name__ == "power"


def test_only_a_function_can_be_decorated() -> None:
    with pytest.raises(TypeError, match="requires a callable, but got int"):
        half()(3)  # type: ignore[arg-type]


def test_each_thread_has_its_own() -> None:
    x = numbers(2, 2)
    found: list[Any] = []
    with half():
        thread = threading.Thread(target=lambda: found.append((x @ x).dtype))
        thread.start()
        thread.join()
        assert (x @ x).dtype is dl.float16
    assert found == [dl.float32]


def test_shortcuts_are_as_before_behind_the_region() -> None:
    x = numbers(2, 2)
    table = matmul.operation.direct
    for _ in range(2):
        assert (x @ x).dtype is dl.float32
        assert list(table) == [np.ndarray]
        with half():
            assert (x @ x).dtype is dl.float16
            assert not table


def test_operations_without_a_mark_do_not_know_of_autocast() -> None:
    assert multiply.operation.autocast is None
    assert multiply.operation.direct is multiply.operation.implementations


def test_the_default_dtype_is_bfloat16_on_the_cpu_and_float16_elsewhere() -> None:
    assert amp.get_autocast_dtype("cpu") is dl.bfloat16
    assert amp.get_autocast_dtype("cuda") is dl.float16
    amp.set_autocast_dtype("cpu", dl.float16)
    try:
        with amp.autocast("cpu"):
            assert (numbers(2, 2) @ numbers(2, 2)).dtype is dl.float16
    finally:
        amp.set_autocast_dtype("cpu", dl.bfloat16)


@pytest.mark.skipif(find_spec("ml_dtypes") is not None, reason="with ml_dtypes NumPy has bfloat16")
def test_a_dtype_that_the_backend_lacks_is_refused_with_one_that_it_has() -> None:
    x = numbers(2, 2)
    with (
        amp.autocast("cpu"),
        pytest.raises(
            RuntimeError, match=r"does not have; write autocast\('cpu', dtype=deep_learner.float16"
        ),
    ):
        x @ x


def test_a_backend_without_any_half_precision_is_told_to_do_without() -> None:
    x = dl.ones(2, 2, device="strict")
    with (
        amp.autocast("strict", dtype=dl.float16),
        pytest.raises(RuntimeError, match=r"'strict', enabled=False"),
    ):
        x @ x


def test_tensors_on_other_devices_are_left_alone() -> None:
    x = dl.ones(2, 2, device="strict")
    with half():
        assert (x @ x).dtype is dl.float32


def test_float64_is_left_alone() -> None:
    x = dl.ones(2, 2, dtype=dl.float64)
    with half():
        assert (x @ x).dtype is dl.float64


def test_the_device_type_must_be_known() -> None:
    with pytest.raises(RuntimeError, match="unsupported autocast device_type 'abacus'"):
        amp.autocast("abacus")
    with pytest.raises(ValueError, match="Expected `device_type` of type `str`"):
        amp.autocast(Device("cpu"))  # type: ignore[arg-type]


def test_another_dtype_warns_and_has_no_effect() -> None:
    x = numbers(2, 2)
    with pytest.warns(UserWarning, match="only supports dtypes of .*bfloat16.*Disabling autocast"):
        region = amp.autocast("cpu", dtype=dl.float64)
    with region:
        assert (x @ x).dtype is dl.float32


def test_a_device_that_is_not_there_warns_and_has_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deep_learner.amp.state.why_unavailable", lambda device_type: "no such thing.")
    with pytest.warns(UserWarning, match="CUDA is not available: no such thing. Disabling autocast"):
        region = amp.autocast("cuda")
    with region:
        assert not amp.is_autocast_enabled("cuda")
    amp.autocast("cuda", enabled=False)  # asks for nothing


def cast_of(out: dl.Tensor, operand: int) -> Any:
    assert out._node is not None
    return out._node.edges[operand]


def test_a_parameter_is_cast_once_in_the_outermost_region() -> None:
    x, w = numbers(2, 2), numbers(2, 2, seed=1, requires_grad=True)
    with half():
        with half():
            first = x @ w
        second = x @ w
        assert cast_of(first, 1) is cast_of(second, 1)
        (first + second).sum().backward()
    with half():
        assert cast_of(x @ w, 1) is not cast_of(first, 1)
    np.testing.assert_allclose(w.grad.numpy(), np.tile(2 * x.numpy().sum(0)[:, None], 2), atol=2e-3)


def test_without_the_cache_each_use_is_a_cast() -> None:
    x, w = numbers(2, 2), numbers(2, 2, seed=1, requires_grad=True)
    with amp.autocast("cpu", dtype=dl.float16, cache_enabled=False):
        assert not amp.is_autocast_cache_enabled()
        assert cast_of(x @ w, 1) is not cast_of(x @ w, 1)
    assert amp.is_autocast_cache_enabled()


def test_a_parameter_that_has_changed_is_cast_anew() -> None:
    x, w = dl.ones(2, 2), dl.ones(2, 2, requires_grad=True)
    with half():
        assert (x @ w).tolist() == [[2, 2], [2, 2]]
        with dl.no_grad():
            w.mul_(3)
        assert (x @ w).tolist() == [[6, 6], [6, 6]]
        w.data = dl.zeros(2, 2)
        assert (x @ w).tolist() == [[0, 0], [0, 0]]


def test_a_cast_made_without_recording_does_not_cut_the_graph() -> None:
    x, w = numbers(2, 2), numbers(2, 2, seed=1, requires_grad=True)
    with half():
        with dl.no_grad():
            assert not (x @ w).requires_grad
        with dl.inference_mode():
            assert (x @ w).dtype is dl.float16
        (x @ w).sum().backward()
    assert w.has_grad


def test_in_place_forms_are_not_cast() -> None:
    x, y, z = numbers(2, 2), numbers(2, 2, seed=1), numbers(2, 2, seed=2)
    wanted = z.numpy() + x.numpy() @ y.numpy()
    with half():
        z.addmm_(x, y)
    np.testing.assert_allclose(z.numpy(), wanted, rtol=1e-6)


def test_a_dtype_that_is_given_is_respected(accelerator: str) -> None:
    x = dl.ones(3, dtype=dl.float16)
    with amp.autocast(accelerator):
        assert x.sum().dtype is dl.float32
        assert x.sum(dtype=dl.float16).dtype is dl.float16
        assert dl.softmax(x, 0, dtype=dl.float64).dtype is dl.float64


def test_mixed_operands_meet_in_the_widest_dtype(accelerator: str) -> None:
    wide, narrow = dl.ones(2, 2), dl.ones(2, 2, dtype=dl.float16)
    index = (dl.tensor([0]),)
    with amp.autocast(accelerator):
        assert dl.addcmul(narrow, narrow, wide).dtype is dl.float32
        assert dl.index_put(narrow, index, wide[0]).dtype is dl.float32
        assert dl.dot(narrow[0], narrow[1]).dtype is dl.float16


def test_binary_cross_entropy_is_refused_on_an_accelerator(accelerator: str) -> None:
    p = dl.full((3,), 0.5)
    with (
        amp.autocast(accelerator),
        pytest.raises(RuntimeError, match="combine the two in binary_cross_entropy_with_logits"),
    ):
        F.binary_cross_entropy(p, p)
    with half():
        assert F.binary_cross_entropy(p, p).dtype is dl.float32


def losses(loss: Any) -> Any:
    """What each loss gives for half-precision inputs, by its name."""
    x, y = dl.full((2, 3), 0.25, dtype=dl.float16), dl.full((2, 3), 0.5, dtype=dl.float16)
    classes = dl.tensor([0, 2])
    return {
        "nll_loss": lambda: F.nll_loss(x, classes),
        "cross_entropy": lambda: F.cross_entropy(x, classes),
        "cross_entropy of probabilities": lambda: F.cross_entropy(x, y),
        "smooth cross_entropy": lambda: F.cross_entropy(x, classes, label_smoothing=0.1),
        "smooth_l1_loss": lambda: F.smooth_l1_loss(x, y),
        "huber_loss": lambda: F.huber_loss(x, y),
        "kl_div": lambda: F.kl_div(x, y, reduction="batchmean"),
        "binary_cross_entropy_with_logits": lambda: F.binary_cross_entropy_with_logits(x, y),
    }[loss]()


@pytest.mark.parametrize(
    "loss",
    ["nll_loss", "cross_entropy", "cross_entropy of probabilities", "smooth cross_entropy", "smooth_l1_loss",
     "huber_loss", "kl_div", "binary_cross_entropy_with_logits"],
)  # fmt: skip
def test_losses_are_float32(loss: str) -> None:
    with half():
        assert losses(loss).dtype is dl.float32


def test_an_operation_of_ones_own_can_be_marked() -> None:
    @op(name="planted_twice", autocast="lower")
    def twice(xp: Namespace, input: Array) -> Array:
        return input + input

    del OPERATIONS["planted_twice"]
    x = numbers(2, requires_grad=True)
    assert twice(x).dtype is dl.float32
    with half():
        out = twice(x)
    assert out.dtype is dl.float16
    out.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_a_mark_must_be_a_policy() -> None:
    with pytest.raises(TypeError, match="autocast is one of 'lower'"):
        op(name="planted_mark", autocast="half")(lambda xp, input: input)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="'cpu' and 'accelerator'"):
        op(name="planted_mark", autocast={"gpu": "lower"})(lambda xp, input: input)


def test_backward_inside_the_region_is_backward_outside() -> None:
    def gradient(inside: bool, create_graph: bool) -> np.ndarray:
        x, w = numbers(3, 4), numbers(4, 4, seed=1, requires_grad=True)
        with half():
            loss = (dl.tanh(x @ w) @ w).sum()
            if inside:
                loss.backward(create_graph=create_graph)
        if not inside:
            loss.backward(create_graph=create_graph)
        return w.grad.numpy(force=True)

    for create_graph in (False, True):
        np.testing.assert_array_equal(gradient(True, create_graph), gradient(False, create_graph))
    np.testing.assert_array_equal(gradient(True, True), gradient(True, False))


def test_second_derivatives_are_those_of_the_plain_program_nearly() -> None:
    def second(enabled: bool) -> np.ndarray:
        x, w = numbers(3, 4), numbers(4, 4, seed=1, requires_grad=True)
        with amp.autocast("cpu", dtype=dl.float16, enabled=enabled):
            loss = ((x @ w) ** 2).sum()
            (first,) = autograd.grad(loss, [w], create_graph=True)
        assert first.dtype is dl.float32
        (found,) = autograd.grad((first**2).sum(), [w])
        return found.numpy()

    np.testing.assert_allclose(second(True), second(False), rtol=2e-2, atol=2e-2)


def test_a_checkpoint_casts_as_the_first_run_did() -> None:
    def gradients(checkpointed: bool) -> list[np.ndarray]:
        x, w = numbers(3, 4, requires_grad=True), numbers(4, 4, seed=1, requires_grad=True)

        def part(x: dl.Tensor) -> dl.Tensor:
            return dl.tanh(x @ w) @ w

        with half():
            y = x @ w  # makes the cast that the part uses, too
            out = checkpoint(part, y) if checkpointed else part(y)
            assert out.dtype is dl.float16
        out.sum().backward()
        return [x.grad.numpy(), w.grad.numpy()]

    for mine, plain in zip(gradients(True), gradients(False), strict=True):
        np.testing.assert_allclose(mine, plain, rtol=2e-3, atol=2e-3)


def test_all_settings_can_be_set_by_hand() -> None:
    amp.set_autocast_enabled("cpu", True)
    amp.set_autocast_dtype("cpu", dl.float16)
    try:
        assert amp.is_autocast_enabled("cpu")
        assert amp.autocast_increment_nesting() == 1
        assert (numbers(2, 2) @ numbers(2, 2)).dtype is dl.float16
        assert amp.autocast_decrement_nesting() == 0
    finally:
        amp.set_autocast_enabled("cpu", False)
        amp.set_autocast_dtype("cpu", dl.bfloat16)
        amp.clear_autocast_cache()
    assert amp.is_autocast_available("cpu")
    assert amp.is_autocast_available("cuda")
    assert not amp.is_autocast_available("abacus")
