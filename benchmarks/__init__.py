"""Benchmarks: Deep Learner beside PyTorch, in one run, as ratios."""
