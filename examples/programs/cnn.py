"""A convolutional network tells squares, discs, crosses and rings in noisy images apart: python cnn.py"""

from __future__ import annotations

import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

CLASSES = ("square", "disc", "cross", "ring")


class Shapes(Dataset):
    """Grey images (1, size, size) of a shape anywhere, of any size, under noise; the label says which."""

    def __init__(self, samples: int, size: int, noise: float, generator: torch.Generator) -> None:
        self.labels = torch.randint(len(CLASSES), (samples,), generator=generator)
        radius = torch.empty(samples, 1, 1).uniform_(0.2 * size, 0.35 * size, generator=generator)
        centre = size / 2 + torch.empty(2, samples, 1, 1).uniform_(-0.1, 0.1, generator=generator) * size
        pixels = torch.arange(size) + 0.5
        dy, dx = (pixels[:, None] - centre[0]).abs(), (pixels - centre[1]).abs()
        distance = torch.hypot(dx, dy)
        masks = torch.stack([
            torch.maximum(dx, dy) < 0.85 * radius,
            distance < radius,
            (torch.minimum(dx, dy) < 0.3 * radius) & (torch.maximum(dx, dy) < radius),
            (distance - 0.8 * radius).abs() < 0.25 * radius,
        ])  # fmt: skip
        images = masks[self.labels, torch.arange(samples)].float()
        self.images = (images + noise * torch.randn(images.shape, generator=generator)).unsqueeze(1)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.images[index], self.labels[index]


class Normalize(nn.Module):
    """Takes a mean off and divides by a deviation, both kept with the model's state."""

    mean: Tensor
    std: Tensor

    def __init__(self, images: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", images.mean())
        self.register_buffer("std", images.std())

    def forward(self, x: Tensor) -> Tensor:
        """Any shape -> the same."""
        return (x - self.mean) / self.std


def block(inputs: int, outputs: int) -> nn.Sequential:
    """A convolution of 3 x 3 with batch norm and ReLU, then half the size."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
    )


class CNN(nn.Module):
    """Two convolutional blocks and a classifier with dropout."""

    def __init__(self, images: Tensor, channels: int) -> None:
        super().__init__()
        self.normalize = Normalize(images)
        self.features = nn.Sequential(block(1, channels), block(channels, 2 * channels))
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(8 * channels, len(CLASSES)),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, 1, H, W) -> scores (N, classes)."""
        return self.classifier(self.features(self.normalize(x)))


@torch.no_grad()
def confusion(model: CNN, loader: DataLoader, device: torch.device) -> Tensor:
    """How often a class (row) was taken for another (column)."""
    model.eval()
    counts = torch.zeros(len(CLASSES) ** 2, dtype=torch.int64)
    for images, labels in loader:
        guesses = model(images.to(device)).argmax(dim=1).cpu()
        counts += torch.bincount(labels * len(CLASSES) + guesses, minlength=counts.numel())
    return counts.view(len(CLASSES), -1)


def main() -> None:
    """Train, and show which shapes are taken for which."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--size", type=int, default=20)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--noise", type=float, default=0.6)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--lr", type=float, default=1e-2)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    generator = torch.Generator().manual_seed(args.seed)
    train_set = Shapes(args.samples, args.size, args.noise, generator)
    test_set = Shapes(args.samples // 4, args.size, args.noise, generator)
    train_loader = DataLoader(train_set, batch_size=args.batch_size, shuffle=True, drop_last=True)
    test_loader = DataLoader(test_set, batch_size=200)
    print(
        f"images: {train_set.images.shape}, {train_set.images.dtype}; labels: {test_set.labels[:8].tolist()}"
    )

    model = CNN(train_set.images, args.channels).to(device)
    print(model)
    for name, tensor in model.state_dict().items():
        print(f"{name:34s}{tuple(tensor.shape)!s:18s}{tensor.dtype}")
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=args.lr, epochs=args.epochs, steps_per_epoch=len(train_loader)
    )
    for epoch in range(1, args.epochs + 1):
        model.train()
        losses = []
        for images, labels in train_loader:
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(model(images.to(device)), labels.to(device))
            loss.backward()
            optimizer.step()
            scheduler.step()
            losses.append(loss.detach())
        counts = confusion(model, test_loader, device)
        print(
            f"epoch {epoch}: first loss {losses[0].item():.6f}, mean {torch.stack(losses).mean().item():.6f}, "
            f"test accuracy {(counts.trace() / counts.sum()).item():.4f}"
        )
    print(counts)
    for name, recall in zip(CLASSES, counts.diag() / counts.sum(dim=1), strict=True):
        print(f"{name:8s}{recall:.2%}")
    print(model.features[0][1].running_mean)


if __name__ == "__main__":
    main()
