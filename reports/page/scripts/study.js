// What the page knows of the study: its factors, their levels, and the level of each variant.

/** @import { Factor, StudyData } from "./types.d.ts" */

export class Study {
  /** @param {StudyData} data */
  constructor(data) {
    this.name = data.study;
    this.factors = data.factors;
    this.variants = data.variants;
    this.roles = data.roles;
    this.isCrossed = data.is_crossed;
    this.replicates = data.replicates;
    this.looks = data.looks;
  }

  /**
   * Undefined for a path that is no factor with filters.
   * @param {string | null} path
   * @returns {Factor | undefined}
   */
  find(path) {
    return this.factors.find((each) => each.path === path);
  }

  /**
   * @param {string | null} path
   * @returns {Factor}
   */
  factor(path) {
    const found = this.find(path);
    if (!found) throw new Error(`the study has no factor ${path}`);
    return found;
  }

  /**
   * The place of a variant's level; 0 where no factor has the role.
   * @param {string | null} path
   * @param {number} variant
   */
  level(path, variant) {
    return path ? this.variants[variant][this.factors.indexOf(this.factor(path))] : 0;
  }

  /**
   * The level of a variant as a sentence names it.
   * @param {string | null} path
   * @param {number} variant
   */
  levelName(path, variant) {
    return this.factor(path).names[this.level(path, variant)];
  }

  /**
   * The factor at a place of the table heads, by its name.
   * @param {string} name
   */
  named(name) {
    return this.factors.find((each) => each.name === name);
  }

  /** @param {number} place */
  look(place) {
    return this.looks[place % this.looks.length];
  }
}
