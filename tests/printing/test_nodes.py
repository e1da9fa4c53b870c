"""The nodes of a graph have PyTorch's names where its word holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import config
from deep_learner.ops.registry import OPERATIONS
from deep_learner.printing.nodes import COMPOSITES
from deep_learner.printing.nodes import OPERATIONS as NAMES

pytestmark = pytest.mark.needs("deep_learner_numpy", "deep_learner_layers")

# Each with `f`, the library's functional, and tensors: x of shape (2, 2), v (2,), b (2, 2, 2), p (1, 2, 4, 4).
EXPRESSIONS = """
x + x; x + 1; 1 + x; x - 1; 1 - x; x * 2; x / 2; 1 / x; x / x; x ** 2; x ** x; 2 ** x; lib.square(x); -x; abs(x)
x % 2; lib.remainder(x, x); x.fmod(2); x.exp(); x.log(); x.sqrt(); x.rsqrt(); x.sin(); x.atan2(x); x.log1p()
x.reciprocal(); x.sigmoid(); x.tanh(); lib.relu(x); x.clamp(0, 1); x.clamp(min=x); x.erf(); x.floor(); x.sign()
x.sum(); x.sum(0); x.mean(); x.mean(1, keepdim=True); x.prod(); x.prod(0); x.max(); x.min(); x.max(0)[0]; x.amax(0)
x.std(); x.var(0); x.norm(); x.median(); x.median(0)[0]; x.logsumexp(0); x.cumsum(0); x.sort(0)[0]; x.topk(1)[0]
x.min(0).values; lib.maximum(x, x); lib.where(x > 0, x, x); x.masked_fill(x > 0, 0.0); x.trace(); x.kthvalue(1)[0]
x @ x; x @ v; v @ v; v @ x; b @ b; b @ x; lib.mm(x, x); lib.bmm(b, b); lib.mv(x, v); lib.dot(v, v); lib.outer(v, v)
lib.addmm(x, x, x); lib.baddbmm(b, b, b); lib.addcmul(x, x, x); lib.lerp(x, x, 0.5); lib.cross(c, c, dim=0)
x.t(); x.T; x.mT; x.transpose(0, 1); x.permute(1, 0); x.view(4); x.reshape(-1); x.flatten(); x.unsqueeze(0)
x[None].squeeze(); x[None].squeeze(0); x[0]; x[:, 0]; x[0:1]; x[:, 1:]; x[None]; x[..., 0]; x[x > 0]; x[[0, 1]]
x[0, 0]; x[:]; x[:, :]; x[..., :]; x[0, :]; x[:1, 0]
x.narrow(0, 0, 1); x.select(0, 1); x.expand(3, 2, 2); x.repeat(2, 1); x.chunk(2)[0]; x.unbind()[1]
lib.cat([x, x]); lib.stack([x, x]); lib.hstack([x, x]); x.flip(0); x.roll(1); x.tril(); x.diagonal(); lib.diag(v)
x.gather(0, i); x.index_select(0, i[0]); x.scatter_add(0, i, x); x.clone(); x.double(); x.half(); x.detach() * x
f.softmax(x, 0); f.log_softmax(x, 0); f.gelu(x); f.silu(x); f.elu(x); f.leaky_relu(x); f.hardtanh(x); f.softplus(x)
f.logsigmoid(x); f.glu(x); f.mish(x); f.hardswish(x); f.prelu(x, v[:1]); f.dropout(x, 0.5); f.threshold(x, 0.0, 1.0)
f.linear(x, x); f.linear(x, x, v); f.linear(b, x, v); f.linear(b, x); f.linear(v, x, v); f.linear(v, x); f.softsign(x)
f.conv2d(p, k); f.conv2d(p[0], k); f.conv1d(b, b); f.conv_transpose2d(p, k); f.max_pool2d(p, 2); f.avg_pool2d(p, 2)
f.max_pool1d(b, 2); f.adaptive_avg_pool2d(p, 1) * 1; f.interpolate(p, 3); f.interpolate(p, 3, mode="bilinear")
f.layer_norm(x, (2,)); f.group_norm(p, 1); f.batch_norm(x, None, None, training=True); f.embedding(i, x)
f.pad(x, (1, 1)); f.pad(p, (1, 1, 1, 1), "reflect"); f.pixel_shuffle(q, 2); f.grid_sample(p, g, align_corners=False)
f.cross_entropy(x, i[0]); f.nll_loss(x, i[0]); f.mse_loss(x, x * 2); f.mse_loss(x, x * 2, reduction="sum")
f.l1_loss(x, x * 2); f.smooth_l1_loss(x, x * 2); f.kl_div(x, x * 2, reduction="sum"); f.cosine_similarity(x, x)
f.binary_cross_entropy(x.sigmoid(), t); f.binary_cross_entropy_with_logits(x, t); f.soft_margin_loss(x, t)
f.cross_entropy(p, lib.ones(1, 4, 4).long()); f.mse_loss(x, t, reduction="none"); f.normalize(x)
lib.linalg.det(x); lib.linalg.inv(x); lib.linalg.solve(x, v); lib.linalg.svdvals(x); lib.linalg.qr(x)[0]
lib.linalg.eigvalsh(x @ x.T); lib.linalg.cholesky(x @ x.T + e); lib.linalg.norm(x); lib.polygamma(1, x)
lib.complex(x, x); lib.complex(x, x).real; lib.fft.rfft(v); x.nansum(); x.angle(); lib.polar(x, x); x.addr(v, v)
""".replace("\n", ";").split(";")  # fmt: skip
EXPRESSIONS = [text.strip() for text in EXPRESSIONS if text.strip()]


def names(lib: Any) -> dict[str, Any]:
    """What the expressions speak of."""
    x = lib.tensor([[0.5, 0.25], [-0.5, 2.0]], requires_grad=True)
    p = (lib.arange(32.0).reshape(1, 2, 4, 4) / 9).requires_grad_()
    made = {"k": lib.ones(2, 2, 1, 1), "q": p.reshape(1, 8, 2, 2), "c": lib.ones(3, 2, requires_grad=True)}
    other = {"b": lib.stack([x, x]), "v": x[0] * 1, "i": lib.tensor([[0, 1], [1, 0]]), "t": lib.ones(2, 2)}
    return {
        "lib": lib, "f": lib.nn.functional, "x": x, "p": p, "g": lib.zeros(1, 2, 2, 2), "e": lib.eye(2), **made, **other
    }  # fmt: skip


def node(tensor: Any) -> str:
    """The name that the tensor prints."""
    text = str(tensor)
    return text.partition("grad_fn=<")[2].partition(">")[0]


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    with config.using(semantics="torch"):
        return names(dl)


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    return names(torch)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_result_names_its_node_as_in_pytorch(expression: str, ours, theirs) -> None:
    expected = node(eval(expression, dict(theirs)))
    assert expected
    with config.using(semantics="torch"):
        actual = eval(expression, dict(ours))
        assert node(actual) == expected == actual.grad_fn.name()


@pytest.mark.parametrize(
    "change",
    [lambda y: y.add_(1), lambda y: y.relu_(), lambda y: y.mul_(y), lambda y: y[0].fill_(2)],
    ids=["add_", "relu_", "mul_", "part"],
)
def test_writing_in_place_leaves_pytorchs_names(change: Callable[[Any], Any], both) -> None:
    def changed(lib: Any) -> str:
        y = lib.ones(2, requires_grad=True).clone()
        change(y)
        return node(y)

    theirs, ours = both(changed)
    assert ours == theirs


def test_names_outlive_a_backward_pass_and_lead_to_the_leaves(both) -> None:
    def told(lib: Any) -> str:
        x = lib.ones(2, 2, requires_grad=True)
        loss = (x @ x).exp().mean() + x.mean(0).sum() + x[0].prod()
        loss.backward()
        found, waiting = [], [loss.grad_fn]
        while waiting:
            one = waiting.pop()
            found.append(one.name().rpartition("::")[2])
            waiting += [inner for inner, _ in one.next_functions if inner is not None]
        return "\n".join([str(loss), *sorted(found)])

    theirs, ours = both(told)
    assert ours == theirs


def test_a_function_of_the_user_has_its_own_name(both) -> None:
    def applied(lib: Any) -> Any:
        class Doubled(lib.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x * 2

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g * 2

        return Doubled.apply(lib.ones(2, requires_grad=True))

    theirs, ours = both(applied)
    assert ours == theirs


def test_what_only_hands_its_operand_on_does_not_rename_it() -> None:
    with config.using(semantics="torch"):
        y = dl.ones(2, requires_grad=True).exp()
        assert node(dl.nn.functional.dropout(y, 0.5, training=False)) == "ExpBackward0" == node(y)


def test_the_native_names_stay() -> None:
    x = dl.ones(2, requires_grad=True)
    assert (x * x).grad_fn.name() == "MultiplyBackward" and repr((x * x).grad_fn) == "<MultiplyBackward>"
    with config.using(semantics="torch"):
        assert repr((x * x).grad_fn).startswith("<MulBackward0 object at 0x")


def test_the_tables_speak_of_operations_that_there_are() -> None:
    for name in dir(dl.nn.functional):  # so that the layers' operations are there
        getattr(dl.nn.functional, name)
    for table in (NAMES, COMPOSITES):
        assert sorted(table) == list(table)
        assert [name for name in table if name not in OPERATIONS] == []
    ruled = [name for name in COMPOSITES if OPERATIONS[name].operation.rules]
    assert ruled == []
