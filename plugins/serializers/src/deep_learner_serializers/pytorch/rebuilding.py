"""PyTorch's functions that put tensors together, by their names in its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import deep_learner as dl
from deep_learner import nn
from deep_learner.layout import layout
from deep_learner_serializers.pytorch.opcodes import UnpicklingError
from deep_learner_serializers.pytorch.values import set_attributes

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.dtypes import DType
    from deep_learner_serializers.pytorch.tensors import Tensors

__all__ = ["KINDS", "REBUILDING"]


def _dense(
    tensors: Tensors, storage: Any, offset: Any, size: Any, stride: Any, requires_grad: Any, hooks: Any,
    dtype: DType | None, metadata: Any = None,
) -> dl.Tensor:  # fmt: skip
    """PyTorch marks a conjugate or negated view instead of writing it out; hooks are never kept in files."""
    tensor = tensors.tensor(storage, offset, size, stride, dtype)
    marks: dict[Any, Any] = metadata if type(metadata) is dict else {}
    if marks:
        tensors.spend(tensor.nbytes)
    if marks.get("conj"):
        tensor = dl.conj(tensor)
    if marks.get("neg"):
        tensor = -tensor
    return tensor.requires_grad_(True) if requires_grad is True else tensor


def _v1(tensors: Tensors, storage: Any, offset: Any, size: Any, stride: Any) -> dl.Tensor:
    return _dense(tensors, storage, offset, size, stride, False, None, None)


def _v2(
    tensors: Tensors, storage: Any, offset: Any, size: Any, stride: Any, requires_grad: Any, hooks: Any,
    metadata: Any = None,
) -> dl.Tensor:  # fmt: skip
    return _dense(tensors, storage, offset, size, stride, requires_grad, hooks, None, metadata)


def _v3(
    tensors: Tensors, storage: Any, offset: Any, size: Any, stride: Any, requires_grad: Any, hooks: Any, dtype: Any,
    metadata: Any = None,
) -> dl.Tensor:  # fmt: skip
    if not isinstance(dtype, type(dl.float32)):
        raise UnpicklingError("a tensor has a dtype that is none")
    return _dense(tensors, storage, offset, size, stride, requires_grad, hooks, dtype, metadata)


def _parameter(
    tensors: Tensors, data: Any, requires_grad: Any, hooks: Any, state: Any = None
) -> nn.Parameter:
    if not isinstance(data, dl.Tensor):
        raise UnpicklingError("a parameter is made of what is no tensor")
    made = nn.Parameter(data.detach(), requires_grad=requires_grad is True)
    if state:
        set_attributes(made, state[0] if isinstance(state, tuple) else state)
    return made


def _with_attributes(tensors: Tensors, function: Any, kind: Any, arguments: Any, state: Any) -> Any:
    """A tensor with attributes of Python's, which are left out: our tensors have none."""
    if function not in REBUILDING.values() or kind not in KINDS.values() or not isinstance(arguments, tuple):
        raise UnpicklingError("a tensor of a subclass is not read")
    return function(tensors, *arguments)


def _sparse(tensors: Tensors, kind: Any, data: Any) -> Any:
    if kind is not layout.SPARSE_COO or not isinstance(data, tuple) or len(data) not in (3, 4):
        raise UnpicklingError("a sparse tensor of a layout other than sparse_coo is not read")
    indices, values, size, *coalesced = data
    if not (isinstance(indices, dl.Tensor) and isinstance(values, dl.Tensor) and isinstance(size, tuple)):
        raise UnpicklingError("a sparse tensor is made of what is no tensor")
    tensors.spend(indices.nbytes + values.nbytes)
    return dl.sparse_coo_tensor(indices, values.detach(), size, is_coalesced=coalesced == [True])


def _refused(what: str) -> Callable[..., Any]:
    def refuse(*_: Any) -> Any:
        raise UnpicklingError(f"{what} are not read: convert them with PyTorch, and save the dense tensors")

    return refuse


REBUILDING: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": _v1,
    "torch._utils._rebuild_tensor_v2": _v2,
    "torch._utils._rebuild_tensor_v3": _v3,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
    "torch._utils._rebuild_sparse_tensor": _sparse,
    "torch._tensor._rebuild_from_type_v2": _with_attributes,
    "torch._utils._rebuild_qtensor": _refused("quantized tensors"),
    "torch._utils._rebuild_nested_tensor": _refused("nested tensors"),
    "torch._utils._rebuild_meta_tensor_no_storage": _refused(
        "tensors on the device 'meta', which have no values,"
    ),
}
# Classes that a file names where it rebuilds a tensor.
KINDS: dict[str, type] = {"torch.Tensor": dl.Tensor, "torch.nn.parameter.Parameter": nn.Parameter}
