// The state of the view stands in the URL's fragment, so that a link shows the same view.
class Link {
  // parts: each has save(params) and load(params); shown: called after all have loaded
  constructor(parts, shown) {
    this.parts = parts;
    this.shown = shown;
    this.section = null;
    addEventListener("popstate", () => this.load());
    document.addEventListener("click", (event) => this.follow(event));
  }

  // Whatever is unknown or malformed is passed over by the parts.
  load() {
    const params = new URLSearchParams(location.hash.slice(1));
    for (const part of this.parts) part.load(params);
    this.section = params.get("at");
    this.shown();
  }

  save({ replace = false } = {}) {
    const params = new URLSearchParams();
    if (this.section) params.set("at", this.section);
    for (const part of this.parts) part.save(params);
    const text = params.toString();
    if (text === location.hash.slice(1)) return;
    const url = text ? `#${text}` : location.pathname + location.search;
    history[replace ? "replaceState" : "pushState"](null, "", url);
  }

  scroll() {
    const place = this.section && document.getElementById(this.section);
    if (place) place.scrollIntoView();
  }

  // Links within the page change their own part of the state and leave the rest.
  follow(event) {
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.section = link.hash.slice(1);
    this.save();
    this.scroll();
  }
}
