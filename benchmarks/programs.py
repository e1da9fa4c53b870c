"""What is timed: the same program for both libraries, as a function of the library.

Each returns a step to be repeated, which itself returns the loss that the two libraries must agree on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .models import cnn, mlp

Step = Callable[[], Any]


def chain(lib: Any) -> Step:
    """100 operations in a chain on 10 elements, forward and backward."""
    x = lib.ones(10, requires_grad=True)
    y = lib.full((10,), 0.99)

    def step() -> Any:
        h = x
        for _ in range(25):
            h = lib.tanh(lib.sin(h * y + y))
        loss = h.sum()
        loss.backward()
        x.grad = None
        return loss

    return step


def _mlp(lib: Any, sizes: tuple[int, ...], batch: int) -> Step:
    lib.manual_seed(0)
    model = mlp(lib, *sizes)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.01)
    criterion = lib.nn.CrossEntropyLoss()
    inputs, targets = lib.randn(batch, sizes[0]), lib.randint(0, sizes[-1], (batch,))

    def step() -> Any:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss

    return step


def small_mlp(lib: Any) -> Step:
    """SGD step of a 784-128-128-10 network on a batch of 64."""
    return _mlp(lib, (784, 128, 128, 10), 64)


def wide_mlp(lib: Any) -> Step:
    """SGD step of a 784-512-512-10 network on a batch of 256."""
    return _mlp(lib, (784, 512, 512, 10), 256)


def adam_mlp(lib: Any) -> Step:
    """Adam step of a 64-128-64-10 network with GELU, layer norm and dropout on a batch of 32."""
    lib.manual_seed(0)
    nn = lib.nn
    model = nn.Sequential(
        nn.Linear(64, 128), nn.LayerNorm(128), nn.GELU(), nn.Dropout(0.1), nn.Linear(128, 64), nn.GELU(),
        nn.Linear(64, 10),
    )  # fmt: skip
    optimizer = lib.optim.Adam(model.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()
    inputs, targets = lib.randn(32, 64), lib.randint(0, 10, (32,))

    def step() -> Any:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss

    return step


def lstm(lib: Any) -> Step:
    """Forward and backward of an LSTM: 64 steps of a batch of 32, 128 features in and out."""
    lib.manual_seed(0)
    model = lib.nn.LSTM(128, 128)
    inputs = lib.randn(64, 32, 128)

    def step() -> Any:
        model.zero_grad()
        loss = model(inputs)[0].square().mean()
        loss.backward()
        return loss

    return step


def _attention(lib: Any, length: int) -> Step:
    lib.manual_seed(0)
    model = lib.nn.MultiheadAttention(768, 12, batch_first=True)
    inputs = lib.randn(4, length, 768)
    mask = lib.nn.Transformer.generate_square_subsequent_mask(length)

    def step() -> Any:
        model.zero_grad()
        out, _ = model(inputs, inputs, inputs, attn_mask=mask, is_causal=True, need_weights=False)
        loss = out.square().mean()
        loss.backward()
        return loss

    return step


def short_attention(lib: Any) -> Step:
    """Forward and backward of causal attention: 12 heads, 4 sequences of 256 tokens, 768 wide."""
    return _attention(lib, 256)


def long_attention(lib: Any) -> Step:
    """Forward and backward of causal attention: 12 heads, 4 sequences of 1024 tokens, 768 wide."""
    return _attention(lib, 1024)


def layer_norm(lib: Any) -> Step:
    """Forward and backward of a layer norm: 4 sequences of 1024 tokens, 768 wide."""
    lib.manual_seed(0)
    model = lib.nn.LayerNorm(768)
    inputs = lib.randn(4, 1024, 768, requires_grad=True)

    def step() -> Any:
        model.zero_grad()
        inputs.grad = None
        loss = model(inputs).square().mean()
        loss.backward()
        return loss

    return step


def convolution(lib: Any) -> Step:
    """Forward and backward of a convolution by 3 x 3, from 32 to 64 channels: 64 images of 26 x 26."""
    lib.manual_seed(0)
    model = lib.nn.Conv2d(32, 64, 3)
    inputs = lib.randn(64, 32, 26, 26, requires_grad=True)
    gradient = lib.randn(64, 64, 24, 24)

    def step() -> Any:
        model.zero_grad()
        inputs.grad = None
        out = model(inputs)
        out.backward(gradient)
        return out[0].mean()

    return step


def small_cnn(lib: Any) -> Step:
    """SGD step of two convolutions (to 32 and 64 channels), max-pooling and two linear layers on 64 images, 28 x 28."""
    lib.manual_seed(0)
    model = cnn(lib, 1, 32, 64, size=28, hidden=128, classes=10)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.01)
    inputs, targets = lib.randn(64, 1, 28, 28), lib.randint(0, 10, (64,))

    def step() -> Any:
        optimizer.zero_grad()
        loss = lib.nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss

    return step


def max_pool(lib: Any) -> Step:
    """Forward and backward of max-pooling by 2 x 2: 64 images of 64 channels of 24 x 24."""
    lib.manual_seed(0)
    inputs = lib.randn(64, 64, 24, 24, requires_grad=True)
    gradient = lib.randn(64, 64, 12, 12)

    def step() -> Any:
        inputs.grad = None
        out = lib.nn.functional.max_pool2d(inputs, 2)
        out.backward(gradient)
        return out[0].mean()

    return step


PROGRAMS: dict[str, tuple[Callable[[Any], Step], int, float | None]] = {
    # name: program, steps in a round, the ratio to reach
    "chain": (chain, 20, 0.50),
    "small_mlp": (small_mlp, 20, 0.60),
    "wide_mlp": (wide_mlp, 5, 0.60),
    "adam_mlp": (adam_mlp, 20, None),
    "lstm": (lstm, 10, 1.00),
    "short_attention": (short_attention, 3, 1.00),
    "long_attention": (long_attention, 1, 1.00),
    "layer_norm": (layer_norm, 5, 1.00),
    "convolution": (convolution, 3, 1.50),
    "small_cnn": (small_cnn, 3, 1.50),
    "max_pool": (max_pool, 5, 0.60),
}
