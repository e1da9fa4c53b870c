"""Functions that an optimizer calls around `step`, `state_dict` and `load_state_dict`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ..autograd.hooks import RemovableHandle

if TYPE_CHECKING:
    from .optimizer import Optimizer

Hooks: TypeAlias = "dict[int, Callable[..., Any]]"

_KINDS = ("step_pre", "step_post", "state_dict_pre", "state_dict_post", "load_pre", "load_post")
_everywhere: dict[str, Hooks] = {"step_pre": {}, "step_post": {}}


def _add(hooks: Hooks, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    others = dict(hooks) if prepend else {}
    hooks[handle.id] = hook
    for key in others:  # moved behind the new one
        hooks[key] = hooks.pop(key)
    return handle


def register_optimizer_step_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` before every step of every optimizer.

    It may return other ``(args, kwargs)``. The handle's ``remove()`` takes the hook away.
    """
    return _add(_everywhere["step_pre"], hook)


def register_optimizer_step_post_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` after every step of every optimizer.

    The handle's ``remove()`` takes the hook away.
    """
    return _add(_everywhere["step_post"], hook)


class OptimizerHooks:
    """Registering hooks, and a `step` that runs them."""

    _step_called: bool = False
    _stepping: bool = False

    def __init__(self) -> None:
        self._hooks: dict[str, Hooks] = {kind: {} for kind in _KINDS}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in vars(cls):
            cls.step = _hooked(vars(cls)["step"])

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before `step`; it may return other ``(args, kwargs)``."""
        return _add(self._hooks["step_pre"], hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after `step`."""
        return _add(self._hooks["step_post"], hook)

    def register_state_dict_pre_hook(
        self, hook: Callable[[Optimizer], None], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer)`` before `state_dict`; `prepend` puts it before the hooks already there."""
        return _add(self._hooks["state_dict_pre"], hook, prepend)

    def register_state_dict_post_hook(
        self, hook: Callable[[Optimizer, dict[str, Any]], dict[str, Any] | None], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` after `state_dict`; it may return another dictionary."""
        return _add(self._hooks["state_dict_post"], hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable[[Optimizer, dict[str, Any]], dict[str, Any] | None], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` before `load_state_dict`, with a shallow copy that it may
        change or replace by what it returns."""
        return _add(self._hooks["load_pre"], hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable[[Optimizer], None], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer)`` after `load_state_dict`."""
        return _add(self._hooks["load_post"], hook, prepend)

    def _hooks_of(self, kind: str) -> list[Callable[..., Any]]:
        """The hooks of a kind: those of all optimizers first before a step, and last after it."""
        own, everywhere = self._hooks[kind].values(), _everywhere.get(kind, {}).values()
        return [*everywhere, *own] if kind == "step_pre" else [*own, *everywhere]


def _hooked(step: Callable[..., Any]) -> Callable[..., Any]:
    """`step` with its hooks around it; a `step` that calls its base class's runs them once."""

    @functools.wraps(step)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._stepping:
            return step(self, *args, **kwargs)
        for hook in self._hooks_of("step_pre"):
            replacement = hook(self, args, kwargs)
            if replacement is not None:
                args, kwargs = _arguments(replacement)
        self._stepping = self._step_called = True
        try:
            result = step(self, *args, **kwargs)
        finally:
            self._stepping = False
        for hook in self._hooks_of("step_post"):
            hook(self, args, kwargs)
        return result

    return wrapper


def _arguments(replacement: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if not isinstance(replacement, tuple) or tuple(map(type, cast("tuple[Any, ...]", replacement))) != (
        tuple,
        dict,
    ):
        raise RuntimeError(
            "a hook before step() returns None or new arguments as (args, kwargs), a tuple and a dict. "
            f"Received: {replacement!r}"
        )
    return cast("tuple[tuple[Any, ...], dict[str, Any]]", replacement)
