"""What stands under PyTorch's names is there, and is PyTorch's."""

from __future__ import annotations

import importlib
import importlib.util
import sys

import pytest

import deep_learner as dl
import deep_learner.torch
from deep_learner.torch.names import BASES, MODULES, NAMES, REFUSED

pytestmark = pytest.mark.needs(
    "deep_learner_numpy",
    "deep_learner_layers",
    "deep_learner_optimizers",
    "deep_learner_data",
    "deep_learner_serializers",
)


MODULES_HERE = sorted(
    MODULES.keys() - (set() if importlib.util.find_spec("tensorboardX") else {"utils.tensorboard"})
)


@pytest.mark.parametrize("name", MODULES_HERE)
def test_every_module_is_there(name: str) -> None:
    found = importlib.import_module(f"deep_learner.torch.{name}")
    assert found is importlib.import_module(f"deep_learner.torch.{name}")
    home = importlib.import_module(MODULES[name])
    assert found is home or set(dir(found)) == set(dir(home))
    assert home.__spec__ is not None and home.__spec__.name == MODULES[name]


def test_importing_them_leaves_deep_learners_own_names_alone() -> None:
    for name in MODULES_HERE:
        importlib.import_module(f"deep_learner.torch.{name}")
    assert dl.nn.utils.__name__ == "deep_learner.nn.utils"
    assert callable(dl.nn.functional.linear) and callable(dl.nn.utils.clip_grad_norm_)
    assert callable(dl.autograd.gradcheck) and callable(dl.random.fork_rng)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_single_name_is_there(name: str) -> None:
    assert getattr(deep_learner.torch, name) is getattr(deep_learner.torch, name)


def test_all_that_is_listed_is_pytorchs() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    assert [name for name in deep_learner.torch.__all__ if not hasattr(torch, name)] == ["install"]
    for name in MODULES.keys() - {"utils.tensorboard"}:  # which needs a package of its own
        importlib.import_module(f"torch.{name}")


def test_refused_modules_are_pytorchs() -> None:
    pytest.importorskip("torch", reason="PyTorch is the oracle")
    for name in REFUSED:
        if name.startswith("torch.") and name != "torch.utils.cpp_extension":  # which looks for compilers
            assert name in sys.modules or importlib.util.find_spec(name) is not None


@pytest.mark.parametrize("name", sorted(BASES))
def test_base_classes_are_what_programs_ask_for(name: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    modules = importlib.import_module("deep_learner.torch.nn.modules")
    homes = ("batchnorm", "conv", "dropout", "instancenorm", "loss")
    theirs = next(
        getattr(home, name) for part in homes if hasattr(home := getattr(torch.nn.modules, part), name)
    )
    ours = getattr(modules, name)
    for layer in dir(torch.nn):
        kind = getattr(torch.nn, layer)
        if isinstance(kind, type) and issubclass(kind, torch.nn.Module) and hasattr(dl.nn, layer):
            assert issubclass(getattr(dl.nn, layer), ours) == issubclass(kind, theirs), layer


def test_what_deep_learner_alone_has_is_not_there() -> None:
    for name in ("backend", "hookimpl", "op", "plugins", "unstack"):
        with pytest.raises(AttributeError, match=f"no '{name}'"):
            getattr(deep_learner.torch, name)


def test_queries_are_answered_by_the_backends() -> None:
    torch = deep_learner.torch
    assert torch.cuda.is_available() == (torch.accelerator.device_count() > 0)
    assert not torch.backends.mps.is_available() and not torch.xpu.is_available()
    assert not torch.distributed.is_available()
    assert torch.backends.mkl.is_available() in (True, False)
    with torch.backends.cudnn.flags(benchmark=True):
        assert torch.backends.cudnn.benchmark
    assert not torch.backends.cudnn.benchmark
    assert torch.version.__version__ == torch.__version__


def test_scripts_are_what_they_were_made_of_and_what_compile_takes_is_checked() -> None:
    torch = deep_learner.torch
    model = dl.nn.Linear(2, 2)
    assert torch.jit.script(model) is model
    with pytest.raises(RuntimeError, match="Either mode or options"):
        torch.compile(model, mode="default", options={})
    with pytest.raises(TypeError, match="Received: int"):
        torch.compile(3)
    with pytest.raises(RuntimeError, match=r"torch\.jit\.trace is not there"):
        torch.jit.trace(model, dl.ones(2))


def test_switches_of_attention_are_kept() -> None:
    cuda = deep_learner.torch.backends.cuda
    for kind in ("flash", "mem_efficient", "math", "cudnn"):
        set_it, ask = getattr(cuda, f"enable_{kind}_sdp"), getattr(cuda, f"{kind}_sdp_enabled")
        assert ask()
        set_it(False)
        assert not ask()
        set_it(True)
