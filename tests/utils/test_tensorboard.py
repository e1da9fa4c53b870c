"""What a program writes for TensorBoard is in the files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import deep_learner as dl

pytestmark = pytest.mark.needs("deep_learner_numpy")


def test_without_tensorboardx_the_import_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    monkeypatch.delitem(sys.modules, "deep_learner.utils.tensorboard", raising=False)
    with pytest.raises(ImportError, match="pip install tensorboardX"):
        import deep_learner.utils.tensorboard  # noqa: F401


def test_tensors_are_written_as_their_numbers(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX", reason="tensorboardX writes the files")
    from tensorboardX.proto.event_pb2 import Event

    from deep_learner.utils.tensorboard import SummaryWriter

    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", dl.tensor(1.5, requires_grad=True), 7)
        writer.add_histogram("weights", dl.tensor([1.0, 2.0, 4.0]), global_step=7)
        with pytest.warns(UserWarning, match="add_graph writes nothing"):
            writer.add_graph(None)
        assert writer.log_dir == writer.get_logdir() == str(tmp_path)
    [path] = tmp_path.glob("events*")
    values = {
        value.tag: (event.step, value) for event in events(path, Event) for value in event.summary.value
    }
    step, loss = values["loss"]
    assert step == 7 and loss.simple_value == 1.5
    step, weights = values["weights"]
    assert step == 7 and (weights.histo.num, weights.histo.sum, weights.histo.max) == (3, 7, 4)


def events(path: Path, kind):
    """The records of a file: length, checksum, bytes, checksum."""
    data = path.read_bytes()
    while data:
        size = int.from_bytes(data[:8], "little")
        yield kind.FromString(data[12 : 12 + size])
        data = data[16 + size :]
