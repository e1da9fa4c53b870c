"""The third party's package installs beside core, passes its own tests, and is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import installing

PACKAGE = Path(__file__).parents[2] / "examples" / "third_party"


@pytest.fixture
def run(tmp_path):
    pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
    paths = installing.search_path(PACKAGE, tmp_path / "installed")
    return lambda *arguments: installing.run(list(arguments), paths, PACKAGE)


def test_its_own_tests_pass(run):
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout


def test_its_names_stand_beside_the_first_party_ones(run):
    done = run(
        "-c",
        "import deep_learner as dl; print(dl.nn.Snake(3), dl.nn.Snake.__module__, 'Lion' in dir(dl.optim))",
    )
    assert done.stdout == "Snake(3) acme_deep_learner.snake True\n", done.stderr
