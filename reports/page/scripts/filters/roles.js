// Which factor is colour, which is x, which make panels: the reader may give these roles to others.

/** @import { Study } from "../study.js" */
/** @import { Role, RolePaths } from "../types.d.ts" */

/** @type {Role[]} */
export const ROLES = ["colour", "x", "columns", "rows"];

export class Roles {
  /** @param {Study} study */
  constructor(study) {
    this.study = study;
    this.paths = this.initial();
    // A factor with one level, or too many for filters, keeps its role, and then all do.
    this.known = Object.values(this.paths).every((path) => !path || study.find(path) !== undefined);
    this.canChange = study.factors.length > 1 && this.known;
  }

  /** @returns {RolePaths} */
  initial() {
    const { colour, x, columns, rows } = this.study.roles;
    return { colour, x, columns, rows };
  }

  get isInitial() {
    return ROLES.every((role) => this.paths[role] === this.study.roles[role]);
  }

  /**
   * The roles that figures show.
   * @returns {RolePaths}
   */
  get now() {
    // Where factors are not crossed, variants without a place on x would lie on each other.
    const stacked =
      !this.study.isCrossed && !this.paths.x && !Object.values(this.paths).includes("variant");
    return stacked ? { ...this.paths, x: "variant" } : this.paths;
  }

  /**
   * Who had the role gets that of the one who gets it: no factor has two, none is lost.
   * @param {Role} role
   * @param {string | null} path
   */
  give(role, path) {
    const before = ROLES.find((other) => path && this.paths[other] === path);
    if (before) this.paths[before] = this.paths[role];
    this.paths[role] = path;
  }

  /** @param {URLSearchParams} params */
  save(params) {
    for (const role of ROLES) {
      if (this.paths[role] !== this.study.roles[role])
        params.set(`role.${role}`, this.paths[role] ?? "");
    }
  }

  /** @param {URLSearchParams} params */
  load(params) {
    this.paths = this.initial();
    for (const role of this.canChange ? ROLES : []) {
      const path = params.get(`role.${role}`);
      const isNone = path === "" && role !== "colour" && !this.study.isCrossed;
      if (this.study.find(path) || isNone) this.paths[role] = path || null;
    }
    const taken = Object.values(this.paths).filter(Boolean);
    if (new Set(taken).size < taken.length) this.paths = this.initial();
  }
}
