"""Whether a graph holds for all sizes of its dynamic axes: runs of the model with other sizes give the same one."""

from __future__ import annotations

from typing import Any

import numpy as np

from deep_learner_onnx.errors import ExportError
from deep_learner_onnx.model import Model
from deep_learner_onnx.sizes import is_dynamic, same

__all__ = ["require_same", "sizes_to_trace"]


def sizes_to_trace(sizes: dict[str, int]) -> list[dict[str, int]]:
    """The examples' sizes, none of them 1, which has a meaning of its own; then others to try, no two of them alike."""
    first = {label: max(size, 2) for label, size in sizes.items()}
    numbered = list(enumerate(first.items()))
    return [
        first,
        {label: size * (2 + i) for i, (label, size) in numbered},
        {label: size + 1 + i for i, (label, size) in numbered},
        {label: max(size - 1 - i, 1) for i, (label, size) in numbered},
    ]


def require_same(first: Model, second: Model, sizes: dict[str, int], others: dict[str, int]) -> None:
    """Compare two graphs.

    Raises
    ------
    ExportError
        If they differ; the first difference is named with its layer.
    """
    for one, other in zip(first.nodes, second.nodes, strict=False):
        mine, theirs = _described(first, one), _described(second, other)
        if mine != theirs:
            raise _baked(one.layer, one.operator, sizes, others)
    if len(first.nodes) != len(second.nodes):
        longer = max(first.nodes, second.nodes, key=len)
        node = longer[min(len(first.nodes), len(second.nodes))]
        raise _baked(node.layer, node.operator, sizes, others)
    for (name, one), other in zip(first.outputs.items(), second.outputs.values(), strict=True):
        if any(is_dynamic(a) != is_dynamic(b) or (not is_dynamic(a) and not same(a, b)) for a, b in zip(
            one.shape, other.shape, strict=True
        )):  # fmt: skip
            raise _baked("", f"the output {name!r}", sizes, others)


def _described(model: Model, node: Any) -> Any:
    constants = [_content(model.constants.get(name)) for name in node.inputs]
    return node.operator, node.inputs, node.outputs, repr(sorted(node.attributes.items())), constants


def _content(array: Any) -> Any:
    if array is None:
        return None
    return (
        array.dtype.str,
        array.shape,
        np.ascontiguousarray(array).tobytes() if array.nbytes < 1 << 16 else None,
    )


def _baked(layer: str, operator: str, sizes: dict[str, int], others: dict[str, int]) -> ExportError:
    where = f"in the layer {layer!r}" if layer else "in the model itself"
    return ExportError(
        f"a dynamic size has become a constant {where}, at {operator}: the graph is another for the sizes {sizes} than "
        f"for {others}. Compute with x.shape and x.size(dim) as they are, without int(), len() or loops over a dynamic "
        "axis, or leave the axis out of dynamic_axes"
    )
