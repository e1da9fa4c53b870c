"""The Tensor namespace has every name of the array standard, with its signature, and computes what it says."""

from __future__ import annotations

import inspect
import math
from typing import Any

import array_api_strict
import numpy as np
import pytest

import deep_learner as dl
from deep_learner.namespaces import standard
from tests.namespaces.calls import CALLS, FUNCTIONS

namespace = dl.ones(1).__array_namespace__()


def test_no_function_is_left_out_of_the_calls() -> None:
    assert sorted(CALLS) == FUNCTIONS


@pytest.mark.parametrize("name", sorted(standard.STANDARD))
def test_standards_names_are_those_of_a_namespace_written_for_it(name: str) -> None:
    assert hasattr(array_api_strict, name) and hasattr(namespace, name)


def test_names_are_all_that_the_strict_namespace_has() -> None:
    others = {"linalg", "fft", "Device", "DType"}
    later = {"isin", "broadcast_shapes"}  # of 2025.12
    theirs = {
        name for name in array_api_strict.__all__ if not name.startswith("__") and "flags" not in name.lower()
    }
    assert theirs - others - later <= standard.STANDARD


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signatures_are_the_standards(name: str) -> None:
    """Every call that the standard allows binds; parameters that may be named have its names and defaults."""
    theirs = inspect.signature(getattr(array_api_strict, name)).parameters.values()
    ours = inspect.signature(getattr(namespace, name))
    mine = list(ours.parameters.values())
    places = [p for p in mine if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    for i, wanted in enumerate(theirs):
        if wanted.kind is wanted.VAR_POSITIONAL:
            assert any(p.kind is p.VAR_POSITIONAL for p in mine)
        elif wanted.kind is wanted.POSITIONAL_ONLY:
            assert i < len(places)
            if wanted.default is not wanted.empty:
                assert places[i].default == wanted.default
        else:
            found = ours.parameters[wanted.name]
            assert found.kind is wanted.kind or found.kind is found.POSITIONAL_OR_KEYWORD
            given = wanted.default is not wanted.empty and "Undef" not in type(wanted.default).__name__
            assert not given or found.default == wanted.default
    required = [p for p in mine if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
    assert len(required) <= sum(p.default is p.empty for p in theirs)


# Where PyTorch's functions give something else, or refuse.
DIFFERENCES: dict[str, Any] = {
    **{
        name: lambda xp, name=name: getattr(xp, name)(xp.asarray([1, 0, 3], dtype=xp.uint8))
        for name in ("sum", "prod", "cumulative_sum", "cumulative_prod", "all", "any")
    },
    "trace": lambda xp: xp.linalg.trace(xp.ones((2, 2), dtype=xp.uint16)),
    "arange": lambda xp: (
        xp.arange(1, 0), xp.arange(0, 3, -1, dtype=xp.int8), xp.arange(-1.0, step=2, dtype=xp.float64),
    ),
    "linspace": lambda xp: (
        xp.linspace(0.0, 1.0, 3, endpoint=False, dtype=xp.float64), xp.linspace(1.0, 2.0, 0, endpoint=False),
    ),
    "take": lambda xp: (
        xp.take(xp.asarray([1, 2, 3]), xp.asarray([-1, 0])),
        xp.take(xp.ones((2, 3), dtype=xp.float64), xp.asarray([-3, 2]), axis=-1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENCES)
def test_standard_decides_where_pytorch_has_another_way(name: str) -> None:
    for ours, theirs in zip(
        flat(DIFFERENCES[name](namespace)), flat(DIFFERENCES[name](array_api_strict)), strict=True
    ):
        assert ours.tolist() == np.asarray(theirs).tolist()
        assert ours.dtype.name == str(theirs.dtype).rsplit(".", 1)[-1] or theirs.size == 0


def test_places_in_a_number_are_refused_as_the_standard_says() -> None:
    with pytest.raises(ValueError, match="0-d"):
        namespace.nonzero(namespace.asarray(1))


def test_memory_is_exported_with_the_standards_keywords() -> None:
    keywords = list(inspect.signature(dl.Tensor.__dlpack__).parameters)
    assert keywords == ["self", "stream", "max_version", "dl_device", "copy"]
    x = dl.tensor([1.0, 2.0])
    shared, copied = (np.from_dlpack(x, copy=copy) for copy in (None, True))
    x[0] = 5.0
    assert shared[0] == 5.0 and copied[0] == 1.0


def flat(result: Any) -> list[Any]:
    return [part for item in result for part in flat(item)] if isinstance(result, tuple | list) else [result]


@pytest.mark.parametrize("device", ["cpu", "strict:1"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_run_on_tensors(name: str, device: str) -> None:
    if device != "cpu" and name == "from_dlpack":
        pytest.skip("memory of the second strict device cannot be shared")
    expected = flat(CALLS[name](array_api_strict))
    with dl.backend("numpy" if device == "cpu" else "strict", device):
        results = flat(CALLS[name](namespace))
    assert len(results) == len(expected)
    for ours, theirs in zip(results, expected, strict=True):
        if not hasattr(theirs, "dtype"):
            assert ours == theirs
            continue
        assert isinstance(ours, dl.Tensor) and ours.device == device
        assert ours.shape == theirs.shape
        assert ours.dtype.name == str(theirs.dtype).rsplit(".", 1)[-1]
        np.testing.assert_allclose(ours.numpy(), np.asarray(theirs), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", sorted(standard.CONSTANTS))
def test_constants_are_the_standards_own(name: str) -> None:
    expected = {"e": math.e, "pi": math.pi, "inf": math.inf, "nan": math.nan, "newaxis": None}[name]
    found = getattr(namespace, name)
    assert found is expected or found == expected or (found != found and expected != expected)


@pytest.mark.parametrize("name", sorted(standard.DTYPES))
def test_dtypes_are_those_of_tensors(name: str) -> None:
    assert getattr(namespace, name) is getattr(dl, name)
    assert namespace.zeros(2, dtype=getattr(namespace, name)).dtype is getattr(dl, name)


@pytest.mark.parametrize("version", [None, "2021.12", "2022.12", "2023.12", "2024.12"])
def test_published_versions_are_served(version: str | None) -> None:
    assert dl.ones(1).__array_namespace__(api_version=version) is namespace


def test_version_that_is_not_served_is_refused() -> None:
    with pytest.raises(ValueError, match=r"2019\.12.*2024\.12"):
        dl.ones(1).__array_namespace__(api_version="2019.12")


def test_inspection_tells_devices_dtypes_and_capabilities() -> None:
    information = namespace.__array_namespace_info__()
    assert set(information.capabilities()) == {"boolean indexing", "data-dependent shapes", "max dimensions"}
    assert information.default_device() == "cpu" and {"cpu", "strict"} <= {
        d.type for d in information.devices()
    }
    assert information.default_dtypes()["integral"] is dl.int64
    assert information.default_dtypes()["real floating"] is dl.get_default_dtype()
    assert set(information.dtypes()) == standard.DTYPES
    assert set(information.dtypes(kind="real floating")) == {"float32", "float64"}
    assert set(information.dtypes(kind=("bool", "complex floating"))) == {"bool", "complex64", "complex128"}


def test_operations_that_the_standard_lacks_are_there_with_their_own_signature() -> None:
    x = dl.ones(2, 3)
    assert namespace.softmax(x, 1).tolist() == x.softmax(1).tolist()
    assert namespace.logsumexp(x, dim=1).shape == (2,)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = namespace.nonsense


@pytest.mark.parametrize("device", ["cpu", "strict:1"])
def test_tensors_have_the_attributes_of_the_standards_arrays(device: str) -> None:
    theirs = {name for name in dir(array_api_strict.asarray([1])) if not name.startswith("_")}
    x = dl.tensor([[1, 2]], device=device)
    assert theirs <= set(dir(x))
    assert x.T.shape == x.mT.shape == (2, 1) and x.to_device("strict").device == "strict"
    operators = {
        "abs", "add", "and", "bool", "complex", "dlpack", "dlpack_device", "eq", "float", "floordiv", "ge",
        "getitem", "gt", "iadd", "iand", "ifloordiv", "ilshift", "imatmul", "imod", "imul", "index", "int",
        "invert", "ior", "ipow", "irshift", "isub", "itruediv", "ixor", "le", "lshift", "lt", "matmul", "mod",
        "mul", "ne", "neg", "or", "pos", "pow", "radd", "rand", "rfloordiv", "rlshift", "rmatmul", "rmod",
        "rmul", "ror", "rpow", "rrshift", "rshift", "rsub", "rtruediv", "rxor", "setitem", "sub", "truediv",
        "xor",
    }  # fmt: skip
    assert {f"__{name}__" for name in operators} <= set(dir(x))


def test_array_compat_layers_take_the_namespace() -> None:
    import array_api_compat

    x = dl.ones(2)
    assert array_api_compat.is_array_api_obj(x)
    assert array_api_compat.array_namespace(x, dl.ones(3)) is namespace
    assert array_api_compat.size(dl.ones(2, 3)) == 6
    assert array_api_compat.device(x) == "cpu"
    assert array_api_compat.to_device(x, "strict:1").device == "strict:1"
