"""Benchmarks: Deep Learner beside other libraries, in one run, as ratios."""
