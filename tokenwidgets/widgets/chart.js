/**
 * Figures drawn by Vega-Lite, whose bars can be clicked, and the same numbers as tables.
 */
import { h, plain, redrawOn, replaceKeepingFocus, root } from "./dom.js";
import { menuButton } from "./popup.js";
import { saveBlob } from "./save.js";
import { LOCALE, numeral, t } from "./words.js";

/** `vegaEmbed` is put in front of this file by Python; there is none without the extra "charts". */
const draws = typeof vegaEmbed === "function";

/** The colours of the theme by their names in CSS, resolved, as Vega wants them. */
function themeColours(view) {
  const probe = h("span", { hidden: true });
  view.append(probe);
  const known = new Map();
  const resolve = (/** @type {string} */ text) => {
    if (!known.has(text)) {
      probe.style.color = text;
      known.set(text, getComputedStyle(probe).color);
    }
    return known.get(text);
  };
  const inside = (value) => {
    if (typeof value === "string") return value.startsWith("var(--") ? resolve(value) : value;
    if (Array.isArray(value)) return value.map(inside);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inside(each)]));
  };
  return { inside, done: () => probe.remove() };
}

/** What stands between the digits of a number. @param {string} kind */
const mark = (kind) => new Intl.NumberFormat(LOCALE).formatToParts(1e6 + 0.5).find((part) => part.type === kind)?.value ?? "";

/** What all figures look like. */
const LOOK = {
  autosize: { type: "fit-x", contains: "padding" },
  background: "var(--tw-surface)",
  padding: { left: 2, right: 2, top: 4, bottom: 2 },
  config: {
    aria: false, // the figure has a name, and its table can be read
    view: { stroke: null },
    axis: { labelColor: "var(--tw-muted)", titleColor: "var(--tw-muted)", domainColor: "var(--tw-line)", tickColor: "var(--tw-line)",
      gridColor: "var(--tw-line)", labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400, labelLimit: 150 },
    legend: { labelColor: "var(--tw-text)", labelFontSize: 12, title: null, orient: "top", symbolType: "square", offset: 6 },
  },
};

/** One figure's drawing: drawn when it has a width, and again when the theme changes. */
function drawing(view, onPick) {
  // Vega gives a role of its own to what it draws into.
  const canvas = h("div", { "aria-hidden": "true" });
  const element = h("div", { class: "tw-drawing", role: "img" }, canvas);
  let result = null;
  let spec = null;
  let drawn = 0; // the width that it was drawn for, or is to be drawn for when it has one
  let stopped = false;
  const drawNow = async () => {
    const width = element.clientWidth;
    drawn = width;
    if (stopped || !spec || !width) return;
    const colours = themeColours(view);
    const font = getComputedStyle(view).fontFamily;
    const whole = colours.inside({ ...LOOK, ...spec, width, config: { ...LOOK.config, font, ...spec.config } });
    colours.done();
    result?.finalize();
    result = null;
    // "ast": Vega interprets its expressions instead of compiling them, which our page forbids.
    const made = await vegaEmbed(canvas, whole, { ast: true, actions: false, renderer: "svg", tooltip: { theme: "custom" },
      formatLocale: { decimal: mark("decimal"), thousands: mark("group"), grouping: [3], currency: ["", ""] } });
    if (stopped) {
      made.finalize();
      return;
    }
    result = made;
    result.view.addEventListener("click", (_event, item) => { if (item?.datum?.pick) onPick(item.datum.pick); });
  };
  // One after the other: of two at once, the one that is thrown away could be the one on screen.
  let last = Promise.resolve();
  const draw = () => { last = last.then(drawNow).catch((error) => console.error(error)); };
  const resized = new ResizeObserver(() => { if (Math.abs(element.clientWidth - drawn) > 2) draw(); });
  resized.observe(element);
  // JupyterLab hides all that it has while it changes its theme.
  const themed = new MutationObserver(() => requestAnimationFrame(draw));
  themed.observe(document.body, { attributes: true, attributeFilter: ["class", "data-jp-theme-light", "data-jp-theme-name"] });
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", draw);
  return {
    element,
    view: () => result?.view,
    /** @param {any} next @param {string} summary */
    show(next, summary) {
      element.setAttribute("aria-label", plain(summary));
      if (JSON.stringify(next) === JSON.stringify(spec)) return;
      spec = next;
      draw();
    },
    stop() {
      stopped = true;
      resized.disconnect();
      themed.disconnect();
      dark.removeEventListener("change", draw);
      result?.finalize();
    },
  };
}

/** The figure's numbers as a table; each that can be picked is a button. */
function numbers(figure, onPick) {
  const cell = ({ value, pick }, label, column) => {
    const text = numeral(Number(value));
    return h("td", { role: "cell", "data-label": plain(column) }, pick && value
      ? h("button", { type: "button", class: "tw-quiet", "data-focus": pick, "aria-label": plain(`${label}, ${column}: ${text}`),
        onclick: () => onPick(pick) }, text)
      : text);
  };
  const head = figure.columns.map((column) => h("th", { role: "columnheader", scope: "col" }, plain(column)));
  const rows = figure.rows.map((row) => h("tr", { role: "row" },
    h("td", { role: "cell", "data-label": plain(figure.columns[0]) }, plain(row.label)),
    ...row.cells.map((each, index) => cell(each, row.label, figure.columns[index + 1]))));
  return h("table", { role: "table", class: "tw-table", "aria-label": plain(figure.title) },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...head)), h("tbody", { role: "rowgroup" }, ...rows));
}

/** Let the browser save what is drawn. */
async function saveDrawing(view, title, kind) {
  if (!view) return;
  const name = `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.${kind.toLowerCase()}`;
  if (kind === "SVG") saveBlob(new Blob([await view.toSVG()], { type: "image/svg+xml" }), name);
  else (await view.toCanvas(2)).toBlob((blob) => blob && saveBlob(blob, name), "image/png");
}

/** One figure with its heading, "Save as" and the way between drawing and table. */
function figurePart(view, onPick) {
  const heading = h("h3");
  const picture = drawing(view, onPick);
  const table = h("div", { class: "tw-table-box tw-numbers", hidden: draws });
  const empty = h("div", { class: "tw-empty" });
  const save = menuButton({ label: t("Save as"), buttonClass: "tw-quiet", onChoose: (kind) => saveDrawing(picture.view(), heading.textContent, kind) });
  save.setItems(["PNG", "SVG"]);
  const turn = h("button", { type: "button", class: "tw-quiet", "aria-pressed": "false", onclick: () => {
    const asTable = turn.getAttribute("aria-pressed") !== "true";
    turn.setAttribute("aria-pressed", String(asTable));
    arrange();
  } }, t("Table"));
  let rows = 0;
  const arrange = () => {
    const asTable = !draws || turn.getAttribute("aria-pressed") === "true";
    empty.hidden = rows > 0;
    picture.element.hidden = asTable || rows === 0;
    table.hidden = !asTable || rows === 0;
    save.element.hidden = picture.element.hidden;
    turn.hidden = !draws || rows === 0;
  };
  return {
    element: h("figure", {}, h("figcaption", { class: "tw-bar" }, heading, h("span", { class: "tw-spring" }), turn, save.element),
      picture.element, table, empty),
    show(figure, nothing) {
      heading.textContent = plain(figure.title);
      turn.setAttribute("aria-label", t("{title} as a table", { title: plain(figure.title) }));
      save.button.setAttribute("aria-label", t("Save {title} as", { title: plain(figure.title) }));
      rows = figure.rows.length;
      empty.textContent = plain(nothing);
      replaceKeepingFocus(table, numbers(figure, onPick));
      arrange();
      if (draws && rows) picture.show(figure.spec, figure.summary);
    },
    stop: () => { picture.stop(); save.close(false); },
  };
}

function render({ model, el }) {
  const view = root(model, el, "tw-chart");
  const summary = h("summary");
  const grid = h("div", { class: "tw-figures" });
  const hint = h("p", { class: "tw-muted", hidden: draws }, t("To see charts, install the package vl-convert-python."));
  view.append(h("details", { open: window.innerWidth > 600 }, summary, grid, hint));
  const pick = (key) => model.send({ type: "pick", key });
  /** @type {ReturnType<typeof figurePart>[]} */
  const parts = [];
  const stop = redrawOn(model, ["label", "figures", "empty"], () => {
    summary.textContent = plain(model.get("label"));
    const figures = model.get("figures");
    while (parts.length < figures.length) {
      parts.push(figurePart(view, pick));
      grid.append(parts.at(-1).element);
    }
    while (parts.length > figures.length) {
      const part = parts.pop();
      part.stop();
      part.element.remove();
    }
    figures.forEach((figure, index) => parts[index].show(figure, model.get("empty")));
  });
  return () => { stop(); for (const part of parts) part.stop(); };
}

export default { render };
