"""One library in a process of its own: reads commands from standard input, answers in JSON lines.

Run by :mod:`benchmarks.compare` as ``python -m benchmarks.worker LIBRARY``.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from typing import Any

from .programs import PROGRAMS

# The other library's threads go on spinning for a while after its turn: wait for them, then warm up.
PAUSE = 0.1


def facts(library: Any) -> dict[str, Any]:
    """Versions, and which kernels the BLAS libraries chose."""
    import threadpoolctl

    pools = [
        {key: pool.get(key) for key in ("internal_api", "architecture", "num_threads", "version")}
        for pool in threadpoolctl.threadpool_info()
    ]
    return {"version": library.__version__, "pools": pools}


def main() -> None:
    """Serve commands until standard input ends."""
    library = importlib.import_module(sys.argv[1])
    if sys.argv[1] == "torch":
        library.set_num_threads(2)
    importlib.import_module(f"{sys.argv[1]}.nn")
    steps: dict[str, Any] = {}
    for line in sys.stdin:
        name, command = json.loads(line)
        answer: dict[str, Any]
        if command == "facts":
            library.ones(2, 2) @ library.ones(2, 2)
            answer = facts(library)
        elif command == "losses":
            steps[name] = PROGRAMS[name][0](library)
            answer = {"losses": [steps[name]().item() for _ in range(5)]}
        elif command == "memory":
            answer = {"kilobytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
            for _ in range(10_000):
                steps[name]()
            answer["after_10000_steps"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        else:
            step, count = steps[name], PROGRAMS[name][1]
            time.sleep(PAUSE)
            for _ in range(1 + count // 4):
                step()
            faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            start = time.perf_counter()
            for _ in range(count):
                step()
            answer = {
                "seconds": (time.perf_counter() - start) / count,
                "page_faults": (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults) / count,
            }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
