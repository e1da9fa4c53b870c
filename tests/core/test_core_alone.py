"""Core without plugins: it works with any backend it is given, and otherwise says what to install."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import deep_learner as dl
from deep_learner import backends
from deep_learner.errors import BackendUnavailableError
from deep_learner.testing.isolation import PluginDistribution, isolated

STRICT = PluginDistribution("deep-learner-strict", {"strict": "deep_learner_strict.hooks"})
LIBRARIES = {"numpy", "scipy", "torch", "cupy", "array_api_strict"}


def test_importing_core_imports_no_array_library_and_no_plugin():
    core = Path(dl.__file__).parents[1]
    program = (
        f"import sys; sys.path.insert(0, {str(core)!r});"
        "import deep_learner, deep_learner.nn, deep_learner.optim;"
        "import deep_learner.serialization, deep_learner.autograd, deep_learner.random;"
        f"print({{name.partition('.')[0] for name in sys.modules}} & {LIBRARIES!r} or 'none');"
        "print([name for name in sys.modules if name.startswith('deep_learner_')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("none\n[]\n", "")


def test_core_names_no_array_library_in_its_imports():
    core = Path(dl.__file__).parent
    starts = tuple(f"{word} {library}" for word in ("import", "from") for library in LIBRARIES)
    found = [
        f"{path.relative_to(core)}:{number}: {line.strip()}"
        for path in sorted(core.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.strip().startswith(starts)
    ]
    assert found == []


def test_without_a_backend_a_tensor_says_what_to_install():
    with isolated(), pytest.raises(BackendUnavailableError, match="pip install deep-learner-numpy"):
        dl.tensor([1.0, 2.0])


@pytest.mark.parametrize(
    ("module", "name", "distribution"),
    [
        ("nn", "Linear", "deep-learner-layers"),
        ("optim", "SGD", "deep-learner-optimizers"),
    ],
)
def test_without_a_plugin_a_missing_name_says_what_to_install(module, name, distribution):
    with isolated(STRICT), pytest.raises(AttributeError, match=f"pip install {distribution}"):
        getattr(getattr(dl, module), name)


def test_without_a_serializer_saving_says_what_there_is(tmp_path):
    with isolated(STRICT), pytest.raises(ValueError, match="no serializer is installed"):
        dl.save({}, tmp_path / "file.npz")


def test_core_trains_with_a_backend_of_a_third_party():
    with isolated(STRICT):
        assert backends.current().name == "strict"

        class Line(dl.nn.Module):
            def __init__(self):
                super().__init__()
                self.slope = dl.nn.Parameter(dl.tensor(0.0))

            def forward(self, x):
                return self.slope * x

        class Descent(dl.optim.Optimizer):
            def update(self, parameter, gradient, group):
                parameter.sub_(gradient * group["lr"])

        line = Line()
        descent = Descent(line.parameters(), {"lr": 0.05})
        x = dl.tensor([1.0, 2.0, 3.0])
        for _ in range(40):
            descent.zero_grad()
            ((line(x) - 2.0 * x) ** 2).mean().backward()
            descent.step()
        assert line.slope.item() == pytest.approx(2.0, abs=1e-5)
        assert line.slope.device == "strict"
