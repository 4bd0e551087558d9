// Which levels of factors the reader has hidden, and which variants are shown therefore.

import { pick } from "../figures/traces.js";

/** @import { Study } from "../study.js" */
/** @import { Trace } from "../types.d.ts" */

export class LevelFilters {
  /** @param {Study} study */
  constructor(study) {
    this.study = study;
    /** @type {Map<string, Set<number>>} path → places of hidden levels */
    this.off = new Map(study.factors.map((factor) => [factor.path, new Set()]));
    this.shown = study.variants.map(() => true);
  }

  /**
   * @param {string} path
   * @returns {Set<number>}
   */
  hidden(path) {
    return this.off.get(path) ?? new Set();
  }

  /**
   * @param {string} path
   * @param {number} level
   * @param {boolean} alone whether all other levels of the factor are hidden
   */
  toggle(path, level, alone) {
    const off = this.hidden(path);
    if (alone) {
      for (const other of this.study.factor(path).levels.keys()) off.add(other);
      off.delete(level);
    } else if (!off.delete(level)) off.add(level);
    this.update();
  }

  clear() {
    for (const off of this.off.values()) off.clear();
    this.update();
  }

  update() {
    const offs = this.study.factors.map(({ path }) => this.hidden(path));
    this.shown = this.study.variants.map((levels) =>
      levels.every((level, i) => !offs[i].has(level)),
    );
  }

  /** How many variants are shown. */
  get count() {
    return this.shown.filter(Boolean).length;
  }

  /** Whether all variants are shown. */
  get all() {
    return this.shown.every(Boolean);
  }

  /**
   * The levels of a factor that are left; null for what is no factor with filters.
   * @param {string | null} path
   */
  left(path) {
    const factor = this.study.find(path);
    if (!factor) return null;
    const off = this.hidden(factor.path);
    return factor.levels.filter((_, level) => !off.has(level));
  }

  /**
   * A trace without the points of hidden variants; null where none is left.
   * @param {Trace} trace
   */
  kept(trace) {
    const { meta } = trace;
    if (this.all || !meta) return trace;
    if (meta.variants)
      return pick(
        trace,
        meta.variants.flatMap((variant, i) => (this.shown[variant] ? [i] : [])),
      );
    return meta.variant !== undefined && this.shown[meta.variant] ? trace : null;
  }

  /** @param {URLSearchParams} params */
  save(params) {
    for (const { path, levels } of this.study.factors) {
      for (const level of this.hidden(path)) params.append("hide", `${path}=${levels[level]}`);
    }
  }

  /** @param {URLSearchParams} params */
  load(params) {
    const hidden = new Set(params.getAll("hide"));
    for (const { path, levels } of this.study.factors) {
      const off = this.hidden(path);
      off.clear();
      for (const [level, text] of levels.entries()) {
        if (hidden.has(`${path}=${text}`)) off.add(level);
      }
    }
    this.update();
  }
}
