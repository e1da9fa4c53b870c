"""The training of `digits.toml`, written by hand as one would in PyTorch: python examples/by_hand.py"""

from __future__ import annotations

import deep_learner as dl
from deep_learner import nn, optim
from deep_learner.utils.data import DataLoader, Digits


def accuracy(model: nn.Module, loader: DataLoader) -> float:
    """The fraction of samples that the model classifies rightly."""
    model.eval()
    correct = samples = 0
    with dl.no_grad():
        for images, labels in loader:
            correct += (model(images).argmax(1) == labels).sum().item()
            samples += len(labels)
    return correct / samples


def main(epochs: int = 40) -> float:
    """Trains, and returns the accuracy on the test set."""
    dl.manual_seed(0)
    train = DataLoader(Digits(train=True), batch_size=32, shuffle=True)
    test = DataLoader(Digits(train=False), batch_size=32)
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(64, 512),
        nn.LayerNorm(512),
        nn.GELU(),
        nn.Dropout(0.4),
        nn.Linear(512, 10),
    )
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.AdamW(model.parameters(), lr=2e-3)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(1, epochs + 1):
        model.train()
        for images, labels in train:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
        scheduler.step()
        print(f"epoch {epoch}: last loss {loss.item():.4f}, test accuracy {accuracy(model, test):.4f}")
    return accuracy(model, test)


if __name__ == "__main__":
    main()
