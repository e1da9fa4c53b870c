"""The array standard's extension ``fft`` for Tensors: ``deep_learner.fft`` with the standard's signatures.

https://data-apis.org/array-api/2024.12/extensions/fourier_transform_functions.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ops import fourier_frequencies as _frequencies
from ..ops import fourier_transforms as _transforms

__all__ = [
    "fft", "fftfreq", "fftn", "fftshift", "hfft", "ifft", "ifftn", "ifftshift", "ihfft", "irfft", "irfftn", "rfft",
    "rfftfreq", "rfftn",
]  # fmt: skip


def _over_one_axis(function: Callable[..., Any]) -> Callable[..., Any]:
    def transform(x: Any, /, *, n: Any = None, axis: Any = -1, norm: Any = "backward") -> Any:
        return function(x, n, axis, norm)

    return _named(transform, function)


def _over_axes(function: Callable[..., Any]) -> Callable[..., Any]:
    def transform(x: Any, /, *, s: Any = None, axes: Any = None, norm: Any = "backward") -> Any:
        return function(x, s, axes, norm)

    return _named(transform, function)


def _shifting(function: Callable[..., Any]) -> Callable[..., Any]:
    def shift(x: Any, /, *, axes: Any = None) -> Any:
        return function(x, axes)

    return _named(shift, function)


def _spacing(function: Callable[..., Any]) -> Callable[..., Any]:
    def frequencies(n: Any, /, *, d: Any = 1.0, dtype: Any = None, device: Any = None) -> Any:
        return function(n, d, dtype=dtype, device=device)

    return _named(frequencies, function)


def _named(wrapper: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    wrapper.__name__ = wrapper.__qualname__ = function.__name__
    wrapper.__doc__ = function.__doc__
    return wrapper


fft, ifft = _over_one_axis(_transforms.fft), _over_one_axis(_transforms.ifft)
rfft, irfft = _over_one_axis(_transforms.rfft), _over_one_axis(_transforms.irfft)
hfft, ihfft = _over_one_axis(_transforms.hfft), _over_one_axis(_transforms.ihfft)
fftn, ifftn = _over_axes(_transforms.fftn), _over_axes(_transforms.ifftn)
rfftn, irfftn = _over_axes(_transforms.rfftn), _over_axes(_transforms.irfftn)
fftshift, ifftshift = _shifting(_frequencies.fftshift), _shifting(_frequencies.ifftshift)
fftfreq, rfftfreq = _spacing(_frequencies.fftfreq), _spacing(_frequencies.rfftfreq)
