/**
 * Fields of forms: a labelled control with room for a hint and for what is wrong with it.
 */
import { h, plain, uniqueId } from "./dom.js";

/**
 * @typedef {{name: string, label: string, kind?: string, type?: string, most?: number, hint?: string,
 *   options?: {value: string, label: string}[]}} FieldSpec
 */

/** Show, or take away, what is wrong with a control. */
function teller(control, error, label) {
  return (/** @type {string|undefined} */ problem) => {
    error.textContent = problem ? `${plain(label)}: ${plain(problem)}` : "";
    if (problem) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
}

/** A line of text. @param {FieldSpec} spec */
export function textField({ name, label, most = 100, type = "text", hint = "", options = [] }) {
  const id = uniqueId(name);
  const input = /** @type {HTMLInputElement} */ (h("input", { id, type, maxlength: most * 4, autocomplete: "off", spellcheck: "false",
    "data-focus": name, "aria-describedby": `${id}-hint ${id}-error` }));
  const hintText = h("p", { class: "tw-hint", id: `${id}-hint` }, hint);
  const error = h("p", { class: "tw-error", id: `${id}-error` });
  const list = h("datalist", { id: `${id}-list` });
  const setOptions = (/** @type {string[]} */ values) => {
    list.replaceChildren(...values.map((value) => h("option", { value })));
    if (values.length) input.setAttribute("list", list.id);
    else input.removeAttribute("list");
  };
  setOptions(options.map((option) => option.value));
  return {
    label,
    input,
    element: h("div", { class: "tw-field" }, h("label", { for: id }, plain(label)), input, hintText, error, list),
    get: () => input.value,
    set: (value) => { input.value = value ?? ""; },
    allow: (/** @type {boolean} */ writable) => { input.readOnly = !writable; },
    setHint: (/** @type {string} */ text) => { hintText.textContent = text; },
    setOptions,
    tell: teller(input, error, label),
    focus: () => input.focus(),
  };
}

/** A check box with its text. @param {FieldSpec} spec */
export function switchField({ name, label, hint = "" }) {
  const id = uniqueId(name);
  const input = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", "data-focus": name, "aria-describedby": `${id}-hint ${id}-error` }));
  const error = h("p", { class: "tw-error", id: `${id}-error` });
  return {
    label,
    input,
    element: h("div", { class: "tw-field tw-switch" }, h("label", { class: "tw-choice" }, input, plain(label)),
      h("p", { class: "tw-hint", id: `${id}-hint` }, plain(hint)), error),
    get: () => input.checked,
    set: (value) => { input.checked = Boolean(value); },
    allow: (/** @type {boolean} */ writable) => { input.disabled = !writable; },
    tell: teller(input, error, label),
    focus: () => input.focus(),
  };
}

/** Check boxes of which any may be ticked. @param {FieldSpec} spec */
export function manyField({ name, label, hint = "", options = [] }) {
  const id = uniqueId(name);
  const boxes = options.map((option) => /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", value: option.value, "data-focus": `${name}:${option.value}` })));
  const list = h("div", { class: "tw-many" }, ...boxes.map((box, index) => h("label", { class: "tw-choice" }, box, plain(options[index].label))));
  const error = h("p", { class: "tw-error", id: `${id}-error` });
  const element = h("fieldset", { class: "tw-field", "aria-describedby": `${id}-hint ${id}-error` }, h("legend", {}, plain(label)),
    h("p", { class: "tw-hint", id: `${id}-hint` }, plain(hint)), list, error);
  return {
    label,
    element,
    get: () => boxes.filter((box) => box.checked).map((box) => box.value),
    set: (value) => { for (const box of boxes) box.checked = (value ?? []).includes(box.value); },
    allow: (/** @type {boolean} */ writable) => { for (const box of boxes) box.disabled = !writable; },
    tell: teller(element, error, label),
    focus: () => boxes[0]?.focus(),
  };
}
