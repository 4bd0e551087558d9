// Takes the panels of a figure apart by variant, and puts them together again by other factors.

const MOST_COLUMNS = 5;  // side by side

// What a figure shows with these roles: panels (what they are made of, not yet drawn), lists, legend.
// As it came, while the roles are those it came with and no level of its x axis is hidden.
function arranged(spec, roles, chips) {
  const own = { panels: spec.panels, choosers: spec.choosers, legend: spec.legend, legendTitle: spec.legend_title, colour: study.roles.colour, title: spec.title, columns: spec.columns };
  const moved = !roles.isInitial || (spec.arrangement?.along && hidesX(roles, chips));
  if (!moved || !follows(spec, roles)) return own;
  const { name, path, levels } = factorOf(roles.now.colour);
  const coloured = { ...own, legendTitle: name, colour: path, legend: levels.map((text, place) => ({ text, place })) };
  if (!spec.arrangement.panels) return { ...coloured, panels: spec.panels.map((panel) => recoloured(panel, spec, path)) };
  const split = panelPaths(spec.arrangement, roles.now);
  const lists = listPaths(spec.arrangement, roles.now, split);
  const kept = spec.choosers.filter(({ key }) => !factorOf(key));
  return {
    ...coloured,
    panels: newPanels(spec, roles.now, split, lists, chips),
    choosers: [...lists.map((path) => listOf(path, spec)), ...kept],
    legend: spec.legend.length ? coloured.legend : [],
    title: titleOf(spec, roles.now),
    columns: isWide(split) ? MOST_COLUMNS - 1 : split.length ? factorOf(split.at(-1)).levels.length : spec.columns,
  };
}

// Whether a figure can show these roles.
const follows = ({ arrangement }, { known, now }) => Boolean(arrangement) && known && !(arrangement.whole && isTask(now.colour));
const isTask = (path) => path.startsWith("task.");

// A panel that stays, with the colours of another factor; what shows no variant keeps its own.
function recoloured(panel, { arrangement }, colour) {
  const look = { colour, dashed: arrangement.dashed };
  let made;
  const drawn = ({ data, layout }) => ({ layout, data: data.flatMap((trace) => (trace.meta ? byLook(trace, look) : [trace])) });
  return { ...panel, contents: () => (made ??= drawn(panel.contents())) };
}

// A trace of many variants becomes one for each level.
function byLook(trace, look) {
  const { variant, variants } = trace.meta;
  const groups = new Map();
  for (const piece of pieces(trace, new Set(variants ?? [variant]), look)) {
    groups.set(piece.legendgroup, [...(groups.get(piece.legendgroup) ?? []), piece]);
  }
  return [...groups.values()].map((group) => (variants ? merged(group) : group[0]));
}

// Some say what x is: Final test accuracy by depth.
function titleOf({ title, arrangement }, { x }) {
  if (!arrangement.along || !study.roles.x || !x) return title;
  return title.replace(` by ${factorOf(study.roles.x).name}`, () => ` by ${factorOf(x).name}`);
}

const hidesX = ({ now }, chips) => (chips.left(now.x)?.length ?? 0) < factorOf(now.x)?.levels.length;

function panelPaths({ panels, most }, roles) {
  const others = study.factors.map(({ path }) => path).filter((path) => path !== roles.colour && !isTask(path));
  const paths = panels.flatMap((role) => (role === "others" ? others : [roles[role]])).filter(Boolean);
  const count = () => paths.reduce((product, path) => product * factorOf(path).levels.length, 1);
  while (count() > most) paths.shift();
  return paths;
}

// More levels than stand side by side, and nothing else: each then has its parts beside each other.
const isWide = (split) => split.length === 1 && factorOf(split[0]).levels.length > MOST_COLUMNS;

function listPaths({ along, whole }, roles, split) {
  const placed = [roles.colour, ...split, ...(along ? [roles.x] : [])];
  return study.is_crossed && !whole ? study.factors.map(({ path }) => path).filter((path) => !placed.includes(path)) : [];
}

function listOf(path, spec) {
  const { name, levels, start } = factorOf(path);
  const came = spec.choosers.find(({ key }) => key === path);
  return came || { key: path, label: name, options: levels.map((text) => [text, text]), chosen: start, slider: false };
}

// One panel for each part and combination of levels, in the order of the study.
function newPanels(spec, roles, split, lists, chips) {
  const made = new Map();
  const parts = new Map();
  for (const panel of spec.panels) {
    const fixed = Object.entries(panel.when).filter(([key]) => !factorOf(key));
    const part = JSON.stringify([fixed, panel.part]);
    if (!parts.has(part)) parts.set(part, parts.size);
    for (const variant of panel.variants) {
      const places = [...lists, ...split].map((path) => levelOf(path, variant));
      const key = JSON.stringify([part, places]);
      if (!made.has(key)) made.set(key, emptyPanel(panel, fixed, parts.get(part), places, split, lists));
      made.get(key).variants.push(variant);
      made.get(key).sources.add(panel);
    }
  }
  const every = [...made.values()].sort((a, b) => inOrder(a.order, b.order));
  const together = new Map();
  for (const { when, sources } of every) {
    const key = JSON.stringify(when);
    together.set(key, new Set([...(together.get(key) ?? []), ...sources]));
  }
  for (const panel of every) {
    const beside = together.get(JSON.stringify(panel.when));
    const contents = () => (panel.made ??= drawn(panel, beside, spec.arrangement, roles, chips));
    Object.assign(panel, { note: shortNote(panel, roles), contents });
  }
  return every;
}

function emptyPanel({ part }, fixed, partPlace, places, split, lists) {
  const levels = Object.fromEntries([...lists, ...split].map((path, i) => [path, factorOf(path).levels[places[i]]]));
  const named = split.map((path) => titleIn(path, levels[path]));
  const when = Object.fromEntries([...fixed, ...lists.map((path) => [path, levels[path]])]);
  return { title: [part, ...named].filter(Boolean).join(", "), when, variants: [], sources: new Set(), order: isWide(split) ? [...places, partPlace] : [partPlace, ...places] };
}

// Of a panel: see _title in facets.py.
function titleIn(path, level) {
  if (path === "variant") return level;
  return level === "–" ? `no ${factorOf(path).name}` : `${factorOf(path).name} ${level}`;
}

function inOrder(a, b) {
  const i = a.findIndex((value, place) => value !== b[place]);
  return i < 0 ? 0 : a[i] - b[i];
}

function shortNote({ variants, sources }, roles) {
  const short = [...sources].flatMap((source) => source.short).filter(([variant]) => variants.includes(variant));
  const { names } = factorOf(roles.colour);
  const texts = short.map(([variant, text]) => `${names[levelOf(roles.colour, variant)]} ${text}`);
  return texts.length ? `fewer than ${study.replicates} replicates: ${texts.join(", ")}` : "";
}

// The traces and the axes of a new panel, from those of the panels that had its variants.
// beside: the same of all panels that are seen together, which share their ranges
function drawn(panel, beside, { along, dashed }, roles, chips) {
  const mine = new Set(panel.variants);
  const look = { colour: roles.colour, dashed };
  const sources = [...panel.sources].map((source) => source.contents());
  const traces = sources.flatMap(({ data }) => data).flatMap((trace) => pieces(trace, mine, look));
  const layout = mergedLayout(sources.map((source) => source.layout), [...beside].map((source) => source.contents().layout), along);
  if (!along) return { data: traces.sort((a, b) => Boolean(b.fill) - Boolean(a.fill)), layout };
  const axis = new Along(along, roles, chips);
  return { data: axis.placed(traces, layout.yaxis.range), layout: { ...layout, xaxis: axis.layout() } };
}

// The parts of a trace that show these variants, each in the look of its new level.
function pieces(trace, mine, look) {
  const { variant, variants } = trace.meta || {};
  if (!variants) return mine.has(variant) ? [relooked(trace, variant, look)] : [];
  const points = new Map([...mine].map((each) => [each, []]));
  variants.forEach((each, i) => points.get(each)?.push(i));
  const found = [...points].filter(([, own]) => own.length);
  return found.map(([each, own]) => relooked(picked(trace, own), each, look));
}

function relooked(trace, variant, { colour: path, dashed }) {
  if (trace.legendgroup === undefined) return trace;
  const place = levelOf(path, variant);
  const from = study.looks[trace.legendgroup % study.looks.length];
  const to = study.looks[place % study.looks.length];
  const swap = { [from.light]: to.light, [softOf(from.light)]: softOf(to.light), [from.symbol]: to.symbol, [`${from.symbol}-open`]: `${to.symbol}-open` };
  const made = swapped(trace, swap);
  const inLook = dashed && trace.line?.color === from.light;
  return { ...made, legendgroup: String(place), hovertemplate: renamed(trace.hovertemplate, variant, path),
    ...(inLook && { line: { ...made.line, dash: to.dash } }) };
}

function swapped(trace, swap) {
  const within = (part) => part && Object.fromEntries(Object.entries(part).map(([key, value]) => [key, swappedValue(value, swap)]));
  const parts = ["line", "marker", "error_y"].filter((key) => trace[key]).map((key) => [key, within(trace[key])]);
  return { ...trace, ...Object.fromEntries(parts), ...(trace.fillcolor && { fillcolor: swappedValue(trace.fillcolor, swap) }) };
}

const swappedValue = (value, swap) => (Array.isArray(value) ? value.map((each) => swap[each] ?? each) : swap[value] ?? value);

function softOf(hex) {
  const [red, green, blue] = [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
  return `rgba(${red},${green},${blue},0.16)`;
}

// Lines say the level of their colour first when they are hovered over.
function renamed(template, variant, path) {
  const before = nameOf(study.roles.colour, variant);
  const start = template?.startsWith("theory, ") ? "theory, " : "";
  if (!template?.startsWith(start + before)) return template;
  return start + nameOf(path, variant) + template.slice(start.length + before.length);
}

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
const nameOf = (path, variant) => factorOf(path).names[levelOf(path, variant)].replace(/[&<>"']/g, (character) => escapes[character]);

function mergedLayout(layouts, beside, along) {
  const [first] = layouts;
  const ranged = isLabelled(first.yaxis) ? layouts : beside;
  const [x, y] = ["xaxis", "yaxis"].map((axis) => mergedAxis(first[axis], ranged.map((layout) => layout[axis].range)));
  const same = layouts.every((layout) => JSON.stringify(layout.shapes) === JSON.stringify(first.shapes));
  const drawn = along && !same ? [] : layouts;
  return { ...first, xaxis: x, yaxis: y, shapes: collected(drawn, "shapes", "y0", along), annotations: collected(drawn, "annotations", "text", along) };
}

// Labels of a panel's own, as of its layers, have no place in another range.
const isLabelled = ({ type, tickvals }) => tickvals && type !== "log";

function mergedAxis(first, every) {
  const ranges = every.filter(Boolean);
  if (isLabelled(first) || ranges.every((range) => range.join() === first.range?.join())) return first;
  const range = [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))];
  if (first.type !== "log") return { ...first, range };
  const { tickvals, ticktext, ...plain } = first;
  return { ...plain, range, exponentformat: "power", dtick: logStep(range) };
}

// Each line and label once; those of a part of an x axis that is gone are left out.
function collected(layouts, name, key, along) {
  const every = layouts.flatMap((layout) => layout[name] || []).filter((each) => !along || each.xref === "paper");
  const found = [...new Map(every.map((each) => [each[key], each])).values()];
  return found.length ? found : undefined;
}
