"""Two networks play against each other until one draws from a ring of eight Gaussians: python gan.py"""

from __future__ import annotations

import argparse
import copy
import math

import torch
import torch.nn as nn
from torch import Tensor, optim


def ring(samples: int, modes: int, deviation: float) -> Tensor:
    """Points (samples, 2) around the corners of a regular polygon."""
    angles = 2 * math.pi / modes * torch.randint(0, modes, (samples,))
    corners = torch.stack([torch.cos(angles), torch.sin(angles)], dim=1)
    return torch.normal(corners, deviation)


class Generator(nn.Module):
    """Noise (N, noise) -> points (N, 2)."""

    def __init__(self, noise: int, hidden: int) -> None:
        super().__init__()
        self.noise = noise
        self.main = nn.Sequential(
            nn.Linear(noise, hidden, bias=False),
            nn.BatchNorm1d(hidden),
            nn.ReLU(True),
            nn.Linear(hidden, hidden, bias=False),
            nn.BatchNorm1d(hidden),
            nn.ReLU(True),
            nn.Linear(hidden, 2),
        )

    def forward(self, z: Tensor) -> Tensor:
        return self.main(z)

    def draw(self, samples: int) -> Tensor:
        """Points (samples, 2) from noise."""
        device = next(self.parameters()).device
        return self(torch.randn(samples, self.noise).to(device))


class Discriminator(nn.Module):
    """Points (N, 2) -> the log odds (N,) that they are real."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.Linear(2, hidden),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(hidden, hidden),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(hidden, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.main(x).squeeze(1)


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Move the averaged model towards the model; it takes the buffers as they are."""
    for mean, parameter in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(parameter, 1 - decay)
    for mean, buffer in zip(average.buffers(), model.buffers(), strict=True):
        mean.copy_(buffer)


@torch.no_grad()
def judge(generator: Generator, modes: int, samples: int = 1000) -> tuple[int, float]:
    """How many corners at least a third of their share of points come near to, and the mean distance to the nearest."""
    generator.eval()
    angles = 2 * math.pi / modes * torch.arange(modes)
    corners = torch.stack([torch.cos(angles), torch.sin(angles)], dim=1)
    distance, nearest = torch.cdist(generator.draw(samples).cpu(), corners).min(dim=1)
    shares = torch.bincount(nearest[distance < 0.25], minlength=modes) / samples
    return int((shares > 1 / (3 * modes)).sum()), distance.mean().item()


def main() -> None:
    """Train both in turn, and judge an average of the generators."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--noise", type=int, default=8)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--modes", type=int, default=8)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--print-every", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    generator = Generator(args.noise, args.hidden).to(device)
    discriminator = Discriminator(args.hidden).to(device)
    print(generator, discriminator, sep="\n")
    average = copy.deepcopy(generator).requires_grad_(False)
    criterion = nn.BCEWithLogitsLoss()
    optimizer_g = optim.Adam(generator.parameters(), lr=args.lr, betas=(0.5, 0.99))
    optimizer_d = optim.Adam(discriminator.parameters(), lr=args.lr, betas=(0.5, 0.99))
    real_label = torch.full((args.batch_size,), 0.9, device=device)
    fake_label = torch.zeros(args.batch_size, device=device)
    for step in range(args.steps):
        real = ring(args.batch_size, args.modes, deviation=0.05).to(device)
        generator.train()
        fake = generator.draw(args.batch_size)

        discriminator.zero_grad()
        loss_d = criterion(discriminator(real), real_label) + criterion(
            discriminator(fake.detach()), fake_label
        )
        loss_d.backward()
        optimizer_d.step()

        generator.zero_grad()
        loss_g = criterion(discriminator(fake), torch.ones_like(fake_label))
        loss_g.backward()
        optimizer_g.step()
        follow(average, generator, decay=0.99)

        if step % args.print_every == 0 or step == args.steps - 1:
            found, distance = judge(average, args.modes)
            print(
                f"step {step:4d}: discriminator {loss_d.item():.6f}, generator {loss_g.item():.6f}, "
                f"{found} of {args.modes} corners found, mean distance {distance:.6f}"
            )
    print(average.draw(4))


if __name__ == "__main__":
    main()
