"""Weights that are computed before each forward: lengths and directions, singular values, orthogonality."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from deep_learner import nn
from tests.layers.oracle import assert_refused, random
from tests.nn.utils.oracle import INPUTS, close, dl, made, same_state, torch

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")
HOOKS = {
    "weight_norm": ("weight_norm", {}),
    "weight_norm, one length": ("weight_norm", {"dim": None}),
    "weight_norm, other dimension": ("weight_norm", {"dim": 1}),
    "spectral_norm": ("spectral_norm", {}),
    "spectral_norm, more steps": ("spectral_norm", {"n_power_iterations": 3, "dim": 1}),
}


@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize(("name", "options"), HOOKS.values(), ids=HOOKS)
@pytest.mark.parametrize("form", ["hook", "parametrization"])
def test_training_and_evaluation_agree(kind, name, options, form):
    layers = {}
    for lib in (dl, torch):
        layer, x = made(lib, kind)
        table = lib.nn.utils if form == "hook" else lib.nn.utils.parametrizations
        getattr(table, name)(layer, **options)
        outs = [layer(x), layer(x)]
        outs[-1].sum().backward()
        layers[lib] = (layer, [*outs, layer.eval()(x)])
    ours, theirs = layers[dl], layers[torch]
    for mine, other in zip(ours[1], theirs[1], strict=True):
        close(mine, other)
    same_state(ours[0], theirs[0])
    for lib, (layer, _) in layers.items():
        if form == "hook":
            getattr(lib.nn.utils, f"remove_{name}")(layer)
        else:
            lib.nn.utils.parametrize.remove_parametrizations(layer, "weight")
    same_state(ours[0], theirs[0])
    assert type(ours[0]) is getattr(nn, kind)
    assert repr(ours[0]) == repr(theirs[0])


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5)])
@pytest.mark.parametrize("kind", [None, "matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("trivialized", [True, False])
def test_orthogonal_weights_agree(shape, kind, trivialized):
    layers = {}
    matrix, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(max(shape), min(shape))))
    matrix = np.ascontiguousarray(matrix if shape[1] >= shape[0] else matrix.T).astype("float32")
    for lib in (dl, torch):
        lib.manual_seed(3)
        layers[lib] = layer = lib.nn.Linear(*shape)
        lib.nn.utils.parametrizations.orthogonal(layer, orthogonal_map=kind, use_trivialization=trivialized)
        (layer(lib.ones(2, shape[0])) ** 3).sum().backward()
    same_state(layers[dl], layers[torch])
    close(layers[dl].weight, layers[torch].weight)
    reflected = kind == "householder" or (kind is None and shape[0] != shape[1])
    if not trivialized and not reflected:
        for lib, layer in layers.items():
            with pytest.raises(NotImplementedError):
                layer.weight = lib.tensor(matrix)
        return
    for lib, layer in layers.items():
        lib.manual_seed(0)
        layer.weight = lib.tensor(matrix)
    close(layers[dl].weight, dl.tensor(matrix))
    same_state(layers[dl], layers[torch])
    close(copy.deepcopy(layers[dl]).weight, layers[dl].weight)


def test_states_of_the_older_form_are_read_by_the_newer():
    older, x = made(dl, "Linear")
    newer, _ = made(dl, "Linear", seed=4)
    nn.utils.weight_norm(older)
    nn.utils.parametrizations.weight_norm(newer)
    newer.load_state_dict(older.state_dict())
    close(newer(x), older(x))


@pytest.mark.parametrize(
    "misuse",
    [
        lambda lib, x: lib.nn.utils.weight_norm(lib.nn.utils.weight_norm(lib.nn.Linear(2, 3))),
        lambda lib, x: lib.nn.utils.spectral_norm(lib.nn.utils.spectral_norm(lib.nn.Linear(2, 3))),
        lambda lib, x: lib.nn.utils.spectral_norm(lib.nn.Linear(2, 3), n_power_iterations=0),
        lambda lib, x: lib.nn.utils.spectral_norm(lib.nn.Linear(2, 3, bias=False), "bias"),
        lambda lib, x: lib.nn.utils.weight_norm(lib.nn.LazyLinear(3)),
        lambda lib, x: lib.nn.utils.remove_weight_norm(lib.nn.Linear(2, 3)),
        lambda lib, x: lib.nn.utils.remove_spectral_norm(lib.nn.Linear(2, 3)),
        lambda lib, x: lib.nn.utils.parametrizations.spectral_norm(lib.nn.Linear(2, 3), "wait"),
        lambda lib, x: lib.nn.utils.parametrizations.spectral_norm(lib.nn.Linear(2, 3), dim=2),
        lambda lib, x: lib.nn.utils.parametrizations.orthogonal(lib.nn.Linear(2, 3), "bias"),
        lambda lib, x: lib.nn.utils.parametrizations.orthogonal(lib.nn.Linear(2, 3), orthogonal_map="qr"),
    ],
)
def test_misuse_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, random(1))
