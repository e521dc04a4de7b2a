"""What our dashboard is measured beside: one label, and the form in plain ipywidgets."""

from __future__ import annotations

__all__ = ["LABEL", "PLAIN"]

LABEL = """
import ipywidgets
ipywidgets.Label("The only label")
"""

PLAIN = """
import ipywidgets as w

LEVELS = ["Full Access", "Read Access", "No Access"]
place = w.VBox()

def form(count):
    choices = [w.RadioButtons(options=LEVELS, value="No Access") for _ in range(count)]
    level = w.Dropdown(options=LEVELS, value="Read Access", description="Access Level")
    everywhere = w.Button(description="Apply to all APIs")
    def apply(_):
        for choice in choices:
            choice.value = level.value
    everywhere.on_click(apply)
    cells = []
    for number, choice in enumerate(choices):
        cells += [w.Label(f"service-{number:03}"), choice]
    grid = w.GridBox(cells, layout=w.Layout(grid_template_columns="max-content auto"))
    name = w.Text(description="Token name")
    months = w.Dropdown(options=[3, 6, 12], value=6, description="Expiration (Months)")
    ends = w.HBox([w.Button(description="Save"), w.Button(description="Cancel")])
    return w.VBox([name, months, w.HBox([level, everywhere]), grid, ends])

def opener(count):
    button = w.Button(description=f"Open {count}")
    def open_form(_):
        for old in place.children:
            old.close()
        place.children = [form(count)]
    button.on_click(open_form)
    return button

w.VBox([opener(100), opener(500), place])
"""
