"""A neural ordinary differential equation learns a pendulum with friction from noisy paths: python ode.py

Its right side is a network, its solution the method of Runge and Kutta, its gradient that of the solver's steps
(Chen et al. 2018). The square of the network's Jacobian, by double backward, keeps it smooth (Finlay et al. 2020).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.autograd import grad

Field = Callable[[Tensor], Tensor]


def solve(field: Field, start: Tensor, step: float, count: int) -> Tensor:
    """The path (count + 1, N, 2) from starts (N, 2) along a field, by the classical method of order four."""
    path = [start]
    for _ in range(count):
        y = path[-1]
        k1 = field(y)
        k2 = field(y + step / 2 * k1)
        k3 = field(y + step / 2 * k2)
        k4 = field(y + step * k3)
        path.append(y + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    return torch.stack(path)


def pendulum(y: Tensor) -> Tensor:
    """Angle and velocity (..., 2) -> their rates of change."""
    angle, velocity = y.unbind(dim=-1)
    return torch.stack((velocity, -torch.sin(angle) - 0.1 * velocity), dim=-1)


class VectorField(nn.Module):
    """A network that starts near zero, so that paths start as points."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.last = nn.Linear(hidden, 2)
        nn.init.normal_(self.last.weight, std=1e-2)
        nn.init.constant_(self.last.bias, 0.0)

    def forward(self, y: Tensor) -> Tensor:
        return self.last(self.net(y))


def jacobian_penalty(field: nn.Module, y: Tensor) -> Tensor:
    """The mean square of the field's Jacobian at points (N, 2), estimated by random directions (Hutchinson 1990)."""
    y = y.detach().requires_grad_(True)
    direction = torch.randn_like(y)
    (product,) = grad(field(y), y, grad_outputs=direction, create_graph=True)
    return product.square().sum(dim=-1).mean()


def main() -> None:
    """Fit the paths, then follow the learned field for longer than any path that it was shown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--paths", type=int, default=16)
    parser.add_argument("--length", type=int, default=10, help="of a path, in steps of the solver")
    parser.add_argument("--hidden", type=int, default=32)
    parser.add_argument("--penalty", type=float, default=1e-5)
    parser.add_argument("--lr", type=float, default=2e-2)
    parser.add_argument("--print-every", type=int, default=25)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    torch.set_default_dtype(torch.float64)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    h = 0.2
    starts = torch.empty(args.paths, 2).uniform_(-2, 2).to(device)
    with torch.no_grad():
        paths = solve(pendulum, starts, h, args.length)
        paths += 0.01 * torch.randn(paths.shape).to(device)
    field = VectorField(args.hidden).to(device)
    print(field)
    optimizer = torch.optim.Adam(field.parameters(), lr=args.lr, amsgrad=True)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.steps, eta_min=1e-4)
    for step in range(args.steps + 1):
        found = solve(field, starts, h, args.length)
        error = nn.functional.mse_loss(found, paths)
        penalty = jacobian_penalty(field, found.flatten(0, 1))
        loss = error + args.penalty * penalty
        if step % args.print_every == 0:
            print(f"step {step:4d}: error {error.item():.8f}, squared Jacobian {penalty.item():.6f}")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()

    with torch.inference_mode():
        start = torch.tensor([[1.0, 0.0], [-2.0, 0.5]], device=device)
        true, learned = (solve(one, start, h, 3 * args.length) for one in (pendulum, field))
        print(torch.cat((true[:: args.length], learned[:: args.length]), dim=-1))
        print(f"root mean square on longer paths: {(true - learned).square().mean().sqrt():.6f}")
    point = torch.tensor([0.5, 0.0], device=device)
    print("Jacobian of the pendulum and of the field at", point)
    for one in (pendulum, field):
        print(torch.autograd.functional.jacobian(one, point))


if __name__ == "__main__":
    main()
