"""Raw namespaces: the backend's own functions, our operations beside them, and nothing else."""

from __future__ import annotations

import array_api_strict
import numpy as np
import pytest

import deep_learner as dl
from deep_learner import backends, op
from deep_learner.namespaces.raw import NAMESPACES, namespace_of
from deep_learner.ops import registry

numpy = namespace_of(backends.get("numpy"))
strict = namespace_of(backends.get("strict"))


def test_namespace_of_an_array_is_found_by_its_type() -> None:
    assert NAMESPACES[np.ndarray] is NAMESPACES[np.float32] is numpy
    assert NAMESPACES[type(array_api_strict.asarray(1))] is strict
    assert namespace_of(backends.get("numpy")) is numpy
    with pytest.raises(TypeError, match="no installed backend"):
        NAMESPACES[type("Stranger", (), {})]


def test_standards_names_are_the_backends_own() -> None:
    assert numpy.sin is np.sin and numpy.float32 is np.float32 and strict.matmul is array_api_strict.matmul
    assert numpy.newaxis is strict.newaxis is None


def test_operations_beside_them_take_raw_arrays() -> None:
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    expected = np.exp(values) / np.exp(values).sum(1, keepdims=True)
    np.testing.assert_allclose(numpy.softmax(values, 1), expected)
    found = strict.softmax(array_api_strict.asarray(values), dim=1)
    assert isinstance(found, type(array_api_strict.asarray(1)))
    np.testing.assert_allclose(np.asarray(found), expected)


def test_backends_kernel_takes_the_place_of_the_generic_form() -> None:
    kernels = backends.get("numpy").kernels
    name = next(name for name in kernels if name not in dir(np) and name in registry.OPERATIONS)
    assert getattr(numpy, name) is kernels[name]


@pytest.mark.parametrize("name", ["nonsense", "array", "ndarray", "sin_"])
def test_unknown_names_are_refused_even_where_the_library_has_them(name: str) -> None:
    for namespace in (numpy, strict):
        with pytest.raises(AttributeError, match=f"(?i)neither the array standard nor Deep Learner.*{name}"):
            getattr(namespace, name)


def test_forwards_and_rules_reach_operations_by_name() -> None:
    @op(name="planted_mass")
    def planted_mass(xp, input: Array) -> Array:  # noqa: F821
        return xp.sum(xp.softmax(input, 0) * input)

    @planted_mass.vjp("input")
    def _(xp, g, input):
        p = xp.softmax(input, 0)
        return g * (p + xp.softmax_backward(input, p, 0))

    try:
        x = dl.tensor([0.5, -1.0, 2.0], dtype=dl.float64)
        for one in (x, x.to("strict:1")):
            one.requires_grad_()
            assert dl.autograd.gradcheck(planted_mass, one) and dl.autograd.gradgradcheck(planted_mass, one)
    finally:
        del registry.OPERATIONS["planted_mass"]


def test_composite_runs_in_the_tensor_namespace_only_while_recording() -> None:
    seen = []

    @op(name="planted_composite")
    def planted_composite(xp, input: Array) -> Array:  # noqa: F821
        seen.append(xp)
        return xp.sin(input) * 2

    try:
        planted_composite(dl.ones(2))
        planted_composite(dl.ones(2, requires_grad=True)).sum().backward()
        assert seen == [numpy, dl.ones(1).__array_namespace__()]
    finally:
        del registry.OPERATIONS["planted_composite"]
