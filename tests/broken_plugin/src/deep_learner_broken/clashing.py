"""Registers a name that another distribution has taken."""

from deep_learner import hookimpl


@hookimpl
def register_layers(register):
    register("Linear", "collections:OrderedDict")
