// The tables of the page, and everything else outside the figures that follows the chips.
const rowOf = (element) => ({
  variant: element.dataset.variant,
  key: (column) => element.cells[column].dataset.sort,
  element: () => element,
});

// A table of the page; of a long one most rows are deflated.
function tableOf(root, chips) {
  const packed = root.querySelector("script.rows");
  root.tFoot?.remove();
  const more = packed && Object.assign(() => inflatedRows(packed), { count: Number(packed.dataset.count) });
  return new Table(root, [...root.tBodies[0].rows].map(rowOf), chips, more);
}

async function inflatedRows(packed) {
  const rows = document.createElement("template");
  rows.innerHTML = await packs.text(packed.textContent);
  packed.remove();
  return [...rows.content.children].map(rowOf);
}

class Tables {
  constructor(chips) {
    this.chips = chips;
    this.tables = [...document.querySelectorAll("table.sortable")].map((root) => tableOf(root, chips));
    for (const table of this.tables) table.offerCsv();
    for (const root of document.querySelectorAll("main .scroll table:not(.sortable)")) {
      offerCsv(root, () => [...root.tBodies[0].rows].filter((row) => !row.hidden));
    }
    this.tagged = [...document.querySelectorAll("[data-variant]")].filter((each) => !each.closest(".sortable"));
    this.holders = [...document.querySelectorAll("[data-holds]")];
    this.notes = [...document.querySelectorAll("[data-covers-all]")].map(coverNote);
  }

  // What holds variants goes when none of them is left.
  filter() {
    for (const table of this.tables) table.show();
    for (const each of this.tagged) hide(each, !this.chips.shown[each.dataset.variant]);
    for (const each of this.holders) each.hidden = ![...each.querySelectorAll("[data-variant]")].some(isShown);
    for (const table of document.querySelectorAll(".matrix")) filterColumns(table);
    for (const note of this.notes) note.hidden = this.chips.all;
  }
}

const isShown = (each) => !each.hidden && !each.classList.contains("off");

// A cell keeps its place in the row.
function hide(each, hidden) {
  if (each.tagName === "TD") each.classList.toggle("off", hidden);
  else each.hidden = hidden;
}

function filterColumns(table) {
  for (const head of table.tHead.rows[0].cells) {
    const cells = [...table.tBodies[0].rows].map((row) => row.cells[head.cellIndex]);
    const variants = cells.filter((cell) => "variant" in cell.dataset);
    const gone = variants.length > 0 && !variants.some(isShown);
    for (const cell of [head, ...cells]) cell.hidden = gone;
  }
}

// Stands where numbers of all variants stand, as long as chips hide some of them.
function coverNote(place) {
  const note = element("p", { class: "covers", hidden: "" }, `Of all ${study.variants.length} variants, whatever the chips show.`);
  const head = place.querySelector(":scope > h2, :scope > h3");
  if (head) head.after(note);
  else if (place.tagName === "SECTION") place.prepend(note);
  else place.after(note);
  return note;
}
