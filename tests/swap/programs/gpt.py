"""A language model of characters, trained by AdamW with dropout and with gradients cut to a norm of 1."""

from __future__ import annotations

from typing import Any

from benchmarks.models import gpt

from tests.swap.training import Training

TEXT = (
    "In the beginning the Universe was created. This has made a lot of people very angry and been widely "
    "regarded as a bad move."
)
CONTEXT, BATCH = 16, 4


def start(lib: Any, dtype: str) -> Training:
    """Initial weights, and the step."""
    lib.manual_seed(0)
    characters = sorted(set(TEXT))
    data = lib.tensor([characters.index(character) for character in TEXT])
    model = gpt(
        # The keys' bias has no influence: Adam would blow up its gradient, which is nothing but rounding.
        lib, vocabulary=len(characters), context=CONTEXT, width=32, heads=4, layers=2, dropout=0.1, bias=False,
    ).to(getattr(lib, dtype))  # fmt: skip
    optimizer = lib.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.95), weight_decay=0.1)
    generator = lib.Generator().manual_seed(1)

    def clip(norm: float) -> None:
        gradients = [parameter.grad for parameter in model.parameters()]
        total = lib.stack([(gradient * gradient).sum() for gradient in gradients]).sum().sqrt()
        factor = (norm / (total + 1e-6)).clamp(max=1.0)
        for gradient in gradients:
            gradient.mul_(factor)

    def step() -> Any:
        starts = lib.randint(0, len(TEXT) - CONTEXT, (BATCH, 1), generator=generator)
        windows = data[starts + lib.arange(CONTEXT + 1)]
        logits = model(windows[:, :-1])
        loss = lib.nn.functional.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        clip(1.0)
        optimizer.step()
        return loss

    return Training(lib, model, optimizer, step, generator)
