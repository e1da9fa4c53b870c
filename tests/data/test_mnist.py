"""MNIST from its four files."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.utils.data import MNIST, DataLoader
from tests.data.test_idx import idx

RANDOM = np.random.default_rng(0)
IMAGES = {
    part: RANDOM.integers(0, 256, (count, 28, 28)).astype("uint8")
    for part, count in (("train", 6), ("t10k", 3))
}
LABELS = {"train": np.array([3, 1, 4, 1, 5, 9], "uint8"), "t10k": np.array([2, 6, 5], "uint8")}


@pytest.fixture(params=["", "MNIST/raw"], ids=["folder", "folder above"])
def root(request, tmp_path):
    folder = tmp_path / request.param
    folder.mkdir(parents=True, exist_ok=True)
    for part in IMAGES:
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx(IMAGES[part]))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS[part])))
    return tmp_path


@pytest.mark.parametrize(("train", "part"), [(True, "train"), (False, "t10k")])
def test_samples_are_images_from_zero_to_one_and_labels(root, train, part):
    mnist = MNIST(root, train=train)
    assert len(mnist) == len(LABELS[part])
    image, label = mnist[1]
    assert (tuple(image.shape), image.dtype, label) == ((1, 28, 28), dl.float32, int(LABELS[part][1]))
    np.testing.assert_array_equal(image.numpy()[0], IMAGES[part][1] / np.float32(255))


def test_values_are_those_of_torchvisions_conversion(root):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    theirs = torch.from_numpy(IMAGES["train"]).to(torch.float32).div(255)
    images, labels = next(iter(DataLoader(MNIST(root), batch_size=6)))
    np.testing.assert_array_equal(images.numpy()[:, 0], theirs.numpy())
    assert labels.tolist() == LABELS["train"].tolist()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file train-images-idx3-ubyte"):
        MNIST(tmp_path)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        (
            "train-labels-idx1-ubyte",
            LABELS["train"][:4],
            "do not belong together: there are 6 images and 4 labels",
        ),
        ("train-labels-idx1-ubyte", LABELS["train"] + 5, "labels go from 6 to 14, not from 0 to 9"),
        (
            "train-labels-idx1-ubyte",
            IMAGES["train"],
            r"should hold bytes in 1 dimensions, and holds uint8 of shape",
        ),
        ("train-images-idx3-ubyte", IMAGES["train"].astype("int16"), "holds int16 of shape"),
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path, name, array, message):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(IMAGES["train"]))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(LABELS["train"]))
    (tmp_path / name).write_bytes(idx(array))
    with pytest.raises(ValueError, match=message):
        MNIST(tmp_path)
