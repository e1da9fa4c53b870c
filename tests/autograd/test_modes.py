"""Grad modes: as contexts and decorators, nested, in generators, and restored by whatever ends them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import deep_learner as dl
from deep_learner import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    yield
    assert is_grad_enabled() and not dl.is_inference_mode_enabled()


def test_no_grad_records_nothing() -> None:
    x = dl.tensor([1.0], requires_grad=True)
    with no_grad():
        y = x * 2
    assert not y.requires_grad and y.is_leaf
    assert (x * 2).requires_grad


def test_modes_nest() -> None:
    seen = [is_grad_enabled()]
    with no_grad():
        seen.append(is_grad_enabled())
        with enable_grad():
            seen.append(is_grad_enabled())
            with set_grad_enabled(False):
                seen.append(is_grad_enabled())
            seen.append(is_grad_enabled())
        seen.append(is_grad_enabled())
    assert seen == [True, False, True, False, True, False]


def test_one_mode_object_may_be_entered_again_inside_itself() -> None:
    mode = no_grad()
    with mode, mode:
        assert not is_grad_enabled()
    assert is_grad_enabled()


@pytest.mark.parametrize("mode", [no_grad, inference_mode])
def test_exceptions_restore_the_mode(mode) -> None:
    with pytest.raises(ZeroDivisionError), mode():
        raise ZeroDivisionError
    assert is_grad_enabled()


@pytest.mark.parametrize(
    "decorate", [no_grad(), no_grad, inference_mode(), inference_mode, set_grad_enabled(True)]
)
def test_modes_decorate_functions(decorate) -> None:
    @decorate
    def function(value: int, *, other: int) -> tuple[int, bool]:
        """Documented."""
        return value + other, is_grad_enabled()

    expected = isinstance(decorate, set_grad_enabled)
    assert function(1, other=2) == (3, expected)
    assert function.__name__ == "function" and function.__doc__ == "Documented."
    assert is_grad_enabled()


def test_set_grad_enabled_acts_at_once() -> None:
    set_grad_enabled(False)
    assert not is_grad_enabled()
    set_grad_enabled(True)
    assert is_grad_enabled()


def test_set_grad_enabled_as_a_decorator_changes_nothing_outside() -> None:
    @set_grad_enabled(False)
    def inside() -> bool:
        return is_grad_enabled()

    assert is_grad_enabled() and not inside() and is_grad_enabled()


def test_decorated_generators_run_in_the_mode_and_their_caller_does_not() -> None:
    log: list[bool] = []

    @no_grad()
    def steps() -> Iterator[int]:
        try:
            log.append(is_grad_enabled())
            received = yield 1
            log.append(is_grad_enabled())
            try:
                yield received
            except KeyError:
                yield 3
            return 4
        finally:
            log.append(is_grad_enabled())

    generator = steps()
    assert next(generator) == 1 and is_grad_enabled()
    assert generator.send(2) == 2 and is_grad_enabled()
    assert generator.throw(KeyError()) == 3 and is_grad_enabled()
    with pytest.raises(StopIteration) as end:
        next(generator)
    assert end.value.value == 4
    assert log == [False, False, False]


def test_closing_a_decorated_generator_cleans_up_in_the_mode() -> None:
    log: list[bool] = []

    @no_grad()
    def endless() -> Iterator[int]:
        try:
            while True:
                yield 0
        finally:
            log.append(is_grad_enabled())

    generator = endless()
    next(generator)
    generator.close()
    assert log == [False] and is_grad_enabled()


def test_nothing_is_recorded_in_inference_mode_even_under_enable_grad() -> None:
    x = dl.tensor([1.0], requires_grad=True)
    with inference_mode():
        assert dl.is_inference_mode_enabled()
        with enable_grad():
            assert not (x * 2).requires_grad and dl.is_inference_mode_enabled()
        with no_grad():
            assert dl.is_inference_mode_enabled()
        with inference_mode(False):
            assert (x * 2).requires_grad and not dl.is_inference_mode_enabled()
    assert not dl.is_inference_mode_enabled()


def test_leaf_cannot_begin_in_inference_mode() -> None:
    with inference_mode(), pytest.raises(RuntimeError, match="inference_mode"):
        dl.ones(2).requires_grad_()


def test_requires_grad_is_kept_by_leaves_made_inside_no_grad() -> None:
    with no_grad():
        x = dl.ones(2, requires_grad=True)
    assert x.requires_grad and (x * 2).requires_grad
