"""NumPy, the derivatives written by hand: what is computed when no library is in the way."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ...given import Given
from ...program import Program, differentiation, inference, training
from .elementwise import chain, long_chain, scalars
from .layers import Layer, Store, cross_entropy
from .networks import cnn, gpt, mlp
from .recurrent import lstm
from .updates import adamw, sgd

Network = Callable[[Store, dict[str, Any]], Layer]


def _trained(network: Network, optimizer: Callable[[Store], Callable[[], None]], given: Given) -> Program:
    """Steps of an optimizer, which changes the weights in their own memory."""
    store = Store({name: array.copy() for name, array in given.parameters.items()}, {})
    model, update = network(store, given.sizes), optimizer(store)
    inputs, targets = given.inputs

    def step() -> Any:
        logits, backward = model(inputs)
        loss, gradient = cross_entropy(logits, targets)
        backward(gradient)
        update()
        return loss

    return training(step)


def _lstm(given: Given) -> Program:
    store, [inputs] = Store(given.parameters, {}), given.inputs
    model = lstm(store)

    def step() -> Any:
        outputs, backward = model(inputs)
        backward(outputs * np.float32(2 / outputs.size))
        return np.mean(outputs * outputs)

    return differentiation(step, lambda: [store.gradients[name] for name in given.parameters])


def _inferred(network: Network, given: Given) -> Program:
    model = network(Store(given.parameters, {}), given.sizes)
    return inference(lambda: model(given.inputs[0])[0])


def programs() -> dict[str, Callable[[Given], Program]]:
    """A program for each kind of work."""
    return {
        "chain": chain,
        "long_chain": long_chain,
        "scalars": scalars,
        "mlp": functools.partial(_trained, mlp, sgd),
        "cnn": functools.partial(_trained, cnn, sgd),
        "gpt": functools.partial(_trained, gpt, adamw),
        "lstm": _lstm,
        "mlp_inference": functools.partial(_inferred, mlp),
        "gpt_inference": functools.partial(_inferred, gpt),
    }


def fresh() -> Any:
    """A new network's first result."""
    generator = np.random.default_rng()
    weights: dict[str, Any] = {}
    for number, (inputs, outputs) in enumerate(((784, 128), (128, 128), (128, 10))):
        weight = generator.uniform(-1, 1, (outputs, inputs)) * inputs**-0.5
        weights[f"{2 * number}.weight"] = weight.astype(np.float32)
        weights[f"{2 * number}.bias"] = np.zeros(outputs, np.float32)
    return mlp(Store(weights, {}), {})(np.ones((64, 784), np.float32))[0]
