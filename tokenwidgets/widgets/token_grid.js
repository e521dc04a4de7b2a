/**
 * A user's tokens, with links for what can be done with each, and help.
 */
import { h, icon, plain, redrawOn, relative, replaceKeepingFocus, returnFocus, root, time } from "./dom.js";
import { LEVELS, levelWords } from "./levels.js";
import { badge, pager, tableHeader } from "./table.js";
import { tokenHelp } from "./token_help.js";
import { pieces, t } from "./words.js";

const COLUMNS = [t("Name"), t("Token"), t("Access"), t("Created"), t("Expires"), t("Last used"), t("Status"), t("Actions")]
  .map((label) => ({ key: label, label, kind: "text" }));
const ACTIONS = { edit: t("Edit"), regenerate: t("Regenerate"), revoke: t("Revoke") };
const LINK_NAMES = {
  edit: (name) => t("Edit {name}", { name }),
  regenerate: (name) => t("Regenerate {name}", { name }),
  revoke: (name) => t("Revoke {name}", { name }),
};
const MOST_ON_HOVER = 20; // APIs
const UNLABELLED = [t("Name"), t("Actions")]; // where a row is a card, these speak for themselves
const LIVE = ["active", "expiring"];

const exactly = (instant) => time(instant, { time: true });

/** The APIs by level, the highest first. */
function levelParts(details) {
  return LEVELS.filter((level) => details.some((detail) => detail.access === level)).map((level) => {
    const names = details.filter((detail) => detail.access === level).map((detail) => h("span", { class: "tw-api" }, plain(detail.api)));
    return h("p", {}, h("strong", {}, levelWords(level), ": "), ...names.flatMap((name, index) => (index ? [", ", name] : [name])));
  });
}

/** The summary of the access; the whole of it on hover, and below when it is opened. */
function accessCell(row, open) {
  const details = row.access_details;
  if (details.length === 0) return h("span", { class: "tw-muted" }, row.access);
  const hover = details.slice(0, MOST_ON_HOVER).map((detail) => `${plain(detail.api)}: ${levelWords(detail.access)}`);
  if (details.length > MOST_ON_HOVER) hover.push(t("and {count} more", { count: details.length - MOST_ON_HOVER }));
  const element = /** @type {HTMLDetailsElement} */ (h("details", { open: open.has(row.id) },
    h("summary", { title: hover.join("\n"), "data-focus": `access:${row.id}` }, row.access)));
  const fill = () => {
    if (!element.open || element.childElementCount > 1) return;
    element.append(h("div", { class: "tw-access-list", tabindex: "0", role: "group", "aria-label": t("APIs of {name}", { name: plain(row.name) }) },
      ...levelParts(details)));
  };
  element.addEventListener("toggle", () => {
    open[element.open ? "add" : "delete"](row.id);
    fill();
  });
  fill();
  return element;
}

const oldSecret = (old) => ({ hint: h("code", {}, plain(old.hint)), end: exactly(old.ends) });

/** What can be shown of the secret, and of the one before it while that still works. */
function secretCell(row) {
  const old = row.old_secret;
  return h("div", {}, h("code", {}, plain(row.hint)),
    old && h("p", { class: "tw-note" }, ...(old.last_used
      ? pieces("Old secret {hint} works until {end}; last used {used}", { ...oldSecret(old), used: exactly(old.last_used) })
      : pieces("Old secret {hint} works until {end}; not used since", oldSecret(old)))));
}

function expiresCell(row) {
  const soon = row.status === "expiring" ? "tw-soon" : "tw-muted";
  return h("div", {}, time(row.expires), row.status !== "revoked" && h("p", { class: `tw-relative ${soon}` }, relative(row.expires)));
}

function usedCell(row) {
  return h("div", {}, exactly(row.last_used),
    row.last_used_api && h("p", { class: "tw-muted" }, plain(row.last_used_api)),
    row.still_presented && h("p", { class: "tw-note tw-soon" }, ...(LIVE.includes(row.status)
      ? pieces("An old secret is still presented, last at {used}", { used: exactly(row.still_presented) })
      : pieces("Still presented, last at {used}", { used: exactly(row.still_presented) }))));
}

/** The links of a row. Each lives as long as its token is shown, so that a dialog can give the focus back to it. */
function actionLinks(act) {
  let links = new Map();
  let next = new Map();
  const link = (row, action) => {
    const key = `${action}:${row.id}`;
    const element = links.get(key) ?? h("a", { href: "#", "data-focus": key, "data-action": action,
      onclick: (event) => { event.preventDefault(); act({ type: `${action}-token`, id: row.id }); } }, ACTIONS[action]);
    element.setAttribute("aria-label", LINK_NAMES[action](plain(row.name)));
    next.set(key, element);
    return element;
  };
  return {
    cell: (row) => row.can.length > 0 && h("span", { class: "tw-actions" },
      ...Object.keys(ACTIONS).filter((action) => row.can.includes(action)).map((action) => link(row, action))),
    drawn() { [links, next] = [next, new Map()]; },
  };
}

const none = (user, ended) => ended ? t("{user} has no tokens.", { user }) : t("{user} has no live tokens.", { user });

/** The table, and what stands in its place when there is nothing in it. */
function tableBox(model, memory, act) {
  const head = h("thead", { role: "rowgroup" }, tableHeader(COLUMNS, { sort: "", descending: false, onSort: () => {} }));
  const body = h("tbody", { role: "rowgroup" });
  const table = h("table", { role: "table", class: "tw-table" }, head, body);
  const empty = h("div", { class: "tw-empty" });
  const links = actionLinks(act);
  const open = new Set();
  /** @type {HTMLElement|null} */
  let next = null;
  const tableRow = (row) => {
    const cells = [h("span", { class: "tw-token-name", dir: "auto" }, plain(row.name)), secretCell(row), accessCell(row, open),
      time(row.created), expiresCell(row), row.last_used || row.still_presented ? usedCell(row) : h("span", { class: "tw-muted" }, t("Never")),
      badge(row.status), links.cell(row)];
    return h("tr", { role: "row", "data-ended": !LIVE.includes(row.status) }, ...cells.map((content, index) =>
      h("td", { role: "cell", "data-label": UNLABELLED.includes(COLUMNS[index].label) ? null : COLUMNS[index].label,
        "data-empty": !content }, content)));
  };
  const advice = () => {
    if (!model.get("can_add")) return t("Activate the user first, on the tab General.");
    const first = t("Press “Add”, name what will use the token, and choose which APIs it opens and until when.");
    return model.get("show_ended") ? first : `${first} ${t("Tick “Show revoked and expired” to see earlier ones.")}`;
  };
  return {
    element: h("div", { class: "tw-table-box" }, table, empty),
    /** @returns {HTMLElement|null} where the keyboard goes on if the link that had it went with its row */
    next: () => next?.isConnected ? next : null,
    update() {
      const [rows, user] = [model.get("rows"), plain(model.get("user"))];
      const left = /** @type {HTMLElement|null} */ (body.querySelector(`[data-focus="${CSS.escape(memory.left ?? "")}"]`));
      const place = [...body.children].indexOf(left?.closest("tr"));
      // A link loses the focus when it is put into its new row.
      const focused = /** @type {HTMLElement|null} */ (body.contains(document.activeElement) ? document.activeElement : null);
      replaceKeepingFocus(body, ...rows.map(tableRow));
      links.drawn();
      const row = body.children[Math.min(place, rows.length - 1)];
      next = left?.isConnected ? null : row?.querySelector(`[data-action="${left?.dataset.action}"]`) ?? null;
      if (focused) (focused.isConnected ? focused : next)?.focus();
      table.setAttribute("aria-label", t("API tokens of {user}", { user }));
      table.hidden = rows.length === 0;
      empty.hidden = rows.length > 0;
      empty.replaceChildren(h("p", { class: "tw-lead" }, none(user || t("This user"), model.get("show_ended"))),
        h("p", {}, advice()));
    },
  };
}

/** Which tokens are shown, and the buttons. */
function topBar(model, act) {
  const ended = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", "data-focus": "show-ended",
    onchange: () => act({ type: "show-ended", shown: ended.checked }) }));
  const all = /** @type {HTMLButtonElement} */ (h("button", { type: "button", class: "tw-risky", "data-focus": "revoke-all",
    onclick: () => act({ type: "revoke-all" }) }, t("Revoke All")));
  const add = /** @type {HTMLButtonElement} */ (h("button", { type: "button", class: "tw-primary", "data-focus": "add",
    onclick: () => act({ type: "add-token" }) }, icon("plus"), t("Add")));
  const notice = h("div", { class: "tw-notice", "data-kind": "warn" });
  return {
    element: h("div", { class: "tw-stack" }, notice, h("div", { class: "tw-bar" },
      h("label", { class: "tw-choice" }, ended, t("Show revoked and expired")), h("div", { class: "tw-bar tw-buttons" }, all, add))),
    add,
    update() {
      const onlyPage = !model.get("has_previous") && !model.get("has_next");
      ended.checked = model.get("show_ended");
      add.disabled = !model.get("can_add");
      all.disabled = onlyPage && !model.get("rows").some((row) => row.can.includes("revoke"));
      notice.hidden = model.get("can_add");
      notice.textContent = t("{user} is not active. Until that changes, none of these tokens works,"
        + " and none can be added or regenerated.", { user: plain(model.get("user")) || t("This user") });
    },
  };
}

function render(memory, { model, el }) {
  const view = root(model, el, "tw-token-grid");
  const act = (message) => model.send(message);
  const top = topBar(model, act);
  const table = tableBox(model, memory, act);
  const pages = pager({ onPrevious: () => act({ type: "previous-page" }), onNext: () => act({ type: "next-page" }) });
  view.append(top.element, table.element, pages.element, tokenHelp());
  // A dialog that has revoked a token gives the keyboard back to this panel as a whole.
  view.addEventListener("focus", () => table.next()?.focus());

  const stops = [
    redrawOn(model, ["rows", "user", "can_add", "show_ended"], table.update),
    redrawOn(model, ["rows", "user", "can_add", "show_ended", "has_previous", "has_next"], top.update),
    redrawOn(model, ["total", "page", "has_previous", "has_next"], () => pages.update({ total: model.get("total"),
      page: model.get("page"), hasPrevious: model.get("has_previous"), hasNext: model.get("has_next") })),
    returnFocus(view, memory, () => (top.add.disabled ? null : top.add)),
  ];
  return () => { for (const stop of stops) stop(); };
}

// Whoever comes back from the form finds the keyboard on the link they left by.
export default () => {
  const memory = {};
  return { render: (context) => render(memory, context) };
};
