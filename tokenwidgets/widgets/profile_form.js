/**
 * A user's profile.
 */
import { h, onShown, plain, redrawOn, root } from "./dom.js";
import { switchField, textField } from "./fields.js";
import { watchUnsaved } from "./guard.js";
import { saveButton } from "./submit.js";
import { t } from "./words.js";

/** The text fields: their names in the profile, labels, kinds and most characters. */
const FIELDS = [
  { name: "user_id", label: t("User ID"), most: 100, hint: t("Letters, digits and . _ @ + - ; it cannot be changed later.") },
  { name: "name", label: t("Name"), most: 100 },
  { name: "email", label: t("Email"), most: 320, type: "email" },
  { name: "department", label: t("Department"), most: 100 },
];

const ACTIVE = { name: "active", label: t("Active"), hint: t("A user who is not active can neither sign in nor call an API.") };

function render({ model, el }) {
  const view = root(model, el, "tw-profile");
  const fields = Object.fromEntries(FIELDS.map((field) => [field.name, textField({ ...field, hint: "" })]));
  const active = switchField(ACTIVE);
  const warning = h("div", { class: "tw-notice", "data-kind": "warn", role: "alert" });
  const problem = h("div", { class: "tw-notice", "data-kind": "bad", role: "alert" });
  const cancel = h("button", { type: "button", "data-focus": "cancel", onclick: () => model.send({ type: "cancel-profile", form: nonce }) }, t("Cancel"));
  const save = saveButton(t("Save"));
  const buttons = h("div", { class: "tw-bar" }, save.element, cancel);
  const grid = h("div", { class: "tw-grid" }, ...Object.values(fields).map((field) => field.element));
  const entered = () => ({ ...Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.get()])), active: active.get() });
  let nonce = "";
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (save.isWaiting() || !model.get("editable")) return;
    save.wait(true);
    model.send({ type: "save-profile", form: nonce, ...entered() });
  };
  view.append(h("form", { class: "tw-stack", novalidate: true, onsubmit: submit }, warning, problem, grid, active.element, buttons));

  const guard = watchUnsaved(view, entered);
  const fill = () => {
    const profile = model.get("profile");
    nonce = model.get("form");
    for (const [key, field] of Object.entries({ ...fields, active })) field.set(profile[key]);
    guard.settle();
    save.wait(false);
  };
  const showErrors = () => {
    const errors = { ...model.get("errors") };
    for (const field of Object.values(fields)) {
      field.tell(errors[field.label]);
      delete errors[field.label];
    }
    problem.textContent = Object.entries(errors).map(([name, text]) => `${name}: ${plain(text)}`).join(" ");
    problem.hidden = !problem.textContent;
    if (save.isWaiting()) Object.values(fields).find((field) => field.input.hasAttribute("aria-invalid"))?.input.focus();
    save.wait(false);
  };
  const stops = [
    redrawOn(model, ["editable", "adding"], () => {
      const [editable, adding] = [model.get("editable"), model.get("adding")];
      for (const [key, field] of Object.entries(fields)) field.allow(editable && (adding || key !== "user_id"));
      for (const { name, hint } of FIELDS) fields[name].setHint(adding && hint ? hint : "");
      active.allow(editable);
      active.element.hidden = adding;
      buttons.hidden = !editable;
    }),
    redrawOn(model, ["departments"], () => fields.department.setOptions(model.get("departments"))),
    redrawOn(model, ["form"], fill),
    redrawOn(model, ["warning"], () => { warning.textContent = plain(model.get("warning")); warning.hidden = !model.get("warning"); }),
    redrawOn(model, ["errors", "answered"], showErrors),
    // Whoever came to add somebody can type at once; else the detail's heading has the keyboard.
    onShown(view, () => { if (model.get("adding")) fields.user_id.focus(); }, true),
    guard.stop,
  ];
  return () => { for (const stop of stops) stop(); };
}

export default { render };
