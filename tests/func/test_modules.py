"""Modules as functions: per-sample gradients, ensembles, products with the Hessian of a network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")


def network(library: Any) -> Any:
    nn = library.nn
    return nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12, 4)
    ).eval()


def loss_of(library: Any, model: Any) -> Any:
    def loss(parameters: Any, buffers: Any, image: Any, label: Any) -> Any:
        scores = library.func.functional_call(model, (parameters, buffers), (image[None],))
        return library.nn.functional.cross_entropy(scores, label[None])

    return loss


def state(model: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return {k: v.detach() for k, v in model.named_parameters()}, dict(model.named_buffers())


def data(library: Any) -> tuple[Any, Any]:
    library.manual_seed(1)
    return library.randn(6, 1, 6, 6), library.randint(0, 4, (6,))


def per_sample(library: Any) -> dict[str, Any]:
    library.manual_seed(0)
    model = network(library)
    gradients = library.func.vmap(library.func.grad(loss_of(library, model)), in_dims=(None, None, 0, 0))
    return gradients(*state(model), *data(library))


def test_per_sample_gradients_are_pytorch_s() -> None:
    ours, theirs = per_sample(dl), per_sample(torch)
    assert list(ours) == list(theirs)
    for name, gradient in ours.items():
        np.testing.assert_allclose(gradient.numpy(), theirs[name].numpy(), rtol=1e-4, atol=1e-6)


def test_per_sample_gradients_are_those_of_each_sample_alone() -> None:
    dl.manual_seed(0)
    model = network(dl)
    images, labels = data(dl)
    for i in (0, 5):
        model.zero_grad()
        dl.nn.functional.cross_entropy(model(images[i : i + 1]), labels[i : i + 1]).backward()
        for name, parameter in model.named_parameters():
            np.testing.assert_allclose(
                per_sample(dl)[name][i].numpy(), parameter.grad.numpy(), rtol=1e-4, atol=1e-6
            )


def test_per_sample_gradients_can_be_differentiated_for_the_parameters() -> None:
    def penalty(library: Any) -> Any:
        library.manual_seed(0)
        model = network(library)
        parameters, buffers = state(model)
        images, labels = data(library)

        def norm(parameters: Any) -> Any:
            gradients = library.func.vmap(
                library.func.grad(loss_of(library, model)), in_dims=(None, None, 0, 0)
            )(parameters, buffers, images, labels)
            return sum(gradient.pow(2).sum() for gradient in gradients.values())

        return library.func.grad(norm)(parameters)

    ours, theirs = penalty(dl), penalty(torch)
    for name, gradient in ours.items():
        np.testing.assert_allclose(gradient.numpy(), theirs[name].numpy(), rtol=1e-3, atol=1e-5)


def test_ensemble_of_stacked_modules_gives_what_each_gives() -> None:
    dl.manual_seed(0)
    models = [network(dl) for _ in range(3)]
    images, _ = data(dl)
    parameters, buffers = dl.func.stack_module_state(models)
    assert all(value.is_leaf and value.requires_grad for value in parameters.values())

    def call(parameters: Any, buffers: Any, images: Any) -> Any:
        return dl.func.functional_call(models[0], (parameters, buffers), (images,))

    scores = dl.func.vmap(call, in_dims=(0, 0, None))(parameters, buffers, images)
    wanted = dl.stack([model(images) for model in models])
    np.testing.assert_allclose(scores.numpy(force=True), wanted.numpy(force=True), rtol=1e-5, atol=1e-6)

    scores.pow(2).sum().backward()
    wanted.pow(2).sum().backward()
    for name, stacked in parameters.items():
        each = dl.stack([dict(model.named_parameters())[name].grad for model in models])
        np.testing.assert_allclose(stacked.grad.numpy(), each.numpy(), rtol=1e-4, atol=1e-5)


def test_hessian_of_a_network_times_a_vector_is_pytorch_s() -> None:
    def product(library: Any) -> Any:
        library.manual_seed(0)
        model = library.nn.Sequential(library.nn.Linear(3, 4), library.nn.Tanh(), library.nn.Linear(4, 1))
        parameters, _ = state(model)
        inputs = library.randn(5, 3)
        direction = {name: library.ones_like(value) for name, value in parameters.items()}

        def loss(parameters: Any) -> Any:
            return library.func.functional_call(model, parameters, inputs).pow(2).mean()

        return library.func.jvp(library.func.grad(loss), (parameters,), (direction,))[1]

    ours, theirs = product(dl), product(torch)
    for name, value in ours.items():
        np.testing.assert_allclose(value.numpy(), theirs[name].numpy(), rtol=1e-4, atol=1e-6)


def test_functional_call_leaves_the_module_as_it_was() -> None:
    model = dl.nn.Linear(2, 1)
    before = model.weight
    dl.func.functional_call(model, {"weight": dl.zeros(1, 2)}, (dl.ones(2),))
    assert model.weight is before
