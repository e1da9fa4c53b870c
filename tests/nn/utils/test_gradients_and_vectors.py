"""Clipping gradients, parameters as vectors, fused layers, layers without values, calls with other tensors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deep_learner import nn
from tests.layers.oracle import assert_refused, random
from tests.nn.utils.oracle import close, dl, made, same_state, torch

utils = nn.utils


def with_gradients(library):
    layer, x = made(library, "Linear")
    (layer(x) ** 2).sum().backward()
    return layer


@pytest.mark.parametrize("order", [2.0, 1, 3, 0, math.inf, -math.inf])
@pytest.mark.parametrize("limit", [0.5, 1e4])
def test_norms_and_clipped_gradients_agree(order, limit):
    layers = {lib: with_gradients(lib) for lib in (dl, torch)}
    totals = {
        lib: lib.nn.utils.clip_grad_norm_(layer.parameters(), limit, order) for lib, layer in layers.items()
    }
    close(totals[dl], totals[torch])
    same_state(layers[dl], layers[torch])


def test_clipping_in_two_steps_and_of_elements_agrees():
    layers = {lib: with_gradients(lib) for lib in (dl, torch)}
    for lib, layer in layers.items():
        total = lib.nn.utils.get_total_norm([p.grad for p in layer.parameters()], foreach=False)
        lib.nn.utils.clip_grads_with_norm_(layer.parameters(), 2.0, total)
        lib.nn.utils.clip_grad_value_(layer.weight, 0.1)
    same_state(layers[dl], layers[torch])


def test_parameters_without_a_gradient_do_not_count():
    layer = nn.Linear(2, 2)
    assert utils.clip_grad_norm_(layer.parameters(), 1.0).item() == 0.0
    assert not layer.weight.has_grad
    with pytest.warns(UserWarning, match="empty generator"):
        utils.clip_grad_norm_((p for p in ()), 1.0)
    with pytest.warns(FutureWarning, match="clip_grad_norm_"):
        utils.clip_grad_norm([], 1.0)


def test_a_norm_that_is_not_finite_can_be_refused():
    parameter = nn.Parameter(dl.ones(2))
    parameter.grad = dl.tensor([1.0, math.inf])
    assert utils.clip_grad_norm_(parameter, 1.0).item() == math.inf
    assert math.isnan(parameter.grad[1].item())
    with pytest.raises(RuntimeError, match="non-finite"):
        utils.clip_grad_norm_(parameter, 1.0, error_if_nonfinite=True)


def test_gradients_of_several_backends_are_refused():
    parameters = [nn.Parameter(dl.ones(2)), nn.Parameter(dl.ones(2, device="strict"))]
    for each in parameters:
        each.grad = dl.ones_like(each.detach())
    with pytest.raises(RuntimeError, match="several backends"):
        utils.clip_grad_norm_(parameters, 1.0)
    with pytest.raises(TypeError, match="different devices"):
        utils.parameters_to_vector(parameters)


def test_parameters_become_a_vector_and_views_of_one():
    layer, there = with_gradients(dl), with_gradients(torch)
    close(
        utils.parameters_to_vector(layer.parameters()),
        torch.nn.utils.parameters_to_vector(there.parameters()),
    )
    vector = dl.arange(25.0)
    utils.vector_to_parameters(vector, layer.parameters())
    assert layer.bias.tolist() == [20.0, 21.0, 22.0, 23.0, 24.0]
    with pytest.raises(TypeError, match="Tensor"):
        utils.vector_to_parameters([1.0], layer.parameters())


@pytest.mark.parametrize("kind", ["Conv2d", "ConvTranspose2d", "Linear"])
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_fused_layers_do_what_both_did(kind, affine, bias):
    if kind == "Linear":
        layer, norm, x = nn.Linear(3, 4, bias), nn.BatchNorm1d(4), dl.tensor(random(5, 3))
    else:
        layer = getattr(nn, kind)(3, 4, 2, bias=bias)
        norm, x = nn.BatchNorm2d(4, affine=affine), dl.tensor(random(2, 3, 5, 5))
    norm(layer(x))
    with pytest.raises(AssertionError, match="eval"):
        utils.fuse_conv_bn_eval(layer, norm)
    model = nn.Sequential(layer, norm).eval()
    fused = (
        utils.fuse_linear_bn_eval(layer, norm)
        if kind == "Linear"
        else utils.fuse_conv_bn_eval(layer, norm, transpose=kind == "ConvTranspose2d")
    )
    close(fused(x), model(x))
    assert fused.weight.requires_grad


def test_skipped_initial_values_leave_the_random_stream_alone():
    dl.manual_seed(0)
    layer = utils.skip_init(nn.Linear, 3, 4, dtype=dl.float64)
    assert (layer.weight.shape, layer.weight.dtype) == ((4, 3), dl.float64)
    after = dl.rand(2)
    dl.manual_seed(0)
    assert after.tolist() == dl.rand(2).tolist()
    assert_refused(lambda lib, x: lib.nn.utils.skip_init(lib.nn.ReLU), random(1))
    assert_refused(lambda lib, x: lib.nn.utils.skip_init(int), random(1))


def shared(library):
    library.manual_seed(2)
    model = library.nn.Sequential(library.nn.Linear(3, 3), library.nn.BatchNorm1d(3), library.nn.Linear(3, 3))
    model[2].weight = model[0].weight
    return model


def call(library, model, given, **options):
    with pytest.warns(FutureWarning):
        return library.nn.utils.stateless.functional_call(
            model, given, library.tensor(random(4, 3)), **options
        )


@pytest.mark.parametrize("names", [["0.weight"], ["2.weight", "1.running_mean"], ["1.weight", "0.bias"], []])
def test_modules_are_called_with_other_tensors(names):
    outs, results = [], []
    for lib in (dl, torch):
        model = shared(lib)
        before = {name: value.clone() for name, value in model.state_dict().items()}
        given = {name: lib.tensor(random(*model.state_dict()[name].shape)) for name in names}
        outs.append(call(lib, model, given))
        results.append(given)
        for name, value in model.state_dict().items():
            if name not in ("1.running_mean", "1.running_var", "1.num_batches_tracked"):
                np.testing.assert_array_equal(value.numpy(), before[name].numpy())
    close(*outs)
    for name in names:
        close(results[0][name], results[1][name])


@pytest.mark.parametrize(
    "misuse",
    [
        lambda lib, x: call(lib, shared(lib), {"0.weight": x}, strict=True),
        lambda lib, x: call(lib, shared(lib), {"3.weight": x}),
        lambda lib, x: call(lib, shared(lib), {"0.weight": x, "2.weight": x + 1}),
    ],
)
def test_names_that_do_not_fit_are_refused(misuse):
    assert_refused(misuse, random(3, 3))


def test_other_names_are_attributes_for_the_time_of_a_call():
    class Shifted(nn.Module):
        def forward(self, x):
            return x + self.shift

    model = Shifted()
    assert call(dl, model, {"shift": dl.ones(3)}).shape == (4, 3)
    assert not hasattr(model, "shift")


def test_public_names_are_pytorchs():
    assert sorted(utils.__all__) == sorted({*torch.nn.utils.__all__, "prune"})
