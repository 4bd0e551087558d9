// Shapes of what Python writes into the page, and of the part of plotly.js that the page uses.
/** A factor with a button for each level: Factor of rows/level_filters.py. */
export interface Factor {
  path: string;
  name: string;
  levels: string[];
  /** of the levels in a sentence: "tanh", "depth 8" */
  names: string[];
  /** of the levels on an axis */
  ticks: string[];
  is_scale: boolean;
  /** the level that a list of them opens on */
  start: string;
}

export type Role = "colour" | "x" | "columns" | "rows";

/** Paths of factors by role. */
export type RolePaths = Record<Role, string | null>;

/** How one level is drawn: Look of figures/palette.py. */
export interface Look {
  light: string;
  dark: string;
  symbol: string;
  dash: string;
  path: string;
  dasharray: string;
}

/** StudyData of rows/level_filters.py. */
export interface StudyData {
  study: string;
  factors: Factor[];
  /** places of the levels of each variant, one for each factor */
  variants: number[][];
  roles: RolePaths;
  is_crossed: boolean;
  replicates: number;
  looks: Look[];
}

/** Which variants, and which of their replicates, a trace shows: one in all, or one for each point. */
export interface TraceMeta {
  variant?: number;
  variants?: number[];
  replicates?: number[];
}

export interface ErrorBars {
  array: number[];
  arrayminus?: number[];
  visible?: boolean;
  color?: string;
}

export interface Marker {
  color?: string;
  size?: number;
  symbol?: string | string[];
  opacity?: number;
}

export interface Line {
  color?: string;
  dash?: string;
  width?: number;
}

/** A trace of plotly.js. */
export interface Trace {
  x: number[];
  y: (number | null)[];
  type?: string;
  mode?: string;
  name?: string;
  fill?: string;
  fillcolor?: string;
  legendgroup?: string;
  hovertemplate?: string;
  text?: string | string[];
  customdata?: unknown[];
  line?: Line;
  marker?: Marker;
  error_y?: ErrorBars;
  meta?: TraceMeta;
}

export type Range = [number, number];

export interface Axis {
  type?: string;
  range?: Range | null;
  tickvals?: (number | string)[];
  ticktext?: string[];
  dtick?: number | string;
  exponentformat?: string;
  tickformat?: string;
  zeroline?: boolean;
  showgrid?: boolean;
  title?: { text: string };
}

/** A shape or an annotation of a layout. */
export interface Mark {
  type?: string;
  path?: string;
  text?: string;
  xref?: string;
  y0?: number;
  line?: Line;
  opacity?: number;
  layer?: string;
}

export interface Layout {
  xaxis: Axis;
  yaxis: Axis;
  shapes?: Mark[];
  annotations?: Mark[];
  margin?: Record<string, number>;
  hovermode?: string;
}

export interface PanelContents {
  data: Trace[];
  layout: Layout;
}

/** Panel of figures/records.py without its contents, which come later. */
export interface PanelHead {
  title: string;
  note: string;
  /** value of each list under which the panel is shown */
  when: Record<string, string>;
  variants: number[];
  /** what of the title is no level */
  part: string;
  /** places of variants, and how many replicates they have */
  short: [number, string][];
}

export interface Panel extends Omit<PanelHead, "part" | "short"> {
  contents: () => PanelContents;
}

export type SourcePanel = PanelHead & Panel;

/** A list from which the reader chooses: Chooser of figures/records.py. */
export interface Chooser {
  key: string;
  label: string;
  /** value and text of each */
  options: [string, string][];
  chosen: string;
  slider: boolean;
}

/** An entry of a legend: the place of a level. */
export interface Key {
  place: number;
  text: string;
}

/** Which roles of factors a figure follows: Arrangement of figures/records.py. */
export interface Arrangement {
  panels: (Role | "others")[] | null;
  along: "" | "levels" | "dodged";
  most: number;
  dashed: boolean;
  whole: boolean;
}

/** Figure of figures/records.py, without what its panels show. */
export interface FigureHead {
  name: string;
  title: string;
  columns: number;
  legend_title: string;
  legend: Key[];
  choosers: Chooser[];
  panels: PanelHead[];
  scale: "" | "linear" | "log";
  arrangement: Arrangement | null;
}

export interface FigureSpec extends Omit<FigureHead, "panels"> {
  panels: SourcePanel[];
}

/** What a figure shows with the roles that factors have now. */
export interface Shown {
  panels: Panel[];
  choosers: Chooser[];
  legend: Key[];
  legendTitle: string;
  /** path of the factor that has the colours */
  colour: string | null;
  title: string;
  columns: number;
}

/** One value for each trial, in the order of the plan. */
export interface TrialColumns {
  id: string[];
  variant: number[];
  replicate: number[];
  tuning: (number | null)[];
  point: (number | null)[];
  status: string[];
  epochs: (number | null)[];
  /** the epoch that counts; null unless completed */
  final: (number | null)[];
  wall_s: (number | null)[];
  tuned: number[];
}

/** Curves of every trial: `values` holds them trial by trial, line by line. */
export interface Track {
  title: string;
  along: string;
  share: boolean;
  log: boolean;
  x: number[];
  lines: string[];
  values: (number | null)[];
}

export interface VariantCard {
  title: string;
  levels: string[];
  factors: Record<string, string>;
  other: Record<string, string>;
}

/** What rows/trial_cards.py writes. */
export interface TrialData {
  study_seed: number;
  command: string;
  compared: string;
  units: Record<string, string>;
  heads: string[];
  variants: VariantCard[];
  trials: TrialColumns;
  tuned: Record<string, string>[];
  errors: Record<string, string>;
  final: Record<string, (number | null)[]>;
  tracks: Track[];
}

/** One study of the index: _facts of reports/index.py. */
export interface StudyFacts {
  study: string;
  question: string;
  finding: string;
  date: string;
  done: string;
  trials: number;
  href: string | null;
  settings: Record<string, string>;
}

/** A row of a table: its cells are made when it is seen. */
export interface Row {
  /** place of its variant; undefined for a row of no variant */
  variant: number | undefined;
  key: (column: number) => string | number | undefined;
  element: () => HTMLTableRowElement;
}

/** A part of the page whose state the address keeps. */
export interface Part {
  save: (params: URLSearchParams) => void;
  load: (params: URLSearchParams) => void;
}

export interface ClickedPoint {
  data: Trace;
  pointNumber: number;
}

/** The element of a plot, once plotly.js has drawn it. */
export interface Plot extends HTMLElement {
  data?: Trace[];
  on: (event: "plotly_click", called: (event: { points: ClickedPoint[] }) => void) => void;
  removeAllListeners: (event: string) => void;
}

export interface PlotLibrary {
  react: (plot: Element, data: unknown, layout: unknown, config?: unknown) => void;
  newPlot: (plot: Element, data: unknown, layout: unknown, config?: unknown) => void;
  purge: (plot: Element) => void;
}

declare global {
  interface Window {
    /** Is there once the library of the page has been run. */
    Plotly?: PlotLibrary;
    /** Called by each data file beside the page. */
    receiveData?: (name: string, base64: string) => void;
  }
}
