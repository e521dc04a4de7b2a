"""Every sheet of styles is on a page once, and goes where a host keeps its widgets."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page

from tokenwidgets.widgets.tab_strip import TabStrip

# Two of the same component in a shadow, as marimo keeps them.
IN_A_SHADOW = """async ([code, state]) => {
    const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    const shadow = document.body.attachShadow({ mode: "open" });
    const model = { get: (name) => state[name], on() {}, off() {}, send() {} };
    for (const each of [1, 2]) {
        const el = document.createElement("div");
        module.default.render({ model, el });
        shadow.append(el);
    }
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const { boxSizing } = getComputedStyle(shadow.querySelector(".tw"));
    return [shadow.adoptedStyleSheets.length, boxSizing];
}"""


def test_however_many_components_a_page_has_each_sheet_once(page: Page):
    texts: list[str] = page.evaluate(
        """() => document.adoptedStyleSheets.map(
            (sheet) => [...sheet.cssRules].map((rule) => rule.cssText).join())"""
    )
    assert len(texts) > 3
    assert len(set(texts)) == len(texts)
    copies = page.locator("style").filter(has_text="--tw-surface:")
    assert copies.count() == 0


def test_a_host_that_keeps_widgets_in_a_shadow_has_the_styles_there(context: BrowserContext):
    page = context.new_page()
    component = TabStrip()
    state = component.get_state()
    plain = {name: state[name] for name in component.trait_names(sync=True) if name[0] != "_"}
    plain.pop("layout", None)
    assert page.evaluate(IN_A_SHADOW, [component._esm, plain]) == [2, "border-box"]
