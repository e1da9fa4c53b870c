"""A backend's kernels against the generic forms that they stand in for, computed by NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from .case import Data
from .kernel_samples import SAMPLES
from .run import Bound, Failure, MissingDTypeError, Stage, flat

if TYPE_CHECKING:
    from ...ops.operation import Operation

__all__ = ["failures", "samples_of"]

# For operations of arrays alone. Inside of the domain of all: acosh wants more than 1, the inverse sine less.
_PLAIN: Final = Data([[0.5, -1.25, 2.0, -0.0], [3.0, 0.25, -0.5, 7.5]])
_POSITIVE: Final = Data([[0.5, 1.25, 2.0, 4.0], [3.0, 0.25, 0.75, 7.5]])
_UNIT: Final = Data([[0.5, -0.25, 0.75, 0.0], [-0.875, 0.125, -0.5, 1.0]])
_SPECIAL: Final = Data([float("inf"), float("-inf"), float("nan"), 0.0])
_LONG: Final = Data([(i - 150) / 64 for i in range(301)])
_ROW: Final = Data([1.5, -2.0, 0.5, 3.0])
_EMPTY: Final = Data([[], []])
_WHOLE: Final = "int64"
_CORE: Final = f"{__name__.partition('.')[0]}."


def samples_of(
    operation: Operation, given: Mapping[str, Sequence[tuple[Any, ...]]]
) -> Sequence[tuple[Any, ...]]:
    """Arguments to try an operation with: a contract's own, core's, or some for one or two arrays; else none."""
    name = operation.name
    if name in given:
        return [_with_data(operation, sample) for sample in given[name]]
    if name in SAMPLES:
        return SAMPLES[name]
    required = sum(repr(default) == "<missing>" for default in operation.defaults)
    if not _of_core(operation):  # whose domain core does not know
        return ()
    if operation.sequences or required != len(operation.operands) or required not in (1, 2):
        return ()
    singles = (_PLAIN, _POSITIVE, _UNIT, _SPECIAL, _LONG, _EMPTY, Data(0.75))
    if required == 1:
        return [(one,) for one in singles]
    annotation = str(operation.forward.__annotations__.get(operation.parameters[1], ""))
    numbers = [(_PLAIN, 1.5), (_POSITIVE, 2)] if "Scalar" in annotation else []
    pairs = [(_PLAIN, _POSITIVE), (_UNIT, _UNIT), (_LONG, _LONG), (_EMPTY, _EMPTY)]
    broadcast = [(_PLAIN, _ROW), (_ROW, _PLAIN)] if operation.promote is not None else []
    return [*pairs, *broadcast, *numbers]


def failures(
    stage: Stage, operation: Operation, kernel: Any, samples: Sequence[tuple[Any, ...]]
) -> Iterator[Failure | None]:
    """For each sample and floating dtype, of arrays and of views: what is wrong with the kernel, or None."""
    floating = [name for name in ("float32", "float64", "float16") if name in stage.dtypes]
    chosen = operation.name in SAMPLES or not _of_core(
        operation
    )  # otherwise the operation may refuse a sample
    for sample in samples:
        for dtype in floating:
            try:
                expected = _expected(stage, operation, sample, dtype)
            except MissingDTypeError:
                continue
            except (TypeError, ValueError, RuntimeError, IndexError):
                if chosen:
                    raise
                continue
            for strided in (False, True):
                try:
                    bound = stage.bind(_filled(operation, sample), {}, dtype, strided=strided)
                except MissingDTypeError:
                    continue
                except Exception as error:  # a library without views
                    if strided:
                        continue
                    raise error
                reason = _reason(stage, operation, kernel, bound, expected)
                words = f"kernel {operation.name}({bound.words}){' of views' if strided else ''}"
                yield None if reason is None else Failure(words, reason)


def _of_core(operation: Operation) -> bool:
    return operation.forward.__module__.startswith(_CORE)


def _reason(stage: Stage, operation: Operation, kernel: Any, bound: Bound, expected: list[Any]) -> str | None:
    try:
        received = flat(operation.call(kernel, bound.arguments))
    except Exception as error:  # whatever a kernel raises is a finding
        return f"{type(error).__name__}: {error}"
    if len(received) != len(expected):
        return f"{len(received)} results, where {len(expected)} were expected"
    for one, other in zip(received, expected, strict=True):
        if other is None:
            if one is not None:
                return f"an array of shape {tuple(one.shape)}, where None was expected"
            continue
        finite = stage.numpy.abs(stage.numpy.nan_to_num(other, posinf=0, neginf=0))
        scale = float(finite.max()) if finite.size else 0.0
        absolute = 4 * stage.tolerance.get(other.dtype.name, 0.0) * max(scale, 1e-3)
        reason = stage.different(one, other, widened=4.0, absolute=absolute)
        if reason:
            return reason
    return stage.changed(bound)


def _expected(stage: Stage, operation: Operation, sample: tuple[Any, ...], dtype: str) -> list[Any]:
    """What the generic form gives: values worked out in double precision, in the dtypes that it gives in `dtype`."""
    numpy, generic = stage.numpy, stage.reference.operations

    def computed(name: str) -> list[Any]:
        arguments = _originals(stage, operation, sample, dtype, name)
        with numpy.errstate(all="ignore"):
            return flat(operation.call(lambda *a, **k: operation.forward(generic, *a, **k), arguments))

    rough, fine = computed(dtype), computed("float64")
    with numpy.errstate(all="ignore"):
        return [
            None if one is None else numpy.asarray(other).astype(numpy.asarray(one).dtype)
            for one, other in zip(rough, fine, strict=True)
        ]


def _originals(
    stage: Stage, operation: Operation, sample: tuple[Any, ...], dtype: str, computed: str
) -> list[Any]:
    """NumPy's arguments: values as `dtype` holds them, in the dtype `computed`."""

    def made(value: Any) -> Any:
        if isinstance(value, Data):
            array = stage.array(value, dtype)
            return array.astype(computed) if value.dtype is None else array
        if isinstance(value, tuple):
            return tuple(made(item) for item in cast("tuple[Any, ...]", value))
        return value

    return [made(value) for value in _filled(operation, sample)]


def _filled(operation: Operation, sample: tuple[Any, ...]) -> list[Any]:
    """A sample with the operation's defaults behind it."""
    return [*sample, *operation.defaults[len(sample) :]]


def _with_data(operation: Operation, sample: tuple[Any, ...]) -> tuple[Any, ...]:
    """A contract's sample, with `Data` for the lists that stand for arrays."""

    def made(value: Any) -> Any:
        if isinstance(value, list) or hasattr(value, "tolist"):
            return Data(value, _dtype_of(cast(Any, value)))
        if isinstance(value, tuple):
            return tuple(made(item) for item in cast("tuple[Any, ...]", value))
        return value

    return tuple(
        made(value) if position in operation.operands else value for position, value in enumerate(sample)
    )


def _dtype_of(values: Any) -> str | None:
    """The dtype of a sample's array: that under test for numbers with a point."""
    if hasattr(values, "dtype"):
        return None if values.dtype.kind == "f" else str(values.dtype.name)
    while isinstance(values, list) and values:
        values = cast("list[Any]", values)[0]
    return "bool" if isinstance(values, bool) else _WHOLE if isinstance(values, int) else None
