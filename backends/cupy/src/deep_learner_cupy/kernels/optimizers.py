"""Steps of SGD and Adam for all parameters of a group in one launch for each dtype.

The formulas are those of the optimizers' own rules, which run where a kernel cannot: see `sources/optimizers.cu`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import cupy
import cupyx

from deep_learner_cupy import captures, transfer
from deep_learner_cupy.kernels.compiled import NULL, kernel, packed
from deep_learner_cupy.kernels.fallback import REAL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deep_learner.typing import Array

Lines: TypeAlias = "tuple[tuple[int, ...], ...]"
_CHUNK = 16384  # as in the source
_THREADS = 512


def sgd(
    parameters: list[Array], gradients: list[Array], states: list[dict[str, Any]], group: dict[str, Any]
) -> bool:
    """One step of SGD; False if the rule has to make it."""
    momentum, kept = float(group["momentum"]), ["momentum_buffer"]
    if group["differentiable"] or not _fit(parameters, gradients, states, kept):
        return False
    rate, rates = _rate(group["lr"])
    parts: dict[tuple[Any, bool], list[list[Array]]] = {}
    for parameter, gradient, state in zip(parameters, gradients, states, strict=True):
        first = momentum != 0 and "momentum_buffer" not in state
        if first:
            state["momentum_buffer"] = cupy.empty_like(parameter)
        buffer = state["momentum_buffer"] if momentum else parameter
        parts.setdefault((parameter.dtype, first), []).append([parameter, packed(gradient), buffer])
    for (dtype, first), arrays in parts.items():
        _launch(
            "sgd", dtype, arrays, rate, rates, momentum, 1 - float(group["dampening"]), float(group["weight_decay"]),
            int(group["nesterov"]), int(group["maximize"]), int(first),
        )  # fmt: skip
    return True


def adam(
    parameters: list[Array], gradients: list[Array], states: list[dict[str, Any]], group: dict[str, Any]
) -> bool:
    """One step of Adam or AdamW; False if the rule has to make it."""
    kept = ["exp_avg", "exp_avg_sq", *(["max_exp_avg_sq"] if group["amsgrad"] else [])]
    if group["differentiable"] or not _fit(parameters, gradients, states, kept, needed=True):
        return False
    beta1, beta2 = map(float, group["betas"])
    rate, rates = _rate(group["lr"])
    parts: dict[tuple[Any, Any, Any], list[list[Array]]] = {}
    for parameter, gradient, state in zip(parameters, gradients, states, strict=True):
        step = state["step"]
        on_device = isinstance(step, cupy.ndarray)
        if not on_device:
            step += 1
            state["step"] = step
        arrays = [parameter, packed(gradient), *[state[name] for name in kept]]
        arrays += [arrays[-1]] * (5 - len(arrays))
        key = (parameter.dtype, step.dtype.itemsize, None) if on_device else (parameter.dtype, 0, float(step))
        parts.setdefault(key, []).append([*arrays, step if on_device else parameter])
    for (dtype, counts, step), arrays in parts.items():
        correction, root = (1.0, 1.0) if counts else (1 - beta1**step, (1 - beta2**step) ** 0.5)
        table = _launch(
            "adam", dtype, arrays, rate, rates, beta1, beta2, float(group["eps"]), float(group["weight_decay"]),
            int(group["decoupled_weight_decay"]), int(group["amsgrad"]), int(group["maximize"]), counts, correction,
            root,
        )  # fmt: skip
        if counts:
            kernel("optimizers", "count_steps", dtype)((1,), (256,), (table, len(table), counts))
    return True


def _fit(
    parameters: Sequence[Array],
    gradients: Sequence[Array],
    states: Sequence[dict[str, Any]],
    names: Sequence[str],
    needed: bool = False,
) -> bool:
    """Whether the kernels take the arrays: real, of one dtype and shape for each parameter, without gaps."""
    for parameter, gradient, state in zip(parameters, gradients, states, strict=True):
        if parameter.dtype not in REAL or not parameter.flags.c_contiguous or not _like(gradient, parameter):
            return False
        for name in names:
            array = state.get(name)
            if array is None and needed:
                return False
            if array is not None and not (_like(array, parameter) and array.flags.c_contiguous):
                return False
    return True


def _like(array: Any, parameter: Array) -> bool:
    return (
        isinstance(array, cupy.ndarray) and array.dtype == parameter.dtype and array.shape == parameter.shape
    )


def _rate(lr: Any) -> tuple[float, Any]:
    """A learning rate as a number, or as one on the device."""
    if isinstance(lr, cupy.ndarray):
        return 0.0, lr.astype("float64")
    return float(lr), NULL


def _launch(name: str, dtype: Any, arrays: list[list[Array]], *arguments: Any) -> Any:
    """Launch a kernel over the arrays of each parameter; the table that says where they lie."""
    chunks, lines = 0, []
    for line in arrays:  # one without elements has no chunk, and no block finds it
        lines.append((chunks, line[0].size, *[array.data.ptr for array in line]))
        chunks += -(-line[0].size // _CHUNK)
    table = _table(tuple(lines))
    if chunks:
        kernel("optimizers", name, dtype)((chunks,), (_THREADS,), (table, len(lines), *arguments))
    return table


# By GPU, stream and first parameter: the lines that were sent, and where they lie.
_tables: dict[tuple[int, ...], tuple[Lines, Any]] = {}
_MOST = 64


def _table(lines: Lines) -> Any:
    """The lines on the device, where they are sent only when they have changed."""
    shape = (len(lines), len(lines[0]))
    if captures.active():
        return _captured_table(lines, shape)
    key = (cupy.cuda.runtime.getDevice(), cupy.cuda.get_current_stream().ptr, lines[0][2], *shape)
    sent, table = _tables.get(key, (None, None))
    if sent != lines:
        host = _page_locked(lines, shape)
        table = cupy.empty(shape, "int64") if table is None else table
        transfer.overwrite(table, host)
        _tables[key] = lines, table
        if len(_tables) > _MOST:
            del _tables[next(iter(_tables))]
    return table


def _captured_table(lines: Lines, shape: tuple[int, int]) -> Any:
    """A table that each replay sends again, from memory that the graph keeps."""
    host, table, runtime = _page_locked(lines, shape), cupy.empty(shape, "int64"), cupy.cuda.runtime
    captures.keep(host)
    stream = cupy.cuda.get_current_stream().ptr
    runtime.memcpyAsync(table.data.ptr, host.ctypes.data, host.nbytes, runtime.memcpyHostToDevice, stream)
    return table


def _page_locked(lines: Lines, shape: tuple[int, int]) -> Any:
    host: Any = cupyx.empty_pinned(shape, "int64")  # pyright: ignore[reportArgumentType]
    host[...] = lines
    return host


KERNELS: dict[str, Callable[..., Any]] = {
    "deep_learner_optimizers.adam:Adam.rule": adam,
    "deep_learner_optimizers.sgd:SGD.rule": sgd,
}
