"""The switch for products of float32 matrices, and who follows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import deep_learner as dl
from deep_learner import backends
from deep_learner.backends import Backend
from deep_learner.plugins import hookimpl
from deep_learner.testing import PluginDistribution, isolated


class Following(Backend):
    name = "following"
    namespace = None
    array_types = ()

    def __init__(self) -> None:
        self.told: list[str] = []

    def set_float32_matmul_precision(self, precision: str) -> None:
        self.told.append(precision)


class Plugin:
    @hookimpl
    def register_backends(self, register) -> None:
        register("following", Following)


@pytest.fixture(autouse=True)
def _highest() -> Iterator[None]:
    with isolated(PluginDistribution("acme", {"following": Plugin()})):
        yield
        dl.set_float32_matmul_precision("highest")


def test_it_is_highest_unless_chosen_and_one_of_three() -> None:
    assert dl.get_float32_matmul_precision() == "highest"
    with pytest.raises(ValueError, match=r"one of highest, high, medium\. Received: 'low'"):
        dl.set_float32_matmul_precision("low")
    assert dl.get_float32_matmul_precision() == "highest"


def test_a_backend_in_use_is_told_of_each_change() -> None:
    one = backends.get("following")
    assert one.told == []  # what the library itself was told holds
    dl.set_float32_matmul_precision("medium")
    dl.set_float32_matmul_precision("high")
    assert one.told == ["medium", "high"]


def test_a_backend_made_later_is_told_what_holds() -> None:
    dl.set_float32_matmul_precision("high")
    assert backends.get("following").told == ["high"]


def test_the_switch_of_cuda_is_the_same_one() -> None:
    matmul = backends.cuda.matmul
    assert not matmul.allow_tf32
    matmul.allow_tf32 = True
    assert dl.get_float32_matmul_precision() == "high"
    dl.set_float32_matmul_precision("highest")
    assert not matmul.allow_tf32
    assert not backends.cuda.is_built()
