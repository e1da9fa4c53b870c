"""The contract of a backend, a file for each of its topics."""

from __future__ import annotations
