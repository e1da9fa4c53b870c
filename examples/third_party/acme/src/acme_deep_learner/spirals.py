"""A data set."""

from __future__ import annotations

import math

import deep_learner as dl

__all__ = ["TwoSpirals"]


class TwoSpirals:
    """Points on two spirals that wind around each other; which of the two is to be told.

    With t uniform in [0, 1), the angle ``a = 2 pi turns sqrt(t)`` and normal noise n1, n2, the points are::

        x = sqrt(t) cos(a + pi c) + noise n1        y = sqrt(t) sin(a + pi c) + noise n2        of class c in {0, 1}

    Each spiral is the other one turned by half a turn, so no straight line does better than chance. The root
    spreads the points evenly along the arms.

    Parameters
    ----------
    train : bool
        Which part; the two are drawn from streams of their own, with the seeds 2 seed and 2 seed + 1.
    count : int
        How many points there are; half of them are of each class.
    turns : float
        How often an arm goes around.
    noise : float
        The standard deviation of the distance from the arm.
    seed : int
        The same seed gives the same points, whatever the backend.

    Raises
    ------
    ValueError
        If `count` is no even positive number, `turns` is not positive, or `noise` or `seed` is negative.

    Notes
    -----
    Sample: a float32 tensor of shape (2,), within noise of the unit disc, and its class as a 0-d int64 tensor.

    References
    ----------
    After K. J. Lang, M. J. Witbrock: Learning to tell two spirals apart, Connectionist Models Summer School 1988.
    """

    classes = ("first", "second")

    def __init__(
        self, train: bool = True, count: int = 512, turns: float = 1.5, noise: float = 0.02, seed: int = 0
    ) -> None:
        if count < 2 or count % 2:
            raise ValueError(f"count must be an even number of at least 2. Received: {count}")
        if turns <= 0 or noise < 0 or seed < 0:
            raise ValueError(
                "turns must be positive, noise and seed must not be negative. "
                f"Received: turns={turns}, noise={noise}, seed={seed}"
            )
        generator = dl.Generator().manual_seed(2 * seed + (0 if train else 1))
        radius = dl.sqrt(dl.rand(count, generator=generator))
        self.targets = dl.arange(count) % 2
        angle = radius * (2 * math.pi * turns) + self.targets * math.pi
        arms = dl.stack([radius * dl.cos(angle), radius * dl.sin(angle)], dim=1)
        self.inputs = arms + dl.randn(count, 2, generator=generator) * noise

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: int) -> tuple[dl.Tensor, dl.Tensor]:
        """A point and its class, in memory of their own."""
        return self.inputs[index].clone(), self.targets[index].clone()
