"""REINFORCE (Williams 1992) with a learned baseline learns to balance poles on carts: python reinforce.py"""

from __future__ import annotations

import argparse
import math
from typing import NamedTuple

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch import Tensor
from torch.distributions import Categorical


class CartPoles:
    """Poles hinged to carts that are pushed left or right (Barto, Sutton and Anderson 1983).

    Lengths in m, masses in kg, forces in N; one step is 0.02 s. A state is the cart's place and velocity, the pole's
    angle from upright and its velocity. It falls when the pole leans by 12° or the cart leaves the track.
    """

    GRAVITY, CART, POLE, HALF_LENGTH, FORCE, SECONDS = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02

    def __init__(self, count: int) -> None:
        self.states = torch.empty(count, 4, dtype=torch.float64).uniform_(-0.05, 0.05)

    def push(self, actions: Tensor) -> Tensor:
        """Push each left (0) or right (1); returns which have fallen."""
        _, velocity, angle, spin = self.states.unbind(dim=1)
        mass = self.CART + self.POLE
        forces = torch.where(actions == 1, self.FORCE, -self.FORCE).double()
        sine, cosine = torch.sin(angle), torch.cos(angle)
        push = (forces + self.POLE * self.HALF_LENGTH * spin**2 * sine) / mass
        turn = (self.GRAVITY * sine - cosine * push) / (
            self.HALF_LENGTH * (4 / 3 - self.POLE * cosine**2 / mass)
        )
        pull = push - self.POLE * self.HALF_LENGTH * turn * cosine / mass
        self.states = self.states + self.SECONDS * torch.stack((velocity, pull, spin, turn), dim=1)
        return (self.states[:, 0].abs() > 2.4) | (self.states[:, 2].abs() > math.radians(12))


class Policy(nn.Module):
    """States (N, 4) -> the scores of both actions (N, 2) and the states' values (N,)."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.body = nn.Linear(4, hidden)
        self.actor = nn.Linear(hidden, 2)
        self.critic = nn.Linear(hidden, 1)

    def forward(self, states: Tensor) -> tuple[Tensor, Tensor]:
        x = torch.tanh(self.body(states))
        return self.actor(x), self.critic(x).squeeze(-1)


class Play(NamedTuple):
    """What happened in T steps of N carts, each (T, N); a cart was up while `up` is 1."""

    log_probabilities: Tensor
    entropies: Tensor
    values: Tensor
    up: Tensor


def play(policy: Policy, carts: CartPoles, limit: int, device: torch.device) -> Play:
    """Play until all poles have fallen, or for so many steps."""
    steps = []
    up = torch.ones(len(carts.states), dtype=torch.bool)
    while up.any() and len(steps) < limit:
        scores, values = policy(carts.states.float().to(device))
        choice = Categorical(logits=scores)
        actions = choice.sample()
        steps.append((choice.log_prob(actions), choice.entropy(), values, up.to(device).float()))
        up = up & ~carts.push(actions.cpu())
    return Play(*(torch.stack(parts) for parts in zip(*steps, strict=True)))


def discounted(rewards: Tensor, gamma: float) -> Tensor:
    """The sum of each step's reward and all later ones, each later step worth less by gamma."""
    returns = torch.zeros_like(rewards)
    later = torch.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        later = rewards[t] + gamma * later
        returns[t] = later
    return returns


def main() -> None:
    """Train until the poles stay up for most of the time, or the rounds are over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--carts", type=int, default=16)
    parser.add_argument("--limit", type=int, default=200, help="steps of a round that goes well")
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--gamma", type=float, default=0.98)
    parser.add_argument("--lr", type=float, default=2e-2)
    parser.add_argument("--print-every", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    policy = Policy(args.hidden).to(device)
    print(policy)
    optimizer = optim.RMSprop(policy.parameters(), lr=args.lr, alpha=0.9)
    for number in range(1, args.rounds + 1):
        log_probabilities, entropies, values, up = play(policy, CartPoles(args.carts), args.limit, device)
        returns, played = discounted(up, args.gamma), up.bool()
        advantages = (returns - values.detach())[played]
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-6)
        policy_loss = -(log_probabilities[played] * advantages).mean()
        value_loss = F.smooth_l1_loss(values[played], returns[played])
        loss = policy_loss + 0.5 * value_loss - 0.01 * entropies[played].mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
        optimizer.step()
        lengths = up.sum(dim=0)
        if number % args.print_every == 0 or number == 1:
            print(
                f"round {number:3d}: {lengths.mean():7.2f} steps on average, {int(lengths.min())} at least, "
                f"policy loss {policy_loss.item():.6f}, value loss {value_loss.item():.6f}"
            )
        if lengths.mean() > 0.95 * args.limit:
            print(f"balanced after {number} rounds")
            break
    with torch.no_grad():
        scores, values = policy(torch.zeros(1, 4, device=device))
    print(Categorical(logits=scores).probs, values)


if __name__ == "__main__":
    main()
