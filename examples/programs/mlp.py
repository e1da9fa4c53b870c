"""A multilayer perceptron learns which arm of a spiral a point lies on: python mlp.py"""

from __future__ import annotations

import argparse
import math
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor, optim
from torch.utils.data import DataLoader, TensorDataset, random_split


def spirals(samples: int, arms: int, noise: float = 0.05) -> TensorDataset:
    """Points (samples, 2) on interleaved spirals with noise, and the number of each one's arm."""
    labels = torch.arange(samples) % arms
    radius = torch.rand(samples).sqrt()
    angle = 1.5 * math.pi * radius + 2 * math.pi * labels / arms
    points = radius[:, None] * torch.stack((angle.cos(), angle.sin()), dim=1)
    return TensorDataset(points + noise * torch.randn_like(points), labels)


class MLP(nn.Module):
    """Linear layers of these sizes with ReLU between them, initialised for it (He et al. 2015)."""

    def __init__(self, *sizes: int, dropout: float = 0.0) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(sizes[:-1]):
            layers += [nn.Linear(inputs, outputs), nn.ReLU(inplace=True), nn.Dropout(dropout)]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(sizes[-2], sizes[-1])
        for layer in self.body:
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(N, sizes[0]) -> scores (N, sizes[-1])."""
        return self.head(self.body(x))


def train(model: MLP, loader: DataLoader, optimizer: optim.Optimizer, device: torch.device) -> float:
    """One epoch; returns the mean loss."""
    model.train()
    total = 0.0
    for points, labels in loader:
        points, labels = points.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(points), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(points)
    return total / len(loader.dataset)


@torch.no_grad()
def evaluate(model: MLP, loader: DataLoader, device: torch.device) -> tuple[float, float]:
    """The mean loss and the accuracy."""
    model.eval()
    loss, correct = 0.0, 0
    for points, labels in loader:
        points, labels = points.to(device), labels.to(device)
        scores = model(points)
        loss += F.cross_entropy(scores, labels, reduction="sum").item()
        correct += (scores.argmax(dim=1) == labels).sum().item()
    return loss / len(loader.dataset), correct / len(loader.dataset)


def main() -> None:
    """Train, keep the best epoch's parameters in a checkpoint, and test with them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--arms", type=int, default=3)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", type=Path, default=Path("mlp.pt"))
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dataset = spirals(args.samples, args.arms)
    parts = random_split(dataset, [0.8, 0.1, 0.1], generator=torch.Generator().manual_seed(args.seed))
    train_loader = DataLoader(parts[0], batch_size=args.batch_size, shuffle=True)
    valid_loader, test_loader = (DataLoader(part, batch_size=256) for part in parts[1:])
    print(f"{len(parts[0])} points to learn from, {len(parts[1])} to choose by, {len(parts[2])} to test")
    print(dataset[0])

    model = MLP(2, args.hidden, args.hidden, args.arms, dropout=0.05).to(device)
    print(model)
    print(f"{sum(p.numel() for p in model.parameters())} parameters")
    optimizer = optim.SGD(model.parameters(), lr=args.lr, momentum=0.9, nesterov=True, weight_decay=1e-4)
    scheduler = optim.lr_scheduler.MultiStepLR(optimizer, [args.epochs // 2, 3 * args.epochs // 4], gamma=0.3)
    best = math.inf
    for epoch in range(1, args.epochs + 1):
        loss = train(model, train_loader, optimizer, device)
        valid_loss, accuracy = evaluate(model, valid_loader, device)
        print(
            f"epoch {epoch:3d}: loss {loss:.6f}, validation loss {valid_loss:.6f}, "
            f"accuracy {accuracy:.4f}, learning rate {scheduler.get_last_lr()[0]:.6f}"
        )
        scheduler.step()
        if valid_loss < best:
            best = valid_loss
            torch.save({"epoch": epoch, "model": model.state_dict()}, args.checkpoint)

    checkpoint = torch.load(args.checkpoint, map_location=device, weights_only=True)
    model.load_state_dict(checkpoint["model"])
    loss, accuracy = evaluate(model, test_loader, device)
    print(f"best epoch {checkpoint['epoch']}: test loss {loss:.6f}, test accuracy {accuracy:.4f}")
    print(model.head.bias)


if __name__ == "__main__":
    main()
