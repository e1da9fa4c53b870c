"""Generators: seeds, states and their exchange with PyTorch, threads, copies."""

from __future__ import annotations

import copy
import pickle
import threading

import numpy as np
import pytest

from deep_learner import from_numpy, random, tensor, zeros
from deep_learner.random import Generator
from tests.random.conftest import same_bits


@pytest.fixture(params=[2**63, 0], ids=["core's engine", "the backend's"], autouse=True)
def _engine(request, faster_after):
    faster_after(request.param)


def test_words_are_the_reference_implementations_first_words():
    # Matsumoto and Nishimura's mt19937ar after init_genrand(5489); the C++ standard demands the last one.
    generator = Generator().manual_seed(5489)
    words = generator.words(10_000)
    assert words[0] == 3499211612
    assert words[9_999] == 4123659995


def test_words_do_not_depend_on_how_many_are_asked_for_at_once():
    whole = Generator().manual_seed(1).words(40_000).tolist()
    generator = Generator().manual_seed(1)
    parts = [word for size in (1, 0, 623, 625, 17_000, 21_751) for word in generator.words(size).tolist()]
    assert parts == whole


@pytest.mark.parametrize("seed", [0, 1, -1, 2**32, -(2**63), 2**64 - 1])
def test_seeds_and_their_states_are_pytorchs(torch, seed):
    ours, theirs = Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    assert ours.initial_seed() == theirs.initial_seed()
    assert same_bits(ours.get_state(), theirs.get_state())


def test_a_new_generator_is_seeded_as_pytorchs(torch):
    assert Generator().initial_seed() == torch.Generator().initial_seed()
    assert same_bits(Generator().get_state(), torch.Generator().get_state())


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1])
def test_a_seed_of_more_than_64_bits_is_refused(seed):
    with pytest.raises(ValueError, match=str(seed)):
        Generator().manual_seed(seed)
    with pytest.raises(ValueError, match=str(seed)):
        random.manual_seed(seed)


def test_a_generators_seed_must_be_an_integer():
    with pytest.raises(RuntimeError, match="float"):
        Generator().manual_seed(1.5)


def test_the_module_converts_a_seed():
    assert random.manual_seed("7") is random.default_generator
    assert random.initial_seed() == 7


def test_seed_starts_a_stream_that_can_be_repeated():
    seed = random.seed()
    first = random.rand(5).tolist()
    assert random.initial_seed() == seed
    random.manual_seed(seed)
    assert random.rand(5).tolist() == first
    assert random.seed() != seed


@pytest.mark.parametrize("drawn", [0, 1, 623, 624, 625, 1000])
def test_a_state_brings_the_stream_back(drawn):
    generator = Generator().manual_seed(3)
    generator.words(drawn)
    state = generator.get_state()
    expected = generator.words(700).tolist()
    assert generator.set_state(state) is generator
    assert generator.words(700).tolist() == expected
    assert Generator().set_state(state).initial_seed() == 3


def test_a_state_is_not_a_view_of_the_stream():
    generator = Generator().manual_seed(3)
    state = generator.get_state()
    before = state.tolist()
    generator.words(1000)
    assert state.tolist() == before


def test_a_state_keeps_the_spare_normal_number():
    generator = Generator().manual_seed(3)
    random.randn(1, generator=generator)
    state = generator.get_state()
    expected = random.randn(4, generator=generator).tolist()
    assert random.randn(4, generator=Generator().set_state(state)).tolist() == expected


@pytest.mark.parametrize("drawn", [0, 1, 624, 1001])
def test_states_go_to_pytorch_and_come_back(torch, drawn):
    ours, theirs = Generator().manual_seed(9), torch.Generator()
    random.rand(drawn, generator=ours)
    random.randn(3, generator=ours)
    theirs.set_state(torch.from_numpy(ours.get_state().numpy().copy()))
    assert same_bits(random.randn(5, generator=ours), torch.randn(5, generator=theirs))
    torch.rand(drawn + 1, generator=theirs)
    ours.set_state(from_numpy(theirs.get_state().numpy()))
    assert same_bits(random.randn(5, generator=ours), torch.randn(5, generator=theirs))
    assert same_bits(ours.get_state(), theirs.get_state())


@pytest.mark.needs("deep_learner_numpy")
def test_a_state_of_another_dtype_size_or_content_is_refused():
    generator = Generator()
    good = generator.get_state().numpy()
    with pytest.raises(TypeError, match="uint8"):
        generator.set_state(from_numpy(good.astype("int64")))
    with pytest.raises(TypeError, match="list"):
        generator.set_state([1, 2])
    with pytest.raises(RuntimeError, match="5056"):
        generator.set_state(from_numpy(good[:-1]))
    with pytest.raises(RuntimeError, match="no state"):
        generator.set_state(from_numpy(np.zeros_like(good)))
    assert generator.get_state().numpy().tobytes() == good.tobytes()


def test_copies_go_on_with_the_same_numbers_and_by_themselves():
    generator = Generator().manual_seed(4)
    random.randn(3, generator=generator)
    copies = [generator.clone_state(), copy.deepcopy(generator), pickle.loads(pickle.dumps(generator))]
    expected = random.randn(5, generator=generator).tolist()
    for other in copies:
        assert random.randn(5, generator=other).tolist() == expected
        assert other.device == generator.device


def test_the_device_is_the_one_asked_for_and_the_numbers_are_the_same():
    there = Generator("cuda:1").manual_seed(5)
    assert there.device == "cuda:1"
    assert there.words(5).tolist() == Generator().manual_seed(5).words(5).tolist()


def test_the_representation_names_device_and_seed():
    assert repr(Generator().manual_seed(12)) == "<deep_learner.Generator device=Device.CPU initial_seed=12>"


def test_rng_state_is_the_default_generators():
    random.manual_seed(8)
    state = random.get_rng_state()
    expected = random.rand(3).tolist()
    random.set_rng_state(state)
    assert random.rand(3).tolist() == expected


def test_fork_rng_restores_the_stream_even_after_an_error():
    random.manual_seed(8)
    random.randn(1)

    def fail() -> None:
        with random.fork_rng():
            random.manual_seed(9)
            random.rand(100)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    after = random.randn(2).tolist()
    random.manual_seed(8)
    random.randn(1)
    assert random.randn(2).tolist() == after


def test_fork_rng_can_be_switched_off():
    random.manual_seed(8)
    with random.fork_rng(enabled=False):
        random.manual_seed(9)
    assert random.initial_seed() == 9


def test_threads_share_a_generator_without_loss():
    generator = Generator().manual_seed(6)
    found: list[list[int]] = []

    def work() -> None:
        found.extend(generator.words(97).tolist() for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Generator().manual_seed(6).words(4 * 50 * 97).tolist()
    runs = [whole[start : start + 97] for start in range(0, len(whole), 97)]
    assert sorted(found) == sorted(runs)


def test_something_else_as_generator_is_refused():
    with pytest.raises(TypeError, match="int"):
        random.rand(2, generator=5)
    with pytest.raises(TypeError, match="Generator"):
        random.uniform_(zeros(2), generator="cpu")


@pytest.mark.needs("deep_learner_numpy")
def test_a_named_generator_leaves_the_default_one_alone():
    random.manual_seed(1)
    before = random.get_rng_state().tolist()
    named = Generator().manual_seed(2)
    random.randn(20, generator=named)
    random.randperm(20, generator=named)
    random.multinomial(tensor([1.0, 2.0]), 2, generator=named)
    random.bernoulli_(zeros(3), generator=named)
    assert random.get_rng_state().tolist() == before
