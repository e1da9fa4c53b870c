"""The results as a Markdown table."""

from __future__ import annotations

from typing import Any

from benchmarks.gpu.programs import PROGRAMS

WAYS = ("eager", "compiled", "captured")
OURS = {"eager": "Eager", "whole": "`compile(step)`", "captured": "Captured by hand"}


def table(results: dict[str, Any]) -> str:
    """One row for each way of a program: our time, PyTorch's in each of its ways with the ratio, and what to reach."""
    lines = [
        "| work | Deep Learner | PyTorch eager | `torch.compile` | PyTorch, CUDA graph | to reach |",
        "|---|---|---|---|---|---|",
    ]
    for name, program in PROGRAMS.items():
        if name not in results:
            continue
        row = results[name]
        for way in program.ours:
            ours = row.get(f"deep_learner {way}", {})
            cells = [cell(ours), *(cell(row.get(f"torch {other}", {}), ours) for other in WAYS)]
            bar = f"{program.bar:.1f}, eager" if way == program.judged else ""
            what = f"{program.start.__doc__} {OURS[way]}."
            lines.append(f"| {what} | {' | '.join(cells)} | {bar} |")
    return "\n".join(lines)


def cell(found: dict[str, Any], ours: dict[str, Any] | None = None) -> str:
    """A time, with the ratio of ours to it; or what went wrong."""
    if "error" in found:
        return found["error"].splitlines()[0].replace("|", "\\|")[:80]
    if "seconds" not in found:
        return ""
    text = f"{found['seconds'] * 1e3:.3g} ms"
    if ours is None or "seconds" not in ours:
        return text
    return f"{text} ({ours['seconds'] / found['seconds']:.2f})"


def reached(results: dict[str, Any]) -> dict[str, bool]:
    """For each program that both libraries finished: whether the way that is judged reaches its bar."""
    found: dict[str, bool] = {}
    for name, program in PROGRAMS.items():
        row = results.get(name, {})
        ours, theirs = row.get(f"deep_learner {program.judged}", {}), row.get("torch eager", {})
        if "seconds" in ours and "seconds" in theirs:
            found[name] = ours["seconds"] / theirs["seconds"] <= program.bar
    return found
