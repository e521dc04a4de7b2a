/**
 * A form whose fields Python names. It keeps what is entered until Python fills it anew.
 */
import { h, onShown, plain, redrawOn, root } from "./dom.js";
import { manyField, switchField, textField } from "./fields.js";
import { watchUnsaved } from "./guard.js";
import { saveButton } from "./submit.js";
import { t } from "./words.js";

const KINDS = { switch: switchField, many: manyField };

function render({ model, el }) {
  const view = root(model, el, "tw-record");
  const notice = h("div", { class: "tw-notice", "data-kind": "warn", role: "alert", tabindex: "-1" });
  const problem = h("div", { class: "tw-notice", "data-kind": "bad", role: "alert" });
  const grid = h("div", { class: "tw-grid" });
  const save = saveButton();
  const cancel = h("button", { type: "button", "data-focus": "cancel", onclick: () => model.send({ type: "cancel-record", form: nonce }) }, t("Cancel"));
  const buttons = h("div", { class: "tw-bar" }, save.element, cancel);
  let fields = new Map();
  let nonce = "";
  const entered = () => Object.fromEntries([...fields].map(([name, field]) => [name, field.get()]));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (save.isWaiting() || !model.get("editable")) return;
    save.wait(true);
    model.send({ type: "save-record", form: nonce, values: entered() });
  };
  view.append(h("form", { class: "tw-stack", novalidate: true, onsubmit: submit }, notice, problem, grid, buttons));
  const guard = watchUnsaved(view, entered);

  const build = () => {
    const specs = model.get("fields");
    fields = new Map(specs.map((spec) => [spec.name, (KINDS[spec.kind] ?? textField)(spec)]));
    for (const spec of specs) {
      const field = fields.get(spec.name);
      field.allow(model.get("editable") && !spec.fixed);
      field.element.toggleAttribute("data-wide", (spec.most ?? 0) > 300);
    }
    grid.replaceChildren(...[...fields.values()].map((field) => field.element));
    buttons.hidden = !model.get("editable");
    save.element.textContent = plain(model.get("save_label"));
  };
  const fill = () => {
    if (nonce === model.get("form") && fields.size) return;
    const renewed = nonce !== "";
    const kept = renewed && model.get("keep") ? entered() : {};
    nonce = model.get("form");
    build();
    for (const [name, field] of fields) field.set(model.get("values")[name]);
    guard.settle();
    for (const [name, value] of Object.entries({ ...kept, ...model.get("entered") })) fields.get(name)?.set(value);
    guard.look();
    notice.replaceChildren(plain(model.get("notice")),
      model.get("points").length > 0 ? h("ul", {}, ...model.get("points").map((point) => h("li", {}, plain(point)))) : "");
    notice.hidden = !model.get("notice");
    if (renewed && !notice.hidden) notice.focus();
    save.wait(false);
  };
  const showErrors = () => {
    const errors = { ...model.get("errors") };
    for (const field of fields.values()) {
      field.tell(errors[field.label]);
      delete errors[field.label];
    }
    problem.textContent = Object.entries(errors).map(([name, text]) => `${name}: ${plain(text)}`).join(" ");
    problem.hidden = !problem.textContent;
    if (save.isWaiting()) [...fields.values()].find((field) => model.get("errors")[field.label])?.focus();
    save.wait(false);
  };
  const first = () => [...fields.values()].find((field) => field.input && !field.input.readOnly && !field.input.disabled);
  const stops = [
    redrawOn(model, ["form"], fill),
    redrawOn(model, ["errors", "answered"], showErrors),
    // Whoever came to add something can type at once; else the detail's heading has the keyboard.
    onShown(view, () => { if (Object.values(model.get("values")).every((value) => !value || value.length === 0)) first()?.focus(); }, true),
    guard.stop,
  ];
  return () => { for (const stop of stops) stop(); };
}

export default { render };
