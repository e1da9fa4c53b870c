"""tinygrad: lazy tensors, whose graph ``TinyJit`` captures as kernels for the system's clang."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from tinygrad import Context, Tensor, TinyJit, dtypes, nn

from ..given import Given
from ..program import Program, differentiation, inference, training
from .network import neurons, single_weights

Tensors = dict[str, Tensor]


def tensor(array: Any) -> Tensor:
    """An array in memory of its own, which a number alone would not get."""
    array = np.asarray(array)
    dtype = dtypes.int if array.dtype == np.int64 else dtypes.float
    return Tensor(np.atleast_1d(array), dtype=dtype).contiguous().realize().reshape(array.shape)


def differentiated(loss: Callable[[], Tensor], parameters: list[Tensor]) -> Program:
    """A loss and its gradients by single numbers."""

    @TinyJit
    def compiled() -> tuple[Tensor, ...]:
        value = loss()
        found = (value, *value.gradient(*parameters))
        Tensor.realize(*found)
        return found

    gradients: list[Tensor] = []

    def step() -> float:
        value, *gradients[:] = compiled()
        return value.item()

    return differentiation(step, lambda: [[gradient.item() for gradient in gradients]])


def trained(loss: Callable[[], Tensor], optimizer: Any) -> Program:
    """Steps of an optimizer."""

    @TinyJit
    def compiled() -> Tensor:
        optimizer.zero_grad()
        value = loss().backward()
        return value.realize(*optimizer.schedule_step())

    def step() -> float:
        with Context(TRAINING=1):
            return compiled().item()

    return training(step)


def linear(x: Tensor, p: Tensors, name: str) -> Tensor:
    """A linear layer."""
    return x.linear(p[f"{name}.weight"].transpose(), p[f"{name}.bias"])


def mlp(p: Tensors, x: Tensor) -> Tensor:
    """Linear layers with ReLU between them."""
    *hidden, last = sorted({int(name.split(".")[0]) for name in p})
    for number in hidden:
        x = linear(x, p, str(number)).relu()
    return linear(x, p, str(last))


def gpt(p: Tensors, tokens: Tensor, layers: int, heads: int) -> Tensor:
    """GPT-2: (N, T) tokens -> (N, T, vocabulary) logits."""
    N, T = tokens.shape

    def normed(x: Tensor, name: str) -> Tensor:
        return x.layernorm() * p[f"{name}.weight"] + p[f"{name}.bias"]

    def attended(x: Tensor, name: str) -> Tensor:
        q, k, v = linear(x, p, f"{name}.qkv").reshape(N, T, 3, heads, -1).permute(2, 0, 3, 1, 4).chunk(3)
        mixed = q[0].scaled_dot_product_attention(k[0], v[0], is_causal=True)
        return linear(mixed.transpose(1, 2).reshape(N, T, -1), p, f"{name}.out")

    x = p["tokens.weight"][tokens] + p["positions.weight"][:T]
    for number in range(layers):
        block = f"blocks.{number}"
        x = x + attended(normed(x, f"{block}.normed.0"), f"{block}.attention")
        fed = linear(normed(x, f"{block}.normed.1"), p, f"{block}.feed.0").gelu()
        x = x + linear(fed, p, f"{block}.feed.2")
    return normed(x, "normed").linear(p["tokens.weight"].transpose())


def cnn(p: Tensors, images: Tensor) -> Tensor:
    """Convolutions with ReLU, max-pooling by 2, two linear layers."""
    convolutions = [name.split(".")[0] for name, weight in p.items() if weight.ndim == 4]
    x = images
    for name in convolutions:
        x = x.conv2d(p[f"{name}.weight"], p[f"{name}.bias"]).relu()
    rest = {name: value for name, value in p.items() if name.split(".")[0] not in convolutions}
    return mlp(rest, x.max_pool2d().flatten(1))


def _tensors(given: Given) -> Tensors:
    return {name: tensor(value) for name, value in given.parameters.items()}


def _scalars(given: Given) -> Program:
    layers = single_weights(given, tensor)
    weights = [weight for layer in layers for row, bias in layer for weight in (*row, bias)]
    inputs, target = [tensor(value) for value in given.inputs[0]], tensor(given.inputs[1])
    return differentiated(lambda: (neurons(layers, inputs, Tensor.tanh) - target).square(), weights)


def _classifier(model: Callable[[Tensors, Tensor], Tensor], given: Given) -> Program:
    p, (inputs, targets) = _tensors(given), map(tensor, given.inputs)
    optimizer = nn.optim.SGD(list(p.values()), lr=0.01)
    return trained(lambda: model(p, inputs).sparse_categorical_crossentropy(targets), optimizer)


def _gpt_of(given: Given) -> Callable[[Tensors, Tensor], Tensor]:
    return functools.partial(gpt, layers=given.sizes["layers"], heads=given.sizes["heads"])


def _language_model(given: Given) -> Program:
    model, p, (tokens, targets) = _gpt_of(given), _tensors(given), map(tensor, given.inputs)
    optimizer = nn.optim.AdamW(list(p.values()), lr=6e-4)

    def loss() -> Tensor:
        return model(p, tokens).flatten(0, 1).sparse_categorical_crossentropy(targets.flatten())

    return trained(loss, optimizer)


def _inferred(model: Callable[[Tensors, Tensor], Tensor], given: Given) -> Program:
    p, inputs = _tensors(given), tensor(given.inputs[0])
    compiled = TinyJit(lambda x: model(p, x).realize())
    return inference(lambda: compiled(inputs).numpy())


def programs() -> dict[str, Callable[[Given], Program] | str]:
    """A program for each kind of work."""
    return {
        **dict.fromkeys(("chain", "long_chain", "lstm"), "its compiler takes minutes for as many operations"),
        "scalars": _scalars,
        "mlp": functools.partial(_classifier, mlp),
        "cnn": functools.partial(_classifier, cnn),
        "gpt": _language_model,
        "mlp_inference": functools.partial(_inferred, mlp),
        "gpt_inference": lambda given: _inferred(_gpt_of(given), given),
    }


def fresh() -> Any:
    """A new network's first result."""
    layers = [nn.Linear(784, 128), Tensor.relu, nn.Linear(128, 128), Tensor.relu, nn.Linear(128, 10)]
    return Tensor.ones(64, 784).sequential(layers).numpy()
