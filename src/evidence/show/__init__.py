"""Pages and records come in; what a reader sees of them goes out."""
