"""A variational autoencoder (Kingma and Welling 2013) of black-and-white stripes, trained by Adam."""

from __future__ import annotations

from typing import Any

from tests.swap.training import Training

SIZE, HIDDEN, CODE, BATCH = 24, 32, 4, 16


def autoencoder(lib: Any) -> Any:
    """(N, SIZE) images -> their logits, and mean and logarithm of the variance of the codes."""
    nn = lib.nn

    class VAE(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(SIZE, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, 2 * CODE))
            self.decoder = nn.Sequential(nn.Linear(CODE, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, SIZE))

        def forward(self, images: Any) -> Any:
            mean, log_variance = self.encoder(images).chunk(2, dim=1)
            code = mean + (0.5 * log_variance).exp() * lib.randn_like(mean)
            return self.decoder(code), mean, log_variance

    return VAE()


def start(lib: Any, dtype: str) -> Training:
    """Initial weights, and the step."""
    lib.manual_seed(0)
    floating = getattr(lib, dtype)
    model = autoencoder(lib).to(floating)
    optimizer = lib.optim.Adam(model.parameters(), lr=1e-2)
    generator = lib.Generator().manual_seed(1)

    def step() -> Any:
        period, phase = (lib.randint(1, 7, (BATCH, 1), generator=generator) for _ in range(2))
        images = ((lib.arange(SIZE) + phase) // period % 2).to(floating)
        optimizer.zero_grad()
        logits, mean, log_variance = model(images)
        likelihood = lib.nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="sum")
        divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
        loss = (likelihood + divergence) / BATCH
        loss.backward()
        optimizer.step()
        return loss

    return Training(lib, model, optimizer, step, generator)
