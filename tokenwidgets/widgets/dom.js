/**
 * Build and update plain HTML. Text goes in as text, never as markup.
 */
import { ignoreStrayClicks } from "./clicks.js";
import { dress } from "./styles.js";
import { LANGUAGE, LOCALE } from "./words.js";

/**
 * Make an element.
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `on*` are listeners, `class` and `data-*` as in HTML;
 *   true is an empty attribute, false, null and undefined are left out.
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child || child === "") element.append(child);
  return element;
}

/**
 * Visible stand-ins for characters that lie about what a text is: controls and bidirectional overrides.
 * The joiners U+200C and U+200D stay: without them Persian and emoji, say, are written wrong.
 * @param {unknown} text
 * @returns {string}
 */
export function plain(text) {
  return String(text ?? "").replace(
    /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u{${character.codePointAt(0).toString(16)}}`,
  );
}

let lastId = 0;
/** @param {string} stem @returns {string} an id that nothing else on the page has */
export function uniqueId(stem) {
  lastId += 1;
  return `tw-${stem}-${Math.random().toString(36).slice(2, 8)}-${lastId}`;
}

/**
 * A date in the viewer's zone, with the UTC instant on hover.
 * @param {string|null} instant ISO 8601 with zone
 * @param {{time?: boolean, none?: string}} [options]
 */
export function time(instant, { time: withTime = false, none = "—" } = {}) {
  if (!instant) return h("span", {}, none);
  const format = new Intl.DateTimeFormat(LOCALE, withTime
    ? { dateStyle: "medium", timeStyle: "short" }
    : { dateStyle: "medium" });
  return h("time", { datetime: instant, title: `${instant.slice(0, 19).replace("T", " ")} UTC` },
    format.format(new Date(instant)));
}

/** An instant in a text, as Python writes it. */
const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00)/;

/**
 * The text with each instant in it as a date and time in the viewer's zone.
 * @param {unknown} text @returns {(string|HTMLElement)[]}
 */
export function withTimes(text) {
  return plain(text).split(INSTANT).map((part, index) =>
    index % 2 && !Number.isNaN(Date.parse(part)) ? time(part, { time: true }) : part);
}

/** Numbers of the calendar's years, months and days, in the viewer's zone. @type {Record<string, (date: Date) => number>} */
const CALENDAR = {
  year: (date) => date.getFullYear(),
  month: (date) => date.getFullYear() * 12 + date.getMonth(),
  day: (date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000,
};

/**
 * "in 5 months", "3 days ago", in the viewer's language; "tomorrow" and "next month" are so in the calendar.
 * @param {string} instant ISO 8601 with zone
 * @returns {string}
 */
export function relative(instant) {
  const [now, then] = [new Date(), new Date(instant)];
  const seconds = (then.getTime() - now.getTime()) / 1000;
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const units = [["year", 31556952], ["month", 2629746], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = units.find((each) => Math.abs(seconds) >= each[1]) ?? ["second", 1];
  const whole = Math.round(seconds / size);
  const apart = CALENDAR[unit] ? CALENDAR[unit](then) - CALENDAR[unit](now) : whole;
  const count = unit === "day" ? apart : whole;
  return new Intl.RelativeTimeFormat(LOCALE, { numeric: count === apart ? "auto" : "always" }).format(count, unit);
}

/**
 * Replace an element's children but keep the keyboard focus where it was, by `data-focus`.
 * @param {HTMLElement} parent
 * @param {...Node} children
 */
export function replaceKeepingFocus(parent, ...children) {
  const focused = parent.contains(document.activeElement)
    ? document.activeElement?.getAttribute("data-focus") : null;
  parent.replaceChildren(...children);
  if (focused) /** @type {HTMLElement|null} */ (parent.querySelector(`[data-focus="${CSS.escape(focused)}"]`))?.focus();
}

const ICONS = {
  close: "M4 4l8 8M12 4l-8 8",
  down: "M4 6l4 4 4-4",
  previous: "M10 4l-4 4 4 4",
  next: "M6 4l4 4-4 4",
  plus: "M8 3v10M3 8h10",
  globe: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM2 8h12M8 2c1.9 1.8 2.6 3.8 2.6 6S9.9 12.2 8 14M8 2C6.1 3.8 5.4 5.8 5.4 8S6.1 12.2 8 14",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  shield: "M8 1.8l5 1.9v4.1c0 3-2.1 5.3-5 6.4-2.9-1.1-5-3.4-5-6.4V3.7z",
};

/**
 * A small drawing, hidden from screen readers: the control around it must have a name of its own.
 * @param {keyof typeof ICONS} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const attributes = { viewBox: "0 0 16 16", width: "16", height: "16", "aria-hidden": "true",
    fill: "none", stroke: "currentColor", "stroke-width": "1.6" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Whether an element has a place on the page; on a hidden tab of JupyterLab it has none. */
export const isShown = (/** @type {Element} */ element) => element.getClientRects().length > 0;

/**
 * Call back whenever an element comes into sight.
 * @param {HTMLElement} element @param {() => void} act
 * @returns {() => void} stops it
 */
export function onSight(element, act) {
  let visible = false;
  const observer = new ResizeObserver(() => {
    const before = visible;
    visible = isShown(element);
    if (visible && !before) act();
  });
  observer.observe(element);
  return () => observer.disconnect();
}

/**
 * Call back when an element comes into sight after a person's action left the keyboard focus
 * nowhere, as when the screen that they clicked in gives way to this one.
 * @param {HTMLElement} element @param {() => void} takeFocus
 * @param {boolean} [first] whether it goes before a heading, which takes the focus for want of better
 * @returns {() => void} stops it
 */
export function onShown(element, takeFocus, first = false) {
  return onSight(element, () => {
    const at = document.activeElement;
    const nowhere = !at || at === document.body || (first && at.tagName === "H2");
    if (nowhere && navigator.userActivation?.hasBeenActive) takeFocus();
  });
}

/**
 * When a view comes into sight again, give the keyboard back to what had it last, by `data-focus`.
 * @param {HTMLElement} view @param {{left?: string}} memory outlives the view
 * @param {() => HTMLElement|null|undefined} otherwise what takes it if that is gone
 * @returns {() => void} stops it
 */
export function returnFocus(view, memory, otherwise) {
  view.addEventListener("focusin", (event) => {
    memory.left = /** @type {HTMLElement} */ (event.target).getAttribute("data-focus") ?? memory.left;
  });
  const last = () => /** @type {HTMLElement|null} */ (view.querySelector(`[data-focus="${CSS.escape(memory.left ?? "")}"]`));
  return onShown(view, () => (last() ?? otherwise())?.focus());
}

/**
 * The root of a component: a tab panel if the component is one, else a plain section.
 * @param {any} model @param {HTMLElement} el @param {string} className
 * @returns {HTMLElement}
 */
export function root(model, el, className) {
  const panel = model.get("panel");
  const attributes = panel ? { role: "tabpanel", "aria-label": panel, tabindex: "-1" } : {};
  const element = h("div", { class: `tw ${className}`, lang: LANGUAGE, ...attributes });
  // JupyterLab's notebook has shortcuts of one letter ("d d" deletes the cell), for buttons and drop-downs, too.
  // It looks at what has the keyboard first, so the mark has to be on that, and not around it alone.
  const mark = (/** @type {Element} */ each) => each.setAttribute("data-lm-suppress-shortcuts", "true");
  element.addEventListener("focusin", (event) => mark(/** @type {Element} */ (event.target)));
  mark(element);
  ignoreStrayClicks(element);
  dress(document);
  requestAnimationFrame(() => dress(element.getRootNode())); // by then it is where the host wants it
  el.append(element);
  return element;
}

/**
 * Redraw whenever one of the traits changes, until the view is removed; draws once at once.
 * @param {any} model @param {string[]} traits @param {() => void} draw
 * @returns {() => void} stops it
 */
export function redrawOn(model, traits, draw) {
  const events = traits.map((trait) => `change:${trait}`);
  let waiting = false;
  // One redraw for a batch of traits that change together.
  const listener = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => { waiting = false; draw(); });
  };
  for (const event of events) model.on(event, listener);
  draw();
  return () => { for (const event of events) model.off(event, listener); };
}
