/**
 * The levels of access, from the highest to none: their names, and the words for them.
 */
import { t } from "./words.js";

export const LEVELS = ["Full Access", "Read Access", "No Access"];

const WORDS = { "Full Access": t("Full Access"), "Read Access": t("Read Access"), "No Access": t("No Access") };
export const levelWords = (/** @type {string} */ level) => WORDS[level] ?? level;
