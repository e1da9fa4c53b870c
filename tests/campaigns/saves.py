"""What is saved while processes are killed: each way to save, and what must be found afterwards."""

from __future__ import annotations

import fnmatch
import importlib.util
import io
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import deep_learner as dl
from deep_learner.serialization import Checkpoints, leaves

__all__ = ["SAVES", "Save", "available"]

ROWS = 256  # of 1 KiB
NOTHING = -1


class Save(NamedTuple):
    """A way to save.

    Attributes
    ----------
    save : callable
        ``save(folder, number)`` saves a value that is made of the number.
    load : callable
        ``load(folder)`` is the number that the value found was made of, once it is found to be whole; NOTHING where
        there is none.
    names : tuple of str
        Patterns of the names of the files that it may make, replace and remove.
    serializer : str
        Without which there is nothing to do.
    prepare : callable
        Makes what it needs in a folder.
    several : bool
        Whether several processes may save at once.
    """

    save: Callable[[Path, int], Any]
    load: Callable[[Path], int]
    names: tuple[str, ...]
    serializer: str
    prepare: Callable[[Path], Any] = lambda folder: None
    several: bool = True

    def owns(self, name: str) -> bool:
        """Whether a file is its own."""
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.names)


def value(number: int) -> dict[str, Any]:
    """Tensors and plain values made of a number."""
    weight = dl.full((ROWS, 256), float(number))
    return {"model": {"weight": weight, "bias": dl.full((3,), number)}, "step": number}


def number_of(value: Any) -> int:
    """The number that a value was made of; AssertionError if it is of more than one."""
    numbers: set[int] = set()
    count = 0
    for _, item in leaves(value):
        numbers |= {int(one) for one in np.unique(item.numpy())} if isinstance(item, dl.Tensor) else {item}
        count += item.numel() if isinstance(item, dl.Tensor) else 0
    assert len(numbers) == 1, f"the value is of several saves: {sorted(numbers)}"
    assert count == ROWS * 256 + 3, f"the value has {count} elements"
    return numbers.pop()


def in_file(name: str, serializer: str, patterns: tuple[str, ...] = (), **options: Any) -> Save:
    """Saves under one path."""

    def load(folder: Path) -> int:
        path = folder / name
        return number_of(dl.load(path, format=serializer)) if path.exists() else NOTHING

    def save(folder: Path, number: int) -> None:
        dl.save(value(number), folder / name, format=serializer, **options)

    return Save(save, load, (name, *patterns), serializer)


def checkpoints(folder: Path) -> Checkpoints:
    """Of a run that goes on: a process that was killed is started again."""
    return Checkpoints(folder, keep_last=2, metric="loss")


def save_checkpoint(folder: Path, number: int) -> None:
    """One more, with a retention that removes old ones."""
    run = checkpoints(folder)
    if run.last is not None:
        run.load()  # goes on as the same run
    run.save(value(number), step=number, metrics={"loss": -number})


def load_checkpoint(folder: Path) -> int:
    """All that are there are whole; the last one's number."""
    run = checkpoints(folder)
    there = run.list()
    for one in there:
        loaded = run.load(one.step)
        assert number_of(loaded.values) == one.step
    return there[-1].step if there else NOTHING


def model_of(number: int) -> Any:
    """A model whose parameters are a number."""
    model = dl.nn.Linear(ROWS, 256)
    for parameter in model.parameters():
        dl.nn.init.constant_(parameter, number)
    return model


def export(folder: Path, number: int, external_data: bool = False) -> None:
    """The model as ONNX."""
    inputs = dl.ones(1, ROWS)
    dl.save(model_of(number), folder / "model.onnx", example_inputs=inputs, external_data=external_data)


def load_export(folder: Path) -> int:
    """The number of its initializers."""
    tensors = dl.load(folder / "model.onnx")
    numbers = {int(one) for tensor in tensors.values() for one in np.unique(tensor.numpy())}
    assert len(numbers) == 1 and sum(tensor.numel() for tensor in tensors.values()) == ROWS * 256 + 256
    return numbers.pop()


def convert(folder: Path, number: int) -> None:
    """What ``deep-learner convert`` does."""
    from deep_learner_trainer.cli import commands

    source = folder / "source.pt"
    dl.save(value(number), source)
    with redirect_stdout(io.StringIO()):
        commands(["convert", str(source), str(folder / "converted.npz"), "--force"], standalone_mode=False)


SAVES: dict[str, Save] = {
    "safetensors": in_file("model.safetensors", "safetensors"),
    "npz": in_file("model.npz", "npz"),
    "torch": in_file("model.pt", "torch"),
    "torch-legacy": in_file("model.pth", "torch", legacy=True),
    "hdf5": in_file("model.h5", "hdf5"),
    "safetensors_sharded": in_file(
        "model.safetensors.index.json",
        "safetensors_sharded",
        ("model-*.safetensors",),
        max_shard_size=100_000,
    ),
    "onnx": Save(export, load_export, ("model.onnx",), "onnx"),
    "onnx-external": Save(
        partial(export, external_data=True),
        load_export,
        ("model.onnx", "model.onnx.*.data"),
        "onnx",
        several=False,
    ),
    "convert": in_file("converted.npz", "npz", ("source.pt",))._replace(save=convert, several=False),
    "checkpoints": Save(
        save_checkpoint, load_checkpoint, ("step-*.safetensors",), "safetensors", several=False
    ),
}
_LIBRARIES = {"hdf5": "h5py", "onnx": "onnx"}


def available() -> list[str]:
    """The ways to save that there are here."""
    from deep_learner.plugins import registry

    registered = registry.names("serializers")
    return [
        name
        for name, save in SAVES.items()
        if save.serializer in registered and importlib.util.find_spec(_LIBRARIES.get(name, "numpy"))
    ]
