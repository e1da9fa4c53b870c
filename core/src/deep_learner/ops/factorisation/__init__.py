"""Matrices as products of simpler ones: Cholesky, QR, LU, LDL, singular values, eigenvalues.

Gradients follow PyTorch's convention for complex numbers, and its choice where an input is taken for Hermitian.
"""
