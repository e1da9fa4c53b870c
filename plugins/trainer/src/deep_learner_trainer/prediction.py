"""`predict`: what the model of a checkpoint says about samples."""

from __future__ import annotations

import dataclasses
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import deep_learner
from deep_learner import Tensor, backends
from deep_learner.errors import ConfigurationError
from deep_learner_trainer.checkpoint import load_checkpoint
from deep_learner_trainer.nested import is_table
from deep_learner_trainer.run import build_dataset, build_model, settings_of

__all__ = ["Prediction", "predict"]


@dataclasses.dataclass(frozen=True)
class Prediction:
    """What the model says about one sample.

    Attributes
    ----------
    sample : int
        Its index in the data set or the file.
    output : list or float
        The model's output; the probability of every class where it is a classifier.
    predicted : str or None
        The most probable class: its name where the data set tells names; None if the model is no classifier.
    probability : float or None
        That class's probability.
    target : str or None
        What is right, where it is known.
    """

    sample: int
    output: Any
    predicted: str | None = None
    probability: float | None = None
    target: str | None = None


def predict(
    checkpoint: str | Path,
    samples: Sequence[int] | None = None,
    *,
    file: str | Path | None = None,
    backend: str | None = None,
) -> list[Prediction]:
    """Runs a checkpoint's model on samples of its test set, or on those in a file.

    Parameters
    ----------
    checkpoint : path
        What `fit` or `deep-learner train` saved.
    samples : sequence of int, optional
        Indices; the first ten of the test set, or all of the file, unless given.
    file : path, optional
        Inputs of shape (N, ...) or one input, as `.npy`, or as the only array of another format that
        `deep_learner.load` reads.
    backend : str, optional
        What to compute on; by default what the run was made with.

    Returns
    -------
    list of Prediction

    Raises
    ------
    ConfigurationError
        If the data set has no test part, or the file holds several arrays.
    IndexError
        If a sample does not exist.
    FileNotFoundError, SerializationError
        If a file is missing, damaged or foreign.
    """
    saved = load_checkpoint(checkpoint)
    config = (
        saved.config if backend is None else dataclasses.replace(saved.config, backend=backend, device=None)
    )
    with settings_of(config), deep_learner.no_grad():
        model = build_model(config)
        model.load_state_dict(saved.state["model"])
        model.eval()
        data = build_dataset(config, train=False)
        if file is not None:
            inputs, targets = list(_read(Path(file), saved.state["model"])), None
            indices = _checked(range(len(inputs)) if samples is None else samples, len(inputs), str(file))
            chosen = [inputs[index] for index in indices]
        elif data is None:
            raise ConfigurationError(
                f"the data set {config.dataset.name!r} has no test part; give a file of inputs"
            )
        else:
            wanted = range(min(10, len(data))) if samples is None else samples
            indices = _checked(wanted, len(data), f"the test set of {config.dataset.name}")
            pairs = [data[index] for index in indices]
            chosen, targets = [pair[0] for pair in pairs], [_plain(pair[1]) for pair in pairs]
        batch = deep_learner.stack([deep_learner.as_tensor(one) for one in chosen]).to(
            backends.default_device()
        )
        output = model(batch)
        if saved.state["history"][-1]["accuracy"] is None:
            return [Prediction(index, values) for index, values in zip(indices, output.tolist(), strict=True)]
        return _classify(
            indices, deep_learner.softmax(output, dim=1).tolist(), targets, getattr(data, "classes", None)
        )


def _classify(
    indices: Sequence[int], rows: list[list[float]], targets: list[Any] | None, classes: Sequence[str] | None
) -> list[Prediction]:
    def name(number: int) -> str:
        return str(number if classes is None else classes[number])

    predictions: list[Prediction] = []
    for position, (index, row) in enumerate(zip(indices, rows, strict=True)):
        best = max(range(len(row)), key=row.__getitem__)
        target = None if targets is None else name(targets[position])
        predictions.append(Prediction(index, row, name(best), row[best], target))
    return predictions


def _read(path: Path, parameters: dict[str, Any]) -> Tensor:
    """The inputs of a file; real numbers in the dtype that the model computes in, as NumPy saves float64."""
    if path.suffix == ".npy":  # an .npz file is a zip archive of .npy files: make one of it
        archive = BytesIO()
        with zipfile.ZipFile(archive, "w") as members:
            members.write(path, "input.npy")
        archive.seek(0)
        value = deep_learner.load(archive, format="npz")
    else:
        value = deep_learner.load(path)
    arrays = list(value.values()) if is_table(value) else [value]
    if len(arrays) != 1 or not isinstance(arrays[0], Tensor):
        raise ConfigurationError(f"{path} must hold one array of inputs; it holds {len(arrays)} values")
    inputs = arrays[0]
    if not inputs.ndim:
        raise ConfigurationError(f"{path} must hold inputs of shape (N, ...); it holds a single number")
    floating = [value.dtype for value in parameters.values() if value.is_floating_point()]
    return inputs.to(floating[0]) if floating and inputs.is_floating_point() else inputs


def _checked(indices: Sequence[int], length: int, what: str) -> list[int]:
    for index in indices:
        if not 0 <= index < length:
            raise IndexError(f"{what} has no sample {index}; its samples are 0 to {length - 1}")
    if not indices:
        raise IndexError(f"{what} has no samples")
    return list(indices)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
