"""The rooms and the walls between them: what each distribution holds, declares and imports."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
DISTRIBUTIONS = sorted(
    path.parent
    for group in ("core", "backends/*", "plugins/*")
    for path in ROOT.glob(f"{group}/pyproject.toml")
)
CORE = ROOT / "core"
IDENTIFIERS = [str(folder.relative_to(ROOT)) for folder in DISTRIBUTIONS]
ARRAY_LIBRARIES = {"numpy", "scipy", "cupy", "torch", "jax", "array_api_strict", "pandas"}
# where it is not the distribution's name with underscores
SHIPPED_WITH = {"cupyx": "cupy"}  # packages that come with another
IMPORT_NAMES = {"deep-learner-core": "deep_learner", "cupy-cuda12x": "cupy", "cupy-cuda13x": "cupy"}
LIBRARIES = {"onednn_cpu_gomp"}  # loaded by their path
CHOSEN = {"c", "cupy", "onednn", "onnx"}  # installed by those who want them
TEXT = {".py", ".toml", ".md", ".ini", ".txt", ".cfg", ".json", ".yml", ".yaml", ""}
IGNORED = {
    ".git",
    ".tox",
    ".venv",
    "__pycache__",
    "build",
    "dist",
    "runs",
    ".hypothesis",
    ".pytest_cache",
    ".ruff_cache",
}

each_distribution = pytest.mark.parametrize("folder", DISTRIBUTIONS, ids=IDENTIFIERS)
PLUGINS = [folder for folder in DISTRIBUTIONS if folder != CORE]
each_beside_core = pytest.mark.parametrize("folder", PLUGINS, ids=[folder.name for folder in PLUGINS])


def project(folder: Path) -> dict[str, Any]:
    """The `[project]` table."""
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def package(folder: Path) -> Path:
    """The one package that a distribution ships."""
    [found] = [path for path in (folder / "src").iterdir() if path.is_dir()]
    return found


def requirements(folder: Path) -> tuple[set[str], set[str]]:
    """The import names of what a distribution needs, and of what its extras bring."""
    table = project(folder)
    extras = [one for group in table.get("optional-dependencies", {}).values() for one in group]
    return {_import_name(one) for one in table["dependencies"]}, {_import_name(one) for one in extras}


def _import_name(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)[0]  # type: ignore[index]
    return IMPORT_NAMES.get(name, name.replace("-", "_"))


def imports(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every module that a package's files import when they run, wherever the import stands."""
    for path in sorted(package(folder).rglob("*.py")):
        nodes: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
        while nodes:
            node = nodes.pop()
            if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
                nodes += ast.iter_child_nodes(node)
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                yield path, node.module


def files() -> Iterator[Path]:
    """The texts of the project."""
    for path in sorted(ROOT.rglob("*")):
        if path.is_file() and path.suffix in TEXT and not IGNORED.intersection(path.relative_to(ROOT).parts):
            yield path


@each_distribution
def test_metadata_is_complete(folder: Path) -> None:
    table = project(folder)
    assert table["license"] == "MIT"
    assert table["requires-python"] == ">=3.11"
    assert table["version"] == project(ROOT)["version"]
    assert (folder / table["readme"]).read_text(encoding="utf-8").startswith(f"# {table['name']}\n")
    assert (folder / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


@each_distribution
def test_package_says_that_it_is_typed(folder: Path) -> None:
    assert (package(folder) / "py.typed").is_file()


@each_distribution
def test_first_party_requirements_are_pinned_compatibly(folder: Path) -> None:
    version = project(ROOT)["version"]
    ours = [one for one in project(folder)["dependencies"] if one.startswith("deep-learner")]
    assert all(one.endswith(f"~={version}") for one in ours)
    assert ours or folder.name == "core"


def test_the_gathering_distribution_names_all_others() -> None:
    gathered = {re.match(r"[\w-]+", one)[0] for one in project(ROOT)["dependencies"]}  # type: ignore[index]
    assert gathered == {project(folder)["name"] for folder in DISTRIBUTIONS if folder.name not in CHOSEN}


@each_distribution
def test_imports_are_declared_and_declarations_are_used(folder: Path) -> None:
    needed, optional = requirements(folder)
    own = package(folder).name
    packages = {name.split(".")[0] for _, name in imports(folder)} - set(sys.stdlib_module_names)
    used = {SHIPPED_WITH.get(name, name) for name in packages} - {own, "__future__"}
    assert used <= needed | optional
    assert needed - LIBRARIES <= used


@each_beside_core
def test_only_public_modules_of_core_are_imported(folder: Path) -> None:
    for path, name in imports(folder):
        if name.startswith("deep_learner."):
            assert "._" not in name, f"{path} imports {name}"


@each_beside_core
def test_private_attributes_of_tensors_stay_in_core(folder: Path) -> None:
    for path in package(folder).rglob("*.py"):
        assert not re.search(r"\._(array|node|view)\b", path.read_text(encoding="utf-8")), path


def test_importing_all_of_core_loads_no_array_library() -> None:
    code = """
import importlib, pkgutil, sys
import deep_learner
for module in pkgutil.walk_packages(deep_learner.__path__, "deep_learner."):
    if not module.name.endswith(("__main__", ".tensorboard")):  # a program; what a package of its own writes for
        importlib.import_module(module.name)
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert not ARRAY_LIBRARIES.intersection(done.stdout.split())


def test_there_is_no_lock_file() -> None:
    locks = re.compile(r"(uv|poetry|pdm|conda|pixi|package|pnpm)?[-.]?lock(\.\w+)?|Pipfile\.lock")
    assert not [path for path in files() if locks.fullmatch(path.name)]


def test_no_file_names_a_registry_or_a_path_of_somebodys_machine() -> None:
    machines = r"(^|[^\w.])/(home|mnt|opt|root|srv|work|Users)/"
    patterns = (r"https?://[^ \"]*/simple([/\" ]|$)", r"index-url *=", machines)
    wrong = re.compile("|".join(patterns), re.MULTILINE)
    found = [
        path for path in files() if path != Path(__file__) and wrong.search(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_no_file_is_longer_than_500_lines() -> None:
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in files() if path.suffix == ".py"
    }
    assert not {path: length for path, length in lengths.items() if length > 500}


def test_every_tox_environment_is_described() -> None:
    sections = re.split(r"^\[", (ROOT / "tox.ini").read_text(encoding="utf-8"), flags=re.MULTILINE)
    environments = [section for section in sections if section.startswith("testenv")]
    assert len(environments) >= 10
    assert all("\ndescription = " in section for section in environments)
