"""Pictures of a page, drawn by functions while the site is built, in the colours of the page."""
