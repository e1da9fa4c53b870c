"""The base class of optimizers: parameter groups, the loop over parameters, and the state that is saved."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ..autograd.leaves import forget, gathered
from ..autograd.modes import enable_grad, no_grad, set_grad_enabled
from ..tensor import Tensor
from ..typing import Array, Namespace
from ._hooks import (
    OptimizerHooks,
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from ._rules import run_group, run_on_arrays, run_on_tensors
from ._state import packed, unpacked

if TYPE_CHECKING:
    from ..sparse import SparseTensor

__all__ = [
    "Optimizer",
    "Params",
    "register_optimizer_step_post_hook",
    "register_optimizer_step_pre_hook",
]

Params: TypeAlias = "Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]"
Group: TypeAlias = "dict[str, Any]"


class Optimizer(OptimizerHooks):
    """Base class of optimizers.

    A subclass says how one parameter changes, in `update`; groups, closures, hooks, state dictionaries and
    the loop are here. One that treats its parameters together overrides `step` instead, as in PyTorch.

    Parameters
    ----------
    params
        Parameters in an order that is the same in every run; or pairs ``(name, parameter)``, such as
        ``named_parameters()`` gives; or dictionaries that each hold ``params`` and the options of a group.
    defaults
        The options of groups that do not give their own.

    Attributes
    ----------
    param_groups : list of dict
        Each with ``params``, a list, and its options.
    state : dict
        By parameter, what the optimizer keeps for it.
    splits_complex : bool
        Of the class: whether `rule` is for real numbers alone. It is then given complex arrays, and those of their
        state, as pairs of real ones along a new last dimension.

    Raises
    ------
    TypeError
        `params` is a tensor, or contains something else than tensors.
    ValueError
        There are no parameters, one is in two groups, or one is computed from others (no leaf).
    """

    splits_complex = False

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        super().__init__()
        if isinstance(params, Tensor):
            raise TypeError(
                "an optimizer takes an iterable of tensors or of dictionaries; "
                f"for one tensor write [parameter]. Received: a tensor of shape {tuple(params.shape)}"
            )
        if hasattr(params, "parameters"):
            raise TypeError("an optimizer takes parameters, not the module: write model.parameters()")
        self.defaults = defaults
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[Group] = []
        groups: list[Any] = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: Group
    ) -> Array:
        """How one parameter changes, in terms of arrays.

        Parameters
        ----------
        xp
            The arrays' namespace: a backend's, or that of Tensors under the option ``differentiable``.
        parameter, gradient
            Arrays of one shape and dtype. `gradient` must not be changed.
        state
            What is kept for the parameter, by name, at first nothing; to be changed and added to.
        group
            The options.

        Returns
        -------
        Array
            The parameter after the step: the one given, changed by ``-=`` and the like (which saves a copy),
            or a new one.
        """
        raise NotImplementedError(f"{type(self).__name__} must define rule(), update() or step()")

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: Group) -> None:
        """Fill what is kept for a parameter, before its first step; by default with nothing.

        Parameters
        ----------
        xp, parameter, group
            As for `rule`.
        state
            Empty; arrays, Tensors and numbers are put into it by name.
        """

    def update(self, parameter: Tensor, gradient: Tensor, group: Group) -> None:
        """Change one parameter in place; by default as `rule` says.

        Called by `step` for each parameter that a gradient reached, while nothing is recorded. Override it
        where Tensors are wanted; what is to be kept goes into ``self.state[parameter]``.
        """
        run = run_on_tensors if self.defaults.get("differentiable") else run_on_arrays
        run(self, parameter, gradient, group)

    def update_sparse(self, parameter: Tensor, gradient: SparseTensor, group: Group) -> None:
        """Change one parameter in place by a sparse gradient; by default refused.

        Raises
        ------
        RuntimeError
            If the optimizer does not define it.
        """
        raise RuntimeError(
            f"{type(self).__name__} does not support sparse gradients (one of shape {tuple(gradient.shape)}), please "
            "consider SparseAdam instead, or make layers without sparse=True"
        )

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that a gradient has reached.

        Parameters
        ----------
        closure
            Computes the loss anew, with gradients, and returns it.

        Returns
        -------
        Any
            What `closure` returned, None without one.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with set_grad_enabled(self.defaults.get("differentiable", False)):
            for group in self.param_groups:
                if type(self).update is Optimizer.update and not self.defaults.get("differentiable"):
                    run_group(self, group)
                    continue
                for parameter in group["params"]:
                    gradient = gathered(parameter)
                    if gradient is not None:
                        change = self.update_sparse if gradient.is_sparse else self.update
                        change(parameter, cast(Any, gradient), group)
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters.

        Parameters
        ----------
        set_to_none
            False fills those that are there with zeros instead, so that the next step does not skip them.
        """
        for group in self.param_groups:
            for parameter in group["params"]:
                if set_to_none:
                    forget(parameter)
                elif parameter.has_grad:
                    with no_grad():
                        parameter.grad = parameter.grad.detach().zero_()

    def add_param_group(self, param_group: Group) -> None:
        """Add a group, such as layers that are to be trained from now on.

        Parameters
        ----------
        param_group
            ``params``, and the options that differ from the defaults. The dictionary itself becomes the
            group.

        Raises
        ------
        TypeError
            `param_group` is no dictionary, or ``params`` is a set or contains something else than tensors.
        ValueError
            There is no ``params``, a parameter is no leaf or is in another group already, or some have names and
            others have not.
        """
        if not isinstance(param_group, dict):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"a parameter group is a dict. Received: {type(param_group).__name__}")
        if "params" not in param_group:
            raise ValueError(f"a parameter group needs 'params'. Received: {sorted(param_group)}")
        names, params = _named(param_group["params"])
        param_group["params"] = params
        if names:
            param_group["param_names"] = names
        for param in params:
            self._check_parameter(param)
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        if len({id(param) for param in params}) != len(params):
            warnings.warn("a parameter group contains the same parameter more than once", stacklevel=3)
        for group in self.param_groups:
            if ("param_names" in group) != bool(names):
                raise ValueError("either all parameter groups have names or none has: see named_parameters()")
            if {id(param) for param in params} & {id(param) for param in group["params"]}:
                raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def _check_parameter(self, param: Any) -> None:
        if not isinstance(param, Tensor):
            raise TypeError(
                f"an optimizer changes tensors. Received among its parameters: {type(param).__name__}"
            )
        if not (self.defaults.get("differentiable") or param.is_leaf or param.retains_grad):
            raise ValueError(
                f"can't optimize a non-leaf Tensor: the parameter of shape {tuple(param.shape)} is computed "
                "from others; pass those, or its detach().requires_grad_()"
            )

    def state_dict(self) -> dict[str, Any]:
        """The state of all parameters and the options of all groups, as PyTorch lays them out.

        Returns
        -------
        dict
            ``state``: by the parameter's number, counted through the groups, what is kept for it;
            ``param_groups``: the options of each group, with the numbers of its parameters as ``params``.
            The tensors are those in use, not copies.
        """
        for hook in self._hooks_of("state_dict_pre"):
            hook(self)
        state_dict = packed(self.state, self.param_groups)
        for hook in self._hooks_of("state_dict_post"):
            replacement = hook(self, state_dict)
            state_dict = state_dict if replacement is None else replacement
        return state_dict

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the state and the options that `state_dict` gave, here or in PyTorch.

        Parameters
        ----------
        state_dict
            Its tensors are copied, to the dtype and the device of their parameters.

        Raises
        ------
        KeyError
            ``state`` or ``param_groups`` is missing.
        ValueError
            The groups or the parameters in them are not as many as here.
        """
        state_dict = dict(state_dict)
        for hook in self._hooks_of("load_pre"):
            replacement = hook(self, state_dict)
            state_dict = state_dict if replacement is None else replacement
        state, groups = unpacked(state_dict, self.param_groups)
        for group in groups:
            for name, default in self.defaults.items():
                group.setdefault(name, default)
        self.__setstate__({"state": state, "param_groups": groups})
        for hook in self._hooks_of("load_post"):
            hook(self)

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        if not hasattr(self, "_hooks"):  # made by copying, which does not call __init__
            super().__init__()
        vars(self).update(state)

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for number, group in enumerate(self.param_groups):
            lines += [*[""] * (number > 0), f"Parameter Group {number}"]
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join([*lines, ")"])


def _named(params: Any) -> tuple[list[str], list[Any]]:
    """Names, if there are any, and tensors of what a group gives as ``params``."""
    if isinstance(params, set):
        raise TypeError("parameters need an order that is the same in every run: pass a list, not a set")
    given: list[Any] = [params] if isinstance(params, Tensor) else list(params)
    pairs = [cast("tuple[str, Tensor]", entry) for entry in given if isinstance(entry, tuple)]
    if not pairs:
        return [], given
    if len(pairs) != len(given):
        raise ValueError("either all parameters of a group have names or none has: see named_parameters()")
    return [name for name, _ in pairs], [param for _, param in pairs]
