"""What every place must agree with: the programs on NumPy."""

from __future__ import annotations

from functools import cache

import deep_learner as dl
from tests.swap.places import Place
from tests.swap.training import Outcome, start

REFERENCE = Place("numpy")


@cache
def reference(program: str, dtype: str) -> Outcome:
    """What comes of a program on NumPy."""
    with REFERENCE.chosen():
        return start(program, dl, dtype).outcome()
