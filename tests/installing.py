"""Runs a program with a package of this repository installed, or as if it were."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["run", "search_path"]


def search_path(package: Path, folder: Path) -> list[str]:
    """What to put on the path so that the package counts as installed: nothing if it is.

    Otherwise its source, and a folder with the metadata that an installer would write, from `pyproject.toml`.
    """
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        importlib.metadata.distribution(project["name"])
        return []
    except importlib.metadata.PackageNotFoundError:
        pass
    metadata = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir(parents=True)
    points = "".join(f"{name} = {value}\n" for name, value in project["entry-points"]["deep_learner"].items())
    (metadata / "entry_points.txt").write_text(f"[deep_learner]\n{points}", encoding="utf-8")
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8"
    )
    return [str(folder), str(package / "src")]


def run(arguments: list[str], paths: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs Python with these paths before its own."""
    inherited = os.environ.get("PYTHONPATH")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*paths, *([inherited] if inherited else [])])}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=cwd, env=environment
    )
