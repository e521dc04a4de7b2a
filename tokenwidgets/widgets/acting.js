/**
 * Buttons whose names Python gave: they say that they were pressed, and Python knows what that means.
 */
import { h, plain } from "./dom.js";
import { menuButton } from "./popup.js";

/** @typedef {{name: string, label: string, kind?: string, items?: string[], disabled?: boolean}} Action */

const CLASSES = { primary: "tw-primary", danger: "tw-danger", risky: "tw-risky", quiet: "tw-quiet" };

/**
 * A button that is pressed once, however often one clicks, and not while it is aria-disabled; with
 * that rather than disabled the keyboard focus stays on it.
 * @param {string} mark its `data-focus` @param {() => void} onPress @param {Record<string, any>} [attributes]
 */
export function pressButton(mark, onPress, attributes = {}) {
  const element = h("button", { type: "button", "data-focus": mark, ...attributes, onclick: (event) => {
    if (event.detail < 2 && element.getAttribute("aria-disabled") !== "true") onPress();
  } });
  return element;
}

function plainButton(action, onAct) {
  const element = pressButton(`act:${action.name}`, () => onAct({ type: "act", name: action.name }));
  return { element, close: () => {}, button: element, setText: (text) => { element.textContent = text; } };
}

function menu(action, onAct) {
  const made = menuButton({ label: plain(action.label), onChoose: (item) => onAct({ type: "act", name: action.name, item }) });
  made.button.setAttribute("data-focus", `act:${action.name}`);
  made.setItems(action.items);
  return { element: made.element, close: () => made.close(false), button: made.button, setText: () => {} };
}

/**
 * A row of such buttons; each lives as long as Python names it, so that it keeps the keyboard.
 * @param {(message: any) => void} onAct
 */
export function actionBar(onAct) {
  const element = h("div", { class: "tw-bar tw-acts" });
  let made = new Map();
  return {
    element,
    /** @param {Action[]} actions */
    update(actions) {
      const next = new Map();
      for (const action of actions) {
        const part = made.get(action.name) ?? (action.items ? menu(action, onAct) : plainButton(action, onAct));
        part.setText(plain(action.label));
        part.button.className = CLASSES[action.kind] ?? "";
        part.button.setAttribute("aria-disabled", String(Boolean(action.disabled)));
        next.set(action.name, part);
      }
      for (const [name, part] of made) if (!next.has(name)) part.close();
      made = next;
      const parts = [...next.values()].map((part) => part.element);
      if (parts.some((part, index) => part !== element.children[index]) || parts.length !== element.children.length) element.replaceChildren(...parts);
      element.hidden = parts.length === 0;
    },
    stop: () => { for (const part of made.values()) part.close(); },
  };
}
