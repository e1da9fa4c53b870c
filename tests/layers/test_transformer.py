"""Transformer, its encoder and decoder and their layers, beside PyTorch's."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.layers.oracle import assert_refused, random, torch

E, HEADS, N, S, T = 4, 2, 3, 5, 4
OPTIONS = [
    {"batch_first": True, "norm_first": False, "activation": "relu", "bias": True, "dropout": 0.3},
    {"batch_first": False, "norm_first": True, "activation": "gelu", "bias": False, "dropout": 0.3},
    {"batch_first": True, "norm_first": True, "activation": "gelu", "bias": True, "dropout": 0.0},
    {"batch_first": False, "norm_first": False, "activation": "relu", "bias": False, "dropout": 0.0},
]


def made(library, kind, **options):
    """A model of two layers in float64 with the seed's first weights."""
    library.manual_seed(0)
    sizes = {"dim_feedforward": 6, **options}
    if kind == "Transformer":
        return library.nn.Transformer(E, HEADS, 2, 2, **sizes).double()
    layer = getattr(library.nn, f"{kind}Layer")(E, HEADS, **sizes)
    return getattr(library.nn, kind)(layer, 2, library.nn.LayerNorm(E)).double()


def given(length, batch_first, seed):
    return random(*((N, length) if batch_first else (length, N)), E, seed=seed, dtype="float64")


def padding(length):
    mask = np.zeros((N, length), bool)
    mask[0, length - 2 :] = True
    return mask


def call(library, kind, model, batch_first):
    """The output of a model with masks, and its gradients."""
    source = library.tensor(given(S, batch_first, 0), requires_grad=True)
    target = library.tensor(given(T, batch_first, 1), requires_grad=True)
    causal = library.nn.Transformer.generate_square_subsequent_mask(T, dtype=library.float64)
    hidden = library.tensor(padding(S))
    library.manual_seed(1)  # for dropout
    if kind == "Transformer":
        out = model(
            source, target, tgt_mask=causal, src_key_padding_mask=hidden, memory_key_padding_mask=hidden
        )
    elif kind == "TransformerEncoder":
        out = model(target, mask=causal) + model(source, src_key_padding_mask=hidden).sum()
    else:
        out = model(target, source, tgt_mask=causal, memory_key_padding_mask=hidden)
    (out * library.tensor(random(*out.shape, seed=2, dtype="float64"))).sum().backward()
    leaves = [source, target, *model.parameters()]
    return [out, *(leaf.grad for leaf in leaves)]


@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True:UserWarning")
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(map(str, options.values())))
@pytest.mark.parametrize("kind", ["Transformer", "TransformerEncoder", "TransformerDecoder"])
def test_models_agree_in_weights_outputs_and_gradients(kind, options):
    ours, theirs = made(dl, kind, **options), made(torch, kind, **options)
    expected = theirs.state_dict()
    assert list(ours.state_dict()) == list(expected)
    for name, value in ours.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), expected[name].numpy())
    results = (
        call(dl, kind, ours, options["batch_first"]),
        call(torch, kind, theirs, options["batch_first"]),
    )
    for mine, other in zip(*results, strict=True):
        if other is not None:
            np.testing.assert_allclose(mine.detach().numpy(), other.detach().numpy(), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("kind", ["relu", "gelu", "module", "function"])
def test_activations_agree(kind):
    found = []
    for library in (dl, torch):
        library.manual_seed(0)
        activation = {"module": library.nn.GELU(), "function": library.tanh}.get(kind, kind)
        layer = library.nn.TransformerEncoderLayer(E, HEADS, 6, 0.0, activation).double()
        found.append(layer(library.tensor(given(S, False, 0))).detach().numpy())
    np.testing.assert_allclose(*found, rtol=1e-9)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors:UserWarning")
@pytest.mark.parametrize("aligned", [True, False])
@pytest.mark.parametrize("nested", [True, False])
def test_padding_is_left_out_in_evaluation_where_pytorch_leaves_it_out(nested, aligned):
    mask = padding(S) if aligned else padding(S)[:, ::-1].copy()
    found = []
    for library in (dl, torch):
        model = made(library, "TransformerEncoder", batch_first=True).eval()
        model.use_nested_tensor = nested
        with library.no_grad():
            out = model(library.tensor(given(S, True, 0)), src_key_padding_mask=library.tensor(mask))
        found.append(out.numpy())
    np.testing.assert_allclose(*found, rtol=1e-8, atol=1e-10)


def test_a_causal_mask_is_recognised():
    model = made(dl, "TransformerEncoder", dropout=0.0)
    x, mask = dl.tensor(given(T, False, 0)), nn.Transformer.generate_square_subsequent_mask(T)
    np.testing.assert_array_equal(
        mask.numpy(), torch.nn.Transformer.generate_square_subsequent_mask(T).numpy()
    )
    looked_at, said, not_causal = (
        model(x, mask),
        model(x, mask, is_causal=True),
        model(x, mask, is_causal=False),
    )
    np.testing.assert_array_equal(looked_at.detach().numpy(), said.detach().numpy())
    np.testing.assert_allclose(looked_at.detach().numpy(), not_causal.detach().numpy(), rtol=1e-9)


def test_layers_are_copies():
    layer = nn.TransformerEncoderLayer(E, HEADS, 6)
    model = nn.TransformerEncoder(layer, 2)
    assert len({id(one) for part in (layer, *model.layers) for one in part.parameters()}) == 3 * 12


def test_custom_parts_are_used():
    class Part(nn.Module):
        def forward(self, x, *others, **options):
            return x + 1

    model = nn.Transformer(E, HEADS, custom_encoder=Part(), custom_decoder=Part())
    x = dl.ones(T, N, E)
    np.testing.assert_array_equal(model(x, x).numpy(), (x + 1).numpy())


def test_a_model_can_be_copied():
    model = made(dl, "Transformer").eval()
    x = dl.tensor(given(S, False, 0))
    np.testing.assert_array_equal(copy.deepcopy(model)(x, x).detach().numpy(), model(x, x).detach().numpy())


@pytest.mark.parametrize(
    "misuse",
    [
        lambda lib: lib.nn.TransformerEncoderLayer(E, HEADS, activation="sine"),
        lambda lib: lib.nn.TransformerEncoderLayer(E, 3),
        lambda lib: lib.nn.Transformer(E, HEADS, 1, 1)(lib.ones(S, N, E), lib.ones(T, N + 1, E)),
        lambda lib: lib.nn.Transformer(E, HEADS, 1, 1)(lib.ones(S, N, E), lib.ones(T, N, E + 1)),
        lambda lib: lib.nn.TransformerEncoderLayer(E, HEADS)(
            lib.ones(S, N, E), src_mask=lib.ones(S, S).int()
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True:UserWarning")
def test_what_does_not_fit_is_refused(misuse):
    assert_refused(misuse)
