/**
 * Takes a file from Python piece by piece, and lets the browser save it.
 */
import { h, isShown, root, uniqueId } from "./dom.js";
import { saveBlob } from "./save.js";

const GIVE_WAY = 400; // ms by which a page that is not in front leaves a file to the one that is

function render({ model, el }) {
  const view = root(model, el, "tw-downloads");
  view.append(h("span")); // without contents it would not count as being in sight
  const me = uniqueId("view");
  const files = new Map();
  const take = (nonce) => {
    if (files.has(nonce)) model.send({ type: "take-piece", nonce, view: me, offset: files.get(nonce).done });
  };
  const begin = (offer) => {
    if (!isShown(view)) return;
    files.set(offer.nonce, { ...offer, done: 0, pieces: [] });
    take(offer.nonce);
  };
  const add = (message, buffers) => {
    const file = files.get(message.nonce);
    if (!file || message.view !== me || message.offset !== file.done) return;
    file.pieces.push(buffers[0]);
    file.done += buffers[0].byteLength;
    if (file.done < file.size) return take(message.nonce);
    files.delete(message.nonce);
    saveBlob(new Blob(file.pieces, { type: file.media }), file.name);
  };
  const receive = (message, buffers) => {
    if (message?.type === "offer") {
      if (document.hasFocus()) begin(message);
      else setTimeout(() => begin(message), GIVE_WAY);
    } else if (message?.type === "piece") add(message, buffers);
  };
  model.on("msg:custom", receive);
  return () => model.off("msg:custom", receive);
}

export default { render };
