"""Random numbers: PyTorch's names, and on the CPU of an x86 machine PyTorch's numbers to the last bit.

There is one stream, the CPU's. Numbers for another device are computed on the host and sent there, so a seed
means the same on every backend. Where PyTorch itself differs between machines, this is the PyTorch of a
processor with AVX2.
"""

from __future__ import annotations

from .counts import binomial, poisson
from .defaults import (
    default_generator,
    fork_rng,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from .distributions import bernoulli, dropout_noise, normal
from .factories import rand, rand_like, randint, randint_like, randn, randn_like, randperm
from .generator import Generator
from .multinomial import multinomial
from .samplers import (
    bernoulli_,
    cauchy_,
    exponential_,
    geometric_,
    log_normal_,
    normal_,
    random_,
    uniform_,
)  # fmt: skip

__all__ = [
    "Generator",
    "bernoulli",
    "bernoulli_",
    "binomial",
    "cauchy_",
    "default_generator",
    "dropout_noise",
    "exponential_",
    "fork_rng",
    "geometric_",
    "get_rng_state",
    "initial_seed",
    "log_normal_",
    "manual_seed",
    "multinomial",
    "normal",
    "normal_",
    "poisson",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "random_",
    "randperm",
    "seed",
    "set_rng_state",
    "uniform_",
]
