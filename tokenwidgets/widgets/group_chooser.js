/**
 * The groups that a user is in.
 */
import { h, plain, redrawOn, replaceKeepingFocus, root, uniqueId } from "./dom.js";
import { t } from "./words.js";

const FILTER_FROM = 9; // groups: fewer are seen at a glance

/** One group: its check box, and what it is good for. */
function groupRow(group, canChange, onChange) {
  const name = plain(group.name);
  const id = uniqueId("group");
  const box = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", "data-focus": `group:${group.name}`,
    disabled: !canChange || Boolean(group.locked), "aria-describedby": id, onchange: () => onChange(group.name, box.checked) }));
  box.checked = Boolean(group.member);
  const badges = group.controls.map((control) => h("li", { class: "tw-badge", title: plain(control) }, plain(control)));
  return h("li", { "data-name": group.name.toLowerCase() },
    h("label", { class: "tw-choice tw-name" }, box, h("span", {}, name)),
    h("div", { class: "tw-about", id },
      group.description && h("p", { class: "tw-muted" }, plain(group.description)),
      group.locked && h("p", { class: "tw-locked" }, plain(group.locked)),
      badges.length ? h("ul", { class: "tw-controls", "aria-label": t("Controls") }, ...badges)
        : h("p", { class: "tw-muted" }, t("It has no controls."))));
}

function render({ model, el }) {
  const view = root(model, el, "tw-groups");
  const list = h("ul", { class: "tw-group-list", "aria-label": t("User groups") });
  const help = h("p", { class: "tw-muted" }, t("A user may be in several groups: their controls add up."));
  const empty = h("div", { class: "tw-empty" }, t("There are no user groups yet."));
  const none = h("div", { class: "tw-empty", role: "status" }, t("No group matches this filter."));
  const filter = /** @type {HTMLInputElement} */ (h("input", { type: "search", "aria-label": t("Filter groups"), placeholder: t("Filter groups"),
    autocomplete: "off", spellcheck: "false", maxlength: "1000" }));
  view.append(h("div", { class: "tw-bar" }, help, h("span", { class: "tw-spring" }), filter), list, none, empty);

  const showMatching = () => {
    const wanted = filter.hidden ? "" : filter.value.trim().toLowerCase();
    const rows = /** @type {HTMLElement[]} */ ([...list.children]);
    for (const row of rows) row.hidden = !row.dataset.name.includes(wanted);
    none.hidden = !rows.length || rows.some((row) => !row.hidden);
  };
  filter.addEventListener("input", showMatching);
  const change = (group, member) => model.send({ type: "set-membership", group, member, serial: model.get("serial") });
  const draw = () => {
    const groups = model.get("groups");
    replaceKeepingFocus(list, ...groups.map((group) => groupRow(group, model.get("can_change"), change)));
    help.hidden = list.hidden = groups.length === 0;
    empty.hidden = groups.length > 0;
    filter.hidden = groups.length < FILTER_FROM;
    showMatching();
  };
  return redrawOn(model, ["groups", "can_change", "serial"], draw);
}

export default { render };
