"""What a checkpoint may name, and what is done when it calls it."""

from __future__ import annotations

import enum
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.serialization import SerializationError
from deep_learner_serializers.pytorch import programs
from deep_learner_serializers.pytorch.numpy_values import NUMPY, set_array, set_dtype
from deep_learner_serializers.pytorch.opcodes import UnpicklingError
from deep_learner_serializers.pytorch.rebuilding import KINDS, REBUILDING
from deep_learner_serializers.pytorch.values import CONSTRUCTORS, EMPTY, NAMED, set_attributes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deep_learner_serializers.pytorch.tensors import Storage, Tensors

__all__ = ["CheckpointRules"]

_PYTHON_2 = {"__builtin__": "builtins", "copy_reg": "copyreg"}
_CALLED = {**CONSTRUCTORS, **NUMPY}
_VALUES: dict[str, Any] = {
    **{name: value for name, (value, _) in _CALLED.items()},
    **REBUILDING,
    **NAMED,
    **KINDS,
    "numpy.ndarray": np.ndarray,
}
# By identity: what stands on the unpickler's stack may have any idea of equality.
_CALLS: dict[int, Callable[..., Any]] = {id(value): function for value, function in _CALLED.values()}
_REBUILDING = {id(function) for function in REBUILDING.values()}
_STATES: dict[type, Callable[[Any, Any], None]] = {
    **dict.fromkeys(EMPTY, set_attributes),
    OrderedDict: set_attributes,
    np.ndarray: set_array,
}


class CheckpointRules:
    """The rules for one file.

    Parameters
    ----------
    tensors
        Its tensors.
    weights_only
        Whether to refuse the running program's own classes, too.
    safe_globals
        Classes and functions, or pairs of one and its name in files, that may be called nevertheless.
    """

    def __init__(self, tensors: Tensors, weights_only: bool, safe_globals: Iterable[Any]) -> None:
        self.tensors = tensors
        self.weights_only = weights_only
        self.allowed = programs.allowed_names(safe_globals)
        self.trusted = {id(value) for value in self.allowed.values()}

    def find(self, module: str, name: str) -> Any:
        """The value of a name in the tables, among those allowed, or in the running program."""
        wanted = f"{_PYTHON_2.get(module, module)}.{name}"
        if wanted in _VALUES:
            return _VALUES[wanted]
        if wanted in self.allowed:
            return self.allowed[wanted]
        value = programs.loaded(module, name)
        if programs.is_program_class(value) or programs.is_function(value):
            if not self.weights_only:
                return value
            raise UnpicklingError(
                f"it names {wanted:.200}, which the running program has and a file of weights alone has no need of. "
                "Whoever trusts the file passes weights_only=False"
            )
        raise UnpicklingError(_refusal(wanted))

    def call(self, function: Any, arguments: tuple[Any, ...]) -> Any:
        """The result of a table's constructor, or of a class or function that was allowed."""
        if id(function) in _REBUILDING:
            return _called(function, (self.tensors, *arguments))
        if id(function) in _CALLS:
            return _called(_CALLS[id(function)], arguments)
        if id(function) in self.trusted:
            return function(*arguments)
        if self.is_of_program(function) and issubclass(function, enum.Enum) and len(arguments) == 1:
            return _called(function, arguments)
        raise UnpicklingError(f"the pickle calls {_described(function)}, which is not called for a file")

    def new(self, kind: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """An instance of one of the tables' classes, of one that was allowed, or of one of the program's."""
        if any(kind is one for one in EMPTY) and not arguments and not keywords:
            return kind()
        if id(kind) in self.trusted and isinstance(kind, type):
            return kind.__new__(kind, *arguments, **keywords)
        if self.is_of_program(kind) and not keywords:
            return programs.make(kind, arguments)
        raise UnpicklingError(
            f"the pickle makes an instance of {_described(kind)}, which is not made for a file"
        )

    def build(self, instance: Any, state: Any) -> None:
        """Attributes for what may have some."""
        kind = type(instance)
        if kind in _STATES:
            _called(_STATES[kind], (instance, state))
        elif isinstance(instance, np.dtype):
            _called(set_dtype, (instance, state))
        elif id(kind) in self.trusted:
            if hasattr(instance, "__setstate__"):
                instance.__setstate__(state)
            else:
                programs.fill(instance, state)
        elif self.is_of_program(kind):
            _called(programs.fill, (instance, state))
        else:
            raise UnpicklingError(
                f"the pickle sets the state of {_described(kind)}, which is not done for a file"
            )

    def persistent(self, identity: Any) -> Storage:
        """A storage."""
        return _called(self.tensors.storage, (identity,))

    def is_of_program(self, kind: Any) -> bool:
        return not self.weights_only and programs.is_program_class(kind)


def _called(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    try:
        return function(*arguments)
    except SerializationError:
        raise
    except (TypeError, ValueError, RuntimeError) as error:  # arguments of another number, kind or size
        raise UnpicklingError(
            f"the pickle calls something with arguments that do not fit ({error})"
        ) from None


def _described(value: Any) -> str:
    kind = value if isinstance(value, type) else type(value)
    return f"{'' if kind is value else 'a value of type '}{programs.full_name(kind)}"


def _refusal(name: str) -> str:
    if name.startswith("torch.nn."):
        return (
            f"it holds a whole module of PyTorch's, {name}, which is code more than data: save model.state_dict() "
            "with PyTorch, and load that into the same module here"
        )
    if name.startswith("torch.") and name.endswith("Storage"):
        return f"it holds a storage of type {name}, which is not known here"
    if name.startswith("torch.") and name.count(".") == 1 and not name[6:7].isupper():
        return f"it holds {name}, a dtype or function of PyTorch's that is not known here"
    return (
        f"it names {name:.200}, which a file may not use; nothing of it was run. Whoever trusts the file allows it: "
        f"torch.serialization.add_safe_globals([{name.removeprefix('builtins.'):.200}])"
    )
