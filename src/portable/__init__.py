"""Takes a built site to where there is no network: onto a home screen, into a browser's store, onto a disk."""
