"""JAX: pure functions of trees of arrays, differentiated and compiled whole by ``jax.jit``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from ..given import Given
from ..program import Program, differentiation, inference, training
from .network import chained, neurons, single_weights

Tree = Any


def differentiated(
    loss: Callable[..., Any], parameters: Tree, *inputs: Any, gathered: Callable[[Any], Any] = jax.tree.leaves
) -> Program:
    """A loss and its gradients."""
    compiled = jax.jit(jax.value_and_grad(loss))
    gradients = None

    def step() -> Any:
        nonlocal gradients
        value, gradients = jax.block_until_ready(compiled(parameters, *inputs))
        return value

    return differentiation(step, lambda: gathered(gradients))


def trained(
    loss: Callable[..., Any], update: Callable[[Tree, Tree, Tree], tuple[Tree, Tree]], parameters: Tree,
    state: Tree, *inputs: Any,
) -> Program:  # fmt: skip
    """Steps of an optimizer, which give the memory of what they replace away."""

    @functools.partial(jax.jit, donate_argnums=0)
    def advance(carried: tuple[Tree, Tree], *inputs: Any) -> tuple[Any, tuple[Tree, Tree]]:
        parameters, state = carried
        value, gradients = jax.value_and_grad(loss)(parameters, *inputs)
        return value, update(parameters, gradients, state)

    carried = (parameters, state)

    def step() -> Any:
        nonlocal carried
        value, carried = advance(carried, *inputs)
        return value.block_until_ready()

    return training(step)


def sgd(parameters: Tree, gradients: Tree, state: Tree) -> tuple[Tree, Tree]:
    """A step against the gradient."""
    return jax.tree.map(lambda p, g: p - 0.01 * g, parameters, gradients), state


def adamw(parameters: Tree, gradients: Tree, state: Tree) -> tuple[Tree, Tree]:
    """A step of AdamW (Loshchilov & Hutter 2019)."""
    count, first, second = state
    count = count + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)

    def moved(p: Any, m: Any, v: Any) -> Any:
        m, v = m / (1 - 0.9**count), v / (1 - 0.999**count)
        return p * (1 - 6e-4 * 1e-2) - 6e-4 * m / (jnp.sqrt(v) + 1e-8)

    return jax.tree.map(moved, parameters, first, second), (count, first, second)


def cross_entropy(logits: Any, targets: Any) -> Any:
    """Mean over all that comes before the last axis."""
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), targets[..., None], axis=-1)
    return -chosen.mean()


def layer_norm(x: Any, weight: Any, bias: Any) -> Any:
    """Layer norm over the last axis."""
    centred = x - x.mean(-1, keepdims=True)
    return centred * lax.rsqrt((centred * centred).mean(-1, keepdims=True) + 1e-5) * weight + bias


def mlp(layers: Tree, x: Any) -> Any:
    """Linear layers with ReLU between them."""
    *hidden, (weight, bias) = layers
    for w, b in hidden:
        x = jax.nn.relu(x @ w.T + b)
    return x @ weight.T + bias


def gpt(p: Tree, tokens: Any, layers: int, heads: int) -> Any:
    """GPT-2: (N, T) tokens -> (N, T, vocabulary) logits."""

    def linear(x: Any, name: str) -> Any:
        return x @ p[f"{name}.weight"].T + p[f"{name}.bias"]

    def normed(x: Any, name: str) -> Any:
        return layer_norm(x, p[f"{name}.weight"], p[f"{name}.bias"])

    def attended(x: Any, name: str) -> Any:
        q, k, v = (
            part.reshape(*x.shape[:2], heads, -1) for part in jnp.split(linear(x, f"{name}.qkv"), 3, -1)
        )
        mixed = jax.nn.dot_product_attention(q, k, v, is_causal=True)
        return linear(mixed.reshape(x.shape), f"{name}.out")

    x = p["tokens.weight"][tokens] + p["positions.weight"][: tokens.shape[1]]
    for number in range(layers):
        block = f"blocks.{number}"
        x = x + attended(normed(x, f"{block}.normed.0"), f"{block}.attention")
        fed = jax.nn.gelu(linear(normed(x, f"{block}.normed.1"), f"{block}.feed.0"), approximate=True)
        x = x + linear(fed, f"{block}.feed.2")
    return normed(x, "normed") @ p["tokens.weight"].T


def cnn(layers: Tree, images: Any) -> Any:
    """Convolutions with ReLU, max-pooling by 2, two linear layers."""
    *convolutions, hidden, last = layers
    x = images
    for weight, bias in convolutions:
        x = jax.nn.relu(lax.conv(x, weight, (1, 1), "VALID") + bias[:, None, None])
    x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    return mlp([hidden, last], x.reshape(len(x), -1))


def lstm(p: Tree, inputs: Any) -> Any:
    """The outputs of a recurrent layer for (T, N, features) inputs."""
    weights = p["weight_hh_l0"]

    def advance(carried: tuple[Any, Any], projected: Any) -> tuple[tuple[Any, Any], Any]:
        h, c = carried
        i, f, g, o = jnp.split(projected + h @ weights.T, 4, -1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    projected = inputs @ p["weight_ih_l0"].T + p["bias_ih_l0"] + p["bias_hh_l0"]
    zeros = jnp.zeros((inputs.shape[1], weights.shape[1]))
    return lax.scan(advance, (zeros, zeros), projected)[1]


def _chain(given: Given) -> Program:
    x, y = map(jnp.asarray, given.inputs)
    length = given.sizes["length"]
    return differentiated(lambda x, y: chained(x, y, jnp.sin, jnp.tanh, length).sum(), x, y)


def _scalars(given: Given) -> Program:
    layers = single_weights(given, jnp.float32)
    inputs, target = _arrays(given)

    def loss(layers: Tree, x: Any, y: Any) -> Any:
        return (neurons(layers, list(x), jnp.tanh) - y) ** 2

    return differentiated(
        loss, layers, inputs, target, gathered=lambda gradients: [jax.tree.leaves(gradients)]
    )


def _classifier(model: Callable[[Tree, Any], Any], given: Given) -> Program:
    layers = jax.tree.map(jnp.array, given.layers)
    return trained(lambda p, x, y: cross_entropy(model(p, x), y), sgd, layers, (), *_arrays(given))


def _language_model(given: Given) -> Program:
    model = functools.partial(gpt, layers=given.sizes["layers"], heads=given.sizes["heads"])
    p = jax.tree.map(jnp.array, given.parameters)
    state = (jnp.float32(0), jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p))
    return trained(lambda p, x, y: cross_entropy(model(p, x), y), adamw, p, state, *_arrays(given))


def _lstm(given: Given) -> Program:
    p = jax.tree.map(jnp.asarray, given.parameters)

    def gathered(gradients: Tree) -> list[Any]:
        return [gradients[name] for name in given.parameters]  # JAX sorts the names

    return differentiated(lambda p, x: (lstm(p, x) ** 2).mean(), p, *_arrays(given), gathered=gathered)


def _arrays(given: Given) -> tuple[Any, ...]:
    return tuple(map(jnp.asarray, given.inputs))


def _inferred(model: Callable[[Tree, Any], Any], parameters: Tree, given: Given) -> Program:
    compiled = jax.jit(model)
    parameters = jax.tree.map(jnp.asarray, parameters)
    inputs = _arrays(given)[0]
    return inference(lambda: compiled(parameters, inputs).block_until_ready())


def programs() -> dict[str, Callable[[Given], Program] | str]:
    """A program for each kind of work."""
    return {
        "chain": _chain,
        "long_chain": "a function of 100,000 operations is too long to be compiled",
        "scalars": _scalars,
        "mlp": functools.partial(_classifier, mlp),
        "cnn": functools.partial(_classifier, cnn),
        "gpt": _language_model,
        "lstm": _lstm,
        "mlp_inference": lambda given: _inferred(mlp, given.layers, given),
        "gpt_inference": lambda given: _inferred(
            functools.partial(gpt, layers=given.sizes["layers"], heads=given.sizes["heads"]),
            given.parameters, given,
        ),
    }  # fmt: skip


def fresh() -> Any:
    """A new network's first result."""
    keys = jax.random.split(jax.random.key(0), 3)
    widths = ((784, 128), (128, 128), (128, 10))
    layers = [
        (jax.random.normal(key, (outputs, inputs)) * inputs**-0.5, jnp.zeros(outputs))
        for key, (inputs, outputs) in zip(keys, widths, strict=True)
    ]
    return jax.jit(mlp)(layers, jnp.ones((64, 784))).block_until_ready()
