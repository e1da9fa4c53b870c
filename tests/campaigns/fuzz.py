"""Fuzzing the readers of all formats: ``tox -e fuzz``, or ``python -m tests.campaigns.fuzz``.

Changed files are read, a process for each format at a time; whatever becomes of one but a value or one clear error is
a finding. With ``--keep`` it joins the corpus, as do the files that reached something new. ``--runs 0`` reads the
corpus alone.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deep_learner.plugins import registry
from tests.campaigns import corpus
from tests.campaigns.formats import FORMATS
from tests.campaigns.judging import FINDINGS, Judge

__all__ = ["fuzz", "main"]

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("results") / "fuzz.json"
_RESTARTS = 20  # of a process that died


def fuzz(
    format: str, folder: Path, runs: int, seconds: float = 1e9, options: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Fuzz a format, again where the process died; its figures and findings."""
    corpus.unpack(format, FORMATS[format].seeds(), folder / "corpus")
    figures: dict[str, Any] = {
        "executions": 0,
        "seconds": 0.0,
        "coverage": None,
        "verdicts": {},
        "findings": [],
    }
    end = time.monotonic() + seconds
    for attempt in range(_RESTARTS):
        place = folder / str(attempt)
        place.mkdir(parents=True)
        left = runs - figures["executions"]
        command = [sys.executable, "-m", "tests.campaigns.worker", format, place, folder / "corpus", f"--runs={left}",
                   f"--seconds={end - time.monotonic()}", f"--seed={attempt + 1}", *options]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
        with (place / "log.txt").open("w", encoding="utf-8") as log:
            done = subprocess.run(
                [*map(str, command)], check=False, stdout=log, stderr=log, env=environment, cwd=ROOT
            )
        collect(figures, place, done.returncode)
        if done.returncode == 0 or figures["executions"] >= runs or time.monotonic() > end:
            break
    return figures


def collect(figures: dict[str, Any], place: Path, returncode: int) -> None:
    """Add what a process left behind."""
    log = (place / "log.txt").read_text(encoding="utf-8", errors="replace")
    written = place / "figures.json"
    told = (
        json.loads(written.read_text(encoding="utf-8"))
        if written.exists()
        else {"counts": {}, "seconds": 0.0}
    )
    for kind, count in told["counts"].items():
        figures["verdicts"][kind] = figures["verdicts"].get(kind, 0) + count
    figures["executions"] += sum(told["counts"].values())
    figures["seconds"] += told["seconds"]
    reached = [int(number) for number in re.findall(r"\bcov: (\d+)", log)]
    figures["coverage"] = max(reached) if reached else figures["coverage"]
    for report in sorted(place.glob("finding-*.json")):
        finding = json.loads(report.read_text(encoding="utf-8"))
        figures["findings"].append({**finding, "file": report.with_suffix(".bin")})
    if returncode != 0:
        reading = next((place / "reading").glob("file*"), None)
        what = {"kind": "death", "detail": f"exit status {returncode}: {log[-1500:]}", "file": reading}
        figures["findings"].append(what)


def keep(format: str, folder: Path, figures: dict[str, Any]) -> None:
    """Put the findings into the corpus, and the few files that together reach all that was reached."""
    files = {name: content for name, content in corpus.kept(format).items() if name.startswith("finding")}
    with TemporaryDirectory() as place:
        judge = Judge(FORMATS[format], Path(place), limits=False)
        files |= corpus.minimised([path.read_bytes() for path in (folder / "corpus").iterdir()], judge.judge)
    for finding in figures["findings"]:
        if finding["file"] is not None:
            content = finding["file"].read_bytes()
            files[f"finding-{finding['kind']}-{corpus.named(content)[:8]}"] = content
    if files != corpus.kept(format):
        corpus.store(format, files)


def row(format: str, figures: dict[str, Any]) -> str:
    """A row of the table."""
    verdicts, count, seconds = figures["verdicts"], figures["executions"], figures["seconds"]
    reached = "" if figures["coverage"] is None else figures["coverage"]
    return (
        f"| {format} | {count:,} | {count / max(seconds, 1e-9):,.0f} | {reached} | {verdicts.get('value', 0):,} | "
        f"{verdicts.get('refused', 0):,} | {len(figures['findings'])} |"
    )


def main() -> int:
    """0 without a finding."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=100_000, help="changed files in all, over all formats")
    parser.add_argument("--seconds", type=float, default=1e8, help="for each format, at most")
    parser.add_argument("--format", action="append", choices=FORMATS, help="one of several; all without")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--plain", action="store_true", help="without atheris, also where it is installed")
    parser.add_argument(
        "--measure", action="store_true", help="measure memory to the byte; several times slower"
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep findings, and files that reached something new"
    )
    parser.add_argument("--folder", type=Path, help="for what is found on the way; a temporary one without")
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    plain = options.plain or importlib.util.find_spec("atheris") is None or not options.runs
    registered = registry.names("serializers")
    missing = {
        name
        for name, form in FORMATS.items()
        if form.serializer not in registered or not all(map(importlib.util.find_spec, form.needs))
    }
    formats = [format for format in options.format or FORMATS if format not in missing]
    print(
        *(f"left out, since a library is missing: {format}" for format in sorted(missing)), sep="\n", end=""
    )
    flags = ("--plain",) * plain + ("--measure",) * options.measure
    with TemporaryDirectory() as temporary, ThreadPoolExecutor(options.jobs) as pool:
        folders = {format: (options.folder or Path(temporary)) / format for format in formats}
        each = options.runs / sum(FORMATS[format].share for format in formats)
        work = {
            format: pool.submit(
                fuzz, format, folder, round(each * FORMATS[format].share), options.seconds, flags
            )
            for format, folder in folders.items()
        }
        print(
            "| format | files | a second | branches | values | refused | findings |\n|---|---|---|---|---|---|---|"
        )
        figures = {}
        for format, running in work.items():
            figures[format] = running.result()
            print(row(format, figures[format]), flush=True)
            if options.keep:
                keep(format, folders[format], figures[format])
    findings = [(format, one) for format, found in figures.items() for one in found["findings"]]
    for format, one in findings:
        one["file"] = one["file"] and one["file"].name
        print(f"{format}: {one['kind']}: {one['detail']}")
    if options.runs:
        results = {
            "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "fuzzer": "changes at random" if plain else "atheris",
            "formats": figures,
        }
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return int(any(one["kind"] in FINDINGS for _, one in findings))


if __name__ == "__main__":
    sys.exit(main())
