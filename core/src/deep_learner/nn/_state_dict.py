"""Taking a module's state out by name, and putting it back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..autograd.hooks import RemovableHandle
from ..autograd.modes import no_grad
from ..tensor import Tensor
from ._attributes import type_name
from ._hooks import Hook, Hooks
from ._traversal import Traversal
from .parameter import Parameter

if TYPE_CHECKING:
    from .module import Module

EXTRA_STATE = "_extra_state"


class StateDict(OrderedDict[str, Any]):
    """Tensors by dotted path; ``_metadata`` holds each module's version, as in PyTorch."""

    _metadata: dict[str, dict[str, Any]]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._metadata = {}


class IncompatibleKeys(NamedTuple):
    """The keys that ``load_state_dict`` missed in the state, and those that it could not use."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


class State(Traversal, Hooks):
    """``state_dict`` and ``load_state_dict``."""

    _version: int = 1

    def get_extra_state(self) -> Any:
        """Whatever else belongs in the state; to be overridden together with `set_extra_state`."""
        raise RuntimeError(
            f"{type(self).__name__} overrides set_extra_state() and must override get_extra_state() as well"
        )

    def set_extra_state(self, state: Any) -> None:
        """Take back what `get_extra_state` gave."""
        raise RuntimeError(
            f"{type(self).__name__} overrides get_extra_state() and must override set_extra_state() as well"
        )

    # ----------------------------------------------------------------- out

    def state_dict(
        self, *, destination: dict[str, Any] | None = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """The parameters and persistent buffers of the module and its descendants, by dotted path.

        Parameters
        ----------
        destination
            A dictionary to add to, in place of a new one.
        prefix
            What to put before every key.
        keep_vars
            Whether to give the parameters themselves rather than tensors detached from the graph, which share
            their memory.

        Returns
        -------
        dict
            The state, in the order of registration.
        """
        if destination is None:
            destination = StateDict()
        metadata = {"version": self._version}
        versions: dict[str, Any] | None = getattr(destination, "_metadata", None)
        if versions is not None:
            versions[prefix[:-1]] = metadata
        for hook in self._hooks_of("state_dict_pre"):
            hook.function(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._hooks_of("state_dict"):
            hook.function(self, destination, prefix, metadata)
        return destination

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        """Add the module's own state, without its descendants'; overridden by modules that store more."""
        for name, tensor in self._persistent().items():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if type(self).get_extra_state is not State.get_extra_state:
            destination[prefix + EXTRA_STATE] = self.get_extra_state()

    def _persistent(self) -> dict[str, Tensor]:
        """The module's own parameters and persistent buffers that are set."""
        members: dict[str, Tensor | None] = {**self._parameters}
        members.update(
            (name, buffer) for name, buffer in self._buffers.items() if name not in self._non_persistent
        )
        return {name: tensor for name, tensor in members.items() if tensor is not None}

    # ----------------------------------------------------------------- in

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy a state into the module and its descendants.

        Parameters
        ----------
        state_dict
            What `state_dict` gave, here or in a module with the same names and shapes.
        strict
            Whether every key must be there and be used.
        assign
            Whether to put the given tensors in the place of the module's own, rather than copy their values;
            optimizers must then be made afterwards.

        Returns
        -------
        IncompatibleKeys
            ``missing_keys`` and ``unexpected_keys``, both empty if `strict`.

        Raises
        ------
        TypeError
            If `state_dict` is not a mapping.
        RuntimeError
            If a shape differs, a value is no tensor or, with `strict`, a key is missing or not expected.
            Lists all that is wrong; what fits has been copied by then, as in PyTorch.
        """
        if not isinstance(cast(Any, state_dict), Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata: dict[str, dict[str, Any]] = getattr(state_dict, "_metadata", {})
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []

        def load(module: State, state: dict[str, Any], prefix: str) -> None:
            local_metadata = dict(metadata.get(prefix[:-1], {}))
            if assign:
                local_metadata["assign_to_params_buffers"] = True
            # Strict even if the caller is not, so that the answer tells what was missing.
            module._load_from_state_dict(state, prefix, local_metadata, True, missing, unexpected, errors)
            for name, child in module._modules.items():
                if child is not None:
                    below = f"{prefix}{name}."
                    load(child, {key: value for key, value in state.items() if key.startswith(below)}, below)
            for hook in module._hooks_of("load_state_dict_post"):
                if hook.function(module, IncompatibleKeys(missing, unexpected)) is not None:
                    raise AssertionError(
                        "Hooks registered with register_load_state_dict_post_hook are not expected to "
                        "return new "
                        "values; change the lists of incompatible_keys in place."
                    )

        load(self, dict(state_dict), "")
        if strict:
            for kind, keys in (("Unexpected", unexpected), ("Missing", missing)):
                if keys:
                    names = ", ".join(f'"{key}"' for key in keys)
                    errors.insert(0, f"{kind} key(s) in state_dict: {names}. ")
        if errors:
            listing = "\n\t".join(errors)
            error = RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listing}")
            if missing and unexpected:
                error.add_note(
                    "deep_learner.serialization.import_state(model, state_dict) suggests which is which"
                )
            raise error
        return IncompatibleKeys(missing, unexpected)

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Take the module's own state, without its descendants'; overridden by modules that read older forms.

        `state_dict` holds only keys that begin with `prefix` and may be changed; the lists gather what is
        wrong.
        """
        for hook in self._hooks_of("load_state_dict_pre"):
            hook.function(
                self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
            )
        own = self._persistent()
        assign = bool(local_metadata.get("assign_to_params_buffers", False))
        for name, tensor in own.items():
            key = prefix + name
            if key in state_dict:
                problem = self._load_tensor(name, key, tensor, state_dict[key], assign)
                if problem is not None:
                    error_msgs.append(problem)
            elif strict:
                missing_keys.append(key)

        known = set(own)
        if type(self).set_extra_state is not State.set_extra_state:
            known.add(EXTRA_STATE)
            if prefix + EXTRA_STATE in state_dict:
                self.set_extra_state(state_dict[prefix + EXTRA_STATE])
            elif strict:
                missing_keys.append(prefix + EXTRA_STATE)
        if strict:
            for key in state_dict:
                first, dot, _ = key.removeprefix(prefix).partition(".")
                if key.startswith(prefix) and first not in (self._modules if dot else known):
                    unexpected_keys.append(key)

    def _load_tensor(self, name: str, key: str, tensor: Tensor, value: Any, assign: bool) -> str | None:
        """Put `value` into `tensor`, or in its place; the answer is what went wrong."""
        if not isinstance(value, Tensor):
            return (
                f'While copying the parameter named "{key}", expected deep_learner.Tensor from checkpoint '
                f"but received {type_name(value)}"
            )
        given: Tensor = value.reshape(()) if tensor.shape == () and value.shape == (1,) else value
        if given.shape != tensor.shape:
            return (
                f"size mismatch for {key}: copying a param with shape {given.shape} from checkpoint, "
                f"the shape in current model is {tensor.shape}."
            )
        try:
            with no_grad():
                if not assign:
                    tensor.copy_(given)
                elif isinstance(tensor, Parameter):
                    parameter = given if isinstance(given, Parameter) else Parameter(given)
                    setattr(self, name, parameter.requires_grad_(tensor.requires_grad))
                else:
                    setattr(self, name, given)
        except Exception as error:
            return (
                f'While copying the parameter named "{key}", whose dimensions in the model are '
                f"{tensor.shape} and "
                f"whose dimensions in the checkpoint are {given.shape}, an exception occurred : {error.args}."
            )
        return None

    # ----------------------------------------------------------------- hooks

    def register_state_dict_pre_hook(self, hook: Callable[[Module, str, bool], None]) -> RemovableHandle:
        """Call ``hook(module, prefix, keep_vars)`` before the module's state is taken."""
        return self._add_hook(Hook("state_dict_pre", hook))

    def register_state_dict_post_hook(
        self, hook: Callable[[Module, dict[str, Any], str, dict[str, Any]], None]
    ) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` afterwards, to change the state."""
        return self._add_hook(Hook("state_dict", hook))

    def register_load_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call a hook before the module takes its part of a state, which the hook may change in place.

        Its arguments are ``(module, state_dict, prefix, local_metadata, strict, missing_keys,
        unexpected_keys, error_msgs)``.
        """
        return self._add_hook(Hook("load_state_dict_pre", hook))

    def register_load_state_dict_post_hook(
        self, hook: Callable[[Module, IncompatibleKeys], None]
    ) -> RemovableHandle:
        """Call ``hook(module, incompatible_keys)`` after the module and its descendants took their state.

        The hook may change the two lists in place: clearing them silences a strict load.
        """
        return self._add_hook(Hook("load_state_dict_post", hook))
