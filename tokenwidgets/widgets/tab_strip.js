/**
 * The header of a detail screen: whose it is, its tabs, which of them are shown, and the way back.
 */
import { actionBar } from "./acting.js";
import { h, icon, onShown, plain, redrawOn, replaceKeepingFocus, root } from "./dom.js";
import { leave } from "./guard.js";
import { hangPopup, menuButton } from "./popup.js";
import { badge } from "./table.js";
import { t } from "./words.js";

/** The tabs on show; all of them if every one were hidden. */
function visibleTabs(model) {
  const tabs = model.get("tabs");
  const visible = tabs.filter((name) => !model.get("hidden").includes(name));
  return visible.length > 0 ? visible : tabs;
}

/** The choices of tabs that were sent: until the last is answered, they stand and not what the answers to earlier ones say. */
function choices(model) {
  let turn = 0;
  let wanted = {};
  const isAnswered = () => model.get("answered") >= turn;
  return {
    /** @returns {string} */
    selected: () => (isAnswered() ? undefined : wanted.name) ?? model.get("selected"),
    /** @returns {string[]} */
    visible: () => (isAnswered() ? undefined : wanted.visible) ?? visibleTabs(model),
    send(/** @type {{type: string, name?: string, visible?: string[]}} */ message) {
      wanted = isAnswered() ? message : { ...wanted, ...message };
      turn = Math.max(turn, model.get("answered")) + 1;
      model.send({ ...message, turn });
    },
  };
}

/** What a tab is called in the viewer's language. */
const labelOf = (model, name) => model.get("labels")[name] ?? name;

/** The button "Menu", its one item "Tabs", and the pop-up of check boxes that this opens. */
function tabChooser(model, chosen) {
  const boxes = h("div", { class: "tw-boxes" });
  const popup = h("div", { role: "dialog", "aria-label": t("Tabs"), class: "tw-popup" }, h("h4", {}, t("Tabs")), boxes);
  const menu = menuButton({ label: t("Menu"), onChoose: () => chooser.open() });
  const chooser = hangPopup(menu.button, popup, () => /** @type {HTMLElement|null} */ (popup.querySelector("input:not(:disabled)"))?.focus());
  menu.setItems([t("Tabs")]);
  menu.element.append(popup);

  const send = () => {
    chosen.send({ type: "show-tabs",
      visible: [...boxes.querySelectorAll("input")].filter((box) => box.checked).map((box) => box.value) });
    update(); // at once: the last of them cannot be hidden
  };
  const update = () => {
    const visible = chosen.visible();
    replaceKeepingFocus(boxes, ...model.get("tabs").map((name) => {
      const box = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", value: name, "data-focus": name,
        disabled: visible.length === 1 && visible[0] === name, onchange: send }));
      box.checked = visible.includes(name);
      return h("label", { class: "tw-choice" }, box, labelOf(model, name));
    }));
  };
  return { element: menu.element, close: () => { menu.close(false); chooser.close(false); }, update };
}

/** The tabs; arrow keys go from one to the next, and Tab goes past them all. */
function tabList(model, chosen) {
  const element = h("div", { role: "tablist" });
  const tabs = () => /** @type {HTMLElement[]} */ ([...element.children]);
  const select = (/** @type {string} */ name) => {
    if (name !== chosen.selected()) leave(element, () => chosen.send({ type: "select-tab", name }));
  };
  element.addEventListener("keydown", (event) => {
    const at = tabs().indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const tab = tabs().at(to % tabs().length);
    tab?.focus();
    select(tab?.dataset.focus ?? "");
  });
  return {
    element,
    update() {
      const names = visibleTabs(model);
      const current = names.includes(chosen.selected()) ? chosen.selected() : names[0];
      replaceKeepingFocus(element, ...names.map((name) => h("button", { type: "button", role: "tab", "data-focus": name, "data-label": labelOf(model, name),
        "aria-selected": String(name === current), tabindex: name === current ? "0" : "-1", onclick: () => select(name) }, labelOf(model, name))));
      element.querySelector('[aria-selected="true"]')?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    },
  };
}

function render({ model, el }) {
  const view = root(model, el, "tw-tab-strip");
  const name = h("span");
  const id = h("span", { class: "tw-muted tw-id" });
  const heading = h("h2", { tabindex: "-1" }, name, " ", id);
  const badges = h("span", { class: "tw-bar" });
  const chosen = choices(model);
  const chooser = tabChooser(model, chosen);
  const close = h("button", { type: "button", class: "tw-quiet tw-icon", "aria-label": t("Close"), title: t("Close"),
    onclick: () => leave(close, () => model.send({ type: "close" })) }, icon("close"));
  const list = tabList(model, chosen);
  const acts = actionBar((message) => leave(acts.element, () => model.send(message)));
  view.append(
    h("div", { class: "tw-title" }, h("div", { class: "tw-bar tw-spring" }, heading, badges), acts.element, chooser.element, close),
    list.element,
  );
  const stops = [
    redrawOn(model, ["heading", "subheading", "badges"], () => {
      name.textContent = plain(model.get("heading"));
      id.textContent = plain(model.get("subheading"));
      list.element.setAttribute("aria-label", plain(model.get("heading")));
      badges.replaceChildren(...model.get("badges").map(badge));
    }),
    redrawOn(model, ["tabs", "labels", "hidden", "selected", "answered"], () => { list.update(); chooser.update(); }),
    redrawOn(model, ["choosable"], () => { chooser.element.hidden = !model.get("choosable"); }),
    redrawOn(model, ["actions"], () => acts.update(model.get("actions"))),
    onShown(view, () => heading.focus()),
    acts.stop,
    chooser.close,
  ];
  return () => { for (const stop of stops) stop(); };
}

export default { render };
