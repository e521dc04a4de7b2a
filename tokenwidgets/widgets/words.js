/**
 * Texts, numbers and dates in the viewer's language. A text is written in English where it is shown.
 */

/** `CATALOGUE` is put in front of this file by Python; there is none when the language is English. */
const known = typeof CATALOGUE === "object" ? CATALOGUE
  : { language: "en", texts: {}, plural: (/** @type {number} */ count) => Number(count !== 1) };
const texts = new Map(Object.entries(known.texts));

/** The code of the language. */
export const LANGUAGE = known.language;
/** The same as `Intl` takes it, with the viewer's own country where the browser knows one. */
export const LOCALE = navigator.languages?.find((each) => each.split("-")[0] === LANGUAGE) ?? LANGUAGE;

/** A number as it is written in the language. @param {number} number @returns {string} */
export const numeral = (number) => number.toLocaleString(LOCALE);

/** @param {string} text @param {Record<string, any>} values those of `{name}`; a number is written by `numeral` */
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => {
  if (!Object.hasOwn(values, name)) return whole;
  return typeof values[name] === "number" ? numeral(values[name]) : String(values[name]);
});

/**
 * The text in the viewer's language; what is in no catalogue, such as a name, stays as it is.
 * @param {string} text @param {Record<string, string|number>} [values]
 * @returns {string}
 */
export function t(text, values = {}) {
  return filled(texts.get(text) ?? text, values);
}

/**
 * One of two texts by the number; `{count}` is the number.
 * @param {string} one @param {string} many @param {number} count @param {Record<string, string|number>} [values]
 * @returns {string}
 */
export function tn(one, many, count, values = {}) {
  const forms = texts.get(one) ?? [one, many];
  return filled(forms[known.plural(count)], { count, ...values });
}

/**
 * The same as `t` for values that are elements.
 * @param {string} text @param {Record<string, Node|string>} values
 * @returns {(Node|string)[]} the pieces, in the order of the language
 */
export function pieces(text, values) {
  return t(text).split(/(\{\w+\})/).map((piece) => values[piece.slice(1, -1)] ?? piece);
}
