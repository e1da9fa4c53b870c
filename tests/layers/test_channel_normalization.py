"""Batch, instance and group normalisation, and local responses: outputs, gradients, statistics and states."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.layers.oracle import assert_refused, assert_same, into, random, torch

SHAPES = [(6, 3), (4, 3, 5), (2, 3, 4, 3), (2, 3, 2, 2, 3), (0, 3, 4)]


def running(lib, size, seed=5):
    return [lib.tensor(random(size, seed=seed)), lib.tensor(random(size, seed=seed + 1, low=0.5))]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("parameters", [(), ("weight",), ("weight", "bias"), ("bias",)])
@pytest.mark.parametrize("training", [True, False])
def test_batch_norms_agree(shape, parameters, training):
    values = [random(3, seed=i, low=0.5) for i in range(len(parameters))]
    found = {}

    def normalized(lib, x, *given):
        mean, variance = found[lib] = running(lib, 3)
        named = dict(zip(parameters, given, strict=True))
        return lib.nn.functional.batch_norm(
            x, mean, variance, **named, training=training, momentum=0.3, eps=1e-3
        )

    assert_same(normalized, random(*shape) * 3 + 1, *values, rtol=1e-4, atol=1e-5)
    for ours, theirs in zip(found[dl], found[torch], strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-5)


@pytest.mark.parametrize("shape", SHAPES[1:4])
@pytest.mark.parametrize("statistics", [True, False])
@pytest.mark.parametrize("own", [True, False])
def test_instance_norms_agree(shape, statistics, own):
    found = {}

    def normalized(lib, x, weight, bias):
        found[lib] = running(lib, 3) if statistics or not own else [None, None]
        return lib.nn.functional.instance_norm(x, *found[lib], weight, bias, own, 0.3)

    assert_same(normalized, random(*shape), random(3, seed=1), random(3, seed=2), rtol=1e-4, atol=1e-5)
    for ours, theirs in zip(found[dl], found[torch], strict=True):
        assert ours is theirs is None or np.allclose(ours.numpy(), theirs.numpy(), rtol=1e-5)


@pytest.mark.parametrize(
    ("shape", "groups"), [((4, 6), 2), ((2, 6, 5), 3), ((2, 4, 3, 2), 4), ((3, 4, 2), 1), ((0, 4, 2), 2)]
)
@pytest.mark.parametrize("affine", [True, False])
def test_group_norms_agree(shape, groups, affine):
    values = [random(shape[1], seed=i) for i in range(2)] if affine else []
    assert_same(
        lambda lib, x, *given: lib.nn.functional.group_norm(x, groups, *given, eps=1e-4),
        random(*shape) * 2 + 1,
        *values,
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("size", [1, 2, 5, 8])
@pytest.mark.parametrize("shape", [(2, 5, 3), (2, 4, 3, 2), (1, 3, 2, 2, 2), (0, 3, 2)])
def test_local_responses_agree(size, shape):
    assert_same(
        lambda lib, x: lib.nn.functional.local_response_norm(x, size, alpha=0.5, beta=0.6, k=1.5),
        random(*shape),
    )


def test_top_level_functions_agree():
    x, w = random(2, 4, 3), random(4, seed=1)
    assert_same(lambda lib, x, w: lib.group_norm(x, 2, w), x, w, rtol=1e-4, atol=1e-5)
    assert_same(
        lambda lib, x, w: lib.native_group_norm(x, w, None, 2, 4, 3, 2, 1e-5)[0], x, w, rtol=1e-4, atol=1e-5
    )
    assert_same(
        lambda lib, x, w: lib.batch_norm(x, w, None, None, None, True, 0.1, 1e-5, True),
        x,
        w,
        rtol=1e-4,
        atol=1e-5,
    )
    assert_same(
        lambda lib, x, w: lib.instance_norm(x, w, w, None, None, True, 0.1, 1e-5, True),
        x,
        w,
        rtol=1e-4,
        atol=1e-5,
    )
    assert_same(lambda lib, x: lib.layer_norm(x, (3,), None, None, 1e-3, False), x)
    for place in range(3):
        assert_same(
            lambda lib, x, w, place=place: lib.native_batch_norm(x, w, None, None, None, True, 0.1, 1e-5)[
                place
            ],
            x,
            w,
            rtol=1e-4,
            atol=1e-5,
        )
    assert [
        tuple(each.shape)
        for each in dl.native_batch_norm(dl.ones(2, 4), None, None, dl.ones(4), dl.ones(4), False, 0.1, 1e-5)
    ] == [(2, 4), (0,), (0,)]


def test_half_precision_keeps_its_dtype_and_the_digits_of_its_statistics():
    x = random(64, 3, 9, dtype="float16") + np.float16(8)
    wide = x.astype("float64")
    out = nn.functional.batch_norm(dl.tensor(x), None, None, dl.ones(3), training=True)
    assert out.dtype is dl.float16
    expected = (wide - wide.mean((0, 2), keepdims=True)) / wide.std((0, 2), keepdims=True)
    np.testing.assert_allclose(out.numpy(), expected, atol=4e-3)


LAYERS = [
    (lambda lib: lib.nn.BatchNorm1d(3), (6, 3)),
    (lambda lib: lib.nn.BatchNorm1d(3, momentum=None), (2, 3, 4)),
    (lambda lib: lib.nn.BatchNorm2d(3, track_running_stats=False, bias=False), (2, 3, 2, 2)),
    (lambda lib: lib.nn.BatchNorm3d(3, affine=False), (2, 3, 2, 2, 1)),
    (lambda lib: lib.nn.SyncBatchNorm(3, momentum=0.5), (2, 3, 4)),
    (lambda lib: lib.nn.InstanceNorm1d(3), (3, 4)),
    (lambda lib: lib.nn.InstanceNorm2d(3, affine=True, track_running_stats=True), (2, 3, 2, 2)),
    (lambda lib: lib.nn.InstanceNorm3d(3, bias=False, affine=True), (3, 2, 2, 2)),
    (lambda lib: lib.nn.GroupNorm(2, 4, bias=False), (2, 4, 3)),
    (lambda lib: lib.nn.LocalResponseNorm(3), (2, 4, 3)),
    (lambda lib: lib.nn.LazyBatchNorm1d(momentum=0.4), (5, 3)),
    (lambda lib: lib.nn.LazyBatchNorm2d(affine=False), (2, 3, 2, 2)),
    (lambda lib: lib.nn.LazyInstanceNorm3d(bias=False), (2, 3, 2, 2, 2)),
]


@pytest.mark.parametrize(("make", "shape"), LAYERS)
def test_layers_agree_in_training_and_evaluation(make, shape):
    ours, theirs = make(dl), make(torch)
    assert repr(ours) == repr(theirs)
    layers = {dl: ours, torch: theirs}
    for training in (True, True, False):
        assert_same(
            lambda lib, x, on=training: layers[lib].train(on)(x), random(*shape), rtol=1e-4, atol=1e-5
        )
    assert repr(ours) == repr(theirs)
    assert type(ours).__name__ == type(theirs).__name__
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for mine, other in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True):
        np.testing.assert_allclose(mine.numpy(), other.numpy(), rtol=1e-5)


def test_states_without_a_count_of_batches_are_accepted():
    state = nn.BatchNorm1d(3).state_dict()
    older = {name: value for name, value in state.items() if name != "num_batches_tracked"}
    layer = nn.BatchNorm1d(3)
    layer.num_batches_tracked.fill_(7)
    layer.load_state_dict(older)
    assert layer.num_batches_tracked.item() == 7


def test_states_with_statistics_that_an_instance_norm_has_not_are_refused():
    state = dict(nn.InstanceNorm1d(3, track_running_stats=True).state_dict())
    with pytest.raises(RuntimeError, match="track_running_stats=False"):
        nn.InstanceNorm1d(3).load_state_dict(state)


def test_batch_norms_are_exchanged_for_synchronous_ones_with_the_same_tensors():
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Sequential(nn.BatchNorm2d(3, affine=False)))
    before = dict(model.named_parameters())
    converted = nn.SyncBatchNorm.convert_sync_batchnorm(model.eval())
    assert [type(part).__name__ for part in converted.modules()].count("SyncBatchNorm") == 2
    assert all(value is before[name] for name, value in converted.named_parameters())
    assert not converted[1].training
    assert repr(converted) == repr(
        torch.nn.SyncBatchNorm.convert_sync_batchnorm(
            torch.nn.Sequential(
                torch.nn.Linear(2, 3),
                torch.nn.BatchNorm1d(3),
                torch.nn.Sequential(torch.nn.BatchNorm2d(3, affine=False)),
            )
        )
    )


def test_another_number_of_channels_only_matters_to_affine_layers():
    x = dl.ones(2, 4, 3)
    with pytest.warns(UserWarning, match="does not match num_features"):
        nn.InstanceNorm1d(3)(x)
    with pytest.raises(ValueError, match="to match num_features"):
        nn.InstanceNorm1d(3, affine=True)(x)


@pytest.mark.parametrize(
    "misuse",
    [
        lambda lib, x: lib.nn.functional.batch_norm(x, None, None),
        lambda lib, x: lib.nn.functional.batch_norm(x[:1, :, :1], None, None, training=True),
        lambda lib, x: lib.nn.functional.batch_norm(x, None, None, training=True, eps=0.0),
        lambda lib, x: lib.nn.functional.batch_norm(x, lib.ones(3), lib.ones(3), eps=-1.0),
        lambda lib, x: lib.nn.functional.batch_norm(x, lib.ones(3), None, training=True),
        lambda lib, x: lib.nn.functional.batch_norm(x, lib.ones(2), lib.ones(2)),
        lambda lib, x: lib.nn.functional.batch_norm(x, None, None, lib.ones(4), training=True),
        lambda lib, x: lib.nn.functional.batch_norm(x.long(), None, None, training=True),
        lambda lib, x: lib.nn.functional.batch_norm(x[0, 0], None, None, training=True),
        lambda lib, x: lib.nn.functional.instance_norm(x[:, :, :1]),
        lambda lib, x: lib.nn.functional.instance_norm(x, use_input_stats=False),
        lambda lib, x: lib.nn.functional.group_norm(x, 2),
        lambda lib, x: lib.nn.functional.group_norm(x.long(), 3),
        lambda lib, x: lib.nn.functional.group_norm(x, 3, lib.ones(2)),
        lambda lib, x: lib.nn.functional.group_norm(x[0, 0], 3),
        lambda lib, x: lib.nn.functional.group_norm(x[:1, :, :1], 3),
        lambda lib, x: lib.nn.functional.local_response_norm(x[0], 2),
        lambda lib, x: lib.nn.GroupNorm(2, 3),
        lambda lib, x: lib.nn.BatchNorm2d(3)(x),
        lambda lib, x: lib.nn.BatchNorm1d(3)(x[0, 0]),
        lambda lib, x: lib.nn.InstanceNorm3d(3)(x),
        lambda lib, x: lib.nn.SyncBatchNorm(3)(x[0, 0]),
    ],
)
def test_misuse_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, random(2, 3, 4))


def test_second_derivatives_reach_the_running_statistics_inputs():
    """A penalty on the gradient of a normalised output, in float64."""

    def penalty(lib, x, w):
        out = lib.nn.functional.batch_norm(x, None, None, w, training=True)
        (grad,) = lib.autograd.grad((out**3).sum(), x, create_graph=True)
        return (grad**2).sum()

    gradients = []
    for lib in (dl, torch):
        x, w = (into(lib, each) for each in (random(4, 2, 3, dtype="float64"), random(2, dtype="float64")))
        penalty(lib, x, w).backward()
        gradients.append((x.grad.numpy(), w.grad.numpy()))
    for ours, theirs in zip(*gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8)
