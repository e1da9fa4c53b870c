"""Operations that an eager program repeats are computed in C where that is configured, and give what they gave."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
import tests.c.needed  # noqa: F401
from deep_learner import backends, config
from deep_learner.ops import registry as operations
from deep_learner.testing import BackendContract
from deep_learner.testing.backend_parts.base import load_operations
from deep_learner.testing.conformance.case import Data
from deep_learner.testing.conformance.kernels import samples_of
from deep_learner_c import compiler, executor, repeated
from deep_learner_c.hooks import REPEATED
from tests.backends.samples import SAMPLES

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(6, 5)).astype(np.float32)
MATRIX = RANDOM.normal(size=(5, 4)).astype(np.float32)


@pytest.fixture(autouse=True)
def _chosen_and_quickly_built(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(compiler, "FLAGS", ("-O0", *compiler.FLAGS[1:]))
    compiler.surroundings.cache_clear()
    with config.using(executor="c"):
        yield
    compiler.surroundings.cache_clear()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is called is compiled."""
    monkeypatch.setattr(repeated, "CALLS", 0)
    monkeypatch.setattr(repeated, "FORMS", 10_000)


class Contract(BackendContract):
    """What kernels are held to: those in C, and where they leave a case the backend's own."""

    backend = "numpy"
    dtypes = ("bool", "int64", "float32", "float64")
    samples = {  # noqa: RUF012
        **SAMPLES,
        "matmul": [
            (ROWS, MATRIX),
            (np.stack([ROWS, ROWS + 1]), MATRIX),
            (ROWS[0], MATRIX),
            (ROWS, MATRIX[:, 0]),
        ],
    }

    def _of_operations(self) -> dict[str, Any]:
        return {name: _followed(name) for name in REPEATED}


def _followed(name: str) -> Any:
    in_c = repeated.kernel(name)
    one = backends.get("numpy")
    own = one.kernels.get(name) or getattr(one.namespace, name)

    def kernel(*args: Any, **kwargs: Any) -> Any:
        made = in_c(*args, **kwargs)
        return own(*args, **kwargs) if made is NotImplemented else made

    return kernel


@pytest.mark.usefixtures("at_once")
@pytest.mark.needs("deep_learner_layers")
def test_each_kernel_gives_what_the_generic_form_gives() -> None:
    Contract().test_each_kernel_gives_what_the_generic_form_gives()


@pytest.mark.usefixtures("at_once")
@pytest.mark.needs("deep_learner_layers")
@pytest.mark.parametrize("name", REPEATED)
def test_each_is_computed_in_c(name: str) -> None:
    load_operations()
    kernel = repeated.kernel(name)
    operation = operations.find(name).operation
    made: list[Any] = []
    for sample in samples_of(operation, Contract.samples):
        values = [*map(_in_float32, sample)]
        first, rest = values[: operation.positional], values[operation.positional :]
        made.append(kernel(*first, **dict(zip(operation.keywords, rest, strict=False))))
    assert any(one is not NotImplemented for one in made)


def _in_float32(value: Any) -> Any:
    if isinstance(value, Data):
        return np.asarray(value.values, value.dtype or np.float32)
    value = np.asarray(value) if isinstance(value, list) else value
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == float else value


def test_a_form_is_compiled_once_it_has_come_often_enough() -> None:
    kernel = repeated.kernel("matmul")
    for _ in range(repeated.CALLS):
        assert kernel(ROWS, MATRIX) is NotImplemented
    np.testing.assert_allclose(kernel(ROWS, MATRIX), ROWS @ MATRIX, rtol=1e-5)
    assert kernel(ROWS[:5], MATRIX) is NotImplemented  # of another shape
    assert kernel(ROWS.astype(np.float64), MATRIX.astype(np.float64)) is NotImplemented  # of another dtype
    assert kernel(np.asfortranarray(ROWS), MATRIX) is NotImplemented  # with other strides


def test_no_more_forms_are_compiled_than_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated, "CALLS", 0)
    monkeypatch.setattr(repeated, "FORMS", 2)
    kernel = repeated.kernel("relu")
    made = [kernel(np.ones(size, np.float32)) for size in (2, 3, 4, 3)]
    assert [one is NotImplemented for one in made] == [False, False, True, False]


def test_forms_whose_calls_are_counted_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated, "REMEMBERED", 3)
    calls: dict[Any, int] = {}
    for form in range(100):
        repeated._is_due(calls, form)
        assert len(calls) <= 4


@pytest.mark.usefixtures("at_once")
def test_options_of_equal_value_and_other_type_are_other_options() -> None:
    kernel = repeated.kernel("masked_fill")
    mask = ROWS > 0
    for value in (1, 1.0, True):
        expected = backends.get("numpy").kernels["masked_fill"](ROWS, mask, value)
        received = kernel(ROWS, mask, value)
        if received is not NotImplemented:
            assert received.dtype == expected.dtype
            np.testing.assert_array_equal(received, expected)


@pytest.mark.usefixtures("at_once")
@pytest.mark.needs("deep_learner_layers")
def test_nothing_is_done_unless_it_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    real = repeated._made
    monkeypatch.setattr(repeated, "_made", lambda name, *rest: made.append(name) or real(name, *rest))
    x = dl.tensor(RANDOM.normal(size=(3, 11)).astype(np.float32))
    for name in (None, "numpy"):
        with config.using(executor=name):
            dl.nn.functional.softmax(x, 1)
    assert not made
    with config.using(executor="deep-learner-c:c"):
        dl.nn.functional.softmax(x, 1)
    assert made == ["softmax"]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("dtype", ["float16", "complex64"])
def test_what_has_no_form_in_c_is_left_to_the_backend(dtype: str) -> None:
    assert repeated.kernel("softmax")(ROWS.astype(dtype), 1) is NotImplemented


@pytest.mark.usefixtures("at_once")
@pytest.mark.needs("deep_learner_layers")
def test_errors_are_those_of_the_operation() -> None:
    kernel = repeated.kernel("softmax_cross_entropy")
    targets = np.asarray([0, 1, 2, 0, 1, 2])
    loss, _ = kernel(ROWS, targets)
    assert loss.shape == ()
    targets[3] = 7
    with pytest.raises(IndexError, match="7"):
        kernel(ROWS, targets)
    targets[3] = 0
    np.testing.assert_array_equal(kernel(ROWS, targets)[0], loss)  # it can be called again


@pytest.mark.usefixtures("at_once")
def test_results_are_arrays_of_their_own() -> None:
    kernel = repeated.kernel("relu")
    first = kernel(ROWS)
    kept = first.copy()
    second = kernel(-ROWS)
    assert not np.shares_memory(first, second)
    np.testing.assert_array_equal(first, kept)
    first += 1  # nobody else holds it


@pytest.mark.usefixtures("at_once")
def test_threads_may_call_it_at_once() -> None:
    kernel = _followed("softmax")
    inputs = [RANDOM.normal(size=(200, 300)).astype(np.float32) for _ in range(4)]
    expected = [kernel(one, 1) for one in inputs]
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(50):
            if not np.allclose(kernel(inputs[number], 1), expected[number], rtol=1e-5, atol=1e-7):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not wrong


def test_where_nothing_can_be_built_the_backend_computes_and_one_warning_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repeated, "CALLS", 0)
    monkeypatch.setattr(executor, "_warned", False)
    monkeypatch.setattr(executor, "why_not", lambda: "there is no compiler")
    repeated._executor.cache_clear()
    kernel = repeated.kernel("relu")
    with pytest.warns(UserWarning, match="there is no compiler"):
        assert kernel(ROWS) is NotImplemented
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert kernel(ROWS) is NotImplemented
        assert kernel(ROWS[1:]) is NotImplemented
    repeated._executor.cache_clear()


@pytest.mark.needs("deep_learner_layers", "deep_learner_optimizers")
def test_a_training_gives_the_same_losses() -> None:
    def losses(name: str | None) -> list[float]:
        with config.using(executor=name):
            dl.manual_seed(0)
            model = dl.nn.Sequential(
                dl.nn.Conv2d(2, 4, 3), dl.nn.BatchNorm2d(4), dl.nn.ReLU(), dl.nn.MaxPool2d(2), dl.nn.Flatten(),
                dl.nn.Linear(36, 12), dl.nn.LayerNorm(12), dl.nn.GELU(), dl.nn.Linear(12, 3),
            )  # fmt: skip
            optimizer = dl.optim.AdamW(model.parameters(), lr=1e-2)
            x, y = dl.randn(8, 2, 8, 8), dl.randint(0, 3, (8,))
            found: list[float] = []
            for _ in range(repeated.CALLS + 5):
                optimizer.zero_grad()
                loss = dl.nn.functional.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
                found.append(loss.item())
            return found

    np.testing.assert_allclose(losses("c"), losses(None), rtol=1e-4)


@pytest.mark.usefixtures("at_once")
@pytest.mark.needs("deep_learner_layers")
def test_second_derivatives_and_transforms_are_not_disturbed() -> None:
    x = dl.tensor(ROWS, requires_grad=True)
    for _ in range(2):
        y = dl.nn.functional.gelu(x).sum()
        [slope] = dl.autograd.grad(y, x, create_graph=True)
        [second] = dl.autograd.grad(slope.sum(), x)
    with config.using(executor=None):
        [plain] = dl.autograd.grad(dl.nn.functional.gelu(x).sum(), x, create_graph=True)
        [expected] = dl.autograd.grad(plain.sum(), x)
    np.testing.assert_allclose(second.numpy(), expected.numpy(), rtol=1e-4, atol=1e-6)
    batched = dl.func.vmap(lambda one: dl.nn.functional.softmax(one, 0))(x.detach())
    np.testing.assert_allclose(batched.sum(1).numpy(), np.ones(6), rtol=1e-6)
