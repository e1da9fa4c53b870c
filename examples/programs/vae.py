"""A variational autoencoder finds the two numbers that images of a soft spot differ in: python vae.py"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Distribution, Independent, Normal, kl_divergence
from torch.utils.data import DataLoader, TensorDataset

SHADES = " .:-=+*#%@"


def spots(samples: int, size: int) -> tuple[Tensor, Tensor]:
    """Images (samples, size, size) between 0 and 1 of a spot, and the places (samples, 2) of its centre."""
    places = torch.empty(samples, 2).uniform_(0.2, 0.8)
    pixels = (torch.arange(size) + 0.5) / size
    offsets = pixels.expand(samples, 2, size) - places.unsqueeze(-1)
    profiles = torch.exp(-((offsets / 0.15) ** 2) / 2)
    return torch.einsum("ni,nj->nij", profiles[:, 0], profiles[:, 1]), places


class VAE(nn.Module):
    """Encoder and decoder (Kingma and Welling 2014) with a standard normal prior."""

    zero: Tensor
    one: Tensor

    def __init__(self, size: int, latent: int, hidden: int) -> None:
        super().__init__()
        self.size = size
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(size * size, hidden), nn.SiLU(), nn.Linear(hidden, 2 * latent)
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent, hidden),
            nn.SiLU(),
            nn.Linear(hidden, size * size),
            nn.Unflatten(1, (size, size)),
        )
        self.register_buffer("zero", torch.zeros(latent))
        self.register_buffer("one", torch.ones(latent))

    @property
    def prior(self) -> Distribution:
        """What the latent numbers are drawn from."""
        return Independent(Normal(self.zero, self.one), 1)

    def posterior(self, images: Tensor) -> Distribution:
        """What the latent numbers of images are thought to be."""
        mean, log_deviation = self.encoder(images).chunk(2, dim=-1)
        return Independent(Normal(mean, log_deviation.exp()), 1)

    def likelihood(self, latent: Tensor) -> Distribution:
        """What images look like for latent numbers; shades are probabilities of white."""
        return Independent(Bernoulli(logits=self.decoder(latent), validate_args=False), 2)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """The reconstruction's negative log likelihood and the divergence from the prior, for each image."""
        posterior = self.posterior(images)
        likelihood = self.likelihood(posterior.rsample())
        return -likelihood.log_prob(images), kl_divergence(posterior, self.prior)


def draw(image: Tensor) -> str:
    """An image in letters."""
    shades = (image.clamp(0, 0.999) * len(SHADES)).long()
    return "\n".join("".join(SHADES[i] * 2 for i in row).rstrip() for row in shades.tolist())


def main() -> None:
    """Train, show how well the latent numbers tell the places, and draw new images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--size", type=int, default=12)
    parser.add_argument("--latent", type=int, default=2)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    images, places = spots(args.samples, args.size)
    print(draw(images[0]))
    loader = DataLoader(TensorDataset(images), batch_size=args.batch_size, shuffle=True)
    model = VAE(args.size, args.latent, args.hidden).to(device)
    print(model, model.prior)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.95)
    for epoch in range(1, args.epochs + 1):
        sums = torch.zeros(2, device=device)
        for (batch,) in loader:
            reconstruction, divergence = model(batch.to(device))
            loss = (reconstruction + divergence).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            sums += torch.stack((reconstruction.detach().sum(), divergence.detach().sum()))
        scheduler.step()
        reconstruction, divergence = sums.div(len(images)).tolist()
        print(f"epoch {epoch:2d}: reconstruction {reconstruction:.6f}, divergence {divergence:.6f}")

    with torch.inference_mode():
        latent = model.posterior(images.to(device)).mean.cpu()
        design = torch.cat((latent, latent**2, torch.ones(len(latent), 1)), dim=1)
        residual = places - design @ torch.linalg.lstsq(design, places).solution
        explained = 1 - residual.var(dim=0) / places.var(dim=0)
        print(f"of the places' variance, the latent numbers explain {explained}")
        sample = model.prior.sample(torch.Size([3]))
        print(sample)
        for image in model.likelihood(sample).mean:
            print(draw(image), end="\n\n")


if __name__ == "__main__":
    main()
