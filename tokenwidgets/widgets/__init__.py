"""The components: each a widget of its own, usable alone in a notebook."""
