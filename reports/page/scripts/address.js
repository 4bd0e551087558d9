// The state of the view, kept in the URL's fragment, so that a link shows the same view.

/** @import { Part } from "./types.d.ts" */

const ACTS = ["wheel", "touchmove", "pointerdown", "keydown"]; // by which a reader moves on
const PLAIN = /^#?([\w-]+)$/; // #decay, as anybody would write it

/**
 * The fragment that keeps this state, without its #.
 * @param {string | null} section
 * @param {Part[]} parts
 */
export function fragmentOf(section, parts) {
  const params = new URLSearchParams();
  if (section) params.set("at", section);
  for (const part of parts) part.save(params);
  return params.toString();
}

/**
 * Gives each part its state from a fragment; parts pass over what is unknown or malformed.
 * @param {string} fragment with or without its #
 * @param {Part[]} parts
 * @returns {string | null} the section
 */
export function loadFragment(fragment, parts) {
  const params = new URLSearchParams(fragment.replace(/^#/, ""));
  for (const part of parts) part.load(params);
  return params.get("at") ?? PLAIN.exec(fragment)?.[1] ?? null;
}

export class Address {
  /**
   * @param {Part[]} parts
   * @param {(id: string) => void} openTrial
   * @param {() => void} loaded called after all parts have loaded
   */
  constructor(parts, openTrial, loaded) {
    this.parts = parts;
    this.openTrial = openTrial;
    this.loaded = loaded;
    /** @type {string | null} */
    this.section = null;
    /** @type {AbortController | null} */
    this.held = null;
    addEventListener("popstate", () => this.load());
    document.addEventListener("click", (event) => this.follow(event));
  }

  load() {
    this.section = loadFragment(location.hash, this.parts);
    this.loaded();
  }

  save({ replace = false } = {}) {
    const fragment = fragmentOf(this.section, this.parts);
    if (fragment === location.hash.slice(1)) return;
    const url = fragment ? `#${fragment}` : location.pathname + location.search;
    if (replace) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
  }

  scroll() {
    const place = this.section ? document.getElementById(this.section) : null;
    if (!place) return;
    for (const fold of document.querySelectorAll("details"))
      if (fold.matches(".fold") && (place.contains(fold) || fold.contains(place))) fold.open = true;
    place.scrollIntoView();
    this.hold(place);
  }

  /**
   * Figures above a place are drawn after the scroll and push it down: it is kept at the window's
   * top until the reader acts.
   * @param {Element} place
   */
  hold(place) {
    this.held?.abort();
    const held = new AbortController();
    const sizes = new ResizeObserver(() => place.scrollIntoView());
    sizes.observe(document.body);
    held.signal.addEventListener("abort", () => sizes.disconnect());
    const options = { capture: true, passive: true, signal: held.signal };
    for (const act of ACTS) addEventListener(act, () => held.abort(), options);
    this.held = held;
  }

  /**
   * Links within the page change their own part of the state and leave the rest.
   * @param {MouseEvent} event
   */
  follow(event) {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (
      !link?.getAttribute("href")?.startsWith("#") ||
      event.ctrlKey ||
      event.metaKey ||
      event.shiftKey
    )
      return;
    event.preventDefault();
    const trial = new URLSearchParams(link.hash.slice(1)).get("trial");
    if (trial) this.openTrial(trial);
    else this.go(link.hash.slice(1));
  }

  /** @param {string} section */
  go(section) {
    this.section = section;
    this.save();
    this.scroll();
  }
}
