"""A vision transformer, built with einops, tells the directions of stripes under noise: python vit.py

Needs einops (pip install einops), which finds the library that its tensors belong to.
"""

from __future__ import annotations

import argparse
import math

import torch
import torch.nn.functional as F
from einops import rearrange, reduce, repeat
from einops.layers.torch import Rearrange
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset, random_split

DIRECTIONS = 6


def stripes(samples: int, size: int, noise: float) -> TensorDataset:
    """Images (samples, 1, size, size) of stripes in one of six directions, and which one that is."""
    labels = torch.randint(DIRECTIONS, (samples,))
    angle = math.pi / DIRECTIONS * rearrange(labels, "n -> n 1 1")
    phase, frequency = torch.rand(2, samples, 1, 1)
    y, x = torch.meshgrid(torch.linspace(-1, 1, size), torch.linspace(-1, 1, size), indexing="ij")
    wave = torch.sin((4 + 2 * frequency) * (x * angle.cos() + y * angle.sin()) + 2 * math.pi * phase)
    return TensorDataset((wave + noise * torch.randn(wave.shape)).unsqueeze(1), labels)


class FeedForward(nn.Sequential):
    """Two linear layers with GELU between them."""

    def __init__(self, width: int, hidden: int, dropout: float) -> None:
        super().__init__(
            nn.LayerNorm(width),
            nn.Linear(width, hidden),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, width),
        )


class Attention(nn.Module):
    """Self-attention of several heads."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.to_qkv = nn.Linear(width, 3 * width, bias=False)
        self.to_out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, C) -> (N, T, C)."""
        qkv = self.to_qkv(self.norm(x))
        q, k, v = rearrange(qkv, "n t (three h c) -> three n h t c", three=3, h=self.heads)
        y = F.scaled_dot_product_attention(q, k, v)
        return self.to_out(rearrange(y, "n h t c -> n t (h c)"))


class ViT(nn.Module):
    """Patches become tokens, a class token is put before them, and its place is read (Dosovitskiy et al. 2021)."""

    def __init__(
        self, size: int, patch: int, width: int, heads: int, layers: int, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.to_tokens = nn.Sequential(
            Rearrange("n c (h p) (w q) -> n (h w) (p q c)", p=patch, q=patch),
            nn.Linear(patch * patch, width),
        )
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.empty(1, (size // patch) ** 2 + 1, width))
        nn.init.trunc_normal_(self.positions, std=0.02)
        self.layers = nn.ModuleList(
            nn.ModuleDict(
                {"attention": Attention(width, heads), "perceptron": FeedForward(width, 2 * width, dropout)}
            )
            for _ in range(layers)
        )
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, DIRECTIONS))

    def forward(self, images: Tensor) -> Tensor:
        """(N, 1, size, size) -> scores (N, directions)."""
        x = self.to_tokens(images)
        x = torch.cat((repeat(self.class_token, "1 1 c -> n 1 c", n=len(x)), x), dim=1) + self.positions
        for layer in self.layers:
            x = x + layer["attention"](x)
            x = x + layer["perceptron"](x)
        return self.head(x[:, 0])


def main() -> None:
    """Train, and show how alike the positions have become."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--size", type=int, default=20)
    parser.add_argument("--patch", type=int, default=5)
    parser.add_argument("--width", type=int, default=48)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--noise", type=float, default=1.0)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dataset = stripes(args.samples, args.size, args.noise)
    train_set, test_set = random_split(dataset, [0.8, 0.2])
    train_loader = DataLoader(train_set, batch_size=args.batch_size, shuffle=True)
    test_loader = DataLoader(test_set, batch_size=200)
    print(reduce(dataset.tensors[0][0], "1 (h p) (w q) -> h w", "mean", p=args.patch, q=args.patch))

    model = ViT(args.size, args.patch, args.width, args.heads, args.layers).to(device)
    print(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.05)
    scheduler = torch.optim.lr_scheduler.SequentialLR(
        optimizer,
        [
            torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=1),
            torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=max(1, args.epochs - 1)),
        ],
        milestones=[1],
    )
    criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
    for epoch in range(1, args.epochs + 1):
        model.train()
        for number, (images, labels) in enumerate(train_loader):
            optimizer.zero_grad()
            loss = criterion(model(images.to(device)), labels.to(device))
            loss.backward()
            optimizer.step()
            if epoch == 1 and number % 8 == 0:
                print(f"batch {number:2d}: loss {loss.item():.6f}")
        scheduler.step()
        model.eval()
        correct = 0
        with torch.no_grad():
            for images, labels in test_loader:
                correct += model(images.to(device)).argmax(1).eq(labels.to(device)).sum().item()
        print(f"epoch {epoch}: last loss {loss.item():.6f}, test accuracy {correct / len(test_set):.4f}")
    positions = F.normalize(model.positions.detach()[0, 1:], dim=-1)
    print(rearrange(positions[0] @ positions.T, "(h w) -> h w", h=args.size // args.patch))


if __name__ == "__main__":
    main()
