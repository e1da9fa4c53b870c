"""Whole training steps: the same program made twice, once to be compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import deep_learner as dl
from deep_learner import nn

F = nn.functional


class Program(NamedTuple):
    """A model, its optimizer, a step and what the step is called with."""

    model: Any
    optimizer: Any
    step: Callable[..., Any]
    arguments: tuple[Any, ...]


def _program(model: Any, optimizer: Any, inputs: Any, targets: Any) -> Program:
    criterion = nn.CrossEntropyLoss()

    def step(inputs: Any, targets: Any) -> Any:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss

    return Program(model, optimizer, step, (inputs, targets))


def classes(count: int) -> Any:
    return dl.randint(0, 5, (count,))


def mlp() -> Program:
    model = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 5))
    optimizer = dl.optim.SGD(model.parameters(), lr=0.1)
    return _program(model, optimizer, dl.randn(8, 20), classes(8))


def momentum() -> Program:
    model = nn.Sequential(nn.Linear(20, 16), nn.Tanh(), nn.Linear(16, 5))
    optimizer = dl.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True)
    return _program(model, optimizer, dl.randn(8, 20), classes(8))


def dropout() -> Program:
    model = nn.Sequential(nn.Linear(20, 16), nn.LayerNorm(16), nn.GELU(), nn.Dropout(0.3), nn.Linear(16, 5))
    optimizer = dl.optim.AdamW(model.parameters(), lr=0.01)
    return _program(model, optimizer, dl.randn(8, 20), classes(8))


def convolution() -> Program:
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4 * 36, 5)
    )
    optimizer = dl.optim.Adam(model.parameters(), lr=0.01, amsgrad=True)
    return _program(model, optimizer, dl.randn(8, 1, 14, 14), classes(8))


class Last(nn.Module):
    """An LSTM and a linear map of its last output."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(6, 8, batch_first=True)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Any) -> Any:
        return self.head(self.lstm(x)[0][:, -1])


def recurrent() -> Program:
    model = Last()
    optimizer = dl.optim.RMSprop(model.parameters(), lr=0.01)
    return _program(model, optimizer, dl.randn(4, 7, 6), classes(4))


class Transformer(nn.Module):
    """Token and position embeddings, one block, and the classes of the first token."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.tokens = nn.Embedding(11, width)
        self.positions = nn.Parameter(dl.randn(8, width))
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.projection, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(width, 5, bias=False)

    def forward(self, indices: Any) -> Any:
        x = self.tokens(indices) + self.positions[: indices.shape[1]]
        batch, length, width = x.shape
        parts = self.projection(self.first(x)).chunk(3, -1)
        query, key, value = (part.view(batch, length, 4, width // 4).transpose(1, 2) for part in parts)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.dropout(self.out(mixed.transpose(1, 2).reshape(batch, length, width)))
        return self.head((x + self.feed(self.second(x)))[:, 0])


def transformer() -> Program:
    model = Transformer()
    optimizer = dl.optim.AdamW(model.parameters(), lr=0.01)
    return _program(model, optimizer, dl.randint(0, 11, (3, 8)), classes(3))


PROGRAMS = (mlp, momentum, dropout, convolution, recurrent, transformer)


def made(program: Callable[[], Program]) -> Program:
    """A program, made with the same numbers each time."""
    dl.manual_seed(0)
    return program()
