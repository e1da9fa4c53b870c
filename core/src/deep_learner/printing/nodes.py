"""What PyTorch calls the nodes of a graph: ``AddBackward0`` where ours is called ``AddBackward``.

PyTorch's names are those of its own operations, with the number of the overload. Where an operation here goes by
another name, or by one for which PyTorch has several, a table says so: an entry is the name without ``Backward``, after
a colon the overload's number if that is not 0, or a function of the node or of the call that gives these.

What is one operation there and several here has a label: the operation around it is noted on the node that it ends
with (see :func:`label`). The reductions of losses are told by what they reduce.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from ..autograd.graph import Node

Names: TypeAlias = "dict[str, str | Callable[[Any], str | None]]"


class _Facts:
    """What a node still knows of the call that it stands for."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.operation = node.operation
        self.edges = node.edges
        self.shapes: Sequence[Any] = getattr(node, "shapes", None) or ()

    def option(self, name: str, default: Any = None) -> Any:
        """The value of a parameter, if it was saved and has not been freed."""
        for pick, value in zip(self.operation.saves, self.node.saved or (), strict=False):
            if pick.position == self.operation.index.get(name) and pick.kind in ("operand", "option"):
                return value
        return default

    def shape(self, position: int) -> Any:
        """The shape of an operand, as far as it is known: None for numbers, and where all shapes are equal."""
        return self.shapes[position] if position < len(self.shapes) else None


def _by_dim(stem: str) -> Callable[[_Facts], str]:
    """PyTorch has an overload for all dimensions, and one for those that are named."""
    return lambda facts: stem if facts.option("dim") is None else f"{stem}:1"


def _of_planes(stem: str, flat: str, sizes: str) -> Callable[[_Facts], str]:
    """An operation for each number of spatial dimensions, as many as an option has entries."""

    def name(facts: _Facts) -> str:
        given = facts.option(sizes)
        count = len(given) if given is not None else len(facts.shape(0) or (0,) * 4) - 2
        return flat if count == 1 else stem.format(count)

    return name


def _subtraction(facts: _Facts) -> str:
    number_first = len(facts.shapes) == 2 and facts.shape(0) is None
    return "Rsub:1" if number_first else "Sub"


def _subtraction_from(facts: _Facts) -> str:
    return "Rsub" if facts.edges[1] is not None or facts.shape(1) is not None else "Rsub:1"


def _division(facts: _Facts) -> str:
    number_first = len(facts.shapes) == 2 and facts.shape(0) is None
    return "Mul" if number_first else "Div"  # PyTorch multiplies the number by the reciprocal


def _power(facts: _Facts) -> str:
    exponent = facts.option("exponent")
    if facts.edges[-1] is not None:
        return "Pow:2" if len(facts.shapes) == 2 and facts.shape(0) is None else "Pow:1"
    return "Pow:1" if hasattr(exponent, "shape") or facts.shape(1) is not None else "Pow"


def _remainder(facts: _Facts) -> str:
    numbers = facts.edges[-1] is None and not hasattr(facts.option("other"), "shape")
    return f"{facts.operation.name.title()}{':1' * (not numbers or facts.shape(1) is not None)}"


def _clamp(facts: _Facts) -> str:
    return "Clamp" if any(edge is not None for edge in facts.edges[1:]) else "Clamp:1"


def _masked_fill(facts: _Facts) -> str:
    return "MaskedFill:1" if facts.edges[-1] is not None else "MaskedFill"


def _product(facts: _Facts) -> str:
    """What PyTorch ends a matrix product with, by the numbers of dimensions."""
    first, second = facts.shape(0), facts.shape(1)
    if first is None:  # equal shapes
        known = next((x for x in facts.node.saved or () if hasattr(x, "shape")), None)
        first = second = (0, 0) if known is None else known.shape
    ranks = len(first), len(second)
    small = {(1, 1): "Dot", (2, 1): "Mv", (1, 2): "Squeeze:4", (2, 2): "Mm"}
    return small.get(ranks, "UnsafeView" if min(ranks) > 1 else "View")


def _linear(facts: _Facts) -> str:
    rank, bias = len(facts.shape(0) or (0, 0)), facts.shape(2) is not None
    if rank == 2:
        return "Addmm" if bias else "Mm"
    if bias:
        return "View"
    return "Squeeze:4" if rank == 1 else "UnsafeView"


def _slice(facts: _Facts) -> str:
    """PyTorch takes what stands between brackets one by one, and leaves out what changes nothing."""
    key, shape = facts.option("key", ()), facts.shape(0) or ()
    name, dim = "Alias", 0
    named = sum(part is not None and part is not Ellipsis for part in key)
    if named == 1 and isinstance(
        key[0], slice
    ):  # nothing else stands there: it is taken even where it takes all
        return "Slice"
    for part in key:
        if part is None:
            name = "Unsqueeze"
        elif part is Ellipsis:
            dim += len(shape) - named
        else:
            if not isinstance(part, slice):
                name = "Select"
            elif dim >= len(shape) or part.indices(shape[dim]) != (0, shape[dim], 1):
                name = "Slice"
            dim += 1
    return name


def _squeeze(facts: _Facts) -> str:
    dim = facts.option("dim")
    return "Squeeze" if dim is None else "Squeeze:1" if isinstance(dim, int) else "Squeeze:2"


def _cross_entropy(facts: _Facts) -> str:
    return "NllLoss2D" if len(facts.shape(0) or ()) > 2 else "NllLoss"


def _scatter(facts: _Facts) -> str:
    return "Scatter" if facts.shape(2) is not None else "Scatter:1"


OPERATIONS: Final[Names] = {
    "adaptive_max_pool": _of_planes("AdaptiveMaxPool{}D", "Squeeze:1", "output_size"),
    "advanced_index": "Index",
    "advanced_put": "IndexPut",
    "astype": "ToCopy",
    "avg_pool": _of_planes("AvgPool{}D", "Squeeze:1", "output_size"),
    "batch_norm_evaluation": "NativeBatchNorm",
    "batch_norm_training": "NativeBatchNorm",
    "broadcast_to": "Expand",
    "clip": _clamp,
    "complex_from_parts": "Complex",
    "concat": "Cat",
    "diagonal_embed": "DiagEmbed",
    "divide": _division,
    "dot_product_attention": "ScaledDotProductFlashAttentionForCpu",
    "expand_dims": "Unsqueeze",
    "flip": "Flip",
    "floor_divide": "Div:2",
    "fmod": _remainder,
    "fractional_max_pool": _of_planes("FractionalMaxPool{}D", "Squeeze:1", "output_size"),
    "group_norm_and_statistics": "NativeGroupNorm",
    "imag": "Select",
    "index_extremum": "IndexReduce",
    "linalg_cholesky": "LinalgCholeskyEx",
    "linalg_eigvalsh": "LinalgEigh",
    "linalg_inv": "LinalgInvEx",
    "linalg_solve": "LinalgSolveEx",
    "linalg_svdvals": "LinalgSvd",
    "linear": _linear,
    "logsigmoid": "LogSigmoid",
    "masked_fill": _masked_fill,
    "matmul": _product,
    "matrix_transpose": "Transpose",
    "max_dim": "Max",
    "max_pool": _of_planes("MaxPool{}DWithIndices", "Squeeze:1", "output_size"),
    "max_pool_with_indices": _of_planes("MaxPool{}DWithIndices", "Squeeze:1", "output_size"),
    "max_unpool": _of_planes("MaxUnpool{}D", "Squeeze:1", "output_size"),
    "mean": _by_dim("Mean"),
    "min_dim": "Min",
    "multiply": "Mul",
    "negative": "Neg",
    "permute_dims": "Permute",
    "pow": _power,
    "prod": _by_dim("Prod"),
    "real": "Select",
    "remainder": _remainder,
    "repeat_tiles": "Repeat",
    "reshape": "View",
    "rsub": _subtraction_from,
    "scatter_set": _scatter,
    "set_slice": "SliceScatter",
    "slice_index": _slice,
    "softmax_cross_entropy": _cross_entropy,
    "softsign": "Div",
    "square": "Pow",
    "squeeze": _squeeze,
    "subtract": _subtraction,
    "sum": _by_dim("Sum"),
    "tile": "Repeat",
    "trunc_divide": "Div:2",
    "unstack": "Unbind",
    "vecdot": "Sum:1",
    "vector_norm": "LinalgVectorNorm",
    "view_scatter": "CopySlices",
}


def _greatest(stem: str) -> Callable[[Sequence[Any]], str | None]:
    return lambda values: f"{stem}:1" if values[1] is None and values[3] is None else None


def _nll(values: Sequence[Any]) -> str:
    return "NllLoss2D" if values[0].ndim > 2 else "NllLoss"


def _by_dim_of_call(stem: str) -> Callable[[Sequence[Any]], str]:
    return lambda values: stem if values[1] is None else f"{stem}:1"


def _interpolation(values: Sequence[Any]) -> str:
    words = values[3].split("-")
    return f"Upsample{''.join(word.title() for word in words)}{len(values[1])}D"


def _padding(values: Sequence[Any]) -> str | None:
    stem = {"reflect": "ReflectionPad", "replicate": "ReplicationPad"}.get(values[2])
    return stem and f"{stem}{len(values[1]) // 2}D"


# What is one node in PyTorch's graph and several in ours.
COMPOSITES: Final[Names] = {
    "adaptive_avg_pool": lambda values: "Squeeze:1" if len(values[1]) == 1 else f"AdaptiveAvgPool{len(values[1])}D",
    "addbmm": "Addbmm",
    "addcdiv": "Addcdiv",
    "addcmul": "Addcmul",
    "addmm": "Addmm",
    "addmv": "Addmv",
    "addr": "Addr",
    "aminmax": "Aminmax",
    "angle": "Angle",
    "baddbmm": "Baddbmm",
    "binary_cross_entropy_with_logits": "BinaryCrossEntropyWithLogits",
    "block_diag": "BlockDiag",
    "bmm": "Bmm",
    "cdist": "Cdist",
    "celu": "Celu",
    "channel_shuffle": "ChannelShuffle",
    "cross": "LinalgCross",
    "deg2rad": "Deg2Rad",
    "diagonal_scatter": "DiagonalScatter",
    "dist": "Dist",
    "dot": "Dot",
    "embedding_bag": "EmbeddingBag",
    "fliplr": "Flip",
    "flipud": "Flip",
    "fmax": "Fmax",
    "fmin": "Fmin",
    "glu": "Glu",
    "grid_sampler": lambda values: f"GridSampler{values[0].ndim - 2}D",
    "hardshrink": "Hardshrink",
    "hardsigmoid": "Hardsigmoid",
    "hardswish": "Hardswish",
    "index_fill": lambda values: "IndexFill:1" if hasattr(values[3], "shape") else "IndexFill",
    "index_reduce": "IndexReduce",
    "interpolate_to": _interpolation,
    "kthvalue": "Kthvalue",
    "ldexp": "Ldexp",
    "lerp": lambda values: "Lerp:1" if hasattr(values[2], "shape") else "Lerp",
    "linalg_householder_product": "LinalgHouseholderProduct",
    "linalg_lu": "LinalgLu",
    "linalg_lu_solve": "LinalgLuSolve",
    "logit": "Logit",
    "lu_unpack": "LuUnpack",
    "masked_scatter": "MaskedScatter",
    "masked_select": "MaskedSelect",
    "max": _greatest("Max"),
    "median": _by_dim_of_call("Median"),
    "min": _greatest("Min"),
    "mm": "Mm",
    "mode": "Mode",
    "msort": "Sort",
    "mv": "Mv",
    "mvlgamma": "Mvlgamma",
    "nanmedian": _by_dim_of_call("Nanmedian"),
    "nansum": "Nansum",
    "nll_loss": _nll,
    "pad": _padding,
    "pairwise_distance": "Norm:1",
    "pixel_shuffle": "PixelShuffle",
    "pixel_unshuffle": "PixelUnshuffle",
    "polar": "Polar",
    "prelu": "PreluKernel",
    "put": "Put",
    "rad2deg": "Rad2Deg",
    "renorm": "Renorm",
    "rot90": "Rot90",
    "scatter_reduce": "ScatterReduce",
    "select_scatter": "SelectScatter",
    "sinc": "Sinc",
    "smooth_l1_loss": "SmoothL1Loss",
    "soft_margin_loss": "SoftMarginLoss",
    "softshrink": "Softshrink",
    "t": "T",
    "take_flat": "Take",
    "threshold": "Threshold",
    "trace": "Trace",
    "triangular_solve": "TriangularSolve",
    "vdot": "Vdot",
}  # fmt: skip

# Losses whose reduction is part of one node in PyTorch's graph.
REDUCED: Final = frozenset({
    "BinaryCrossEntropy", "BinaryCrossEntropyWithLogits", "MseLoss", "SmoothL1Loss",
})  # fmt: skip


def label(name: str, values: Sequence[Any], result: Any) -> None:
    """Note on the nodes of what a composite operation returned that they end one operation of PyTorch's.

    Parameters
    ----------
    name
        The operation's.
    values
        What it was called with.
    result
        A Tensor or several; those that it only hands on keep their names.
    """
    entry = COMPOSITES[name]
    stem = entry if isinstance(entry, str) else entry(values)
    if stem is None:
        return
    given = {id(getattr(value, "_node", None)) for value in values}
    made: Any = result if issubclass(result.__class__, tuple) else (result,)
    for one in made:
        node: Any = one._node
        if node is not None and id(node) not in given:
            node.maker.label = stem


def torch_name(node: Node) -> str:
    """The node's name in PyTorch's graph."""
    if not hasattr(node.operation, "saves"):  # a Function's, which bears its name
        return node.operation.backward_name
    stem, _, overload = _stem(node).partition(":")
    return stem if stem == "CopySlices" else f"{stem}Backward{overload or 0}"


def _stem(node: Node) -> str:
    known = getattr(node, "label", None)
    if known is not None:
        return known
    operation = node.operation
    if operation.name in ("mean", "sum") and node.edges[0] is not None:
        inner = node.edges[0].maker
        reduced = _stem(inner) if inner.operation is not None and hasattr(inner.operation, "saves") else ""
        if reduced in REDUCED and _Facts(node).option("dim") is None:
            return reduced
    entry = OPERATIONS.get(operation.name)
    if entry is None:
        return operation.backward_name.removesuffix("Backward")
    return entry if isinstance(entry, str) else entry(_Facts(node)) or ""
