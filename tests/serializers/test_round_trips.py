"""Every dtype through every format and every backend: the same bits come back, or one clear error says what to do."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import backends
from deep_learner.plugins import registry
from deep_learner.serialization import open_file

# What a format has no word for. All else comes back.
LACKING = {
    "safetensors": {"complex128"},
    "safetensors_sharded": {"complex128"},
    "npz": {"bfloat16"},
    "torch": set(),
    "hdf5": set(),
}
NEITHER = {"gguf", "onnx"}  # which take no values to write
DTYPES = [
    *("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"),
    *("bfloat16", "float16", "float32", "float64", "complex64", "complex128"),
]
BACKENDS = ["numpy", "strict", "strict:1"]


def test_no_format_is_forgotten():
    assert {*registry.names("serializers")} == {*LACKING} | NEITHER


def numbers(dtype, device):
    """A tensor of numbers with every kind of bits, NaN with a payload and negative zeros among them; or None."""
    try:
        bits = dl.from_numpy(np.random.default_rng(0).integers(0, 256, 96, dtype="uint8"))
        raw = (bits % 2 if dtype == "bool" else bits).cpu().numpy()
        kind = dl.zeros((), dtype=dtype, device="cpu").numpy().dtype
        return dl.from_numpy(raw.view(kind).reshape(2, -1)).to(device)
    except (TypeError, ImportError):
        return None


def bits_of(tensor):
    return tensor.cpu().numpy().tobytes()


@pytest.mark.parametrize("device", BACKENDS)
@pytest.mark.parametrize("format", LACKING)
def test_every_dtype_comes_back_to_the_bit_where_it_was(tmp_path, format, device):
    suffix = registry.entry("serializers", format).metadata["suffixes"][0]
    device = "cpu" if device == "numpy" else device
    seen = 0
    for dtype in DTYPES:
        tensor = numbers(dtype, device)
        if tensor is None:
            assert dtype in ("bfloat16", "float16"), dtype  # which not every backend has
            continue
        path = tmp_path / f"{dtype}{suffix}"
        if dtype in LACKING[format]:
            with pytest.raises(TypeError, match=rf"'x': \w+ has no {dtype}; save as"):
                dl.save({"x": tensor}, path)
            continue
        try:
            dl.save({"x": tensor, "none": tensor[:0], "one": tensor[0, 0]}, path)
        except ImportError as error:
            pytest.skip(str(error))
        loaded = dl.load(path, map_location=device)
        with open_file(path, device) as file:
            for name, expected in (("x", tensor), ("none", tensor[:0]), ("one", tensor[0, 0])):
                for received in (loaded[name], file[name]):
                    assert (received.dtype, received.device, received.shape) == (
                        expected.dtype,
                        expected.device,
                        expected.shape,
                    ), (dtype, name)
                    assert bits_of(received) == bits_of(expected), (dtype, name)
        seen += 1
    assert seen >= len(DTYPES) - 3


def test_a_backend_of_its_own_reads_what_another_wrote(tmp_path):
    """From each available backend to each."""
    names = [one.name for one in backends.available()]
    value = np.arange(6.0, dtype="float32").reshape(2, 3)
    for format in LACKING:
        suffix = registry.entry("serializers", format).metadata["suffixes"][0]
        for number, source in enumerate(names):
            path = tmp_path / f"{number}{suffix}"
            with dl.backend(source):
                try:
                    dl.save({"x": dl.tensor(value.tolist())}, path)
                except ImportError:
                    continue
            for target in names:
                with dl.backend(target):
                    assert dl.load(path)["x"].backend == target
                    np.testing.assert_array_equal(dl.load(path)["x"].cpu().numpy(), value)
