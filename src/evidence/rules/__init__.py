"""Pages and their records come in; the reasons why one must not be published go out."""
