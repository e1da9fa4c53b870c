"""From registered names and their arguments to objects."""

from __future__ import annotations

import inspect
from typing import Any

from deep_learner.errors import ConfigurationError, did_you_mean
from deep_learner.plugins import registry
from deep_learner_trainer.config import Component
from deep_learner_trainer.nested import is_sequence, is_table

__all__ = ["build", "takes"]


def build(category: str, component: Component, *arguments: Any, **more: Any) -> Any:
    """Makes what a component names.

    Parameters
    ----------
    category : str
        Where the name is registered: `"layers"`, `"optimizers"`, `"schedulers"`, `"datasets"` or `"listeners"`.
    component : Component
        The name and its arguments. An argument that is itself a table with a `name`, or a list of such
        tables, is made first: that is how a layer is given other layers.
    *arguments, **more
        What the call gets besides: the parameters of an optimizer, the optimizer of a schedule.

    Raises
    ------
    ConfigurationError
        If an argument does not exist, is missing, or is refused with a TypeError, ValueError or RuntimeError.
    UnknownNameError
        If no installed plugin registered the name.
    """
    factory = registry.get(category, component.name)
    named = {key: _nested(value) for key, value in component.arguments.items()} | more
    call = f"{component.name} ({category})"
    signature = _signature(factory)
    if signature is not None:
        known = [name for name, parameter in signature.parameters.items() if _by_name(parameter)]
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature.parameters.values()):
            for key in named:
                if key not in known:
                    raise ConfigurationError(f"{call} takes no argument {key!r}{did_you_mean(key, known)}")
        try:
            signature.bind(*arguments, **named)
        except TypeError as error:
            raise ConfigurationError(f"{call}: {error}; its arguments are {', '.join(known)}") from error
    try:
        return factory(*arguments, **named)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ConfigurationError(f"{call} refuses {dict(component.arguments)}: {error}") from error


def takes(category: str, component: Component, argument: str) -> bool:
    """Whether what a component names can be given an argument of this name."""
    signature = _signature(registry.get(category, component.name))
    return signature is not None and argument in signature.parameters


def _signature(factory: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(factory)
    except (TypeError, ValueError):  # some callables written in C have none
        return None


def _by_name(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)


def _nested(value: Any) -> Any:
    if is_sequence(value):
        return [_nested(item) for item in value]
    if is_table(value) and "name" in value:
        return build("layers", Component.from_table(value, "a layer"))
    return value
