/**
 * One page of a long list, with search, sorting and paging done by Python.
 */
import { actionBar } from "./acting.js";
import { h, icon, redrawOn, replaceKeepingFocus, returnFocus, root, uniqueId } from "./dom.js";
import { pager, tableHeader, tableRows } from "./table.js";
import { t } from "./words.js";

const SEARCH_PAUSE = 250; // ms without a keystroke before the search is sent

/** The box above the table, with what empties it; it never loses what is being typed, whatever Python answers. */
function searchBox(model, send) {
  const input = /** @type {HTMLInputElement} */ (h("input", { type: "search", maxlength: "1000",
    autocomplete: "off", spellcheck: "false" }));
  const clear = h("button", { type: "button", class: "tw-quiet tw-icon", onclick: () => empty() }, icon("close"));
  let timer = 0;
  let sent = model.get("search");
  const flush = () => {
    clearTimeout(timer);
    timer = 0;
    if (input.value === sent) return;
    sent = input.value;
    send({ type: "search", text: sent });
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(flush, SEARCH_PAUSE); };
  const empty = () => {
    input.value = "";
    input.focus();
    if (model.get("can_clear")) {
      // What was being typed is not sent any more.
      clearTimeout(timer);
      timer = 0;
      sent = "";
      send({ type: "clear-search" });
    } else flush();
    showClear();
  };
  const showClear = () => {
    const name = model.get("can_clear") ? t("Clear search and order") : t("Clear search");
    clear.hidden = !input.value && !model.get("can_clear");
    for (const attribute of ["aria-label", "title"]) clear.setAttribute(attribute, name);
  };
  input.addEventListener("input", () => { later(); showClear(); });
  input.addEventListener("search", flush); // Enter, or Escape, which empties the box
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") flush(); });
  const element = h("div", { class: "tw-search" }, input, clear);
  return {
    element,
    flush,
    update() {
      const label = model.get("search_label");
      element.hidden = !label;
      input.setAttribute("aria-label", label);
      input.placeholder = label;
      const isTyping = timer || document.activeElement === input;
      if (!isTyping) {
        sent = model.get("search");
        if (input.value !== sent) input.value = sent;
      }
      showClear();
    },
    stop: () => clearTimeout(timer),
  };
}

/** In place of the header when rows are cards: order and, where rows can be chosen, all of them. */
function cardTools(model, send, selectAll) {
  const id = uniqueId("sort");
  const by = /** @type {HTMLSelectElement} */ (h("select", { id, onchange: () => send({ type: "sort-by", column: by.value }) }));
  const turn = h("button", { type: "button", class: "tw-icon", onclick: () => send({ type: "sort-by", column: model.get("sort") }) }, icon("down"));
  const all = h("label", { class: "tw-choice" }, selectAll, t("Select all"));
  const sorting = h("span", { class: "tw-bar" }, h("label", { for: id }, t("Sort by")), by, turn);
  return {
    element: h("div", { class: "tw-bar tw-card-tools" }, all, sorting),
    update() {
      const columns = model.get("columns").filter((column) => column.sortable);
      const options = columns.map((column) => h("option", { value: column.key }, column.label));
      if (!columns.some((column) => column.key === model.get("sort"))) options.unshift(h("option", { value: "", hidden: true }, "—"));
      by.replaceChildren(...options);
      by.value = columns.some((column) => column.key === model.get("sort")) ? model.get("sort") : "";
      for (const name of ["aria-label", "title"]) turn.setAttribute(name, model.get("descending") ? t("Descending") : t("Ascending"));
      turn.toggleAttribute("data-up", !model.get("descending"));
      turn.hidden = !by.value;
      sorting.hidden = columns.length === 0;
      all.hidden = !model.get("selectable");
    },
  };
}

/** Check boxes of the rows, and those that choose the whole page. */
function selection(model, body, send) {
  const boxes = () => /** @type {HTMLInputElement[]} */ ([...body.querySelectorAll("input[data-key]")]);
  const checked = () => boxes().filter((box) => box.checked).map((box) => box.dataset.key);
  let sent = 0; // number of the last ticks that were sent
  const sendAll = () => {
    sent = Math.max(sent, model.get("answered")) + 1;
    send({ type: "select", keys: checked(), turn: sent });
  };
  const makeAll = () => h("input", { type: "checkbox", "aria-label": t("Select all on this page"), "data-focus": "select-all",
    onchange: (event) => { for (const box of boxes()) box.checked = event.target.checked; mark(); sendAll(); } });
  const wholes = /** @type {HTMLInputElement[]} */ ([makeAll(), makeAll()]);
  const mark = () => {
    const count = boxes().filter((box) => box.checked).length;
    for (const whole of wholes) {
      whole.checked = count > 0 && count === boxes().length;
      whole.indeterminate = count > 0 && count < boxes().length;
    }
    for (const box of boxes()) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
  };
  return {
    wholes,
    onSelect: () => { mark(); sendAll(); },
    /** An answer to an earlier tick must not take away the ones since; new rows have what Python says. */
    update({ rows = false } = {}) {
      if (!rows && model.get("answered") < sent) return;
      const selected = new Set(model.get("selected"));
      for (const box of boxes()) box.checked = selected.has(box.dataset.key);
      mark();
    },
  };
}

/** What can be done with the rows that are ticked: beside a heading only while there are any. */
function selectedBar(model, act) {
  const count = h("span", { role: "status", class: "tw-count" });
  const acts = actionBar(act);
  const element = h("div", { class: "tw-bar tw-selected" }, count, acts.element);
  return {
    element,
    update() {
      const selected = model.get("selected").length;
      element.hidden = model.get("actions").length === 0 || (!selected && Boolean(model.get("heading")));
      count.textContent = selected ? t("{count} selected", { count: selected }) : t("None selected");
      acts.update(model.get("actions").map((action) => (selected ? action : { ...action, kind: "", disabled: true })));
    },
    stop: acts.stop,
  };
}

/** Heading, search and the button that adds. */
function topBar(model, search, selected, act) {
  const heading = h("h2", { tabindex: "-1" });
  const addText = h("span");
  const add = h("button", { type: "button", class: "tw-primary", "data-focus": "add-row", onclick: () => act({ type: "add-row" }) }, icon("plus"), addText);
  const element = h("div", { class: "tw-bar tw-top" }, heading, selected.element, h("span", { class: "tw-spring" }), search.element, add);
  return {
    element,
    heading,
    update() {
      heading.textContent = model.get("heading");
      heading.hidden = !model.get("heading");
      addText.textContent = model.get("add_label");
      add.hidden = !model.get("add_label");
      element.hidden = heading.hidden && add.hidden && search.element.hidden && model.get("actions").length === 0;
    },
  };
}

/** The table itself with what stands in its place when there are no rows. */
function tableBox(model, act) {
  const head = h("thead", { role: "rowgroup" });
  const body = h("tbody", { role: "rowgroup" });
  const table = h("table", { role: "table", class: "tw-table" }, head, body);
  const empty = h("div", { class: "tw-empty" });
  const chosen = selection(model, body, act);
  const tools = cardTools(model, act, chosen.wholes[1]);
  const box = h("div", { class: "tw-table-box" }, tools.element, table, empty);
  return {
    box,
    body,
    updateHeader() {
      replaceKeepingFocus(head, tableHeader(model.get("columns"), { sort: model.get("sort"), descending: model.get("descending"),
        onSort: (column) => act({ type: "sort-by", column }), first: model.get("selectable") ? chosen.wholes[0] : undefined }));
      tools.update();
    },
    updateRows() {
      replaceKeepingFocus(body, ...tableRows(model.get("columns"), model.get("rows"), {
        onOpen: (key) => act({ type: "open-row", key }),
        onAct: (action, key) => act({ type: "act-on-row", action, key }),
        ...(model.get("selectable") ? { selected: new Set(model.get("selected")), onSelect: chosen.onSelect } : {}),
      }));
      chosen.update({ rows: true });
    },
    updateSelection: () => chosen.update(),
    updateState() {
      const none = model.get("rows").length === 0;
      box.setAttribute("aria-busy", String(model.get("busy")));
      table.setAttribute("aria-label", model.get("label"));
      table.toggleAttribute("data-none", none);
      empty.hidden = !none;
      empty.textContent = model.get("busy") ? t("Loading…") : model.get("empty");
    },
  };
}

function render(memory, { model, el }) {
  const view = root(model, el, "tw-paged");
  const search = searchBox(model, (message) => model.send(message));
  // What is still being typed goes first, so that Python sees things in the order they were done.
  const act = (message) => { search.flush(); model.send(message); };
  const selected = selectedBar(model, act);
  const top = topBar(model, search, selected, act);
  const table = tableBox(model, act);
  const problem = h("div", { class: "tw-notice", "data-kind": "bad" });
  const pages = pager({
    onPrevious: () => act({ type: "previous-page" }),
    onNext: () => act({ type: "next-page" }),
    onRowsPerPage: (count) => act({ type: "rows-per-page", count }),
  });
  view.append(top.element, problem, table.box, pages.element);

  const stops = [
    redrawOn(model, ["heading", "search_label", "search", "can_clear", "add_label", "actions"], () => { search.update(); top.update(); }),
    redrawOn(model, ["columns", "sort", "descending", "selectable"], table.updateHeader),
    redrawOn(model, ["columns", "rows", "selectable"], table.updateRows),
    redrawOn(model, ["selected", "answered"], table.updateSelection),
    redrawOn(model, ["rows", "label", "empty", "busy"], table.updateState),
    redrawOn(model, ["problem"], () => { problem.textContent = model.get("problem"); problem.hidden = !model.get("problem"); }),
    redrawOn(model, ["total", "page", "rows_per_page", "has_previous", "has_next"], () => pages.update({
      total: model.get("total"), page: model.get("page"), rowsPerPage: model.get("rows_per_page"),
      hasPrevious: model.get("has_previous"), hasNext: model.get("has_next") })),
    returnFocus(view, memory, () => top.heading),
    redrawOn(model, ["selected", "actions", "heading"], selected.update),
    search.stop,
    selected.stop,
  ];
  return () => { for (const stop of stops) stop(); };
}

// Whoever comes back to this screen finds the keyboard on the link they left it by.
export default () => {
  const memory = {};
  return { render: (context) => render(memory, context) };
};
