"""Checkpoints of whole runs: restored whole or not at all, kept and removed as said."""

from __future__ import annotations

import os
import random
import re
import shutil
from typing import ClassVar

import pytest

import deep_learner as dl
from deep_learner import nn, optim
from deep_learner.optim import lr_scheduler
from deep_learner.serialization import Checkpoints, SerializationError, load_checkpoint
from tests.serialization.bits import bits

pytestmark = pytest.mark.needs("deep_learner_serializers", "deep_learner_optimizers", "deep_learner_layers")

# ---------------------------------------------------------------------- all or nothing


@pytest.fixture
def layer():
    return nn.Linear(2, 3)


def state(value):
    return bits(value.state_dict())


def test_a_restore_lists_all_that_differs_and_changes_nothing(tmp_path, layer):
    adam = optim.Adam(layer.parameters())
    saved = {"model": layer, "optimizer": adam, "scheduler": lr_scheduler.StepLR(adam, 2), "seed": 3}
    Checkpoints(tmp_path).save(saved, step=1)
    other = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1)).double()
    model = nn.Linear(2, 4)
    sgd, another = optim.SGD(other.parameters(), lr=0.5), optim.Adam(model.parameters())
    before = [state(other), state(sgd), state(model), state(another), dl.get_rng_state().tolist()]
    for parts, expected in (
        (
            {"model": other, "optimizer": sgd, "average": other},
            ["model: 0.weight is missing in the file", "model: bias is not expected here",
             "optimizer: was saved from a Adam", "scheduler: was saved from a StepLR, and nothing",
             "average: is given, and nothing was saved"],
        ),
        (
            {"model": model, "optimizer": another, "scheduler": None},
            [r"model: weight is float32 \(3, 2\) in the file and float32 \(4, 2\) here",
             r"optimizer: its parameters.*\(3,\)",
             "scheduler: was saved from a StepLR, and a value is given"],
        ),
    ):  # fmt: skip
        with pytest.raises(RuntimeError, match="cannot be restored; nothing was changed") as caught:
            Checkpoints(tmp_path).restore(parts)
        for line in expected:
            assert re.search(line, str(caught.value)), (line, str(caught.value))
    assert [state(other), state(sgd), state(model), state(another), dl.get_rng_state().tolist()] == before


class Fragile:
    """Loads its state, and then fails as often as told to."""

    errors: ClassVar = []

    def __init__(self, value):
        self.value = value

    def state_dict(self):
        return {"value": self.value}

    def load_state_dict(self, state_dict):
        self.value = state_dict["value"]
        if self.errors:
            raise self.errors.pop()


@pytest.mark.parametrize(
    ("errors", "raised", "message"),
    [
        ([ValueError("broken")], RuntimeError, "nothing was changed:\n\tfragile: ValueError: broken"),
        (
            [ValueError("again"), ValueError("broken")],
            RuntimeError,
            "put back is fragile:\n\tfragile: ValueError: broken",
        ),
        ([KeyboardInterrupt()], KeyboardInterrupt, "^$"),
    ],
)
def test_a_restore_that_fails_midway_leaves_everything_as_it_was(
    tmp_path, monkeypatch, errors, raised, message
):
    def make(value):
        layer = nn.Linear(2, 3)
        optimizer = optim.SGD(layer.parameters(), lr=0.1 * value, momentum=0.9)
        layer(dl.ones(1, 2)).sum().backward()
        optimizer.step()
        generator = dl.Generator().manual_seed(value)
        return {
            "model": layer, "optimizer": optimizer, "scheduler": lr_scheduler.StepLR(optimizer, value),
            "generator": generator, "tensor": dl.tensor([float(value)]), "fragile": Fragile(value),
        }  # fmt: skip

    def look(parts):
        return [bits(part.state_dict()) for name, part in parts.items() if name not in ("generator", "tensor")] + [
            parts["generator"].get_state().tolist(), parts["tensor"].tolist(), dl.get_rng_state().tolist(),
            random.getstate(),
        ]  # fmt: skip

    Checkpoints(tmp_path).save(make(1), step=1)
    parts = make(2)
    before = look(parts)
    monkeypatch.setattr(Fragile, "errors", errors)
    with pytest.raises(raised, match=message):
        Checkpoints(tmp_path).restore(parts)
    assert look(parts) == before
    Checkpoints(tmp_path).restore(parts)
    assert parts["tensor"].tolist() == [1.0]
    assert (parts["fragile"].value, parts["optimizer"].param_groups[0]["lr"]) == (1, 0.1)


@pytest.mark.parametrize("format", ["safetensors", "npz", "torch"])
def test_what_was_said_with_it_comes_back_and_is_known_without_the_tensors(tmp_path, layer, format):
    config = {"layers": (3, 4), "rates": {1: 0.5}, "name": None}
    checkpoints = Checkpoints(tmp_path, format=format, metric="loss")
    made = checkpoints.save(
        {"model": layer, "note": "x"}, step=12, epoch=2, config=config,
        metrics={"loss": dl.tensor(0.5), "val.f1": float("nan")},
    )  # fmt: skip
    [listed] = Checkpoints(tmp_path, format=format, metric="loss").list()
    assert repr(listed) == repr(made)
    assert (listed.step, listed.epoch, listed.metrics["loss"], repr(listed.metrics["val.f1"])) == (
        12,
        2,
        0.5,
        "nan",
    )
    assert listed.versions["backend"] == dl.backends.current().name
    assert {"python", "deep-learner-core", "deep-learner-layers"} <= set(listed.versions)
    info = checkpoints.restore({"model": layer}, "best")
    assert (info.config, info.values, info.versions) == (config, {"note": "x"}, made.versions)


def test_looking_at_safetensors_files_reads_no_tensor(tmp_path, layer, monkeypatch):
    from deep_learner_serializers.safetensors import SafetensorsFile

    Checkpoints(tmp_path).save({"model": layer}, step=1)
    monkeypatch.delattr(SafetensorsFile, "read_tensor")
    monkeypatch.setattr(SafetensorsFile, "__abstractmethods__", frozenset())
    assert Checkpoints(tmp_path).last.step == 1


# ---------------------------------------------------------------------- which are kept


def save_all(checkpoints, losses, first=1):
    for step, loss in enumerate(losses, first):
        checkpoints.save({"value": dl.tensor(step)}, step=step, metrics={"loss": loss})


def steps(folder):
    return sorted(int(re.findall(r"\d+", path.name)[0]) for path in folder.glob("step-????????.safetensors"))


@pytest.mark.parametrize(
    ("mode", "last", "best", "kept"),
    [
        ("min", 2, 1, [3, 6, 7]),
        ("max", 2, 1, [2, 6, 7]),
        ("min", 1, 2, [3, 5, 7]),
        ("min", None, 1, [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_the_last_and_the_best_are_kept_also_by_another_process(tmp_path, mode, last, best, kept):
    def new():
        return Checkpoints(tmp_path, keep_last=last, keep_best=best, metric="loss", mode=mode)

    save_all(new(), [5.0, 9.0, 1.0, float("nan")])
    again = new()
    again.restore({})
    save_all(again, [2.0, 3.0, 4.0], first=5)
    assert steps(tmp_path) == kept
    assert (new().last.step, new().best.step) == (7, 2 if mode == "max" else 3)
    assert int(again.restore({}, "best").values["value"]) == (2 if mode == "max" else 3)


def test_after_going_back_the_last_is_the_one_saved_last(tmp_path):
    checkpoints = Checkpoints(tmp_path, keep_last=2)
    save_all(checkpoints, [0.0] * 4)
    checkpoints.restore({}, 3)
    checkpoints.save({}, step=3)
    assert (checkpoints.last.step, steps(tmp_path)) == (3, [3, 4])


def test_files_that_the_run_did_not_save_stay(tmp_path):
    save_all(Checkpoints(tmp_path), [1.0])
    shutil.copy(tmp_path / "step-00000001.safetensors", tmp_path / "step-00000009.safetensors")
    dl.save({"weight": dl.ones(2)}, tmp_path / "step-00000008.safetensors")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "step-00000007.safetensors").write_bytes(b"damaged")
    other = Checkpoints(tmp_path, keep_last=1)
    save_all(other, [1.0, 1.0], first=2)
    assert steps(tmp_path) == [1, 3, 7, 8, 9]
    assert (tmp_path / "notes.txt").exists()
    assert [one.step for one in other.list()] == [1, 3]
    for taken in (1, 8, 9):
        with pytest.raises(FileExistsError, match=f"step-0000000{taken}.*this run did not save it"):
            other.save({}, step=taken)


def test_a_run_may_take_the_place_of_those_before_once_it_has_a_checkpoint(tmp_path):
    save_all(Checkpoints(tmp_path, metric="loss"), [1.0, 0.0])
    later = Checkpoints(tmp_path, metric="loss", overwrite=True)
    with pytest.raises(TypeError, match="function"):
        later.save({"value": len}, step=2)
    assert steps(tmp_path) == [1, 2]
    save_all(later, [5.0], first=2)
    assert (steps(tmp_path), later.best.metrics) == ([2], {"loss": 5.0})


def test_a_save_that_fails_removes_nothing(tmp_path, monkeypatch):
    checkpoints = Checkpoints(tmp_path, keep_last=1)
    save_all(checkpoints, [1.0])
    replace = os.replace
    monkeypatch.setattr(
        os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(OSError, match="No space left"):
        save_all(checkpoints, [1.0], first=2)
    monkeypatch.setattr(os, "replace", replace)
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000001.safetensors"]


# ---------------------------------------------------------------------- damage


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-1], lambda content: b"", lambda content: b"x" * 99]
)
def test_a_damaged_last_checkpoint_is_refused_with_the_newest_whole_one_named(tmp_path, damage):
    checkpoints = Checkpoints(tmp_path)
    save_all(checkpoints, [3.0, 2.0, 1.0])
    broken = checkpoints.last.path
    broken.write_bytes(damage(broken.read_bytes()))
    again = Checkpoints(tmp_path)
    for which in ("last", 3):
        with pytest.raises(SerializationError, match=r"step-00000003\.safetensors"):
            again.restore({}, which)
    with pytest.raises(
        SerializationError, match=r"the next is .*step-00000002\.safetensors, of step 2.*fall_back=True"
    ):
        again.restore({})
    assert again.restore({}, 2).step == 2
    with pytest.warns(UserWarning, match=r"step-00000003.*going on from .*step-00000002"):
        assert again.restore({}, fall_back=True).step == 2
    again.save({}, step=3)  # the run comes by there again
    assert again.restore({}).step == 3


def test_damage_inside_a_tensor_is_found_where_the_format_can_tell(tmp_path):
    checkpoints = Checkpoints(tmp_path, format="npz")
    for step in (1, 2):
        checkpoints.save({"value": dl.full((1000,), 7.0)}, step=step)
    content = bytearray(checkpoints.last.path.read_bytes())
    place = content.index(dl.full((50,), 7.0).numpy().tobytes())
    content[place + 100] ^= 1
    checkpoints.last.path.write_bytes(content)
    with pytest.raises(SerializationError, match=r"step-00000002\.npz.*the next is .*step-00000001\.npz"):
        Checkpoints(tmp_path, format="npz").restore({})


def test_an_old_damaged_file_is_no_obstacle(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    save_all(checkpoints, [1.0, 2.0])
    (tmp_path / "step-00000001.safetensors").write_bytes(b"")
    os.utime(tmp_path / "step-00000001.safetensors", (1, 1))
    assert Checkpoints(tmp_path).restore({}).step == 2
    with pytest.raises(SerializationError, match="step-00000001"):  # which may have been the best
        Checkpoints(tmp_path, metric="loss").restore({}, "best")


def test_where_nothing_is_that_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"step-\*\.safetensors"):
        Checkpoints(tmp_path / "nowhere").restore({})
    save_all(Checkpoints(tmp_path), [1.0, 1.0])
    with pytest.raises(FileNotFoundError, match="no checkpoint of step 7; there are those of 1, 2"):
        Checkpoints(tmp_path).restore({}, 7)
    dl.save({"weight": dl.ones(2)}, tmp_path / "weights.safetensors")
    with pytest.raises(SerializationError, match="no checkpoint of a training run: it holds weight"):
        load_checkpoint(tmp_path / "weights.safetensors")


@pytest.mark.parametrize(
    "arguments",
    [{"keep_last": 0}, {"keep_best": 0}, {"mode": "mean"}, {"name": "../step"}, {"name": "{iteration}"},
     {"name": ".hidden"}, {"format": "safetensors-sharded"}, {"format": "abacus"}],
)  # fmt: skip
def test_impossible_arguments_are_refused(tmp_path, arguments):
    with pytest.raises(
        (ValueError, LookupError), match=re.escape(str(next(iter(arguments.values()))).split("/")[0])
    ):
        Checkpoints(tmp_path, **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"step": -1}, "step"), ({"step": 1.0}, "step"), ({"step": 1}, "epoch"),
     ({"step": 1, "epoch": 1, "metrics": {"los": 1}}, "'loss'"),
     ({"step": 1, "epoch": 1, "objects": {"config": 1}}, "cannot be called 'config'"),
     ({"step": 1, "epoch": 1, "objects": {"checkpoint.step": 1}}, r"cannot be called 'checkpoint\.step'")],
)  # fmt: skip
def test_impossible_saves_are_refused(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        Checkpoints(tmp_path, name="epoch-{epoch}", metric="loss").save(**{"objects": {}, **arguments})
    assert list(tmp_path.iterdir()) == []
