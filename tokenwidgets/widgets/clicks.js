/**
 * Double clicks: what an answer has put under the pointer by the second click was not clicked.
 */

const AT_MOST = 1000; // ms from one click of a double click to the next, whatever the system's setting

/**
 * What a click is on: a control, or its mark, by which it is known when it is drawn anew.
 * @param {Element} target
 * @returns {Element|string}
 */
function clicked(target) {
  const control = target.closest("label")?.control ?? target.closest("button, a, [data-focus]") ?? target;
  return control.getAttribute("data-focus") ?? control;
}

/**
 * Have a component hear of a second click only if the first was on the same control of it.
 * @param {HTMLElement} view the component's root
 */
export function ignoreStrayClicks(view) {
  /** @type {Element|string|null} */
  let last = null;
  let at = 0;
  view.addEventListener("click", (event) => {
    const control = clicked(/** @type {Element} */ (event.target));
    if (event.detail > 1 && (control !== last || event.timeStamp - at > AT_MOST)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.detail > 0) [last, at] = [control, event.timeStamp]; // else it was by keyboard
  }, true);
}
