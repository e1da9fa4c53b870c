"""A classifier of sequences of different lengths, an LSTM in both directions, trained by Adam."""

from __future__ import annotations

from typing import Any

from tests.swap.training import Training

FEATURES, HIDDEN, CLASSES, BATCH, LONGEST = 6, 8, 3, 8, 7


def classifier(lib: Any) -> Any:
    """(T, N, FEATURES) sequences and their lengths -> (N, CLASSES) scores."""
    nn = lib.nn

    class Classifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(FEATURES, HIDDEN, num_layers=2, bidirectional=True, dropout=0.1)
            self.scores = nn.Linear(2 * HIDDEN, CLASSES)

        def forward(self, sequences: Any, lengths: Any) -> Any:
            packed = nn.utils.rnn.pack_padded_sequence(sequences, lengths, enforce_sorted=False)
            _, (hidden, _) = self.lstm(packed)
            return self.scores(lib.cat([hidden[-2], hidden[-1]], dim=1))

    return Classifier()


def start(lib: Any, dtype: str) -> Training:
    """Initial weights, and the step."""
    lib.manual_seed(0)
    floating = getattr(lib, dtype)
    model = classifier(lib).to(floating)
    teacher = lib.randn(FEATURES, CLASSES, dtype=floating)
    optimizer = lib.optim.Adam(model.parameters(), lr=1e-2)
    generator = lib.Generator().manual_seed(1)

    def step() -> Any:
        sequences = lib.randn(LONGEST, BATCH, FEATURES, dtype=floating, generator=generator)
        lengths = lib.randint(1, LONGEST + 1, (BATCH,), generator=generator)
        targets = (sequences[0] @ teacher).argmax(dim=1)
        optimizer.zero_grad()
        loss = lib.nn.functional.cross_entropy(model(sequences, lengths), targets)
        loss.backward()
        optimizer.step()
        return loss

    return Training(lib, model, optimizer, step, generator)
