/**
 * A user's profile.
 */
import { h, plain, redrawOn, root, uniqueId } from "./dom.js";

/** The text fields: their keys in the profile, labels, kinds and most characters. */
const FIELDS = [
  { key: "user_id", label: "User ID", most: 100, hint: "Letters, digits and . _ @ + - ; it cannot be changed later." },
  { key: "name", label: "Name", most: 100 },
  { key: "email", label: "Email", most: 320, type: "email" },
  { key: "department", label: "Department", most: 100 },
];

/** A text field with room for a hint and what is wrong with it. */
function textField({ key, label, most, type = "text", hint = "" }) {
  const id = uniqueId(key);
  const input = /** @type {HTMLInputElement} */ (h("input", { id, type, maxlength: most * 4, autocomplete: "off", spellcheck: "false",
    "data-focus": key, "aria-describedby": `${id}-hint ${id}-error` }));
  const hintText = h("p", { class: "tw-hint", id: `${id}-hint` });
  const error = h("p", { class: "tw-error", id: `${id}-error` });
  return {
    label,
    input,
    element: h("div", { class: "tw-field" }, h("label", { for: id }, label), input, hintText, error),
    allow(/** @type {boolean} */ writable, /** @type {boolean} */ adding) {
      input.readOnly = !writable;
      hintText.textContent = adding ? hint : "";
    },
    tell(/** @type {string|undefined} */ problem) {
      error.textContent = problem ? `${label}: ${plain(problem)}` : "";
      if (problem) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
  };
}

/** The text fields by key, with the departments to choose from. */
function textFields() {
  const fields = Object.fromEntries(FIELDS.map((field) => [field.key, textField(field)]));
  const list = h("datalist", { id: uniqueId("departments") });
  fields.department.input.setAttribute("list", list.id);
  fields.department.element.append(list);
  return { fields, setDepartments: (names) => list.replaceChildren(...names.map((name) => h("option", { value: name }))) };
}

/** Whether the user is active. */
function activeBox() {
  const id = uniqueId("active");
  const input = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", "data-focus": "active", "aria-describedby": `${id}-hint` }));
  const element = h("div", { class: "tw-field tw-active" }, h("label", { class: "tw-choice" }, input, "Active"),
    h("p", { class: "tw-hint", id: `${id}-hint` }, "A user who is not active can neither sign in nor call an API."));
  return { input, element };
}

function render({ model, el }) {
  const view = root(model, el, "tw-profile");
  const { fields, setDepartments } = textFields();
  const active = activeBox();
  const warning = h("div", { class: "tw-notice", "data-kind": "warn", role: "alert" });
  const problem = h("div", { class: "tw-notice", "data-kind": "bad", role: "alert" });
  const cancel = h("button", { type: "button", "data-focus": "cancel", onclick: () => model.send({ type: "cancel-profile" }) }, "Cancel");
  const buttons = h("div", { class: "tw-bar" }, h("button", { type: "submit", class: "tw-primary", "data-focus": "save" }, "Save"), cancel);
  const grid = h("div", { class: "tw-grid" }, ...Object.values(fields).map((field) => field.element));
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!model.get("editable")) return;
    const texts = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.input.value]));
    model.send({ type: "save-profile", ...texts, active: active.input.checked });
  };
  view.append(h("form", { class: "tw-stack", novalidate: true, onsubmit: save }, warning, problem, grid, active.element, buttons));

  const fill = () => {
    const profile = model.get("profile");
    for (const [key, field] of Object.entries(fields)) field.input.value = profile[key] ?? "";
    active.input.checked = Boolean(profile.active);
  };
  const showErrors = () => {
    const errors = { ...model.get("errors") };
    for (const field of Object.values(fields)) {
      field.tell(errors[field.label]);
      delete errors[field.label];
    }
    problem.textContent = Object.entries(errors).map(([name, text]) => `${name}: ${plain(text)}`).join(" ");
    problem.hidden = !problem.textContent;
    Object.values(fields).find((field) => field.input.hasAttribute("aria-invalid"))?.input.focus();
  };
  const stops = [
    redrawOn(model, ["editable", "adding"], () => {
      const [editable, adding] = [model.get("editable"), model.get("adding")];
      for (const [key, field] of Object.entries(fields)) field.allow(editable && (adding || key !== "user_id"), adding);
      active.input.disabled = !editable;
      active.element.hidden = adding;
      buttons.hidden = !editable;
    }),
    redrawOn(model, ["departments"], () => setDepartments(model.get("departments"))),
    redrawOn(model, ["serial"], fill),
    redrawOn(model, ["warning"], () => { warning.textContent = plain(model.get("warning")); warning.hidden = !model.get("warning"); }),
    redrawOn(model, ["errors", "serial"], showErrors),
  ];
  return () => { for (const stop of stops) stop(); };
}

export default { render };
