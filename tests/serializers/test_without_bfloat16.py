"""Files with bfloat16 where nothing brings it: a program of its own, in which ml_dtypes cannot be imported."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

import deep_learner as dl

pytestmark = pytest.mark.needs("deep_learner_serializers", "deep_learner_numpy", "ml_dtypes")

PROGRAM = """
import json
import sys
sys.modules["ml_dtypes"] = None
import deep_learner as dl
loaded = [dl.load(path)["x"] for path in sys.argv[1:]]
print(json.dumps([(tensor.dtype.name, tensor.tolist()) for tensor in loaded]))
dl.ones(1, dtype=dl.bfloat16)
"""


def test_it_arrives_as_the_same_numbers_in_float32_and_whoever_makes_it_learns_what_to_install(tmp_path):
    numbers = [[1.5, -2.0], [3e38, 0.0]]
    x = dl.tensor(numbers, dtype=dl.bfloat16)
    suffixes = ["safetensors", "pt", *(["h5"] if find_spec("h5py") else [])]
    paths = [str(tmp_path / f"model.{suffix}") for suffix in suffixes]
    for path in paths:
        dl.save({"x": x}, path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *paths], check=False, capture_output=True, encoding="utf-8"
    )
    assert done.stdout, done.stderr
    assert json.loads(done.stdout) == [["float32", x.float().tolist()]] * len(paths)
    assert "no dtype bfloat16: ml_dtypes has it: pip install 'deep-learner-numpy[bfloat16]'" in done.stderr
