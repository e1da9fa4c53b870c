"""What a person sees of a run."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from deep_learner_trainer import Config, EpochMetrics, fit
from deep_learner_trainer.progress import ProgressBar, number, percent, table


def epochs(count: int) -> list[EpochMetrics]:
    return [EpochMetrics(epoch, 1 / epoch, 0.5, None, None, 0.1, 1.0) for epoch in range(1, count + 1)]


@pytest.mark.parametrize("count", [1, 9, 10, 11, 99, 100])
def test_the_table_has_about_ten_rows_and_the_last_epoch(count: int) -> None:
    shown = table(epochs(count))
    numbers = [int(cell) for cell in shown.columns[0].cells]
    assert min(count, 5) <= len(numbers) <= 11
    assert numbers[-1] == count
    assert numbers == sorted(set(numbers))


def test_what_was_not_measured_is_a_dash() -> None:
    assert (number(None), percent(None)) == ("-", "-")
    assert (number(0.12345), percent(0.98765)) == ("0.1235", "98.77 %")


def test_away_from_a_terminal_every_epoch_is_a_line(config: Config) -> None:
    text = io.StringIO()
    progress = ProgressBar(config.epochs, Console(file=text, width=200))
    fit(config, listeners=[progress])
    lines = text.getvalue().splitlines()
    assert [line.split()[1] for line in lines] == ["1/4", "2/4", "3/4", "4/4"]
    assert progress.finished == 4


def test_on_a_terminal_there_is_a_bar_and_it_ends_full(config: Config) -> None:
    text = io.StringIO()
    fit(config, listeners=[ProgressBar(config.epochs, Console(file=text, width=200, force_terminal=True))])
    last = text.getvalue().rsplit("epoch", 1)[1]
    assert "4/4" in last
    assert "20/20" in last
