"""What to install: words that agree with what the first-party distributions register."""

from __future__ import annotations

from importlib.metadata import distributions

import pytest

from deep_learner.plugins import CATEGORIES, Host
from deep_learner.plugins.hints import what_to_install

PARTS = ("numpy", "c", "cupy", "layers", "optimizers", "serializers", "data", "trainer", "onnx")
FIRST_PARTY = {f"deep-learner-{part}" for part in PARTS}
OPEN = {"kernels"}  # nobody asks for one by its name


def test_every_category_with_first_party_plugins_has_a_hint():
    assert {category for category in CATEGORIES if what_to_install(category)} == set(CATEGORIES) - OPEN


def test_an_unknown_category_has_none():
    assert what_to_install("nonsense") == ""


def test_the_hint_names_the_distribution_that_registers_the_name():
    host = Host(found for found in distributions() if found.name in FIRST_PARTY)
    entries = list(host.catalogue.entries())
    if not entries:
        pytest.skip("no first-party plugin is installed: core alone is being tested")
    for entry in entries:
        if entry.category in OPEN:
            continue
        assert what_to_install(entry.category, entry.name) == entry.distribution, entry.full_name
