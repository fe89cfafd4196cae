import { html } from './page.ts';

/** A line of a plot: points from left to right. */
export interface PlotLine {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** An axis: the first tick is at its beginning, the last one at its end. */
export interface Axis {
  readonly label: string;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

interface PlotContent {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly PlotLine[];
}

/** In units of the picture, which is as wide as its page. */
const WIDTH = 480;
const HEIGHT = 280;
const MARGIN = { left: 60, right: 20, top: 30, bottom: 48 };

/** Lines differ by their dashes, because colours differ neither in print nor for everybody. */
const DASHES = ['', '6 4', '2 3'];

/**
 * A plot as SVG, in the colours of its page, with no script and no style of its own. Written here: echarts, vega and Observable Plot
 * add 500 to 800 KB to the programs and take 60 to 150 ms for such a picture, and this one takes less than one.
 */
export function linePlot({ title, x, y, lines }: PlotContent): string {
  const across = scale(x, MARGIN.left, WIDTH - MARGIN.right);
  const up = scale(y, HEIGHT - MARGIN.bottom, MARGIN.top);
  const parts = [
    ...y.ticks.map(({ at, text }) => gridLine(up(at), text)),
    ...x.ticks.map(({ at, text }) => label(across(at), HEIGHT - MARGIN.bottom + 18, 'middle', text)),
    label((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 6, 'middle', x.label),
    label(4, 14, 'start', y.label),
    ...lines.flatMap((line, index) => drawn(line, index, { across, up })),
  ];
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="100%" role="img" aria-label="${html(title)}" font-size="14" fill="currentColor">\n${parts.join('\n')}\n</svg>\n`;
}

type Scale = (value: number) => number;

function scale({ ticks }: Axis, from: number, to: number): Scale {
  const [least, most] = [ticks[0]?.at ?? 0, ticks.at(-1)?.at ?? 1];
  return (value) => Number((from + ((value - least) / (most - least || 1)) * (to - from)).toFixed(1));
}

function gridLine(at: number, text: string): string {
  const line = `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}" stroke="currentColor" stroke-opacity="0.25"/>`;
  return line + label(MARGIN.left - 6, at + 5, 'end', text);
}

function label(x: number, y: number, anchor: 'start' | 'middle' | 'end', text: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${html(text)}</text>`;
}

function drawn(
  { name, points }: PlotLine,
  index: number,
  { across, up }: { readonly across: Scale; readonly up: Scale },
): string[] {
  const stroke = `fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="${DASHES[index % DASHES.length]}"`;
  const path = points.map(([x, y]) => `${across(x)},${up(y)}`).join(' ');
  const key = WIDTH - MARGIN.right - 110 * (index + 1);
  return [
    `<polyline ${stroke} points="${path}"/>`,
    `<polyline ${stroke} points="${key},10 ${key + 28},10"/>`,
    label(key + 34, 14, 'start', name),
  ];
}

/** Ticks from 0 to a value or a little above it: at most seven, at round numbers. */
export function ticksUpTo(most: number): Axis['ticks'] {
  const rough = Math.max(most, 1e-9) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => {
    const at = Number((index * step).toPrecision(12));
    return { at, text: at.toLocaleString('en') };
  });
}
