"""What both formats promise, as tests for a class with a `format`."""

from __future__ import annotations

import random
from typing import ClassVar

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.serialization import SerializationError

DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
]


class FormatContract:
    """Subclass with `format` set; `dtypes` lists what it holds."""

    format: str
    dtypes = (*DTYPES, "complex64")
    beside: ClassVar[dict[str, str]] = {}  # what else the format's metadata says
    stride = 1  # from one damaged place to the next
    noticed = 1 / 4  # of the damages, at least

    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / f"value.{self.format}"

    def returned(self, path, value):
        dl.save(value, path)
        return dl.load(path)

    def test_every_dtype_comes_back(self, path):
        random_bytes = np.random.default_rng(0).bytes(64)
        for name in self.dtypes:
            array = (
                np.frombuffer(random_bytes, "uint8") % 2
                if name == "bool"
                else np.frombuffer(random_bytes, name)
            )
            array = np.nan_to_num(array).astype(name)
            value = self.returned(path, {"x": dl.from_numpy(array.copy())})["x"]
            assert value.dtype.name == name
            np.testing.assert_array_equal(value.numpy(), array)

    @pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 3, 4)])
    def test_every_shape_comes_back(self, path, shape):
        array = np.random.default_rng(0).normal(size=shape)
        value = self.returned(path, dl.tensor(array.tolist(), dtype=dl.float64).reshape(shape))
        assert tuple(value.shape) == shape
        np.testing.assert_array_equal(value.numpy(), array)

    def test_special_numbers_come_back_bit_for_bit(self, path):
        array = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, np.nextafter(1, 2)])
        assert self.returned(path, dl.from_numpy(array.copy())).numpy().tobytes() == array.tobytes()

    def test_a_transposed_tensor_comes_back(self, path):
        value = dl.arange(6).reshape(2, 3).T
        assert self.returned(path, value).tolist() == [[0, 3], [1, 4], [2, 5]]

    def test_a_tensor_that_requires_a_gradient_comes_back_as_a_value(self, path):
        value = self.returned(path, {"x": dl.ones(2, requires_grad=True) * 2})["x"]
        assert value.tolist() == [2.0, 2.0]
        assert not value.requires_grad

    def test_a_loaded_tensor_can_be_changed(self, path):
        value = self.returned(path, dl.zeros(3))
        value.add_(1)
        assert value.tolist() == [1.0, 1.0, 1.0]
        assert dl.load(path).tolist() == [0.0, 0.0, 0.0]

    def test_an_opened_file_says_what_it_holds_and_reads_tensors_one_by_one(self, path):
        value = {
            "model": {"w": dl.ones(2, 3, dtype=dl.float64), "e": dl.zeros(0)},
            "epoch": 3,
            "betas": (0.9, 0.99),
        }
        dl.save({**value, "groups": [{"lr": 0.1}]}, path)
        with dl.serialization.open_file(path) as file:
            assert sorted(file) == ["model.e", "model.w"]
            assert file.tensors["model.w"] == ("model.w", (2, 3), "float64", 48)
            assert file.metadata == {"epoch": 3, "betas": (0.9, 0.99), "groups.0.lr": 0.1, **self.beside}
            assert file["model.w"].tolist() == [[1.0] * 3] * 2
            assert file["model.e"].shape == (0,)
            with pytest.raises(KeyError, match="model"):
                file["model"]
        with dl.serialization.open_file(path, "strict:1") as file:
            assert file["model.w"].device == "strict:1"
        assert file.tensors

    def test_a_checkpoint_comes_back_with_its_types(self, path):
        model = {"0.weight": dl.tensor([[1.0, -2.0]]), "0.bias": dl.tensor([0.5])}
        parameters = [tensor.requires_grad_() for tensor in model.values()]
        optimizer = dl.optim.Adam(parameters, lr=0.1, amsgrad=True)
        for parameter in parameters:
            parameter.grad = dl.ones_like(parameter)
        optimizer.step()
        value = {
            "model": model,
            "optimizer": optimizer.state_dict(),
            "epoch": 3,
            "note": "ünïcode",
            "best": None,
        }
        loaded = self.returned(path, value)
        assert list(loaded) == list(value)
        assert (loaded["epoch"], loaded["note"], loaded["best"]) == (3, "ünïcode", None)
        assert loaded["optimizer"]["param_groups"] == optimizer.state_dict()["param_groups"]
        assert isinstance(loaded["optimizer"]["param_groups"][0]["betas"], tuple)
        assert list(loaded["optimizer"]["state"]) == [0, 1]
        for number, kept in optimizer.state_dict()["state"].items():
            for key, tensor in kept.items():
                np.testing.assert_array_equal(
                    loaded["optimizer"]["state"][number][key].numpy(), tensor.numpy()
                )
        again = dl.optim.Adam([parameter.detach().clone().requires_grad_() for parameter in parameters])
        again.load_state_dict(loaded["optimizer"])
        assert again.param_groups[0]["amsgrad"] is True

    @pytest.mark.parametrize("value", [{}, [], (), None, 0, "text", {"a": {}}, {"epoch": 1}])
    def test_a_value_without_tensors_comes_back(self, path, value):
        assert self.returned(path, value) == value

    @pytest.mark.parametrize(
        "name", ["a/b", "../up", "file", "allow_pickle", "__metadata__", "", " ", "ünï", "x.npy"]
    )
    def test_any_text_may_be_a_key(self, path, name):
        loaded = self.returned(path, {name: dl.tensor([1]), "deep_learner.structure": dl.tensor([2])})
        assert loaded[name].tolist() == [1]
        assert loaded["deep_learner.structure"].tolist() == [2]

    def test_tensors_travel_between_devices(self, path):
        """From the strict backend's second device to the default device, and back."""
        dl.save([dl.arange(3, device="strict:1")], path)
        assert dl.load(path)[0].device == "cpu"
        loaded = dl.load(path, map_location="strict:1")[0]
        assert (loaded.device, loaded.tolist()) == ("strict:1", [0, 1, 2])
        with dl.backend("strict"):
            assert dl.load(path)[0].device == "strict"

    def test_the_same_value_gives_the_same_bytes(self, path, tmp_path):
        value = {"b": dl.ones(3), "a": dl.zeros(2), "n": 1}
        dl.save(value, path)
        again = tmp_path / "again" / path.name
        again.parent.mkdir()
        dl.save(value, again)
        assert path.read_bytes() == again.read_bytes()

    def test_a_truncated_file_is_refused_at_every_length(self, path):
        dl.save({"weight": dl.arange(40.0), "epoch": 3}, path)
        content = path.read_bytes()
        near, far = range(0, 64, self.stride), range(64, len(content), 7 * self.stride)
        for length in [*near, *far, len(content) - 1]:
            path.write_bytes(content[:length])
            with pytest.raises(SerializationError, match=path.name):
                dl.load(path)

    def test_flipped_bytes_never_end_in_anything_but_a_value_or_one_clear_error(self, path):
        dl.save({"weight": dl.arange(10.0), "nested": [(1, 2.5, "text", None)], "epoch": 3}, path)
        content = path.read_bytes()
        chance = random.Random(0)
        messages = []
        for position in range(0, len(content), self.stride):
            damaged = bytearray(content)
            damaged[position] ^= 1 << chance.randrange(8)
            path.write_bytes(damaged)
            try:
                dl.load(path)
            except SerializationError as error:
                messages.append(str(error))
        assert all(path.name in message for message in messages)
        assert len(messages) > len(content) // self.stride * self.noticed

    def test_random_bytes_after_a_plausible_start_are_refused(self, path):
        dl.save({"weight": dl.zeros(2)}, path)
        start = path.read_bytes()[:9]
        chance = random.Random(1)
        for length in (1, 10, 100, 1000):
            path.write_bytes(start + chance.randbytes(length))
            with pytest.raises(SerializationError, match=path.name):
                dl.load(path)
