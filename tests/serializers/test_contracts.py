"""Every registered file format has its contract in the test module of its name."""

from __future__ import annotations

from importlib import import_module

import pytest

from deep_learner.plugins import registry
from deep_learner.testing import SerializerContract

pytest.importorskip("deep_learner_serializers", reason="the formats are not installed")
READ_ONLY = {"gguf"}  # which have tests of their own


def test_whatever_the_plugin_registers_keeps_to_the_contract():
    ours = [e.name for e in registry.entries("serializers") if e.distribution == "deep-learner-serializers"]
    assert {*ours} > READ_ONLY
    for name in {*ours} - READ_ONLY:
        contracts = [
            one
            for one in vars(import_module(f"tests.serializers.test_{name}")).values()
            if isinstance(one, type) and issubclass(one, SerializerContract) and one is not SerializerContract
        ]
        assert [one.serializer for one in contracts] == [name]
