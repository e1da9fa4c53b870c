"""`Module`: a part of a model, with its parameters, its children and a ``forward``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._conversion import Conversion
from ._representation import Representation
from ._state_dict import State


def _no_forward(self: Module, *args: Any, **kwargs: Any) -> Any:
    """Compute the module's outputs from its inputs: what a subclass defines, and calling the module runs."""
    raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')


class Module(Conversion, State, Representation):
    """The base class of all layers and models.

    A subclass calls ``super().__init__()``, assigns parameters and other modules to attributes, and defines
    ``forward``; the module is then called like a function. Assigned :class:`Parameter` and `Module` objects
    are found again by `parameters`, `state_dict`, `to` and so on.

    Attributes
    ----------
    training : bool
        Whether the module is in training mode; changed by `train` and `eval`.

    Examples
    --------
    >>> class Perceptron(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = nn.Linear(4, 8)
    ...         self.output = nn.Linear(8, 2)
    ...
    ...     def forward(self, x):
    ...         return self.output(nn.functional.relu(self.hidden(x)))

    Notes
    -----
    As PyTorch's ``torch.nn.Module``, without its global hooks.
    """

    dump_patches: bool = False  # of PyTorch's older formats
    call_super_init: bool = False  # whether `__init__` is handed on to classes beside Module

    training: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if self.call_super_init:
            super().__init__(*args, **kwargs)
        elif args or kwargs:
            raise TypeError(
                f"{type(self).__name__}.__init__() takes no arguments of nn.Module. Received: "
                f"{', '.join([*map(repr, args), *kwargs])}"
            )
        # Straight into the dictionary: __setattr__ would look each name up in tables that are not there yet.
        self.__dict__.update(
            training=True,
            _parameters={},
            _buffers={},
            _non_persistent=set(),
            _modules={},
            _hooks={},
        )

    forward: Callable[..., Any] = _no_forward  # what a subclass computes

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Let ``forward`` run compiled from now on; the arguments are those of PyTorch's ``torch.compile``."""
        from ..torch.compiler import compile

        self.forward = compile(self.forward, *args, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._hooks:
            return self.forward(*args, **kwargs)
        return self._call_with_hooks(self.forward, args, kwargs)

    def __setstate__(self, state: dict[str, Any]) -> None:
        Module.__init__(self)  # so that what an older version did not have yet is there
        self.__dict__.update(state)
