"""The initializers of an ONNX file as tensors, and what else it says. Nothing is believed before it is checked."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnx

import deep_learner as dl
from deep_learner.serialization import SerializationError, TensorFile, TensorInfo

__all__ = ["OnnxFile"]

_NAMES = {value.number: value.name for value in onnx.TensorProto.DataType.DESCRIPTOR.values}
_DTYPES = {
    "FLOAT": "float32", "UINT8": "uint8", "INT8": "int8", "UINT16": "uint16", "INT16": "int16", "INT32": "int32",
    "INT64": "int64", "BOOL": "bool", "FLOAT16": "float16", "DOUBLE": "float64", "UINT32": "uint32",
    "UINT64": "uint64", "COMPLEX64": "complex64", "COMPLEX128": "complex128", "BFLOAT16": "bfloat16",
}  # fmt: skip


_DIMENSIONS, _LARGEST = 64, 1 << 59  # of any array; elements take up to 16 bytes


class OnnxFile(TensorFile):
    """An ONNX file, opened.

    Parameters
    ----------
    file
        At its start. Values beside it are found by its name.
    """

    def __init__(self, file: BinaryIO) -> None:
        try:
            model = onnx.ModelProto.FromString(file.read())
        except Exception as error:  # protobuf's own, a library that comes with ONNX's
            raise SerializationError(f"it is no ONNX model ({error})") from None
        if not model.HasField("graph"):
            raise SerializationError("it holds no graph")
        if not all(isinstance(text, str) for text in _texts(model)):
            raise SerializationError("it has texts that are no UTF-8")
        name = getattr(file, "name", None)
        path = Path(os.fspath(name)) if isinstance(name, str | os.PathLike) else None
        # A link to a model, as in caches of downloads, has its values beside it, or beside what it leads to.
        self._folders = () if path is None else (path.parent.resolve(), path.resolve().parent)
        self._tensors = {}
        for tensor in model.graph.initializer:
            if not tensor.name or tensor.name in self._tensors:
                raise SerializationError(f"two tensors have the name {tensor.name!r:.100}, or one has none")
            self._tensors[tensor.name] = tensor
        self.tensors = {name: _checked(tensor) for name, tensor in self._tensors.items()}
        self.metadata = dict(_metadata(model))

    def read_tensor(self, name: str) -> dl.Tensor:
        """The tensor, its bytes from the model's file or from beside it."""
        tensor, info = self._tensors[name], self.tensors[name]
        dtype = _DTYPES.get(info.dtype)
        if dtype is None:
            raise SerializationError(
                f"the tensor {name!r:.100} holds {info.dtype}, which no tensor here does"
            )
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            array: Any = self._external(tensor, info, dtype)
        else:
            array = onnx.numpy_helper.to_array(tensor)
        if dtype == "bfloat16":
            bits = dl.from_numpy(np.asarray(array).view(np.uint16).copy())
            return bits.view(dl.bfloat16)
        return dl.from_numpy(np.array(array))

    def _external(self, tensor: onnx.TensorProto, info: TensorInfo, dtype: str) -> Any:
        entries = {entry.key: entry.value for entry in tensor.external_data}
        path = self._beside(entries.get("location", ""), info.name)
        size = path.stat().st_size
        offset = _number(entries.get("offset", "0"), info.name)
        length = _number(entries.get("length", str(info.nbytes)), info.name)
        if length != info.nbytes or offset + length > size:
            raise SerializationError(
                f"the tensor {info.name!r:.100} takes {info.nbytes} bytes from {offset} on of {path.name!r}, "
                f"which has {size}"
            )
        stored = np.dtype("<u2" if dtype == "bfloat16" else dtype).newbyteorder("<")
        values = np.fromfile(path, stored, math.prod(info.shape), offset=offset)
        return values.astype(stored.newbyteorder("="), copy=False).reshape(info.shape)

    def _beside(self, location: str, name: str) -> Path:
        """The file of values, which lies in the model's folder or below it."""
        if not self._folders:
            raise SerializationError(
                f"the values of {name!r:.100} lie in another file: load the model by its path"
            )
        if "\0" in location:
            raise SerializationError(
                f"the values of {name!r:.100} are said to lie at {location!r:.100}, which is no path"
            )
        parts = Path(location.replace("\\", "/"))
        places = [(folder / parts).resolve() for folder in self._folders]
        inside = [path for path in places if any(map(path.is_relative_to, self._folders))]
        if not location or parts.is_absolute() or ".." in parts.parts or not inside:
            raise SerializationError(
                f"the values of {name!r:.100} are said to lie at {location!r:.100}, outside the model's folder"
            )
        for path in inside:
            if path.is_file():
                return path
        raise SerializationError(
            f"the values of {name!r:.100} are said to lie in {location!r:.100}, which is not there"
        )


def _number(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise SerializationError(f"the place of the values of {name!r:.100} is damaged: {text!r:.100}")
    return int(text)


def _checked(tensor: onnx.TensorProto) -> TensorInfo:
    """What a tensor says of itself, once that agrees with how many values it holds."""
    shape = tuple(tensor.dims)
    kind = _NAMES.get(tensor.data_type, str(tensor.data_type))
    if min(shape, default=0) < 0 or len(shape) > _DIMENSIONS or math.prod(filter(None, shape)) >= _LARGEST:
        raise SerializationError(
            f"the tensor {tensor.name!r:.100} has the shape {shape!r:.100}, which no array has"
        )
    count, dtype = math.prod(shape), _DTYPES.get(kind)
    width = 2 if dtype == "bfloat16" else np.dtype(dtype).itemsize if dtype else 0
    size = count * width
    if dtype and tensor.data_location != onnx.TensorProto.EXTERNAL:
        held = len(tensor.raw_data) if tensor.HasField("raw_data") else _listed(tensor, kind) * width
        if held != size:
            raise SerializationError(
                f"the tensor {tensor.name!r:.100} of shape {shape} and type {kind} takes {size} bytes, but has {held}"
            )
    return TensorInfo(tensor.name, shape, kind, size)


def _listed(tensor: onnx.TensorProto, kind: str) -> float:
    """How many values stand one by one; of a complex one, half a value may."""
    lists = {
        "FLOAT": tensor.float_data, "COMPLEX64": tensor.float_data, "DOUBLE": tensor.double_data,
        "COMPLEX128": tensor.double_data, "INT64": tensor.int64_data, "UINT32": tensor.uint64_data,
        "UINT64": tensor.uint64_data,
    }  # fmt: skip
    return len(lists.get(kind, tensor.int32_data)) / (2 if kind.startswith("COMPLEX") else 1)


def _texts(model: onnx.ModelProto) -> Iterator[object]:
    """All texts that are used, which protocol buffers give as bytes where they are none."""
    graph = model.graph
    yield from (model.producer_name, model.producer_version, graph.name)
    yield from (entry.domain for entry in model.opset_import)
    for entry in model.metadata_props:
        yield from (entry.key, entry.value)
    for tensor in graph.initializer:
        yield tensor.name
        for entry in tensor.external_data:
            yield from (entry.key, entry.value)
    for value in (*graph.input, *graph.output):
        yield value.name
        yield from (dim.dim_param for dim in value.type.tensor_type.shape.dim)


def _metadata(model: onnx.ModelProto) -> Iterator[tuple[str, Any]]:
    yield "producer", " ".join(filter(None, (model.producer_name, model.producer_version)))
    yield "ir_version", model.ir_version
    yield "opset", {entry.domain or "ai.onnx": entry.version for entry in model.opset_import}
    yield "graph", model.graph.name
    yield "nodes", len(model.graph.node)
    own = {tensor.name for tensor in model.graph.initializer}
    yield "inputs", {one.name: _type_text(one) for one in model.graph.input if one.name not in own}
    yield "outputs", {one.name: _type_text(one) for one in model.graph.output}
    for entry in model.metadata_props:
        yield entry.key, entry.value


def _type_text(value: onnx.ValueInfoProto) -> str:
    """Such as ``"float32[batch, 3]"``."""
    tensor = value.type.tensor_type
    kind = _NAMES.get(tensor.elem_type, "unknown")
    sizes = [
        dim.dim_param or (str(dim.dim_value) if dim.HasField("dim_value") else "?")
        for dim in tensor.shape.dim
    ]
    return f"{_DTYPES.get(kind, kind.lower())}[{', '.join(sizes)}]"
