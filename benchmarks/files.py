"""``python -m benchmarks.files``: saving and loading a state dictionary beside the safetensors library and PyTorch.

Each action is a process of its own, all in turn; what is read lies in the system's memory of files by then. Saving
here ends when the disk has the file, which the others do not wait for: they are timed with and without waiting.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .process import environment

SHAPE = (2048, 2048)  # of float32: 16 MiB


def arrays(count: int) -> dict[str, Any]:
    """Random weights."""
    import numpy as np

    generator = np.random.default_rng(0)
    return {f"layers.{number}.weight": generator.random(SHAPE, dtype=np.float32) for number in range(count)}


def deep_learner_state(count: int) -> tuple[Any, dict[str, Any]]:
    """Deep Learner and the weights as its tensors."""
    import deep_learner as dl

    return dl, {name: dl.from_numpy(array) for name, array in arrays(count).items()}


def torch_state(count: int) -> tuple[Any, dict[str, Any]]:
    """PyTorch and the weights as its tensors."""
    import torch

    return torch, {name: torch.from_numpy(array) for name, array in arrays(count).items()}


def save_deep_learner(path: Path, count: int) -> Callable[[], Any]:
    """``dl.save``."""
    dl, state = deep_learner_state(count)
    return lambda: dl.save(state, path / "ours.safetensors")


def save_safetensors(path: Path, count: int) -> Callable[[], Any]:
    """The library's own function for NumPy."""
    import safetensors.numpy

    state = arrays(count)
    return lambda: safetensors.numpy.save_file(state, path / "theirs.safetensors")


def save_torch(path: Path, count: int) -> Callable[[], Any]:
    """``torch.save``."""
    torch, state = torch_state(count)
    return lambda: torch.save(state, path / "theirs.pt")


def save_safetensors_forced(path: Path, count: int) -> Callable[[], Any]:
    """The library's own function, and the file forced to the disk, as ``dl.save`` does."""
    return forced(save_safetensors(path, count), path / "theirs.safetensors")


def save_torch_forced(path: Path, count: int) -> Callable[[], Any]:
    """``torch.save``, and the file forced to the disk, as ``dl.save`` does."""
    return forced(save_torch(path, count), path / "theirs.pt")


def forced(save: Callable[[], Any], path: Path) -> Callable[[], Any]:
    """Save, and wait until the disk has the file."""

    def both() -> None:
        save()
        with path.open("r+b") as file:
            os.fsync(file.fileno())

    return both


def save_sharded(path: Path, count: int) -> Callable[[], Any]:
    """``dl.save`` in shards."""
    dl, state = deep_learner_state(count)
    return lambda: dl.save(state, path / "ours.safetensors.index.json", max_shard_size="64MiB")


def load_deep_learner(path: Path, count: int) -> Callable[[], Any]:
    """``dl.load``."""
    import deep_learner as dl

    dl.zeros(1)
    return lambda: dl.load(path / "ours.safetensors")


def load_safetensors(path: Path, count: int) -> Callable[[], Any]:
    """The library's own function for NumPy."""
    import safetensors.numpy

    return lambda: safetensors.numpy.load_file(path / "theirs.safetensors")


def load_torch(path: Path, count: int) -> Callable[[], Any]:
    """``torch.load``."""
    import torch

    return lambda: torch.load(path / "theirs.pt")


def open_sharded(path: Path, count: int) -> Callable[[], Any]:
    """``open_file`` of the shards' index."""
    from deep_learner.serialization import open_file

    open_file(path / "ours.safetensors.index.json").close()  # which imports what the second one needs
    return lambda: open_file(path / "ours.safetensors.index.json")


ACTIONS = {
    action.__name__: action
    for action in (
        save_deep_learner, save_safetensors_forced, save_torch_forced, save_safetensors, save_torch, save_sharded,
        load_deep_learner, load_safetensors, load_torch, open_sharded,
    )
}  # fmt: skip


def measured(name: str, path: Path, count: int) -> tuple[float, float]:
    """Seconds of an action, and by how many MiB the process's memory grew at the most."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.files",
        "--one",
        name,
        "--folder",
        str(path),
        "--count",
        str(count),
    ]
    done = subprocess.run(command, env=environment(), check=True, capture_output=True, text=True)
    seconds, grown = json.loads(done.stdout)
    return seconds, grown


def run_one(name: str, path: Path, count: int) -> None:
    """Do it in this process."""
    action = ACTIONS[name](path, count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    kept = action()
    seconds = time.perf_counter() - start
    print(json.dumps((seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)))
    del kept


def table(found: dict[str, tuple[float, float]], count: int) -> str:
    """The medians in Markdown."""
    size = count * SHAPE[0] * SHAPE[1] * 4 / 2**20
    lines = [
        f"| {size:.0f} MiB | Deep Learner | safetensors | ratio | PyTorch | ratio |",
        "|---|---|---|---|---|---|",
    ]
    rows = {
        "save, until the disk has it": ("save_deep_learner", "save_safetensors_forced", "save_torch_forced"),
        "save; the others do not wait": ("save_deep_learner", "save_safetensors", "save_torch"),
        "load": ("load_deep_learner", "load_safetensors", "load_torch"),
    }
    for title, actions in rows.items():
        ours, theirs, torch = (found[action][0] for action in actions)
        lines.append(
            f"| {title} | {ours:.2f} s | {theirs:.2f} s | {ours / theirs:.2f} | {torch:.2f} s | {ours / torch:.2f} |"
        )
    ours, theirs, torch = (found[f"load_{who}"][1] / size for who in ("deep_learner", "safetensors", "torch"))
    lines.append(f"| load: most memory / size | {ours:.2f} | {theirs:.2f} | | {torch:.2f} | |")
    seconds, grown = found["open_sharded"]
    lines.append(f"| open in {count // 4} shards | {seconds * 1e3:.1f} ms, {grown:.1f} MiB | | | | |")
    return "\n".join(lines)


def main() -> None:
    """Time every action."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=64, help="how many weights of 16 MiB there are")
    parser.add_argument("--folder", type=Path, help="where the files go; a temporary folder unless given")
    parser.add_argument("--one", choices=ACTIONS, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "files.json")
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.folder, options.count)
        return
    costs: dict[str, list[tuple[float, float]]] = {name: [] for name in ACTIONS}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for turn in range(options.rounds):  # who writes first pays for what was written before
            saves = [name for name in ACTIONS if name.startswith("save")]
            saves = [*saves[turn % len(saves) :], *saves[: turn % len(saves)]]
            for name in [*saves, *(name for name in ACTIONS if name not in saves)]:
                costs[name].append(measured(name, Path(folder), options.count))
    found = {
        name: (statistics.median(one[0] for one in runs), statistics.median(one[1] for one in runs))
        for name, runs in costs.items()
    }
    print(table(found, options.count))
    options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
