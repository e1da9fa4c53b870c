"""Where PyTorch's word holds and where Deep Learner's own does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import deep_learner as dl
import deep_learner.torch
from deep_learner import config

pytestmark = pytest.mark.needs("deep_learner_numpy")


@pytest.fixture
def torch() -> Iterator[object]:
    with config.using(semantics="torch"):
        yield deep_learner.torch


def test_importing_it_makes_pytorchs_the_default_below_all_that_a_user_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = config.settings()
    config.assume("the import of deep_learner.torch", semantics="torch")
    try:
        assert config.get("semantics") == "torch"
        row = next(row for row in config.describe() if row["name"] == "semantics")
        assert row["source"] == "the import of deep_learner.torch"
        assert config.read(environment={"DEEP_LEARNER_SEMANTICS": "native"}).values["semantics"] == "native"
        with config.using(semantics="native"):
            assert dl.tensor(1.0, requires_grad=True).grad is not None
    finally:
        config.assume("the tests", semantics="native")
    assert config.get("semantics") == "native" == before.values["semantics"]


def test_only_the_two_are_known() -> None:
    with pytest.raises(ValueError, match="'native' or 'torch'"), config.using(semantics="jax"):
        pass


def test_a_gradient_is_none_before_a_backward_pass(torch) -> None:
    x = torch.ones(2, requires_grad=True)
    assert x.grad is None
    x.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]
    with config.using(semantics="native"):
        assert torch.ones(2, requires_grad=True).grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("run", [
    lambda torch, y, x: y.backward(), lambda torch, y, x: torch.autograd.backward(y),
    lambda torch, y, x: torch.autograd.grad(y, x),
], ids=["method", "backward", "grad"])  # fmt: skip
def test_only_scalars_have_implicit_gradients(torch, run) -> None:
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outputs"):
        run(torch, x * 2, x)
    with config.using(semantics="native"):
        run(torch, x * 2, x)
    run(torch, (x * 2).sum(), x)


def test_integers_require_no_gradient(torch) -> None:
    for make in (
        lambda: torch.tensor([1, 2], requires_grad=True),
        lambda: torch.zeros(2, dtype=torch.int64).requires_grad_(),
    ):
        with pytest.raises(RuntimeError, match="floating point and complex dtype can require gradients"):
            make()
        with config.using(semantics="native"):
            assert make().requires_grad


@pytest.mark.parametrize(
    ("arguments", "shape", "values"),
    [((), (0,), []), (([1, 2],), (2,), [1.0, 2.0]), ((2, 3), (2, 3), None), ((dl.Size([3]),), (3,), None),
     ((4,), (4,), None), (([],), (0,), [])],
)  # fmt: skip
def test_the_class_reads_its_arguments_as_pytorch(torch, arguments, shape, values) -> None:
    oracle = pytest.importorskip("torch", reason="PyTorch is the oracle")
    made = torch.Tensor(*arguments)
    theirs = oracle.Tensor(*[oracle.Size(a) if isinstance(a, dl.Size) else a for a in arguments])
    assert tuple(made.shape) == shape == tuple(theirs.shape)
    assert made.dtype is torch.float32
    if values is not None:
        assert made.tolist() == values == theirs.tolist()


def test_the_class_refuses_what_is_neither_data_nor_sizes(torch) -> None:
    with pytest.raises(TypeError, match=r"sizes as integers\. Received: int, str"):
        torch.Tensor(2, "3")
    with (
        config.using(semantics="native"),
        pytest.raises(TypeError, match=r"one argument, the data\. Received: 2"),
    ):
        torch.Tensor(2, 3)


def test_tensor_types_say_their_dtype(torch) -> None:
    assert torch.LongTensor([1, 2]).dtype is torch.int64
    assert torch.DoubleTensor(2, 3).shape == (2, 3)
    assert isinstance(torch.zeros(2), torch.FloatTensor)
    assert not isinstance(torch.zeros(2), torch.DoubleTensor) and not isinstance(3, torch.FloatTensor)
    torch.set_default_tensor_type("torch.DoubleTensor")
    try:
        assert torch.zeros(1).dtype is torch.float64
    finally:
        torch.set_default_tensor_type(torch.FloatTensor)
    with pytest.raises(TypeError, match="takes a type such as"):
        torch.set_default_tensor_type("DoubleTenser")
