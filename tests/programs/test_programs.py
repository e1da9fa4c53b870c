"""Every program in examples/programs runs as it is on Deep Learner, learns there, and prints what PyTorch prints."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.programs.comparing import differences

FOLDER = Path(__file__).parents[2] / "examples" / "programs"
WAYS = {"deep_learner": ["-m", "deep_learner.torch"], "torch": []}
BELOW, ABOVE = float.__lt__, float.__gt__


class Program(NamedTuple):
    """How a program is run here and what it must reach."""

    arguments: str
    learned: tuple[str, object, float]
    """The last number after these words, and what it has to be."""
    last: float
    """How far the last numbers may be apart, the first ones by `FIRST`."""


FIRST = 1e-5
# Rounding errors are amplified by training. In these short ones no printed digit changed with PyTorch's kernels for
# other processors (ATEN_CPU_CAPABILITY=default), but for the GAN, whose last ones moved by a third of its tolerance.
PROGRAMS = {
    "mlp": Program("--epochs 5 --samples 1500 --arms 2", ("test accuracy", ABOVE, 0.95), 1e-4),
    "cnn": Program("--epochs 2 --samples 400 --noise 0.2", ("test accuracy", ABOVE, 0.5), 1e-4),
    "gpt": Program(
        "--steps 40 --schedule 80 --print-every 10 --width 32", ("validation loss", BELOW, 2.0), 1e-4
    ),
    "lstm": Program("--epochs 4 --samples 512 --layers 2", ("perplexity", BELOW, 2.0), 1e-4),
    "vae": Program("--epochs 4 --samples 800 --size 8", ("reconstruction", BELOW, 30.0), 1e-4),
    # Adam divides small gradients by their size, and these two networks learn from one another's errors.
    "gan": Program("--steps 120 --print-every 20", ("mean distance", BELOW, 0.5), 1e-2),
    "reinforce": Program("--rounds 6 --limit 100 --print-every 1", ("steps on average", ABOVE, 40.0), 1e-4),
    "ode": Program("--steps 60 --length 6 --print-every 10", ("error", BELOW, 0.005), 1e-6),  # float64
    "vit": Program("--epochs 3 --samples 600 --noise 0.3", ("test accuracy", ABOVE, 0.9), 1e-4),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory):
    """``run(library, program)``: what it prints, and the folder that it ran in. Each is run once."""

    @cache
    def outcome(library: str, name: str) -> tuple[str, Path]:
        folder = tmp_path_factory.mktemp(f"{name}_{library}")
        return started(library, name, folder), folder

    return outcome


def started(library: str, name: str, folder: Path, *more: str) -> str:
    """What a program prints; it may not say anything on stderr."""
    for package in ("deep_learner_numpy", "torch" if library == "torch" else "deep_learner_layers"):
        if find_spec(package) is None:
            pytest.skip(f"needs {package}")
    if name == "vit":
        pytest.importorskip("einops", reason="the program is built with it")
    done = subprocess.run(
        [sys.executable, *WAYS[library], FOLDER / f"{name}.py", *PROGRAMS[name].arguments.split(), *more],
        cwd=folder, env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        check=False, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_every_program_is_run_here() -> None:
    assert sorted(PROGRAMS) == sorted(path.stem for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_learns(run, name: str) -> None:
    words, compare, bound = PROGRAMS[name].learned
    text, _ = run("deep_learner", name)
    before = rf"([\d.]+) {words}" if words.startswith("steps") else rf"{words} ([\d.]+)"
    found = [float(number) for number in re.findall(before, text)]
    assert compare(found[-1], bound), found
    assert len(found) == 1 or not compare(found[0], bound), "the bound says nothing about learning"


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_the_same_on_pytorch(run, name: str) -> None:
    (theirs, _), (ours, _) = run("torch", name), run("deep_learner", name)
    assert "\n".join(differences(ours, theirs, FIRST, PROGRAMS[name].last)) == ""


@pytest.mark.parametrize(("writer", "reader"), [("torch", "deep_learner"), ("deep_learner", "torch")])
def test_a_training_begun_on_one_library_goes_on_on_the_other(
    run, writer: str, reader: str, tmp_path: Path
) -> None:
    """Model, optimizer, schedule and random numbers come from the checkpoint."""
    texts: list[str] = []
    for library, source in ((reader, writer), ("torch", "torch")):
        folder = tmp_path / f"{source}_{library}"
        folder.mkdir()
        shutil.copy(run(source, "gpt")[1] / "gpt.pt", folder)
        texts.append(started(library, "gpt", folder, "--resume", "--steps", "60"))
    assert "\n".join(differences(*texts, FIRST, PROGRAMS["gpt"].last)) == ""


@pytest.mark.parametrize(
    ("ours", "same"),
    [
        ("loss 1.000009", True),  # the tolerance of the first line
        ("loss 1.000020", False),
        ("loss 1.000000 ", False),
        ("Loss 1.000000", False),
        ("loss -1.000000", False),
    ],
)
def test_the_comparison_sees_what_it_should(ours: str, same: bool) -> None:
    text = "loss 1.000000\nepoch 3: 0.50\n[ 1e-3, 12]"
    assert (not differences(text.replace("loss 1.000000", ours), text, 1e-5, 1e-3)) is same
    assert differences(text.replace("epoch 3", "epoch 4"), text, 1e-5, 1e-3)
    assert not differences(text.replace("0.50", "0.51"), text, 1e-5, 1e-3)  # the last digit that is printed
    assert differences(text.replace("0.50", "0.52"), text, 1e-5, 1e-3)
    assert differences(text + "\n", text.removesuffix("]"), 1e-5, 1e-3)
