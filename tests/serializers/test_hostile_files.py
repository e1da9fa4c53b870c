"""Files made to take memory or time that they do not warrant, or to be taken for what they are not."""

from __future__ import annotations

import json
import struct
import time
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.serialization import SerializationError, open_file
from deep_learner_serializers.pytorch.archive import write_archive
from deep_learner_serializers.pytorch.legacy import write_legacy
from deep_learner_serializers.pytorch.pickling import Call, Pickler

MIB = 1 << 20
SECONDS = 3.0  # of the processor, while memory is measured
MEMORY = 32 * MIB


def refused(path, match, read=dl.load):
    """A file is refused by name, and takes little memory or time, whatever it claims."""
    start = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(SerializationError, match=match) as caught:
            read(path)
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    assert time.process_time() - start < SECONDS
    assert path.name in str(caught.value)
    assert len(str(caught.value)) < 2000


def opened(path):
    """Every tensor of a file."""
    with open_file(path) as file:
        return dict(file)


# ------------------------------------------------------------------------- npz


def npy(shape, dtype="<f4", content=b""):
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def archive(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as made:
        for name, content in members.items():
            made.writestr(zipfile.ZipInfo(name), content, compression)


def deflated_zeros(count):
    """Compressed without having them in memory."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = bytes(MIB)
    return b"".join([*(compressor.compress(block) for _ in range(count // MIB)), compressor.flush()])


def directory(entries):
    """The end of an archive whose directory says this of each member: name, offset, method, sizes, checksum."""
    listed = b"".join(
        struct.pack(
            "<4s6H3I5H2I",
            b"PK\x01\x02",
            20,
            20,
            0,
            method,
            0,
            33,
            crc,
            packed,
            size,
            len(name),
            0,
            0,
            0,
            0,
            0,
            offset,
        )
        + name
        for name, offset, method, packed, size, crc in entries
    )
    return listed, struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(listed), 0, 0)


def put(path, local, entries):
    listed, end = directory(entries)
    path.write_bytes(local + listed + end[:16] + struct.pack("<I", len(local)) + end[20:])


def local_header(name, method, packed, size, crc):
    return (
        struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, method, 0, 33, crc, packed, size, len(name), 0) + name
    )


@pytest.fixture
def npz(tmp_path):
    return tmp_path / "bomb.npz"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(npz):
    header = npy((1 << 28,), "|u1")
    content = deflated_zeros(1 << 28)
    name, size = b"x.npy", len(header) + (1 << 28)
    local = local_header(name, 8, len(content), size, 0) + content
    put(npz, local, [(name, 0, 8, len(content), size, 0)])
    refused(npz, "would unpack to 2684")


def test_members_that_share_their_bytes_are_counted_each(npz):
    header = npy((MIB,), "|u1")
    content = zlib.compress(header + bytes(MIB), 9)[2:-4]
    crc = zlib.crc32(header + bytes(MIB))
    size = len(header) + MIB
    names = [b"x.npy", *(b"%04d.npy" % number for number in range(2000))]
    local = local_header(b"x.npy", 8, len(content), size, crc) + content
    put(npz, local, [(name, 0, 8, len(content), size, crc) for name in names])
    refused(npz, "larger, taken together|would unpack to")


@pytest.mark.parametrize("claimed", [1 << 20, 0xFFFFFF00])
def test_a_member_shorter_than_it_claims_is_refused_and_shows_no_foreign_memory(npz, claimed):
    """Its checksum is that of the few bytes which are there."""
    header = npy((claimed // 4,), "<f4")
    content = zlib.compress(header, 9)[2:-4]
    size = len(header) + claimed // 4 * 4
    local = local_header(b"x.npy", 8, len(content), size, zlib.crc32(header)) + content
    put(npz, local, [(b"x.npy", 0, 8, len(content), size, zlib.crc32(header))])
    refused(npz, "damaged|unpacks to|would unpack")


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_that_numpy_does_not_write_are_refused(npz, compression):
    archive(npz, {"x.npy": npy((1,), content=bytes(4))}, compression)
    refused(npz, "compressed in a way that NumPy does not write")


def test_an_archive_in_an_archive_is_no_array(npz, tmp_path):
    archive(tmp_path / "inner.npz", {"x.npy": npy((1,), content=bytes(4))})
    archive(npz, {"inner.npz": (tmp_path / "inner.npz").read_bytes()})
    refused(npz, r"'inner\.npz' is no \.npy array")


@pytest.mark.parametrize(
    "header",
    [
        "{" * 9000, "(" * 9000, "-" * 9000 + "1", "{'descr': " * 900, "{'descr': '<f4', " * 500,
        "[" * 4000 + "]" * 4000,
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "9" * 9000 + ",), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "9," * 4000 + "), }",
        "{'descr': '<f4', 'fortran_order': __import__('os').system('echo'), 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}",
        "{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}",
        "{'descr': '" + "<f4," * 2000 + "', 'fortran_order': False, 'shape': (1,), }",
        " " * 9999, "",
    ],
)  # fmt: skip
def test_the_header_of_an_array_is_read_by_its_few_forms(npz, header):
    archive(
        npz, {"x.npy": b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + bytes(4)}
    )
    refused(npz, "damaged header|takes .* bytes, but has")


@pytest.mark.parametrize(
    "header",
    [
        '{"descr":"<f4","fortran_order":False,"shape":(1,)}',
        "{'shape': (1L,), 'fortran_order': False, 'descr': '<f4'} \n",
    ],
)
def test_headers_that_others_write_are_read(npz, header):
    content = np.float32(2.5).tobytes()
    archive(npz, {"x.npy": b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + content})
    assert dl.load(npz)["x"].tolist() == [2.5]


# ------------------------------------------------------------------ safetensors


def safetensors(path, header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


MANY = 50_000


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b'{"a":' * MANY, "header is not read"),
        (b"{" + b",".join(b'"%d":0' % (number % (MANY - 1)) for number in range(MANY)) + b"}", "twice"),
        ({"a": {"dtype": "U8", "shape": [2**62] * MANY, "data_offsets": [0, 8]}}, "takes"),
        ({"a": {"dtype": "U8", "shape": [1] * MANY, "data_offsets": [0, 1]}}, "none that an array can have"),
        ({"a": {"dtype": "U8", "shape": [10**4000], "data_offsets": [0, 8]}}, "sizes"),
        (b'{"a":{"dtype":"U8","shape":[' + b"9" * 9000 + b'],"data_offsets":[0,8]}}', "header is not read"),
        (b'{"__metadata__":{"a":"\\ud800"}}', "header is not read"),
        (b'{"__metadata__":0}', "metadata"),
        (b'{"\\ud800":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', "header is not read"),
    ],
)
@pytest.mark.parametrize("read", [dl.load, opened])
def test_a_header_of_safetensors_takes_no_more_than_its_length_warrants(tmp_path, header, message, read):
    path = tmp_path / "bomb.safetensors"
    safetensors(path, header, b"\0")
    refused(path, message, read)


@pytest.mark.parametrize("shape", [[1 << 62, 0], [0, 1 << 62, 4], [1 << 31, 1 << 31, 1 << 31, 0]])
def test_shapes_without_elements_that_no_array_has_are_refused(tmp_path, shape):
    safetensors(
        tmp_path / "empty.safetensors", {"a": {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]}}
    )
    refused(tmp_path / "empty.safetensors", "none that an array can have")
    archive(tmp_path / "empty.npz", {"x.npy": npy(tuple(shape))})
    refused(tmp_path / "empty.npz", "damaged")


@pytest.mark.parametrize("deep", ["[" * MANY, '{"a":' * MANY, '{"$tuple":[' * MANY])
def test_a_structure_nested_deep_is_refused(tmp_path, deep):
    path = tmp_path / "deep.safetensors"
    safetensors(path, {"__metadata__": {"deep_learner.structure": deep}})
    refused(path, "structure of the saved value is damaged")
    refused(path, "structure of the saved value is damaged", open_file)


# ----------------------------------------------------------------- checkpoints


def checkpoint(path, opcodes, form):
    pickled = b"\x80\x02" + opcodes + b"."
    with path.open("wb") as file:
        if form == "legacy":
            write_legacy(file, pickled, [], 0)
        else:
            write_archive(file, pickled, [])


DOUBLED = b")" + b"q\x00h\x00\x86" * 60  # a tuple of twice the one before, and so on: 2 ** 60 empty ones
LISTS = b"]" + b"q\x00]h\x00ah\x00a" * 60


# An array of two numbers, which equals nothing and has no hash.
NUMPY_DTYPE = b"cnumpy\ndtype\nX\x02\x00\x00\x00u1\x89\x88\x87R"
NUMPY_ARRAY = b"cnumpy._core.numeric\n_frombuffer\n(C\x02ab" + NUMPY_DTYPE + b"K\x02\x85X\x01\x00\x00\x00CtR"


@pytest.mark.parametrize("form", ["zip", "legacy"])
@pytest.mark.parametrize(
    ("opcodes", "message"),
    [
        (b"ctorch.serialization\n_get_layout\n" + DOUBLED + b"\x85R", "layout"),
        (b"ctorch._utils\n_rebuild_sparse_tensor\n" + DOUBLED + DOUBLED + b"\x86R", "layout"),
        (b"ctorch._utils\n_rebuild_tensor_v2\n" + DOUBLED + b"R", "do not fit"),
        (DOUBLED + b"Q", "no storage"),
        (b"}" + DOUBLED + b"Ns", "key of more than 100 items"),
        (b"cnumpy\ndtype\n" + NUMPY_ARRAY + b"\x85R", "short name"),
        (b"cnumpy\ndtype\nX\x02\x00\x00\x00f8\x89\x88\x87RK\x03" + NUMPY_ARRAY + b"\x86b", "do not fit"),
        (b"X\x07\x00\x00\x00storage" + NUMPY_ARRAY * 4 + b"tQ", "mark is missing|no storage"),
        (b"(" + NUMPY_ARRAY * 5 + b"tQ", "do not fit|no storage"),
        (b"}" + NUMPY_ARRAY + b"Ns", "a key that is none"),
        (b"cnumpy\ndtype\nX\x05\x00\x00\x00(8)f4\x89\x88\x87R", "short name"),
        (b"c" + b"a" * 60_000 + b"\nb\n", "may not use"),
    ],
)
def test_what_doubles_from_level_to_level_or_equals_nothing_is_never_asked(tmp_path, form, opcodes, message):
    path = tmp_path / "doubled.pt"
    checkpoint(path, opcodes, form)
    refused(path, message)


@pytest.mark.parametrize("opcodes", [DOUBLED, LISTS])
def test_a_list_of_storages_that_doubles_is_refused(tmp_path, opcodes):
    path = tmp_path / "doubled.pt"
    checkpoint(path, b"N", "legacy")
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"\x80\x02")] + b"\x80\x02]" + opcodes + b"a.")
    refused(path, "list of storages is damaged")


@pytest.mark.parametrize("opcodes", [DOUBLED, LISTS, b"]" * 5000 + b"a" * 4999])
def test_values_that_no_list_of_paths_can_show_are_loaded_and_not_opened(tmp_path, opcodes):
    path = tmp_path / "doubled.pt"
    checkpoint(path, opcodes, "zip")
    assert type(dl.load(path)) in (tuple, list)
    refused(path, "nested more than|no list of paths", open_file)


def test_what_contains_itself_is_opened_once(tmp_path):
    loop = [dl.ones(2), {"a": 1}]
    loop[1]["again"] = loop
    dl.save(loop, tmp_path / "loop.pt")
    with open_file(tmp_path / "loop.pt") as file:
        assert file["0"].tolist() == [1, 1]
        assert file.metadata == {"1.a": 1}


def test_containers_that_are_shown_twice_are_listed_twice(tmp_path):
    shared = {"a": dl.ones(2)}
    dl.save({"x": shared, "y": shared}, tmp_path / "shared.pt")
    with open_file(tmp_path / "shared.pt") as file:
        assert list(file) == ["x.a", "y.a"]


def test_an_argument_that_a_rule_of_ours_refuses_is_one_clear_error(tmp_path):
    path = tmp_path / "sparse.pt"
    outside = Call(
        "torch._utils._rebuild_sparse_tensor",
        (Call("torch.serialization._get_layout", ("torch.sparse_coo",)), 1),
    )
    with path.open("wb") as file:
        write_archive(file, Pickler(None).dump(outside), [])
    refused(path, "sparse tensor of a layout|made of what is no tensor")
