"""Builds every wheel, looks into it, installs all into an empty environment, and uses them from afar.

Run by `tox -e wheels` as: python tests/wheels.py FOLDER
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SMOKE = """
import sys
import deep_learner as dl
assert "numpy" not in sys.modules, "importing Deep Learner imports an array library"
x = dl.Tensor([1, 2, 3], requires_grad=True)
y = dl.Tensor([4, 5, 6])
(x * y).backward()
assert x.grad.tolist() == [4.0, 5.0, 6.0]
model = dl.nn.Sequential(dl.nn.Linear(4, 3), dl.nn.ReLU())
optimizer = dl.optim.SGD(model.parameters(), lr=0.1)
model(dl.ones(2, 4)).sum().backward()
optimizer.step()
dl.save(model.state_dict(), "model.safetensors")
assert list(dl.load("model.safetensors")) == list(model.state_dict())
"""


def build(folder: Path) -> list[Path]:
    """The wheels of all distributions, built alone and checked for what has to be in them."""
    wheels: list[Path] = []
    for source in sorted(path.parent for path in ROOT.glob("**/pyproject.toml") if _is_distribution(path)):
        command = [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(folder),
            str(source),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wheels.append(max(folder.glob("*.whl"), key=lambda wheel: wheel.stat().st_mtime_ns))
        _check(wheels[-1], gathers=source == ROOT)
    return wheels


def _is_distribution(path: Path) -> bool:
    folders = path.relative_to(ROOT).parts[:-1]
    return not folders or folders[0] in {"core", "backends", "plugins"}


def _check(wheel: Path, *, gathers: bool) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith("licenses/LICENSE") for name in names), f"{wheel.name} lacks its licence"
    packages = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    if gathers:
        assert not packages, f"{wheel.name} only gathers, but holds {packages}"
        return
    assert len(packages) == 1, f"{wheel.name} holds {packages}, not one package"
    assert f"{packages.pop()}/py.typed" in names, f"{wheel.name} does not say that it is typed"


def use(folder: Path, wheels: list[Path]) -> None:
    """Installs the wheels and uses them in a folder that knows nothing of the source tree."""
    home, away = folder / "environment", folder / "away"
    venv.create(home, clear=True, with_pip=True)
    away.mkdir()
    shutil.copy(ROOT / "examples/digits.toml", away)
    binaries = home / ("Scripts" if os.name == "nt" else "bin")
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DEEP_LEARNER"))
    }

    def run(program: str, *arguments: str) -> str:
        command = [str(binaries / program), *arguments]
        return subprocess.run(
            command, cwd=away, env=environment, check=True, stdout=subprocess.PIPE, encoding="utf-8"
        ).stdout

    run("python", "-m", "pip", "install", "--quiet", *map(str, wheels))
    run("python", "-W", "error", "-c", SMOKE)
    plugins = json.loads(run("deep-learner", "plugins", "--json"))
    assert plugins, "no plugin was found"
    assert {plugin["state"] for plugin in plugins} == {"ready"}, plugins
    print(run("deep-learner", "train", "digits.toml"))
    predictions = json.loads(run("deep-learner", "predict", "runs/digits/checkpoint.safetensors", "--json"))
    assert len(predictions) == 10
    # core alone, beside nothing: it imports, and says what to install when an array is needed
    run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "deep-learner-numpy")
    run("python", "-c", "import deep_learner, deep_learner.nn, deep_learner.optim")


def main() -> None:
    """Works in a fresh folder below the one given."""
    folder = Path(sys.argv[1]).resolve() / "wheels"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wheels = build(folder)
    use(folder, wheels)
    print(f"{len(wheels)} wheels built, installed and used")


if __name__ == "__main__":
    main()
