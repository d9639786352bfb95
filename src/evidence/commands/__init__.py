"""The commands of `python -m evidence`, one module each: `add(subparsers)` declares it, `run(arguments)` is it."""
