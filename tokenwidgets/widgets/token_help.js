/**
 * Help on tokens, in plain words, for people who see them for the first time.
 */
import { h } from "./dom.js";
import { t } from "./words.js";

const HELP = {
  [t("Add or update tokens")]: [
    t("“Add” makes a token. Name what will use it, such as “nightly-load”, choose in how many months it expires,"
      + " and choose the access to each API: Full Access lets it read and write (GET and POST), Read Access lets it"
      + " only read (GET), and No Access keeps the API closed."),
    t("After “Save” the token’s secret is shown once. Copy it then, to where it will be used: nobody can show it again."),
    t("“Edit” changes a token’s name, access or expiration at once. Its secret stays the same, so nothing that uses it"
      + " has to be changed."),
    t("“Undo” beside the message that it was saved takes the edit back, as long as nothing else was done."),
  ],
  [t("Regenerate a token")]: [
    t("“Regenerate” gives a token a new secret and a new expiration; its name and access stay. Do it before the token"
      + " expires, or when somebody may have seen the secret. A token that has expired comes back this way, too."),
    t("The old secret stops working at once, unless you choose to keep it working for a while. That gives you time to"
      + " put the new one in its place; if somebody may have seen the old one, do not."),
  ],
  [t("Revoke tokens")]: [
    t("“Revoke” stops a token at once and for good: it cannot be undone. “Revoke All” does so to every live token of"
      + " this user."),
    t("What was revoked stays on record: tick “Show revoked and expired” to see it. “Still presented” there means that"
      + " something goes on calling with the dead secret, in vain: find it, and give it a token of its own or switch it off."),
  ],
};

/** @returns {HTMLElement} three expanders */
export function tokenHelp() {
  return h("div", { class: "tw-help" }, ...Object.entries(HELP).map(([title, texts]) =>
    h("details", {}, h("summary", {}, title), h("div", { class: "tw-stack" }, ...texts.map((text) => h("p", {}, text))))));
}
