// What a figure's lists and legend are set to: the reader's choices, as far as the filters leave them.

/** @import { LevelFilters } from "../filters/level_filters.js" */
/** @import { FigureHead, Shown } from "../types.d.ts" */

export class Choices {
  /**
   * @param {Pick<FigureHead, "name" | "scale">} spec
   * @param {Shown} shown
   * @param {LevelFilters} filters
   */
  constructor(spec, shown, filters) {
    this.spec = spec;
    this.shown = shown;
    this.filters = filters;
    this.state = this.initial();
    /** @type {string} */
    this.scale = spec.scale;
    /** @type {Set<number>} places of the levels that the legend hides */
    this.hidden = new Set();
  }

  initial() {
    return Object.fromEntries(this.shown.choosers.map(({ key, chosen }) => [key, chosen]));
  }

  /**
   * Takes other lists and another legend; lists that stay keep what was chosen.
   * @param {Shown} shown
   * @returns {boolean} whether lists or legend changed
   */
  regroup(shown) {
    const before = this.shown;
    this.shown = shown;
    if (before.colour !== shown.colour) this.hidden.clear();
    /** @type {(each: Shown) => string} */
    const lists = ({ choosers, colour }) => [colour, ...choosers.map(({ key }) => key)].join();
    if (lists(before) === lists(shown)) return false;
    this.state = { ...this.initial(), ...this.state };
    return true;
  }

  /** @param {number} level */
  toggle(level) {
    if (!this.hidden.delete(level)) this.hidden.add(level);
  }

  rescale() {
    this.scale = this.scale === "log" ? "linear" : "log";
  }

  /**
   * The value of each list: the reader's choice, or the first one that the filters leave.
   * @returns {Record<string, string>}
   */
  now() {
    const entries = this.shown.choosers.map(({ key }) => {
      const left = this.left(key);
      return [key, left.includes(this.state[key]) ? this.state[key] : left[0]];
    });
    return Object.fromEntries(entries);
  }

  /**
   * The values of a list that the filters leave.
   * @param {string} key
   */
  left(key) {
    const chooser = this.shown.choosers.find((each) => each.key === key);
    const every = (chooser?.options ?? []).map(([value]) => value);
    const shown = this.filters.left(key);
    const both = shown ? every.filter((value) => shown.includes(value)) : every;
    return both.length ? both : every;
  }

  /**
   * The title names what some lists show: see Figure.titled in records.py.
   * @param {Record<string, string>} now
   */
  titled(now) {
    const text = this.shown.choosers.reduce((title, { key, options }) => {
      const chosen = options.find(([value]) => value === now[key]);
      return title.replace(`{${key}}`, () => chosen?.[1] ?? "");
    }, this.shown.title);
    return text[0].toUpperCase() + text.slice(1);
  }

  /** The entries of the legend that can be hidden. */
  keys() {
    return this.shown.legend.length > 1 ? this.shown.legend : [];
  }

  /**
   * In the URL only what differs from the page as it opens.
   * @param {URLSearchParams} params
   */
  save(params) {
    const { name, scale } = this.spec;
    for (const { key, chosen } of this.shown.choosers) {
      if (this.state[key] !== chosen) params.set(`${name}.${key}`, this.state[key]);
    }
    if (this.scale !== scale) params.set(`${name}.y`, this.scale);
    for (const { place, text } of this.keys()) {
      if (this.hidden.has(place)) params.append(`${name}.without`, text);
    }
  }

  /** @param {URLSearchParams} params */
  load(params) {
    const { name, scale } = this.spec;
    this.state = this.initial();
    for (const { key, options } of this.shown.choosers) {
      const value = params.get(`${name}.${key}`);
      if (value !== null && options.some(([each]) => each === value)) this.state[key] = value;
    }
    const wanted = params.get(`${name}.y`);
    this.scale = scale && (wanted === "linear" || wanted === "log") ? wanted : scale;
    const without = params.getAll(`${name}.without`);
    const hidden = this.keys().filter(({ text }) => without.includes(text));
    this.hidden = new Set(hidden.map(({ place }) => place));
  }
}
