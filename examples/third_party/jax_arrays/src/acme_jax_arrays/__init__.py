"""JAX as a backend of Deep Learner."""
