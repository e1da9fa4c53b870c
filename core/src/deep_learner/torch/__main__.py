"""``python -m deep_learner.torch``: run a program that was written for PyTorch, as Python would run it."""

from __future__ import annotations

import sys

USAGE = """\
usage: python -m deep_learner.torch FILE [ARGUMENT ...]
       python -m deep_learner.torch -m MODULE [ARGUMENT ...]
       python -m deep_learner.torch -c CODE [ARGUMENT ...]
       python -m deep_learner.torch --coverage PATH [PATH ...]

Runs a program in which `import torch` gives Deep Learner. FILE may be - for standard input, or a folder or zip file
with a __main__.py. --coverage runs nothing: it reads programs, or all in a folder, and says which of the names of torch
that they use are there; it exits with 1 if some are not.
"""


def main() -> None:
    """Do what the command line says."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE, end="", file=sys.stdout if arguments else sys.stderr)
        raise SystemExit(0 if arguments else 2)
    first, rest = arguments[0], arguments[1:]
    if first in ("-m", "-c", "--coverage") and not rest:
        print(f"{USAGE}\n{first} needs an argument", file=sys.stderr)
        raise SystemExit(2)
    if first == "--coverage":
        from .coverage import report

        raise SystemExit(report(rest))
    from . import running

    if first == "-m":
        running.run_module(rest[0], rest[1:])
    elif first == "-c":
        running.run_command(rest[0], rest[1:])
    elif first.startswith("-") and first != "-":
        print(f"{USAGE}\nunknown option {first}", file=sys.stderr)
        raise SystemExit(2)
    else:
        running.run_path(first, rest)


if __name__ == "__main__":
    main()
