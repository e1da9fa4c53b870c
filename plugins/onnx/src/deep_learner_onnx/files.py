"""Writing models: whole, or with the values of their constants in a file beside them.

A message of protocol buffers holds less than 2 GiB. The file of values bears a digest of them in its name, so that the
old model, until it is replaced in one step, has its own.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper

from deep_learner.serialization import atomic_write
from deep_learner_onnx.emission import onnx_type
from deep_learner_onnx.model import Model
from deep_learner_onnx.proto import SMALL, tensor_of

__all__ = ["constants_of", "write_proto"]

LARGEST = (1 << 31) - (1 << 24)  # bytes of all values; the rest is for nodes and names
ALIGNMENT = 4096  # so that values may be mapped into memory


def constants_of(
    model: Model, path: str | os.PathLike[str], external: bool | None
) -> tuple[dict[str, onnx.TensorProto], Callable[[], None] | None]:
    """The tensors of a model's large and named constants, and what writes the file beside it, if there is one."""
    arrays = {name: a for name, a in model.constants.items() if a.nbytes > SMALL or not _is_anonymous(name)}
    if external is None:
        external = sum(array.nbytes for array in arrays.values()) > LARGEST
    if not external:
        return {name: tensor_of(name, array) for name, array in arrays.items()}, None
    target = Path(path).resolve()  # what replaces a file keeps the links to it
    data = target.with_name(f"{target.name}.{_digest(arrays)}.data")

    def write() -> None:
        with atomic_write(data) as file:
            for offset, array in _laid_out(arrays):
                file.write(b"\0" * (offset - file.tell()))
                file.write(memoryview(_bytes_of(array)))

    places = _laid_out(arrays)
    tensors = {
        name: _external(name, array, data.name, offset)
        for (name, array), (offset, _) in zip(arrays.items(), places, strict=True)
    }
    return tensors, write


def write_proto(
    proto: onnx.ModelProto, path: str | os.PathLike[str], write_data: Callable[[], None] | None
) -> None:
    """Check a model and replace the file in one step; then files of values that the old one had are removed."""
    onnx.checker.check_model(_without_values(proto), full_check=True)
    if write_data is not None:
        write_data()
    with atomic_write(path) as file:
        file.write(proto.SerializeToString(deterministic=True))
    target = Path(path).resolve()
    kept = {entry.value for tensor in proto.graph.initializer for entry in tensor.external_data}
    pattern = re.compile(re.escape(target.name) + r"\.[0-9a-f]{16}\.data")
    for beside in target.parent.iterdir():
        if pattern.fullmatch(beside.name) and beside.name not in kept:
            beside.unlink()


def _without_values(proto: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its parameters as inputs: all that there is to check, of whatever size they are."""
    graph = onnx.GraphProto(name=proto.graph.name, node=proto.graph.node, output=proto.graph.output)
    graph.input.extend(proto.graph.input)
    for tensor in proto.graph.initializer:
        graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))
    return onnx.ModelProto(ir_version=proto.ir_version, opset_import=proto.opset_import, graph=graph)


def _is_anonymous(name: str) -> bool:
    return re.fullmatch(r"constant_\d+", name) is not None


def _bytes_of(array: Any) -> Any:
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    return little.reshape(-1).view(np.uint8)


def _laid_out(arrays: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    offset = 0
    for array in arrays.values():
        yield offset, array
        offset += -(-array.nbytes // ALIGNMENT) * ALIGNMENT


def _digest(arrays: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(name.encode())
        digest.update(_bytes_of(array))
    return digest.hexdigest()[:16]


def _external(name: str, array: Any, file: str, offset: int) -> onnx.TensorProto:
    tensor = onnx.TensorProto(name=name, data_type=onnx_type(array.dtype), dims=array.shape)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", file), ("offset", offset), ("length", array.nbytes)):
        tensor.external_data.add(key=key, value=str(value))
    return tensor
