/**
 * The button of a form that saves.
 */
import { h } from "./dom.js";

/** It is pressed once for each answer. @param {string} [text] */
export function saveButton(text = "") {
  const element = h("button", { type: "submit", class: "tw-primary", "data-focus": "save" }, text);
  let waiting = false;
  return {
    element,
    isWaiting: () => waiting,
    wait(/** @type {boolean} */ on) {
      waiting = on;
      // aria-disabled rather than disabled: the keyboard focus stays.
      for (const name of ["aria-disabled", "aria-busy"]) element.setAttribute(name, String(on));
    },
  };
}
