"""Modules as functions of their parameters: ``functional_call`` and ``stack_module_state``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from ..nn.module import Module
from ..nn.utils.stateless import called_with
from ..ops.registry import OPERATIONS
from ..sequences import as_tuple
from ..tensor import Tensor

__all__ = ["functional_call", "stack_module_state"]


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Mapping[str, Tensor] | Sequence[Mapping[str, Tensor]],
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
    parameter_and_buffer_dicts
        Tensors by dotted path; or several such dictionaries, no name in two of them.
    args, kwargs
        What the module is called with; a single argument may stand for itself.
    tie_weights
        Whether a tensor that the module has under several names is replaced under all of them.
    strict
        Whether all of its parameters and buffers must be given, and nothing else.

    Raises
    ------
    ValueError
        If two dictionaries have a name in common, or what is given is no dictionary.
    RuntimeError
        With ``strict``, if a name is missing or unexpected.
    """
    given: dict[str, Tensor] = {}
    for one in as_tuple(parameter_and_buffer_dicts):
        if not isinstance(one, Mapping):
            raise ValueError(
                "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
                f"{type(parameter_and_buffer_dicts)}"
            )
        state = cast("Mapping[str, Tensor]", one)
        repeated = sorted(given.keys() & state.keys())
        if repeated:
            raise ValueError(
                f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous"
            )
        given.update(state)
    return called_with(module, given, args, kwargs, tie_weights=tie_weights, strict=strict)


def stack_module_state(models: Sequence[Module] | Any) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The parameters and the buffers of several modules of the same make, stacked along a new first dimension.

    Parameters
    ----------
    models
        A sequence of at least one module, all of one class and in one mode.

    Returns
    -------
    parameters, buffers
        Tensors by dotted path, which ``vmap`` maps over. Parameters are new leaves, which require gradients as those
        of the modules do.

    Raises
    ------
    RuntimeError
        If there is no module, they are of several classes, or some train and some do not; or if a tensor requires a
        gradient in some of them only.
    """
    modules = list(models)
    if not modules:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({module.training for module in modules}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if len({type(module) for module in modules}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    parameters = [dict(module.named_parameters()) for module in modules]
    buffers = [dict(module.named_buffers()) for module in modules]
    return (
        {name: _stacked([one[name] for one in parameters], True) for name in parameters[0]},
        {name: _stacked([one[name] for one in buffers], False) for name in buffers[0]},
    )


def _stacked(tensors: Sequence[Tensor], leaf: bool) -> Tensor:
    wanted = {tensor.requires_grad for tensor in tensors}
    if len(wanted) > 1:
        raise RuntimeError("Expected parameters from each model to have the same .requires_grad")
    stack = OPERATIONS["stack"]
    if not leaf:
        return stack(list(tensors))
    return stack([tensor.detach() for tensor in tensors]).requires_grad_(wanted.pop())
