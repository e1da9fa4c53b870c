"""A backend's namespace: what it has of the array standard does what the standard says."""

from __future__ import annotations

import math
from typing import Final

import pytest

from ...namespaces import standard
from ..conformance.comparison import difference
from ..conformance.indexing import READ, WRITTEN
from ..conformance.judgement import unit_of
from ..conformance.operators import IN_PLACE, OPERATORS
from ..conformance.run import Failure, Stage
from ..conformance.tables import CASES
from .base import BackendTests

__all__ = ["FUNCTIONS", "StandardTests"]

FUNCTIONS: Final = sorted(CASES)
_CONSTANTS: Final = {"e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None, "pi": math.pi}
_COPYING: Final = ("asarray", "astype", "reshape")


class StandardTests(BackendTests):
    """Functions, constants and dtypes that the array standard names."""

    @property
    def lacking(self) -> list[str]:
        """The names of the standard that the namespace does not have; each is missed when it is needed."""
        return sorted(name for name in standard.STANDARD if not hasattr(self.one.namespace, name))

    def test_names_that_are_lacking_are_listed(self) -> None:
        lacking = self.lacking
        if lacking:
            pytest.skip(
                f"{self.backend} lacks {len(lacking)} of {len(standard.STANDARD)}: {', '.join(lacking)}"
            )

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_a_function_gives_what_the_standard_says(self, function: str) -> None:
        self._need(function)
        found = (one for stage in self.stages() for case in CASES[function] for one in stage.failures(case))
        self.judge(function, found)

    @pytest.mark.parametrize("name", sorted(standard.CONSTANTS))
    def test_a_constant_is_the_standards(self, name: str) -> None:
        self._need(name)
        found, expected = getattr(self.one.namespace, name), _CONSTANTS[name]
        right = (
            found is None
            if expected is None
            else found == expected or (found != found and expected != expected)
        )
        self.judge(
            name, [None if right else Failure(name, f"{name} is {found!r}, where {expected!r} was expected")]
        )

    @pytest.mark.parametrize("name", sorted(standard.DTYPES))
    def test_a_dtype_is_held_by_arrays(self, name: str) -> None:
        self._need(name)
        self.judge(name, (self._kept(stage, name) for stage in self.stages()))

    def test_the_namespace_tells_what_it_holds(self) -> None:
        self._need("__array_namespace_info__")
        information = self.one.namespace.__array_namespace_info__()
        told = information.dtypes()
        for name in (name for name in self.dtypes if name in standard.DTYPES):
            assert told.get(name) == getattr(self.one.namespace, name), (
                f"dtypes() has {told.get(name)} for {name}"
            )
        defaults = information.default_dtypes()
        kinds = {"real floating": "real floating", "integral": "integral", "indexing": "integral"}
        for role, kind in kinds.items():
            named = [name for name, dtype in information.dtypes(kind=kind).items() if dtype == defaults[role]]
            assert named, f"the default dtype for {role} is {defaults[role]}, which is not of the kind {kind}"

    def test_copies_have_memory_of_their_own(self) -> None:
        found: list[Failure | None] = []
        for stage in self.stages():
            for function in _COPYING:
                if not hasattr(self.one.namespace, function) or "float32" not in stage.dtypes:
                    continue
                array = stage.native(stage.numpy.asarray([1.0, 2.0, 3.0], dtype="float32"))
                further = {"asarray": (), "astype": (array.dtype,), "reshape": ((3,),)}[function]
                copy = getattr(self.one.namespace, function)(array, *further, copy=True)
                shared = self.one.storage(copy) is self.one.storage(array)
                reason = f"{function}(..., copy=True) shares the memory of its argument"
                found.append(Failure(f"copy({function})", reason) if shared else None)
        self.judge("copy", found)

    def test_dlpack_carries_values_to_and_fro(self) -> None:
        self._need("from_dlpack")
        if not all(hasattr(kind, "__dlpack__") for kind in self.one.array_types):
            pytest.skip(f"arrays of {self.backend} have no __dlpack__")
        found: list[Failure | None] = []
        for stage in self.stages():
            for name in (name for name in ("float32", "int32", "float64") if name in stage.dtypes):
                original = stage.numpy.asarray([[1, 2, 3], [4, 5, 6]], dtype=name)
                array = stage.native(original)
                try:
                    back = self.one.namespace.from_dlpack(array)
                except BufferError:  # what the protocol says where memory cannot be shared
                    continue
                reason = stage.different(back, original)
                found.append(Failure(f"from_dlpack({name} (2, 3))", reason) if reason else None)
        self.judge("from_dlpack", found)

    def test_exemptions_are_about_something_that_is_there(self) -> None:
        known = {*standard.STANDARD, *OPERATORS, *IN_PLACE, "copy"}
        known |= {*(f"read {form}" for form in READ), *(f"write {form}" for form in WRITTEN)}
        known |= {f"kernel {name}" for name in self.one.kernels}
        strange = [one for one in self.exempt if unit_of(one) not in known or unit_of(one) in self.lacking]
        assert not strange, f"exempt, but not there: {strange}"

    def _need(self, name: str) -> None:
        if not hasattr(self.one.namespace, name):
            pytest.skip(f"the namespace of {self.backend} lacks it")

    def _kept(self, stage: Stage, name: str) -> Failure | None:
        """What is wrong with arrays of a dtype."""
        dtype = getattr(self.one.namespace, name)
        try:
            array = self.one.asarray([0, 1], dtype=dtype, device=stage.device)
            values = stage.numpy.asarray(self.one.to_numpy(array))
        except Exception as error:  # whatever the library raises is a finding
            return Failure(name, f"{type(error).__name__}: {error}")
        if array.dtype != dtype or values.dtype.name != name:
            return Failure(name, f"an array of {name} is of {array.dtype}, in NumPy of {values.dtype}")
        reason = difference(stage.numpy, values, stage.numpy.asarray([0, 1], dtype=name), 0.0)
        return Failure(name, reason) if reason else None
