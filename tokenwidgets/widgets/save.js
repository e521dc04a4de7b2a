/**
 * Let the browser save a file that was made in the page.
 */
import { h } from "./dom.js";

/** @param {Blob} blob @param {string} name the file's name */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
