"""The digits that come with the package are scikit-learn's, and can be learnt."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.utils.data import DataLoader, Digits


@pytest.fixture(scope="module")
def parts():
    return Digits(train=True), Digits(train=False)


def test_the_parts_have_the_documented_sizes(parts):
    assert [len(part) for part in parts] == [1437, 360]
    assert repr(parts[1]) == "Digits(360 images of shape (1, 8, 8))"


def test_a_sample_is_an_image_from_zero_to_one_and_an_int(parts):
    image, label = parts[0][0]
    assert (tuple(image.shape), image.dtype) == ((1, 8, 8), dl.float32)
    assert 0 <= image.min().item() <= image.max().item() <= 1
    assert type(label) is int


def test_both_parts_are_the_images_of_scikit_learn_in_a_seeded_order(parts):
    datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn is the source of the digits")
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    source = datasets.load_digits()
    order = torch.randperm(1797, generator=torch.Generator().manual_seed(0)).numpy()
    images = np.concatenate([part.data.numpy() for part in parts])[:, 0]
    labels = np.concatenate([part.targets.numpy() for part in parts])
    np.testing.assert_array_equal(images, source.images[order])
    np.testing.assert_array_equal(labels, source.target[order])
    np.testing.assert_array_equal(parts[0][3][0].numpy()[0], (source.images[order[3]] / 16).astype("float32"))


def test_all_classes_are_in_both_parts(parts):
    for part in parts:
        assert sorted(set(part.targets.tolist())) == list(range(10))
        assert part.classes == list("0123456789")


def test_batches_made_at_once_are_the_samples(parts):
    images, labels = parts[0].take_batch([5, 0])
    assert images.tolist() == [parts[0][5][0].tolist(), parts[0][0][0].tolist()]
    assert labels.tolist() == [parts[0][5][1], parts[0][0][1]]
    assert labels.dtype == dl.int64


def test_transformations_are_applied_to_each_sample():
    digits = Digits(train=False, transform=lambda image: 1 - image, target_transform=lambda label: -label)
    plain = Digits(train=False)
    images, labels = next(iter(DataLoader(digits, batch_size=4)))
    expected = [plain[index] for index in range(4)]
    assert images.tolist() == [(1 - image).tolist() for image, _ in expected]
    assert labels.tolist() == [-label for _, label in expected]


def test_the_digits_are_registered_as_a_data_set():
    kinds = {entry.name: entry.metadata["kind"] for entry in dl.plugins.registry.entries("datasets")}
    assert {kinds["Digits"], kinds["MNIST"], kinds["CIFAR10"]} == {"dataset"}
    assert kinds["DataLoader"] == "tool"


def test_the_images_are_on_the_default_device():
    with dl.backend("strict"):
        digits = Digits(train=False)
    assert digits[0][0].device == digits.take_batch([0])[1].device == "strict"
