"""The command `deep-learner`. Each subcommand imports what it needs when it runs."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from deep_learner.errors import ConfigurationError, UnknownNameError

__all__ = ["commands", "main"]

INTERRUPTED = 130  # what shells report for a program ended by Ctrl-C

_debug = click.option("--debug", is_flag=True, expose_value=False, help="Show where an error was raised.")
_json = click.option("--json", "as_json", is_flag=True, help="Write JSON instead of tables.")
_backend = click.option("--backend", metavar="NAME", help="Compute on this backend.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="deep-learner-trainer", prog_name="deep-learner")
@_debug
def commands() -> None:
    """Train networks described in TOML files, use them, and look at files and plugins."""


@commands.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint in the output folder.")
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override, as optimizer.lr=0.1. Repeatable.",
)
@_backend
@_debug
@click.pass_context
def train(
    context: click.Context, config: Path, resume: bool, overrides: tuple[str, ...], backend: str | None
) -> None:
    """Train what the TOML file CONFIG describes."""
    from deep_learner_trainer.commands import train as command

    context.exit(
        command(
            config,
            resume=resume,
            overrides=[*overrides, *([] if backend is None else [f"backend={backend}"])],
        )
    )


@commands.command()
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "--index",
    "samples",
    multiple=True,
    type=int,
    metavar="N",
    help="A sample. Repeatable; default: the first 10.",
)
@click.option(
    "--input",
    "file",
    type=click.Path(path_type=Path),
    help="Inputs as .npy, .npz or .safetensors; default: the test set.",
)
@_json
@_backend
@_debug
def predict(
    checkpoint: Path, samples: tuple[int, ...], file: Path | None, as_json: bool, backend: str | None
) -> None:
    """Show what the model of CHECKPOINT says about samples."""
    from deep_learner_trainer.commands import predict as command

    command(checkpoint, samples or None, file=file, backend=backend, as_json=as_json)


@commands.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "format", metavar="FORMAT", help="Its format; default: what the content tells.")
@_json
@_debug
def info(file: Path, format: str | None, as_json: bool) -> None:
    """Show what a checkpoint, or any file of tensors, holds, without reading the tensors."""
    from deep_learner_trainer.commands import info as command

    command(file, format, as_json=as_json)


@commands.command()
@click.argument("source", metavar="A", type=click.Path(path_type=Path))
@click.argument("target", metavar="B", type=click.Path(path_type=Path))
@click.option(
    "--from", "source_format", metavar="FORMAT", help="The format of A; default: what it contains tells."
)
@click.option(
    "--to", "target_format", metavar="FORMAT", help="The format of B; default: what its suffix tells."
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="TOML with new names and the weights to transpose.",
)
@click.option(
    "--dtype",
    type=click.Choice(("bfloat16", "float16", "float32", "float64")),
    help="What floating-point tensors become.",
)
@click.option("--max-shard-size", metavar="SIZE", help="Of each file of a sharded B, as 2GB; default: 5GB.")
@click.option("--force", is_flag=True, help="Replace B if it is there.")
@_debug
def convert(source: Path, target: Path, **options: Any) -> None:
    """Write the tensors of file A into file B, in another format, under other names or of another dtype."""
    from deep_learner_trainer.commands import convert as command

    command(source, target, **options)


@commands.command()
@_json
@_debug
def plugins(as_json: bool) -> None:
    """List the installed plugins, what they provide, and what is wrong with them."""
    from deep_learner_trainer.commands import plugins as command

    command(as_json=as_json)


@commands.command()
@click.argument("kind", type=click.Choice(("backend", "plugin")))
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    metavar="FOLDER",
    help="Where to write it; default: here.",
)
@_debug
def new(kind: str, name: str, into: Path) -> None:
    """Write a package NAME, a backend or a plugin, that installs and whose tests pass."""
    from deep_learner_trainer.commands import new as command

    command(kind, name, into)


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits: 0 done, 1 failed, 2 asked for the impossible, 130 interrupted."""
    arguments = sys.argv[1:] if arguments is None else arguments
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        sys.exit(_run(lambda: commands.main(arguments, standalone_mode=False), debug="--debug" in arguments))


def _run(command: Callable[[], Any], *, debug: bool) -> int:
    try:
        code = command() or 0
        print(end="", flush=True)  # which minds no closed output
        return code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # nobody reads on, and nobody needs to be told; as click does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is flushed at the end
        return 1
    except Exception as error:
        if debug:
            raise
        click.echo(f"error: {_describe(error)}", err=True)
        return 2 if isinstance(error, ConfigurationError | UnknownNameError | FileNotFoundError) else 1


def _describe(error: Exception) -> str:
    """An error in the fewest words: our own say all in their message, others need their type."""
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    if type(error).__module__.startswith("deep_learner") or (
        isinstance(error, OSError | IndexError) and str(error)
    ):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _show_warning(message: Warning | str, category: type[Warning], *_where: object) -> None:
    click.echo(f"warning: {message}", err=True)
