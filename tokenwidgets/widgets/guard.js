/**
 * Changes that are not saved are not lost by a slip: whoever would leave a form with some is asked.
 *
 * A form marks its root with `data-unsaved`, so that components whose code is apart know of it.
 */
import { h, isShown } from "./dom.js";
import { modal } from "./modal.js";
import { t } from "./words.js";

const UNSAVED = "data-unsaved";

/**
 * Keep watch over a form.
 * @param {HTMLElement} view the component's root
 * @param {() => unknown} state what is entered, as JSON would have it
 */
export function watchUnsaved(view, state) {
  let saved = JSON.stringify(state());
  let stopped = false;
  const warn = (/** @type {Event} */ event) => event.preventDefault();
  const look = () => {
    // A field that has the keyboard still says that it was changed when it is taken away.
    if (stopped) return;
    const unsaved = JSON.stringify(state()) !== saved;
    view.toggleAttribute(UNSAVED, unsaved);
    window[unsaved ? "addEventListener" : "removeEventListener"]("beforeunload", warn);
  };
  // After the form's own listeners, some of which change more than was touched.
  const later = () => queueMicrotask(look);
  view.addEventListener("input", later);
  view.addEventListener("change", later);
  return {
    look,
    /** What is entered now is what is stored. */
    settle() {
      saved = JSON.stringify(state());
      look();
    },
    stop() {
      stopped = true;
      view.removeAttribute(UNSAVED);
      window.removeEventListener("beforeunload", warn);
    },
  };
}

/**
 * Do it, unless that would lose something; then only if the person agrees.
 * @param {HTMLElement} from where they asked for it
 * @param {() => void} act
 */
export function leave(from, act) {
  const whole = from.closest(".tw-application") ?? document;
  const forms = [...whole.querySelectorAll(`[${UNSAVED}]`)].filter(isShown);
  if (forms.length === 0) {
    act();
    return;
  }
  const stay = h("button", { type: "button", onclick: () => close() }, t("Keep editing"));
  const go = h("button", { type: "button", class: "tw-danger", onclick: () => {
    for (const form of forms) form.removeAttribute(UNSAVED);
    close();
    act();
  } }, t("Leave without saving"));
  const dialog = modal({ onEscape: () => close(), className: "tw-question" },
    h("div", { class: "tw-stack" }, h("p", {}, t("What you have entered is not saved yet.")), h("div", { class: "tw-bar tw-answers" }, stay, go)));
  dialog.heading.textContent = t("Leave without saving?");
  from.closest(".tw")?.append(dialog.element);
  const close = () => { dialog.close(); dialog.element.remove(); };
  dialog.open();
  stay.focus();
}
