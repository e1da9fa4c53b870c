"""Raises in its hook."""

from deep_learner import hookimpl


@hookimpl
def register_optimizers(register):
    raise RuntimeError("the hook gave up")
