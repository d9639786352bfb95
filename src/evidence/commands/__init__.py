"""A line of the terminal comes in; what was asked for goes out, as text and an exit code. A module is a command."""
