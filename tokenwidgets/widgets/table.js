/**
 * The parts of a paged table: sortable header, cells by kind, and the bar below with the pages.
 */
import { h, icon, plain, relative, time, uniqueId, withTimes } from "./dom.js";
import { numeral, t } from "./words.js";

/**
 * @typedef {{key: string, label: string, kind: string, sortable?: boolean, short?: boolean, none?: string}} Column
 *   short: of few words; none: what it says that there is no value
 */

const ROWS_PER_PAGE = [10, 25, 50, 100];

const BADGE_KINDS = {
  good: ["active", "allowed", "ok", "success", "succeeded", "done", "yes"],
  warn: ["expiring", "inactive", "warning"],
  bad: ["expired", "revoked", "denied", "refused", "failed", "error"],
};

/** The words for them that come from Python as they are stored. */
const BADGE_WORDS = { active: t("active"), expiring: t("expiring"), expired: t("expired"), revoked: t("revoked"), done: t("done"),
  denied: t("denied") };

/**
 * A small coloured word.
 * @param {string|{text: string, kind?: string}} value the kind follows from known words if not given
 */
export function badge(value) {
  const { text, kind } = typeof value === "object" ? value : { text: value, kind: undefined };
  const known = Object.entries(BADGE_KINDS).find(([, words]) => words.includes(String(text).toLowerCase()));
  const word = Object.hasOwn(BADGE_WORDS, text) ? BADGE_WORDS[text] : plain(text);
  return h("span", { class: "tw-badge", title: word, "data-kind": kind ?? known?.[0] }, word);
}

/** Up to `most` badges, the rest as a number that names them on hover. */
function badgeList(values, most = 3) {
  const rest = values.slice(most).map(plain);
  return h("span", { class: "tw-list" },
    ...values.slice(0, most).map((value) => h("span", { class: "tw-badge", title: plain(value) }, plain(value))),
    rest.length > 0 && h("span", { class: "tw-badge", title: rest.join(", "), "aria-label": t("and {names}", { names: rest.join(", ") }) },
      `+${rest.length}`));
}

function expiryText(instant) {
  const days = (new Date(instant).getTime() - Date.now()) / 86_400_000;
  return h("span", { class: "tw-expiry" }, time(instant),
    h("span", { class: days >= 0 && days <= 30 ? "tw-soon" : "tw-muted" }, relative(instant)));
}

/** What a cell of each kind shows; a value that is not there shows nothing. */
const CELLS = {
  number: (value) => numeral(Number(value)),
  date: (value) => time(value),
  datetime: (value) => time(value, { time: true }),
  expiry: expiryText,
  badge,
  list: badgeList,
  yesno: (value) => h("span", { class: "tw-yesno", "data-yes": String(Boolean(value)) }, value ? t("Yes") : t("No")),
  code: (value) => h("code", {}, plain(value)),
  more: moreCell,
  text: (value) => plain(value),
};

/** A summary, and what is behind it: texts by name. */
function moreCell(value) {
  const summary = h("span", {}, ...withTimes(typeof value === "string" ? value : value.summary));
  if (typeof value === "string" || value.items.length === 0) return summary;
  return h("details", { class: "tw-more" }, h("summary", {}, summary),
    h("dl", {}, ...value.items.flatMap(([name, text]) => [h("dt", {}, plain(name)), h("dd", {}, ...withTimes(text))])));
}

/** @typedef {{onOpen: (key: string) => void, onAct?: (action: string, key: string) => void}} CellEvents */

/** @param {Column} column @param {Record<string, any>} row @param {CellEvents} events @param {string} rowName */
function tableCell(column, row, { onOpen, onAct }, rowName) {
  const value = row[column.key];
  const none = value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
  /** @type {string|Node|(string|Node)[]} */
  let content = column.none ? h("span", { class: "tw-muted" }, column.none) : "—";
  if (column.kind === "link") {
    content = h("a", { href: "#", "data-focus": `${column.key}:${row.key}`,
      onclick: (event) => { event.preventDefault(); onOpen(row.key); } }, plain(none ? row.key : value));
  } else if (column.kind === "action" && !none) {
    content = h("a", { href: "#", "data-focus": `${column.key}:${row.key}`, "aria-label": plain(`${value} ${rowName}`),
      onclick: (event) => { event.preventDefault(); onAct?.(column.key, row.key); } }, plain(value));
  } else if (!none) content = (CELLS[column.kind] ?? CELLS.text)(value);
  return h("td", { role: "cell", "data-label": column.label, "data-kind": column.kind, "data-short": Boolean(column.short),
    "data-empty": none && !column.none && column.kind !== "link", class: column.kind === "number" ? "tw-number" : null }, ...[content].flat());
}

/**
 * The rows of a table.
 * @param {Column[]} columns @param {Record<string, any>[]} rows
 * @param {CellEvents & {selected?: Set<string>, onSelect?: (key: string, on: boolean) => void}} options
 * @returns {HTMLElement[]}
 */
export function tableRows(columns, rows, { selected, onSelect, ...events }) {
  return rows.map((row) => {
    const name = columns[0] ? plain(row[columns[0].key] ?? row.key) : row.key;
    const cells = columns.map((column) => tableCell(column, row, events, name));
    if (selected && onSelect) {
      cells.unshift(h("td", { role: "cell", class: "tw-select" },
        h("input", { type: "checkbox", "aria-label": t("Select {name}", { name }), "data-key": row.key,
          "data-focus": `select:${row.key}`, onchange: (event) => onSelect(row.key, event.target.checked) })));
    }
    return h("tr", { role: "row", "data-key": row.key }, ...cells);
  });
}

/**
 * The header of a table; a column that can be sorted by has a button.
 * @param {Column[]} columns
 * @param {{sort: string, descending: boolean, onSort: (column: string) => void, first?: Node}} options
 *   first: what is in the cell above the check boxes
 */
export function tableHeader(columns, { sort, descending, onSort, first }) {
  const cells = columns.map((column) => {
    const sorted = column.key === sort;
    const order = sorted ? (descending ? "descending" : "ascending") : null;
    return h("th", { role: "columnheader", scope: "col", class: column.kind === "number" ? "tw-number" : null,
      "aria-sort": order }, column.sortable
      ? h("button", { type: "button", class: "tw-quiet tw-sort", "data-focus": `sort:${column.key}`,
        onclick: () => onSort(column.key) }, column.label, icon("down"))
      : column.label);
  });
  if (first) cells.unshift(h("th", { role: "columnheader", scope: "col", class: "tw-select" }, first));
  return h("tr", { role: "row" }, ...cells);
}

/**
 * The bar below a table: how many there are, rows per page, the page, back and forth.
 * @param {{onPrevious: () => void, onNext: () => void, onRowsPerPage?: (count: number) => void}} options
 */
export function pager({ onPrevious, onNext, onRowsPerPage }) {
  // aria-disabled rather than disabled: the keyboard focus stays on the button at the last page.
  const step = (name, drawing, act) => {
    const button = h("button", { type: "button", class: "tw-icon", "aria-label": name, title: name,
      onclick: () => { if (button.getAttribute("aria-disabled") !== "true") act(); } }, icon(drawing));
    return button;
  };
  const previous = step(t("Previous page"), "previous", onPrevious);
  const next = step(t("Next page"), "next", onNext);
  const total = h("span", { class: "tw-total tw-muted", "aria-live": "polite" });
  const page = h("span", { class: "tw-muted" });
  const id = uniqueId("rows");
  const count = /** @type {HTMLSelectElement} */ (h("select", { id, onchange: () => onRowsPerPage?.(Number(count.value)) },
    ...ROWS_PER_PAGE.map((number) => h("option", { value: number }, String(number)))));
  const steps = h("div", { class: "tw-bar tw-pages" }, previous, page, next);
  const element = h("div", { class: "tw-bar tw-pager" }, total, h("span", { class: "tw-spring" }),
    onRowsPerPage && h("label", { class: "tw-muted", for: id }, t("Rows per page")), onRowsPerPage && count, steps);
  return {
    element,
    /** @param {{total: string, page: number, rowsPerPage?: number, hasPrevious: boolean, hasNext: boolean}} state */
    update(state) {
      if (total.textContent !== state.total) total.textContent = state.total;
      page.textContent = t("Page {number}", { number: state.page });
      previous.setAttribute("aria-disabled", String(!state.hasPrevious));
      next.setAttribute("aria-disabled", String(!state.hasNext));
      if (state.rowsPerPage) count.value = String(state.rowsPerPage);
      // A list that is always shown whole needs no way back and forth.
      steps.hidden = !state.rowsPerPage && state.page === 1 && !state.hasPrevious && !state.hasNext;
    },
  };
}
