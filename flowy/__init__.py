"""The public API of flowy."""
