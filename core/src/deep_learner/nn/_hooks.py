"""Functions that a module calls before and after its forward and its backward."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from ..autograd.hooks import RemovableHandle
from ._attributes import Attributes
from ._backward_hooks import BackwardWatch


class Hook(NamedTuple):
    """A registered function, when it is called, and how."""

    kind: str
    function: Callable[..., Any]
    with_kwargs: bool = False
    always_call: bool = False


class Hooks(Attributes):
    """Registering hooks, and the call that runs them."""

    _hooks: dict[int, Hook]  # of all kinds, so that one look at an empty dictionary allows a plain call

    def _add_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        handle = RemovableHandle(self._hooks)
        others = dict(self._hooks) if prepend else {}
        for key in others:
            del self._hooks[key]
        self._hooks[handle.id] = hook
        self._hooks.update(others)
        return handle

    def _hooks_of(self, kind: str) -> list[Hook]:
        return [hook for hook in self._hooks.values() if hook.kind == kind]

    # ----------------------------------------------------------------- registering

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before every ``forward``.

        Parameters
        ----------
        hook
            May return new arguments: a tuple, or one value that is not a tuple.
        prepend
            Whether it runs before the hooks that are there already.
        with_kwargs
            Whether it is called as ``hook(module, args, kwargs)`` and returns ``(args, kwargs)`` or ``None``.

        Returns
        -------
        RemovableHandle
            ``handle.remove()`` takes the hook away.
        """
        return self._add_hook(Hook("forward_pre", hook, with_kwargs), prepend)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after every ``forward``.

        Parameters
        ----------
        hook
            May return a value that takes the output's place.
        prepend
            Whether it runs before the hooks that are there already.
        with_kwargs
            Whether it is called as ``hook(module, args, kwargs, output)``.
        always_call
            Whether it is called, with the output ``None``, also when ``forward`` or another hook has failed.

        Returns
        -------
        RemovableHandle
            ``handle.remove()`` takes the hook away.
        """
        return self._add_hook(Hook("forward", hook, with_kwargs, always_call), prepend)

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` when the gradients of the module's outputs have been computed.

        Parameters
        ----------
        hook
            Receives a tuple with one gradient, or ``None``, for each output; may return another tuple, which
            is then propagated instead.
        prepend
            Whether it runs before the hooks that are there already.

        Returns
        -------
        RemovableHandle
            ``handle.remove()`` takes the hook away.
        """
        return self._add_hook(Hook("backward_pre", hook), prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` when the gradients of the inputs are there.

        Parameters
        ----------
        hook
            Receives a tuple with one gradient, or ``None``, for each positional input and for each output;
            may return a tuple that takes the place of `grad_input`.
        prepend
            Whether it runs before the hooks that are there already.

        Returns
        -------
        RemovableHandle
            ``handle.remove()`` takes the hook away.
        """
        return self._add_hook(Hook("backward", hook), prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """As :meth:`register_full_backward_hook`, which has taken the place of this older form."""
        return self.register_full_backward_hook(hook)

    # ----------------------------------------------------------------- calling

    def _call_with_hooks(
        self, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """``forward`` between its hooks."""
        waiting = self._hooks_of("forward")
        try:
            return self._run_hooks(forward, args, kwargs, waiting)
        except Exception:
            for hook in waiting:
                if hook.always_call:
                    self._call_after_failure(hook, args, kwargs)
            raise

    def _run_hooks(
        self, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], waiting: list[Hook]
    ) -> Any:
        """``forward`` between its hooks; those of `waiting` that were called are taken from it."""
        for hook in self._hooks_of("forward_pre"):
            args, kwargs = self._before_forward(hook, args, kwargs)
        hooks, pre_hooks = self._hooks_of("backward"), self._hooks_of("backward_pre")
        watch = None
        if hooks or pre_hooks:
            watch = BackwardWatch(
                self, [hook.function for hook in hooks], [hook.function for hook in pre_hooks]
            )
            args = watch.on_inputs(args)
        output = forward(*args, **kwargs)
        while waiting:
            hook = waiting.pop(0)
            extra = (kwargs,) if hook.with_kwargs else ()
            replacement = hook.function(self, args, *extra, output)
            if replacement is not None:
                output = replacement
        return output if watch is None else watch.on_outputs(output)

    def _before_forward(
        self, hook: Hook, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if not hook.with_kwargs:
            result = hook.function(self, args)
            if result is None:
                return args, kwargs
            return (cast("tuple[Any, ...]", result) if isinstance(result, tuple) else (result,)), kwargs
        result = hook.function(self, args, kwargs)
        if result is None:
            return args, kwargs
        if isinstance(result, tuple) and len(cast("tuple[Any, ...]", result)) == 2:
            return cast("tuple[tuple[Any, ...], dict[str, Any]]", result)
        raise RuntimeError(
            f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {result}."
        )

    def _call_after_failure(self, hook: Hook, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        try:
            extra = (kwargs,) if hook.with_kwargs else ()
            hook.function(self, args, *extra, None)
        except Exception as error:
            warnings.warn(
                "forward hook with ``always_call=True`` raised an exception that was silenced as "
                "another error was "
                f"raised in forward: {error!r}",
                stacklevel=4,
            )
