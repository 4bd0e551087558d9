// An x axis of levels: only those that the filters leave, with the colours beside each other.

import { band, escaped, grouped, merge } from "./traces.js";

/** @import { LevelFilters } from "../filters/level_filters.js" */
/** @import { Study } from "../study.js" */
/** @import { Axis, Range, RolePaths, Trace } from "../types.d.ts" */

export class LevelAxis {
  /**
   * @param {Study} study
   * @param {"levels" | "dodged"} along what x was when the page came: see Arrangement in records.py
   * @param {RolePaths} roles
   * @param {LevelFilters} filters
   */
  constructor(study, along, roles, filters) {
    this.study = study;
    this.roles = roles;
    this.path = roles.x || roles.colour;
    this.factor = study.factor(this.path);
    const left = filters.left(this.path) ?? [];
    this.levels = this.factor.levels.flatMap((text, place) => (left.includes(text) ? [place] : []));
    this.joins = Boolean(roles.x) && this.factor.is_scale;
    this.dodges = along === "dodged" || !this.joins;
    this.wasDodged = along === "dodged";
    this.isShared = Boolean(roles.x) && hasSeveralColours(study, roles);
  }

  /** @returns {Axis} */
  layout() {
    return {
      tickvals: this.levels.map((_, i) => i),
      ticktext: this.levels.map((place) => this.factor.ticks[place]),
      range: [-0.5, this.levels.length - 0.5],
      title: { text: escaped(this.factor.name, /[&<>]/g) },
      zeroline: false,
      showgrid: false,
    };
  }

  /**
   * Pieces of one kind and colour become one trace again, along x.
   * @param {Trace[]} traces each of one variant
   * @param {Range | null} [range] of y
   */
  placed(traces, range) {
    const kept = traces.filter((trace) => !trace.fill || this.joins);
    const groups = grouped(kept, ({ fill, name, mode, legendgroup }) =>
      [fill, name, mode, legendgroup].join(),
    );
    const every = groups.map((group) =>
      this.joined(group.map((trace) => this.moved(trace, range))),
    );
    return every.sort((a, b) => Number(Boolean(b.fill)) - Number(Boolean(a.fill)));
  }

  /**
   * A piece shows one variant: its points keep their steps sideways, as far as there is room.
   * @param {Trace} trace
   * @param {Range | null} [range]
   * @returns {Trace}
   */
  moved(trace, range) {
    const [variant] = trace.meta?.variants ?? [0];
    const from = this.wasDodged
      ? this.positionBefore(variant)
      : this.study.level(this.study.roles.x, variant);
    const to = this.position(variant);
    const room = colourCount(this.study, this.study.roles) / colourCount(this.study, this.roles);
    const moved = { ...trace, x: trace.x.map((x) => to + (x - from) * room) };
    if (trace.name === "lost" && range) moved.y = moved.y.map(() => this.foot(variant, range));
    return moved;
  }

  /** @param {number} variant */
  position(variant) {
    const place = this.levels.indexOf(this.study.level(this.path, variant));
    return this.dodges && this.isShared
      ? place + sideways(this.study, this.roles.colour, variant)
      : place;
  }

  /**
   * Where the page put it: see x_position in outcomes.py.
   * @param {number} variant
   */
  positionBefore(variant) {
    const { x, colour } = this.study.roles;
    if (!x) return this.study.level(colour, variant);
    return this.study.level(x, variant) + sideways(this.study, colour, variant);
  }

  /**
   * Where replicates are marked that were lost.
   * @param {number} variant
   * @param {Range} range
   */
  foot(variant, [low, high]) {
    return low + (high - low) * (0.01 + 0.065 * (this.study.level(this.roles.colour, variant) % 2));
  }

  /**
   * @param {Trace[]} group
   * @returns {Trace}
   */
  joined(group) {
    group.sort((a, b) => a.x[0] - b.x[0]);
    if (group[0].fill) return band(group);
    const made = merge(group);
    if (!("error_y" in made)) return made;
    const bars = made.name === "mean" ? { mode: this.joins ? "lines+markers" : "markers" } : {};
    const visible = this.dodges || this.wasDodged;
    return { ...made, ...bars, error_y: { array: [], ...made.error_y, visible } };
  }
}

/**
 * Whether some level on x has variants of more than one colour.
 * @param {Study} study
 * @param {RolePaths} roles
 */
function hasSeveralColours(study, { x, colour }) {
  const pairs = study.variants.map(
    (_, variant) => `${study.level(x, variant)} ${study.level(colour, variant)}`,
  );
  return new Set(pairs).size > study.factor(x).levels.length;
}

/**
 * @param {Study} study
 * @param {RolePaths} roles
 */
const colourCount = (study, { colour }) => (colour ? study.factor(colour).levels.length : 1);

/**
 * How far a variant is from the middle of its place on x.
 * @param {Study} study
 * @param {string | null} colour
 * @param {number} variant
 */
function sideways(study, colour, variant) {
  const count = study.factor(colour).levels.length;
  return (study.level(colour, variant) - (count - 1) / 2) * (0.76 / count);
}
