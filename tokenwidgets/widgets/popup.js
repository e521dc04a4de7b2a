/**
 * Menus and pop-ups that hang under a button, in the browser's top layer, where no scrolling
 * cell output can clip them.
 */
import { h, icon, uniqueId } from "./dom.js";

/**
 * Hang a pop-up under a button. Escape, a click elsewhere and leaving it by keyboard close it.
 * @param {HTMLElement} button
 * @param {HTMLElement} popup
 * @param {(event?: KeyboardEvent) => void} onOpen is called when it has opened: put the focus somewhere
 * @returns {{open: (event?: KeyboardEvent) => void, close: (refocus?: boolean) => void, isOpen: () => boolean}}
 */
export function hangPopup(button, popup, onOpen) {
  popup.id = popup.id || uniqueId("popup");
  popup.setAttribute("popover", "manual");
  const isOpen = () => popup.matches(":popover-open");
  // A button may have several pop-ups; it speaks of the one that it says it controls.
  const tell = (/** @type {boolean} */ on) => {
    if (button.getAttribute("aria-controls") === popup.id) button.setAttribute("aria-expanded", String(on));
  };

  const place = () => {
    const anchor = button.getBoundingClientRect();
    const own = popup.getBoundingClientRect();
    const left = Math.max(8, Math.min(anchor.left, document.documentElement.clientWidth - own.width - 8));
    const below = anchor.bottom + 4;
    const fits = below + own.height <= window.innerHeight - 8 || anchor.top < own.height + 12;
    popup.style.left = `${left}px`;
    popup.style.top = `${fits ? below : anchor.top - own.height - 4}px`;
  };
  const outside = (/** @type {Event} */ event) => {
    const target = /** @type {Node} */ (event.target);
    if (!popup.contains(target) && !button.contains(target)) close(false);
  };
  const watch = (/** @type {boolean} */ on) => {
    const change = on ? "addEventListener" : "removeEventListener";
    document[change]("pointerdown", outside, true);
    document[change]("focusin", outside, true);
    window[change]("scroll", place, true);
    window[change]("resize", place);
  };
  const open = (/** @type {KeyboardEvent=} */ event) => {
    if (!isOpen()) {
      popup.showPopover();
      tell(true);
      watch(true);
      place();
    }
    onOpen(event);
  };
  const close = (refocus = true) => {
    // What went with the page around it is not open any more, but was still watched.
    watch(false);
    tell(false);
    if (!isOpen()) return;
    popup.hidePopover();
    if (refocus) button.focus();
  };
  popup.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    event.preventDefault();
    close();
  });
  return { open, close, isOpen };
}

/**
 * A button with a menu, used by keyboard as the ARIA guide says: arrows, Home, End, Escape, letters.
 * @param {{label: string, before?: Node, after?: Node, buttonClass?: string, onChoose: (name: string) => void}} options
 */
export function menuButton({ label, before, after = icon("down"), buttonClass = "", onChoose }) {
  const button = h("button", { type: "button", class: buttonClass, "aria-haspopup": "menu",
    "aria-expanded": "false" }, before, label, after);
  const menu = h("div", { role: "menu", class: "tw-popup", "aria-label": label });
  const items = () => /** @type {HTMLElement[]} */ ([...menu.children]);
  const focusAt = (/** @type {number} */ index) => items().at(index % items().length)?.focus();
  const popup = hangPopup(button, menu, (event) => focusAt(event?.key === "ArrowUp" ? -1 : 0));
  button.setAttribute("aria-controls", menu.id);

  const isDisabled = () => button.getAttribute("aria-disabled") === "true";
  button.addEventListener("click", () => {
    if (popup.isOpen()) popup.close();
    else if (!isDisabled()) popup.open();
  });
  button.addEventListener("keydown", (event) => {
    if (isDisabled() || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    popup.open(event);
  });
  const typed = typeAhead(items);
  menu.addEventListener("keydown", (event) => {
    const at = items().indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    if (event.key in moves) focusAt(moves[event.key]);
    else if (event.key === "Tab") return popup.close();
    else if (event.key === " " || !typed(event)) return;
    event.preventDefault();
  });

  return {
    element: h("div", { class: "tw-menu" }, button, menu),
    button,
    close: popup.close,
    items,
    /**
     * @param {string[]} names @param {string} [current] the one that is open now
     * @param {Record<string, string>} [labels] what they are called, where that is not their name
     */
    setItems(names, current = "", labels = {}) {
      menu.replaceChildren(...names.map((name) => h("button", {
        type: "button", role: "menuitem", tabindex: "-1",
        "aria-current": name === current ? "page" : null,
        onclick: () => { popup.close(); onChoose(name); },
      }, labels[name] ?? name)));
    },
  };
}

/**
 * Focus the next item that begins with what is typed; typing again within half a second adds to it.
 * @param {() => HTMLElement[]} items
 * @returns {(event: KeyboardEvent) => boolean} whether the key was a letter for it
 */
function typeAhead(items) {
  let text = "";
  let last = 0;
  return (event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return false;
    text = (event.timeStamp - last < 500 ? text : "") + event.key.toLowerCase();
    last = event.timeStamp;
    const all = items();
    const from = all.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + (text.length === 1 ? 1 : 0);
    const order = [...all.slice(from), ...all.slice(0, from)];
    order.find((item) => item.textContent?.toLowerCase().startsWith(text))?.focus();
    return true;
  };
}
