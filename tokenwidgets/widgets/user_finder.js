/**
 * A combo box of users, as the ARIA guide has it: what is typed is searched for by Python.
 */
import { h, plain, redrawOn, root, uniqueId } from "./dom.js";
import { t } from "./words.js";

const TYPING_PAUSE = 200; // ms

/** One user in the list. */
function option(user, onChoose) {
  return h("div", { role: "option", id: uniqueId("option"), "aria-selected": "false", "aria-disabled": String(Boolean(user.note)), "data-key": user.key,
    onclick: () => { if (!user.note) onChoose(user.key); } },
  h("span", {}, plain(user.key)), h("span", { class: "tw-muted" }, plain(user.name)), h("span", { class: "tw-muted" }, plain(user.note)));
}

function render({ model, el }) {
  const view = root(model, el, "tw-user-finder");
  const [id, listId] = [uniqueId("find"), uniqueId("found")];
  const input = /** @type {HTMLInputElement} */ (h("input", { id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", maxlength: "1000",
    "aria-autocomplete": "list", placeholder: t("Type a name or a User ID"), "aria-expanded": "false", "aria-controls": listId, "data-focus": "find" }));
  const label = h("label", { for: id });
  const list = h("div", { role: "listbox", id: listId });
  const more = h("div", { class: "tw-more-found" });
  const popup = h("div", { class: "tw-popup", popover: "manual" }, list, more);
  const status = h("div", { role: "status", class: "tw-visually-hidden" });
  view.append(h("div", { class: "tw-field tw-finder" }, label, input, popup), status);
  let timer = 0;
  let at = -1;
  let sent = 0; // number of the last text that was sent

  const options = () => /** @type {HTMLElement[]} */ ([...list.children]);
  const isOpen = () => popup.matches(":popover-open");
  const place = () => {
    const box = input.getBoundingClientRect();
    Object.assign(popup.style, { left: `${box.left}px`, top: `${box.bottom + 4}px`, width: `${box.width}px` });
  };
  const setOpen = (/** @type {boolean} */ on) => {
    // What went with the page around it is not open any more, but was still watched.
    const change = on ? "addEventListener" : "removeEventListener";
    window[change]("scroll", place, true);
    window[change]("resize", place);
    input.setAttribute("aria-expanded", String(on));
    if (on === isOpen()) return;
    if (on) popup.showPopover();
    else popup.hidePopover();
    if (on) place();
    else mark(-1);
  };
  const mark = (/** @type {number} */ index) => {
    at = index;
    options().forEach((each, i) => each.setAttribute("aria-selected", String(i === at)));
    options()[at]?.scrollIntoView({ block: "nearest" });
    if (options()[at]) input.setAttribute("aria-activedescendant", options()[at].id);
    else input.removeAttribute("aria-activedescendant");
  };
  const choose = (/** @type {string} */ key) => {
    setOpen(false);
    input.focus();
    model.send({ type: "choose-user", key });
  };
  const find = () => {
    clearTimeout(timer);
    timer = 0;
    sent = Math.max(sent, model.get("answered")) + 1;
    model.send({ type: "find-users", text: input.value, turn: sent });
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (!input.value.trim()) setOpen(false);
    else timer = setTimeout(find, TYPING_PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && isOpen() && options().length) mark((at + step + options().length) % options().length);
    else if (step === 1 && input.value.trim()) find();
    else if (event.key === "Enter" && isOpen() && at >= 0) options()[at].click();
    else if (event.key === "Escape" && isOpen()) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("blur", () => setOpen(false));
  popup.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the keyboard

  const show = () => {
    const asked = model.get("asked");
    const found = model.get("found");
    list.setAttribute("aria-label", plain(model.get("label")));
    if (!asked) setOpen(false); // it could not be looked for: who was found before cannot be chosen any more
    if (!asked || asked !== input.value || model.get("answered") < sent || document.activeElement !== input) return;
    list.replaceChildren(...found.map((user) => option(user, choose)));
    more.textContent = plain(model.get("more")) || (found.length ? "" : t("No user matches."));
    more.hidden = !more.textContent;
    setOpen(true);
    mark(found.findIndex((user) => !user.note));
    status.textContent = found.length ? t("{count} found", { count: found.length }) : t("No user matches.");
  };
  const stops = [
    redrawOn(model, ["label"], () => { label.textContent = plain(model.get("label")); }),
    redrawOn(model, ["found", "more", "asked", "answered"], show),
    redrawOn(model, ["serial"], () => { input.value = ""; setOpen(false); }),
    () => { clearTimeout(timer); setOpen(false); },
  ];
  return () => { for (const stop of stops) stop(); };
}

export default { render };
