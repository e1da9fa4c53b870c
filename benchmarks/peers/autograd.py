"""autograd: plain NumPy code, differentiated by tracing it anew in each step."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import autograd.numpy as np
from autograd import make_vjp, value_and_grad
from autograd.misc.flatten import flatten

from ..given import Given
from ..program import Program, differentiation, inference, training
from .network import chained, long_chained, neurons, single_weights

Tree = Any


def differentiated(
    loss: Callable[..., Any], parameters: Tree, *inputs: Any, gathered: Callable[[Any], Any]
) -> Program:
    """A loss and its gradients."""
    both = value_and_grad(loss)
    gradients = None

    def step() -> Any:
        nonlocal gradients
        value, gradients = both(parameters, *inputs)
        return value

    return differentiation(step, lambda: gathered(gradients))


def sgd(layers: Tree, gradients: Tree) -> Tree:
    """A step against the gradient."""
    return [
        (w - np.float32(0.01) * dw, b - np.float32(0.01) * db)
        for (w, b), (dw, db) in zip(layers, gradients, strict=True)
    ]


def adamw() -> Callable[[Tree, Tree], Tree]:
    """Steps of AdamW (Loshchilov & Hutter 2019)."""
    first: dict[str, Any] = {}
    second: dict[str, Any] = {}
    count = 0

    def update(parameters: Tree, gradients: Tree) -> Tree:
        nonlocal count
        count += 1
        moved = {}
        for name, g in gradients.items():
            first[name] = m = 0.9 * first.get(name, 0.0) + 0.1 * g
            second[name] = v = 0.999 * second.get(name, 0.0) + 0.001 * g**2
            step = m / (1 - 0.9**count) / (np.sqrt(v / (1 - 0.999**count)) + 1e-8)
            moved[name] = parameters[name] * (1 - 6e-4 * 1e-2) - 6e-4 * step
        return moved

    return update


def trained(
    loss: Callable[..., Any], update: Callable[[Tree, Tree], Tree], parameters: Tree, *inputs: Any
) -> Program:
    """Steps of an optimizer."""
    both = value_and_grad(loss)

    def step() -> Any:
        nonlocal parameters
        value, gradients = both(parameters, *inputs)
        parameters = update(parameters, gradients)
        return value

    return training(step)


def cross_entropy(logits: Any, targets: Any) -> Any:
    """Mean over a batch."""
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    return np.mean(np.log(np.sum(np.exp(shifted), axis=1)) - shifted[np.arange(len(targets)), targets])


def relu(x: Any) -> Any:
    """The positive part."""
    return np.maximum(x, np.float32(0))


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(−x))``."""
    return np.float32(0.5) * (np.tanh(np.float32(0.5) * x) + np.float32(1))


def mlp(layers: Tree, x: Any) -> Any:
    """Linear layers with ReLU between them."""
    *hidden, (weight, bias) = layers
    for w, b in hidden:
        x = relu(np.dot(x, w.T) + b)
    return np.dot(x, weight.T) + bias


def gpt(p: Tree, tokens: Any, layers: int, heads: int) -> Any:
    """GPT-2: (N, T) tokens -> (N·T, vocabulary) logits."""
    N, T = tokens.shape
    hidden = np.triu(np.full((T, T), -np.inf, np.float32), 1)

    def linear(x: Any, name: str) -> Any:
        return np.dot(x, p[f"{name}.weight"].T) + p[f"{name}.bias"]

    def normed(x: Any, name: str) -> Any:
        centred = x - np.mean(x, axis=-1, keepdims=True)
        deviation = np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + np.float32(1e-5))
        return centred / deviation * p[f"{name}.weight"] + p[f"{name}.bias"]

    def gelu(x: Any) -> Any:
        inner = np.float32((2 / np.pi) ** 0.5) * (x + np.float32(0.044715) * x * x * x)
        return np.float32(0.5) * x * (np.float32(1) + np.tanh(inner))

    def attended(x: Any, name: str) -> Any:
        parts = np.split(linear(x, f"{name}.qkv"), 3, axis=-1)
        q, k, v = (np.transpose(np.reshape(part, (N, T, heads, -1)), (0, 2, 1, 3)) for part in parts)
        scores = np.matmul(q, np.swapaxes(k, -1, -2)) / np.float32(q.shape[-1] ** 0.5) + hidden
        raised = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
        mixed = np.matmul(raised / np.sum(raised, axis=-1, keepdims=True), v)
        return linear(np.reshape(np.transpose(mixed, (0, 2, 1, 3)), (N, T, -1)), f"{name}.out")

    x = p["tokens.weight"][tokens] + p["positions.weight"][:T]
    for number in range(layers):
        block = f"blocks.{number}"
        x = x + attended(normed(x, f"{block}.normed.0"), f"{block}.attention")
        x = x + linear(gelu(linear(normed(x, f"{block}.normed.1"), f"{block}.feed.0")), f"{block}.feed.2")
    return np.dot(np.reshape(normed(x, "normed"), (N * T, -1)), p["tokens.weight"].T)


def cnn(layers: Tree, images: Any) -> Any:
    """Convolutions with ReLU, max-pooling by 2, two linear layers."""
    from autograd.scipy.signal import convolve  # SciPy would count where nobody needs it

    *convolutions, hidden, last = layers
    x = images
    for weight, bias in convolutions:
        flipped = weight[:, :, ::-1, ::-1]
        convolved = convolve(x, flipped, axes=([2, 3], [2, 3]), dot_axes=([1], [1]), mode="valid")
        x = relu(convolved + bias[:, None, None])
    N, C, H, W = x.shape
    x = np.max(np.max(np.reshape(x, (N, C, H // 2, 2, W // 2, 2)), axis=5), axis=3)
    return mlp([hidden, last], np.reshape(x, (N, -1)))


def lstm(p: Tree, inputs: Any) -> Any:
    """The outputs of a recurrent layer for (T, N, features) inputs."""
    projected = np.dot(inputs, p["weight_ih_l0"].T) + (p["bias_ih_l0"] + p["bias_hh_l0"])
    weight = p["weight_hh_l0"].T
    h = c = np.zeros((inputs.shape[1], len(weight)), np.float32)
    outputs = []
    for part in projected:
        i, f, g, o = np.split(part + np.dot(h, weight), 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.array(outputs)


def _chain(given: Given) -> Program:
    length = given.sizes["length"]
    return differentiated(
        lambda x, y: np.sum(chained(x, y, np.sin, np.tanh, length)),
        *given.inputs,
        gathered=lambda found: [found],
    )


def _long_chain(given: Given) -> Program:
    (x, y), length = given.inputs, given.sizes["length"]
    ready: list[Any] = []
    gradients: list[Any] = []

    def prepare() -> None:
        ready[:] = make_vjp(lambda x: np.sum(long_chained(x, y, length)))(x)

    def step() -> Any:
        backward, value = ready
        gradients[:] = [backward(np.float32(1))]
        return value

    return differentiation(step, lambda: gradients, prepare)


def _scalars(given: Given) -> Program:
    layers = single_weights(given, np.float32)
    inputs, target = list(given.inputs[0]), given.inputs[1]
    return differentiated(
        lambda layers: (neurons(layers, inputs, np.tanh) - target) ** 2, layers,
        gathered=lambda found: [flatten(found)[0]],
    )  # fmt: skip


def _classifier(model: Callable[[Tree, Any], Any], given: Given) -> Program:
    return trained(lambda p, x, y: cross_entropy(model(p, x), y), sgd, given.layers, *given.inputs)


def _gpt_of(given: Given) -> Callable[[Tree, Any], Any]:
    return functools.partial(gpt, layers=given.sizes["layers"], heads=given.sizes["heads"])


def _language_model(given: Given) -> Program:
    model, (tokens, targets) = _gpt_of(given), given.inputs
    loss = lambda p, x, y: cross_entropy(model(p, x), y)  # noqa: E731
    return trained(loss, adamw(), given.parameters, tokens, targets.ravel())


def _lstm(given: Given) -> Program:
    def gathered(gradients: Tree) -> list[Any]:
        return list(gradients.values())

    return differentiated(
        lambda p, x: np.mean(lstm(p, x) ** 2), given.parameters, *given.inputs, gathered=gathered
    )


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
        "mlp_inference": lambda given: inference(lambda: mlp(given.layers, given.inputs[0])),
        "gpt_inference": lambda given: inference(lambda: _gpt_of(given)(given.parameters, given.inputs[0])),
    }


def fresh() -> Any:
    """A new network's first result."""
    widths = ((784, 128), (128, 128), (128, 10))
    layers = [
        (np.random.randn(outputs, inputs).astype(np.float32) * inputs**-0.5, np.zeros(outputs, np.float32))
        for inputs, outputs in widths
    ]
    return mlp(layers, np.ones((64, 784), np.float32))
