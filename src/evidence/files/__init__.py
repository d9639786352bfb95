"""Files: what is read and kept, and how a mistake in one is told. It knows nothing of claims."""
