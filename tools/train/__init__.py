"""The training of the embedded engine's heads: `make train`."""
