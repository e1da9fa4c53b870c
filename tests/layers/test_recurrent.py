"""RNN, LSTM, GRU, their cells and functions, beside PyTorch's."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import deep_learner as dl
import deep_learner.nn.utils.rnn as sequences
from deep_learner import nn
from tests.layers.oracle import assert_refused, torch

F, H, N, T = 3, 4, 2, 5
LENGTHS = [3, 5]
KINDS = {
    "RNN": [{}, {"nonlinearity": "relu", "bias": False}],
    "LSTM": [{}, {"proj_size": 2}, {"bias": False}],
    "GRU": [{}, {"bias": False}],
}
FORMS = ["padded", "one sequence", "packed"]
SHAPES = [
    {},
    {"num_layers": 2, "bidirectional": True},
    {"num_layers": 2, "batch_first": True, "dropout": 0.5},
]
NETWORKS = [
    (kind, {**own, **shape})
    for kind, choices in KINDS.items()
    for own, shape in itertools.product(choices, SHAPES)
]


def made(library, kind, options):
    """A network in float64 with the seed's first weights."""
    library.manual_seed(0)
    return getattr(library.nn, kind)(F, H, **options).double()


def values(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def run(library, utilities, network, form, given, wanted):
    """Outputs and last states; and the gradients of a weighted sum of what is wanted."""
    batch_first = network.batch_first
    x = values(*((N, T, F) if batch_first else (T, N, F)))
    states = [values(len(network.all_weights), N, network.proj_size or H, seed=1)]
    if network.mode == "LSTM":
        states.append(values(len(network.all_weights), N, H, seed=2))
    if form == "one sequence":
        x, states = (x[0] if batch_first else x[:, 0]), [state[:, 0] for state in states]
    leaves = [library.tensor(one, requires_grad=True) for one in (x, *states)]
    hx = None if not given else tuple(leaves[1:]) if network.mode == "LSTM" else leaves[1]
    data = leaves[0]
    if form == "packed":
        data = utilities.pack_padded_sequence(data, LENGTHS, batch_first=batch_first, enforce_sorted=False)
    library.manual_seed(1)  # for dropout
    output, last = network(data, hx)
    if form == "packed":
        output, _ = utilities.pad_packed_sequence(output, batch_first=batch_first)
    outs = [output, *(last if isinstance(last, tuple) else [last])]
    chosen = [outs[number] for number in wanted if number < len(outs)]
    sum((one * library.tensor(values(*one.shape, seed=3))).sum() for one in chosen).backward()
    leaves = leaves if given else leaves[:1]
    return outs, [one.grad for one in (*leaves, *network.parameters())]


def assert_alike(ours, theirs):
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        expected = np.zeros(tuple(mine.shape)) if other is None else other.detach().numpy()
        np.testing.assert_allclose(mine.detach().numpy(), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("kind", "options"), NETWORKS)
def test_networks_agree_in_outputs_states_and_gradients(kind, options, form):
    ours, theirs = made(dl, kind, options), made(torch, kind, options)
    assert repr(ours) == repr(theirs)
    mine = run(dl, sequences, ours, form, True, (0, 1, 2))
    other = run(torch, torch.nn.utils.rnn, theirs, form, True, (0, 1, 2))
    for received, expected in zip(mine, other, strict=True):
        assert_alike(received, expected)


@pytest.mark.parametrize("wanted", [(0,), (1,), (2,)])
def test_gradients_of_one_result_alone_agree(wanted):
    options = {"num_layers": 2, "bidirectional": True}
    found = [
        run(library, utilities, made(library, "LSTM", options), "packed", False, wanted)
        for library, utilities in ((dl, sequences), (torch, torch.nn.utils.rnn))
    ]
    assert_alike(found[0][1], found[1][1])


@pytest.mark.parametrize(("kind", "options"), NETWORKS)
def test_first_weights_are_those_of_pytorch(kind, options):
    dl.manual_seed(0)
    torch.manual_seed(0)
    ours, theirs = getattr(nn, kind)(F, H, **options), getattr(torch.nn, kind)(F, H, **options)
    expected = theirs.state_dict()
    assert list(ours.state_dict()) == list(expected)
    for name, value in ours.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), expected[name].numpy())
    assert [[one.shape for one in part] for part in ours.all_weights] == [
        [tuple(one.shape) for one in part] for part in theirs.all_weights
    ]


def test_steps_are_numerous_enough_to_be_taken_in_groups():
    """Beyond what kernels take at once, with sequences that end in between."""
    found = []
    for library, utilities in ((dl, sequences), (torch, torch.nn.utils.rnn)):
        outs = []
        for kind in KINDS:
            network = made(library, kind, {"bidirectional": True})
            x = library.tensor(values(150, 5, F), requires_grad=True)
            packed = utilities.pack_padded_sequence(x, [150, 149, 90, 31, 2])
            output = network(packed)[0].data
            (output * library.tensor(values(*output.shape, seed=1))).sum().backward()
            outs += [output, x.grad, *(one.grad for one in network.parameters())]
        found.append(outs)
    assert_alike(*found)


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("shape", [(N,), ()])
@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_cells_agree(kind, shape, biased):
    found = []
    for library in (dl, torch):
        library.manual_seed(0)
        cell = getattr(library.nn, kind)(F, H, bias=biased).double()
        x = library.tensor(values(*shape, F), requires_grad=True)
        state = library.tensor(values(*shape, H, seed=1), requires_grad=True)
        first, second = cell(x), cell(x, (state, state) if kind == "LSTMCell" else state)
        outs = [*first, *second] if kind == "LSTMCell" else [first, second]
        sum((one * one).sum() for one in outs).backward()
        found.append([*outs, x.grad, state.grad, *(one.grad for one in cell.parameters())])
    assert_alike(*found)


def test_functions_of_the_top_level_are_those_of_pytorch():
    weights = [values(4 * H, F), values(4 * H, H), values(4 * H), values(4 * H)]
    thirds, quarters = [weight[: 3 * H] for weight in weights], [weight[:H] for weight in weights]
    x, hx, cells = values(T, N, F), values(1, N, H, seed=1), values(1, N, H, seed=2)
    found = []
    for library in (dl, torch):
        lstm, gru, rnn = ([library.tensor(one) for one in part] for part in (weights, thirds, quarters))
        data, h, c = library.tensor(x), library.tensor(hx), library.tensor(cells)
        options = (True, 1, 0.0, False, False, False)
        sizes = library.tensor([N] * T)
        found.append(
            [
                *library.lstm(data, (h, c), lstm, *options),
                *library.lstm(data.reshape(T * N, F), sizes, (h, c), lstm, *options[:-1]),
                *library.gru(data, h, gru, *options),
                *library.gru(data.reshape(T * N, F), sizes, h, gru, *options[:-1]),
                *library.rnn_tanh(data, h, rnn, *options),
                *library.rnn_relu(data, h, rnn, *options),
                *library.lstm_cell(data[0], (h[0], c[0]), *lstm),
                library.gru_cell(data[0], h[0], *gru),
                library.rnn_tanh_cell(data[0], h[0], *rnn),
                library.rnn_relu_cell(data[0], h[0], *rnn[:2]),
            ]
        )
    assert_alike(*found)


def test_second_derivatives_are_those_of_pytorch():
    found = []
    for library in (dl, torch):
        outs = []
        for kind in KINDS:
            network = made(library, kind, {"num_layers": 2})
            x = library.tensor(values(3, N, F), requires_grad=True)
            output, _ = network(x)
            (first,) = library.autograd.grad((output * output).sum(), x, create_graph=True)
            (first * first).sum().backward()
            outs += [x.grad, *(one.grad for one in network.parameters())]
        found.append(outs)
    assert_alike(*found)


def test_replaced_weights_are_used():
    network = nn.GRU(F, H)
    before, _ = network(dl.ones(T, N, F))
    network.weight_hh_l0 = nn.Parameter(2 * network.weight_hh_l0.detach())
    network.flatten_parameters()
    assert not dl.equal(network(dl.ones(T, N, F))[0], before)
    assert network.all_weights[0][1] is network.weight_hh_l0


def test_half_precision_is_cast_by_autocast():
    network = nn.LSTM(F, H)
    with dl.autocast("cpu", dtype=dl.float16):
        output, _ = network(dl.ones(T, N, F))
    assert output.dtype is dl.float16
    output.sum().backward()
    assert network.weight_hh_l0.grad.dtype is dl.float32


@pytest.mark.parametrize(
    "misuse",
    [
        lambda lib: lib.nn.LSTM(F, H)(lib.ones(T, N, F + 1)),
        lambda lib: lib.nn.LSTM(F, H)(lib.ones(F)),
        lambda lib: lib.nn.LSTM(F, H)(lib.ones(0, N, F)),
        lambda lib: lib.nn.LSTM(F, H)(lib.ones(T, N, F).double()),
        lambda lib: lib.nn.LSTM(F, H)(lib.ones(T, N, F), (lib.ones(1, 1, H), lib.ones(1, N, H))),
        lambda lib: lib.nn.LSTM(F, H)(lib.ones(T, N, F), (lib.ones(1, N, H), lib.ones(1, N, 1))),
        lambda lib: lib.nn.LSTM(F, H)(lib.ones(T, N, F), (lib.ones(N, H), lib.ones(N, H))),
        lambda lib: lib.nn.LSTM(F, H)(lib.ones(T, F), (lib.ones(1, N, H), lib.ones(1, N, H))),
        lambda lib: lib.nn.GRU(F, H)(lib.ones(T, N, F), lib.ones(N, H)),
        lambda lib: lib.nn.GRU(F, H)(lib.ones(T, N, F), lib.ones(1, N, H).double()),
        lambda lib: lib.nn.GRU(F, H, proj_size=2),
        lambda lib: lib.nn.LSTM(F, H, proj_size=H),
        lambda lib: lib.nn.LSTM(F, 0),
        lambda lib: lib.nn.LSTM(F, H, num_layers=0),
        lambda lib: lib.nn.LSTM(1.5, H),
        lambda lib: lib.nn.LSTM(F, H, bias=1),
        lambda lib: lib.nn.LSTM(F, H, 2, dropout=1.5),
        lambda lib: lib.nn.RNN(F, H, nonlinearity="sine"),
        lambda lib: lib.nn.RNNBase("sine", F, H),
        lambda lib: lib.nn.RNNBase("LSTM", F, H)(lib.ones(T, N, F)),
        lambda lib: lib.nn.LSTMCell(F, H)(lib.ones(N, F, 1)),
        lambda lib: lib.nn.LSTMCell(F, H)(lib.ones(N, F + 1)),
        lambda lib: lib.nn.LSTMCell(F, H)(lib.ones(N, F), (lib.ones(N, H), lib.ones(N, 1))),
        lambda lib: lib.nn.LSTMCell(F, H)(lib.ones(N, F), (lib.ones(1 + N, H), lib.ones(N, H))),
        lambda lib: lib.nn.GRUCell(F, H)(lib.ones(N, F), lib.ones(1, N, H)),
        lambda lib: lib.nn.GRUCell(F, H)(lib.ones(N, F).double()),
        lambda lib: lib.nn.RNNCell(F, H, nonlinearity="sine")(lib.ones(N, F)),
        lambda lib: lib.lstm_cell(lib.ones(N, F), (lib.ones(N, H),), lib.ones(4 * H, F), lib.ones(4 * H, H)),
        lambda lib: lib.rnn_tanh_cell(lib.ones(N, F), lib.ones(N, H), lib.ones(4 * H, F), lib.ones(4 * H, H)),
    ],
)
def test_what_does_not_fit_is_refused(misuse):
    assert_refused(misuse)


def test_dropout_in_a_single_layer_is_warned_of():
    with pytest.warns(UserWarning, match="all layers but the last"):
        nn.LSTM(F, H, dropout=0.5)
