/**
 * Pick a file, or drop it here; it goes to Python in one message.
 */
import { h, plain, redrawOn, root, uniqueId } from "./dom.js";
import { t } from "./words.js";

function render({ model, el }) {
  const view = root(model, el, "tw-file-picker");
  const id = uniqueId("file");
  const input = /** @type {HTMLInputElement} */ (h("input", { type: "file", hidden: true, tabindex: "-1", "aria-hidden": "true", onchange: () => take(input.files?.[0]) }));
  const button = h("button", { type: "button", "data-focus": "pick", "aria-describedby": `${id}-hint ${id}-error`, onclick: () => input.click() });
  const hint = h("p", { class: "tw-hint", id: `${id}-hint` });
  const error = h("p", { class: "tw-error", id: `${id}-error`, role: "alert" });
  const box = h("div", { class: "tw-picking" }, button, hint, input, error);
  view.append(box);
  const refuse = (/** @type {string} */ text) => { error.textContent = plain(text); };
  const take = async (/** @type {File|undefined} */ file) => {
    input.value = ""; // the same file can be picked again
    refuse("");
    if (!file) return;
    if (file.size > model.get("most")) {
      refuse(t("{name} is larger than {most} MB.", { name: file.name, most: Math.floor(model.get("most") / 1e6) }));
      return;
    }
    try {
      model.send({ type: "pick-file", name: file.name }, {}, [await file.arrayBuffer()]);
    } catch {
      refuse(t("{name} could not be read.", { name: file.name }));
    }
  };
  const over = (/** @type {boolean} */ on) => (/** @type {DragEvent} */ event) => { event.preventDefault(); box.toggleAttribute("data-over", on); };
  box.addEventListener("dragover", over(true));
  box.addEventListener("dragleave", over(false));
  box.addEventListener("drop", (event) => { over(false)(event); take(event.dataTransfer?.files[0]); });
  const stops = [
    redrawOn(model, ["label", "hint", "accept"], () => {
      button.textContent = plain(model.get("label"));
      hint.textContent = plain(model.get("hint"));
      input.setAttribute("accept", model.get("accept"));
    }),
    redrawOn(model, ["problem"], () => refuse(model.get("problem"))),
  ];
  return () => { for (const stop of stops) stop(); };
}

export default { render };
