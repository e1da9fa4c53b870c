"""Labelled images held in memory as bytes and handed out as numbers from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import deep_learner as dl
from deep_learner_data.dataset import Dataset, rows

__all__ = ["LabelledImages"]


class LabelledImages(Dataset[tuple[Any, Any]]):
    """Pairs (image, label): a float32 tensor of shape (C, H, W) with values from 0 to 1, and an int.

    Parameters
    ----------
    images : numpy.ndarray
        Of shape (N, C, H, W), uint8.
    labels : numpy.ndarray
        Of shape (N,), integers from 0 to one less than the number of classes.
    classes : sequence of str
        Names of the classes.
    highest : int
        The value of an image's byte that stands for 1.
    transform, target_transform : callable, optional
        Applied to an image, and to a label, when the sample is asked for.

    Attributes
    ----------
    data : Tensor
        The images as bytes, of shape (N, C, H, W), on the default device.
    targets : Tensor
        The labels, int64, of shape (N,).
    classes : list of str

    Raises
    ------
    ValueError
        There are not as many labels as images, or a label has no class.
    """

    def __init__(
        self,
        images: npt.NDArray[np.uint8],
        labels: npt.NDArray[Any],
        classes: Sequence[str],
        highest: int = 255,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
    ) -> None:
        if len(images) != len(labels):
            raise ValueError(f"there are {len(images)} images and {len(labels)} labels")
        if len(labels) and not 0 <= labels.min() <= labels.max() < len(classes):
            raise ValueError(
                f"labels go from {labels.min()} to {labels.max()}, not from 0 to {len(classes) - 1}"
            )
        self.data = dl.tensor(images)
        self.targets = dl.tensor(labels.astype("int64"))
        self.classes = list(classes)
        self.highest = highest
        self.transform = transform
        self.target_transform = target_transform

    def __len__(self) -> int:
        return self.data.shape[0]

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """An image and its label."""
        image, label = self.data[index].to(dl.float32) / self.highest, self.targets[index].item()
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return image, label

    def take_batch(self, indices: Sequence[int]) -> list[dl.Tensor] | None:
        """Images (len(indices), C, H, W) and labels (len(indices),); None where each has to be
        transformed.
        """
        if self.transform is not None or self.target_transform is not None:
            return None
        images, labels = rows((self.data, self.targets), indices)
        return [images.to(dl.float32) / self.highest, labels]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} images of shape {tuple(self.data.shape[1:])})"
