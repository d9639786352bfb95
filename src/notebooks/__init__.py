"""The notebooks in `examples/`: executed by Jupyter, shown as pages of the site, and taken away as `.ipynb`."""
