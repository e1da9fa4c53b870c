"""How many threads computations in main memory use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import deep_learner as dl

threadpoolctl = pytest.importorskip("threadpoolctl")
pytest.importorskip("deep_learner_numpy")


@pytest.fixture(autouse=True)
def _numpy() -> Iterator[None]:
    with dl.backend("numpy"):
        before = dl.get_num_threads()
        yield
        dl.set_num_threads(before)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_blas_has_as_many_as_were_chosen(count: int) -> None:
    dl.set_num_threads(count)
    assert dl.get_num_threads() == count
    pools = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    assert {pool["num_threads"] for pool in pools} == {count}


def test_what_was_chosen_elsewhere_is_seen() -> None:
    with threadpoolctl.threadpool_limits(1, user_api="blas"):
        assert dl.get_num_threads() == 1


@pytest.mark.parametrize("count", [0, -1])
def test_less_than_one_is_refused(count: int) -> None:
    with pytest.raises(RuntimeError, match=f"expects a positive integer; received {count}"):
        dl.set_num_threads(count)


def test_a_backend_that_says_nothing_computes_in_one() -> None:
    class Plain(dl.backends.Backend):
        name = "plain"

    assert Plain().get_num_threads() == 1
    Plain().set_num_threads(1)
    with pytest.raises(RuntimeError, match="'plain' computes in 1 thread"):
        Plain().set_num_threads(2)
