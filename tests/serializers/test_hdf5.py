"""HDF5 files, also as h5py writes and reads them, and as nobody should."""

from __future__ import annotations

import gzip
import io
import os
import socket
import threading

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.serialization import SerializationError, open_file
from deep_learner.testing import SerializerContract
from tests.serializers.contract import DTYPES, FormatContract

h5py = pytest.importorskip("h5py", reason="HDF5 files are read and written with h5py")
if not hasattr(os, "fork"):
    pytest.skip("HDF5 files are read where processes can fork", allow_module_level=True)

from deep_learner_serializers import hdf5_process  # noqa: E402


class TestContract(SerializerContract):
    serializer = "hdf5"
    suffix = ".h5"
    dtypes = (*DTYPES, "complex64", "complex128")


class TestHdf5(FormatContract):
    format = "hdf5"
    dtypes = (*FormatContract.dtypes, "float16", "complex128")
    stride = 41  # a file takes milliseconds, and has few bytes that say something
    noticed = 1 / 20


@pytest.fixture
def path(tmp_path):
    return tmp_path / "value.h5"


def refused(path, match, **options):
    with pytest.raises(SerializationError, match=match) as caught:
        dl.load(path, **options)
    assert path.name in str(caught.value)


def test_h5py_finds_the_tensors_of_a_state_dictionary_under_its_keys(path):
    dl.save(
        {"0.weight": dl.tensor([[1.0, 2.0]]), "0.bias": dl.tensor(3), "encoder/bias": dl.zeros(0, 2)}, path
    )
    with h5py.File(path) as file:
        assert set(file) == {"0.weight", "0.bias", "encoder"}
        assert (file["0.weight"][()].tolist(), file["0.weight"].dtype) == ([[1.0, 2.0]], np.float32)
        assert (file["0.bias"][()], file["0.bias"].shape) == (3, ())
        assert file["encoder/bias"].shape == (0, 2)
        assert {h5py.h5o.get_info(file[name].id).mtime for name in ("0.weight", "encoder", "/")} == {
            0
        }  # no dates


@pytest.mark.parametrize("dtype", [*TestHdf5.dtypes, "bfloat16"])
def test_h5py_reads_every_dtype(path, dtype):
    tensor = dl.tensor([[0, 1, 2.5], [3, 100, 0.25]]).to("bool" if dtype == "bool" else "float64").to(dtype)
    dl.save({"x": tensor}, path)
    with h5py.File(path) as file:
        if dtype == "bfloat16":  # which h5py widens
            assert file["x"].dtype == np.float32
            assert file["x"][()].tolist() == tensor.to("float32").tolist()
        else:
            assert file["x"].dtype == np.dtype(dtype)
            np.testing.assert_array_equal(file["x"][()], tensor.numpy())


LAYOUTS = {
    "contiguous": {},
    "chunked": {"chunks": (3, 2)},
    "growing": {"maxshape": (None, 5), "chunks": (3, 2)},
    "gzip": {"compression": "gzip", "shuffle": True, "fletcher32": True},
    "lzf": {"compression": "lzf"},
}


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_h5py_wrote_is_read_in_every_dtype_and_layout(path, layout, libver):
    chance = np.random.default_rng(0)
    arrays = {
        f"{order}{dtype}": chance.integers(0, 2, (4, 5)).astype(np.dtype(dtype).newbyteorder(order))
        for dtype in TestHdf5.dtypes
        for order in "<>"
    }
    with h5py.File(path, "w", libver=libver, userblock_size=512 if layout == "chunked" else 0) as file:
        for name, array in arrays.items():
            file.create_dataset(f"group/{name}", data=array, **LAYOUTS[layout])
        file.create_dataset("unwritten", (3,), "f4", fillvalue=7.0)
        file.attrs.update({"text": "ünï", "number": 1.5, "list": [1, 2], "names": [b"a", b"b"]})
    loaded = dl.load(path, format="hdf5")
    assert set(loaded) == {*(f"group/{name}" for name in arrays), "unwritten"}
    assert loaded["unwritten"].tolist() == [7.0] * 3
    for name, array in arrays.items():
        assert loaded[f"group/{name}"].dtype.name == array.dtype.name
        np.testing.assert_array_equal(loaded[f"group/{name}"].numpy(), array)
    with open_file(path, format="hdf5") as file:
        assert file.metadata == {"text": "ünï", "number": 1.5, "list": [1, 2], "names": ["a", "b"]}


def test_names_that_hdf5_lacks_and_names_in_each_others_way_come_back(path):
    names = ["a", "a/b", "a/b/c", "/a", "a/", ".", "x/../y", "%61", "a%", "a\0b", "a.b", "a//b"]
    dl.save({name: dl.tensor(number) for number, name in enumerate(names)}, path)
    assert {name: int(tensor) for name, tensor in dl.load(path).items()} == {
        n: i for i, n in enumerate(names)
    }
    with open_file(path) as file:
        assert set(file) == set(names)
        assert int(file["x/../y"]) == 6


def test_a_dataset_of_two_names_is_one_tensor_and_rings_of_groups_end(path):
    with h5py.File(path, "w") as file:
        file["a/weight"] = np.arange(3.0)
        file["a/tied"], file["a/again"], file["b"] = file["a/weight"], file["/"], file["a"]
        file["soft"] = h5py.SoftLink("/a/weight")
    loaded = dl.load(path)
    assert len(loaded) == 2
    assert {name.rpartition("/")[2] for name in loaded} == {"weight", "tied"}
    one, other = loaded.values()
    assert one is other


@pytest.mark.parametrize("kind", ["link", "raw", "virtual", "virtual, growing"])
def test_no_other_file_is_read_whatever_a_file_says(path, kind):
    secret = path.with_name("secret.h5")
    with h5py.File(secret, "w") as file:
        file.create_dataset("x", data=np.arange(4.0), maxshape=(None,))
    with h5py.File(path, "w") as file:
        if kind == "link":
            file["x"] = h5py.ExternalLink(str(secret), "x")
        elif kind == "raw":
            file.create_dataset("x", (4,), "f8", external=[(str(secret), 0, 32)])
        else:
            end = None if "growing" in kind else 4
            layout = h5py.VirtualLayout((4,), "f8", maxshape=(end,))
            source = h5py.VirtualSource(str(secret), "x", (4,), maxshape=(end,))
            layout[: h5py.h5s.UNLIMITED if end is None else end] = source[
                : h5py.h5s.UNLIMITED if end is None else end
            ]
            file.create_virtual_dataset("x", layout)
    refused(path, "no other is ever read")


def test_datasets_that_are_no_tensors_are_named_and_the_others_read(path):
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(3)
        file["text"], file["mixed"] = "a", np.zeros(2, [("a", "i4"), ("b", "f8")])
        file["reference"] = file["x"].ref
        file["nothing"], file["wide"] = h5py.Empty("f4"), np.zeros(2, np.longdouble)
    refused(path, "no tensor")
    with open_file(path) as file:
        assert file["x"].tolist() == [0, 1, 2]
        kinds = {name: info.dtype for name, info in file.tensors.items()}
        assert (kinds["text"], kinds["mixed"], kinds["reference"]) == ("string", "compound", "reference")
        for name in set(file) - {"x"}:
            with pytest.raises(SerializationError, match=f"'{name}' is of the kind"):
                file[name]


@pytest.mark.parametrize("shape", [(1 << 28,), (1 << 40,), (1 << 61, 2)])
def test_few_bytes_that_claim_many_are_refused_before_any_memory_is_taken(path, shape):
    with h5py.File(path, "w") as file:
        file.create_dataset("x", shape, "i1", chunks=(1 << 20, *shape[1:]), compression="gzip")
        file["small"] = np.ones(2)
    refused(path, "would unpack to .* max_expansion=")
    with open_file(path) as file:
        assert file.tensors["x"].shape == shape
        assert file["small"].tolist() == [1, 1]


def test_a_compressed_file_that_one_trusts_is_read(path):
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=np.zeros(80 << 20, "i1"), compression="gzip")
    refused(path, "max_expansion")
    assert dl.load(path, max_expansion=2000)["x"].shape == (80 << 20,)


def test_datasets_that_overlap_are_refused(path):
    with h5py.File(path, "w") as file:
        file["a"], file["b"] = np.full(64, 1.0), np.full(64, 2.0)
        places = [file[name].id.get_offset().to_bytes(8, "little") for name in "ab"]
    content = path.read_bytes()
    assert content.count(places[1]) == 1
    path.write_bytes(content.replace(places[1], places[0]))
    refused(path, "lies at the bytes")


def changed(content, position, value):
    return content[:position] + bytes([value]) + content[position + 1 :]


def test_files_that_crash_the_library_are_refused(path):
    """Among these one claims a chunk of 2**24 elements, at which h5py 3.16 ends by a segmentation fault."""
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=np.arange(8), scaleoffset=0, chunks=(8,))
        start = h5py.h5o.get_info(file["x"].id).addr
    content = path.read_bytes()
    messages = []
    for position in range(start, start + 200):
        try:
            dl.load(io.BytesIO(changed(content, position, content[position] ^ 1)), format="hdf5")
        except SerializationError as error:
            messages.append(str(error))
    assert len(messages) > 20
    path.write_bytes(content)
    assert dl.load(path)["x"].tolist() == [*range(8)]


def test_a_file_at_which_the_library_hangs_is_refused(path):
    """With h5py 3.16, at one whose heap of texts says that the first is longer than it is."""
    with h5py.File(path, "w") as file:
        file.attrs["x"] = "abc"
    content = path.read_bytes()
    path.write_bytes(changed(content, content.index(b"GCOL") + 24, 127))
    refused(path, "crashed at it, or took more time|library says")


def test_an_answer_that_breaks_off_is_one_clear_error(path, monkeypatch):
    dl.save({"x": dl.ones(3)}, path)
    for said in (b"", b'{"datasets"', b"{}\n", b'{"datasets": [], "attributes": {}}'):

        class Ending:
            def connect(self, file, said=said):
                ours, theirs = socket.socketpair()
                with theirs:
                    theirs.sendall(said)
                return ours

        monkeypatch.setattr(hdf5_process, "_server", Ending())
        refused(path, r"value\.h5 as ")


def test_the_process_is_started_anew_when_somebody_has_ended_it(path):
    dl.save({"x": dl.ones(3)}, path)
    for _ in range(2):
        assert dl.load(path)["x"].tolist() == [1, 1, 1]
        hdf5_process._server.process.kill()
        hdf5_process._server.process.wait()


def test_threads_read_side_by_side(path):
    with h5py.File(path, "w") as file:
        for number in range(8):
            file.create_dataset(
                f"{number}", data=np.full(5000, number), compression="gzip" if number % 2 else None
            )
    wrong = []
    with open_file(path) as file:

        def read(number):
            for _ in range(10):
                if file[f"{number}"].tolist() != [number] * 5000:
                    wrong.append(number)

        threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_files_that_cannot_seek_or_be_read_are_written_and_parts_of_files_read(path):
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.content = b""

        def writable(self):
            return True

        def write(self, data):
            self.content += bytes(data)
            return len(data)

    pipe = Pipe()
    dl.save({"x": dl.ones(3)}, pipe, format="hdf5")
    path.write_bytes(b"before" + pipe.content)
    with path.open("rb") as file:
        file.seek(6)
        assert dl.load(file)["x"].tolist() == [1, 1, 1]
    path.write_bytes(gzip.compress(pipe.content))
    with gzip.open(path) as file:  # which has the descriptor of another content
        assert dl.load(file)["x"].tolist() == [1, 1, 1]


def test_a_missing_library_is_named(path, monkeypatch):
    dl.save({"x": dl.ones(3)}, path)
    monkeypatch.setattr(hdf5_process, "find_spec", lambda name: None)
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    for act in (lambda: dl.load(path), lambda: dl.save({}, path)):
        with pytest.raises(ImportError, match=r"pip install 'deep-learner-serializers\[hdf5\]'"):
            act()
