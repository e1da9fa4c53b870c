"""Every registered data set keeps to the contract of data sets; one without an entry here is refused."""

from __future__ import annotations

import numpy as np
import pytest

from deep_learner.plugins import registry
from deep_learner.testing import DatasetContract
from tests.data.test_idx import idx

pytest.importorskip("deep_learner_data", reason="the data sets are not installed")

RANDOM = np.random.default_rng(0)


class TestDigits(DatasetContract):
    dataset = "Digits"
    arguments = {"train": False}  # noqa: RUF012
    length = 360
    shapes = ((1, 8, 8), ())


class TestMNIST(DatasetContract):
    dataset = "MNIST"
    length = 5
    shapes = ((1, 28, 28), ())

    def make(self, tmp_path):
        images, labels = RANDOM.integers(0, 256, (5, 28, 28)), np.asarray([3, 1, 4, 1, 5])
        files = {"train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels}
        for name, array in files.items():
            if not (tmp_path / name).exists():
                (tmp_path / name).write_bytes(idx(array.astype("uint8")))
        return registry.get("datasets", "MNIST")(tmp_path)


class TestCIFAR10(DatasetContract):
    dataset = "CIFAR10"
    length = 4
    shapes = ((3, 32, 32), ())

    def make(self, tmp_path):
        path = tmp_path / "test_batch.bin"
        if not path.exists():
            records = RANDOM.integers(0, 256, (4, 3073)).astype("uint8")
            records[:, 0] = [7, 8, 9, 0]
            path.write_bytes(records.tobytes())
        return registry.get("datasets", "CIFAR10")(tmp_path, train=False)


def test_every_data_set_that_the_plugin_registers_has_a_contract():
    ours = {
        entry.name
        for entry in registry.entries("datasets")
        if entry.distribution == "deep-learner-data" and entry.metadata["kind"] == "dataset"
    }
    assert {one.dataset for one in (TestDigits, TestMNIST, TestCIFAR10)} == ours
