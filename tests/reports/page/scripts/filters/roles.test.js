import assert from "node:assert/strict";
import { test } from "node:test";
import { Roles } from "../../../../../reports/page/scripts/filters/roles.js";
import { study } from "../sample.js";

const loaded = (text, changes) => {
  const roles = new Roles(study(changes));
  roles.load(new URLSearchParams(text));
  return roles;
};

test("who had the role gets that of the one who gets it", () => {
  const roles = new Roles(study());
  roles.give("colour", "model.depth");
  assert.equal(roles.now.colour, "model.depth");
  assert.equal(roles.now.x, "model.activation");
  assert.ok(!roles.isInitial);
});

test("the address keeps changed roles", () => {
  const roles = new Roles(study());
  const params = new URLSearchParams();
  roles.save(params);
  assert.equal(params.size, 0);
  roles.give("colour", "model.depth");
  roles.save(params);
  assert.deepEqual(loaded(params.toString()).paths, roles.paths);
});

for (const text of ["role.colour=model.depth", "role.x=nonsense", "role.colour=", "role.x="]) {
  test(`${text} gives no factor two roles, and leaves none out where levels are crossed`, () => {
    assert.ok(loaded(text).isInitial);
  });
}

test("where levels are not crossed, variants take the x axis that no factor has", () => {
  const variant = { path: "variant", name: "variant", levels: ["a", "b"] };
  const roles = new Roles(study({ is_crossed: false, factors: [...study().factors, variant] }));
  roles.load(new URLSearchParams("role.x="));
  assert.equal(roles.paths.x, null);
  assert.equal(roles.now.x, "variant");
});

test("a role of a factor without filters cannot be given to others", () => {
  const roles = loaded("role.x=model.depth", {
    roles: { colour: "model.activation", x: "model.width", columns: null, rows: null },
  });
  assert.ok(!roles.canChange);
  assert.ok(roles.isInitial);
});
