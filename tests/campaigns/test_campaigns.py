"""The campaigns in short, and that they find what they are to find."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("deep_learner_serializers", reason="the formats are not installed")

from deep_learner.plugins import registry
from tests.campaigns import corpus
from tests.campaigns.formats import FORMATS
from tests.campaigns.fuzz import fuzz
from tests.campaigns.saves import SAVES

ROOT = Path(__file__).parents[2]
CHANGES = 150  # for each format
KILLS = 12  # for each way to save
posix = pytest.mark.skipif(os.name != "posix", reason="processes are forked and killed")


def run(*arguments):
    """A command of the campaigns; what it prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_registered_format_has_files_to_begin_with_and_a_way_to_be_saved_if_there_is_one():
    ours = {
        one.name for one in registry.entries("serializers") if one.distribution.startswith("deep-learner-")
    }
    assert ours == {form.serializer for form in FORMATS.values()}
    assert ours - {"gguf"} == {save.serializer for save in SAVES.values()}


@pytest.mark.parametrize("name", FORMATS)
def test_the_corpus_and_files_changed_at_random_are_values_or_one_clear_error(name, tmp_path):
    form = FORMATS[name]
    for package in form.needs:
        pytest.importorskip(package, reason="the library of the format")
    seeds = {corpus.named(seed) for seed in form.seeds()}
    figures = fuzz(name, tmp_path, round(CHANGES * form.share), options=("--plain", "--measure"))
    assert figures["findings"] == []
    assert figures["executions"] == round(CHANGES * form.share) + len(seeds | {*corpus.kept(name)})
    assert figures["verdicts"]["value"] >= len(seeds)


@posix
@pytest.mark.parametrize("name", SAVES)
def test_whatever_happens_to_a_process_that_saves_the_file_is_whole(name, tmp_path):
    if SAVES[name].serializer in ("hdf5", "onnx"):
        pytest.importorskip(
            {"hdf5": "h5py", "onnx": "onnx"}[SAVES[name].serializer], reason="the library of the format"
        )
    results = tmp_path / "kill.json"
    run("tests.campaigns.kill", "--times", KILLS, "--save", name, "--json", results)
    found = json.loads(results.read_text())["saves"][name]
    assert found["killed"]["kills"] == KILLS
    assert found["limited"]["failed saves"] > 0


@posix
@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by what Linux says of it")
def test_planted_faults_are_found(tmp_path):
    found = json.loads(run("tests.campaigns.planted", tmp_path))
    assert found["readers"] == {
        "refuse": "refused",
        "value": "value",
        "unchecked": "message",
        "short": "message",
        "error": "error",
        **dict.fromkeys(("other file", "write", "compile", "process", "connection", "import"), "audit"),
        "huge": "memory",
        "large": "memory",
        "slow": "time",
    }
    assert all("killed" in trials for trials in found["savers"].values())
    assert {"crowded", "limited"} <= {*found["savers"]["in place"]}
