"""Runs programs in a process of its own: `python -m tests.swap.worker DTYPE PROGRAM ...` prints what came of them.

Which backend that is, is for the configuration to say.
"""

from __future__ import annotations

import json
import sys

import deep_learner as dl
import tests.conftest  # noqa: F401 - brings the backends that only tests have
from tests.swap.training import start


def main() -> None:
    """One line of JSON for each program: backend, device, losses and parameters."""
    dtype, *programs = sys.argv[1:]
    for program in programs:
        outcome = start(program, dl, dtype).outcome()
        parameters = {name: value.tolist() for name, value in outcome.parameters.items()}
        here = dl.zeros(1)
        print(json.dumps([here.backend, str(here.device), outcome.losses, parameters]))


if __name__ == "__main__":
    main()
