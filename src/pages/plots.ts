import { html, type Part } from './page.ts';

/*
 * Plots as SVG in the page itself, drawn here: the kinds are three, and a library draws them no better. What was tried on
 * 2026-11-25 for 2,000 points: this 7 ms and less than 5 KB in the image; echarts 6.1.0 62 ms and 529 KB, vega-lite 6.5.0 150 ms
 * and 816 KB, Observable Plot 0.6.17 with linkedom 68 ms and 698 KB. The libraries also write a style into each element, which
 * the page's policy refuses, and colours that follow neither dark mode nor print.
 */

const [WIDTH, HEIGHT] = [640, 360];
const EDGE = { left: 76, right: 30, top: 14, bottom: 46 };

/** The least and the most of what an axis shows. */
export type Range = readonly [least: number, most: number];

/** The range of some values, never empty. */
function rangeOf(values: Iterable<number>): Range {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least < most ? [least, most] : [least - 1, most + 1];
}

interface Axis {
  readonly label: string;
  readonly range: Range;
}

interface Frame {
  readonly x: Axis;
  readonly y: Axis;
}

const along =
  ([least, most]: Range, from: number, to: number) =>
  (value: number) =>
    from + ((value - least) / (most - least)) * (to - from);

const round = (value: number) => Number(value.toFixed(1));

/** Round numbers in a range: about five of them, whose step is 1, 2 or 5 times a power of ten. */
export function ticksIn([least, most]: Range): number[] {
  const rough = (most - least) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const first = Math.ceil(least / step - 1e-9);
  const count = Math.floor(most / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const shortly = (value: number) =>
  Math.abs(value) >= 10_000
    ? value.toLocaleString('en', { notation: 'compact', maximumFractionDigits: 1 })
    : String(value);

/** A plot: its axes, and in them what `draw` makes of the two scales. */
function plot(
  name: string,
  { x, y }: Frame,
  draw: (x: (value: number) => number, y: (value: number) => number) => string,
) {
  const across = along(x.range, EDGE.left, WIDTH - EDGE.right);
  const up = along(y.range, HEIGHT - EDGE.bottom, EDGE.top);
  const bottom = HEIGHT - EDGE.bottom;
  const below = ticksIn(x.range).map(
    (tick) =>
      `<line class="grid" x1="${round(across(tick))}" x2="${round(across(tick))}" y1="${EDGE.top}" y2="${bottom}"/><text x="${round(across(tick))}" y="${bottom + 18}" text-anchor="middle">${shortly(tick)}</text>`,
  );
  const beside = ticksIn(y.range).map(
    (tick) =>
      `<line class="grid" x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${round(up(tick))}" y2="${round(up(tick))}"/><text x="${EDGE.left - 8}" y="${round(up(tick)) + 4}" text-anchor="end">${shortly(tick)}</text>`,
  );
  const middle = (EDGE.top + bottom) / 2;
  const labels = `<text x="${(EDGE.left + WIDTH - EDGE.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${html(x.label)}</text><text x="14" y="${middle}" text-anchor="middle" transform="rotate(-90 14 ${middle})">${html(y.label)}</text>`;
  return svgOf(name, HEIGHT, [...below, ...beside, labels, draw(across, up)].join(''));
}

function svgOf(name: string, height: number, inner: string): string {
  return `<svg class="plot" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${html(name)}; the table below has the numbers">${inner}</svg>\n`;
}

/** Pairs of numbers are counted in so many cells a side, so that a plot is as large for a million as for a hundred. */
const CELLS = 20;

/** Two numbers of each row. */
export interface PlotPairs {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** How often each pair of numbers comes, as circles, with the line on which both are the same. */
export function countedPairs(name: string, axes: { readonly x: string; readonly y: string }, pairs: PlotPairs): string {
  const [ofX, ofY] = [rangeOf(pairs.x), rangeOf(pairs.y)];
  const range: Range = [Math.min(ofX[0], ofY[0]), Math.max(ofX[1], ofY[1])];
  const cell = (value: number) => Math.min(CELLS - 1, Math.floor(((value - range[0]) / (range[1] - range[0])) * CELLS));
  const counts = new Map<number, number>();
  for (const [row, x] of pairs.x.entries()) {
    const key = cell(x) * CELLS + cell(pairs.y[row] ?? 0);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  const middleOf = (index: number) => range[0] + ((index + 0.5) / CELLS) * (range[1] - range[0]);
  return plot(name, { x: { label: axes.x, range }, y: { label: axes.y, range } }, (x, y) => {
    const same = `<line class="even" x1="${x(range[0])}" y1="${y(range[0])}" x2="${x(range[1])}" y2="${y(range[1])}"/>`;
    const circles = [...counts].map(([key, count]) => {
      const [column, row] = [Math.floor(key / CELLS), key % CELLS];
      const radius = round(1.5 + 7 * Math.sqrt(count / most));
      return `<circle class="dot" cx="${round(x(middleOf(column)))}" cy="${round(y(middleOf(row)))}" r="${radius}"/>`;
    });
    return same + circles.join('');
  });
}

/** A point of a line. */
export interface PlotPoint {
  readonly x: number;
  readonly y: number;
}

/** Points of a line that a plot shows at most. */
const MOST_POINTS = 200;

/** A line through points, in their order. */
export function lineThrough(name: string, frame: Frame, points: readonly PlotPoint[]): string {
  const every = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  const shown = points.filter((_, index) => index % every === 0 || index === points.length - 1);
  return plot(name, frame, (x, y) => {
    const path = shown.map((point) => `${round(x(point.x))},${round(y(point.y))}`).join(' ');
    return `<polyline class="line" points="${path}"/>`;
  });
}

/** A value with how far it may be off, and the limit that it has to keep. */
export interface PlotInterval {
  readonly label: string;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  readonly limit?: number;
}

/** As many intervals as a person compares in a plot. */
export const MOST_INTERVALS = 30;
const [ROW, NAMES] = [22, 190];

/** A range with some room on both sides, so that what stands at its end is seen whole. */
function withRoom([least, most]: Range): Range {
  const room = (most - least) / 12;
  return [least - room, most + room];
}

/** Intervals one below another on one axis, each with its limit as a stroke; the axis has these numbers, too. */
export function intervals(
  name: string,
  label: string,
  all: readonly PlotInterval[],
  beside: readonly number[] = [],
): string {
  const shown = all.slice(0, MOST_INTERVALS);
  const known = shown.flatMap(({ value, lower, upper, limit = value }) => [value, lower, upper, limit]);
  const range = withRoom(rangeOf([...known, ...beside].filter(Number.isFinite)));
  const x = along(range, NAMES, WIDTH - EDGE.right);
  const bottom = shown.length * ROW + 10;
  const ticks = ticksIn(range).map(
    (tick) =>
      `<line class="grid" x1="${round(x(tick))}" x2="${round(x(tick))}" y1="0" y2="${bottom}"/><text x="${round(x(tick))}" y="${bottom + 16}" text-anchor="middle">${shortly(tick)}</text>`,
  );
  const rows = shown.map(({ label: own, value, lower, upper, limit }, index) => {
    const y = index * ROW + 16;
    const [from, to] = [lower, upper].map((each) => round(x(Math.min(range[1], Math.max(range[0], each)))));
    const bar = Number.isFinite(lower + upper)
      ? `<line class="line" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/>`
      : '';
    const bound =
      limit === undefined
        ? ''
        : `<line class="limit" x1="${round(x(limit))}" x2="${round(x(limit))}" y1="${y - 8}" y2="${y + 8}"/>`;
    const dot = Number.isFinite(value) ? `<circle class="dot" cx="${round(x(value))}" cy="${y}" r="4"/>` : '';
    return `<text x="${NAMES - 10}" y="${y + 4}" text-anchor="end">${html(own.slice(0, 26))}</text>${bar}${bound}${dot}`;
  });
  const axis = `<text x="${(NAMES + WIDTH) / 2}" y="${bottom + 34}" text-anchor="middle">${html(label)}</text>`;
  return svgOf(name, bottom + 40, [...ticks, ...rows, axis].join(''));
}

/** A table of texts. */
export interface PlotTable {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** As many columns as a phone shows side by side. */
const MOST_COLUMNS = 5;

/** A heading, a plot, and its numbers as a table. */
export function plotPart(heading: string, svg: string, { caption, columns, rows }: PlotTable): Part {
  const head = columns.map((column) => `<th scope="col">${html(column)}</th>`).join('');
  const [open, close] = columns.length > MOST_COLUMNS ? scrolled(caption) : ['', ''];
  return {
    begin: `<h2>${html(heading)}</h2>\n${svg}${open}<table><caption>${html(caption)}</caption><thead><tr>${head}</tr></thead><tbody>\n`,
    pieces: rows.map(([first = '', ...cells]) => {
      const rest = cells.map((cell) => `<td>${html(cell) || '-'}</td>`).join('');
      return `<tr><th scope="row">${html(first)}</th>${rest}</tr>\n`;
    }),
    end: `</tbody></table>${close}\n`,
  };
}

/** A table that is moved to the side where the screen is too narrow for it, also without a mouse. */
function scrolled(caption: string): [open: string, close: string] {
  return [`<div class="wide" tabindex="0" role="region" aria-label="${html(caption)}">`, '</div>'];
}
