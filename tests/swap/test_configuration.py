"""One word of configuration chooses the backend of a program that names none, in a fresh process."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests import installing
from tests.swap.places import PLACES, Place
from tests.swap.reference import reference
from tests.swap.training import PROGRAMS, Outcome, assert_agree

ROOT = Path(__file__).parents[2]
DTYPE = "float64"


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEEP_LEARNER_BACKEND", "DEEP_LEARNER_DEVICE", "DEEP_LEARNER_DEFAULT_DTYPE"):
        monkeypatch.delenv(name, raising=False)


def check_fresh_process(place: Place, folder: Path, programs: tuple[str, ...]) -> None:
    """Run programs in a folder, in a process of their own, and compare them with the reference."""
    paths = [str(ROOT), str(ROOT / "tests" / "strict_plugin" / "src")]
    done = installing.run(["-m", "tests.swap.worker", DTYPE, *programs], paths, folder)
    assert done.returncode == 0, done.stderr
    for program, line in zip(programs, done.stdout.splitlines(), strict=True):
        backend, device, losses, parameters = json.loads(line)
        assert backend == place.backend
        if place.device is not None:
            assert device == f"Device.{place.device.upper()}"
        arrays = {name: np.asarray(value, dtype=DTYPE) for name, value in parameters.items()}
        assert_agree(Outcome(losses, arrays), reference(program, DTYPE), DTYPE)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_word_of_the_environment_chooses(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, word in place.words.items():
        monkeypatch.setenv(f"DEEP_LEARNER_{key.upper()}", word)
    check_fresh_process(place, tmp_path, PROGRAMS)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_line_of_a_file_chooses(place: Place, tmp_path: Path) -> None:
    lines = [f'{key} = "{word}"\n' for key, word in place.words.items()]
    (tmp_path / "deep_learner.toml").write_text("".join(lines))
    check_fresh_process(place, tmp_path, ("mlp",))
