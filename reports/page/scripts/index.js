"use strict";
// Search, sort, and two studies beside each other; the pair stands in the URL's fragment.
(() => {
  const list = document.querySelector(".studies");
  if (!list) return;
  const items = [...list.children];
  const facts = JSON.parse(document.getElementById("facts").textContent);
  const beside = document.getElementById("beside");
  const search = document.getElementById("search");
  const sort = document.getElementById("sort");
  const count = document.getElementById("count");

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      const text = item.textContent.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
    const shown = items.filter((item) => !item.hidden).length;
    count.textContent = shown === items.length ? "" : `${shown} of ${items.length} studies`;
  }

  const orders = {
    date: (a, b) => b.date.localeCompare(a.date),
    study: (a, b) => a.study.localeCompare(b.study),
    trials: (a, b) => b.trials - a.trials,
  };

  function reorder() {
    const order = orders[sort.value];
    const sorted = [...items].sort((a, b) => order(facts[a.dataset.place], facts[b.dataset.place]));
    list.append(...sorted);
  }

  function element(tag, text = "") {
    const made = document.createElement(tag);
    made.textContent = text;
    return made;
  }

  function row(kind, ...texts) {
    const made = document.createElement("tr");
    made.append(...texts.map((text, column) => element(column ? kind : "th", text)));
    return made;
  }

  // What two conclusions do not share: settings, and everything that stands in the list.
  function differences(a, b) {
    const table = document.createElement("table");
    const head = table.createTHead();
    head.append(row("th", "", a.study, b.study));
    const body = table.createTBody();
    for (const key of ["question", "finding", "date", "done"]) body.append(row("td", key, a[key], b[key]));
    const paths = [...new Set([...Object.keys(a.settings), ...Object.keys(b.settings)])];
    for (const path of paths.filter((each) => a.settings[each] !== b.settings[each])) {
      body.append(row("td", path, a.settings[path] ?? "–", b.settings[path] ?? "–"));
    }
    return table;
  }

  function frame(each) {
    const made = document.createElement("iframe");
    made.title = `Report of ${each.study}`;
    made.src = each.href;
    return made;
  }

  function chosen() {
    return items.filter((item) => item.querySelector("input")?.checked).map((item) => facts[item.dataset.place]);
  }

  function pair() {
    const two = chosen();
    for (const box of list.querySelectorAll("input")) box.disabled = two.length === 2 && !box.checked;
    beside.hidden = two.length !== 2;
    beside.querySelector(".scroll").replaceChildren();
    beside.querySelector(".frames").replaceChildren();
    if (two.length !== 2) return;
    beside.querySelector(".scroll").append(differences(...two));
    beside.querySelector(".frames").append(...two.map(frame));
  }

  function remember() {
    const names = chosen().map((each) => encodeURIComponent(each.study));
    history.replaceState(null, "", names.length ? `#beside=${names.join("&beside=")}` : location.pathname);
  }

  function recall() {
    const names = new URLSearchParams(location.hash.slice(1)).getAll("beside").slice(0, 2);
    for (const item of items) {
      const box = item.querySelector("input");
      if (box) box.checked = names.includes(facts[item.dataset.place].study);
    }
    pair();
  }

  search.addEventListener("input", filter);
  sort.addEventListener("change", reorder);
  for (const box of list.querySelectorAll("input")) {
    box.addEventListener("change", () => { pair(); remember(); });
  }
  addEventListener("hashchange", recall);
  filter();
  recall();
})();
