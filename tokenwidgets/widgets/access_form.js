/**
 * The form in which a token is added or edited. It keeps what is typed and chosen until Python
 * fills it anew; Python judges everything that is saved.
 */
import { accessTable } from "./access_table.js";
import { h, onShown, plain, redrawOn, relative, root, time, uniqueId } from "./dom.js";
import { watchUnsaved } from "./guard.js";
import { LEVELS, levelWords } from "./levels.js";
import { saveButton } from "./submit.js";
import { pieces, t } from "./words.js";

const LEAST_TO_SKIP = 10; // APIs, from which on a link leads past their table

/** A labelled control with room for a hint and a problem. */
function field(label, control, hint) {
  const id = uniqueId("field");
  const error = h("p", { class: "tw-error", id: `${id}-error` });
  control.id = id;
  hint.id = `${id}-hint`;
  control.setAttribute("aria-describedby", `${hint.id} ${error.id}`);
  const show = (/** @type {string} */ problem) => {
    error.textContent = problem && `${label}: ${plain(problem)}`;
    control.setAttribute("aria-invalid", String(Boolean(problem)));
  };
  // What was wrong is being mended.
  control.addEventListener("input", () => show(""));
  return { element: h("div", { class: "tw-field" }, h("label", { for: id }, label), control, hint, error),
    show, focus: () => control.focus() };
}

function nameField() {
  const input = /** @type {HTMLInputElement} */ (h("input", { type: "text", maxlength: "1000", "aria-required": "true",
    autocomplete: "off", spellcheck: "false", dir: "auto" }));
  return { input, ...field(t("Token name"), input, h("p", { class: "tw-hint" }, t("Say what will use it, such as “nightly-load”."))) };
}

/** The drop-down of months, and the date that the choice leads to. */
function expirationField() {
  const date = h("p", { class: "tw-hint", "aria-live": "polite" });
  let dates = new Map();
  const tell = () => {
    const instant = dates.get(select.value);
    date.replaceChildren(...(instant ? pieces("Expires {date} ({when})", { date: time(instant), when: relative(instant) }) : []));
  };
  const select = /** @type {HTMLSelectElement} */ (h("select", { onchange: tell }));
  return {
    ...field(t("Expiration (Months)"), select, date),
    value: () => select.value,
    /** @param {{value: string, label: string, date?: string|null}[]} choices @param {string} chosen */
    fill(choices, chosen) {
      dates = new Map(choices.map((choice) => [choice.value, choice.date]));
      select.replaceChildren(...choices.map((choice) => h("option", { value: choice.value }, choice.label)));
      select.value = chosen;
      tell();
    },
  };
}

/** The box that narrows the table, and how many APIs it leaves. */
function filterBox(table, onFilter) {
  const count = h("span", { class: "tw-muted", "aria-live": "polite" });
  const input = /** @type {HTMLInputElement} */ (h("input", { type: "search", class: "tw-filter", "aria-label": t("Filter APIs"),
    placeholder: t("Filter APIs"), autocomplete: "off", spellcheck: "false", dir: "auto" }));
  const filter = () => {
    const shown = table.filter(input.value);
    count.textContent = input.value.trim() ? t("{shown} of {all} APIs", { shown, all: table.size() }) : "";
    onFilter();
  };
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  return { element: h("div", { class: "tw-bar tw-filtering" }, input, count), input, filter };
}

/** One level for all rows; they follow it until one of them is changed by hand. */
function applyBar(table) {
  const id = uniqueId("level");
  const apply = () => { if (all.checked) table.applyToAll(level.value); };
  const level = /** @type {HTMLSelectElement} */ (h("select", { id, onchange: apply },
    ...LEVELS.map((each) => h("option", { value: each }, levelWords(each)))));
  const all = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", onchange: apply }));
  return {
    element: h("div", { class: "tw-bar" }, h("label", { for: id }, t("Access Level")), level,
      h("label", { class: "tw-choice" }, all, t("Apply to all APIs"))),
    letGo: () => { all.checked = false; },
    reset: () => { all.checked = false; level.value = "Read Access"; },
  };
}

/** Everything about access: the table, what is above it, and what is chosen in it. */
function accessPart() {
  const summary = h("span", { class: "tw-muted", "aria-live": "polite" });
  const error = h("p", { class: "tw-error", id: uniqueId("error") });
  const tell = () => { summary.textContent = table.summary(); };
  const show = (/** @type {string} */ problem) => {
    error.textContent = problem && `${t("Access")}: ${plain(problem)}`;
    table.mark(problem ? error.id : null);
  };
  const table = accessTable((byHand) => {
    if (byHand) bar.letGo();
    if (error.textContent) show("");
    tell();
  });
  const bar = applyBar(table);
  const filter = filterBox(table, tell);
  const tools = h("div", { class: "tw-bar tw-tools" }, filter.element, h("span", { class: "tw-spring" }), bar.element);
  return {
    element: h("div", { class: "tw-stack" }, h("h4", {}, t("Access")), tools, error, table.element),
    summary,
    table,
    show,
    focus: () => (table.firstChoice() ?? filter.input).focus(),
    fill(apis, grants) {
      table.fill(apis, grants);
      filter.input.value = "";
      bar.reset();
      filter.filter();
    },
  };
}

/** The check box for as many tokens as there are APIs. */
function separateBox() {
  const box = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox" }));
  const element = h("div", { class: "tw-apart" }, h("label", { class: "tw-choice" }, box, t("A separate token for each API")),
    h("p", { class: "tw-hint" }, t("Each is named after this one and its API, and can be revoked without the others.")));
  return { element, box };
}

/** What is above the fields: something to know, or problems that belong to no field. */
function noticeBox() {
  const element = h("div", { class: "tw-notice", role: "alert", tabindex: "-1" });
  return {
    element,
    show(/** @type {string} */ text, /** @type {string} */ kind) {
      element.textContent = plain(text);
      element.dataset.kind = kind;
      element.hidden = !text;
    },
    focus: () => element.focus(),
  };
}

/** "Save", "Cancel", and the way from above the table to them. */
function endBar(onCancel, summary) {
  const save = saveButton(t("Save"));
  const skip = h("a", { href: "#", class: "tw-skip", onclick: (event) => { event.preventDefault(); save.element.focus(); } }, t("Skip the table of APIs"));
  return {
    element: h("div", { class: "tw-bar tw-end" }, save.element, h("button", { type: "button", onclick: onCancel }, t("Cancel")), summary),
    skip,
    save,
  };
}

/** The parts of the form, put together. */
function formParts(model, onCancel) {
  const heading = h("h3", { id: uniqueId("title") });
  const notice = noticeBox();
  const name = nameField();
  const expiration = expirationField();
  const access = accessPart();
  const separate = separateBox();
  const end = endBar(onCancel, access.summary);
  access.table.element.before(end.skip);
  const element = h("form", { novalidate: true, class: "tw-stack", "aria-labelledby": heading.id }, heading, notice.element,
    h("div", { class: "tw-fields" }, name.element, expiration.element), access.element, separate.element, end.element);
  return {
    element,
    notice,
    name,
    save: end.save,
    fields: { [t("Token name")]: name, [t("Expiration (Months)")]: expiration, [t("Access")]: access },
    value: () => ({ name: name.input.value, expiration: expiration.value(), separate: separate.box.checked, grants: access.table.chosen() }),
    fill() {
      heading.textContent = model.get("title");
      name.input.value = model.get("token_name");
      expiration.fill(model.get("expirations"), model.get("expiration"));
      access.fill(model.get("apis"), model.get("grants"));
      end.skip.hidden = access.table.size() < LEAST_TO_SKIP;
      separate.element.hidden = !model.get("adding");
      separate.box.checked = false;
      notice.show(model.get("notice"), "warn");
    },
  };
}

function render({ model, el }) {
  const view = root(model, el, "tw-access-form");
  let nonce = "";
  let asked = false; // something of which the outcome was not shown yet
  const form = formParts(model, () => model.send({ type: "cancel-form", form: nonce }));
  form.element.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.save.isWaiting()) return;
    form.save.wait(true);
    asked = true;
    model.send({ type: "save-token", form: nonce, ...form.value() });
  });
  view.append(form.element);

  const guard = watchUnsaved(view, form.value);
  const fill = () => {
    nonce = model.get("form");
    form.fill();
    if (asked && model.get("notice")) form.notice.focus();
    asked = false;
    form.save.wait(false);
    guard.settle();
  };
  const showProblems = () => {
    const problems = model.get("errors");
    for (const [label, part] of Object.entries(form.fields)) part.show(problems[label] ?? "");
    const others = Object.entries(problems).filter(([label]) => !(label in form.fields));
    if (others.length > 0) form.notice.show(others.map(([label, problem]) => `${label}: ${problem}`).join(" "), "bad");
    else form.notice.show(model.get("notice"), "warn");
    const first = Object.keys(form.fields).find((label) => problems[label]);
    const wrong = first ? form.fields[first] : others.length > 0 && form.notice;
    if (asked && wrong) {
      asked = false;
      wrong.focus();
    }
    form.save.wait(false);
  };
  const stops = [
    redrawOn(model, ["serial"], fill),
    redrawOn(model, ["errors", "answered"], showProblems),
    onShown(view, form.name.focus),
    guard.stop,
  ];
  return () => { for (const stop of stops) stop(); };
}

export default { render };
