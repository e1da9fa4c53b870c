"""Two devices, so that moves between them are tested without a GPU; JAX reads this when it first looks for devices."""

from __future__ import annotations

import os

os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=2"
