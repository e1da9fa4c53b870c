"""The third party's package installs beside core, passes its own tests, is found, and trains what its file says."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests import installing
from tests.documentation import ROOT, examples

PACKAGE = ROOT / "examples" / "third_party" / "acme"


@pytest.fixture
def run(tmp_path):
    for package in ("deep_learner_numpy", "deep_learner_trainer"):
        pytest.importorskip(package, reason="core alone is being tested")
    paths = installing.search_path(PACKAGE, tmp_path / "installed")
    return lambda *arguments: installing.run(list(arguments), paths, tmp_path)


def test_its_own_tests_pass(run):
    done = run("-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(PACKAGE / "tests"))
    assert done.returncode == 0, done.stdout
    skipped = [line for line in done.stdout.splitlines() if line.startswith("SKIPPED")]
    assert [line for line in skipped if "makes no batches at once" not in line] == []


def test_its_names_stand_beside_the_first_party_ones(run):
    done = run(
        "-c",
        "import deep_learner as dl; print(dl.nn.Snake(3), dl.nn.Snake.__module__, 'Lion' in dir(dl.optim))",
    )
    assert done.stdout == "Snake(3) acme_deep_learner.snake True\n", done.stderr


def test_its_file_trains_by_the_command(run, tmp_path):
    code = "from deep_learner_trainer.cli import main; main()"
    done = run("-c", code, "train", str(PACKAGE / "spirals.toml"), "--set", "epochs=15")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (tmp_path / "runs" / "spirals" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    history = [json.loads(line) for line in lines]
    assert history[-1]["test_accuracy"] > 0.95
    with (tmp_path / "runs" / "spirals" / "epochs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(int(row["epoch"]), float(row["loss"])) for row in rows] == [
        (epoch["epoch"], epoch["loss"]) for epoch in history
    ]


def test_the_examples_of_its_readme_print_what_their_comments_say(run):
    blocks = list(examples(PACKAGE / "README.md", "python"))
    assert blocks
    for block in blocks:
        lines = block.code.splitlines()
        promised = [line[2:] for line in lines if line.startswith("# ")]
        done = run("-c", block.code)
        assert done.stdout.splitlines() == promised, done.stderr


def test_every_file_that_its_readme_names_is_there():
    readme = (PACKAGE / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in readme.splitlines() if line.startswith("| `")]
    names = [name.strip("`") for row in rows for name in row.replace(",", " ").split()]
    places = (PACKAGE, PACKAGE / "src" / "acme_deep_learner")
    assert [name for name in names if not any((place / name).exists() for place in places)] == []
    sources = {path.name for path in places[1].glob("*.py")} - {"__init__.py"}
    assert sources == {Path(name).name for name in names if name.endswith(".py")}
