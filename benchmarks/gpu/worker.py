"""One library in a process of its own: reads commands from standard input, answers in JSON lines.

Run by :mod:`benchmarks.gpu.race` as ``python -m benchmarks.gpu.worker LIBRARY DEVICE full|smoke``.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from typing import Any

from benchmarks.gpu.programs import PROGRAMS
from benchmarks.gpu.ways import WAYS

CHECKED = 4  # losses after the warm-up, which must agree, too


class Racer:
    """A program run in one way by one library."""

    def __init__(self, lib: Any, device: str, smoke: bool, name: str, way: str) -> None:
        self.lib, self.device = lib, device
        self.program = PROGRAMS[name]
        self.steps = 2 if smoke else self.program.steps
        work = self.program.start(lib, device, way == "captured", **(self.program.smoke if smoke else {}))
        # A compiler would take longer than all the rest of a smoke test.
        options = {"backend": "eager"} if smoke and way == "compiled" else {}
        self.run, losses = WAYS[way](work, **options)
        self.losses = losses + [self.run().item() for _ in range(CHECKED)]

    def round(self) -> float:
        """Seconds of a step: between the library's own events on a GPU."""
        if self.device == "cpu":
            begin = time.perf_counter()
            for _ in range(self.steps):
                self.run()
            return (time.perf_counter() - begin) / self.steps
        cuda = self.lib.cuda
        start, end = (cuda.Event(enable_timing=True) for _ in range(2))
        cuda.synchronize()
        start.record()
        for _ in range(self.steps):
            self.run()
        end.record()
        end.synchronize()
        return start.elapsed_time(end) / 1e3 / self.steps


def facts(lib: Any, device: str) -> dict[str, Any]:
    """The library's version, and what it says of the device."""
    found = {"version": lib.__version__, "device": device}
    if device != "cpu":
        found["device"] = lib.cuda.get_device_name()
    if hasattr(lib, "backends") and hasattr(lib.backends, "current"):
        backend = lib.backends.for_device(device)
        found |= {"backend": backend.name, **backend.details()}
    else:
        found["cuda"] = lib.version.cuda
    return found


def main() -> None:
    """Serve commands until standard input ends; what goes wrong is an answer, too."""
    name, device, size = sys.argv[1:]
    lib = importlib.import_module(name)
    importlib.import_module(f"{name}.nn")
    racers: dict[tuple[str, str], Racer] = {}
    for line in sys.stdin:
        command, *key = json.loads(line)
        answer: dict[str, Any] = {}
        try:
            if command == "facts":
                answer = facts(lib, device)
            elif command == "start":
                racers[*key] = Racer(lib, device, size == "smoke", *key)
                answer = {"losses": racers[*key].losses}
            elif command == "round":
                answer = {"seconds": racers[*key].round()}
            else:
                racers.clear()
                gc.collect()
                if device != "cpu":
                    lib.cuda.empty_cache()
        except Exception as error:  # whatever a library raises is a result of the comparison
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
