"""The contract of a serializer accepts the first-party formats and catches planted faults."""

from __future__ import annotations

import itertools

import pytest

from deep_learner.plugins import hookimpl, host
from deep_learner.testing import SerializerContract
from deep_learner.testing.isolation import PluginDistribution, isolated

formats = pytest.importorskip(
    "deep_learner_serializers.npz", reason="the first-party formats are not installed"
)


class TestNpz(SerializerContract):
    serializer = "npz"
    suffix = ".npz"
    dtypes = ("bool", "uint8", "int32", "int64", "float16", "float32", "float64", "complex64")


class TestSafetensors(SerializerContract):
    serializer = "safetensors"
    suffix = ".safetensors"
    dtypes = ("bool", "uint8", "int32", "int64", "float16", "float32", "float64")


class Undocumented(formats.Npz):
    __doc__ = None


class Forgetful(formats.Npz):
    """Loses tuples."""

    def write(self, value, file):
        super().write({key: list(one) if isinstance(one, tuple) else one for key, one in value.items()}, file)


class Narrowing(formats.Npz):
    """Reads float32 whatever was written."""

    def read(self, file, **options):
        value = super().read(file, **options)
        return {"tensor": value["tensor"].float()} if "tensor" in value else value


class Padding(formats.Npz):
    """Writes more than the values."""

    ticks = itertools.count()

    def write(self, value, file):
        super().write(value | {"time": next(self.ticks)}, file)


class Lenient(formats.Npz):
    """Leaves out what it cannot hold."""

    def write(self, value, file):
        super().write({key: one for key, one in value.items() if not callable(one)}, file)


class Trusting(formats.Npz):
    """Makes something of damaged files."""

    def read(self, file, **options):
        return {}


class Claiming(formats.Npz):
    """Takes every file for its own."""

    @staticmethod
    def recognises(head):
        return True

    def read(self, file, **options):
        return {}


class Exiting(formats.Npz):
    """Ends the program over damaged files."""

    def read(self, file, **options):
        try:
            return super().read(file, **options)
        except Exception:
            raise SystemExit from None


class Flat(formats.Npz):
    """Loses dimensions."""

    def read(self, file, **options):
        value = super().read(file, **options)
        return {name: one.reshape(-1) for name, one in value.items()} if "tensor" in value else value


class Frozen(formats.Npz):
    """Reads what cannot be changed."""

    def read(self, file, **options):
        value = super().read(file, **options)
        return {name: one.requires_grad_() for name, one in value.items()} if "tensor" in value else value


class Sealed(formats.Npz):
    """Opens files without saying what they hold."""

    def open(self, file, **options):
        opened = super().open(file, **options)
        opened.metadata = {}
        return opened


FAULTS = {
    Undocumented: "test_it_is_registered_as_a_documented_serializer_with_its_suffix",
    Flat: "test_every_shape_comes_back",
    Forgetful: "test_what_is_saved_by_its_name_is_recognised_by_its_content",
    Narrowing: "test_every_dtype_comes_back",
    Padding: "test_equal_values_make_equal_files",
    Exiting: "test_a_damaged_file_is_a_value_or_one_clear_error",
    Frozen: "test_a_loaded_tensor_can_be_changed_and_the_file_stays",
    Lenient: "test_what_it_cannot_hold_is_a_type_error_and_leaves_the_old_file",
    Trusting: "test_a_file_cut_short_anywhere_is_refused",
    Claiming: "test_a_foreign_file_is_refused",
    Sealed: "test_an_opened_file_has_the_tensors_by_their_paths_and_the_rest_as_metadata",
}


class Planted(SerializerContract):
    suffix = ".npz"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_caught(fault, tmp_path):
    class Serializers:
        @hookimpl
        def register_serializers(self, register):
            register("planted", fault, suffixes=(".npz",))

    numpy = PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})
    planted = type("Planted", (Planted,), {"serializer": "planted"})()
    with isolated(PluginDistribution("acme", {"acme": Serializers()}), numpy):
        assert host().catalogue.names("serializers") == ["planted"]
        name = FAULTS[fault]
        wanted = {"tmp_path": tmp_path} if fault is not Undocumented else {}
        with pytest.raises((AssertionError, pytest.fail.Exception, RuntimeError, SystemExit)):
            getattr(planted, name)(**wanted)
