"""Whole training steps in C: the same losses, and what the step reads and writes is what it should be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
import tests.c.needed  # noqa: F401
from deep_learner import nn
from tests.compiler.programs import PROGRAMS, Program, made

F = nn.functional


@pytest.mark.parametrize("program", PROGRAMS)
def test_training_gives_the_same_losses(program: Callable[[], Program]) -> None:
    losses: list[list[float]] = []
    gradients: list[list[Any]] = []
    for executor in (None, "c"):
        one = made(program)
        step = one.step if executor is None else dl.compile(one.step, fullgraph=True, executor=executor)
        dl.manual_seed(1)
        step(*one.arguments)
        gradients.append([parameter.grad.numpy().copy() for parameter in one.model.parameters()])
        losses.append([step(*one.arguments).item() for _ in range(5)])
    assert losses[1] == pytest.approx(losses[0], rel=2e-4)
    for received, expected in zip(gradients[1], gradients[0], strict=True):
        np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-6)


def test_the_plan_is_c_and_python_around_it(capsys: pytest.CaptureFixture[str]) -> None:
    step = dl.compile(lambda x: (x * 2 + 1).relu().sum(), executor="c", explain=True)
    step(dl.ones(5))
    shown = capsys.readouterr().out
    for text in ("static void segment0_part0", "const float v2 = v1 * 2.0f;", "def step(*inputs):"):
        assert text in shown


@pytest.mark.parametrize(
    "program", [one for one in PROGRAMS if one.__name__ not in ("dropout", "transformer")]
)
def test_a_step_that_draws_nothing_is_one_piece_of_c(
    program: Callable[[], Program], capsys: pytest.CaptureFixture[str]
) -> None:
    one = made(program)
    step = dl.compile(one.step, fullgraph=True, executor="c", explain=True)
    for _ in range(3):
        step(*one.arguments)
    plan = capsys.readouterr().out.rpartition("def step(")[2]
    assert plan.count("segment") == 1
    assert not [line for line in plan.splitlines() if "= ops_" in line]


def agree(step: Callable[..., Any], *arguments: Any) -> None:
    compiled = dl.compile(step, executor="c", fullgraph=True)
    compiled(*arguments)
    for received, expected in zip(compiled(*arguments), step(*arguments), strict=True):
        assert (received.dtype, received.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(received.numpy(), expected.numpy(), rtol=2e-5, atol=1e-5)


def test_arrays_that_do_not_lie_row_after_row() -> None:
    def step(x: Any, y: Any, few: Any) -> Any:
        z = x.T * y + few
        return (
            z,
            z.sum(0),
            z @ x,
            (x.flip(0) - 1).reshape(-1),
            x.expand(2, 6, 5).exp().sum((0, 2)),
            few.mean(),
        )

    agree(step, dl.randn(12, 10)[::2, ::2], dl.randn(5, 6), dl.randn(5, 1).expand(5, 6))


def test_products_of_all_kinds() -> None:
    def step(a: Any, b: Any, v: Any) -> Any:
        return (
            a @ b, a @ v, v @ b[0], v @ v, a[:1] @ b, b.mT @ a.mT, (a @ b).sum(0), a[0, :1] @ b[0], (a @ v).sum(),
            a.mT @ a, a[:, None] @ b[None, :2], (a.double() @ b.double()), a[:, ::2] @ b,
        )  # fmt: skip

    agree(step, dl.randn(3, 4, 7), dl.randn(3, 7, 5), dl.randn(7))
    agree(step, dl.randn(3, 130, 70), dl.randn(3, 70, 90), dl.randn(70))


def test_indices_masks_and_parts() -> None:
    def step(x: Any, places: Any) -> Any:
        hot = F.one_hot(places, 7).float()
        y = x.masked_fill(x > 0.5, 0.0)
        return (
            x[places], hot @ x, y, dl.where(x < 0, -x, x.exp()), dl.cat([x, y], 1), dl.stack([x, y]),
            x.clamp(-0.5, 0.5), x.index_add(0, places, x[places]), (x > 0) & (y < 1),
            x.argmax(1), x.roll(1, 0), x.tril(),
        )  # fmt: skip

    agree(step, dl.randn(7, 6), dl.tensor([3, 0, 6, 3]))


@pytest.mark.parametrize("shape", [(4, 2, 33, 8), (2, 70, 16)])
@pytest.mark.parametrize("masked", ["", "causal", "bool", "float"])
def test_attention_in_blocks(shape: tuple[int, ...], masked: str) -> None:
    length = shape[-2]
    mask = None
    if masked in ("bool", "float"):
        mask = dl.randn(length, length)
        mask = mask > 0 if masked == "bool" else mask
        mask[0] = False if masked == "bool" else -dl.inf

    def step(q: Any, k: Any, v: Any) -> Any:
        for one in (q, k, v):
            one.grad = None
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=masked == "causal")
        (mixed.sin() * v.detach()).sum().backward()
        return mixed.detach(), q.grad.clone(), k.grad.clone(), v.grad.clone()

    agree(step, *(dl.randn(*shape, requires_grad=True) for _ in range(3)))


@pytest.mark.parametrize("options", [{}, {"ignore_index": 2}, {"reduction": "sum"}, {"reduction": "none"}])
@pytest.mark.parametrize("shape", [(6, 5), (3, 4, 7), (300, 40)])
def test_cross_entropy(shape: tuple[int, ...], options: dict[str, Any]) -> None:
    x = dl.randn(*shape, requires_grad=True)
    targets = dl.randint(0, shape[1], (shape[0], *shape[2:]))
    weight = dl.rand(shape[1]) + 0.5

    def step() -> Any:
        x.grad = None
        losses = F.cross_entropy(x, targets, **options), F.cross_entropy(x, targets, weight, **options)
        (losses[0].sum() + losses[1].sum() * 0.5).backward()
        return *(one.detach() for one in losses), x.grad.clone()

    agree(step)


@pytest.mark.parametrize("layer", [nn.LSTM, nn.GRU])
@pytest.mark.parametrize("packed", [False, True])
def test_recurrent_layers(layer: Any, packed: bool) -> None:
    model = layer(5, 6, num_layers=2, bidirectional=True)
    x = dl.randn(7, 4, 5, requires_grad=True)

    def step() -> Any:
        x.grad = None
        model.zero_grad()
        given = nn.utils.rnn.pack_padded_sequence(x, [7, 5, 5, 2]) if packed else x
        output, states = model(given)
        states = states[0] if isinstance(states, tuple) else states
        output = output.data if packed else output
        (output.sin().sum() + states.square().sum()).backward()
        return output.detach(), x.grad.clone(), *(one.grad.clone() for one in model.parameters())

    agree(step)


@pytest.mark.parametrize(
    ("convolution", "shape"),
    [
        (nn.Conv2d(3, 20, 3, padding=1), (5, 3, 9, 10)),
        (nn.Conv2d(16, 32, (3, 2), stride=(2, 1)), (3, 16, 12, 11)),
        (nn.Conv2d(1, 4, 5, bias=False), (2, 1, 8, 8)),
        (nn.Conv1d(4, 6, 3, padding=2), (5, 4, 17)),
        (nn.ConvTranspose2d(8, 5, 3), (2, 8, 6, 7)),
        (nn.Conv2d(8, 8, 3, padding=1, groups=4), (2, 8, 6, 6)),
        (nn.Conv2d(4, 6, 3, dilation=2), (2, 4, 9, 9)),
    ],
)
def test_convolutions_and_pooling(convolution: Any, shape: tuple[int, ...]) -> None:
    pool = nn.MaxPool1d(3, 2, 1) if len(shape) == 3 else nn.MaxPool2d(3, 2, 1)
    x = dl.randn(*shape, requires_grad=True)

    def step() -> Any:
        x.grad = None
        convolution.zero_grad()
        y = pool(convolution(x).relu())
        (y * y.detach().cos()).sum().backward()
        return y.detach(), x.grad.clone(), *(one.grad.clone() for one in convolution.parameters())

    agree(step)


def test_a_written_input_may_be_read_before_and_after() -> None:
    for executor in ("numpy", "c"):
        x, y, z = dl.ones(3), dl.arange(3.0), dl.full((3,), 4.0)

        def step(x: Any = x, y: Any = y, z: Any = z) -> Any:
            before = x * 2
            x.add_(y)
            kept = y.clone()
            y.copy_(z)
            z.copy_(kept + x)
            return before + x

        compiled = dl.compile(step, executor=executor, fullgraph=True)
        found = [compiled().tolist() for _ in range(3)]
        if executor == "numpy":
            expected = found, x.tolist(), y.tolist(), z.tolist()
    assert (found, x.tolist(), y.tolist(), z.tolist()) == expected


def test_results_are_the_caller_s_own() -> None:
    step = dl.compile(lambda x: (x + 1, (x * 2).reshape(2, 2)), executor="c", fullgraph=True)
    x = dl.ones(4)
    step(x)
    first = step(x)
    kept = [one.tolist() for one in first]
    step(dl.zeros(4))
    assert [one.tolist() for one in first] == kept
