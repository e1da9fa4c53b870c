"""What an operation is: a forward in terms of a namespace, and rules that turn a gradient around.

::

    @op(promote="float")
    def tanh(xp, input): ...            # forward; the parameters annotated ``Array`` are its operands

    @tanh.vjp("input")
    def _(xp, g, out): ...              # the gradient of ``input``; the parameters are what is saved

A rule's parameter names are read once, when it is registered: they may be operands, options, ``out``,
``<operand>_shape``, ``<operand>_dtype`` and, in a rule of several operands, ``wanted``. Where an operation has several
outputs, ``g`` is a tuple, with zeros for those that no gradient reached, or None if ``g`` is annotated as a
``tuple[Array | None, ...]``, and ``out0``, ``out1``, ... are single outputs. An operation
without rules is composite: while recording, its forward runs in the Tensor namespace.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import (
    TYPE_CHECKING, Any, Concatenate, Generic, Literal, NamedTuple, ParamSpec, Protocol, cast, overload,
)  # fmt: skip

from ..autograd.modes import modes
from ..autograd.push import make_push
from ..autograd.rules import apply_rules
from ..backends.kernels import find_kernel
from ..namespaces.raw import NAMESPACES, placed_function
from . import autocasting, registry
from .refusing import kinds

if TYPE_CHECKING:
    from ..autograd.graph import Node
    from ..tensor import Tensor
    from ..typing import Namespace

P = ParamSpec("P")
Promotion = Literal["arithmetic", "float", "exact", "first"] | None


class _Missing:
    def __repr__(self) -> str:
        return "<missing>"


MISSING: Any = _Missing()
# NumPy's spellings, which PyTorch's functions accept too.
SYNONYMS = {"axis": "dim", "keepdims": "keepdim", "x": "input", "x1": "input", "x2": "other", "a": "input"}


# What a plain operation saves, so that the shortcut need not look.
SAVE_NOTHING, SAVE_FIRST, SAVE_OUT, SAVE_CROSSWISE, SAVE_OTHERWISE = range(5)


class Pick(NamedTuple):
    """One saved value: what kind it is, and of which parameter; of which output, or -1 for all that there are."""

    kind: Literal["operand", "option", "out", "shape", "dtype"]
    position: int


class Rule(NamedTuple):
    """A rule, the operands it makes gradients of, and where its arguments lie in ``node.saved``."""

    function: Callable[..., Any]
    targets: tuple[int, ...]
    arguments: tuple[int, ...]
    wanted: bool


class _Implementations(dict[type, Callable[..., Any]]):
    """The forward for each array type: the backend's kernel of that name, or the generic one."""

    def __init__(self, operation: Operation) -> None:
        super().__init__()
        self._operation = operation

    def __missing__(self, kind: type) -> Callable[..., Any]:
        namespace = NAMESPACES[kind]
        backend = namespace.backend
        generic = functools.partial(self._operation.forward, namespace)
        implementation: Callable[..., Any] = find_kernel(backend, self._operation.name, generic) or generic
        if backend.placed is not None:
            implementation = placed_function(implementation, backend)
        if modes.profiler is not None:
            implementation = modes.profiler.timed(self._operation.name, implementation)
        self[kind] = implementation
        return implementation


class Operation:
    """All that is known about one operation. Made by :func:`op`; the engine reads it."""

    def __init__(
        self, forward: Callable[..., Any], name: str, promote: Promotion,
        differentiable: bool, view: bool, holomorphic: bool, autocast: autocasting.Autocast | None = None,
        refuses: str = "",
    ) -> None:  # fmt: skip
        code = forward.__code__
        if code.co_flags & 0x0C:
            raise TypeError(f"operation {name!r} may not take *args or **kwargs: rules name what they save")
        self.name = name
        self.forward = forward
        self.promote = promote
        self.refuses = kinds(refuses)
        self.differentiable = differentiable
        self.view = view
        self.holomorphic = holomorphic
        self.autocast = autocasting.as_mark(autocast)
        self.positional = code.co_argcount - 1
        self.parameters = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        self.index = {parameter: i for i, parameter in enumerate(self.parameters)}
        self.keywords = self.parameters[self.positional :]
        annotations = {k: v if isinstance(v, str) else repr(v) for k, v in forward.__annotations__.items()}
        self.operands = tuple(i for i, p in enumerate(self.parameters) if "Array" in annotations.get(p, ""))
        if not self.operands:
            raise TypeError(
                f"operation {name!r} has no operands: annotate those of its parameters that are arrays with Array, "
                "as in def square(xp, input: Array)"
            )
        self.optional = frozenset(i for i in self.operands if "None" in annotations[self.parameters[i]])
        self.sequences = frozenset(i for i in self.operands if "Sequence" in annotations[self.parameters[i]])
        # Which edges of a node belong to each operand, where that is the same for all nodes.
        self.spans = (
            None if self.sequences else {operand: (i, i + 1) for i, operand in enumerate(self.operands)}
        )
        self.defaults = self._defaults(forward)
        # Whether an option says in which dtype to compute.
        self.computes_in = "dtype" in self.index and self.defaults[self.index["dtype"]] is None
        self.saves: list[Pick] = []
        self.rules: list[Rule] = []
        self.push: Any = None  # a Push, once there are rules
        self.save_code = SAVE_NOTHING
        # Of the first two operands, which saved values each one's rule asks for.
        self.needed: tuple[frozenset[int], ...] = ()
        self.needed_saves: dict[tuple[bool, ...], frozenset[int]] = {}  # by which edges want a gradient
        self.keeps_arrays = False  # whether a backward pass has anything to free
        self.saves_dtypes = False  # whether the rules themselves give gradients their dtypes
        self.takes_blanks = (
            False  # whether the rules are told None for an output that no gradient reached, not zeros
        )
        self.implementations = _Implementations(self)
        # What shortcuts use: nothing while autocast is on and the operation is marked.
        self.direct: dict[type, Callable[..., Any]] = (
            self.implementations if self.autocast is None else autocasting.Direct(self.implementations)
        )
        self.apply: Callable[..., Any] = forward

    def _defaults(self, forward: Any) -> list[Any]:
        """One default for each parameter, MISSING where there is none."""
        values = tuple(forward.__defaults__ or ())
        positional = [MISSING] * (self.positional - len(values)) + list(values)
        given: Mapping[str, Any] = forward.__kwdefaults__ or {}
        return positional[: self.positional] + [given.get(name, MISSING) for name in self.keywords]

    @property
    def backward_name(self) -> str:
        """The name that nodes of this operation carry, such as ``"MultiplyBackward"``."""
        return "".join(part.title() if part.islower() else part for part in self.name.split("_")) + "Backward"

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
        """The call's arguments as one list, in the order of the parameters.

        Raises
        ------
        TypeError
            If an argument is unknown, given twice or missing.
        """
        count = len(args)
        if count > self.positional:
            raise TypeError(
                f"{self.name}() takes {self.positional} positional arguments ({', '.join(self.parameters)}). "
                f"Received: {count}"
            )
        values = [*args, *self.defaults[count:]]
        for name, value in kwargs.items():
            index = self.index.get(name, self.index.get(SYNONYMS.get(name, "")))
            if index is None:
                raise TypeError(
                    f"{self.name}() has no argument {name!r}; its arguments are {', '.join(self.parameters)}"
                )
            if index < count:
                raise TypeError(f"{self.name}() received the argument {name!r} twice")
            values[index] = value
        names = [name for name, value in zip(self.parameters, values, strict=True) if value is MISSING]
        if names:
            raise TypeError(f"{self.name}() is missing the argument {', '.join(map(repr, names))}")
        return values

    def option(self, values: Sequence[Any], name: str) -> Any:
        """The value of a parameter among bound arguments; None if there is no such parameter."""
        return values[self.index[name]] if name in self.index else None

    def call(self, implementation: Callable[..., Any], values: Sequence[Any]) -> Any:
        """Call a forward with all values, the keyword-only ones by name."""
        if not self.keywords:
            return implementation(*values)
        named = dict(zip(self.keywords, values[self.positional :], strict=True))
        return implementation(*values[: self.positional], **named)

    def add_rule(self, function: Callable[..., Any], names: Sequence[str]) -> None:
        """Register the rule of the named operands.

        Raises
        ------
        TypeError
            If a name is no operand, has a rule already, or the rule asks for something that cannot be saved.
        """
        targets = tuple(self._operand(name) for name in names)
        for rule in self.rules:
            if set(rule.targets) & set(targets):
                raise TypeError(f"operation {self.name!r} has a rule for {', '.join(names)} already")
        code = function.__code__
        asked = list(code.co_varnames[2 : code.co_argcount + code.co_kwonlyargcount])
        wanted = "wanted" in asked
        if wanted:
            asked.remove("wanted")
        arguments: list[int] = []
        for name in asked:
            pick = self._pick(name)
            if pick not in self.saves:
                self.saves.append(pick)
            arguments.append(self.saves.index(pick))
        self.rules.append(
            Rule(_by_name(function, asked) if wanted else function, targets, tuple(arguments), wanted)
        )
        self.needed_saves.clear()
        self.save_code = self._save_code()
        self.needed = tuple(
            frozenset(i for rule in self.rules if position in rule.targets for i in rule.arguments)
            for position in (0, 1)
        )
        self.keeps_arrays = any(pick.kind in ("operand", "out") for pick in self.saves)
        self.saves_dtypes = any(pick.kind == "dtype" for pick in self.saves)
        self.takes_blanks |= "None" in str(function.__annotations__.get(code.co_varnames[1], ""))
        self.push = make_push(self)

    def _save_code(self) -> int:
        first, second, out = Pick("operand", 0), Pick("operand", 1), Pick("out", -1)
        known: dict[tuple[Pick, ...], int] = {
            (): SAVE_NOTHING, (first,): SAVE_FIRST, (out,): SAVE_OUT, (second, first): SAVE_CROSSWISE,
        }  # fmt: skip
        code = known.get(tuple(self.saves), SAVE_OTHERWISE)
        if code == SAVE_CROSSWISE and [rule.arguments for rule in self.rules] != [(0,), (1,)]:
            return SAVE_OTHERWISE
        return code

    def _operand(self, name: str) -> int:
        position = self.index.get(name, -1)
        if position not in self.operands:
            raise TypeError(
                f"operation {self.name!r} has no operand {name!r} (operands are the parameters annotated Array)"
            )
        return position

    def _pick(self, name: str) -> Pick:
        if name == "out":
            return Pick("out", -1)
        if name in self.index:
            position = self.index[name]
            return Pick("operand" if position in self.operands else "option", position)
        for suffix in ("shape", "dtype"):
            stem = name.removesuffix(f"_{suffix}")
            if stem != name and self.index.get(stem) in self.operands:
                return Pick(cast(Any, suffix), self.index[stem])
        number = name.removeprefix("out")
        if number != name and number.isdecimal():
            return Pick("out", int(number))
        raise TypeError(
            f"a rule of {self.name!r} asks for {name!r}; it may ask for {', '.join(self.parameters)}, out, "
            "out0, out1, ... of several outputs, wanted, and <operand>_shape or <operand>_dtype"
        )

    def gradients(self, node: Node, grad: Any, create_graph: bool, wanted: Sequence[bool]) -> Sequence[Any]:
        """The gradients of a node's edges, by the rules: arrays, or Tensors under ``create_graph``."""
        if create_graph and autocasting.switch.on:
            with autocasting.suspended():  # rules run in the dtypes of the forward
                return apply_rules(self, node, grad, create_graph, wanted)
        return apply_rules(self, node, grad, create_graph, wanted)

    def __repr__(self) -> str:
        return f"<operation {self.name}({', '.join(self.parameters)})>"


def _by_name(rule: Callable[..., Any], names: Sequence[str]) -> Callable[..., Any]:
    """A rule that is told what is wanted, called with its saved values by name: ``wanted`` may stand anywhere."""

    def named(xp: Namespace, g: Any, wanted: Any, *saved: Any) -> Any:
        return rule(xp, g, wanted=wanted, **dict(zip(names, saved, strict=True)))

    return named


class Function(Protocol, Generic[P]):
    """The public function of an operation."""

    operation: Operation
    __name__: str

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Tensor:
        """Apply the operation."""
        ...

    def vjp(self, *names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the decorated function as the rule of the named operands."""
        ...


@overload
def op(forward: Callable[Concatenate[Any, P], Any], /) -> Function[P]: ...
@overload
def op(
    *, name: str | None = None, promote: Promotion = None, refuses: str = "",
    autocast: autocasting.Autocast | None = None,
    differentiable: bool = True, view: bool = False, holomorphic: bool = True,
) -> Callable[[Callable[Concatenate[Any, P], Any]], Function[P]]: ...  # fmt: skip
def op(
    forward: Callable[..., Any] | None = None, /, *, name: str | None = None, promote: Promotion = None,
    refuses: str = "", autocast: autocasting.Autocast | None = None,
    differentiable: bool = True, view: bool = False, holomorphic: bool = True,
) -> Any:  # fmt: skip
    """Make an operation of a forward ``forward(xp, *operands, **options)``.

    Parameters
    ----------
    forward
        The forward, in terms of the namespace ``xp``. Parameters annotated with ``Array`` are operands:
        ``Array``, ``Array | None``, ``Array | Scalar`` or ``Sequence[Array]``.
    name
        The operation's name; the forward's by default.
    promote
        ``"arithmetic"`` brings the operands to PyTorch's common dtype first; ``"float"`` makes the default float dtype
        of integers and booleans. Python numbers beyond an integer dtype's range start again at its other end;
        ``"exact"``, as ``"arithmetic"``, refuses them. ``"first"`` makes elements of the first operand's dtype of
        Python numbers, and leaves tensors. By default nothing is changed.
    refuses
        Which of ``"bool"``, ``"integer"``, ``"real"`` and ``"complex"`` numbers it does not take, in one string: as the
        operands' common dtype, or without promotion as the first operand's.
    autocast
        What :class:`deep_learner.amp.autocast` does to floating-point operands: ``"lower"`` casts them to its dtype,
        ``"float32"`` to float32, ``"promote"`` to the widest of their dtypes, and an `amp.Refusal` is an error. A
        dict with the keys ``"cpu"`` and ``"accelerator"`` where the two differ. By default nothing is changed.
    differentiable
        False where no output can carry a gradient.
    view
        True where the output shares the memory of ``input``.
    holomorphic
        False where the rules treat complex numbers themselves, as those of ``abs`` and ``real`` must.

    Returns
    -------
    callable
        The public function, which takes and returns Tensors. Its ``vjp`` registers rules, its ``operation`` is
        what the engine knows about it.
    """
    if forward is None:
        return functools.partial(
            op, name=name, promote=promote, refuses=refuses, autocast=autocast,
            differentiable=differentiable, view=view, holomorphic=holomorphic,
        )  # fmt: skip
    from .dispatch import public_function

    operation = Operation(
        forward, name or getattr(forward, "__name__", "operation"), promote, differentiable, view, holomorphic,
        autocast, refuses,
    )  # fmt: skip
    function = public_function(operation)
    registry.add(operation.name, function)
    return function
