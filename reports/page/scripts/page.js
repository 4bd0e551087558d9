// Puts the parts of a report together. No network, no storage.

import { Address } from "./address.js";
import { element, find, findAll, findAs, textOf } from "./dom.js";
import { canDecode, decode } from "./encoding.js";
import { DrawQueue } from "./figures/draw_queue.js";
import { Figure } from "./figures/figure.js";
import { LevelButtons } from "./filters/level_buttons.js";
import { LevelFilters } from "./filters/level_filters.js";
import { RoleLists } from "./filters/role_lists.js";
import { Roles } from "./filters/roles.js";
import { runLibrary } from "./load_script.js";
import { Study } from "./study.js";
import { MoreColumns } from "./tables/more_columns.js";
import { PageTables } from "./tables/page_tables.js";
import { OLD_BROWSER } from "./text.js";
import { darkMode, toPaper } from "./theme.js";
import { TrialCard } from "./trials/trial_card.js";
import { TrialList } from "./trials/trial_list.js";

/** @import { FigureHead } from "./types.d.ts" */

async function start() {
  /** @type {Record<string, FigureHead>} */
  const heads = await decode(textOf("heads"));
  const encoded = textOf("plotly"); // empty where there is no figure
  const library = encoded ? runLibrary(encoded) : null;

  const study = new Study(JSON.parse(textOf("study")));
  const filters = new LevelFilters(study);
  const buttons = new LevelButtons(study, filters, () => refresh());
  if (study.factors.length) find(document, "main").before(buttons.root);
  const roles = new Roles(study);
  const lists = roles.canChange ? new RoleLists(study, roles, () => refresh()) : null;
  if (lists) buttons.groups.append(lists.root);
  const tables = new PageTables(study, filters);
  const columns = new MoreColumns(() => address.save());
  const card = new TrialCard(find(document, "#trials-data"), library, () => address.save());
  const trials = new TrialList(
    findAs(document, "#trials", HTMLDetailsElement),
    () => card.data(),
    study,
    filters,
  );
  const queue = new DrawQueue();
  const figures = findAll(document, ".figure").map(
    (root) =>
      new Figure(root, heads[root.dataset.name ?? ""], {
        study,
        filters,
        roles,
        queue,
        library,
        changed: (small) => address.save({ replace: small }),
        clicked: (variant, replicate) => card.wantReplicate(variant, replicate),
      }),
  );
  const parts = [filters, roles, columns, ...figures, card];
  const address = new Address(parts, (id) => card.want(id), show);

  function show() {
    lists?.show();
    buttons.show(roles.now.colour);
    document.body.classList.toggle("recoloured", roles.now.colour !== study.roles.colour);
    tables.filter();
    trials.show();
    for (const figure of figures) figure.refresh();
  }

  function refresh() {
    address.save();
    show();
  }

  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        figures.find(({ root }) => root === target)?.comesNear(isIntersecting);
    },
    { rootMargin: "600px" },
  );

  address.load();
  buttons.root.open = !filters.all || matchMedia("(min-width: 60rem)").matches;
  address.scroll();
  for (const figure of figures) near.observe(figure.root);
  darkMode.addEventListener("change", () => {
    for (const figure of figures) figure.refresh();
  });
  printWhole(figures, queue);
  await inflateWhenIdle(figures, library);
}

/**
 * On paper all that is loaded is drawn, and what is folded is open.
 * @param {Figure[]} figures
 * @param {DrawQueue} queue
 */
function printWhole(figures, queue) {
  const folded = () =>
    [...document.querySelectorAll("details")].filter((each) =>
      each.matches(".warnings details:not([open]), .fold:not([open])"),
    );
  addEventListener("beforeprint", () => {
    toPaper(true);
    for (const each of folded()) {
      each.open = true;
      each.dataset.unfolded = "";
    }
    for (const figure of figures) {
      if (!figure.more.hidden) figure.showRest();
      figure.drawLoaded();
    }
    queue.drawFor(Number.POSITIVE_INFINITY);
  });
  addEventListener("afterprint", () => {
    toPaper(false);
    for (const figure of figures) figure.refresh();
    for (const each of document.querySelectorAll("details")) {
      if (!("unfolded" in each.dataset)) continue;
      each.open = false;
      delete each.dataset.unfolded;
    }
  });
}

/**
 * One figure after another, when there is time.
 * @param {Figure[]} figures
 * @param {Promise<void> | null} library
 */
async function inflateWhenIdle(figures, library) {
  const idle = window.requestIdleCallback ?? setTimeout;
  await library;
  for (const figure of figures) {
    await new Promise((resolve) => idle(resolve, { timeout: 1000 }));
    await figure.inflate();
  }
  document.documentElement.dataset.inflated = "";
}

if (canDecode()) start();
else find(document, "main").before(element("p", { class: "covers" }, OLD_BROWSER));
