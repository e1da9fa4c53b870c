"""MNIST, and whatever else comes in its four files, from a local folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from deep_learner_data.datasets.images import LabelledImages
from deep_learner_data.files import find
from deep_learner_data.idx import read_idx

__all__ = ["MNIST"]


class MNIST(LabelledImages):
    """Handwritten digits of 28 x 28 pixels: 60,000 to train, 10,000 to test.

    Parameters
    ----------
    root : str or Path
        Folder with ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``, ``t10k-images-idx3-ubyte`` and
        ``t10k-labels-idx1-ubyte``, each as it is or with ``.gz``; or the folder above ``MNIST/raw`` that
        holds them.
    train : bool
        Which part.
    transform, target_transform : callable, optional
        Applied to an image of shape (1, 28, 28), and to a label.

    Raises
    ------
    FileNotFoundError
        A file is missing.
    ValueError
        A file is damaged, or the files do not belong together.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998.
    """

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
    ) -> None:
        part = "train" if train else "t10k"
        image_file = find(root, ["MNIST/raw"], f"{part}-images-idx3-ubyte")
        label_file = find(root, ["MNIST/raw"], f"{part}-labels-idx1-ubyte")
        images, labels = read_idx(image_file), read_idx(label_file)
        for path, array, dimensions in ((image_file, images, 3), (label_file, labels, 1)):
            if array.ndim != dimensions or array.dtype != np.uint8:
                raise ValueError(
                    f"{path} should hold bytes in {dimensions} dimensions, and holds {array.dtype} of shape "
                    f"{array.shape}"
                )
        try:
            super().__init__(images[:, None], labels, list("0123456789"), 255, transform, target_transform)
        except ValueError as error:
            raise ValueError(f"{image_file} and {label_file} do not belong together: {error}") from None
