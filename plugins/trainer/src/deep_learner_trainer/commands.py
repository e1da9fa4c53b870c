"""What the subcommands of `deep-learner` do and print."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deep_learner_trainer.cli import INTERRUPTED

if TYPE_CHECKING:
    from deep_learner.serialization import Checkpoint

__all__ = ["convert", "info", "new", "plugins", "predict", "train"]


def train(path: Path, *, resume: bool, overrides: Sequence[str]) -> int:
    """Trains; Ctrl-C ends it with the last finished epoch's checkpoint in place. Returns the exit code."""
    from deep_learner_trainer.checkpoint import checkpoints_of
    from deep_learner_trainer.config import load_config
    from deep_learner_trainer.progress import ProgressBar, percent, table
    from deep_learner_trainer.run import fit

    console = _console()
    config = load_config(path, overrides)
    before = checkpoints_of(config).last
    if before is not None and not resume:
        console.print(
            f"the earlier run in {escape(config.output)} will be replaced (--resume goes on with it)",
            soft_wrap=True,
        )
    progress = ProgressBar(config.epochs, console)
    try:
        run = fit(config, resume=resume, listeners=[progress])
    except KeyboardInterrupt:
        last = checkpoints_of(config).last
        is_ours = last is not None and (resume or before is None or last.run != before.run)
        console.print(_interrupted(progress.finished, last if is_ours else None), soft_wrap=True)
        return INTERRUPTED
    console.print(table(run.history))
    last = run.history[-1]
    figure = "" if last.test_accuracy is None else f", test accuracy {percent(last.test_accuracy)}"
    seconds = sum(metrics.seconds for metrics in run.history)
    console.print(f"{last.epoch} epochs in {seconds:.1f} s{figure}", highlight=False)
    plot = "not drawn: pip install 'deep-learner[plots]'" if run.plot is None else str(run.plot)
    for what, where in (("checkpoint", run.checkpoint), ("metrics", run.metrics), ("plot", plot)):
        console.print(f"{what:<10} {escape(str(where))}", soft_wrap=True, highlight=False)
    return 0


def _interrupted(epoch: int, last: Checkpoint | None) -> str:
    if last is None:
        return f"interrupted before {'a checkpoint was due' if epoch else 'an epoch was finished'}: nothing was saved"
    its = "its checkpoint" if last.epoch == epoch else f"the last checkpoint, of epoch {last.epoch},"
    return (
        f"interrupted: epoch {epoch} was the last finished one; {its} is {escape(str(last.path))}\n"
        "go on from there with the same command and --resume"
    )


def predict(
    checkpoint: Path, samples: Sequence[int] | None, *, file: Path | None, backend: str | None, as_json: bool
) -> None:
    """Prints a model's predictions."""
    from deep_learner_trainer.prediction import predict as run

    predictions = run(checkpoint, samples, file=file, backend=backend)
    if as_json:
        _print_json([dataclasses.asdict(one) for one in predictions])
        return
    if predictions[0].predicted is None:
        table = Table("sample", "output")
        for one in predictions:
            table.add_row(str(one.sample), escape(str(one.output)))
    else:
        table = Table("sample", "predicted", "probability", "target")
        for one in predictions:
            target = "-" if one.target is None else one.target
            wrong = one.target not in (None, one.predicted)
            table.add_row(
                str(one.sample),
                escape(one.predicted or ""),
                f"{100 * (one.probability or 0):.2f} %",
                escape(target),
                style="red" if wrong else None,
            )
    _console().print(table)


def info(file: Path, format: str | None, *, as_json: bool) -> None:
    """Prints the tensors and the other values of a file."""
    from deep_learner_trainer.info import describe
    from deep_learner_trainer.texts import printable, shortened, size

    found = describe(file, format)
    if as_json:
        _print_json(found.to_dict())
        return
    console = _console()
    table = Table("tensor", "shape", "dtype", "size")
    table.columns[-1].justify = "right"
    for tensor in found.tensors:
        table.add_row(escape(printable(tensor.name)), str(tensor.shape), tensor.dtype, size(tensor.nbytes))
    console.print(table)
    console.print(
        f"{len(found.tensors)} tensors with {found.elements} elements, {size(found.nbytes)}, in "
        f"{escape(printable(str(found.path)))} ({found.format})",
        soft_wrap=True,
        highlight=False,
    )
    if found.metadata:
        values = Table("value", "")
        for name, value in found.metadata.items():
            values.add_row(escape(printable(name)), escape(shortened(value)))
        console.print(values)


def convert(source: Path, target: Path, **options: Any) -> None:
    """Writes a file into another, with a bar on a terminal if that takes a while."""
    from deep_learner_trainer.conversion import convert as run
    from deep_learner_trainer.progress import BytesBar
    from deep_learner_trainer.texts import printable, size

    with BytesBar(printable(target.name)) as bar:
        done = run(source, target, progress=bar.update, **options)
    print(f"{printable(str(done.path))}: {done.tensors} tensors, {size(done.nbytes)} ({done.format})")


def plugins(*, as_json: bool) -> None:
    """Prints a row for every installed plugin."""
    from deep_learner.plugins.report import rows as report

    rows: list[dict[str, Any]] = report()
    if as_json:
        _print_json(rows)
        return
    console = _console()
    table = Table("plugin", "distribution", "state", "hooks")
    for row in rows:
        counts = {f"register_{category}": f": {len(names)}" for category, names in row["provides"].items()}
        hooks = "\n".join(hook + counts.get(hook, "") for hook in row["hooks"])
        cells = (row["name"], f"{row['distribution']} {row['version']}", row["state"], hooks)
        table.add_row(*map(escape, cells), style=None if row["state"] == "ready" else "red")
    console.print(table)
    for row in rows:
        if row["details"]:
            facts = "\n  ".join(f"{name}: {text}" for name, text in row["details"].items())
            console.print(f"{escape(row['name'])}\n  {escape(facts)}", soft_wrap=True, highlight=False)
    for row in rows:
        if row["reason"]:
            console.print(f"{escape(row['name'])}: {escape(row['reason'])}", style="red", soft_wrap=True)


def new(kind: str, name: str, into: Path) -> None:
    """Writes a package and says how to go on."""
    from deep_learner_trainer.new import new_package

    folder = new_package(kind, name, into)
    print(f"{folder} is a {kind} with")
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        print(f"  {file.relative_to(folder)}")
    print(
        f"install it and run its tests:\n  pip install -e {quote(f'{folder}[test]')}\n  pytest {quote(str(folder))}"
    )


def _console() -> Console:
    """A terminal in its own width; files and pipes, which have none, in a wide one."""
    console = Console()
    return console if console.is_terminal else Console(width=120)


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, default=str))
