// A table that is sorted by a click on a heading, loses the rows of hidden variants, and turns pages.
const PAGE_ROWS = 100;  // as many stand in the page: PAGE_ROWS of render.py

class Table {
  // rows: each has variant (its place in the study, or none), key(column) to sort by, and element()
  // more: for those that are still deflated, a function that brings them
  constructor(root, rows, chips, more = null) {
    this.root = root;
    this.rows = rows;
    this.chips = chips;
    this.more = more;
    this.first = 0;
    for (const button of root.querySelectorAll("th button")) {
      button.addEventListener("click", () => this.sort(button.closest("th")));
    }
    this.pager = this.buildPager();
  }

  buildPager() {
    this.said = element("span", { role: "status" });
    this.steps = [["previous", -PAGE_ROWS], ["next", PAGE_ROWS]].map(([word, step]) => {
      const button = element("button", { type: "button", class: "chip" }, word);
      button.addEventListener("click", () => this.turn(step));
      return { button, step };
    });
    return element("p", { class: "pager" }, this.said, ...this.steps.map(({ button }) => button));
  }

  async turn(step) {
    this.first += step;
    await this.show();
    this.root.closest(".scroll").scrollTop = 0;
  }

  // Equal rows keep the order in which they were.
  async sort(head) {
    const descending = head.getAttribute("aria-sort") === "ascending";
    for (const other of this.root.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    await this.complete();
    const keyed = this.rows.map((row) => ({ row, key: row.key(head.cellIndex) }));
    keyed.sort((a, b) => compare(a.key, b.key, descending));
    this.rows = keyed.map(({ row }) => row);
    this.first = 0;
    await this.show();
  }

  complete() {
    this.completed ??= this.more?.().then((rows) => this.rows.push(...rows));
    return this.completed;
  }

  left() {
    return this.rows.filter(({ variant }) => variant === undefined || this.chips.shown[variant]);
  }

  offerCsv() {
    offerCsv(this.root, async () => {
      await this.complete();
      return this.left().map((row) => row.element());
    });
  }

  async show() {
    if (this.first || !this.chips.all) await this.complete();
    const left = this.left();
    const count = this.completed || !this.more ? left.length : this.more.count;
    if (this.first >= count) this.first = 0;
    const seen = left.slice(this.first, this.first + PAGE_ROWS).map((row) => row.element());
    const body = this.root.tBodies[0];
    const isShown = seen.length === body.rows.length && seen.every((each, i) => each === body.rows[i]);
    if (!isShown) body.replaceChildren(...seen);
    this.showPager(count, seen.length);
  }

  showPager(count, seen) {
    if (count > PAGE_ROWS) this.root.closest(".scroll").after(this.pager);
    else this.pager.remove();
    this.said.textContent = `rows ${this.first + 1} to ${this.first + seen} of ${count.toLocaleString("en")}`;
    for (const { button, step } of this.steps) button.disabled = this.first + step < 0 || this.first + step >= count;
  }
}

// Cells without a value stay last in both directions.
function compare(a, b, descending) {
  if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
  const order = isNaN(a) || isNaN(b) ? String(a).localeCompare(b) : a - b;
  return descending ? -order : order;
}
