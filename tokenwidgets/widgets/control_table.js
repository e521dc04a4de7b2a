/**
 * The controls of a user group, by screen, with a check box each.
 */
import { pressButton } from "./acting.js";
import { h, plain, redrawOn, replaceKeepingFocus, root, uniqueId } from "./dom.js";
import { t } from "./words.js";

/** A control's row. */
function controlRow(control, canChange, onChange) {
  const id = uniqueId("control");
  const box = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", "data-focus": `control:${control.name}`, "aria-label": plain(control.label ?? control.name),
    disabled: !canChange || Boolean(control.locked), "aria-describedby": id, onchange: () => onChange(control.name, box.checked) }));
  box.checked = Boolean(control.given);
  return h("tr", { role: "row", "data-given": String(Boolean(control.given)) },
    h("th", { role: "rowheader", scope: "row" },
      h("span", { class: "tw-control" }, plain(control.label ?? control.name)),
      h("div", { id },
        h("p", { class: "tw-about" }, plain(control.about)),
        control.lacks && h("p", { class: "tw-lacks" }, plain(control.lacks)),
        control.locked && h("p", { class: "tw-lacks" }, plain(control.locked)))),
    h("td", { role: "cell", class: "tw-given", "data-label": t("Access") },
      h("label", { class: "tw-choice" }, box, h("span", { "aria-hidden": "true" }, control.given ? t("Granted") : t("Not granted")))));
}

function screenRow(screen) {
  return h("tr", { role: "row", class: "tw-group" }, h("th", { role: "rowheader", scope: "rowgroup", colspan: "2" }, plain(screen)));
}

function render({ model, el }) {
  const view = root(model, el, "tw-controls");
  const notice = h("div", { class: "tw-notice", "data-kind": "warn" });
  const filter = /** @type {HTMLInputElement} */ (h("input", { type: "search", "aria-label": t("Filter controls"), placeholder: t("Filter controls"),
    autocomplete: "off", spellcheck: "false", maxlength: "1000" }));
  const all = (name, type, className) => {
    const button = pressButton(type, () => model.send({ type, serial: model.get("serial") }), { class: className });
    button.textContent = name;
    return button;
  };
  const grant = all(t("Grant All"), "grant-all", "");
  const revoke = all(t("Revoke All"), "revoke-all", "tw-risky");
  const count = h("span", { class: "tw-muted", "aria-live": "polite" });
  const head = h("thead", { role: "rowgroup" }, h("tr", { role: "row" },
    h("th", { role: "columnheader", scope: "col" }, t("Control")), h("th", { role: "columnheader", scope: "col" }, t("Access"))));
  const body = h("tbody", { role: "rowgroup" });
  const none = h("div", { class: "tw-empty", role: "status", hidden: true }, t("No control matches this filter."));
  const table = h("table", { role: "table", class: "tw-table", "aria-label": t("Controls") }, head, body);
  view.append(notice, h("div", { class: "tw-bar" }, filter, count, h("span", { class: "tw-spring" }), grant, revoke), h("div", { class: "tw-table-box" }, table, none));

  const change = (control, given) => model.send({ type: "set-control", control, given, serial: model.get("serial") });
  const draw = () => {
    const wanted = filter.value.trim().toLowerCase();
    const controls = model.get("controls");
    const shown = controls.filter((control) => `${control.label ?? control.name}\n${control.about}`.toLowerCase().includes(wanted));
    const rows = shown.flatMap((control, index) => [
      ...(control.screen === shown[index - 1]?.screen ? [] : [screenRow(control.screen)]),
      controlRow(control, model.get("can_change"), change)]);
    replaceKeepingFocus(body, ...rows);
    const given = controls.filter((control) => control.given).length;
    const counts = { given, all: controls.length, shown: shown.length };
    count.textContent = shown.length < controls.length ? t("{given} of {all} granted, {shown} shown", counts) : t("{given} of {all} granted", counts);
    none.hidden = shown.length > 0;
    table.hidden = shown.length === 0;
    notice.textContent = plain(model.get("notice"));
    notice.hidden = !model.get("notice");
    grant.setAttribute("aria-disabled", String(!model.get("can_change") || given === controls.length));
    revoke.setAttribute("aria-disabled", String(!model.get("can_change") || given === 0));
  };
  filter.addEventListener("input", draw);
  return redrawOn(model, ["controls", "notice", "can_change", "serial"], draw);
}

export default { render };
