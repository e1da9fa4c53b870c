"""The checkpoints of a run in a folder: saving, which of them to keep, and going on from one."""

from __future__ import annotations

import dataclasses
import errno
import math
import os
import secrets
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ..errors import SerializationError
from ..files import save
from .checkpoint import Checkpoint, LoadedCheckpoint, load_checkpoint, packed
from .files import CheckpointFiles, remove
from .folder_lock import alone_in
from .parts import VALUE
from .versions import versions

__all__ = ["Checkpoints"]

Which: TypeAlias = "Literal['last', 'best'] | int"
Several: TypeAlias = "list[Checkpoint]"


class Checkpoints:
    """The checkpoints of a run in a folder, one file each.

    A checkpoint holds the states of the model, the optimizer and all else that it is given, the state of the random
    numbers, and the configuration: a run that is resumed on the same backend goes on to the bit.

    Parameters
    ----------
    folder
        Made by the first save where it is missing. Each run should have a folder of its own.
    keep_last : int, optional
        How many of the run's checkpoints to keep, the newest ones; None keeps all.
    keep_best : int
        How many more to keep if they are the best, where `metric` is given.
    metric : str, optional
        Which of the metrics says how good a checkpoint is. NaN is worse than anything.
    mode : str
        ``"min"``: lower is better; ``"max"``: higher is.
    format : str
        Name of a registered serializer whose files are single ones.
    name : str
        The files' name without the suffix, with the fields ``step`` and ``epoch``. Without a field there is one file,
        and each save replaces it.
    overwrite : bool
        Whether the first save replaces the checkpoints of other runs in the folder, rather than to leave them there
        and to refuse to write over one.

    Raises
    ------
    ValueError
        An argument is none of those that it can be.
    UnknownNameError
        No plugin registers the format.

    Notes
    -----
    A file is written aside, forced to the disk, and takes its name in one step; only then are others removed, and
    only those that this run has written. What each is stands in the files alone, so that nothing can disagree. The
    random numbers are Deep Learner's, one stream for all devices, and those of Python's `random`; a program that draws
    from others, such as NumPy's, saves their state as a plain value. A ``DataLoader`` draws an epoch's order when the
    epoch begins and does not know its place in it: save between epochs. Gradients are not saved: save after the
    optimizer's step.

    Examples
    --------
    >>> checkpoints = dl.serialization.Checkpoints("runs/a", metric="loss")  # doctest: +SKIP
    >>> run = {"model": model, "optimizer": optimizer, "scheduler": scheduler}  # doctest: +SKIP
    >>> if checkpoints.last is not None:  # doctest: +SKIP
    ...     first = checkpoints.restore(run).epoch
    >>> checkpoints.save(run, step=1200, epoch=3, metrics={"loss": 0.1})  # doctest: +SKIP
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        keep_last: int | None = 3,
        keep_best: int = 1,
        metric: str | None = None,
        mode: str = "min",
        format: str = "safetensors",
        name: str = "step-{step:08d}",
        overwrite: bool = False,
    ) -> None:
        for key, value in (("keep_last", keep_last), ("keep_best", keep_best)):
            if (type(value) is not int or value < 1) and not (key == "keep_last" and value is None):
                raise ValueError(f"{key} must be an integer of at least 1. Received: {value!r}")
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max'. Received: {mode!r}")
        self.folder = Path(folder)
        self.keep_last = keep_last
        self.keep_best = keep_best
        self.metric = metric
        self.mode = mode
        self.format = format
        self.overwrite = overwrite
        self._files = CheckpointFiles(self.folder, name, format)
        self._run = secrets.token_hex(8)

    def save(
        self,
        objects: Mapping[str, Any],
        *,
        step: int,
        epoch: int | None = None,
        metrics: Mapping[str, Any] | None = None,
        config: Any = None,
    ) -> Checkpoint:
        """Save a checkpoint, then remove those that are not to be kept.

        Parameters
        ----------
        objects
            By name, what has ``state_dict`` and ``load_state_dict``; generators, tensors and plain values.
        step
            The optimizer's steps so far.
        epoch
            The finished epochs.
        metrics
            Numbers by name; nothing where nothing was measured.
        config
            Plain values, nested at will.

        Returns
        -------
        Checkpoint
            What `list` says of it.

        Raises
        ------
        ValueError
            A number is negative or missing, or a name is not free.
        TypeError
            Something in it is not saved, such as a function; the message says where.
        FileExistsError
            Another run has saved a checkpoint under that name.
        TimeoutError
            Another process has been saving into the folder for ten minutes.
        OSError
            The file cannot be written; all others are still there.
        """
        measured = {name: float(value) for name, value in (metrics or {}).items()}
        if measured and self.metric is not None and self.metric not in measured:
            raise ValueError(
                f"the metrics lack {self.metric!r}, by which the best is found. Received: {measured}"
            )
        path = self._files.path(step, epoch)
        self.folder.mkdir(parents=True, exist_ok=True)
        with alone_in(self.folder) as certain:
            if certain:
                self._files.remove_leftovers()
            there, damaged = self._files.look()
            if not self.overwrite and path not in damaged:
                self._check_free(path, there)
            made = Checkpoint(
                path=path, step=step, epoch=epoch, metrics=measured, versions=versions(), run=self._run,
                number=max((one.number for one in there), default=0) + 1,
            )  # fmt: skip
            described = {key: value for key, value in dataclasses.asdict(made).items() if key != "path"}
            save(packed(objects, config, described), path, format=self.format)
            self._remove_old([*(one for one in there if one.path != path), made])
        return made

    def restore(
        self, objects: Mapping[str, Any], which: Which = "last", *, fall_back: bool = False
    ) -> LoadedCheckpoint:
        """Put a checkpoint into objects of the same kinds, and set the random numbers; all of it or nothing.

        Parameters
        ----------
        objects
            Under the names that were saved. Plain values and tensors may be left out; tensors are filled in place.
        which
            ``"last"`` saved, ``"best"``, or the step of one.
        fall_back
            Whether to go on, with a warning, from the newest (or best) whole one where another is damaged.

        Returns
        -------
        LoadedCheckpoint
            With step, epoch, metrics, config and versions; in `values`, the plain values and tensors.

        Raises
        ------
        FileNotFoundError
            There is none.
        SerializationError
            One that may be the one asked for is damaged; the message names the newest whole one.
        RuntimeError
            Something does not fit. The message lists all that differs.
        """
        loaded = self.load(which, fall_back=fall_back)
        loaded.restore(objects)
        plain = {name for name, part in loaded.parts.items() if part.get("kind") in (VALUE, "Tensor")}
        return dataclasses.replace(loaded, values={name: loaded.values[name] for name in plain})

    def load(self, which: Which = "last", *, fall_back: bool = False) -> LoadedCheckpoint:
        """Read a checkpoint without putting it anywhere; `restore` of what is returned does that.

        What is saved from now on counts as the same run. Arguments and errors are those of `restore`.
        """
        there, damaged = self._files.look()
        order = self._order(which, there)
        reasons = self._in_doubt(which, order, damaged)
        while order and (fall_back or not reasons):
            try:
                loaded = load_checkpoint(order[0].path)
            except SerializationError as error:
                reasons.append(str(error))
                del order[0]
                continue
            if reasons:
                warnings.warn(f"{'; '.join(reasons)}: going on from {loaded.path}", stacklevel=2)
            self._run = loaded.run
            return loaded
        if not reasons:
            self._nothing_there(which, there)
        advice = "; there is no other" + (" of that step" if isinstance(which, int) else "")
        if order:
            advice = (
                f"; the next is {order[0].path}, of step {order[0].step}: to go on from it, pass fall_back=True or "
                "remove what is damaged"
            )
        raise SerializationError("; ".join(reasons) + advice)

    def list(self) -> Several:
        """The whole checkpoints in the folder, in the order in which they were saved.

        Of safetensors files only the beginning is read; other formats may be read as a whole, the first time.
        """
        return self._files.look()[0]

    @property
    def last(self) -> Checkpoint | None:
        """The whole checkpoint that was saved last; None if there is none."""
        return next(iter(self._order("last", self.list())), None)

    @property
    def best(self) -> Checkpoint | None:
        """The whole checkpoint with the best metric, the earliest of equal ones; None if there is none."""
        return next(iter(self._order("best", self.list())), None) if self.metric is not None else None

    # ----------------------------------------------------------------- which

    def _order(self, which: Which, there: Several) -> Several:
        """Those that may be meant, the first choice first."""
        if which == "last":
            return there[::-1]
        if isinstance(which, int):
            return [one for one in there[::-1] if one.step == which]
        if which != "best":
            raise ValueError(f"which is 'last', 'best' or a step. Received: {which!r}")
        if self.metric is None:
            raise ValueError(
                "which of the checkpoints is the best cannot be told: Checkpoints(..., metric=) says by what"
            )
        sign = 1 if self.mode == "min" else -1
        figures = [(sign * one.metrics.get(self.metric, math.nan), one) for one in there]
        measured = [(figure, one) for figure, one in figures if not math.isnan(figure)]
        return [one for _, one in sorted(measured, key=lambda pair: (pair[0], pair[1].number))]

    def _in_doubt(self, which: Which, order: Several, damaged: dict[Path, str]) -> list[str]:
        """What is wrong with damaged files that may be meant, as nobody can tell what they held."""
        if which == "last" and order:
            return [reason for path, reason in damaged.items() if self._files.may_follow(path, order[0].path)]
        if isinstance(which, int):
            return [
                reason
                for path, reason in damaged.items()
                if not order and which in self._files.numbers_of(path)
            ]
        return list(damaged.values())

    def _nothing_there(self, which: Which, there: Several) -> None:
        if isinstance(which, int) and there:
            steps = ", ".join(str(one.step) for one in there)
            raise FileNotFoundError(
                f"{self.folder} has no checkpoint of step {which}; there are those of {steps}"
            )
        if there:
            raise FileNotFoundError(f"no checkpoint in {self.folder} has the metric {self.metric!r}")
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self._files.wildcard))

    def _check_free(self, path: Path, there: Several) -> None:
        if path.exists() and all(one.run != self._run for one in there if one.path == path):
            raise FileExistsError(
                f"{path} is there already, and this run did not save it: give each run a folder of its own, restore "
                "a checkpoint first to go on with its run, or let Checkpoints(..., overwrite=True) replace it"
            )

    def _remove_old(self, there: Several) -> None:
        """Remove this run's checkpoints but the last and the best, and those of other runs if asked to."""
        own = [one for one in there if one.run == self._run]
        kept = own if self.keep_last is None else own[-self.keep_last :]
        best = self._order("best", own)[: self.keep_best] if self.metric is not None else []
        keep = {one.path for one in (*kept, *best)}
        for one in there:
            if one.path not in keep and (self.overwrite or one.run == self._run):
                remove(one.path)
