"""The least configuration of a site with checks."""

CONFIG = """
site_name: Trial
theme: {name: material, font: false}
plugins: [evidence]
markdown_extensions:
  - pymdownx.highlight: {pygments_lang_class: true}
  - pymdownx.superfences
  - evidence
"""
