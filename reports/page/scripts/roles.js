// Which factor is colour, which is x, which make panels: the reader may give these roles to others.
const roleNames = [["colour", "colour"], ["x", "x axis"], ["columns", "panels"], ["rows", "more panels"]];

class Roles {
  // changed: called after every change
  constructor(changed) {
    this.changed = changed;
    this.paths = this.initial();
    this.selects = new Map();
    // A factor with one level, or too many for chips, keeps its role, and then all do.
    this.known = Object.values(this.paths).every((path) => !path || factorOf(path));
    this.root = study.factors.length > 1 && this.known ? this.build() : null;
    this.update();
  }

  initial() {
    return Object.fromEntries(roleNames.map(([role]) => [role, study.roles[role]]));
  }

  get isInitial() {
    return roleNames.every(([role]) => this.paths[role] === study.roles[role]);
  }

  // Factors that make no picture are chosen from lists where levels are crossed.
  build() {
    const used = roleNames.filter(([role], i) => (study.is_crossed ? study.roles[role] : i < 3));
    const labels = used.map(([role, name]) => element("label", {}, name, this.select(role, name)));
    return element("div", { role: "group", "aria-label": "roles of factors", class: "roles" }, ...labels);
  }

  select(role, label) {
    const options = study.factors.map(({ path, name }) => element("option", { value: path }, name));
    if (!study.is_crossed && role !== "colour") options.unshift(element("option", { value: "" }, "–"));
    const select = element("select", { name: `role.${role}`, "aria-label": label }, ...options);
    select.addEventListener("change", () => {
      this.give(role, select.value || null);
      this.update();
      this.changed();
    });
    this.selects.set(role, select);
    return select;
  }

  // Who had the role gets that of the one who gets it: no factor has two, none is lost.
  give(role, path) {
    const before = roleNames.map(([other]) => other).find((other) => path && this.paths[other] === path);
    if (before) this.paths[before] = this.paths[role];
    this.paths[role] = path;
  }

  update() {
    for (const [role, select] of this.selects) select.value = this.paths[role] ?? "";
    // Where factors are not crossed, variants without a place on x would lie on each other.
    const stacked = !study.is_crossed && !this.paths.x && !Object.values(this.paths).includes("variant");
    this.now = stacked ? { ...this.paths, x: "variant" } : this.paths;
  }

  save(params) {
    for (const [role] of roleNames) {
      if (this.paths[role] !== study.roles[role]) params.set(`role.${role}`, this.paths[role] ?? "");
    }
  }

  load(params) {
    this.paths = this.initial();
    for (const [role] of this.root ? roleNames : []) {
      const path = params.get(`role.${role}`);
      const isNone = path === "" && role !== "colour" && !study.is_crossed;
      if (factorOf(path) || isNone) this.paths[role] = path || null;
    }
    const taken = Object.values(this.paths).filter(Boolean);
    if (new Set(taken).size < taken.length) this.paths = this.initial();
    this.update();
  }
}

const factorOf = (path) => study.factors.find((each) => each.path === path);
const levelOf = (path, variant) => (path ? study.variants[variant][study.factors.indexOf(factorOf(path))] : 0);
