/**
 * One question in a modal dialog.
 */
import { h, isShown, onSight, plain, redrawOn, root, uniqueId, withTimes } from "./dom.js";
import { modal } from "./modal.js";
import { t } from "./words.js";

const ANSWER_WITHIN = 15_000; // ms; after that a person may close the dialog, whatever Python does

/** The control of a field, by its kind. */
function control(field, id) {
  const attributes = { id, name: field.name, autocomplete: "off", "aria-describedby": field.help ? `${id}-help` : null };
  if (field.kind === "select") {
    const options = field.options.map((option) => h("option", { value: option.value }, plain(option.label)));
    return h("select", attributes, ...options);
  }
  const number = field.kind === "number";
  return h("input", { ...attributes, type: number ? "number" : "text", maxlength: "10000", spellcheck: "false",
    min: number ? field.min : null, max: number ? field.max : null, step: number ? field.step : null });
}

/** A field with its label and help. */
function fieldBox(field) {
  const id = uniqueId("field");
  const input = /** @type {HTMLInputElement} */ (control(field, id));
  input.value = field.value ?? input.value;
  return h("div", { class: "tw-field" }, h("label", { for: id }, plain(field.label)), input,
    field.help && h("p", { class: "tw-hint", id: `${id}-help` }, plain(field.help)));
}

/** The parts that Python fills. */
function contents() {
  const lines = h("div", { class: "tw-lines", id: uniqueId("lines") });
  const items = h("ul", { class: "tw-items" });
  const fields = h("div", { class: "tw-stack" });
  const problem = h("div", { role: "alert" });
  const problemBox = h("div", { class: "tw-notice", "data-kind": "bad", hidden: true }, problem);
  return {
    parts: [lines, items, fields, problemBox],
    lines,
    fields,
    fill(model) {
      lines.replaceChildren(...model.get("lines").map((line) => h("p", {}, ...withTimes(line))));
      items.replaceChildren(...model.get("items").map((item) => h("li", {}, ...withTimes(item))));
      items.hidden = model.get("items").length === 0;
      fields.replaceChildren(...model.get("fields").map(fieldBox));
      fields.hidden = model.get("fields").length === 0;
    },
    values: () => Object.fromEntries(/** @type {HTMLInputElement[]} */ ([...fields.querySelectorAll("[name]")]).map((input) => [input.name, input.value])),
    tell(text) {
      problemBox.hidden = !text;
      problem.textContent = "";
      // Emptied first and filled a moment later, the same words are read out again.
      if (text) setTimeout(() => { problem.textContent = plain(text); }, 30);
    },
  };
}

/** @param {{asking: Element|null}} views the one of this dialog's views in which the question is open */
function render(views, { model, el }) {
  const view = root(model, el, "tw-dialog");
  const body = contents();
  const cancel = h("button", { type: "button" }, t("Cancel"));
  const confirm = h("button", { type: "submit" });
  const form = h("form", { novalidate: true, class: "tw-stack" }, ...body.parts,
    h("div", { class: "tw-bar tw-answers" }, cancel, confirm));
  let asked = ""; // the nonce of the question that is on screen
  let overdue = 0; // the timer that runs while Python has not answered

  const setBusy = (/** @type {boolean} */ on) => {
    clearTimeout(overdue);
    overdue = on ? setTimeout(giveUp, ANSWER_WITHIN) : 0;
    dialog.element.setAttribute("aria-busy", String(on));
    for (const button of [cancel, confirm]) button.setAttribute("aria-disabled", String(on));
  };
  const giveUp = () => {
    overdue = 0;
    dialog.element.setAttribute("aria-busy", "false");
    cancel.setAttribute("aria-disabled", "false");
    body.tell(t("No answer yet. It may still be done: before you ask again, look whether it was."));
  };
  const dismiss = () => {
    if (overdue) return;
    const nonce = asked;
    leave();
    model.send({ type: "dismiss", nonce });
  };
  const answer = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (confirm.getAttribute("aria-disabled") === "true") return;
    setBusy(true);
    model.send({ type: "confirm", values: body.values(), nonce: asked });
  };
  const dialog = modal({ onEscape: dismiss, className: "tw-question" }, form);
  dialog.element.setAttribute("aria-describedby", body.lines.id);
  cancel.addEventListener("click", dismiss);
  form.addEventListener("submit", answer);
  view.append(dialog.element);

  const leave = () => {
    asked = "";
    if (views.asking === view) views.asking = null;
    setBusy(false);
    dialog.close();
  };
  const ask = (/** @type {string} */ nonce) => {
    const refused = dialog.isOpen() && model.get("problem");
    asked = nonce;
    views.asking = view;
    setBusy(false);
    body.tell(model.get("problem"));
    if (refused) return; // what was entered stays
    dialog.heading.textContent = plain(model.get("title"));
    body.fill(model);
    confirm.textContent = plain(model.get("confirm"));
    confirm.className = model.get("danger") ? "tw-danger" : "tw-primary";
    dialog.open();
    const first = body.fields.querySelector("[name]") ?? confirm;
    /** @type {HTMLElement} */ (model.get("danger") ? cancel : first).focus();
  };
  const update = () => {
    const nonce = model.get("nonce");
    if (nonce === asked) return;
    if (!nonce) leave();
    // Out of sight it would close the whole page to the person; what is asked there waits until it is seen.
    else if (views.asking ? views.asking === view : isShown(view)) ask(nonce);
  };
  const stops = [redrawOn(model, ["nonce"], update), onSight(view, update), leave];
  return () => { for (const stop of stops) stop(); };
}

export default () => {
  const views = { asking: null };
  return { render: (context) => render(views, context) };
};
