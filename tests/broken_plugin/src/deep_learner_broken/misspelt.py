"""Misspells a hook."""

from deep_learner import hookimpl


@hookimpl
def register_layer(register):
    register("NeverRegistered", object())
