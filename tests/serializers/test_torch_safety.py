"""What a checkpoint asks for beyond values is refused by name, and never run."""

from __future__ import annotations

import collections
import dataclasses
import enum
import os
import pickle
import struct
import sys
import zipfile

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.serialization import SerializationError
from deep_learner_serializers.pytorch.archive import write_archive
from deep_learner_serializers.pytorch.legacy import write_legacy
from deep_learner_serializers.pytorch.pickling import Call, Name, Outside, Pickler

FORMATS = ["zip", "legacy"]
RAN: list[str] = []


def run(*arguments):
    RAN.append("run")


class Trap:
    """Pickled as a call of `run`; its state is set by a method."""

    def __reduce__(self):
        return run, ("a",)

    def __setstate__(self, state):
        RAN.append("setstate")


class Plain:
    def __init__(self, value=0):
        self.value = value

    def __eq__(self, other):
        return type(other) is type(self) and vars(other) == vars(self)

    __hash__ = None


class Hooked(Plain):
    def __setstate__(self, state):
        self.value = state["value"] + 1


@dataclasses.dataclass
class Settings:
    lr: float
    layers: list[int]


@dataclasses.dataclass
class Careful:
    def limit(self, value):
        RAN.append("setter")

    limit = property(None, limit)


@dataclasses.dataclass
class Closing:
    def __del__(self):
        RAN.append("deleted")


class Kind(enum.Enum):
    FIRST = "first"


Point = collections.namedtuple("Point", "x y")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.activation = nn.functional.relu
        self.settings = Settings(0.1, [1])

    def forward(self, x):
        return self.activation(self.layer(x))


@pytest.fixture(autouse=True)
def nothing_ran():
    RAN.clear()
    yield
    assert RAN == []


@pytest.fixture
def path(tmp_path):
    return tmp_path / "checkpoint.pt"


def put(path, pickled, form="zip"):
    """A file in one of the formats around a pickle, whatever it says."""
    with path.open("wb") as file:
        if form == "legacy":
            write_legacy(file, pickled, [], 0)
        else:
            write_archive(file, pickled, [])


def calling(module, name, *arguments):
    return Pickler(None).dump(Call(f"{module}.{name}", arguments))


def refused(path, match, **options):
    with pytest.raises(SerializationError, match=match) as caught:
        dl.load(path, **options)
    assert path.name in str(caught.value)
    return caught.value


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("posix", "system"), ("os", "system"), ("builtins", "eval"), ("builtins", "exec"), ("builtins", "getattr"),
        ("__builtin__", "eval"), ("subprocess", "Popen"), ("importlib", "import_module"), ("torch.hub", "load"),
        ("functools", "partial"), ("operator", "attrgetter"), ("copyreg", "_reconstructor"), (__name__, "run"),
        ("deep_learner", "load"), ("deep_learner.torch.serialization", "load"), ("pickle", "loads"),
        ("numpy", "load"), ("builtins", "open"), ("builtins", "bytearray.fromhex"),
        ("collections", "OrderedDict.fromkeys"),
    ],
)  # fmt: skip
def test_every_other_name_is_refused_by_that_name(path, module, name, form, trusted):
    put(path, calling(module, name, "echo"), form)
    error = refused(path, name, weights_only=not trusted)
    assert isinstance(error, pickle.UnpicklingError)
    assert isinstance(error, RuntimeError)


def test_pythons_own_pickle_of_a_call_is_refused(path):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        put(path, pickle.dumps([Trap()], protocol))
        refused(path, "test_torch_safety.run", weights_only=False)


def test_a_name_imports_nothing(path):
    assert "antigravity" not in sys.modules
    put(path, calling("antigravity", "fly"))
    refused(path, "antigravity.fly", weights_only=False)
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize(
    ("pickled", "message"),
    [
        (calling("builtins", "bytearray", 10**12), "arguments|encodes"),
        (calling("builtins", "bytes", 10**12), "int"),
        (calling("builtins", "set", Call("builtins.range", (10**12,))), "range"),
        (calling("builtins", "list", Call("builtins.range", (10**12,))), "range"),
        (calling("collections", "deque", Call("builtins.range", (10**12,))), "range"),
        (calling("_codecs", "encode", "x", "rot13"), "encodes"),
        (calling("collections", "defaultdict", Name("builtins.range")), "plain type"),
        (calling("torch", "Size", ("a",)), "str"),
        (calling("torch", "device", "../../etc"), "device"),
        (calling("numpy", "dtype", "O", False, True), "objects"),
        (calling("torch._utils", "_rebuild_tensor_v2", 1, 0, (1,), (1,), False, None), "no storage"),
        (calling("torch._utils", "_rebuild_parameter", 1, True, None), "no tensor"),
        (calling("torch._utils", "_rebuild_tensor_v2"), "do not fit"),
        (calling("torch._utils", "_rebuild_qtensor", 1), "quantized"),
        (calling("torch.nn.modules.linear", "Linear"), r"whole module of PyTorch's.*state_dict"),
        (Pickler(None).dump(Name("torch.QInt8Storage")), "storage of type torch.QInt8Storage"),
        (Pickler(None).dump(Name("torch.float8_e4m3fn")), "torch.float8_e4m3fn, a dtype"),
    ],
)
def test_constructors_of_values_take_values_alone(path, pickled, message):
    put(path, pickled)
    refused(path, message, weights_only=False)


@pytest.mark.parametrize(
    ("opcodes", "message"),
    [
        (b"c_codecs\nencode\n}X\x0c\x00\x00\x00__defaults__K\x01sb.", "state of"),
        (b"ccollections\nOrderedDict\n}X\x05\x00\x00\x00itemsK\x01sb.", "state of"),
        (b"ccollections\nOrderedDict\n)R}X\x05\x00\x00\x00itemsK\x01sb.", "replaces 'items'"),
        (b"K\x01)R.", "calls"),
        (b"K\x01)\x81.", "makes an instance"),
        (b"ctorch\nFloatStorage\n)\x81.", "makes an instance"),
        (b"ctorch\nTensor\n)\x81.", "makes an instance"),
        (b"K\x01K\x02a.", "appends to a int"),
        (b"K\x01K\x02K\x03s.", "sets items of a int"),
        (b"]]K\x01s.", "sets items of a list"),
        (b"}]K\x01s.", "key of type list"),
        (b"(b.", "mark"),
        (b".", "damaged"),
        (b"t.", "mark is missing"),
        (b"h\x05.", "damaged"),
        (b"iposix\nsystem\n.", "does not write"),
        (b"(S'echo'\niposix\nsystem\n.", "does not write"),
        (b"\x82\x01.", "does not write"),
        (b"X\xff\xff\xff\xffab.", "4294967295 bytes, which are not there"),
        (b"\x8e" + struct.pack("<Q", 1 << 62) + b"ab.", "which are not there"),
        (b"\x80\x09.", "protocol 9"),
        (b"X\x01\x00\x00\x00aQ.", "no storage"),
        (b"cposix", "does not end"),
    ],
)
def test_no_opcode_does_more_than_data_needs(path, opcodes, message):
    put(path, b"\x80\x02" + opcodes)
    refused(path, message, weights_only=False)


def test_a_memo_far_away_takes_no_memory(path):
    put(path, b"\x80\x02K\x07r" + struct.pack("<I", 2**32 - 1) + b".")
    assert dl.load(path) == 7


@pytest.mark.parametrize("depth", [60, 100_000])
def test_keys_whose_hash_takes_forever_or_all_of_the_stack_are_refused(path, depth):
    doubled = b")" + b"q\x00h\x00\x86" * depth  # ((...), (...)) of the same
    put(path, b"\x80\x02}" + doubled + b"Ns.")
    refused(path, "key of more than 100 items")


def test_a_value_nested_deep_is_read_without_recursion(path):
    put(path, b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".")
    assert type(dl.load(path)) is list


def test_classes_and_functions_that_the_program_allows_are_used(path):
    from deep_learner.torch import serialization as checkpoints

    with checkpoints.safe_globals([Plain, Hooked]):
        checkpoints.save({"a": Plain(3), "b": Hooked(3)}, path)
        assert checkpoints.load(path) == {"a": Plain(3), "b": Hooked(4)}
    assert checkpoints.get_safe_globals() == []
    with pytest.raises(pickle.UnpicklingError, match=r"Plain.*add_safe_globals\(\["):
        checkpoints.load(path, weights_only=False)
    with checkpoints.safe_globals([(Hooked, f"{__name__}.Plain"), Hooked]):
        assert checkpoints.load(path)["a"] == Hooked(4)
    with checkpoints.safe_globals([os.system]):  # by mistake
        put(path, calling("posix", "system", "echo"))
        with pytest.raises(pickle.UnpicklingError, match=r"posix\.system"):
            checkpoints.load(path)


def test_what_is_not_read_is_not_written(path):
    for value, message in (
        ({"a": [Plain()]}, r"test_torch_safety\.Plain at 'a\.0'.*add_safe_globals"),
        ({"a": lambda: 1}, r"function at 'a'"),
        ({"a": run}, r"function at 'a'"),
        (Trap, "given"),
    ):
        with pytest.raises(TypeError, match=message):
            dl.save(value, path)
    assert not path.exists()
    loop: list[tuple[object, ...]] = []
    loop.append((loop,))
    dl.save(loop, path)
    back = dl.load(path)
    assert back[0][0] is back


def test_modules_and_plain_classes_of_the_program_are_read_where_that_is_asked_for(path):
    model = Net()
    dl.save([model, Settings(0.5, [1, 2]), Kind.FIRST, Point(1, [2])], path)
    with pytest.raises(pickle.UnpicklingError, match=r"weights_only=False"):
        dl.load(path)
    back, *rest = dl.load(path, weights_only=False)
    assert rest == [Settings(0.5, [1, 2]), Kind.FIRST, Point(1, [2])]
    assert type(back) is Net
    assert back.activation is nn.functional.relu
    x = dl.ones(1, 2)
    assert back(x).tolist() == model(x).tolist()
    back.layer.weight.sum().backward()


def test_filling_an_instance_runs_no_setter_and_changes_no_class(path):
    empty = Call(f"{__name__}.Careful", empty=True)
    for state in (
        {"limit": 1, "__class__": 2},
        (None, {"limit": 1}),
        (None, {"__class__": Name(f"{__name__}.Settings")}),
    ):
        put(path, Pickler(None).dump(empty._replace(state=state)))
        if isinstance(state, tuple):
            refused(path, "has no such slot", weights_only=False)
        else:
            assert type(dl.load(path, weights_only=False)) is Careful
    put(path, Pickler(None).dump(Call(f"{__name__}.Closing", empty=True)))
    refused(path, "Closing", weights_only=False)


def test_few_bytes_cannot_state_a_tensor_time_and_again(path):
    """A conjugate is written out anew, and so is a sparse tensor."""
    outside = Outside(("storage", Name("torch.ComplexFloatStorage"), "0", "cpu", 1))
    for size, times in (((1 << 22,), 100), ((1 << 40,), 1)):
        arguments = (outside, 0, size, (0,), False, Call("collections.OrderedDict"), {"conj": True})
        tensors = [Call("torch._utils._rebuild_tensor_v2", arguments) for _ in range(times)]
        with path.open("wb") as file:
            write_archive(file, Pickler(None).dump(tensors), [np.ones(1, "complex64")])
        refused(path, "many times the memory")


def test_a_torchscript_archive_and_a_tar_archive_are_told(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/constants.pkl", b"")
    refused(path, "TorchScript", format="torch")
    path.write_bytes(b"\0" * 257 + b"ustar" + b"\0" * 500)
    refused(path, "tar archive", format="torch")
