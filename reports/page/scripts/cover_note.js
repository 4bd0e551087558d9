// The note beside numbers of all variants, seen as long as filters hide some of them.

import { element } from "./dom.js";
import { coversAll } from "./text.js";

/**
 * @param {HTMLElement} place what the note is about
 * @param {number} variants
 */
export function coverNote(place, variants) {
  const note = element("p", { class: "covers", hidden: "" }, coversAll(variants));
  const head = place.querySelector(":scope > h2, :scope > h3");
  if (head) head.after(note);
  else if (place.tagName === "SECTION") place.prepend(note);
  else place.after(note);
  return note;
}
