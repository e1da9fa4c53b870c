"""Measure training steps on one GPU beside PyTorch and write down what came out.

``python -m benchmarks.gpu`` runs everything, ``python -m benchmarks.gpu small_mlp`` one program, and with
``--device cpu --smoke`` tiny ones anywhere, to see that they run. A ratio below 1 means faster than PyTorch. Without a
CUDA build of PyTorch, Deep Learner is timed alone.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import platform
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.gpu.programs import PROGRAMS
from benchmarks.gpu.race import race_all
from benchmarks.gpu.report import reached, table
from benchmarks.gpu.ways import WAYS

RESULTS = Path(__file__).parents[1] / "results" / "gpu.json"


def driver() -> str:
    """The GPU and its driver, as the driver's own tool tells; empty without it."""
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        return subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def pytorch_works(device: str) -> bool:
    """Whether PyTorch is installed and can use the device, asked in a process of its own."""
    if importlib.util.find_spec("torch") is None:
        return False
    probe = f"import torch; torch.zeros(1, device={device!r})"
    return subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0


def why_not(device: str) -> str | None:
    """Why Deep Learner cannot use the device; None if it can."""
    import deep_learner

    try:
        deep_learner.zeros(1, device=device)
    except RuntimeError as error:
        return str(error)
    return None


def main() -> None:
    """Run the programs named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(PROGRAMS)}")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--rounds", type=int, default=20, help="how often each way is timed")
    parser.add_argument(
        "--ways", nargs="+", choices=WAYS, default=[*WAYS], help="only these (compilers take long)"
    )
    parser.add_argument("--smoke", action="store_true", help="tiny sizes and two rounds")
    parser.add_argument(
        "--json", type=Path, help="where to write the figures; those of --smoke are for nobody"
    )
    options = parser.parse_args()
    unknown = set(options.names) - PROGRAMS.keys()
    if unknown:
        parser.error(
            f"no programs of these names: {', '.join(sorted(unknown))}; there are {', '.join(PROGRAMS)}"
        )
    reason = why_not(options.device)
    if reason:
        parser.exit(message=f"skipped: {reason}\n")
    libraries = ["deep_learner"]
    if pytorch_works(options.device):
        libraries.append("torch")
    else:
        print(f"PyTorch cannot use {options.device} here (or is not installed): Deep Learner is timed alone")
    results: dict[str, Any] = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "driver": driver(),
        "command": shlex.join(["python", "-m", "benchmarks.gpu", *sys.argv[1:]]),
    }
    names = [name for name in PROGRAMS if name in (options.names or PROGRAMS)]
    rounds = 2 if options.smoke else options.rounds
    results.update(race_all(libraries, names, options.device, options.smoke, rounds, options.ways))
    print(f"{results['date']}, {results['machine']}, {results['driver'] or options.device}")
    for library, facts in results["facts"].items():
        print(f"{library}: " + ", ".join(f"{key} {value}" for key, value in facts.items()))
    print(table(results))
    results["reached"] = reached(results)
    for name, done in results["reached"].items():
        print(f"{name}: the bar is {'reached' if done else 'missed'}")
    path = options.json or (None if options.smoke else RESULTS)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
