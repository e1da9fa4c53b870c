"""What this distribution adds to Deep Learner: the events of a training run, and a listener to them."""

from __future__ import annotations

from deep_learner import hookimpl
from deep_learner.plugins.hookspecs import Register

__all__ = ["register_hookspecs", "register_listeners"]


@hookimpl
def register_hookspecs(register: Register) -> None:
    """Makes the events hooks that any plugin may implement."""
    register("training", "deep_learner_trainer.events:")


@hookimpl
def register_listeners(register: Register) -> None:
    """What a training file may name under `listeners`."""
    register("EarlyStopping", "deep_learner_trainer.stopping:EarlyStopping")
