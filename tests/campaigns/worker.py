"""A process that fuzzes one format: ``python -m tests.campaigns.worker``, started by :mod:`tests.campaigns.fuzz`.

It writes its figures and findings to files as it goes, so that they outlast it; the file that it was reading when it
died is in its folder.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import hashlib
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

LONGEST = 1 << 14  # bytes of a file
HANGING = 30  # seconds
INSTRUMENTED = ["deep_learner_serializers", "deep_learner_onnx"]


class Tally:
    """The figures and findings of one process, on the disk."""

    def __init__(self, folder: Path, judge: Any) -> None:
        self.folder, self.judge = folder, judge
        self.counts: dict[str, int] = {}
        self.start = self.written = time.monotonic()
        self.known: set[str] = set()

    def one(self, content: bytes) -> str:
        """Judge a file and count it; the kind of the verdict."""
        verdict = self.judge.judge(content)
        self.counts[verdict.kind] = self.counts.get(verdict.kind, 0) + 1
        if verdict.kind not in ("value", "refused"):
            place = f"{verdict.kind} {verdict.detail.rpartition(' at ')[2] or verdict.detail[:40]}"
            if place not in self.known:
                self.known.add(place)
                name = hashlib.sha256(place.encode()).hexdigest()[:12]
                (self.folder / f"finding-{name}.bin").write_bytes(content)
                (self.folder / f"finding-{name}.json").write_text(
                    json.dumps(verdict._asdict()), encoding="utf-8"
                )
                print(f"{verdict.kind}: {verdict.detail}", file=sys.stderr, flush=True)
        return verdict.kind

    def write(self) -> None:
        """Write the counts."""
        self.written = time.monotonic()
        text = json.dumps({"counts": self.counts, "seconds": self.written - self.start})
        (self.folder / "figures.json").write_text(text, encoding="utf-8")


def arguments() -> argparse.Namespace:
    """What the command says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format")
    parser.add_argument("folder", type=Path, help="for the figures and findings")
    parser.add_argument("corpus", type=Path, help="a folder of files to begin with, to which atheris adds")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", action="store_true", help="measure memory to the byte")
    parser.add_argument("--plain", action="store_true", help="change files at random, without atheris")
    return parser.parse_args()


def plainly(
    tally: Tally, form: Any, inputs: list[bytes], options: argparse.Namespace, scrambler: Any
) -> None:
    """Change files at random."""
    chance = random.Random(options.seed)
    scramble = scrambler(chance, form.tokens)
    end = time.monotonic() + options.seconds
    for _ in range(options.runs):
        content = chance.choice(inputs)
        for _ in range(chance.choice((1, 1, 2, 3))):
            content = form.mutate(content, chance, scramble)[:LONGEST]
        faulthandler.dump_traceback_later(HANGING, exit=True)
        if tally.one(content) in ("value", "refused") and chance.random() < 0.02:
            inputs.append(content)  # changes of changes reach further
        if time.monotonic() > end:
            break


def guided(atheris: Any, tally: Tally, form: Any, options: argparse.Namespace, scrambler: Any) -> None:
    """Change files as their coverage suggests; never returns."""
    tokens = options.folder / "tokens.txt"
    tokens.write_text(
        "".join('"' + "".join(f"\\x{byte:02x}" for byte in token) + '"\n' for token in form.tokens),
        encoding="ascii",
    )

    def one(content: bytes) -> None:
        tally.one(content)
        if time.monotonic() - tally.written > 0.5 or sum(tally.counts.values()) >= options.runs:
            tally.write()

    def mutate(content: bytes, longest: int, seed: int) -> bytes:
        chance = random.Random(seed)
        own = scrambler(chance, form.tokens)

        def scramble(piece: bytes) -> bytes:
            return (
                atheris.Mutate(piece, max(len(piece) + 64, 64))
                if piece and chance.random() < 0.7
                else own(piece)
            )

        changed = form.mutate(content, chance, scramble)
        return changed if len(changed) <= longest else content

    flags = [f"-runs={options.runs}", f"-max_total_time={int(min(options.seconds, 10**8))}", f"-seed={options.seed}",
             f"-max_len={LONGEST}", f"-timeout={HANGING}", f"-artifact_prefix={options.folder}/", "-rss_limit_mb=4096",
             "-print_final_stats=1", "-len_control=0", "-reload=10"]  # fmt: skip
    flags += [f"-dict={tokens}"] if form.tokens else []
    atheris.Setup([sys.argv[0], *flags, str(options.corpus)], one, custom_mutator=mutate)
    atheris.Fuzz()


def main() -> None:
    """Fuzz."""
    options = arguments()
    atheris: Any = None
    if not options.plain:
        with contextlib.suppress(ImportError):
            import atheris
    import deep_learner  # without instruments: all of it would slow down  # noqa: F401

    watched = atheris.instrument_imports(include=INSTRUMENTED) if atheris else contextlib.nullcontext()
    with watched:
        from tests.campaigns.formats import FORMATS
        from tests.campaigns.judging import Judge
        from tests.campaigns.mutators import scrambler

        form = FORMATS[options.format]
        place = options.folder / "reading"
        place.mkdir(parents=True, exist_ok=True)
        judge = Judge(form, place, measure=options.measure)
    tally = Tally(options.folder, judge)
    inputs = [path.read_bytes() for path in sorted(options.corpus.iterdir())]
    if atheris:
        guided(atheris, tally, form, options, scrambler)
    for content in inputs:
        faulthandler.dump_traceback_later(HANGING, exit=True)
        tally.one(content)
    plainly(tally, form, inputs, options, scrambler)
    faulthandler.cancel_dump_traceback_later()
    tally.write()


if __name__ == "__main__":
    main()
