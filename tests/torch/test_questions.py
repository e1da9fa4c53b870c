"""Tensors, modules and the library answer PyTorch's programs' questions as PyTorch does."""

from __future__ import annotations

import os
import pickle
import threading
import weakref
from typing import Any

import pytest

import deep_learner as dl
import deep_learner.torch
from deep_learner import config

oracle = pytest.importorskip("torch", reason="PyTorch is the oracle")

pytestmark = [
    pytest.mark.needs("deep_learner_numpy", "deep_learner_layers"),
    pytest.mark.filterwarnings("ignore:TypedStorage is deprecated"),
    pytest.mark.filterwarnings("ignore:torch.*is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:An output with one or more elements was resized"),
]

# Each is asked alone, of the library L, x (2, 2), i of integers, p (2, 2, 2, 2), y that needs a gradient, a layer m.
LINES = """
x.cpu(memory_format=L.preserve_format); x.float(memory_format=L.preserve_format); x.byte(); x.char(memory_format=None)
x.clone(memory_format=L.contiguous_format); L.clone(x, memory_format=L.preserve_format); p.to(memory_format=L.channels_last)
p.contiguous(memory_format=L.channels_last); L.zeros_like(x, memory_format=L.preserve_format); L.tensor([1.], pin_memory=False)
L.empty(2, 2, layout=L.strided, pin_memory=False).shape; L.empty((2, 2), memory_format=L.contiguous_format).shape
L.zeros(2, layout=L.strided, device="cpu"); L.full((2,), 1.5, layout=L.strided); L.arange(3, layout=L.strided)
L.rand_like(x, memory_format=L.preserve_format).shape; L.empty_like(x, layout=L.strided).shape; L.eye(2, pin_memory=False)
x.new_zeros(2, 3); x.new_zeros(2, layout=L.strided, pin_memory=False); x.new_ones(2, requires_grad=True); x.new_tensor([1, 2])
x.new(2, 3).shape; x.new([1., 2.]); x.new().shape; i.new(3).dtype; x.type(L.float64); x.type("torch.DoubleTensor"); x.type(L.LongTensor)
x.type(); i.type(); x.is_leaf; x.output_nr; y.chunk(2)[1].output_nr; x._version; x.retains_grad; x.layout; x.get_device()
x.storage_offset(); x[1].storage_offset(); x.stride(0); x.T.stride(); x.dim_order(); p.permute(3, 1, 0, 2).dim_order(); x.nbytes
x.storage(); x.storage()[3]; x[1].storage().size(); len(x.storage()); x.storage().tolist(); x.storage().dtype; x.storage().nbytes()
x.storage().data_ptr() == x.data_ptr(); x.untyped_storage().nbytes(); x.storage().untyped().size(); x.storage().element_size()
L.FloatStorage([1, 2]); L.LongStorage(3).size(); L.is_storage(x.storage()); L.is_storage(x); L.TypedStorage([1, 2], dtype=L.int16)
x.is_shared(); x.share_memory_(); x.share_memory_().is_shared(); x.share_memory_()[0].is_shared(); y.detach().share_memory_().add_(1)
x.as_subclass(L.Tensor); type(x.as_subclass(L.nn.Parameter)); x.to_dense(); x.to_sparse(); x.narrow_copy(0, 0, 1)
x.resize_(4); x.resize_(1, 2); x.resize_(3, 2)[:2]; x.resize_as_(L.zeros(4)); x.set_(p[0, 0]); x.set_().shape; x.new(x).shape
x.clone().set_(p.storage(), 3, (2, 2)); x.clone().set_(p.storage(), 1, (2,), (4,)); x.set_(p.untyped_storage(), 4, (2,))
x._base; x.view(-1)._base; x[0][0]._base.shape; x.view(-1)._is_view(); x._is_view(); x.clone()._is_view(); x.__long__ is None
y.exp().grad_fn.next_functions[0][0].name(); y.exp().grad_fn.next_functions[0][0].variable is y; y.sum().backward(inputs=[y]); y.grad
x.to(L.device("cpu"), L.float64, non_blocking=True, copy=True); x.cpu().to("cpu", non_blocking=True); L.device("cuda", 1)
setattr(x, "attribute", 3); x.__nonzero__ is None; L.cuda.FloatTensor; L.FloatTensor; isinstance(x, L.FloatTensor); L.DoubleTensor(1).dtype
isinstance(x, L.cuda.FloatTensor); isinstance(i, L.LongTensor); L.get_default_device(); L.set_default_device("cpu"); L.typename(i)
L.set_default_device(None); L.use_deterministic_algorithms(True); L.are_deterministic_algorithms_enabled()
L.use_deterministic_algorithms(True, warn_only=True); L.is_deterministic_algorithms_warn_only_enabled(); L.get_deterministic_debug_mode()
L.set_deterministic_debug_mode("error"); L.get_deterministic_debug_mode(); L.set_deterministic_debug_mode(0); L.get_deterministic_debug_mode()
L.set_deterministic_debug_mode("loud"); L.set_deterministic_debug_mode(3); L.set_deterministic_debug_mode(None); L.set_num_interop_threads(0)
L.are_deterministic_algorithms_enabled(); L.set_warn_always(True); L.is_warn_always_enabled(); L.set_warn_always(False)
L.is_autocast_cpu_enabled(); L.get_autocast_cpu_dtype(); L.get_autocast_gpu_dtype(); L.set_autocast_cpu_dtype(L.bfloat16)
L.set_autocast_gpu_dtype(L.float16); L.set_autocast_cpu_enabled(False); L.is_anomaly_check_nan_enabled(); L.set_anomaly_enabled(False)
m.to_empty(device="cpu") is m; m.share_memory() is m; m.share_memory().weight.is_shared(); m.call_super_init; m.dump_patches
m.to(memory_format=L.channels_last) is m; m.type("torch.DoubleTensor").weight.dtype; m.to(L.float64, non_blocking=True).bias.dtype
m.register_backward_hook(lambda *a: None) is None; L.zeros(2, layout=L.sparse_coo).layout if 0 else 0; x.resize_(-1)
m.to_empty(device="cpu", recurse=True).weight.shape; y.resize_(3); L.nn.Module(1)
"""  # noqa: E501
QUESTIONS = [text.strip() for text in LINES.replace("\n", ";").split(";") if text.strip()]


def answers(lib: Any, question: str) -> str:
    """What a question gives, or the kind of its error."""
    names = {
        "L": lib, "x": lib.tensor([[1.0, 2.0], [3.0, 4.0]]), "i": lib.tensor([1, 2]), "m": lib.nn.Linear(2, 2),
        "p": lib.arange(16.0).reshape(2, 2, 2, 2), "y": lib.tensor([1.0, 2.0], requires_grad=True),
    }  # fmt: skip
    try:
        return str(eval(question, names))
    except (RuntimeError, TypeError) as error:
        return type(error).__name__


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_has_pytorchs_answer(question: str) -> None:
    with config.using(semantics="torch"):
        assert answers(deep_learner.torch, question) == answers(oracle, question)


def test_a_device_holds_for_a_block() -> None:
    with dl.Device("strict:1"):
        assert dl.zeros(1).device == dl.get_default_device() == "strict:1"
        with dl.Device("cpu"):
            assert dl.zeros(1).device == "cpu"
        assert dl.rand(1).device == "strict:1"
    assert dl.zeros(1).device == "cpu"
    with pytest.raises(ValueError, match="inside"), dl.Device("strict"):
        raise ValueError("inside")
    assert dl.zeros(1).device == "cpu"


def test_the_default_device_is_that_of_a_thread() -> None:
    seen: list[Any] = []

    def run() -> None:
        dl.set_default_device("strict:1")
        seen.extend([dl.zeros(1).device, dl.get_default_device()])
        dl.set_default_device(None)
        seen.append(dl.zeros(1).device)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == ["strict:1", "strict:1", "cpu"] and dl.zeros(1).device == "cpu"
    with pytest.raises(RuntimeError, match="QUANTUM"):
        dl.set_default_device("quantum")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
def test_shared_memory_is_one_memory_in_forked_processes() -> None:
    layer = dl.nn.Linear(2, 1).share_memory()
    child = os.fork()
    if not child:
        with dl.no_grad():
            layer.weight.fill_(7.0)
        os._exit(0)
    os.waitpid(child, 0)
    assert layer.weight.tolist() == [[7.0, 7.0]] and layer.weight.requires_grad


def test_tensors_take_attributes_which_are_not_kept_alive_by_them() -> None:
    x = dl.ones(1, requires_grad=True)
    x.note = "mine"
    node = (x * 2).grad_fn.next_functions[0][0]
    assert x.note == "mine" and node.variable is x
    gone = weakref.ref(x)
    del x
    assert gone() is None and node.variable is None
    assert pickle.loads(pickle.dumps(dl.ones(2))).tolist() == [1.0, 1.0]


def test_only_strided_tensors_are_made() -> None:
    with pytest.raises(NotImplementedError, match=r"zeros\(\) makes strided tensors"):
        dl.zeros(2, layout=deep_learner.torch.sparse_coo)


def test_pinned_memory_needs_a_device_to_go_to() -> None:
    with pytest.raises(RuntimeError, match="accelerator"):
        dl.ones(2, pin_memory=True)


def test_the_default_type_chooses_dtype_and_place() -> None:
    torch = deep_learner.torch
    with config.using(semantics="torch"):
        try:
            torch.set_default_tensor_type("torch.DoubleTensor")
            assert torch.zeros(1).dtype is torch.float64
            with pytest.raises(RuntimeError, match="cuda"):
                torch.set_default_tensor_type(torch.cuda.FloatTensor)
        finally:
            torch.set_default_tensor_type(torch.FloatTensor)
        assert torch.zeros(1).dtype is torch.float32
