"""A small GPT learns, letter by letter, to write the sentences of a little grammar: python gpt.py"""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn as nn
from torch import Tensor
from torch.nn import functional as F

GRAMMAR: dict[str, list[str]] = {
    "sentence": ["subject verb object place.", "place comma subject verb object.", "subject sleeps place."],
    "subject": ["the adjective animal", "the animal", "a adjective animal"],
    "object": ["the fruit", "some adjective fruit", "the animal"],
    "place": ["in the garden", "under the table", "by the river"],
    "adjective": ["small", "old", "quiet", "brown"],
    "animal": ["cat", "fox", "hedgehog", "mouse"],
    "fruit": ["apples", "berries", "nuts"],
    "verb": ["finds", "wants", "sees"],
    "comma": ["today"],
}


def write(symbol: str) -> str:
    """A text that the grammar allows for a symbol, chosen by PyTorch's random numbers."""
    if symbol.endswith("."):
        return write(symbol[:-1]) + "."
    if symbol not in GRAMMAR:
        return symbol
    choice = GRAMMAR[symbol][torch.randint(len(GRAMMAR[symbol]), ()).item()]
    return " ".join(write(word) for word in choice.split())


@dataclass
class Config:
    """The sizes of a model."""

    vocabulary: int
    context: int = 64
    width: int = 64
    heads: int = 4
    layers: int = 2
    dropout: float = 0.05


class CausalSelfAttention(nn.Module):
    """Several heads, each of which looks back only."""

    mask: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads = config.heads
        self.qkv = nn.Linear(config.width, 3 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)
        self.dropout = nn.Dropout(config.dropout)
        mask = torch.tril(torch.ones(config.context, config.context, dtype=torch.bool))
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, C) -> (N, T, C)."""
        N, T, C = x.size()
        q, k, v = (
            part.view(N, T, self.heads, C // self.heads).transpose(1, 2)
            for part in self.qkv(x).split(C, dim=-1)
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(k.size(-1))
        scores = scores.masked_fill(~self.mask[:T, :T], float("-inf"))
        y = self.dropout(F.softmax(scores, dim=-1)) @ v
        return self.out(y.transpose(1, 2).contiguous().view(N, T, C))


class Block(nn.Module):
    """Attention and a perceptron, each normalised first and added to what came in."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width)
        self.attention = CausalSelfAttention(config)
        self.norm2 = nn.LayerNorm(config.width)
        self.mlp = nn.Sequential(
            nn.Linear(config.width, 4 * config.width),
            nn.GELU(approximate="tanh"),
            nn.Linear(4 * config.width, config.width),
            nn.Dropout(config.dropout),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, C) -> (N, T, C)."""
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    """GPT-2 (Radford et al. 2019) with learned positions; output and embedding share their weight."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocabulary, config.width)
        self.positions = nn.Embedding(config.context, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, config.vocabulary, bias=False)
        self.apply(self.initialize)
        self.tokens.weight = self.head.weight

    @staticmethod
    def initialize(module: nn.Module) -> None:
        """Small normal weights, no biases."""
        if isinstance(module, (nn.Linear, nn.Embedding)):
            torch.nn.init.normal_(module.weight, mean=0.0, std=0.05)
        if isinstance(module, nn.Linear) and module.bias is not None:
            torch.nn.init.zeros_(module.bias)

    def forward(self, tokens: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """(N, T) tokens -> (N, T, vocabulary) scores, and the loss where there are targets."""
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.size(1), device=tokens.device))
        for block in self.blocks:
            x = block(x)
        scores = self.head(self.norm(x))
        if targets is None:
            return scores, None
        return scores, F.cross_entropy(scores.view(-1, scores.size(-1)), targets.view(-1))

    @torch.inference_mode()
    def generate(self, tokens: Tensor, count: int, temperature: float, top_k: int) -> Tensor:
        """(N, T) tokens -> (N, T + count), each drawn from the `top_k` likeliest."""
        self.eval()
        for _ in range(count):
            scores, _ = self(tokens[:, -self.config.context :])
            scores = scores[:, -1] / temperature
            least = torch.topk(scores, top_k).values[:, [-1]]
            probabilities = F.softmax(scores.masked_fill(scores < least, -torch.inf), dim=-1)
            tokens = torch.cat((tokens, torch.multinomial(probabilities, num_samples=1)), dim=1)
        return tokens


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Matrices decay, biases and scales do not."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]


def schedule(warmup: int, steps: int, floor: float = 0.1):
    """The factor of the learning rate at a step: it rises in a line, then falls as a cosine."""

    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        progress = (step - warmup) / max(1, steps - warmup)
        return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))

    return factor


def main() -> None:
    """Train or resume, save, and write a few sentences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--schedule", type=int, help="steps until the learning rate is lowest: all")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--context", type=int, default=64)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--lr", type=float, default=5e-3)
    parser.add_argument("--print-every", type=int, default=25)
    parser.add_argument("--letters", type=int, default=160)
    parser.add_argument("--temperature", type=float, default=0.8)
    parser.add_argument("--seed", type=int, default=1337)
    parser.add_argument("--checkpoint", type=Path, default=Path("gpt.pt"))
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    text = "\n".join(write("sentence") for _ in range(500))
    letters = sorted(set(text))
    number = {letter: i for i, letter in enumerate(letters)}
    data = torch.tensor([number[letter] for letter in text], dtype=torch.long)
    train_data, valid_data = data[: int(0.9 * len(data))], data[int(0.9 * len(data)) :]

    def batch(source: Tensor) -> tuple[Tensor, Tensor]:
        starts = torch.randint(len(source) - args.context, (args.batch_size,))
        x = torch.stack([source[i : i + args.context] for i in starts])
        y = torch.stack([source[i + 1 : i + 1 + args.context] for i in starts])
        return x.to(device), y.to(device)

    @torch.no_grad()
    def evaluate(batches: int = 4) -> float:
        model.eval()
        loss = torch.stack([model(*batch(valid_data))[1] for _ in range(batches)]).mean()
        model.train()
        return loss.item()

    model = GPT(Config(len(letters), context=args.context, width=args.width, layers=args.layers)).to(device)
    optimizer = torch.optim.AdamW(parameter_groups(model, 0.1), lr=args.lr, betas=(0.9, 0.99))
    horizon = args.schedule or args.steps
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule(horizon // 10, horizon))
    first = 0
    if args.resume:
        checkpoint = torch.load(args.checkpoint, map_location=device)
        assert checkpoint["config"] == asdict(model.config)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        scheduler.load_state_dict(checkpoint["scheduler"])
        torch.set_rng_state(checkpoint["random"].cpu())
        first = checkpoint["step"]
        print(f"resumed after {first} steps")
    else:
        print(model)
    print(
        f"{len(text)} letters, {len(letters)} different; {sum(p.numel() for p in model.parameters())} parameters"
    )

    for step in range(first, args.steps):
        if step % args.print_every == 0:
            print(f"step {step:4d}: validation loss {evaluate():.6f}")
        _, loss = model(*batch(train_data))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        rate = scheduler.get_last_lr()[0]
        scheduler.step()
        if step % args.print_every == 0:
            print(f"step {step:4d}: loss {loss.item():.6f}, gradient {norm:.6f}, learning rate {rate:.6f}")
    print(f"step {args.steps:4d}: validation loss {evaluate():.6f}")

    torch.save(
        {
            "config": asdict(model.config),
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(),
            "random": torch.get_rng_state(),
            "step": args.steps,
        },
        args.checkpoint,
    )
    prompt = torch.tensor([[number["\n"]]], device=device)
    written = model.generate(prompt, args.letters, args.temperature, top_k=5)[0].tolist()
    print("".join(letters[i] for i in written))


if __name__ == "__main__":
    main()
