"""CIFAR-10 from its binary files."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.utils.data import CIFAR10

RANDOM = np.random.default_rng(0)
RECORD = 3073


def batch(labels):
    """The bytes of a file: label, then 3 x 32 x 32 values, for each record."""
    records = RANDOM.integers(0, 256, (len(labels), RECORD)).astype("uint8")
    records[:, 0] = labels
    return records.tobytes()


@pytest.fixture(params=["", "cifar-10-batches-bin"], ids=["folder", "folder above"])
def root(request, tmp_path):
    folder = tmp_path / request.param
    folder.mkdir(exist_ok=True)
    for number in range(1, 6):
        (folder / f"data_batch_{number}.bin").write_bytes(batch([number, 0]))
    (folder / "test_batch.bin.gz").write_bytes(gzip.compress(batch([7, 8, 9])))
    return tmp_path


def test_the_training_part_is_the_five_files_in_order(root):
    cifar = CIFAR10(root)
    assert [label for _, label in cifar] == [1, 0, 2, 0, 3, 0, 4, 0, 5, 0]
    assert cifar.classes[cifar[0][1]] == "automobile"


def test_an_image_has_its_colours_first_and_its_rows_next(root):
    cifar = CIFAR10(root, train=False)
    content = gzip.decompress(next(root.rglob("test_batch.bin.gz")).read_bytes())
    image, label = cifar[1]
    assert (tuple(image.shape), image.dtype, label) == ((3, 32, 32), dl.float32, 8)
    for channel, row, column in [(0, 0, 0), (1, 0, 31), (2, 31, 5)]:
        expected = content[RECORD + 1 + channel * 1024 + row * 32 + column]
        assert image[channel, row, column].item() == np.float32(expected) / np.float32(255)


def test_a_missing_file_is_named(root):
    next(root.rglob("data_batch_4.bin")).unlink()
    with pytest.raises(FileNotFoundError, match=r"no file data_batch_4\.bin"):
        CIFAR10(root)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "0 bytes are not 1 to 10,000 records of 3073"),
        (batch([1, 2])[:-1], "6145 bytes are not"),
        (batch([1, 2]) + b"\0", "6147 bytes are not"),
        (bytes(RECORD * 10_001), "bytes are not 1 to 10,000 records"),
        (batch([1, 10]), "it has the label 10, and labels go from 0 to 9"),
        (gzip.compress(batch([1, 2]))[:-100], "its compressed data cannot be read"),
    ],
)
def test_a_foreign_or_damaged_file_is_named(tmp_path, content, message):
    (tmp_path / "test_batch.bin").write_bytes(content)
    with pytest.raises(ValueError, match=rf"test_batch\.bin .*{message}"):
        CIFAR10(tmp_path, train=False)
