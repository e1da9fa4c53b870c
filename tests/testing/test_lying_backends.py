"""A backend whose namespace, arrays or kernels are wrong is caught, and the function at fault is named."""

from __future__ import annotations

import pytest

from deep_learner.backends import Backend
from deep_learner.plugins import hookimpl
from deep_learner.testing import BackendContract
from deep_learner.testing.isolation import PluginDistribution, isolated
from tests.testing.lies import LIES, Lying

np = pytest.importorskip("numpy", reason="NumPy is the reference")
backend = pytest.importorskip("deep_learner_numpy.backend", reason="core alone is being tested")


def found(planted, method, *arguments, **attributes):
    """What the contract says about a backend."""

    class Backends:
        @hookimpl
        def register_backends(self, register):
            register("planted", planted, device_types=planted.device_types)

    contract = type("Planted", (BackendContract,), {"backend": "planted", **attributes})()
    with isolated(PluginDistribution("acme", {"acme": Backends()})), pytest.raises(AssertionError) as caught:
        getattr(contract, method)(*arguments)
    return str(caught.value)


def lying(**lies):
    return type(
        "Planted", (backend.NumpyBackend,), {"name": "planted", "kernels": {}, "namespace": Lying(np, **lies)}
    )


@pytest.mark.parametrize(
    ("function", "how"), [(name, how) for name, lies in LIES.items() for how in lies], ids=str
)
def test_a_wrong_function_is_named(function, how):
    message = found(
        lying(**{function: LIES[function][how]}),
        "test_a_function_gives_what_the_standard_says",
        function,
        dtypes=("bool", "int8", "int32", "int64", "float32", "float64", "complex64", "complex128"),
        exempt={"argsort(*descending*": "NumPy's has no such keyword", "argsort(* (80,))": "nor is it stable"}
        if function != "argsort"
        else {},
    )
    assert message.startswith(f"{function} does not give what it should:\n  {function}("), message


@pytest.mark.parametrize(("name", "value"), [("e", 2.718), ("inf", float("nan")), ("newaxis", 0), ("pi", 3)])
def test_a_wrong_constant_is_named(name, value):
    assert f"{name} is {value!r}" in found(lying(**{name: value}), "test_a_constant_is_the_standards", name)


def test_a_dtype_that_is_another_is_named():
    message = found(lying(float64=np.float32), "test_a_dtype_is_held_by_arrays", "float64")
    assert "an array of float64 is of float32" in message


@pytest.mark.parametrize(
    ("function", "sharing"),
    [
        ("astype", lambda x, dtype, /, *, copy=True, device=None: np.astype(x, dtype, copy=False)),
        ("asarray", lambda x, /, *, dtype=None, device=None, copy=None: np.asarray(x, dtype=dtype)),
        ("reshape", lambda x, /, shape, *, copy=None: np.reshape(x, shape)),
    ],
)
def test_a_copy_that_shares_memory_is_named(function, sharing):
    message = found(lying(**{function: sharing}), "test_copies_have_memory_of_their_own")
    assert f"{function}(..., copy=True) shares the memory" in message


def test_a_result_on_another_device_is_named():
    strict = pytest.importorskip("deep_learner_strict.backend", reason="it has two devices")
    xp = strict.array_api_strict

    def zeros_like(x, /, *, dtype=None, device=None):
        return xp.zeros_like(x, dtype=dtype, device=device or xp.Device("CPU_DEVICE"))

    def arange(*bounds, dtype=None, device=None):
        return xp.arange(*bounds, dtype=dtype)

    ways = {"zeros_like": zeros_like, "arange": arange}
    for function, lie in ways.items():
        planted = type(
            "Planted",
            (strict.StrictBackend,),
            {"name": "planted", "namespace": Lying(xp, **{function: lie})},
        )
        message = found(
            planted,
            "test_a_function_gives_what_the_standard_says",
            function,
            devices=("strict", "strict:1"),
        )
        assert (
            f"{function}(" in message and "is on Device.STRICT, where Device.STRICT:1 was expected" in message
        )


class Odd(np.ndarray):
    """Arrays of which some methods are wrong."""

    def __mod__(self, other):
        return np.fmod(self, other)

    def __rsub__(self, other):
        return self - other

    def __iadd__(self, other):
        return self + other

    def __getitem__(self, index):
        result = super().__getitem__(index)
        return (
            result.copy()[..., None]
            if index is None
            else np.abs(result).view(Odd)
            if isinstance(index, Odd)
            else result
        )

    def __and__(self, other):
        return np.bitwise_or(self, other)


class OddBackend(backend.NumpyBackend):
    name = "planted"
    array_types = (Odd,)
    kernels = {}  # noqa: RUF012

    def from_numpy(self, array, device=None):
        return array.view(Odd)

    def write(self, array, index, value):
        result = array.copy()
        if isinstance(value, np.ndarray):
            result[index] = value
        return result


@pytest.mark.parametrize(
    ("test", "argument"),
    [
        ("test_an_operator_gives_what_its_function_does", "__mod__"),
        ("test_an_operator_gives_what_its_function_does", "__rsub__"),
        ("test_an_operator_gives_what_its_function_does", "__and__"),
        ("test_an_operator_in_place_changes_the_array_or_makes_another", "__iadd__"),
    ],
)
def test_a_wrong_operator_is_named(test, argument):
    assert found(OddBackend, test, argument).startswith(
        f"{argument} does not give what it should:\n  {argument}("
    )


def test_what_is_not_written_is_found():
    message = found(OddBackend, "test_a_part_is_written", "slices")
    assert message.startswith("write slices does not give what it should:\n  write slices(int64 (5,), 0, 7)")


def test_a_write_that_changes_the_array_and_answers_another_is_found():
    class Both(backend.NumpyBackend):
        name = "planted"

        def write(self, array, index, value):
            array[index] = value
            return array.copy()

    assert "the array was changed, and another was answered" in found(
        Both, "test_a_part_is_written", "slices"
    )


class Backwards(Backend):
    """Arrays that slices read from the other end."""

    class Array(np.ndarray):
        def __getitem__(self, index):
            result = super().__getitem__(index)
            return result[::-1] if isinstance(index, slice) and (index.step or 1) < 0 else result


def test_a_wrong_slice_is_named():
    class Planted(backend.NumpyBackend):
        name = "planted"
        array_types = (Backwards.Array,)

        def from_numpy(self, array, device=None):
            return array.view(Backwards.Array)

    message = found(Planted, "test_a_part_is_read", "slices")
    assert "read slices(int64 (5,), slice(None, None, -1))" in message


def softmax_backward(grad_output, output, dim):
    return output * (np.sum(grad_output * output, axis=dim, keepdims=True) - grad_output)


def tanh_as_float32(input):
    return np.tanh(input.astype("float32"))


def scatter_add(input, dim, index, src):
    result = input.copy()
    np.put_along_axis(
        result, index, np.take_along_axis(input, index, dim) + src[: index.shape[0], : index.shape[1]], dim
    )
    return result


def careless(grad_output, output):
    grad_output *= 1 - output * output
    return grad_output


def contiguous_only(input):
    return np.sin(input) if input.flags.c_contiguous else np.cos(input)


@pytest.mark.parametrize(
    ("name", "kernel"),
    [
        ("softmax_backward", softmax_backward),
        ("tanh", tanh_as_float32),
        ("scatter_add", scatter_add),
        ("tanh_backward", careless),
        ("sin", contiguous_only),
    ],
)
def test_a_wrong_kernel_is_named(name, kernel):
    planted = type("Planted", (backend.NumpyBackend,), {"name": "planted", "kernels": {name: kernel}})
    message = found(planted, "test_each_kernel_gives_what_the_generic_form_gives")
    assert f"kernel {name} does not give what it should:\n  kernel {name}(float" in message
    if name == "sin":
        assert " of views\n" in message


def test_kernels_without_samples_are_listed():
    planted = type(
        "Planted",
        (backend.NumpyBackend,),
        {"name": "planted", "kernels": {"polygamma": print, "tanh": np.tanh}},
    )

    class Backends:
        @hookimpl
        def register_backends(self, register):
            register("planted", planted)

    contract = type("Planted", (BackendContract,), {"backend": "planted"})()
    with (
        isolated(PluginDistribution("acme", {"acme": Backends()})),
        pytest.raises(pytest.skip.Exception) as told,
    ):
        contract.test_kernels_without_samples_are_listed()
    assert "untested: polygamma;" in str(told.value)


class Absent:
    """A namespace that has nothing but what is given."""

    def __init__(self, *names):
        for name in names:
            setattr(self, name, getattr(np, name))


def test_what_is_lacking_is_no_fault_and_is_listed():
    planted = type(
        "Planted",
        (backend.NumpyBackend,),
        {"name": "planted", "namespace": Absent("add", "float32", "asarray"), "kernels": {}},
    )

    class Backends:
        @hookimpl
        def register_backends(self, register):
            register("planted", planted)

    contract = type("Planted", (BackendContract,), {"backend": "planted", "dtypes": ("float32",)})()
    with isolated(PluginDistribution("acme", {"acme": Backends()})):
        assert {"subtract", "sum", "float64"} <= set(contract.lacking)
        assert not {"add", "float32", "asarray"} & set(contract.lacking)
        contract.test_a_function_gives_what_the_standard_says("add")
        with pytest.raises(pytest.skip.Exception, match="lacks it"):
            contract.test_a_function_gives_what_the_standard_says("subtract")
        with pytest.raises(pytest.skip.Exception, match=r"planted lacks .*subtract"):
            contract.test_names_that_are_lacking_are_listed()


def test_an_exemption_is_shown_with_its_reason_and_must_be_needed():
    planted = lying(remainder=np.fmod)

    class Backends:
        @hookimpl
        def register_backends(self, register):
            register("planted", planted)

    with isolated(PluginDistribution("acme", {"acme": Backends()})):
        exempt = {
            "remainder": "it has C's sign",
            "add": "none",
            "remainder(bool *": "none",
            "nonsense": "none",
        }
        contract = type("Planted", (BackendContract,), {"backend": "planted", "exempt": exempt})()
        with pytest.raises(AssertionError, match=r"remainder\(bool .* need no exemption"):
            contract.test_a_function_gives_what_the_standard_says("remainder")
        with pytest.raises(AssertionError, match=r"\['add'\] pass and need no exemption"):
            contract.test_a_function_gives_what_the_standard_says("add")
        with pytest.raises(AssertionError, match=r"not there: \['nonsense'\]"):
            contract.test_exemptions_are_about_something_that_is_there()
        del exempt["remainder(bool *"]
        with pytest.raises(pytest.skip.Exception, match="remainder is exempt: it has C's sign"):
            contract.test_a_function_gives_what_the_standard_says("remainder")
