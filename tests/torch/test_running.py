"""Programs run by ``python -m deep_learner.torch`` behave as under Python itself."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deep_learner.torch.importing import STAND_IN

pytestmark = pytest.mark.needs("deep_learner_numpy", "deep_learner_layers", "deep_learner_optimizers")


def run(*arguments: str, under: tuple[str, ...] = ("-m", "deep_learner.torch"), **options):
    return subprocess.run(
        [sys.executable, *under, *arguments], capture_output=True, text=True, timeout=60, **options
    )


def same_as_python(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """Runs both ways a program that does not use torch, and compares all that can be seen of it."""
    ours, python = run(*arguments, **options), run(*arguments, under=(), **options)
    assert (ours.returncode, ours.stdout, ours.stderr) == (python.returncode, python.stdout, python.stderr)
    return ours


@pytest.fixture
def program(tmp_path: Path):
    def write(text: str, name: str = "program.py") -> str:
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def test_a_program_sees_itself_as_python_shows_it(program) -> None:
    path = program(
        "import sys, inspect, pickle\n"
        "class Own: pass\n"
        "print(__name__, __file__, sys.argv, sys.path[0], __spec__, __package__, __builtins__)\n"
        "print(sys.modules['__main__'].Own is Own, inspect.getsource(Own))\n"
        "print(type(pickle.loads(pickle.dumps(Own()))), sorted(k for k in globals() if k != '__warningregistry__'))\n"
    )
    same_as_python(path, "--epochs", "3", "-x")


@pytest.mark.parametrize(
    "ending",
    ["import sys; sys.exit(7)", "import sys; sys.exit('farewell')", "raise SystemExit", "import os; os._exit(9)",
     "1 / 0", "def f():\n    raise KeyError('x')\nf()", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
     "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('then') from error",
     "try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['k']",
     "raise ExceptionGroup('several', [ValueError('a'), TypeError('b')])",
     "import atexit; atexit.register(print, 'last'); 1 / 0", "x = (", "import nothing_of_this_name"],
)  # fmt: skip
def test_it_ends_as_under_python(program, ending: str) -> None:
    same_as_python(program(ending))


def test_a_command_a_module_and_standard_input_run_too(program, tmp_path: Path) -> None:
    text = "import sys; print(__name__, sys.argv, sys.path[0])"
    same_as_python("-c", text, "a", "b")
    same_as_python("-", "a", input=text)
    program(text, "alone.py")
    same_as_python("-m", "alone", "a", cwd=tmp_path)
    package = tmp_path / "package"
    package.mkdir()
    (package / "__main__.py").write_text("from . import inner; print(inner.word, __package__)")
    (package / "__init__.py").write_text("")
    (package / "inner.py").write_text("word = 'found'")
    same_as_python("-m", "package", cwd=tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "__main__.py").write_text(text)
    same_as_python(str(tmp_path / "folder"), "b")


def test_a_file_that_is_not_there_is_an_error_as_python_words_it(tmp_path: Path) -> None:
    same_as_python("missing.py", cwd=tmp_path)


def test_what_is_wrong_with_the_command_line_is_said() -> None:
    assert run().returncode == 2
    assert "usage:" in run("--help").stdout
    unknown = run("--unknown")
    assert unknown.returncode == 2 and "unknown option --unknown" in unknown.stderr


@pytest.fixture
def interruptible():
    """Processes that a shell starts in the background ignore interrupts, and so would those that they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_it_as_it_ends_python(program) -> None:
    path = program("import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    ended = []
    for under in (("-m", "deep_learner.torch"), ()):
        process = subprocess.Popen(
            [sys.executable, *under, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        ended.append((process.communicate(timeout=30)[1], process.returncode))
    assert ended[0] == ended[1]
    assert ended[0][1] == -signal.SIGINT


def test_import_torch_gives_deep_learner(program) -> None:
    path = program(
        "import sys, torch\n"
        "import torch.nn as nn, torch.nn.functional as F\n"
        "from torch import optim\n"
        "from torch.optim.lr_scheduler import StepLR\n"
        "from torch.nn.modules.batchnorm import _BatchNorm\n"
        "from torch.autograd import Variable\n"
        "print(torch.__version__, torch.__name__, 'torch._C' in sys.modules)\n"
        "model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))\n"
        "print(isinstance(model[1], _BatchNorm), isinstance(model[0], _BatchNorm))\n"
        "x = Variable(torch.Tensor([[1, 2], [3, 5]]), requires_grad=True)\n"
        "print(x.grad, x.dtype, type(x) is torch.Tensor, isinstance(x, torch.FloatTensor))\n"
        "F.relu(model(x)).sum().backward()\n"
        "print(x.grad.shape)\n"
        "try: (x * 2).backward()\n"
        "except RuntimeError as error: print('refused')\n"
    )
    done = run(path)
    assert done.stderr == ""
    version, first, second, third, fourth = done.stdout.splitlines()
    assert version.startswith("2.13.0+deep.learner.") and version.endswith(" deep_learner.torch False")
    assert first == "True False"
    assert second == "None torch.float32 True True"
    assert third == "torch.Size([2, 2])"
    assert fourth == "refused"


def test_processes_that_it_starts_see_the_same(program) -> None:
    path = program(
        "import multiprocessing, subprocess, sys, os\n"
        "import torch\n"
        "def child(queue): queue.put(torch.__version__)\n"
        "if __name__ == '__main__':\n"
        "    print(subprocess.run([sys.executable, '-c', 'import torch; print(torch.__version__)'],\n"
        "                         capture_output=True, text=True).stdout.strip())\n"
        "    for method in ('fork', 'spawn'):\n"
        "        context = multiprocessing.get_context(method)\n"
        "        queue = context.SimpleQueue()\n"
        "        process = context.Process(target=child, args=(queue,))\n"
        "        process.start(); print(queue.get()); process.join()\n"
    )
    done = run(path, under=("-W", "ignore::DeprecationWarning", "-m", "deep_learner.torch"))
    assert done.stderr == ""
    assert len({*done.stdout.splitlines()}) == 1 and "deep.learner" in done.stdout


def test_an_error_shows_the_programs_lines_alone(program) -> None:
    path = program(
        "import torch\n\ndef product(x):\n    return x @ torch.ones(3)\n\nproduct(torch.ones(2))\n"
    )
    shown = run(path).stderr
    assert [line for line in shown.splitlines() if line.startswith("  File ")] == [
        f'  File "{path}", line 6, in <module>', f'  File "{path}", line 4, in product',
    ]  # fmt: skip
    assert "RuntimeError: matmul(): shapes [2] and [3] cannot be multiplied" in shown
    everything = run(path, under=("-X", "dev", "-m", "deep_learner.torch")).stderr
    assert "dispatch.py" in everything


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("torch.arrange(3)", "'torch' has no 'arrange' ({path}, line 2: torch.arrange(3)); did you mean 'arange'?"),
        ("torch.nn.Linaer(3, 4)", "did you mean 'Linear'?"),
        ("import torch.nn.functionals", "Deep Learner has no module 'torch.nn.functionals'"),
        ("from torch.optim import Adamw", "did you mean 'AdamW'?"),
        ("import torchvision", "torchvision cannot be used with Deep Learner ({path}, line 2: import torchvision)"),
        ("import torch._C", "torch._C cannot be used with Deep Learner"),
        ("torch.hub.load('a', 'b')", "torch.hub.load is not there ({path}, line 2"),
        ("torch.distributed.init_process_group('gloo')", "torch.distributed ({path}, line 2"),
        ("torch.ones(2).foo", "no attribute 'foo'"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named_with_the_line_and_the_nearest(program, line: str, message: str) -> None:
    path = program(f"import torch\n{line}\n")
    done = run(path)
    assert done.returncode == 1
    assert message.format(path=path) in done.stderr
    assert line in done.stderr


def test_a_package_that_needs_torchs_core_is_refused_by_its_name(program, tmp_path: Path) -> None:
    package = tmp_path / "fast_kernels"
    package.mkdir()
    (package / "__init__.py").write_text("import torch\nfrom torch import _C\n")
    done = run(program("import fast_kernels\n"))
    assert done.returncode == 1
    assert "torch._C cannot be used with Deep Learner" in done.stderr and "fast_kernels" in done.stderr


def test_einops_works(program) -> None:
    pytest.importorskip("einops", reason="a package that imports torch itself")
    path = program(
        "import torch\nfrom einops import rearrange, repeat\nfrom einops.layers.torch import Rearrange\n"
        "x = torch.arange(24.).reshape(2, 3, 4).requires_grad_()\n"
        "y = rearrange(x, 'a b c -> (a c) b') * repeat(torch.ones(3), 'b -> k b', k=8)\n"
        "y.sum().backward()\nprint(tuple(y.shape), x.grad.sum().item(), tuple(Rearrange('a b c -> c b a')(x).shape))\n"
    )
    assert run(path).stdout == "(8, 3) 24.0 (4, 3, 2)\n"


def test_the_stand_in_is_found_by_the_path_alone() -> None:
    done = run("-c", "import torch; print(torch.__version__)", under=(), env={"PYTHONPATH": STAND_IN})
    assert "deep.learner" in done.stdout
