/**
 * Modal dialogs: named, in the top layer, and the keyboard goes back to where it came from.
 */
import { h, isShown, uniqueId } from "./dom.js";

/** What a person would call a control. */
const nameOf = (/** @type {Element} */ element) => (element.getAttribute("aria-label") ?? element.textContent ?? "").trim();

/**
 * Remember where the keyboard focus is.
 * @returns {() => void} puts it back there; if that was redrawn or is gone, to what has its place
 */
function rememberFocus() {
  const before = /** @type {HTMLElement|null} */ (document.activeElement);
  const mark = before?.getAttribute("data-focus");
  const name = before && before !== document.body ? nameOf(before) : "";
  const home = before?.closest(".tw");
  const find = () => {
    if (before?.isConnected && before !== document.body && isShown(before)) return before;
    const page = [...document.querySelectorAll(":is(.tw, .tw *):is(button, a[href], input, select, [tabindex])")]
      .filter((element) => isShown(element) && !element.closest("dialog"));
    return page.find((element) => mark && element.getAttribute("data-focus") === mark)
      ?? page.find((element) => name && element.tagName === before?.tagName && nameOf(element) === name)
      // What opened it is gone for good, as is the link that revoked its token: its panel, then.
      ?? page.find((element) => element === home)
      ?? page.find((element) => element.getAttribute("role") === "tabpanel")
      ?? page.find((element) => element.tagName === "H2");
  };
  return () => /** @type {HTMLElement|undefined} */ (find())?.focus({ preventScroll: true });
}

/**
 * A modal dialog with a heading that names it.
 * @param {{onEscape: () => void, className: string}} options onEscape: what Escape does; it never closes by itself
 * @param {...Node} children what is below the heading
 */
export function modal({ onEscape, className }, ...children) {
  const heading = h("h2", { id: uniqueId("title"), tabindex: "-1" });
  const element = /** @type {HTMLDialogElement} */ (h("dialog", { class: className, "aria-labelledby": heading.id,
    closedby: "none" }, heading, ...children));
  let goBack = () => {};
  const escape = (/** @type {Event} */ event) => { event.preventDefault(); onEscape(); };
  element.addEventListener("cancel", (event) => { if (event.target === element) escape(event); });
  element.addEventListener("keydown", (event) => {
    // Nothing outside, such as JupyterLab's shortcuts, is to hear what is typed in here.
    event.stopPropagation();
    if (event.key === "Escape") escape(event);
  });
  return {
    element,
    heading,
    isOpen: () => element.open,
    open() {
      if (element.open) return;
      goBack = rememberFocus();
      element.showModal();
    },
    close() {
      if (!element.open) return;
      element.close();
      goBack();
      // What the answer changed is redrawn now, and may take the focused control away.
      requestAnimationFrame(() => { if (!element.open && document.activeElement === document.body) goBack(); });
    },
  };
}
