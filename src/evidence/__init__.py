"""Finds, runs and shows the checks of a page; it knows nothing of deep learning."""
