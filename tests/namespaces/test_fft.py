"""The Tensor namespace has the array standard's extension ``fft``, with its signatures and results."""

from __future__ import annotations

import inspect
from typing import Any

import array_api_strict
import numpy as np
import pytest

import deep_learner as dl
from deep_learner.namespaces import fft
from tests.namespaces.calls import complexes, floats

CALLS: dict[str, Any] = {
    **{
        name: lambda xp, name=name: (
            getattr(xp.fft, name)(complexes(xp)),
            getattr(xp.fft, name)(xp.stack([complexes(xp)] * 2), n=4, axis=0, norm="ortho"),
        )
        for name in ("fft", "ifft", "irfft", "hfft")
    },
    **{
        name: lambda xp, name=name: (
            getattr(xp.fft, name)(floats(xp)),
            getattr(xp.fft, name)(floats(xp), n=4, axis=0, norm="forward"),
        )
        for name in ("rfft", "ihfft")
    },
    **{
        name: lambda xp, name=name: (
            getattr(xp.fft, name)(xp.stack([complexes(xp)] * 2)),
            getattr(xp.fft, name)(xp.stack([complexes(xp)] * 2), s=(3, 2), axes=(1, 0), norm="ortho"),
        )
        for name in ("fftn", "ifftn", "irfftn")
    },
    "rfftn": lambda xp: (
        xp.fft.rfftn(floats(xp)),
        xp.fft.rfftn(floats(xp), s=(4,), axes=(0,), norm="forward"),
    ),
    **{
        name: lambda xp, name=name: (
            getattr(xp.fft, name)(floats(xp)),
            getattr(xp.fft, name)(floats(xp), axes=1),
        )
        for name in ("fftshift", "ifftshift")
    },
    **{
        name: lambda xp, name=name: getattr(xp.fft, name)(5, d=0.5, dtype=xp.float64)
        for name in ("fftfreq", "rfftfreq")
    },
}


def test_names_are_those_of_a_namespace_written_for_the_standard() -> None:
    assert sorted(CALLS) == sorted(fft.__all__) == sorted(array_api_strict.fft.__all__)


@pytest.mark.parametrize("name", fft.__all__)
def test_signatures_are_the_standards(name: str) -> None:
    def form(function: Any) -> list[Any]:
        return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]

    ours, theirs = form(getattr(fft, name)), form(getattr(array_api_strict.fft, name))
    assert ours == theirs


@pytest.mark.parametrize("device", ["cpu", "strict:1"])
@pytest.mark.parametrize("name", fft.__all__)
def test_functions_run_on_tensors(name: str, device: str) -> None:
    namespace = dl.ones(1).__array_namespace__()
    expected, found = CALLS[name](array_api_strict), None
    with dl.backend("numpy" if device == "cpu" else "strict", device):
        found = CALLS[name](namespace)
    if not isinstance(expected, tuple):
        expected, found = (expected,), (found,)
    for ours, theirs in zip(found, expected, strict=True):
        assert isinstance(ours, dl.Tensor) and ours.device == device
        assert ours.dtype.name == str(theirs.dtype).rsplit(".", 1)[-1]
        np.testing.assert_allclose(ours.numpy(), np.asarray(theirs), rtol=1e-12, atol=1e-14)
