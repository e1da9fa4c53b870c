"""What a module is made of: parameters, buffers and child modules, kept behind ordinary attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from ..tensor import Tensor
from .parameter import Buffer, Parameter

if TYPE_CHECKING:
    from .module import Module


def type_name(value: object) -> str:
    """The full name of `value`'s type, builtins without their module."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _is_module(value: object) -> bool:
    return isinstance(value, Attributes)


class Attributes:
    """Sorts assigned attributes into the dictionaries of a module and finds them there again."""

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _non_persistent: set[str]
    _modules: dict[str, Module | None]

    # ----------------------------------------------------------------- registering

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter under `name`; ``None`` reserves the name and is left out of ``state_dict``.

        Raises
        ------
        AttributeError
            If ``Module.__init__`` has not run yet.
        TypeError
            If `name` is not a string or `param` is neither a `Parameter` nor ``None``.
        KeyError
            If `name` is empty, contains a dot or is already the name of another attribute.
        ValueError
            If `param` is the result of an operation: a parameter is a leaf of the graph.
        """
        self._check_name(
            "parameter", name, taken=hasattr(self, name) and name not in self._own("_parameters")
        )
        if param is not None and not isinstance(cast(Any, param), Parameter):
            raise TypeError(
                f"cannot assign '{type_name(param)}' object to parameter '{name}' "
                "(deep_learner.nn.Parameter or None required)"
            )
        if param is not None and not param.is_leaf:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be "
                "created explicitly. "
                f"To express '{name}' as a function of another Tensor, compute the value in the "
                "forward() method."
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that belongs to the module's state but is not learned.

        Parameters
        ----------
        name
            The attribute's name.
        tensor
            The value; ``None`` reserves the name and is left out of ``state_dict``.
        persistent
            Whether ``state_dict`` includes it.

        Raises
        ------
        AttributeError
            If ``Module.__init__`` has not run yet.
        TypeError
            If `name` is not a string or `tensor` is neither a tensor nor ``None``.
        KeyError
            If `name` is empty, contains a dot or is already the name of another attribute.
        """
        self._check_name("buffer", name, taken=hasattr(self, name) and name not in self._own("_buffers"))
        if tensor is not None and not isinstance(cast(Any, tensor), Tensor):
            raise TypeError(
                f"cannot assign '{type_name(tensor)}' object to buffer '{name}' (deep_learner.Tensor "
                "or None required)"
            )
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent.discard(name)
        else:
            self._non_persistent.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a child module under `name`; ``None`` reserves the name.

        Raises
        ------
        AttributeError
            If ``Module.__init__`` has not run yet.
        TypeError
            If `name` is not a string or `module` is neither a module nor ``None``.
        KeyError
            If `name` is empty, contains a dot or is already the name of another attribute.
        """
        if module is not None and not isinstance(cast(Any, module), Attributes):
            raise TypeError(f"{type_name(module)} is not a Module subclass")
        self._check_name("module", name, taken=hasattr(self, name) and name not in self._own("_modules"))
        self._modules[name] = module

    def register_module(self, name: str, module: Module | None) -> None:
        """The same as :meth:`add_module`."""
        self.add_module(name, module)

    def _own(self, table: str) -> Any:
        """One of the module's dictionaries, or an explanation that ``__init__`` has not run."""
        try:
            return self.__dict__[table]
        except KeyError:
            raise AttributeError(
                f"cannot assign to {table[1:]} of {type(self).__name__} before Module.__init__() call. "
                "Begin __init__ with super().__init__()."
            ) from None

    def _check_name(self, kind: str, name: object, taken: bool) -> None:
        self._own("_modules")
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {type_name(name)}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if taken:
            raise KeyError(f"attribute '{name}' already exists")

    # ----------------------------------------------------------------- attribute access

    def __getattr__(self, name: str) -> Any:
        # Called only when ordinary lookup has failed.
        own = self.__dict__
        for table in ("_parameters", "_buffers", "_modules"):
            entries = own.get(table)
            if entries is not None and name in entries:
                return entries[name]
        hint = "" if "_parameters" in own else "; begin its __init__ with super().__init__()"
        raise AttributeError(
            f"'{type(self).__name__}' object has no attribute '{name}'{hint}", name=name, obj=self
        )

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if isinstance(value, Parameter):
            self._make_room(name, "_parameters")
            self.register_parameter(name, value)
        elif name in own.get("_parameters", ()):
            self._replace("parameter", name, value, Parameter)
        elif isinstance(value, Attributes):
            self._make_room(name, "_modules")
            self._modules[name] = cast("Module", value)
        elif name in own.get("_modules", ()):
            self._replace("child module", name, value, Attributes)
        elif isinstance(value, Buffer):
            self._make_room(name, "_buffers")
            self.register_buffer(name, value, value.persistent)
        elif name in own.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(
                    f"cannot assign '{type_name(value)}' as buffer '{name}' "
                    "(deep_learner.nn.Buffer, deep_learner.Tensor or None expected)"
                )
            self._buffers[name] = value
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        for table in (self._parameters, self._buffers, self._modules):
            if name in table:
                del table[name]
                self._non_persistent.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = set(object.__dir__(self)) | {*self._parameters, *self._buffers, *self._modules}
        return sorted(
            name for name in names if not name[0].isdigit()
        )  # "0", "1", ... of a Sequential are no attributes

    def _replace(self, kind: str, name: str, value: Any, expected: type) -> None:
        """Clear a parameter or child with ``None``; anything else would silently leave the model."""
        if value is not None:
            wanted = "deep_learner.nn.Parameter" if expected is Parameter else "deep_learner.nn.Module"
            raise TypeError(
                f"cannot assign '{type_name(value)}' as {kind} '{name}' ({wanted} or None expected)"
            )
        table = self._parameters if expected is Parameter else self._modules
        cast("dict[str, Any]", table)[name] = None

    def _make_room(self, name: str, table: str) -> None:
        """Forget what `name` meant before, unless it is only being replaced within `table`."""
        self._own(table)
        self.__dict__.pop(name, None)
        self._non_persistent.discard(name)
        for other in ("_parameters", "_buffers", "_modules"):
            if other != table:
                self.__dict__[other].pop(name, None)

    # ----------------------------------------------------------------- lookup by dotted path

    def get_submodule(self, target: str) -> Module:
        """The descendant at a path such as ``"encoder.layers.0"``; the empty path is the module itself.

        Raises
        ------
        AttributeError
            If a name on the path does not exist or is not a module.
        """
        module = cast("Module", self)
        for name in target.split(".") if target else ():
            module = module._find(name, "an nn.Module", _is_module)
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put `module` at a dotted path, in place of what stands there.

        Parameters
        ----------
        target
            The dotted path; all but its last name must exist.
        module
            The module to put there.
        strict
            Whether the last name must exist already.

        Raises
        ------
        ValueError
            If `target` is empty or `module` is not a module.
        AttributeError
            If the path leads nowhere, or to something that is not a module.
        """
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(cast(Any, module), Attributes):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict or hasattr(parent, name):
            parent._find(name, "an nn.Module", _is_module)
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path such as ``"encoder.weight"``.

        Raises
        ------
        AttributeError
            If the path leads nowhere, or to something that is not a parameter.
        """
        path, _, name = target.rpartition(".")
        return self.get_submodule(path)._find(
            name, "an nn.Parameter", lambda value: isinstance(value, Parameter)
        )

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a dotted path such as ``"norm.running_mean"``.

        Raises
        ------
        AttributeError
            If the path leads nowhere, or to something that is not a buffer.
        """
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        return module._find(name, "a buffer", lambda _: name in module._buffers)

    def _find(self, name: str, kind: str, accepts: Callable[[Any], bool]) -> Any:
        """The attribute `name`, refused unless it is of the expected kind."""
        if not hasattr(self, name):
            raise AttributeError(f"{type(self).__name__} has no attribute `{name}`")
        value = getattr(self, name)
        if not accepts(value):
            raise AttributeError(f"`{name}` is not {kind}")
        return value
