"""`deep_learner.cuda` on a machine without a CUDA device: queries answer, everything else says why it cannot be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import deep_learner as dl
from deep_learner import cuda
from deep_learner.errors import BackendUnavailableError
from deep_learner.plugins import hookimpl
from deep_learner.testing import PluginDistribution, isolated


@pytest.fixture(autouse=True)
def _nothing_serves_cuda() -> Iterator[None]:
    with isolated(PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})):
        yield


def test_queries_answer_that_there_is_none() -> None:
    assert not cuda.is_available()
    assert not cuda.is_initialized()
    assert not cuda.is_bf16_supported()
    assert not cuda.is_current_stream_capturing()
    assert cuda.device_count() == 0


def test_emptying_the_cache_of_nothing_does_nothing() -> None:
    cuda.empty_cache()


@pytest.mark.parametrize(
    "ask",
    [
        cuda.init, cuda.current_device, cuda.synchronize, cuda.get_device_name, cuda.mem_get_info,
        cuda.memory_allocated, cuda.current_stream, cuda.Stream, cuda.Event, cuda.CUDAGraph().capture_begin,
        cuda.device("cuda").__enter__,
        lambda: cuda.set_device(0), lambda: dl.ones(1).cuda(), lambda: dl.ones(1, device="cuda"),
        lambda: dl.ones(1).pin_memory("cuda"),
    ],
)  # fmt: skip
def test_what_needs_one_says_what_to_install(ask) -> None:
    with pytest.raises(BackendUnavailableError, match=r"pip install 'deep-learner-cupy\[cuda12\]'"):
        ask()


def test_a_graph_without_work_cannot_be_replayed() -> None:
    graph = cuda.CUDAGraph()
    graph.reset()
    with pytest.raises(RuntimeError, match="without a preceding successful capture"):
        graph.replay()
    with pytest.raises(RuntimeError, match="without a preceding successful capture"):
        graph.pool()
    with pytest.raises(RuntimeError, match="without capture_begin"):
        graph.capture_end()


class Plain:
    """Serves CUDA devices by NumPy's arrays, without streams."""

    @hookimpl
    def register_backends(self, register) -> None:
        from deep_learner_numpy.backend import NumpyBackend

        class PlainBackend(NumpyBackend):
            name = "plain"
            device_types = ("cuda",)

        register("plain", PlainBackend, device_types=("cuda",))


def test_a_backend_without_streams_serves_tensors_and_says_what_it_lacks() -> None:
    with isolated(PluginDistribution("acme", {"plain": Plain()})):
        assert not cuda.is_available()
        with pytest.raises(
            RuntimeError, match=r"'plain' serves Device\.CUDA, but has no streams, events and graphs"
        ):
            cuda.Stream()


def test_seeds_are_those_of_the_one_stream_of_random_numbers() -> None:
    dl.manual_seed(3)
    expected = dl.rand(4).tolist()
    for seed in (cuda.manual_seed, cuda.manual_seed_all):
        seed(3)
        assert cuda.initial_seed() == 3
        assert dl.rand(4).tolist() == expected
