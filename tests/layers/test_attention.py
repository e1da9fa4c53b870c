"""Scaled dot-product attention and MultiheadAttention, beside PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.layers.oracle import assert_refused, assert_same, random, torch

CAUSAL = ~np.tril(np.ones((4, 4), bool))


def attend(**options):
    return lambda lib, *operands: lib.nn.functional.scaled_dot_product_attention(*operands, **options)


def operands(leading, queries=4, keys=5, size=3, values=2):
    return [
        random(*leading, length, last, seed=number, dtype="float64")
        for number, (length, last) in enumerate(((queries, size), (keys, size), (keys, values)))
    ]


@pytest.mark.parametrize("leading", [(), (2,), (2, 3)])
@pytest.mark.parametrize("options", [{}, {"scale": 0.3}, {"is_causal": True}])
def test_attention_agrees(leading, options):
    assert_same(attend(**options), *operands(leading), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("queries", [130, 300])
def test_long_sequences_agree(queries):
    assert_same(attend(is_causal=True), *operands((2, 2), queries, queries), rtol=1e-9, atol=1e-11)
    assert_same(attend(is_causal=True), *operands((1,), queries, 200), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("shape", [(4, 5), (2, 1, 4, 5), (2, 3, 4, 5), (4, 1)])
def test_masks_agree(shape):
    added = random(*shape, seed=7, dtype="float64")
    assert_same(attend(), *operands((2, 3)), added, rtol=1e-10, atol=1e-12)
    seen = np.random.default_rng(0).random(shape) < 0.6
    seen[..., 0, :] = False  # a query that sees nothing
    masks = {dl: dl.tensor(seen), torch: torch.tensor(seen)}
    function = lambda lib, *three: attend(attn_mask=masks[lib])(lib, *three)  # noqa: E731
    assert_same(function, *operands((2, 3)), rtol=1e-10, atol=1e-12)


def test_a_query_that_sees_nothing_gets_zeros():
    out = attend(attn_mask=dl.zeros(4, 5, dtype=dl.bool))(dl, *map(dl.tensor, operands((2,))))
    assert not out.any()


def test_values_of_hidden_keys_do_not_matter():
    query, key, value = map(dl.tensor, operands((), 4, 4))
    seen = attend(is_causal=True)(dl, query, key, value)
    value[2:] = 1000.0
    np.testing.assert_array_equal(attend(is_causal=True)(dl, query, key, value)[:2].numpy(), seen[:2].numpy())


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("masked", [False, True])
def test_grouped_queries_agree(groups, masked):
    query, _, _ = operands((2, 4))
    _, key, value = operands((2, groups))
    masks = [random(2, 4, 4, 5, dtype="float64")] if masked else []
    assert_same(attend(enable_gqa=True), query, key, value, *masks, rtol=1e-10, atol=1e-12)


def test_dropped_weights_are_those_of_pytorch():
    def function(lib, *three):
        lib.manual_seed(0)
        return attend(dropout_p=0.4)(lib, *three)

    assert_same(function, *operands((2, 3)), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("is_causal", [False, True])
def test_second_derivatives_are_those_of_pytorch(is_causal):
    def function(lib, query, key, value):
        out = attend(is_causal=is_causal)(lib, query, key, value)
        grads = lib.autograd.grad((out * out).sum(), [query, key, value], create_graph=True)
        return sum((grad * grad).sum() for grad in grads)

    assert_same(function, *operands((2,)), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    "misuse",
    [
        lambda lib, q: attend()(lib, q, q.double(), q),
        lambda lib, q: attend()(lib, q.int(), q.int(), q.int()),
        lambda lib, q: attend()(lib, q[0], q[0], q[0]),
        lambda lib, q: attend(attn_mask=lib.ones(4, 4).int())(lib, q, q, q),
        lambda lib, q: attend(attn_mask=lib.ones(4, 3).bool())(lib, q, q, q),
        lambda lib, q: attend(attn_mask=lib.ones(4, 4).bool(), is_causal=True)(lib, q, q, q),
        lambda lib, q: attend(dropout_p=1.5)(lib, q, q, q),
        lambda lib, q: attend()(lib, q, q[:, :2], q),
        lambda lib, q: attend(enable_gqa=True)(lib, q.expand(3, 4, 3), q.expand(2, 4, 3), q.expand(2, 4, 3)),
    ],
)
def test_what_does_not_fit_is_refused(misuse):
    assert_refused(misuse, random(4, 3))


OPTIONS = [
    {}, {"batch_first": True}, {"bias": False}, {"add_bias_kv": True}, {"add_zero_attn": True, "batch_first": True},
    {"kdim": 3, "vdim": 5}, {"kdim": 3, "vdim": 5, "add_bias_kv": True, "add_zero_attn": True, "dropout": 0.3},
    {"dropout": 0.3, "batch_first": True},
]  # fmt: skip
MASKS = [None, "attn 2-d", "attn 3-d", "padding", "both", "floating"]


def heads(library, options):
    library.manual_seed(0)
    return library.nn.MultiheadAttention(4, 2, **options).double()


def masks(library, kind, batched):
    """The masks of a call: attn_mask and key_padding_mask."""
    count = 3 if batched else 1
    generator = np.random.default_rng(3)
    square = generator.random((count * 2, 4, 4) if kind == "attn 3-d" else (4, 4)) < 0.3
    padding = np.zeros((count, 4) if batched else (4,), bool)
    padding[..., 3:] = True
    if kind == "floating":
        square, padding = generator.normal(size=(4, 4)), generator.normal(size=padding.shape)
    wanted = {"attn 2-d": "a", "attn 3-d": "a", "padding": "p", "both": "ap", "floating": "ap"}.get(kind, "")
    return {
        "attn_mask": library.tensor(square) if "a" in wanted else None,
        "key_padding_mask": library.tensor(padding) if "p" in wanted else None,
    }


@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("kind", MASKS)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_heads_agree(options, kind, batched):
    separate = "kdim" in options
    for need, average in ((True, True), (True, False), (False, True)):
        found = []
        for library in (dl, torch):
            layer = heads(library, options)
            sizes = [layer.embed_dim, layer.kdim, layer.vdim]
            order = (3, 4) if layer.batch_first else (4, 3)
            arrays = [
                random(*(order if batched else (4,)), size, seed=n, dtype="float64")
                for n, size in enumerate(sizes)
            ]
            leaves = [library.tensor(one, requires_grad=True) for one in (arrays if separate else arrays[:1])]
            library.manual_seed(1)
            out, weights = layer(
                *(leaves if separate else leaves * 3), need_weights=need, average_attn_weights=average,
                **masks(library, kind, batched),
            )  # fmt: skip
            (out * out).sum().backward()
            found.append([out, weights, *(one.grad for one in (*leaves, *layer.parameters()))])
        for mine, other in zip(*found, strict=True):
            if other is None:
                assert mine is None
            else:
                np.testing.assert_allclose(
                    mine.detach().numpy(), other.detach().numpy(), rtol=1e-9, atol=1e-12
                )


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_first_weights_of_heads_are_those_of_pytorch(options):
    dl.manual_seed(0)
    torch.manual_seed(0)
    ours, theirs = nn.MultiheadAttention(4, 2, **options), torch.nn.MultiheadAttention(4, 2, **options)
    expected = theirs.state_dict()
    assert list(ours.state_dict()) == list(expected)
    for name, value in ours.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), expected[name].numpy())


@pytest.mark.parametrize("batch_first", [True, False])
def test_the_hint_of_a_causal_mask_gives_what_the_mask_gives(batch_first):
    layer = heads(dl, {"batch_first": batch_first})
    x = dl.tensor(random(3, 4, 4, dtype="float64") if batch_first else random(4, 3, 4, dtype="float64"))
    mask = dl.tensor(CAUSAL)
    hinted, _ = layer(x, x, x, attn_mask=mask, is_causal=True, need_weights=False)
    given, _ = layer(x, x, x, attn_mask=mask)
    np.testing.assert_allclose(hinted.detach().numpy(), given.detach().numpy(), rtol=1e-10)


def test_keys_of_their_own_share_a_product_with_their_values():
    """Three ways to call the layer: one tensor, two, three; all the same."""
    layer = heads(dl, {})
    x = dl.tensor(random(4, 3, 4, dtype="float64"))
    first, _ = layer(x, x, x)
    memory = x.clone()
    for key, value in ((memory, memory), (memory, x.clone())):
        np.testing.assert_allclose(
            layer(x, key, value)[0].detach().numpy(), first.detach().numpy(), rtol=1e-10
        )


@pytest.mark.parametrize("static", ["static_k", "static_v"])
def test_static_keys_and_values_agree(static):
    given = random(6, 5, 2, seed=4, dtype="float64")

    def function(lib, x, memory, fixed):
        layer = heads(lib, {})
        return lib.nn.functional.multi_head_attention_forward(
            x, memory, memory, 4, 2, layer.in_proj_weight, layer.in_proj_bias, None, None, False, 0.0,
            layer.out_proj.weight, layer.out_proj.bias, **{static: fixed},
        )[0]  # fmt: skip

    memory = random(5, 3, 4, seed=1, dtype="float64")
    assert_same(function, random(4, 3, 4, dtype="float64"), memory, given, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "misuse",
    [
        lambda lib, x: lib.nn.MultiheadAttention(3, 2),
        lambda lib, x: lib.nn.MultiheadAttention(0, 2),
        lambda lib, x: lib.nn.MultiheadAttention(4, 2)(x, x[0], x),
        lambda lib, x: lib.nn.MultiheadAttention(4, 2)(x[0, 0], x, x),
        lambda lib, x: lib.nn.MultiheadAttention(4, 2)(x, x[:2], x),
        lambda lib, x: lib.nn.MultiheadAttention(4, 2)(x, x, x, is_causal=True),
        lambda lib, x: lib.nn.MultiheadAttention(4, 2)(x, x, x, attn_mask=lib.ones(4, 3).bool()),
        lambda lib, x: lib.nn.MultiheadAttention(4, 2)(x, x, x, attn_mask=lib.ones(4, 4).int()),
        lambda lib, x: lib.nn.MultiheadAttention(4, 2)(x, x, x, attn_mask=lib.ones(4).bool()),
        lambda lib, x: lib.nn.MultiheadAttention(4, 2)(x, x, x, key_padding_mask=lib.ones(4).bool()),
        lambda lib, x: lib.nn.MultiheadAttention(4, 2)(x, x, x, key_padding_mask=lib.ones(3, 3).bool()),
        lambda lib, x: lib.nn.MultiheadAttention(4, 2, kdim=3)(x, x, x[:2]),
    ],
)
def test_heads_refuse_what_does_not_fit(misuse):
    assert_refused(misuse, random(4, 3, 4))


def test_choosing_an_implementation_changes_no_result():
    from deep_learner.nn.attention import SDPBackend, sdpa_kernel

    tensors = [dl.tensor(one) for one in operands((2,))]
    expected = attend()(dl, *tensors).numpy()
    for choice in (SDPBackend.MATH, [SDPBackend.FLASH_ATTENTION, SDPBackend.MATH]):
        with sdpa_kernel(choice):
            np.testing.assert_array_equal(attend()(dl, *tensors).numpy(), expected)
    assert {one.name: int(one) for one in SDPBackend} == {
        name: int(value) for name, value in torch.nn.attention.SDPBackend.__members__.items()
    }
    with pytest.raises(AssertionError, match="SDPBackend"), sdpa_kernel("fast"):
        pass
