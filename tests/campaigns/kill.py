"""Killing processes that save, and worse: ``tox -e kill``, or ``python -m tests.campaigns.kill``.

Each way to save goes through each trial of :mod:`tests.campaigns.trials`. ``--times`` says how often a process is
killed; of the other trials there are fewer.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import sys
import time
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.campaigns.saves import SAVES, available
from tests.campaigns.trials import TRIALS

__all__ = ["main"]

RESULTS = Path(__file__).with_name("results") / "kill.json"


def main() -> int:
    """0 if whatever was done, what was found was whole."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--save", action="append", choices=SAVES, help="one of several; all without")
    parser.add_argument("--trial", action="append", choices=TRIALS, help="one of several; all without")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    found: dict[str, Any] = {}
    failures = 0
    for name in options.save or available():
        for trial in options.trial or TRIALS:
            times = options.times if trial == "killed" else -(-options.times // 10)
            start = time.monotonic()
            with TemporaryDirectory() as folder:
                Path(folder).chmod(0o755)
                try:
                    figures: dict[str, Any] = TRIALS[trial](
                        SAVES[name], Path(folder) / "saved", times, random.Random(options.seed)
                    )
                except Exception:
                    figures = {"failure": traceback.format_exc()}
                    failures += 1
            found.setdefault(name, {})[trial] = figures
            print(f"{name}, {trial}: {figures} in {time.monotonic() - start:.1f} s", flush=True)
    results = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "saves": found,
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
