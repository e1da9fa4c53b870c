"""With a plugin installed that goes wrong in every way, everything else works.

Each test asks a process of its own, as a user's program would be.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import installing

BROKEN = "deep-learner-broken"


@pytest.fixture
def run(tmp_path):
    """Runs a program in an empty folder, with the broken plugin installed."""
    pytest.importorskip("deep_learner_layers", reason="core alone is being tested")
    package = Path(__file__).parents[1] / "broken_plugin"
    paths = installing.search_path(package, tmp_path / "installed")
    (tmp_path / "work").mkdir()
    return lambda program: installing.run(["-c", program], paths, tmp_path / "work")


def test_a_program_gives_its_result_and_one_warning_for_each_failure(run):
    done = run("import deep_learner as dl; print((dl.ones(3) * 2).tolist())")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[2.0, 2.0, 2.0]\n"
    assert done.stderr.count("PluginWarning") == 5
    for words in (
        "No module named 'deep_learner_broken.absent'",
        "libbroken.so.12",
        "not licensed",
        "did you mean 'register_layers'",
        "the hook gave up",
    ):
        assert done.stderr.count(words) == 1, words


def test_importing_looks_at_no_plugin(run):
    done = run("import deep_learner")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_table_tells_of_every_entry_point(run):
    done = run(
        "import json, warnings; warnings.simplefilter('ignore');"
        "from deep_learner.plugins.report import rows; print(json.dumps(rows()))"
    )
    found = json.loads(done.stdout)
    broken = {row["name"]: row["state"] for row in found if row["distribution"] == BROKEN}
    assert broken == {
        "absent": "broken",
        "clashing": "clash",
        "exiting": "broken",
        "importing": "broken",
        "misspelt": "damaged",
        "raising": "damaged",
        "unavailable": "unavailable",
    }
    assert {row["version"] for row in found if row["distribution"] == BROKEN} == {"6.6.6"}
    others = {row["distribution"]: row["state"] for row in found if row["distribution"] != BROKEN}
    assert others.pop("deep-learner-layers") == "clash"
    assert others.pop("deep-learner-cupy", "unavailable") in (
        "ready",
        "unavailable",
    )  # as there is a GPU or not
    assert set(others.values()) == {"ready"}


def test_the_taken_name_is_refused_with_both_distributions_and_its_full_name_works(run):
    done = run("import deep_learner as dl; dl.nn.Linear(2, 3)")
    assert done.returncode == 1
    assert "AmbiguousNameError: 'Linear' is registered among the layers by" in done.stderr
    assert "deep-learner-layers" in done.stderr
    assert "deep-learner-broken 6.6.6" in done.stderr
    done = run(
        "from deep_learner.plugins import registry;"
        "print(tuple(registry.get('layers', 'deep-learner-layers:Linear')(2, 3).weight.shape))"
    )
    assert done.stdout == "(3, 2)\n", done.stderr


def test_the_configuration_settles_the_taken_name(run, tmp_path):
    (tmp_path / "work" / "deep_learner.toml").write_text(
        'plugins.layers.Linear = "deep-learner-layers"\n', encoding="utf-8"
    )
    done = run("import deep_learner as dl; print(dl.nn.Linear(2, 3))")
    assert done.stdout == "Linear(in_features=2, out_features=3, bias=True)\n", done.stderr


def test_an_unaffected_layer_and_optimizer_train(run):
    done = run(
        "import deep_learner as dl; p = dl.nn.Parameter(dl.ones(2)); o = dl.optim.SGD([p], lr=0.5);"
        "dl.nn.ReLU()(p).sum().backward(); o.step(); print(p.tolist())"
    )
    assert done.stdout == "[0.5, 0.5]\n", done.stderr


def test_a_missing_name_quotes_the_failures(run):
    done = run("import deep_learner as dl; dl.optim.Missing")
    assert done.returncode == 1
    message = done.stderr[done.stderr.index("UnknownNameError") :]
    assert (
        "deep-learner-broken 6.6.6 failed at 'call register_optimizers': RuntimeError: the hook gave up"
        in message
    )


def test_asking_for_the_unavailable_backend_gives_its_reason(run):
    done = run("import deep_learner as dl; dl.backend('nowhere').__enter__()")
    assert done.returncode == 1
    assert "there is no such device in any machine" in done.stderr
    assert "those that work here: 'numpy'" in done.stderr
