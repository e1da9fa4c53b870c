"""Numbers written down from PyTorch 2.13 (AVX512), one call after the other on the default generator."""

from __future__ import annotations

import pytest

from deep_learner import empty, ones, random, tensor
from deep_learner.dtypes import float64

pytestmark = pytest.mark.needs("deep_learner_numpy")

GOLDEN = {
    0: {
        "rand": [0.49625658988952637, 0.7682217955589294, 0.08847743272781372],
        "randn of 3": [0.3643381893634796, 0.13439632952213287, 0.16421625018119812],
        "end of randn of 17": [
            -0.10230965167284012, 0.7924439907073975, -0.28966769576072693, 0.05250748619437218,
        ],
        "float64 randn": [0.17718935139366584, -0.830510051008449],
        "randint": [19, 16, 81, 90, 82],
        "long randint": [135021024120, 7291270465],
        "randperm": [7, 2, 3, 0, 6, 4, 1, 5],
        "bernoulli_": [0, 1, 0, 0, 0, 1, 1, 0],
        "uniform_": [-0.006887450814247131, 0.018768131732940674, -0.051191285252571106],
        "exponential_": [0.4676235318183899, 0.9928491711616516],
        "multinomial": [3, 1, 0],
        "multinomial with replacement": [3, 3, 0, 3, 3, 3],
        "dropout": [1.3333333730697632] * 6,
    },
    42: {
        "rand": [0.8822692632675171, 0.9150039553642273, 0.38286375999450684],
        "randn of 3": [-0.829319179058075, -1.6137069463729858, -0.21470452845096588],
        "end of randn of 17": [
            -1.5575724840164185, 0.9956361055374146, -0.8797858357429504, -0.6011420488357544,
        ],
        "float64 randn": [-0.010085521702337353, 0.08948016046560357],
        "randint": [83, 7, 58, 91, 14],
        "long randint": [736566176252, 30212468654],
        "randperm": [2, 7, 0, 3, 5, 6, 1, 4],
        "bernoulli_": [1, 1, 0, 0, 0, 1, 1, 0],
        "uniform_": [-0.10940150916576385, -0.0795922577381134, 0.12495110929012299],
        "exponential_": [1.4085395336151123, 0.3137015104293823],
        "multinomial": [3, 2, 1],
        "multinomial with replacement": [1, 3, 3, 1, 1, 3],
        "dropout": [1.3333333730697632] * 5 + [0.0],
    },
}  # fmt: skip


@pytest.mark.parametrize("seed", GOLDEN)
def test_the_numbers_are_those_that_pytorch_printed(seed):
    random.manual_seed(seed)
    weights = tensor([0.1, 0.2, 0.3, 0.4])
    drawn = {
        "rand": random.rand(3).tolist(),
        "randn of 3": random.randn(3).tolist(),
        "end of randn of 17": random.randn(17).tolist()[-4:],
        "float64 randn": random.randn(16, dtype=float64).tolist()[:2],
        "randint": random.randint(0, 100, (5,)).tolist(),
        "long randint": random.randint(0, 2**40, (2,)).tolist(),
        "randperm": random.randperm(8).tolist(),
        "bernoulli_": random.bernoulli_(empty(8), 0.5).tolist(),
        "uniform_": random.uniform_(empty(3), -0.125, 0.125).tolist(),
        "exponential_": random.exponential_(empty(2)).tolist(),
        "multinomial": random.multinomial(weights, 3).tolist(),
        "multinomial with replacement": random.multinomial(weights, 6, True).tolist(),
        "dropout": random.dropout_noise(ones(6), 0.25).tolist(),
    }
    assert drawn == GOLDEN[seed]
