/**
 * The application's top bar: the menu of screens, who is acting, messages, and whether Python is there.
 */
import { h, icon, plain, redrawOn, root } from "./dom.js";
import { leave } from "./guard.js";
import { menuButton } from "./popup.js";
import { LANGUAGE, t } from "./words.js";

const PING_EVERY = 20_000; // ms
const PING_AFTER_CLICK = 1_000; // ms
const PONG_WITHIN = 6_000; // ms; a kernel that said it is busy is given longer
const PONG_WITHIN_IF_BUSY = 60_000;

/** The two live regions, always there, so that screen readers have them before they speak. */
function messageArea(model) {
  const regions = { status: h("div", { role: "status" }), alert: h("div", { role: "alert" }) };
  const retry = h("button", { type: "button", onclick: () => model.send({ type: "try-again", serial }) }, t("Try again"));
  const undo = h("button", { type: "button",
    onclick: () => leave(undo, () => { stay = true; model.send({ type: "undo", serial }); }) }, t("Undo"));
  const dismiss = h("button", { type: "button", class: "tw-quiet tw-icon", "aria-label": t("Dismiss"), title: t("Dismiss"),
    onclick: () => show({}) }, icon("close"));
  const element = h("div", { class: "tw-message" }, h("div", { class: "tw-spring" }, regions.status, regions.alert), retry, undo, dismiss);
  let serial = NaN;
  let timer = 0;
  let stay = false; // whether the keyboard was on a button that goes with its message
  const show = (/** @type {{kind?: string, text?: string, retry?: boolean, undo?: boolean}} */ { kind = "status", text = "", retry: again = false, undo: back = false }) => {
    const region = regions[kind] ?? regions.status;
    for (const each of Object.values(regions)) each.textContent = "";
    element.toggleAttribute("data-shown", Boolean(text));
    element.setAttribute("data-kind", kind === "alert" ? "bad" : "good");
    retry.hidden = !again || !text;
    undo.hidden = !back || !text;
    dismiss.hidden = !text;
    if (stay && text && !back) dismiss.focus();
    stay &&= !text;
    // Emptied first and filled a moment later, the same words are read out again.
    clearTimeout(timer);
    if (text) timer = setTimeout(() => { region.textContent = plain(text); }, 30);
    // Trouble must be seen, also by who has scrolled down; so must a way back, and what came of a form that is gone.
    // But who ticks boxes, or goes through a table, stays there.
    const stays = document.activeElement?.closest(back ? "input" : "input, table, dialog");
    if (text && (kind === "alert" || !stays)) element.scrollIntoView({ block: "nearest" });
  };
  return {
    element,
    update() {
      const notice = model.get("notice");
      if (notice.serial === serial) return;
      serial = notice.serial;
      show(notice);
    },
  };
}

/** Tell Python that this is on show, and ask for signs of life; without one, say so instead of showing a page that is dead. */
function heartbeat(model, banner) {
  let waiting = 0;
  let clicked = 0;
  const lost = () => { waiting = 0; banner.hidden = false; };
  const send = (message) => {
    try {
      model.send(message);
    } catch {
      clearTimeout(waiting);
      lost();
    }
  };
  const ping = () => {
    if (waiting) return;
    waiting = setTimeout(lost, model.get("busy") ? PONG_WITHIN_IF_BUSY : PONG_WITHIN);
    send({ type: "ping" });
  };
  const pong = (message) => {
    if (message?.type !== "pong") return;
    clearTimeout(waiting);
    waiting = 0;
    banner.hidden = true;
  };
  // Who clicks on a page that is dead must not wait for the next regular ping to learn why nothing happens.
  const click = () => { clearTimeout(clicked); clicked = setTimeout(ping, PING_AFTER_CLICK); };
  const wake = () => { if (document.visibilityState === "visible") ping(); };
  model.on("msg:custom", pong);
  document.addEventListener("visibilitychange", wake);
  document.addEventListener("click", click);
  window.addEventListener("online", ping);
  window.addEventListener("offline", lost);
  const timer = setInterval(ping, PING_EVERY);
  send({ type: "page-languages", tags: [document.documentElement.lang, ...navigator.languages].slice(0, 10) });
  ping();
  return () => {
    clearInterval(timer);
    clearTimeout(waiting);
    clearTimeout(clicked);
    model.off("msg:custom", pong);
    document.removeEventListener("visibilitychange", wake);
    document.removeEventListener("click", click);
    window.removeEventListener("online", ping);
    window.removeEventListener("offline", lost);
  };
}

function lostBanner() {
  const text = h("span", { class: "tw-spring" }, t("Connection lost. What you see may be out of date."));
  return h("div", { role: "alert", class: "tw-notice", "data-kind": "warn", hidden: true }, text,
    h("button", { type: "button", onclick: () => window.location.reload() }, t("Reload")));
}

/** The languages to choose from. */
function languageMenu(model) {
  const menu = menuButton({ label: t("Language"), buttonClass: "tw-quiet tw-icon",
    onChoose: (code) => leave(menu.button, () => model.send({ type: "choose-language", code })) });
  menu.button.replaceChildren(icon("globe"));
  for (const name of ["aria-label", "title"]) menu.button.setAttribute(name, t("Language"));
  const receive = (message) => { if (message?.type === "reload") window.location.reload(); };
  model.on("msg:custom", receive);
  return {
    element: menu.element,
    update() {
      const names = model.get("languages");
      menu.setItems(Object.keys(names), LANGUAGE, names);
      [...menu.items()].forEach((item, index) => item.setAttribute("lang", Object.keys(names)[index]));
      menu.element.hidden = Object.keys(names).length < 2;
    },
    stop: () => { menu.close(false); model.off("msg:custom", receive); },
  };
}

function render({ model, el }) {
  const view = root(model, el, "tw-menu-bar");
  const menu = menuButton({ label: t("Security"), before: icon("shield"), buttonClass: "tw-quiet",
    onChoose: (name) => leave(menu.button, () => model.send({ type: "open-screen", name })) });
  const actor = h("span", { class: "tw-actor-name" });
  const actorId = h("span", { class: "tw-muted tw-actor-id" });
  const initial = h("span", { class: "tw-initial", "aria-hidden": "true" });
  const who = h("div", { class: "tw-actor" }, h("span", { class: "tw-visually-hidden" }, t("You are"), " "), actor, actorId, initial);
  const languages = languageMenu(model);
  const bar = h("div", { class: "tw-bar tw-strip" }, menu.element, h("span", { class: "tw-spring" }), who, languages.element);
  const messages = messageArea(model);
  const banner = lostBanner();
  view.append(bar, messages.element, banner);

  const stops = [
    redrawOn(model, ["items", "labels", "current"], () => {
      menu.setItems(model.get("items"), model.get("current"), model.get("labels"));
      menu.button.toggleAttribute("disabled", model.get("items").length === 0);
    }),
    redrawOn(model, ["actor", "actor_id"], () => {
      const [name, id] = [plain(model.get("actor")), plain(model.get("actor_id"))];
      actor.textContent = name || id;
      actorId.textContent = name && id !== name ? id : "";
      initial.textContent = [...(name || id)][0]?.toUpperCase() ?? "";
      who.hidden = !(name || id);
    }),
    redrawOn(model, ["busy"], () => bar.setAttribute("aria-busy", String(model.get("busy")))),
    redrawOn(model, ["notice"], messages.update),
    redrawOn(model, ["languages"], languages.update),
    languages.stop,
    heartbeat(model, banner),
    () => menu.close(false),
  ];
  return () => { for (const stop of stops) stop(); };
}

export default { render };
