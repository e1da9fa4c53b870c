"""Files to begin with in the formats that others' libraries write."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import deep_learner as dl

__all__ = ["gguf_files", "hdf5_files", "indices", "onnx_models", "shards", "values_beside"]

DTYPES = ("u1", "i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f2", "<f4", "<f8")


def shards() -> dict[str, bytes]:
    """The files that an index names, with the index."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors.index.json"
        value = {"a": dl.arange(4.0), "b": [dl.zeros(2, dtype=dl.int64), 1.5], "c": (dl.ones(()), None)}
        dl.save(value, path, max_shard_size=16)
        return {one.name: one.read_bytes() for one in Path(folder).iterdir()}


def indices() -> Iterator[bytes]:
    """Our own index, and a plain one."""
    files = shards()
    index = next(content for name, content in files.items() if name.endswith(".json"))
    yield index
    yield json.dumps({"weight_map": json.loads(index)["weight_map"]}).encode()


def gguf_files() -> Iterator[bytes]:
    """Metadata of every type; tensors of every type, in either byte order."""
    import gguf

    def written(fill: Any, **options: Any) -> bytes:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model.gguf"
            writer = gguf.GGUFWriter(path, "llama", **options)
            fill(writer)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
            writer.close()
            return path.read_bytes()

    def plain(writer: Any) -> None:
        for kind in (
            "uint8",
            "int8",
            "uint16",
            "int16",
            "uint32",
            "int32",
            "uint64",
            "int64",
            "float32",
            "float64",
        ):
            getattr(writer, f"add_{kind}")(kind, 7)
        writer.add_bool("bool", True)
        writer.add_string("text", "ünï")
        writer.add_array("texts", ["a", "b"])
        writer.add_array("numbers", [1, 2, 3])
        writer.add_tensor("a", np.arange(6, dtype=np.float32).reshape(2, 3))
        writer.add_tensor("b", np.zeros(2, np.float16))

    def quantised(writer: Any) -> None:
        for kind, (_, size) in gguf.constants.GGML_QUANT_SIZES.items():
            writer.add_tensor(kind.name, np.zeros((1, size), np.uint8), raw_dtype=kind)

    yield written(plain)
    yield written(plain, endianess=gguf.GGUFEndian.BIG)
    yield written(quantised)


def hdf5_files() -> Iterator[bytes]:
    """Arrays in groups, compressed and in blocks, with attributes, in the other byte order; the old and new layouts."""
    import h5py

    for layout in ("earliest", "latest"):
        file = io.BytesIO()
        with h5py.File(file, "w", libver=layout) as archive:
            archive["group/a"] = np.arange(6, dtype=">f4").reshape(2, 3)
            archive["group/b"] = np.array(7)
            archive["group/same"] = archive["group/b"]
            archive["truth"] = np.array([True, False])
            archive.create_dataset(
                "blocks", data=np.arange(64), chunks=(8,), compression="gzip", shuffle=True
            )
            archive.create_dataset("nothing", shape=(0, 3), dtype="<f8")
            archive["soft"] = h5py.SoftLink("/group/a")
            archive.attrs["epoch"] = 3
            archive["group"].attrs["note"] = "ünï"
        yield file.getvalue()


def values_beside() -> dict[str, bytes]:
    """The values of ONNX tensors that lie in another file."""
    return {"values.bin": np.arange(16, dtype="<f4").tobytes()}


def onnx_models() -> Iterator[bytes]:
    """Tensors of every type, as bytes, as numbers and in another file; a model of ours."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def model(tensors: list[Any]) -> bytes:
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])
        node = helper.make_node("Relu", ["x"], ["y"])
        y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 3])
        made = helper.make_model(helper.make_graph([node], "graph", [x], [y], tensors), producer_name="test")
        helper.set_model_props(made, {"note": "text"})
        return made.SerializeToString()

    yield model([numpy_helper.from_array(np.ones(2, dtype), dtype) for dtype in DTYPES])
    kinds = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.INT8, TensorProto.UINT64,
             TensorProto.BFLOAT16, TensorProto.FLOAT16, TensorProto.BOOL, TensorProto.COMPLEX64)  # fmt: skip
    yield model([helper.make_tensor(str(kind), kind, [2], [1, 0]) for kind in kinds])
    outside = TensorProto(
        name="outside", data_type=TensorProto.FLOAT, dims=[2, 3], data_location=TensorProto.EXTERNAL
    )
    for key, value in (("location", "values.bin"), ("offset", "8"), ("length", "24")):
        outside.external_data.add(key=key, value=value)
    yield model([outside])
    assert onnx.__version__
