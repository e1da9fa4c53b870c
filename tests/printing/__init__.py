"""Everything prints as in PyTorch where its word holds, to the character; the native forms stay."""
