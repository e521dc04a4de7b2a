/**
 * New secrets, shown once. They live in the DOM of one view and in its variables until "Done",
 * and never in the model, in storage or in another view.
 */
import { h, isShown, plain, root, uniqueId } from "./dom.js";
import { modal } from "./modal.js";
import { saveBlob } from "./save.js";
import { pieces, t, tn } from "./words.js";

const GIVE_WAY = 400; // ms by which a page that is not in front leaves a claim to the one that is

/**
 * Put a field's text on the clipboard, also where the clipboard API is missing, as it is over plain http.
 * @param {HTMLInputElement} field
 * @returns {Promise<boolean>} whether it is there
 */
async function copyField(field) {
  field.select();
  try {
    if (window.isSecureContext && navigator.clipboard) {
      await navigator.clipboard.writeText(field.value);
      return true;
    }
  } catch {
    // Not permitted, as in a frame: the old way may be.
  }
  field.focus();
  field.select();
  return document.execCommand("copy");
}

/** A cell of a CSV file that no spreadsheet takes for a formula. */
const csvCell = (/** @type {string} */ text) => `"${text.replace(/^(?=[=+\-@\t\r\n＝＋－＠])/, "'").replaceAll('"', '""')}"`;

/** Let the browser make a file and save it. */
function saveAsCsv(tokens) {
  const lines = [["Name", "Token"], ...tokens.map(({ name, secret }) => [csvCell(name), csvCell(secret)])];
  const text = lines.map((line) => `${line.join(",")}\r\n`).join("");
  // The mark by which Excel knows UTF-8, but only where it is needed.
  const mark = /[^\u0000-\u007f]/.test(text) ? "\ufeff" : "";
  saveBlob(new Blob([mark, text], { type: "text/csv;charset=utf-8" }), "new-tokens.csv");
}

/** One secret with its button "Copy". */
function secretRow({ name, secret }, alone, onCopied) {
  const id = uniqueId("secret");
  const field = /** @type {HTMLInputElement} */ (h("input", { id, type: "text", readonly: true, class: "tw-mono tw-secret",
    autocomplete: "off", autocapitalize: "off", spellcheck: "false", translate: "no", "data-1p-ignore": true }));
  field.value = secret;
  field.addEventListener("focus", () => field.select());
  field.addEventListener("click", () => field.select());
  const copy = h("button", { type: "button", class: alone ? "tw-primary" : null, "aria-label": alone ? null : t("Copy {name}", { name: plain(name) }),
    onclick: async () => onCopied(await copyField(field), alone ? "" : plain(name), copy) }, t("Copy"));
  // What it is can be seen; the whole of it is for those who hear it.
  const label = h("label", { for: id }, ...pieces("{name} secret", { name: h("span", {}, plain(name)) })
    .map((piece) => (typeof piece === "string" ? h("span", { class: "tw-visually-hidden" }, piece) : piece)));
  return h("div", { class: "tw-field" }, label, h("div", { class: "tw-bar tw-secret-row" }, field, copy));
}

/** The dialog: what it shows, and how it forgets it. */
function secretDialog() {
  const warning = h("div", { class: "tw-notice", "data-kind": "warn" });
  const rows = h("div", { class: "tw-stack tw-secrets" });
  const use = h("p", { class: "tw-hint" }, ...pieces("Programs send it with each request, as a header: {header}",
    { header: h("code", {}, "Authorization: Bearer …") }));
  const status = h("span", { role: "status", class: "tw-spring tw-muted" });
  const download = h("button", { type: "button" }, t("Download as CSV"));
  const done = h("button", { type: "button", class: "tw-primary" }, t("Done"));
  /** @type {{name: string, secret: string}[]} */
  let tokens = [];
  let kept = false; // whether something was copied or downloaded
  const forget = () => {
    for (const field of rows.querySelectorAll("input")) field.value = "";
    rows.replaceChildren();
    status.textContent = "";
    tokens = [];
    kept = false;
    dialog.close();
  };
  const escape = () => {
    if (kept) forget();
    else status.textContent = t("Copy it first, or choose Done: it cannot be shown again.");
  };
  const dialog = modal({ onEscape: escape, className: "tw-secret-dialog" },
    h("div", { class: "tw-stack" }, warning, rows, use, h("div", { class: "tw-bar tw-answers" }, status, download, done)));

  const copied = (/** @type {boolean} */ ok, /** @type {string} */ name, /** @type {HTMLElement} */ button) => {
    kept ||= ok;
    if (ok) button.focus();
    status.textContent = "";
    const words = !ok ? t("The browser did not let us copy. It is selected: press Ctrl+C or ⌘C.")
      : name ? t("Copied {name}", { name }) : t("Copied");
    // Emptied first and filled a moment later, the same words are read out again.
    setTimeout(() => { if (tokens.length) status.textContent = words; }, 30);
  };
  download.addEventListener("click", () => {
    saveAsCsv(tokens);
    kept = true;
    status.textContent = t("Downloaded");
  });
  done.addEventListener("click", forget);
  return {
    element: dialog.element,
    forget,
    /** Show these, beside those that are still on screen. */
    show(more) {
      tokens = [...tokens, ...more];
      kept = false;
      const alone = tokens.length === 1;
      dialog.heading.textContent = tn("Your new token", "Your {count} new tokens", tokens.length);
      warning.textContent = alone
        ? t("Copy the secret now. You will not see it again.")
        : t("Copy or download the secrets now. You will not see them again.");
      rows.replaceChildren(...tokens.map((token) => secretRow(token, alone, copied)));
      download.hidden = alone;
      done.className = alone ? "" : "tw-primary";
      dialog.open();
      rows.querySelector("button")?.focus();
    },
  };
}

function render({ model, el }) {
  const view = root(model, el, "tw-secrets-host");
  const me = uniqueId("view");
  const dialog = secretDialog();
  view.append(dialog.element);
  const receive = (message) => {
    if (message?.type === "offer") {
      const claim = () => { if (isShown(view)) model.send({ type: "claim", nonce: message.nonce, view: me }); };
      if (document.hasFocus()) claim();
      else setTimeout(claim, GIVE_WAY);
    } else if (message?.type === "secrets" && message.view === me && isShown(view)) {
      dialog.show(message.tokens);
      model.send({ type: "seen", nonce: message.nonce, view: me });
    }
  };
  model.on("msg:custom", receive);
  // A page that is left must not come back with a secret on it.
  window.addEventListener("pagehide", dialog.forget);
  return () => {
    model.off("msg:custom", receive);
    window.removeEventListener("pagehide", dialog.forget);
    dialog.forget();
  };
}

export default { render };
