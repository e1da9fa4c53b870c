"""GGUF files as the format's own library writes and reads them, and as nobody should."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.serialization import SerializationError, open_file

gguf = pytest.importorskip("gguf", reason="the format's own library is the oracle")
from gguf import GGMLQuantizationType as Type  # noqa: E402
from gguf import GGUFEndian, GGUFReader, GGUFWriter, quants  # noqa: E402
from gguf.scripts import gguf_convert_endian  # noqa: E402

PLAIN = {
    Type.F32: "float32", Type.F16: "float16", Type.BF16: "bfloat16", Type.F64: "float64",
    Type.I8: "int8", Type.I16: "int16", Type.I32: "int32", Type.I64: "int64",
}  # fmt: skip
UNDONE = [kind for kind in quants._type_traits if kind not in PLAIN]  # those that the library dequantises


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.gguf"


def write(path, tensors=(), endian=GGUFEndian.LITTLE, **fields):
    """Write a file by the library; `tensors` are (name, array, type or None)."""
    writer = GGUFWriter(path, "test", endianess=endian)
    for name, value in fields.items():
        writer.add_key_value(name, *value)
    for name, array, kind in tensors:
        writer.add_tensor(name, array, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def blocks(kind, rows=(3, 2), each=2):
    """Random bytes of a quantised type: rows of so many blocks, whose scales are no NaN."""
    content = np.random.default_rng(int(kind)).integers(
        0, 255, (*rows, each, gguf.GGML_QUANT_SIZES[kind][1]), "uint8"
    )
    content &= 0xBB  # half-precision numbers whose exponents have a zero are finite
    return content.reshape(*rows, -1)


@pytest.mark.parametrize("kind", PLAIN)
def test_unquantised_types_keep_their_dtype_and_their_bits(path, kind):
    bits = np.random.default_rng(0).integers(0, 256, (2, 3, 8), "uint8")
    array = bits if kind is Type.BF16 else bits.view(PLAIN[kind])
    write(path, [("x", array, kind)])
    loaded = dl.load(path)["x"]
    assert loaded.dtype.name == PLAIN[kind]
    assert loaded.shape == (2, 3, 8 // loaded.itemsize)
    assert loaded.numpy().tobytes() == bits.tobytes()


def test_the_table_of_types_reaches_the_librarys():
    assert {Type.Q4_0, Type.Q5_1, Type.Q8_0, Type.Q2_K, Type.Q6_K, Type.IQ1_M, Type.TQ2_0, Type.MXFP4} < {
        *UNDONE
    }


@pytest.mark.parametrize("kind", UNDONE, ids=lambda kind: kind.name)
def test_quantised_types_are_what_the_library_makes_of_them(path, kind):
    write(path, [("x", blocks(kind), kind)])
    stored = GGUFReader(path).tensors[0]
    expected = quants.dequantize(stored.data, kind)
    assert np.isfinite(expected).all()
    with open_file(path) as file:
        assert file.tensors["x"] == ("x", expected.shape, kind.name, stored.n_bytes)
        assert file["x"].dtype == dl.float32
        np.testing.assert_array_equal(file["x"].numpy(), expected)
    raw = dl.load(path, dequantize=False)["x"]
    assert (raw.dtype, raw.shape) == (dl.uint8, stored.data.shape)
    assert raw.numpy().tobytes() == stored.data.tobytes()


@pytest.mark.parametrize("kind", [Type.Q4_0, Type.Q8_0, Type.Q5_1, Type.TQ1_0])
def test_weights_that_the_library_quantised_come_back_near(path, kind):
    weights = np.random.default_rng(0).choice([-1.0, 0.0, 1.0], (5, 512)).astype("float32")
    write(path, [("x", quants.quantize(weights, kind), kind)])
    np.testing.assert_allclose(dl.load(path)["x"].numpy(), weights, atol=0.13)


def test_blocks_are_what_the_format_says(path):
    """Of 32 elements: Q8_0 is d q; Q4_0 is d (q - 8), the first half in the low halves of the bytes."""
    chance = np.random.default_rng(0)
    q8, q4 = chance.integers(-128, 128, (2, 3, 32), "int8"), chance.integers(0, 16, (4, 32), "uint8")
    scale = np.array([0.5], "<f2").view("uint8")
    eights = np.concatenate([np.broadcast_to(scale, (2, 3, 2)), q8.view("uint8")], -1).reshape(2, -1)
    fours = np.concatenate([np.broadcast_to(scale, (4, 2)), q4[:, :16] | q4[:, 16:] << 4], -1)
    write(path, [("q8", eights, Type.Q8_0), ("q4", fours, Type.Q4_0)])
    loaded = dl.load(path)
    np.testing.assert_array_equal(loaded["q8"].numpy(), 0.5 * q8.reshape(2, 96))
    np.testing.assert_array_equal(loaded["q4"].numpy(), 0.5 * (q4.astype("float32") - 8))


def test_long_tensors_are_dequantised_portion_by_portion(path):
    stored = blocks(Type.Q4_K, (1,), 5000)
    write(path, [("x", stored, Type.Q4_K)])
    expected = quants.dequantize(stored, Type.Q4_K)
    tracemalloc.start()
    loaded = dl.load(path)["x"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(loaded.numpy(), expected)
    assert peak < 3 * expected.nbytes


def test_a_type_that_the_library_does_not_undo_is_read_as_bytes(path):
    stored = blocks(Type.Q8_K)
    write(path, [("x", stored, Type.Q8_K)])
    with pytest.raises(SerializationError, match=r"'x' is quantised as Q8_K.*dequantize=False"):
        dl.load(path)
    assert dl.load(path, dequantize=False)["x"].numpy().tobytes() == stored.tobytes()


@pytest.mark.parametrize("kind", PLAIN)
def test_big_endian_files_have_the_same_values(path, kind):
    array = np.arange(-4.0, 4).reshape(2, 4)
    array = quants.quantize(array, kind).view("uint16") if kind is Type.BF16 else array.astype(PLAIN[kind])
    writer_sees = array.view("uint8") if kind is Type.BF16 else array
    write(path, [("x", writer_sees, kind)])
    little = dl.load(path)["x"]
    if kind is Type.BF16:  # which the writer takes for single bytes, and so does not swap
        array = array.byteswap().view("uint8")
    write(path, [("x", array, kind)], GGUFEndian.BIG)
    with open_file(path) as file:
        assert file.metadata["GGUF.byte_order"] == "big"
        assert file["x"].dtype == little.dtype
        assert file["x"].tolist() == little.tolist()


@pytest.mark.parametrize("kind", [*gguf_convert_endian.byteswap_tensors, Type.Q5_0])
def test_big_endian_blocks_are_those_that_the_library_converts(path, kind):
    write(path, [("x", blocks(kind), kind)])
    expected = dl.load(path)["x"].numpy()
    swap = gguf_convert_endian.byteswap_tensors.get(kind, gguf_convert_endian.byteswap_noop)
    turned = type("Stored", (), {"data": blocks(kind).reshape(-1)})
    for start in range(0, len(turned.data), gguf.GGML_QUANT_SIZES[kind][1]):
        swap(turned, start)
    write(path, [("x", turned.data.reshape(blocks(kind).shape), kind)], GGUFEndian.BIG)
    if kind is Type.Q5_0:
        with pytest.raises(SerializationError, match="big-endian tensors of Q5_0 are not read"):
            dl.load(path)
    else:
        np.testing.assert_array_equal(dl.load(path)["x"].numpy(), expected)


@pytest.mark.parametrize("endian", GGUFEndian)
def test_metadata_are_plain_values(path, endian):
    value = gguf.GGUFValueType
    fields = {
        "u8": (200, value.UINT8), "i8": (-3, value.INT8), "u16": (60000, value.UINT16), "i16": (-300, value.INT16),
        "u32": (1 << 31, value.UINT32), "i32": (-5, value.INT32), "u64": (1 << 63, value.UINT64),
        "i64": (-(1 << 62), value.INT64), "f32": (0.5, value.FLOAT32), "f64": (0.1, value.FLOAT64),
        "yes": (True, value.BOOL), "text": ("ünï", value.STRING),
        "tokens": (["<s>", "", "é"], value.ARRAY), "scores": ([0.5, -1.0], value.ARRAY),
        "flags": ([True, False], value.ARRAY), "numbers": ([1, 2, 3], value.ARRAY),
        "nested": ([[1, 2], [3]], value.ARRAY),
    }  # fmt: skip
    write(path, endian=endian, **fields)
    with open_file(path) as file:
        said = {"general.architecture": "test", **{name: one for name, (one, _) in fields.items()}}
        version = {"GGUF.version": 3, "GGUF.byte_order": endian.name.lower()}
        assert file.metadata == {**version, **said}
        assert {type(one) for one in file.metadata.values()} == {int, float, bool, str, list}


def test_a_file_is_found_by_its_content_and_its_second_version_read(path):
    write(path, [("x", np.arange(3.0), None), ("y", np.float32(7).reshape(()), None)])
    other = path.with_name("model")
    other.write_bytes(changed(path.read_bytes(), 4, b"\x02"))
    loaded = dl.load(other)
    assert (loaded["x"].tolist(), loaded["y"].tolist()) == ([0, 1, 2], 7)
    assert loaded["x"].add_(1).tolist() == [1, 2, 3]
    assert dl.load(other, map_location="strict:1")["x"].device == "strict:1"


def test_saving_is_refused_with_what_to_do(path):
    path.write_bytes(b"before")
    with pytest.raises(NotImplementedError, match="save as safetensors"):
        dl.save({"x": dl.ones(3)}, path)
    assert path.read_bytes() == b"before"
    assert [*path.parent.iterdir()] == [path]


def test_a_missing_library_is_named(path, monkeypatch):
    write(path)
    for module in ("gguf", "gguf.constants"):
        monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(ImportError, match=r"pip install 'deep-learner-serializers\[gguf\]'"):
        dl.load(path)


def changed(content, position, new):
    return content[:position] + new + content[position + len(new) :]


def text(content):
    content = content.encode() if isinstance(content, str) else content
    return struct.pack("<Q", len(content)) + content


def pair(name, kind, content):
    return text(name) + struct.pack("<I", kind) + content


def array(kind, count, content=b""):
    return struct.pack("<IQ", kind, count) + content


def tensor(name, shape=(8,), kind=0, start=0, dimensions=None):
    count = len(shape) if dimensions is None else dimensions
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", count, *shape, kind, start)


def stated(pairs=(), tensors=(), values=bytes(96), *, version=3, counts=(), alignment=32):
    """A file that says this, whatever it is."""
    claimed = counts or (len(tensors), len(pairs))
    header = b"GGUF" + struct.pack("<IQQ", version, *claimed) + b"".join((*pairs, *tensors))
    return header + bytes(-len(header) % alignment) + values


HUGE = 1 << 60
LIES = [
    (stated(version=1), "version 1"),
    (stated(version=4), "version 4"),
    (stated(version=3 << 16), "version 768"),
    (b"GGUF", "does not start"),
    (b"GGML" + bytes(20), "does not start"),
    (stated(counts=(HUGE, 0)), f"claims {HUGE} tensors"),
    (stated(counts=(0, HUGE)), f"claims {HUGE} metadata"),
    (stated(counts=((1 << 64) - 1, (1 << 64) - 1)), "claims"),
    (stated([pair("a", 99, b"")]), "unknown type 99"),
    (stated([pair("a", 7, b"\2")]), "truth value 2"),
    (stated([pair("a", 8, struct.pack("<Q", HUGE))]), f"asks for {HUGE} bytes"),
    (stated([struct.pack("<Q", HUGE)]), f"asks for {HUGE} bytes"),
    (stated([pair("a", 9, array(4, HUGE))]), f"claims {HUGE} elements"),
    (stated([pair("a", 9, array(8, HUGE))]), f"claims {HUGE} elements"),
    (stated([pair("a", 9, array(7, HUGE))]), f"claims {HUGE} elements"),
    (stated([pair("a", 9, array(13, 1, b"a"))]), "array of the unknown type 13"),
    (stated([pair("a", 9, array(9, 1) * 5000)]), "nested more than"),
    (stated([pair("a", 9, array(9, HUGE))]), f"claims {HUGE} elements"),
    (stated([pair("a", 0, b"a"), pair("a", 0, b"a")]), "'a' stands there twice"),
    (stated([pair("GGUF.version", 0, b"a")]), "stands there twice"),
    (stated([pair(b"\xff", 0, b"a")]), "no UTF-8"),
    (stated([pair("general.alignment", 4, struct.pack("<I", 0))]), "power of two"),
    (stated([pair("general.alignment", 4, struct.pack("<I", 48))]), "power of two"),
    (stated([pair("general.alignment", 8, text("32"))]), "power of two"),
    (stated([], [tensor("a", kind=77)]), "'a' is of the unknown type 77"),
    (stated([], [tensor("a", kind=4)]), "unknown type 4"),  # one that the format once had
    (stated([], [tensor("a"), tensor("a", start=32)]), "'a' stands there twice"),
    (stated([], [tensor("a"), tensor("b")]), "'b' of 32 bytes at byte 0 of the values overlaps"),
    (stated([], [tensor("a", (16,)), tensor("b", start=32)]), "overlaps"),
    (stated([], [tensor("a", start=4)]), "no multiple of 32"),
    (stated([], [tensor("a", start=96)]), "reaches beyond the file"),
    (stated([], [tensor("a", (32,))]), "reaches beyond the file"),
    (stated([], [tensor("a", start=(1 << 64) - 32)]), "reaches beyond the file"),
    (stated([], [tensor("a", (1 << 40,))]), "reaches beyond the file"),
    (stated([], [tensor("a", (1 << 40, 1 << 40))]), "which nothing holds"),
    (stated([], [tensor("a", (1 << 63, 0))]), "which nothing holds"),
    (stated([], [tensor("a", ((1 << 64) - 1,) * 4)]), "which nothing holds"),
    (stated([], [tensor("a", (1,) * 65)]), "65 dimensions"),
    (stated([], [tensor("a", dimensions=(1 << 32) - 1)]), "4294967295 dimensions"),
    (stated([], [tensor("a", (33,), kind=2)]), "no whole blocks of Q4_0"),
    (stated([], [tensor("a", (2, 32), kind=2)]), "no whole blocks of Q4_0"),
    (stated([], [tensor("a", (), kind=2)]), "no whole blocks of Q4_0"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), LIES)
def test_what_a_header_claims_is_held_against_the_file_at_once(path, content, message):
    path.write_bytes(content)
    assert dl.load(io.BytesIO(stated())) == {}  # which imports what is imported once
    tracemalloc.start()
    with pytest.raises(SerializationError, match=rf"model\.gguf as .*{message}"):
        dl.load(path, format="gguf")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_what_is_odd_but_true_is_read():
    content = stated(
        [pair("general.alignment", 4, struct.pack("<I", 8)), pair("half", 8, text(b"\xc3")),
         pair("deep", 9, array(9, 1) * 6 + array(4, 0))],
        [tensor("b", (2, 3), start=40), tensor("a", start=0), tensor("none", (0, 5), start=40),
         tensor("one", (), start=64)],
        np.arange(24, dtype="<f4").tobytes(),
        alignment=8,
    )  # fmt: skip
    with open_file(io.BytesIO(content)) as file:
        assert [*file] == ["b", "a", "none", "one"]
        assert file["b"].tolist() == [[10, 11], [12, 13], [14, 15]]
        assert (file["a"].shape, file["none"].shape, file["one"].tolist()) == ((8,), (5, 0), 16)
        assert (file.metadata["half"], file.metadata["deep"]) == ("\\xc3", [[[[[[[]]]]]]])


def small(path):
    stored = [("f", np.arange(4.0), None), ("q", blocks(Type.Q4_K, (1,), 1), Type.Q4_K)]
    write(
        path, stored, tokens=(["a", "bc"], gguf.GGUFValueType.ARRAY), rate=(0.5, gguf.GGUFValueType.FLOAT32)
    )
    content = path.read_bytes()
    return content[: content.index(stored[1][1].tobytes()) + stored[1][1].nbytes]


def test_a_file_cut_short_anywhere_is_refused(path):
    content = small(path)
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(SerializationError, match=path.name):
            dl.load(path, format="gguf")


def test_changed_bytes_make_values_or_one_clear_error(path):
    content, chance = small(path), random.Random(0)
    errors = 0
    for position in [*range(len(content))] * 2:
        damaged = changed(content, position, bytes([chance.choice((0, 1, 127, 255, content[position] ^ 1))]))
        try:
            dl.load(io.BytesIO(damaged), format="gguf")
        except SerializationError:
            errors += 1
    assert errors > len(content) // 4
