"""Paths come in; what stands there, what is kept of it and what it rests on goes out, and how mistakes are told."""
