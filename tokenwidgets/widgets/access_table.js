/**
 * The table of APIs in which each gets one of three levels of access: one row an API, built once.
 */
import { h, plain, uniqueId } from "./dom.js";
import { LEVELS, levelWords } from "./levels.js";
import { t } from "./words.js";

/** @typedef {{name: string, title?: string, group?: string, levels: string[]}} Api */
/** @typedef {{api: Api, element: HTMLElement, group: HTMLElement, radios: HTMLInputElement[], level: string, text: string}} Row */

const NONE = "No Access";
const MOST_AT_ONCE = 20; // APIs; the table of more scrolls by itself, so that "Save" stays near

/** The highest level that an API offers up to this one. */
function upTo(level, api) {
  return LEVELS.slice(LEVELS.indexOf(level)).find((each) => api.levels.includes(each)) ?? NONE;
}

/** Three radio buttons; one that the API does not offer is disabled, and `why` says why. */
function radioGroup(api, level, index) {
  const name = uniqueId("access");
  const offered = (each) => each === NONE || api.levels.includes(each);
  const reason = t("This API answers GET alone, so it offers no Full Access.");
  const why = offered(LEVELS[0]) ? null : h("span", { class: "tw-badge", title: reason, id: `${name}-why` },
    t("GET only"), h("span", { class: "tw-visually-hidden" }, `: ${reason}`));
  const radios = LEVELS.map((each) => {
    const radio = /** @type {HTMLInputElement} */ (h("input", { type: "radio", name, value: each, "data-row": index,
      disabled: !offered(each), "aria-describedby": offered(each) || !why ? null : why.id }));
    radio.checked = each === level;
    return radio;
  });
  const element = h("fieldset", { "aria-label": plain(api.name), class: "tw-levels" },
    ...radios.map((radio) => h("label", { class: "tw-choice", title: radio.disabled ? reason : null }, radio, h("span", {}, levelWords(radio.value)))));
  return { element, radios, why };
}

/** "price-list" and "Price list" are the same words. */
const asWords = (text) => text.toLocaleLowerCase().replace(/[-_.\s]+/g, " ");

/** @returns {Row} */
function tableRow(api, level, index, group) {
  const { element: choice, radios, why } = radioGroup(api, level, index);
  const element = h("tr", { role: "row", "data-level": level },
    h("th", { role: "rowheader", scope: "row" },
      h("span", { class: "tw-api", dir: "auto" }, plain(api.name)), " ",
      api.title && asWords(api.title) !== asWords(api.name) && h("span", { class: "tw-muted", dir: "auto" }, plain(api.title)), " ", why),
    h("td", { role: "cell" }, choice));
  const text = [api.name, api.title, api.group].join("\n").toLocaleLowerCase();
  return { api, element, group, radios, level, text };
}

function groupRow(name) {
  return h("tr", { role: "row", class: "tw-group" },
    h("th", { role: "rowheader", scope: "rowgroup", colspan: "2", dir: "auto" }, plain(name) || t("Other APIs")));
}

/**
 * @param {(byHand: boolean) => void} onChange is called after each change of a level
 */
export function accessTable(onChange) {
  const table = h("table", { role: "table", class: "tw-table", "aria-label": t("APIs") });
  const head = h("thead", { role: "rowgroup" }, h("tr", { role: "row" },
    h("th", { role: "columnheader", scope: "col" }, t("API")),
    h("th", { role: "columnheader", scope: "col", class: "tw-access" }, t("Access"))));
  const empty = h("div", { class: "tw-empty" });
  const element = h("div", { class: "tw-table-box tw-access-box" }, table, empty);
  /** @type {Row[]} */
  let rows = [];

  const setLevel = (/** @type {Row} */ row, /** @type {string} */ level) => {
    row.level = level;
    row.element.dataset.level = level;
    for (const radio of row.radios) radio.checked = radio.value === level;
  };
  table.addEventListener("change", (event) => {
    const radio = /** @type {HTMLInputElement} */ (event.target);
    setLevel(rows[Number(radio.dataset.row)], radio.value);
    onChange(true);
  });
  const count = (level) => rows.filter((row) => row.level === level).length;

  return {
    element,
    /** @param {Api[]} apis @param {Record<string, string>} grants the levels by API name */
    fill(apis, grants) {
      const chosen = new Map(Object.entries(grants));
      const body = h("tbody", { role: "rowgroup" });
      const grouped = apis.some((api) => api.group);
      let group = h("tr");
      rows = apis.map((api, index) => {
        if (grouped && (index === 0 || api.group !== apis[index - 1].group)) {
          group = groupRow(api.group);
          body.append(group);
        }
        const row = tableRow(api, chosen.get(api.name) ?? NONE, index, group);
        body.append(row.element);
        return row;
      });
      table.replaceChildren(head, body);
      element.toggleAttribute("data-long", apis.length > MOST_AT_ONCE);
    },
    /** Show the rows whose API has the text in its name, title or group; the others keep their level. */
    filter(/** @type {string} */ text) {
      const wanted = text.trim().toLocaleLowerCase();
      const groups = new Set();
      let shown = 0;
      for (const row of rows) {
        const fits = row.text.includes(wanted);
        if (row.element.hidden === fits) row.element.hidden = !fits;
        if (fits) groups.add(row.group);
        shown += Number(fits);
      }
      for (const { group } of rows) if (group.hidden === groups.has(group)) group.hidden = !groups.has(group);
      table.hidden = shown === 0;
      empty.hidden = shown > 0;
      empty.textContent = rows.length > 0 ? t("No API matches this filter.")
        : t("There are no APIs yet. Add the first one on the screen APIs.");
      return shown;
    },
    /** Give every API, shown or not, the highest level that it offers up to this one. */
    applyToAll(/** @type {string} */ level) {
      for (const row of rows) setLevel(row, upTo(level, row.api));
      onChange(false);
    },
    /** The levels by API name, without those of No Access. */
    chosen: () => Object.fromEntries(rows.filter((row) => row.level !== NONE).map((row) => [row.api.name, row.level])),
    /** "2 Full, 3 Read of 12 APIs" */
    summary() {
      const hidden = rows.filter((row) => row.element.hidden && row.level !== NONE).length;
      const levels = { full: count("Full Access"), read: count("Read Access"), all: rows.length };
      return hidden ? t("{full} Full, {read} Read of {all} APIs ({hidden} hidden by the filter)", { ...levels, hidden })
        : t("{full} Full, {read} Read of {all} APIs", levels);
    },
    /** Mark all choices as wrong, for the reason in the element with this id; null marks them as right. */
    mark(/** @type {string|null} */ reason) {
      element.toggleAttribute("data-invalid", reason !== null);
      for (const choice of table.querySelectorAll("fieldset")) {
        if (reason === null) choice.removeAttribute("aria-describedby");
        else choice.setAttribute("aria-describedby", reason);
      }
    },
    /** @returns {HTMLElement|undefined} what takes the keyboard in the first row on show */
    firstChoice: () => rows.find((row) => !row.element.hidden)?.radios.find((radio) => radio.checked),
    size: () => rows.length,
  };
}
