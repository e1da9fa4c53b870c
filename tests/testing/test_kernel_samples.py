"""The arguments that core tries kernels with are ones that operations take."""

from __future__ import annotations

import pytest

from deep_learner import backends
from deep_learner.device import Device
from deep_learner.ops import registry
from deep_learner.testing.conformance import kernels
from deep_learner.testing.conformance.kernel_samples import SAMPLES
from deep_learner.testing.conformance.run import Stage

numpy = pytest.importorskip("numpy", reason="NumPy is the reference")
pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_samples_are_taken_by_the_generic_form(name):
    operation = registry.find(name).operation
    one = backends.get("numpy")
    stage = Stage(numpy, one, Device("cpu"), ("bool", "int32", "int64", "float32", "float64"), {})
    form = operation.implementations[numpy.ndarray]
    assert list(kernels.failures(stage, operation, form, SAMPLES[name])) == [None] * 4 * len(SAMPLES[name])
