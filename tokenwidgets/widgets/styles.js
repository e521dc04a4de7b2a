/**
 * The sheets of styles, each once a page, however many components have it. With a copy for each
 * component the browser would match each element with every rule as many times.
 */

/** `STYLES` is put in front of this file by Python: the texts of theme.css and of the component's own sheet. */
const SHEETS = /** @type {string[]} */ (typeof STYLES === "object" ? STYLES : []);
const KNOWN = Symbol.for("tokenwidgets.styles");

/**
 * Give a document, or the shadow in which a host keeps a widget, the sheets that it has not.
 * @param {Node} scope
 */
export function dress(scope) {
  if (!(scope instanceof Document || scope instanceof ShadowRoot)) return;
  // By their text: kernels of two versions may share a page.
  const known = /** @type {Map<string, CSSStyleSheet>} */ (document[KNOWN] ??= new Map());
  for (const text of SHEETS) {
    const sheet = known.get(text) ?? new CSSStyleSheet();
    if (!known.has(text)) sheet.replaceSync(text);
    known.set(text, sheet);
    if (!scope.adoptedStyleSheets.includes(sheet)) scope.adoptedStyleSheets.push(sheet);
  }
}
