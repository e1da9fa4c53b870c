"""What the subcommands of `deep-learner` do and print."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deep_learner_trainer.cli import INTERRUPTED

__all__ = ["info", "new", "plugins", "predict", "train"]


def train(path: Path, *, resume: bool, overrides: Sequence[str]) -> int:
    """Trains; Ctrl-C ends it with the last finished epoch's checkpoint in place. Returns the exit code."""
    from deep_learner_trainer.config import load_config
    from deep_learner_trainer.progress import ProgressBar, percent, table
    from deep_learner_trainer.run import CHECKPOINT, fit

    console = _console()
    config = load_config(path, overrides)
    checkpoint = Path(config.output) / CHECKPOINT
    if checkpoint.exists() and not resume:
        console.print(
            f"the earlier run in {escape(config.output)} will be replaced (--resume goes on with it)",
            soft_wrap=True,
        )
    progress = ProgressBar(config.epochs, console)
    try:
        run = fit(config, resume=resume, listeners=[progress])
    except KeyboardInterrupt:
        console.print(_interrupted(progress.finished, checkpoint), soft_wrap=True)
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


def _interrupted(epoch: int, checkpoint: Path) -> str:
    if not epoch:
        return "interrupted before an epoch was finished: nothing was saved"
    return (
        f"interrupted: epoch {epoch} was the last finished one; its checkpoint is {escape(str(checkpoint))}\n"
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


def info(file: Path, *, as_json: bool) -> None:
    """Prints the tensors and the other values of a file."""
    from deep_learner_trainer.info import describe

    found = describe(file)
    if as_json:
        _print_json(found.to_dict())
        return
    console = _console()
    table = Table("tensor", "shape", "dtype")
    for tensor in found.tensors:
        table.add_row(escape(tensor.name), str(tensor.shape), tensor.dtype)
    console.print(table)
    total = sum(tensor.size for tensor in found.tensors)
    console.print(
        f"{len(found.tensors)} tensors with {total} elements in {escape(str(file))}", soft_wrap=True
    )
    if found.metadata:
        values = Table("value", "")
        for name, value in found.metadata.items():
            values.add_row(escape(name), escape(str(value)))
        console.print(values)


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
