"""A component's view in a page, and the component here; what goes between them waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page
from wire import Wire

from tokenwidgets.widgets.component import Component

_MOUNT = """async ([code, state]) => {
    const listeners = {};
    const model = {
        sent: [],
        get: (name) => state[name],
        on: (event, listener) => { (listeners[event] ??= new Set()).add(listener); },
        off: (event, listener) => { listeners[event]?.delete(listener); },
        send: (message) => { model.sent.push(structuredClone(message)); },
        // As Backbone does: all is set before anybody hears of it, and what is the same is no news.
        set(changes) {
            const news = Object.keys(changes).filter(
                (name) => JSON.stringify(state[name]) !== JSON.stringify(changes[name]));
            for (const name of news) state[name] = changes[name];
            for (const name of news) listeners[`change:${name}`]?.forEach((listener) => listener());
        },
    };
    const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    const widget = typeof module.default === "function" ? module.default() : module.default;
    const show = async () => {
        const el = document.createElement("div");
        document.body.append(el);
        const stop = await widget.render({ model, el });
        // In the order of a host that takes the page away first.
        return { el, remove: () => { el.remove(); stop(); } };
    };
    return { model, show, ...await show() };
}"""


class Mounted:
    """A person's view of a component. Each message waits for ``answer``, as behind a slow line."""

    def __init__(self, page: Page, wire: Wire, component: Component) -> None:
        self._page = page
        self._wire = wire
        self._component = component
        state = {
            name: value
            for name, value in component.get_state().items()
            if name in component.trait_names(sync=True) and name[0] != "_" and name != "layout"
        }
        self._view = page.evaluate_handle(_MOUNT, [component._esm, state])
        self._taken = 0
        self._seen = len(wire.sent)

    def sent(self) -> list[dict[str, Any]]:
        """The messages that were not answered yet."""
        return self._view.evaluate("({ model }) => model.sent")[self._taken :]

    def wait_for(self, count: int) -> None:
        """Wait until so many messages were sent that were not answered yet."""
        self._page.wait_for_function(
            "([{ model }, count]) => model.sent.length >= count",
            arg=[self._view, self._taken + count],
        )

    def answer(self, count: int = 1) -> None:
        """Let the next messages through, and what the component says to them."""
        self.wait_for(count)
        for message in self.sent()[:count]:
            self._taken += 1
            self._wire.send_custom(self._component, message)
            self.tell()

    def tell(self) -> None:
        """Let through what the component has said since."""
        said, self._seen = self._wire.sent[self._seen :], len(self._wire.sent)
        for each in said:
            if each.comm_id == self._component.model_id and "state" in each.data:
                self._view.evaluate("({ model }, state) => model.set(state)", each.data["state"])

    def hide(self, hidden: bool = True) -> None:
        """Take the view out of sight, as another tab of the page does, or bring it back."""
        self._view.evaluate("({ el }, hidden) => { el.hidden = hidden; }", hidden)

    def show_twice(self) -> None:
        """Add another view of the same model to the page."""
        self._view.evaluate("async ({ show }) => { await show(); }")

    def remove(self) -> None:
        """Take the view away: its elements, and then what it listens to."""
        self._view.evaluate("({ remove }) => remove()")


Mount = Callable[[Component], Mounted]
