"""Making a case's call with a backend's namespace, and comparing what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, cast

from .binding import Bound, MissingDTypeError, Place
from .case import KINDS, Case, Data, DType, available, part
from .comparison import difference

__all__ = ["Failure", "MissingDTypeError", "Stage", "flat"]

_FEW: Final = 32  # values that a message shows


class Failure(NamedTuple):
    """A call, in words, and what is wrong with its result."""

    call: str
    reason: str


class Stage(Place):
    """A backend on a device, where cases are tried."""

    def failures(
        self,
        case: Case,
        function: Callable[..., Any] | None = None,
        reference: Callable[..., Any] | None = None,
        *,
        changes: bool = False,
    ) -> Iterator[Failure | None]:
        """For each dtype of the case: what is wrong, or None.

        Parameters
        ----------
        case
        function, reference
            What is called, and NumPy's; the namespaces' functions of that name unless given.
        changes
            Whether the function may change its arguments.
        """
        applied: Any = function or getattr(self.one.namespace, case.function)
        call = case.call
        for dtype in case.dtypes(self.dtypes):
            try:
                bound = self.bind(call.arguments, call.options, dtype)
                stated = None if call.expected is None else self._stated(call.expected, dtype)
            except MissingDTypeError:
                continue
            if stated is None and call.check is None:
                known: Any = reference or getattr(self.reference.namespace, case.function)
                with self.numpy.errstate(all="ignore"):
                    stated = known(*bound.originals, **bound.original_options)
            try:
                received = applied(*bound.arguments, **bound.options)
                reason = self._compared(received, stated, bound, case)
            except AssertionError as error:
                reason = str(error)
            except Exception as error:  # whatever the library raises is a finding
                reason = f"{type(error).__name__}: {error}"
            if reason is None and not changes:
                reason = self.changed(bound)
            yield (
                None if reason is None else Failure(f"{case.function}({bound.words})", reason + _given(bound))
            )

    def changed(self, bound: Bound) -> str | None:
        """Whether an array among the arguments has been changed."""
        for native, original in bound.arrays:
            now = self.numpy.asarray(self.one.to_numpy(native))
            if difference(self.numpy, now, original, 0.0):
                return f"an argument was changed from {original.tolist()} to {now.tolist()}"
        return None

    def _stated(self, expected: tuple[Any, ...], dtype: str) -> Any:
        found: list[Any] = []
        for one in expected:
            if isinstance(one, DType):
                found.append(getattr(self.numpy, one.name or dtype))
            elif isinstance(one, Data):
                name = one.dtype or dtype
                name = part(dtype) if name == "real" else available(name, self.dtypes) or name
                found.append(self.numpy.asarray(one.values).astype(name))
            else:
                found.append(one)
        return found[0] if len(found) == 1 else tuple(found)

    def _compared(self, received: Any, expected: Any, bound: Bound, case: Case) -> str | None:
        call = case.call
        if call.reads:
            for name in call.reads:
                value, wanted = getattr(received, name), getattr(expected, name)
                if float(value) != float(wanted):
                    return f"{name} is {value!r}, where {wanted!r} was expected"
            return None
        if call.check is not None:
            for one in flat(received):
                reason = self._form(one)
                if reason:
                    return reason
            results = [self.numpy.asarray(self.one.to_numpy(one)) for one in flat(received)]
            call.check(results, [original for _, original in bound.arrays])
            return None
        several = flat(received)
        wanted = flat(expected)
        if len(several) != len(wanted):
            return f"{len(several)} results, where {len(wanted)} were expected"
        for one, other in zip(several, wanted, strict=True):
            reason = self.different(
                one,
                other,
                any_of_kind=call.any_of_kind,
                any_values=call.any_values,
                placed=bool(bound.arrays) or bound.placed,
                widened=0.0 if call.exact else 1.0,
            )
            if reason:
                return reason
        return None

    def _form(self, received: Any, placed: bool = True) -> str | None:
        """What is wrong with an array's type or device."""
        if not isinstance(received, self.types):
            return f"the result is of type {type(received).__name__}, which is no array of the backend"
        if placed and not isinstance(received, self.one.scalar_types):
            device = self.one.device_of(received)
            if device != self.resolved:
                return f"the result is on {device!r}, where {self.resolved!r} was expected"
        return None

    def different(
        self,
        received: Any,
        expected: Any,
        *,
        any_of_kind: bool = False,
        any_values: bool = False,
        placed: bool = True,
        widened: float = 1.0,
        absolute: float = 0.0,
    ) -> str | None:
        """How a result differs from what was expected: type, device, shape, dtype, values; None if it does not."""
        if not isinstance(expected, self.numpy.ndarray | self.numpy.generic):
            return self._different_object(received, expected)
        expected = self.numpy.asarray(expected)
        reason = self._form(received, placed)
        if reason:
            return reason
        shape = tuple(received.shape)
        if shape != expected.shape:
            return f"the shape is {shape}, where {expected.shape} was expected"
        values = self.numpy.asarray(self.one.to_numpy(received))
        names = [expected.dtype.name]
        if any_of_kind or expected.dtype.name not in self.dtypes:
            names += [name for name in KINDS.get(expected.dtype.kind, ()) if name in self.dtypes]
        known = [getattr(self.one.namespace, name) for name in names if hasattr(self.one.namespace, name)]
        if received.dtype not in known or values.dtype.name not in names:
            return f"the dtype is {received.dtype}, where {expected.dtype.name} was expected"
        if any_values:
            return None
        tolerance = self.tolerance.get(values.dtype.name, 0.0) * widened
        return difference(self.numpy, values, expected, tolerance, absolute)

    def _different_object(self, received: Any, expected: Any) -> str | None:
        if isinstance(expected, type) and issubclass(expected, self.numpy.generic):
            expected = self.numpy.dtype(expected)
        if isinstance(expected, self.numpy.dtype):
            expected = getattr(self.one.namespace, cast(Any, expected).name)
        if isinstance(received, self.types) and isinstance(expected, bool | int | float):
            return f"an array in place of {expected!r}"
        return (
            None if received == expected else f"the result is {received!r}, where {expected!r} was expected"
        )


def _given(bound: Bound) -> str:
    """The values of the arrays among the arguments, where they are few."""
    arrays = [original for _, original in bound.arrays]
    few = 0 < sum(array.size for array in arrays) <= _FEW
    return f"; given {' and '.join(str(array.tolist()) for array in arrays)}" if few else ""


def flat(result: Any) -> list[Any]:
    """The results of a function that gives one, or several in a tuple or list."""
    if isinstance(result, tuple | list):
        return [part for item in cast("Sequence[Any]", result) for part in flat(item)]
    return [result]
