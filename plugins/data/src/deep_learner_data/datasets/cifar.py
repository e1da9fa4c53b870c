"""CIFAR-10 in its binary version, from a local folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from deep_learner_data.datasets.images import LabelledImages
from deep_learner_data.files import find, open_file, read_at_most

__all__ = ["CIFAR10"]

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SHAPE = (3, 32, 32)
RECORD = 1 + 3 * 32 * 32  # a label, then the red, green and blue values row by row
LARGEST = 10_000 * RECORD


class CIFAR10(LabelledImages):
    """Colour photographs of 32 x 32 pixels in ten classes: 50,000 to train, 10,000 to test.

    Parameters
    ----------
    root : str or Path
        Folder with ``data_batch_1.bin`` to ``data_batch_5.bin`` and ``test_batch.bin``, each as it is or with
        ``.gz``; or the folder above ``cifar-10-batches-bin`` that holds them.
    train : bool
        Which part.
    transform, target_transform : callable, optional
        Applied to an image of shape (3, 32, 32), and to a label.

    Raises
    ------
    FileNotFoundError
        A file is missing.
    ValueError
        A file is damaged.

    References
    ----------
    Krizhevsky: Learning multiple layers of features from tiny images, 2009.
    https://www.cs.toronto.edu/~kriz/cifar.html
    """

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
    ) -> None:
        names = [f"data_batch_{number}.bin" for number in range(1, 6)] if train else ["test_batch.bin"]
        paths = [find(root, ["cifar-10-batches-bin"], name) for name in names]
        records = np.concatenate([_records(path) for path in paths])
        images = records[:, 1:].reshape(-1, *SHAPE)
        super().__init__(images, records[:, 0], CLASSES, 255, transform, target_transform)


def _records(path: Path) -> npt.NDArray[np.uint8]:
    """The records of a file, of shape (N, 3073)."""
    with open_file(path) as file:
        content = read_at_most(file, LARGEST + 1, path)
    if not 0 < len(content) <= LARGEST or len(content) % RECORD:
        raise ValueError(
            f"{path} is no file of CIFAR-10, or is truncated: {len(content)} bytes are not 1 to 10,000 "
            f"records of {RECORD}"
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    if records[:, 0].max() >= len(CLASSES):
        raise ValueError(
            f"{path} is damaged: it has the label {records[:, 0].max()}, and labels go from 0 to 9"
        )
    return records
