"""``torch.testing``: the same verdicts as PyTorch's."""

from __future__ import annotations

import math

import pytest

import deep_learner as dl
from deep_learner.torch.testing import assert_close, make_tensor

pytestmark = pytest.mark.needs("deep_learner_numpy")

PAIRS = [
    ([1.0, 2.0], [1.0, 2.0], {}), ([1.0, 2.0], [1.0, 2.0 + 1e-6], {}), ([1.0, 2.0], [1.0, 2.001], {}),
    ([1.0, 2.0], [1.0, 2.001], {"rtol": 0.0, "atol": 0.01}), ([1.0], [[1.0]], {}), ([1, 2], [1, 2], {}),
    ([1, 2], [1, 3], {}), ([math.nan], [math.nan], {}), ([math.nan], [math.nan], {"equal_nan": True}),
    ([math.inf, -math.inf], [math.inf, -math.inf], {}), ([math.inf], [-math.inf], {}), ([], [], {}),
    ([1.0, 2.0], [1, 2], {}), ([1.0, 2.0], [1, 2], {"check_dtype": False}), ([True], [True], {}), ([1j], [1.1j], {}),
]  # fmt: skip


@pytest.mark.parametrize(("actual", "expected", "options"), PAIRS)
def test_it_accepts_and_refuses_as_pytorch(actual, expected, options) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

    def verdict(lib, check) -> type | None:
        try:
            check(lib.tensor(actual), lib.tensor(expected), **options)
        except AssertionError as error:
            return type(error)
        return None

    assert verdict(dl, assert_close) == verdict(torch, torch.testing.assert_close)


def test_sequences_mappings_and_messages() -> None:
    assert_close({"a": [dl.ones(2), 3.0]}, {"a": [dl.ones(2), 3.0]})
    with pytest.raises(
        AssertionError, match=r"at \['a'\]\[1\] are not close!(.|\n)*Mismatched elements: 1 / 2 \(50.0%\)"
    ):
        assert_close({"a": [1.0, dl.ones(2)]}, {"a": [1.0, dl.tensor([1.0, 1.5])]})
    with pytest.raises(AssertionError, match="keys"):
        assert_close({"a": 1.0}, {"b": 1.0})
    with pytest.raises(AssertionError, match="length"):
        assert_close([1.0], [1.0, 2.0])
    with pytest.raises(AssertionError, match=r"^mine: "):
        assert_close(1.0, 2.0, msg=lambda text: f"mine: {text}")
    with pytest.raises(ValueError, match="both be given or neither"):
        assert_close(1.0, 1.0, rtol=0.1)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "int64", "uint8", "bool"])
def test_made_tensors_keep_their_bounds(dtype: str) -> None:
    kind = getattr(dl, dtype)
    made = make_tensor(40, 5, dtype=kind, device="cpu")
    assert made.shape == (40, 5) and made.dtype is kind
    real = dl.view_as_real(made) if made.is_complex() else made.to(dl.float64)
    assert real.min() >= (0 if dtype in ("uint8", "bool") else -9) and real.max() <= 9
    assert real.unique().numel() > 1
    nonzero = make_tensor((200,), dtype=kind, device="cpu", low=0, high=2, exclude_zero=True)
    assert bool((nonzero != 0).all())
    with pytest.raises(ValueError, match="low must be less than high"):
        make_tensor(3, dtype=kind, device="cpu", low=2, high=2)
