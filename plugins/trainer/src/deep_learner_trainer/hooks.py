"""What this distribution adds to Deep Learner: the events of a training run."""

from __future__ import annotations

from deep_learner import hookimpl
from deep_learner.plugins.hookspecs import Register

__all__ = ["register_hookspecs"]


@hookimpl
def register_hookspecs(register: Register) -> None:
    """Makes the events hooks that any plugin may implement."""
    register("training", "deep_learner_trainer.events:")
