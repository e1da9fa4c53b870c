"""An LSTM learns an embedded Reber grammar, whose last letter but one depends on the second: python lstm.py

The task of Hochreiter and Schmidhuber (1997): "BT...TE" or "BP...PE", with a string of any length between. A model
that forgets the second letter guesses the last one but one right in half of the cases.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence, pad_sequence

LETTERS = "BTPSXVE"
EDGES: list[tuple[tuple[str, int], ...]] = [
    (("T", 1), ("P", 2)), (("S", 1), ("X", 3)), (("T", 2), ("V", 4)),
    (("X", 2), ("S", 5)), (("P", 3), ("V", 5)), (),
]  # fmt: skip


def reber() -> str:
    """A string of the inner grammar: a walk through its graph, at each node one of two edges."""
    string, node = "B", 0
    while EDGES[node]:
        letter, node = EDGES[node][int(torch.rand(()) < 0.5)]
        string += letter
    return string + "E"


def sentence() -> Tensor:
    """A string of the embedded grammar as numbers of letters."""
    outer = "TP"[int(torch.rand(()) < 0.5)]
    return torch.tensor([LETTERS.index(letter) for letter in f"B{outer}{reber()}{outer}E"])


class LanguageModel(nn.Module):
    """Embedding, LSTM and a linear layer."""

    def __init__(self, width: int, hidden: int, layers: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(LETTERS), width)
        between = dropout if layers > 1 else 0.0
        self.lstm = nn.LSTM(width, hidden, num_layers=layers, batch_first=True, dropout=between)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, len(LETTERS))
        for name, parameter in self.lstm.named_parameters():
            if name.startswith("weight_hh"):
                nn.init.orthogonal_(parameter)
            elif name.startswith("bias_ih"):
                nn.init.zeros_(parameter)
                parameter.data[hidden : 2 * hidden].fill_(1.0)  # remember at first

    def forward(self, letters: Tensor, lengths: Tensor) -> PackedSequence:
        """(N, T) letters, of which each row has its length, the longest first -> scores of the next ones, packed."""
        embedded = self.dropout(self.embedding(letters))
        packed = pack_padded_sequence(embedded, lengths, batch_first=True)
        output, _ = self.lstm(packed)
        return output._replace(data=self.head(self.dropout(output.data)))


def loss_of(model: LanguageModel, sentences: list[Tensor], device: torch.device) -> tuple[Tensor, Tensor]:
    """The mean loss of a letter, and the fraction of right guesses of the last letter but one."""
    sentences = sorted(sentences, key=len, reverse=True)
    lengths = torch.tensor([len(one) - 1 for one in sentences])
    padded = pad_sequence(sentences, batch_first=True).to(device)
    scores = model(padded[:, :-1], lengths)
    targets = pack_padded_sequence(padded[:, 1:], lengths, batch_first=True)
    loss = F.cross_entropy(scores.data, targets.data)
    unpacked, _ = pad_packed_sequence(scores, batch_first=True)
    rows = torch.arange(len(sentences), device=device)
    places = lengths.to(device) - 2
    guesses = unpacked[rows, places].argmax(dim=-1)
    return loss, (guesses == padded[rows, places + 1]).float().mean()


def main() -> None:
    """Train, save, load into a new model, and test that."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--samples", type=int, default=1024)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--hidden", type=int, default=32)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--lr", type=float, default=2e-2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", type=Path, default=Path("lstm.pt"))
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    corpus = [sentence() for _ in range(args.samples)]
    train, test = corpus[: -args.samples // 4], corpus[-args.samples // 4 :]
    print("".join(LETTERS[i] for i in train[0].tolist()), max(len(one) for one in corpus))
    print(train[0])

    model = LanguageModel(args.width, args.hidden, args.layers).to(device)
    print(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    for epoch in range(1, args.epochs + 1):
        model.train()
        total = 0.0
        for indices in torch.randperm(len(train)).split(args.batch_size):
            loss, _ = loss_of(model, [train[i] for i in indices], device)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += loss.item() * len(indices) / len(train)
        model.eval()
        with torch.no_grad():
            test_loss, remembered = loss_of(model, test, device)
        scheduler.step(test_loss)
        print(
            f"epoch {epoch:2d}: perplexity {math.exp(total):.6f}, test {test_loss.exp().item():.6f}, "
            f"last letter but one {remembered.item():.4f}, learning rate {optimizer.param_groups[0]['lr']:.5f}"
        )
    torch.save(model.state_dict(), args.checkpoint)

    loaded = LanguageModel(args.width, args.hidden, args.layers)
    print(loaded.load_state_dict(torch.load(args.checkpoint, map_location="cpu", weights_only=True)))
    loaded.eval()
    with torch.inference_mode():
        scores = loaded(train[0][None, :-1], torch.tensor([len(train[0]) - 1]))
    torch.set_printoptions(precision=3, sci_mode=False)
    print(scores.data.softmax(dim=-1))


if __name__ == "__main__":
    main()
