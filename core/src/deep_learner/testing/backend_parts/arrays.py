"""A backend's arrays: operators, parts of them that are read and written, and numbers made of them."""

from __future__ import annotations

import operator
from typing import Any

import pytest

from ..conformance.indexing import READ, WRITTEN, written
from ..conformance.operators import IN_PLACE, OPERATORS
from ..conformance.run import Failure, Stage
from .base import BackendTests

__all__ = ["ArrayTests"]


class ArrayTests(BackendTests):
    """What arrays do by themselves."""

    @pytest.mark.parametrize("method", sorted(OPERATORS))
    def test_an_operator_gives_what_its_function_does(self, method: str) -> None:
        self._need_method(method)
        apply, _, cases = OPERATORS[method]
        self.judge(
            method,
            (
                one and Failure(one.call.replace(cases[0].function, method, 1), one.reason)
                for stage in self.stages()
                for case in cases
                for one in stage.failures(case, apply)
            ),
        )

    @pytest.mark.parametrize("method", sorted(IN_PLACE))
    def test_an_operator_in_place_changes_the_array_or_makes_another(self, method: str) -> None:
        self._need_method(f"__{method[3:]}")
        apply, _, cases = IN_PLACE[method]

        def changed(array: Any, other: Any) -> Any:
            result = apply(array, other)
            if method in dir(array):
                assert result is array, "an array that knows the operator in place was replaced by another"
            return result

        self.judge(
            method,
            (
                one
                for stage in self.stages()
                for case in cases
                for one in stage.failures(case, changed, changes=True)
            ),
        )

    @pytest.mark.parametrize("form", sorted(READ))
    def test_a_part_is_read(self, form: str) -> None:
        self._need_method("__getitem__")
        found = (
            one
            for stage in self.stages()
            for case in READ[form]
            for one in stage.failures(case, operator.getitem, operator.getitem)
        )
        self.judge(f"read {form}", found)

    @pytest.mark.parametrize("form", sorted(WRITTEN))
    def test_a_part_is_written(self, form: str) -> None:
        self._need_method("__getitem__")
        found = (
            one
            for stage in self.stages()
            for case in WRITTEN[form]
            for one in stage.failures(case, self._writing(stage), written, changes=True)
        )
        self.judge(f"write {form}", found)

    def test_arrays_tell_their_shape_dtype_and_numbers(self) -> None:
        for stage in self.stages():
            name = "float32" if "float32" in stage.dtypes else stage.dtypes[0]
            array = stage.native(stage.numpy.asarray([[1, 0, 1], [1, 1, 0]], dtype=name))
            assert tuple(array.shape) == (2, 3)
            assert array.dtype == getattr(self.one.namespace, name)
            assert array.ndim == 2
            single = stage.native(stage.numpy.asarray(1, dtype=name))
            for number in (bool, int, float):
                if f"__{number.__name__}__" in dir(single):
                    assert number(single) == 1, f"{number.__name__}() of 1 is {number(single)}"

    def _writing(self, stage: Stage) -> Any:
        """`write`, which leaves an array as it was where it answers with another."""

        def write(array: Any, index: Any, value: Any) -> Any:
            before = stage.numpy.asarray(self.one.to_numpy(array)).copy()
            result = self.one.write(array, index, value)
            if result is not array:
                after = stage.numpy.asarray(self.one.to_numpy(array))
                assert (before == after).all(), "the array was changed, and another was answered"
            return result

        return write

    def _need_method(self, method: str) -> None:
        # what `object` and `type` have besides says nothing: comparison by identity, and `|` between classes
        bases = (base for kind in self.one.array_types for base in kind.__mro__ if base is not object)
        if not any(method in vars(base) for base in bases):
            pytest.skip(f"arrays of {self.backend} lack it")
