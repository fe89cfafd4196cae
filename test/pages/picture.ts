/** Letters of a picture, in its pixels; every line is stretched to this, whatever font a reader has. */
const LETTER = 8.4;
const LINE = 20;
const MARGIN = 20;
/** Letters of a line: in a page of 1000 pixels, a longer line would be too small to read. */
const LONGEST = 118;

const COLOURS = { plain: '#d4d4d4', good: '#7ee787', heading: '#ffffff', link: '#79c0ff' } as const;

export interface Line {
  readonly text: string;
  readonly as?: keyof typeof COLOURS;
}

/**
 * Text as a picture, the same on every machine: what a screen shows, on a ground of its own, so that it can be read in a
 * light and a dark page.
 */
export function pictureOf(title: string, lines: readonly Line[]): string {
  const shown = lines.map(({ text, as = 'plain' }) => ({
    as,
    text: text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`,
  }));
  const width = Math.ceil(Math.max(...shown.map(({ text }) => text.length)) * LETTER) + 2 * MARGIN;
  const height = shown.length * LINE + 2 * MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="#1f1f1f"/>
<g font-family="ui-monospace, monospace" font-size="14">
${shown.flatMap(drawn).join('\n')}
</g>
</svg>
`;
}

/** Each run of words where it stands in its line: an SVG keeps no spaces beside each other. */
function drawn({ text, as }: Required<Line>, index: number): string[] {
  const y = MARGIN + index * LINE + 14;
  return [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: words, index: before }) => {
    const [x, length] = [MARGIN + before * LETTER, words.length * LETTER].map((pixels) => pixels.toFixed(1));
    return `<text x="${x}" y="${y}" textLength="${length}" fill="${COLOURS[as]}">${escaped(words)}</text>`;
  });
}

/**
 * The top of a page as a picture: its own words and style, which the reader's browser draws, light or dark. No other words may be
 * in it than those of the page.
 */
export function pictureOfPage(
  title: string,
  page: string,
  { width, height }: { width: number; height: number },
): string {
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
  const [main = ''] = /<main>.*<\/main>/s.exec(page) ?? [];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>${style}body{height:100%}</style>
<foreignObject width="${width}" height="${height}">
<body xmlns="http://www.w3.org/1999/xhtml">
${main.replaceAll('<wbr>', '<wbr/>')}
</body>
</foreignObject>
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
