"""Autocast as operations see it: their marks, what this thread has switched on, and the casts of operands.

An operation's mark, ``@op(autocast="lower")``, says in which dtype it runs inside :class:`deep_learner.amp.autocast`;
PyTorch's lists say which: https://pytorch.org/docs/stable/amp.html#autocast-op-reference. The mark alone decides: what
an operation is made of is not cast once more, nor are rules and in-place forms.

While no thread has autocast on, nothing here is called: shortcuts find marked operations in :class:`Direct` tables,
which are emptied while it is on anywhere, so that calls go the general way.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

from ..autograd.graph import LeafNode
from ..autograd.modes import is_grad_enabled
from ..autograd.versions import version
from ..autograd.views import view_of
from ..dtypes import DType, bfloat16, float16, float32, float64, promote_types
from ..namespaces.raw import NAMESPACES
from ..sequences import as_tuple, is_several
from ..tensor import Tensor
from . import registry

if TYPE_CHECKING:
    from .operation import Operation

T = TypeVar("T", bound=Callable[..., Any])


class Refusal(NamedTuple):
    """The policy of an operation that is unsafe in half precision: an error, which says what to write instead."""

    cure: str


Policy: TypeAlias = Literal["lower", "float32", "promote"] | Refusal
Autocast: TypeAlias = Policy | Mapping[str, Policy]
_POLICIES: Final = ("lower", "float32", "promote")
_DEFAULTS: Final = {"cpu": bfloat16}  # as in PyTorch; float16 elsewhere


class Mark(NamedTuple):
    """An operation's policies: PyTorch has one list for the CPU, and one for all accelerators."""

    cpu: Policy | None
    accelerator: Policy | None


def as_mark(autocast: Autocast | None) -> Mark | None:
    """The mark that ``op(autocast=...)`` gives: one policy for all devices, or ``"cpu"`` and ``"accelerator"``.

    Raises
    ------
    TypeError
        If a policy or a key is unknown.
    """
    if autocast is None:
        return None
    given: Any = autocast if isinstance(autocast, Mapping) else dict.fromkeys(Mark._fields, autocast)
    wrong = [value for value in given.values() if value not in _POLICIES and not isinstance(value, Refusal)]
    if wrong or set(given) - set(Mark._fields):
        raise TypeError(
            f"autocast is one of {', '.join(map(repr, _POLICIES))} or a Refusal, or a dict of them with the keys "
            f"'cpu' and 'accelerator'. Received: {autocast!r}"
        )
    return Mark(given.get("cpu"), given.get("accelerator"))


class Cast(NamedTuple):
    """A parameter's cast that is kept, and what it was made of."""

    array: Any
    version: int
    made: Tensor


class _Local(threading.local):
    """What one thread has chosen."""

    def __init__(self) -> None:
        self.enabled: frozenset[str] = frozenset()  # types of device
        self.dtypes: dict[str, DType] = {}
        self.cache_enabled = True
        self.nesting = 0
        self.before: list[tuple[bool, DType, bool]] = []  # what held around each open region
        self.cache: dict[Any, Cast] = {}


class Switch:
    """Whether autocast is on in any thread; ``on`` is all that others need to read."""

    def __init__(self) -> None:
        self.on = False
        self.lock = threading.RLock()
        self.tables: list[Direct] = []
        self._threads = 0

    def count(self, change: int) -> None:
        """One thread more, or one fewer, has it on."""
        with self.lock:
            self._threads += change
            self.on = self._threads > 0
            if self.on:
                for table in self.tables:
                    table.clear()


class Direct(dict[type, Callable[..., Any]]):
    """A marked operation's implementations, as shortcuts see them: none while autocast is on in any thread."""

    def __init__(self, implementations: dict[type, Callable[..., Any]]) -> None:
        super().__init__()
        self._implementations = implementations
        switch.tables.append(self)

    def __missing__(self, kind: type) -> Callable[..., Any]:
        with switch.lock:
            if switch.on:
                raise LookupError("autocast is on: the operands may have to be cast")
            self[kind] = self._implementations[kind]
        return self[kind]


switch = Switch()
local = _Local()


def set_enabled(enabled: frozenset[str]) -> None:
    """Switch autocast on in this thread for tensors on devices of these types, and off for all others."""
    change = bool(enabled) - bool(local.enabled)
    local.enabled = enabled
    if change:
        switch.count(change)


def lower_dtype(device_type: str) -> DType:
    """The dtype of ``"lower"`` operations on devices of this type."""
    return local.dtypes.get(device_type) or _DEFAULTS.get(device_type, float16)


@contextmanager
def suspended() -> Generator[None]:
    """A context, also a decorator, without autocast: for what operations, rules and in-place forms are made of."""
    before = local.enabled
    local.enabled = frozenset()  # the switch stays on: it is soon needed again
    try:
        yield
    finally:
        local.enabled = before


def captured() -> Callable[[], Any]:
    """A maker of contexts in which autocast is as it is now, each with a cache of its own.

    So what runs twice, such as a checkpointed part, casts the same operands both times.
    """
    state = (local.enabled, dict(local.dtypes), local.cache_enabled)

    @contextmanager
    def context() -> Generator[None]:
        before = (local.enabled, local.dtypes, local.cache_enabled, local.cache)
        enabled, dtypes, cache_enabled = state
        set_enabled(enabled)
        local.dtypes, local.cache_enabled, local.cache = dict(dtypes), cache_enabled, {}
        try:
            yield
        finally:
            set_enabled(before[0])
            _, local.dtypes, local.cache_enabled, local.cache = before

    return context


def cast_operands(operation: Operation, values: list[Any]) -> None:
    """Cast the floating-point operands of a marked operation as its policy says, in ``values``; casts are recorded.

    float64 is left alone, as are tensors on other devices.

    Raises
    ------
    RuntimeError
        If the policy refuses the operation, or the tensors' backend lacks the dtype.
    """
    mark, enabled, device_type = operation.autocast, local.enabled, None
    found: list[DType] = []
    for i in operation.operands:
        for item in as_tuple(values[i]):
            if isinstance(item, Tensor) and (kind := _device_type(item)) in enabled:
                device_type = device_type or kind
                if kind == device_type and _is_eligible(item.dtype):
                    found.append(item.dtype)
    if mark is None or device_type is None:
        return
    policy = mark.cpu if device_type == "cpu" else mark.accelerator
    if policy is None or (policy == "float32" and _dtype_is_given(operation, values)):
        return
    if isinstance(policy, Refusal):
        raise RuntimeError(f"{operation.name}() is unsafe under autocast: {policy.cure}")
    if policy == "promote":
        target = functools.reduce(promote_types, found, found[0] if found else float32)
    else:
        target = lower_dtype(device_type) if policy == "lower" else float32
    if any(dtype is not target for dtype in found):
        for i in operation.operands:
            values[i] = _cast(operation, values[i], target, device_type)


def _dtype_is_given(operation: Operation, values: Sequence[Any]) -> bool:
    """Whether the caller chose the dtype to compute in, as in ``sum(x, dtype=...)``."""
    position = operation.index.get("dtype")
    return position is not None and values[position] is not None


def _device_type(tensor: Tensor) -> str:
    """The type of a tensor's device; the device itself is not asked for where its backend has but one type."""
    types = NAMESPACES[tensor._array.__class__].backend.device_types
    return types[0] if len(types) == 1 else tensor.device.type


def _is_eligible(dtype: DType) -> bool:
    return dtype.is_floating_point and dtype is not float64


def _cast(operation: Operation, value: Any, target: DType, device_type: str) -> Any:
    if is_several(value):
        return [_cast(operation, item, target, device_type) for item in value]
    if not isinstance(value, Tensor) or value.dtype is target:
        return value
    if not _is_eligible(value.dtype) or _device_type(value) != device_type:
        return value
    _require_dtype(operation, value, target, device_type)
    node = value._node
    if (
        not local.cache_enabled
        or value.dtype is not float32
        or not isinstance(node, LeafNode)
        or view_of(value) is not None
        or target is not lower_dtype(device_type)
    ):
        return registry.OPERATIONS["astype"](value, target)
    key = (node, target, is_grad_enabled())
    held = local.cache.get(key)
    if held is None or held.array is not value._array or held.version != version(value):
        held = Cast(value._array, version(value), registry.OPERATIONS["astype"](value, target))
        local.cache[key] = held
    return held.made


def _require_dtype(operation: Operation, tensor: Tensor, target: DType, device_type: str) -> None:
    namespace = NAMESPACES[type(tensor._array)]
    if hasattr(namespace, target.name):
        return
    lower = [one for one in (float16, bfloat16) if hasattr(namespace, one.name)]
    cure = (
        f"autocast({device_type!r}, dtype={lower[0]})"
        if lower
        else f"autocast({device_type!r}, enabled=False)"
    )
    raise RuntimeError(
        f"{operation.name}(): autocast is to run it in {target.name}, which the backend {tensor.backend!r} does not "
        f"have; write {cure}"
    )
