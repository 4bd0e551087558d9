// The index: search, sort, and two studies beside each other; the pair is kept in the URL's fragment.

import { element, find, findAs, textOf } from "./dom.js";
import { differences, fragmentOf, matches, ORDERS, studiesOf } from "./study_search.js";
import { studiesText } from "./text.js";

/** @import { StudyFacts } from "./types.d.ts" */

/** @typedef {{ root: HTMLElement, box: HTMLInputElement | null, facts: StudyFacts }} Item */

/** @param {HTMLElement} list */
function start(list) {
  /** @type {StudyFacts[]} */
  const facts = JSON.parse(textOf("facts"));
  /** @type {Item[]} */
  const items = [...list.querySelectorAll("li")].map((root) => ({
    root,
    box: root.querySelector("input"),
    facts: facts[Number(root.dataset.place)],
  }));
  const beside = find(document, "#beside");
  const search = findAs(document, "#search", HTMLInputElement);
  const sort = findAs(document, "#sort", HTMLSelectElement);

  function filter() {
    for (const { root } of items) root.hidden = !matches(root.textContent, search.value);
    const shown = items.filter(({ root }) => !root.hidden).length;
    find(document, "#count").textContent = studiesText(shown, items.length);
  }

  function reorder() {
    const sorted = [...items].sort((a, b) => ORDERS[sort.value](a.facts, b.facts));
    list.append(...sorted.map(({ root }) => root));
  }

  const chosen = () => items.filter(({ box }) => box?.checked).map((item) => item.facts);

  function showPair() {
    const [a, b] = chosen();
    for (const { box } of items) if (box) box.disabled = b !== undefined && !box.checked;
    beside.hidden = b === undefined;
    find(beside, ".scroll").replaceChildren(...(b ? [tableOf(a, b)] : []));
    find(beside, ".frames").replaceChildren(...(b ? [frame(a), frame(b)] : []));
  }

  function remember() {
    const fragment = fragmentOf(chosen().map(({ study }) => study));
    history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname);
  }

  function recall() {
    const names = studiesOf(location.hash);
    for (const item of items) if (item.box) item.box.checked = names.includes(item.facts.study);
    showPair();
  }

  search.addEventListener("input", filter);
  sort.addEventListener("change", reorder);
  for (const { box } of items) {
    box?.addEventListener("change", () => {
      showPair();
      remember();
    });
  }
  addEventListener("hashchange", recall);
  filter();
  recall();
}

/**
 * @param {StudyFacts} a
 * @param {StudyFacts} b
 */
function tableOf(a, b) {
  const table = element("table");
  table.createTHead().append(row("th", ["", a.study, b.study]));
  table.createTBody().append(...differences(a, b).map((texts) => row("td", texts)));
  return table;
}

/**
 * @param {"th" | "td"} kind
 * @param {string[]} texts
 */
const row = (kind, texts) =>
  element("tr", {}, ...texts.map((text, column) => element(column ? kind : "th", {}, text)));

/** @param {StudyFacts} facts */
const frame = ({ study, href }) =>
  element("iframe", { title: `Report of ${study}`, src: href ?? "" });

const list = document.querySelector(".studies");
if (list instanceof HTMLElement) start(list);
