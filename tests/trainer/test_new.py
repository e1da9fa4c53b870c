"""`deep-learner new`: what it writes installs, passes its own tests and is found; what it refuses leaves nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import deep_learner_trainer.new as new
from deep_learner_trainer import new_package
from deep_learner_trainer.cli import main
from tests import installing

ROOT = Path(__file__).parents[2]
NAMES = {"plugin": "acme-extras", "backend": "deep-learner-Wool"}
PLUGINS = """
import json
from deep_learner.plugins.report import rows
print(json.dumps({row["distribution"]: [row["state"], row["reason"], row["provides"]] for row in rows()}))
"""

each_kind = pytest.mark.parametrize("kind", NAMES)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command line: exit code, output, error output."""

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        return caught.value.code, output.out, output.err  # type: ignore[return-value]

    return run


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with one package of each kind."""
    folder = tmp_path_factory.mktemp("written")
    for kind, name in NAMES.items():
        new_package(kind, name, folder)
    return folder


def pip(*arguments: object) -> None:
    """Runs pip with the build tools of this environment."""
    if find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds the packages, is not installed")
    common = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", arguments[0], *common, *arguments[1:]]
    subprocess.run([str(argument) for argument in command], check=True)


@each_kind
def test_what_is_written_installs_and_passes_its_own_tests(kind: str, written: Path, tmp_path: Path) -> None:
    pip("install", "--target", tmp_path / "installed", written / NAMES[kind])
    tests = written / NAMES[kind] / "tests"
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)]
    done = installing.run(command, [str(tmp_path / "installed")], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_written_is_found_once_it_is_installed(written: Path, tmp_path: Path) -> None:
    paths = [
        path
        for name in NAMES.values()
        for path in installing.search_path(written / name, tmp_path / f"metadata of {name}")
    ]
    rows = json.loads(installing.run(["-c", PLUGINS], paths, tmp_path).stdout)
    assert rows["acme-extras"] == [
        "ready",
        "",
        {"layers": ["AcmeExtrasSwish"], "optimizers": ["AcmeExtrasSignum"]},
    ]
    assert rows["deep-learner-Wool"] == ["ready", "", {"backends": ["wool"]}]


def test_its_backend_trains_what_the_first_party_plugins_bring(written: Path, tmp_path: Path) -> None:
    code = """
import deep_learner as dl
def losses(device):
    dl.manual_seed(0)
    model = dl.nn.Sequential(dl.nn.Linear(4, 8), dl.nn.GELU(), dl.nn.Linear(8, 3)).to(device)
    optimizer = dl.optim.Adam(model.parameters(), lr=0.05)
    inputs, targets = dl.randn(16, 4).to(device), dl.randint(0, 3, (16,)).to(device)
    for step in range(5):
        optimizer.zero_grad()
        loss = dl.nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
        yield loss.item()
for one, other in zip(losses("cpu"), losses("wool:1"), strict=True):
    assert abs(one - other) < 1e-5, (one, other)
print(other)
"""
    paths = installing.search_path(written / NAMES["backend"], tmp_path / "metadata")
    done = installing.run(["-c", code], paths, tmp_path)
    assert done.returncode == 0, done.stderr
    assert 0 < float(done.stdout) < 1.1  # below log 3, where it began: it learns


@each_kind
def test_it_works_from_a_wheel_far_from_the_source(kind: str, written: Path, tmp_path: Path) -> None:
    pip("wheel", "--wheel-dir", tmp_path, ROOT / "plugins" / "trainer")
    [wheel] = tmp_path.glob("*.whl")
    ZipFile(wheel).extractall(tmp_path / "unpacked")
    code = f"""
import deep_learner_trainer
deep_learner_trainer.new_package({kind!r}, {NAMES[kind]!r})
print(deep_learner_trainer.__file__)
"""
    done = installing.run(["-c", code], [str(tmp_path / "unpacked")], tmp_path)
    assert str(tmp_path / "unpacked") in done.stdout, done.stderr
    assert contents(tmp_path / NAMES[kind]) == contents(written / NAMES[kind])


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder but what running it left there."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


@each_kind
def test_the_command_says_what_it_wrote_and_how_to_go_on(kind: str, run: Any, tmp_path: Path) -> None:
    code, out, err = run("new", kind, NAMES[kind], "--into", tmp_path)
    assert (code, err) == (0, "")
    folder = tmp_path / NAMES[kind]
    assert list(tmp_path.iterdir()) == [folder]
    assert all(f"  {Path(file)}\n" in out for file in contents(folder))
    assert f"pip install -e '{folder}[test]'" in out
    assert f"pytest {folder}" in out


@each_kind
def test_every_name_is_filled_in_and_the_names_agree(kind: str, written: Path) -> None:
    files = contents(written / NAMES[kind])
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert project["name"] == NAMES[kind]
    [hooks] = project["entry-points"]["deep_learner"].values()
    assert f"src/{hooks.replace('.', '/')}.py" in {Path(file).as_posix() for file in files}
    assert not [file for file, text in files.items() if "$" in text or "$" in file]
    assert all(compile(text, file, "exec") for file, text in files.items() if file.endswith(".py"))


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("plugin", "acme layers", "no name of a distribution"),
        ("plugin", "-acme", "begins and ends with a letter or a digit"),
        ("plugin", "../acme", "no name of a distribution"),
        ("plugin", "3d", "'3d' is no name in Python"),
        ("backend", "deep-learner-3d", "'3d' is no name in Python"),
        ("plugin", "class", "'class' is no name in Python"),
        ("plugin", "deep-learner-layers", "a distribution of Deep Learner itself"),
        ("plugin", "Deep_Learner.Layers", "a distribution of Deep Learner itself"),
        ("backend", "deep.learner", "a distribution of Deep Learner itself"),
        ("backend", "numpy", "would hide the installed module"),
        ("backend", "pytest", "such as 'deep-learner-pytest'"),
        ("plugin", "json", "would hide the installed module"),
        ("layer", "acme", "'layer' is not one of 'backend', 'plugin'"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    kind: str, name: str, words: str, run: Any, tmp_path: Path
) -> None:
    code, _, err = run("new", kind, "--into", tmp_path, "--", name)
    assert code == 2
    assert words in err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_exists_is_refused_and_left_as_it_was(run: Any, tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    code, _, err = run("new", "plugin", "acme", "--into", tmp_path)
    assert code == 2
    assert f"{tmp_path / 'acme'} exists already" in err
    assert not list((tmp_path / "acme").iterdir())


def test_a_folder_to_write_to_that_does_not_exist_is_refused(run: Any, tmp_path: Path) -> None:
    code, _, err = run("new", "plugin", "acme", "--into", tmp_path / "nowhere")
    assert code == 2
    assert "does not exist" in err


def test_a_failure_halfway_leaves_nothing(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(*_arguments: object) -> Iterator[tuple[str, str]]:
        yield "README.md", "half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(new, "_filled", half)
    code, _, err = run("new", "plugin", "acme", "--into", tmp_path)
    assert code == 1
    assert "No space left on device" in err
    assert not list(tmp_path.iterdir())


def test_the_first_party_names_are_those_of_the_source_tree() -> None:
    files = [ROOT / "pyproject.toml", *ROOT.glob("core/pyproject.toml")]
    files += [path for room in ("backends", "plugins") for path in ROOT.glob(f"{room}/*/pyproject.toml")]
    names = [tomllib.loads(path.read_text(encoding="utf-8"))["project"]["name"] for path in files]
    assert set(names) <= set(new.FIRST_PARTY)
