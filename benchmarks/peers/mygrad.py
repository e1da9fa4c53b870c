"""MyGrad: tensors on NumPy that record what is done with them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import mygrad as mg
import numpy as np
from mygrad.nnet.activations import relu, sigmoid, softmax
from mygrad.nnet.layers import conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy

from ..given import Arrays, Given
from ..program import Program, differentiation, inference, training
from .network import chained, long_chained, neurons, single_weights

Tree = Any

mg.turn_memory_guarding_off()  # as its manual advises where nothing writes into arrays


def sgd(parameters: list[Any]) -> Callable[[], None]:
    """Steps against the gradient."""

    def update() -> None:
        for parameter in parameters:
            parameter.data -= 0.01 * parameter.grad

    return update


def adamw(parameters: list[Any]) -> Callable[[], None]:
    """Steps of AdamW (Loshchilov & Hutter 2019)."""
    moments = [(np.zeros_like(p.data), np.zeros_like(p.data)) for p in parameters]
    count = 0

    def update() -> None:
        nonlocal count
        count += 1
        for parameter, (m, v) in zip(parameters, moments, strict=True):
            m += 0.1 * (parameter.grad - m)
            v += 0.001 * (parameter.grad**2 - v)
            parameter.data *= 1 - 6e-4 * 1e-2
            parameter.data -= 6e-4 * (m / (1 - 0.9**count)) / (np.sqrt(v / (1 - 0.999**count)) + 1e-8)

    return update


def trained(loss: Callable[..., Any], update: Callable[[], None], *inputs: Any) -> Program:
    """Steps of an optimizer; gradients of the step before go when the next graph is made."""

    def step() -> Any:
        value = loss(*inputs)
        value.backward()
        update()
        return value.item()

    return training(step)


def mlp(layers: Tree, x: Any) -> Any:
    """Linear layers with ReLU between them."""
    *hidden, (weight, bias) = layers
    for w, b in hidden:
        x = relu(mg.matmul(x, w.T) + b)
    return mg.matmul(x, weight.T) + bias


def gpt(p: Arrays, tokens: Any, layers: int, heads: int) -> Any:
    """GPT-2: (N, T) tokens -> (N·T, vocabulary) logits."""
    N, T = tokens.shape
    hidden = np.triu(np.full((T, T), -np.inf, np.float32), 1)

    def linear(x: Any, name: str) -> Any:
        return mg.matmul(x, p[f"{name}.weight"].T) + p[f"{name}.bias"]

    def normed(x: Any, name: str) -> Any:
        centred = x - mg.mean(x, axis=-1, keepdims=True)
        deviation = mg.sqrt(mg.mean(centred**2, axis=-1, keepdims=True) + np.float32(1e-5))
        return centred / deviation * p[f"{name}.weight"] + p[f"{name}.bias"]

    def gelu(x: Any) -> Any:
        inner = np.float32((2 / np.pi) ** 0.5) * (x + np.float32(0.044715) * x * x * x)
        return np.float32(0.5) * x * (np.float32(1) + mg.tanh(inner))

    def attended(x: Any, name: str) -> Any:
        qkv = linear(x, f"{name}.qkv").reshape(N, T, 3, heads, -1).transpose(2, 0, 3, 1, 4)
        scores = mg.matmul(qkv[0], mg.swapaxes(qkv[1], -1, -2)) / np.float32(qkv.shape[-1] ** 0.5)
        mixed = mg.matmul(softmax(scores + hidden, axis=-1), qkv[2])
        return linear(mixed.transpose(0, 2, 1, 3).reshape(N, T, -1), f"{name}.out")

    x = p["tokens.weight"][tokens] + p["positions.weight"][:T]
    for number in range(layers):
        block = f"blocks.{number}"
        x = x + attended(normed(x, f"{block}.normed.0"), f"{block}.attention")
        x = x + linear(gelu(linear(normed(x, f"{block}.normed.1"), f"{block}.feed.0")), f"{block}.feed.2")
    return mg.matmul(normed(x, "normed").reshape(N * T, -1), p["tokens.weight"].T)


def cnn(layers: Tree, images: Any) -> Any:
    """Convolutions with ReLU, max-pooling by 2, two linear layers."""
    *convolutions, hidden, last = layers
    x = images
    for weight, bias in convolutions:
        x = relu(conv_nd(x, weight, stride=1) + bias.reshape(-1, 1, 1))
    x = max_pool(x, (2, 2), 2)
    return mlp([hidden, last], x.reshape(len(images), -1))


def lstm(p: Arrays, inputs: Any) -> Any:
    """The outputs of a recurrent layer for (T, N, features) inputs."""
    projected = mg.matmul(inputs, p["weight_ih_l0"].T) + (p["bias_ih_l0"] + p["bias_hh_l0"])
    weight = p["weight_hh_l0"].T
    size = len(weight)
    h = c = np.zeros((inputs.shape[1], size), np.float32)
    outputs = []
    for number in range(len(inputs)):
        gates = projected[number] + mg.matmul(h, weight)
        i, f, g, o = (gates[:, part * size : (part + 1) * size] for part in range(4))
        c = sigmoid(f) * c + sigmoid(i) * mg.tanh(g)
        h = sigmoid(o) * mg.tanh(c)
        outputs.append(h)
    return mg.stack(outputs)


def _chain(given: Given) -> Program:
    x, y = mg.tensor(given.inputs[0]), given.inputs[1]

    def step() -> Any:
        loss = chained(x, y, mg.sin, mg.tanh, given.sizes["length"]).sum()
        loss.backward()
        return loss.item()

    return differentiation(step, lambda: [x.grad])


def _long_chain(given: Given) -> Program:
    x, y = mg.tensor(given.inputs[0]), given.inputs[1]
    root: list[Any] = []

    def prepare() -> None:
        root[:] = [long_chained(x, y, given.sizes["length"]).sum()]

    def step() -> Any:
        root[0].backward()
        return root[0].item()

    return differentiation(step, lambda: [x.grad], prepare)


def _scalars(given: Given) -> Program:
    layers = single_weights(given, lambda value: mg.tensor(np.float32(value)))
    weights = [weight for layer in layers for row, bias in layer for weight in (*row, bias)]
    inputs, target = list(given.inputs[0]), given.inputs[1]

    def step() -> Any:
        loss = (neurons(layers, inputs, mg.tanh) - target) ** 2
        loss.backward()
        return loss.item()

    return differentiation(step, lambda: [[float(weight.grad) for weight in weights]])


def _lstm(given: Given) -> Program:
    p, [inputs] = _tensors(given), given.inputs

    def step() -> Any:
        loss = (lstm(p, inputs) ** 2).mean()
        loss.backward()
        return loss.item()

    return differentiation(step, lambda: [parameter.grad for parameter in p.values()])


def _tensors(given: Given) -> Arrays:
    return {name: mg.tensor(value) for name, value in given.parameters.items()}


def _layers(given: Given) -> Tree:
    return [(mg.tensor(weight), mg.tensor(bias)) for weight, bias in given.layers]


def _classifier(model: Callable[[Tree, Any], Any], given: Given) -> Program:
    layers = _layers(given)
    update = sgd([parameter for pair in layers for parameter in pair])
    return trained(lambda x, y: softmax_crossentropy(model(layers, x), y), update, *given.inputs)


def _language_model(given: Given) -> Program:
    p, (tokens, targets), sizes = _tensors(given), given.inputs, given.sizes

    def loss(x: Any, y: Any) -> Any:
        return softmax_crossentropy(gpt(p, x, sizes["layers"], sizes["heads"]), y)

    return trained(loss, adamw(list(p.values())), tokens, targets.ravel())


def _inferred(model: Callable[[Tree, Any], Any], parameters: Tree, given: Given) -> Program:
    @mg.no_autodiff
    def step() -> Any:
        return model(parameters, given.inputs[0])

    return inference(step)


def programs() -> dict[str, Callable[[Given], Program]]:
    """A program for each kind of work."""
    return {
        "chain": _chain,
        "long_chain": _long_chain,
        "scalars": _scalars,
        "mlp": functools.partial(_classifier, mlp),
        "cnn": functools.partial(_classifier, cnn),
        "gpt": _language_model,
        "lstm": _lstm,
        "mlp_inference": lambda given: _inferred(mlp, _layers(given), given),
        "gpt_inference": lambda given: _inferred(
            functools.partial(gpt, layers=given.sizes["layers"], heads=given.sizes["heads"]),
            _tensors(given), given,
        ),
    }  # fmt: skip


def fresh() -> Any:
    """A new network's first result."""
    widths = ((784, 128), (128, 128), (128, 10))
    layers = [
        (mg.nnet.initializers.glorot_normal(outputs, inputs), mg.zeros(outputs, np.float32))
        for inputs, outputs in widths
    ]
    return mlp(layers, np.ones((64, 784), np.float32))
