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
        wheels.append(wheel_of(source, folder, "--no-isolation"))
        _check(wheels[-1], gathers=source == ROOT)
    return wheels


def wheel_of(source: Path, folder: Path, *options: str) -> Path:
    """The wheel of one distribution, built into a folder."""
    command = [sys.executable, "-m", "build", "--wheel", *options, "--outdir", str(folder), str(source)]
    done = subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    if done.returncode:
        raise RuntimeError(f"{source} cannot be built:\n{done.stdout}")
    return max(folder.glob("*.whl"), key=lambda wheel: wheel.stat().st_mtime_ns)


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


class Environment:
    """A virtual environment, and a folder that knows nothing of the source tree to run programs in.

    Parameters
    ----------
    folder : Path
        Where both are made.
    """

    def __init__(self, folder: Path) -> None:
        self.away = folder / "away"
        self.away.mkdir(parents=True)
        home = folder / "environment"
        venv.create(home, clear=True, with_pip=True)
        self._binaries = home / ("Scripts" if os.name == "nt" else "bin")
        self._variables = {
            key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DEEP_LEARNER"))
        }

    def run(self, program: str, *arguments: str, **variables: str) -> str:
        """What a program of the environment prints.

        Raises
        ------
        RuntimeError
            If it fails; with all that it printed.
        """
        command = [str(self._binaries / program), *arguments]
        done = subprocess.run(
            command,
            cwd=self.away,
            env=self._variables | variables,
            check=False,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def install(self, *requirements: str | Path) -> None:
        """Installs wheels and what else pip can find; modules are compiled when they are imported, not all at once."""
        self.run("python", "-m", "pip", "install", "--quiet", "--no-compile", *map(str, requirements))


def use(folder: Path, wheels: list[Path]) -> None:
    """Installs the wheels and uses them in a folder that knows nothing of the source tree."""
    environment = Environment(folder)
    run = environment.run
    shutil.copy(ROOT / "examples/digits.toml", environment.away)
    environment.install(*wheels)
    run("python", "-W", "error", "-c", SMOKE)
    plugins = json.loads(run("deep-learner", "plugins", "--json"))
    states = {plugin["name"]: plugin for plugin in plugins}
    without_library = states.pop("cupy")  # CuPy itself comes with an extra
    assert without_library["state"] == "unavailable", without_library
    assert "pip install 'deep-learner-cupy[cuda12]'" in without_library["reason"], without_library
    assert states, "no plugin was found"
    assert {plugin["state"] for plugin in states.values()} == {"ready"}, plugins
    print(run("deep-learner", "train", "digits.toml"))
    predictions = json.loads(run("deep-learner", "predict", "runs/digits/checkpoint.safetensors", "--json"))
    assert len(predictions) == 10
    for kind in ("plugin", "backend"):  # what `new` writes installs, and its tests pass
        run("deep-learner", "new", kind, f"acme-{kind}")
        environment.install(f"./acme-{kind}[test]")
        run("python", "-m", "pytest", "-q", f"acme-{kind}")
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
