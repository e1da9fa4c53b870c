"""Builds the wheels of third parties' packages, and proves each beside Deep Learner's in an environment of its own.

Run by `tox -e third_party` as: python tests/third_party.py FOLDER [NAME ...]

A package says in its `pyproject.toml`, in the table `[tool.deep-learner-example]`, what is to be proved of it:

| key | value |
|---|---|
| `backend` | the name of the backend that it registers; the swap suite runs on it, unless it cannot train |
| `trains` | true: it trains the digits; the name of a training file of its own: it trains that |
| `requires` | what to install before it, where pip would choose something larger |
"""

from __future__ import annotations

import json
import shutil
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.wheels import ROOT, Environment, build, wheel_of

PACKAGES = ROOT / "examples" / "third_party"
TOGETHER = 2  # environments at a time: installing waits for disks, testing for processors
ASIDE = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")


class Result(NamedTuple):
    """What came of one check: `"passed"`, `"failed"` or `"skipped"`, and what there is to say."""

    outcome: str
    package: str
    check: str
    told: str

    def __str__(self) -> str:
        return f"{self.outcome.upper()} {self.package}: {self.check}{self.told and f' ({self.told})'}"


@dataclass
class Package:
    """A third party's package, to be proved in an environment of its own.

    Parameters
    ----------
    source : Path
        Its folder in the source tree.
    folder : Path
        Where to work.
    wheels : list of Path
        Deep Learner's.
    """

    source: Path
    folder: Path
    wheels: list[Path]
    results: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        described = tomllib.loads((self.source / "pyproject.toml").read_text(encoding="utf-8"))
        self.project: dict[str, Any] = described["project"]
        self.proof: dict[str, Any] = described.get("tool", {}).get("deep-learner-example", {})
        self.name: str = self.project["name"]

    def prove(self) -> list[Result]:
        """The results of all checks; where it cannot be installed, of none after that."""
        environment = Environment(self.folder)
        self.environment = environment
        needed = [one for one in self.project["dependencies"] if not one.startswith("deep-learner")]
        needed += self.proof.get("requires", ())
        try:
            environment.install("pytest", *needed)
        except RuntimeError as error:
            why = [line for line in str(error).splitlines() if line.startswith("ERROR")]
            told = f"{', '.join(needed)} cannot be had: {(why or [str(error)])[-1]}"
            self._note("skipped", "all checks", told)
            return self.results
        if self._check("it is built and installed", self._install):
            self._check("its own tests", self._test)
            self._check("it is found ready", self._find)
            if self.proof.get("trains"):
                self._check("training", self._train)
            if self.proof.get("trains") and "backend" in self.proof:
                self._check("the swap suite", self._swap)
        return self.results

    def _check(self, check: str, do: Callable[[], str]) -> bool:
        start = time.monotonic()
        try:
            outcome, told = "passed", do()
        except (RuntimeError, AssertionError) as error:
            outcome, told = "failed", str(error)
        self._note(outcome, check, f"{time.monotonic() - start:.0f} s: {told}")
        return outcome == "passed"

    def _note(self, outcome: str, check: str, told: str) -> None:
        self.results.append(Result(outcome, self.name, check, told))
        print(self.results[-1], flush=True)

    def _install(self) -> str:
        copied = self.folder / "source"  # building leaves files beside the source
        shutil.copytree(self.source, copied, ignore=ASIDE)
        wheel = wheel_of(copied, self.folder)
        self.environment.install(*self.wheels, f"{wheel}[test]")
        return wheel.name

    def _test(self) -> str:
        away = self.environment.away
        shutil.copytree(self.source / "tests", away / "tests", ignore=ASIDE)
        shutil.copy(self.source / "pyproject.toml", away)  # pytest's configuration
        return self._pytest("tests")

    def _find(self) -> str:
        plugins = json.loads(self.environment.run("deep-learner", "plugins", "--json"))
        states = {plugin["distribution"]: plugin["state"] for plugin in plugins}
        assert states.get(self.name) == "ready", plugins
        others = ", ".join(f"{name} {state}" for name, state in states.items() if name != self.name)
        assert set(states.values()) <= {"ready", "unavailable"}, others
        return f"beside {others}"

    def _train(self) -> str:
        trains, away = self.proof["trains"], self.environment.away
        file = ROOT / "examples" / "digits.toml" if trains is True else self.source / trains
        shutil.copy(file, away)
        chosen = ["--backend", self.proof["backend"]] if "backend" in self.proof else []
        short = ["--set", "epochs=2", "--set", "batch_size=128"]
        printed = self.environment.run("deep-learner", "train", file.name, *short, *chosen)
        return next(line for line in printed.splitlines() if "epochs in" in line)

    def _swap(self) -> str:
        self.environment.install("array-api-strict")  # the suite's own tests need it
        backends = f"numpy {self.proof['backend']}"
        # A lazy library turns each step of a convolution or a recurrent layer into thousands of tasks.
        quick = "mlp gpt vae"
        return self._pytest(str(ROOT / "tests" / "swap"), SWAP_BACKENDS=backends, SWAP_PROGRAMS=quick)

    def _pytest(self, tests: str, **variables: str) -> str:
        """The last line of pytest's report."""
        options = ("-q", "--tb=short", "-p", "no:cacheprovider")
        printed = self.environment.run("python", "-m", "pytest", *options, tests, **variables)
        return printed.splitlines()[-1].strip("= ")


def packages(folder: Path, wheels: list[Path], names: list[str]) -> Iterator[Package]:
    """The packages of the names, or all; each with a folder to work in."""
    for described in sorted(PACKAGES.glob("*/pyproject.toml")):
        source = described.parent
        if not names or source.name in names:
            yield Package(source, folder / source.name, wheels)


def main() -> None:
    """Works in a fresh folder below the one given; exits with 1 if a check fails."""
    start = time.monotonic()
    folder, names = Path(sys.argv[1]).resolve() / "third_party", sys.argv[2:]
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "wheels").mkdir(parents=True)
    wheels = build(folder / "wheels")
    with ThreadPoolExecutor(TOGETHER) as pool:
        chosen = packages(folder, wheels, names)
        results = [result for found in pool.map(Package.prove, chosen) for result in found]
    outcomes = [result.outcome for result in results]
    counts = ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in ("passed", "failed", "skipped"))
    print(f"{counts} in {time.monotonic() - start:.0f} s")
    sys.exit("failed" in outcomes or not outcomes)


if __name__ == "__main__":
    main()
