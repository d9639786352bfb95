"""The mathematics of the answers: one module a topic, in chapter order; it knows nothing of sites."""
