"""Calling a module with other tensors in the place of its own."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from ...tensor import Tensor
from ..module import Module

__all__ = ["functional_call"]

_MISSING: Any = object()


def functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """The former place of ``func.functional_call``; using it warns. See :func:`called_with`."""
    warnings.warn(
        "nn.utils.stateless.functional_call is deprecated; write func.functional_call",
        FutureWarning,
        stacklevel=2,
    )
    return called_with(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)


def called_with(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """What a module gives if it has other parameters and buffers.

    Parameters
    ----------
    module
        Left as it was.
    parameters_and_buffers
        Tensors by dotted path. A buffer that the module replaces is replaced here.
    args, kwargs
        What the module is called with; a single argument may stand for itself.
    tie_weights
        Whether a tensor that the module has under several names is replaced under all of them.
    strict
        Whether all of its parameters and buffers must be given, and nothing else.

    Returns
    -------
    object
        What the module returns.

    Raises
    ------
    RuntimeError
        With `strict`, if a name is missing or unexpected.
    ValueError
        If tied tensors are given different values.
    AttributeError
        If a path leads to no module. Another last name is an attribute for the time of the call.
    """
    given = dict(parameters_and_buffers)
    if tie_weights:
        given = _untied(module, given)
    if strict:
        _check_names(module, given)
    arguments = () if args is None else cast("tuple[Any, ...]", args) if isinstance(args, tuple) else (args,)
    with _substituted(module, given, parameters_and_buffers):
        return module(*arguments, **(kwargs or {}))


def _tensors(module: Module) -> dict[str, Tensor]:
    """All parameters and buffers, under each of their names."""
    return {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }


def _untied(module: Module, given: dict[str, Tensor]) -> dict[str, Tensor]:
    """What is given, under each of the names that a tensor of the module has."""
    names: dict[int, list[str]] = {}
    for name, tensor in _tensors(module).items():
        names.setdefault(id(tensor), []).append(name)
    for tied in names.values():
        values = {id(given[name]): given[name] for name in tied if name in given}
        if len(values) > 1:
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(tied)}, which are tied. Consider using "
                "tie_weights=False"
            )
        for value in values.values():
            given.update(dict.fromkeys(tied, value))
    return given


def _check_names(module: Module, given: Mapping[str, Tensor]) -> None:
    own = _tensors(module)
    problems = [
        f"{kind} key(s): {', '.join(map(repr, sorted(names)))}."
        for kind, names in (("Unexpected", given.keys() - own.keys()), ("Missing", own.keys() - given.keys()))
        if names
    ]
    if problems:
        listing = "\n\t".join(problems)
        raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:\n\t{listing}")


@contextmanager
def _substituted(
    module: Module, given: Mapping[str, Tensor], results: dict[str, Tensor]
) -> Generator[None, None, None]:
    """The module with the given tensors; `results` gets those that it has afterwards."""
    places: list[tuple[dict[str, Any], str, Any, str]] = []
    try:
        for path, tensor in given.items():
            owner, _, name = path.rpartition(".")
            part = module.get_submodule(owner)
            tables: tuple[Any, ...] = (part._parameters, part._buffers)
            table = next((each for each in tables if name in each), vars(part))
            places.append((table, name, table.get(name, _MISSING), path))
            table[name] = tensor
        yield
    finally:
        for table, name, before, path in reversed(places):
            if path in results:
                results[path] = table[name]
            if before is _MISSING:
                del table[name]
            else:
                table[name] = before
