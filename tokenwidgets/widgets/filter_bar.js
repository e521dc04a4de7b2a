/**
 * The top of a screen: heading, buttons and filters. What is being typed is never lost.
 */
import { actionBar } from "./acting.js";
import { h, icon, plain, redrawOn, returnFocus, root, uniqueId } from "./dom.js";
import { t } from "./words.js";

const TYPING_PAUSE = 300; // ms without a keystroke before what is typed is sent
const TYPES = { search: "search", date: "date" };

/** One filter's control. */
function filterPart(filter, { onNow, onLater }) {
  const id = uniqueId("filter");
  const attributes = { id, "data-focus": `filter:${filter.name}`, "aria-describedby": `${id}-error` };
  const typed = filter.kind !== "select";
  const control = /** @type {HTMLInputElement|HTMLSelectElement} */ (filter.kind === "select"
    ? h("select", { ...attributes, onchange: onNow })
    : h("input", { ...attributes, type: TYPES[filter.kind] ?? "text", maxlength: "1000", autocomplete: "off", spellcheck: "false" }));
  control.addEventListener(typed ? "input" : "change", typed ? onLater : onNow);
  if (typed) {
    control.addEventListener("search", onNow); // Enter, or the cross that empties the box
    control.addEventListener("blur", onNow);
    control.addEventListener("keydown", (event) => { if (/** @type {KeyboardEvent} */ (event).key === "Enter") onNow(); });
  }
  const label = h("label", { for: id });
  const error = h("p", { class: "tw-error", id: `${id}-error` });
  const element = h("div", { class: "tw-field", "data-kind": filter.kind }, label, control, error);
  return {
    element,
    control,
    /**
     * Show what it is, and its value; what is being typed stays, and so does what Python does not answer yet.
     * @returns {string} what is known to Python
     */
    show(/** @type {any} */ next, /** @type {string} */ stored, /** @type {string} */ problem, /** @type {boolean} */ late) {
      const typing = typed && document.activeElement === control;
      const value = late || typing ? control.value : stored;
      label.textContent = plain(next.label);
      if (next.kind === "select") {
        const options = next.options.map((option) => h("option", { value: option.value }, plain(option.label)));
        if (value && !next.options.some((option) => option.value === value)) options.push(h("option", { value }, plain(value)));
        control.replaceChildren(...options);
      } else control.setAttribute("placeholder", plain(next.placeholder ?? ""));
      // Half a date has no value, and to set none would wipe it.
      if (control.value !== value) control.value = value;
      element.toggleAttribute("data-set", Boolean(value));
      error.textContent = plain(problem);
      control.setAttribute("aria-invalid", String(Boolean(problem)));
      return typing ? stored : control.value;
    },
  };
}

/** All filters, and the button that empties them. */
function filterGrid(model) {
  const clear = h("button", { type: "button", class: "tw-quiet tw-clear", "data-focus": "clear", onclick: () => {
    clearTimeout(timer);
    timer = 0;
    for (const part of parts.values()) part.control.value = "";
    sent = "{}";
    model.send({ type: "clear-filters", turn: nextTurn() });
    [...parts.values()][0]?.control.focus();
  } }, t("Clear filters"));
  // Where there is little room, only the search and what is set are there at first.
  const fold = h("button", { type: "button", class: "tw-fold", "aria-expanded": "false", onclick: () => {
    const unfolded = element.toggleAttribute("data-unfolded");
    fold.setAttribute("aria-expanded", String(unfolded));
  } }, t("Filters"), icon("down"));
  const element = h("div", { class: "tw-filters", role: "search" }, fold, clear);
  let parts = new Map();
  let timer = 0;
  let sent = "{}";
  let turn = 0; // number of the last message
  const nextTurn = () => { turn = Math.max(turn, model.get("answered")) + 1; return turn; };
  const filled = (/** @type {[string, string][]} */ entries) => Object.fromEntries(entries.filter(([, value]) => value.trim()));
  const values = () => filled([...parts].map(([name, part]) => [name, part.control.value]));
  const onNow = () => {
    clearTimeout(timer);
    timer = 0;
    const text = JSON.stringify(values());
    if (text === sent) return;
    sent = text;
    model.send({ type: "filter", values: values(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "", turn: nextTurn() });
  };
  const onLater = () => { clearTimeout(timer); timer = setTimeout(onNow, TYPING_PAUSE); };
  return {
    element,
    flush: () => { if (timer) onNow(); },
    update() {
      const filters = model.get("filters");
      const set = model.get("values");
      const before = parts;
      parts = new Map(filters.map((filter) => [filter.name, before.get(filter.name) ?? filterPart(filter, { onNow, onLater })]));
      if ([...parts.keys()].join("\n") !== [...before.keys()].join("\n")) {
        const [first, ...others] = [...parts.values()].map((part) => part.element);
        element.replaceChildren(...(first ? [first, fold] : []), ...others, clear);
      }
      const late = model.get("answered") < turn;
      const known = filters.map(({ name, ...filter }) =>
        [name, parts.get(name).show(filter, set[name] ?? "", model.get("problems")[name] ?? "", late)]);
      if (!late) sent = JSON.stringify(filled(known));
      clear.hidden = !Object.values(set).some(Boolean);
      element.setAttribute("aria-label", t("Filters: {heading}", { heading: plain(model.get("heading")) }));
      element.hidden = filters.length === 0;
    },
    stop: () => clearTimeout(timer),
  };
}

function render(memory, { model, el }) {
  const view = root(model, el, "tw-filter-bar");
  const heading = h("h2", { tabindex: "-1" });
  const grid = filterGrid(model);
  // What is still being typed goes first, so that Python sees things in the order they were done.
  const acts = actionBar((message) => { grid.flush(); model.send(message); });
  view.append(h("div", { class: "tw-bar" }, heading, h("span", { class: "tw-spring" }), acts.element), grid.element);
  const stops = [
    redrawOn(model, ["heading"], () => { heading.textContent = plain(model.get("heading")); heading.hidden = !model.get("heading"); }),
    redrawOn(model, ["actions"], () => acts.update(model.get("actions"))),
    redrawOn(model, ["filters", "values", "problems", "heading", "answered"], grid.update),
    returnFocus(view, memory, () => heading),
    grid.stop,
    acts.stop,
  ];
  return () => { for (const stop of stops) stop(); };
}

export default () => {
  const memory = {};
  return { render: (context) => render(memory, context) };
};
