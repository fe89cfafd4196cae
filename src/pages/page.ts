import { createHash } from 'node:crypto';
import { escapedHtml } from '../ground/html.ts';
import { cutText, visibleText } from '../ground/visible-text.ts';

/** Bytes that the page has at most, whatever a version holds. */
export const MAX_PAGE = 100_000;
/** Characters of one text: what is longer is in the job's record.json. */
const MAX_TEXT = 1_000;
/** Characters of an address: one of the console has a key of S3 in it, encoded. */
const MAX_URL = 4_000;

const STYLE = `
:root{color-scheme:light dark;--text:#1f1e24;--quiet:#535158;--back:#fff;--line:#bfbfc3;--link:#1068bf;--warn:#8f4700;--warn-back:#fdf1dd}
@media (prefers-color-scheme:dark){:root{--text:#ececef;--quiet:#bfbfc3;--back:#18171d;--line:#535158;--link:#9dc7f1;--warn:#f5d9a8;--warn-back:#3a2a10}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:64rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
a{color:var(--link)}
dl{display:grid;grid-template-columns:6.5rem 1fr;gap:.4rem 1rem;margin:0}
dt{color:var(--quiet)}
dd{margin:0;unicode-bidi:isolate}
dd a{display:block}
table{width:100%;border-collapse:collapse;table-layout:fixed;margin:.5rem 0 1rem}
caption{text-align:start;font-weight:600;padding:.25rem 0}
th,td{text-align:start;vertical-align:top;padding:.3rem .4rem .3rem 0;border-bottom:1px solid var(--line);font-weight:400;unicode-bidi:isolate}
thead th{color:var(--quiet)}
thead th:first-child{width:30%}
.judged thead th:nth-child(2){width:7rem}
td{font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}
.wide table{width:max-content;min-width:100%;table-layout:auto}
.wide td,.wide th,.wide thead th:first-child{width:auto;padding-right:.8rem}
.warns{color:var(--warn);background:var(--warn-back);padding:0 .3rem;border-radius:.2rem;box-decoration-break:clone}
.quiet{color:var(--quiet)}
.plot{display:block;width:100%;max-width:40rem;height:auto;margin:.5rem 0}
.plot text{fill:var(--text);font:12px system-ui,sans-serif}
.plot .grid{stroke:var(--line);stroke-width:.5}
.plot .even{stroke:var(--quiet);stroke-dasharray:4 4}
.plot .dot{fill:var(--link);fill-opacity:.75}
.plot .line{fill:none;stroke:var(--link);stroke-width:2}
.plot .limit{stroke:var(--warn);stroke-width:3}
@media (max-width:30rem){dl{grid-template-columns:1fr;gap:0}dt{margin-top:.5rem}table{font-size:.75rem}thead th:first-child{width:26%}.judged thead th:nth-child(2){width:5.6rem}td .warns{padding:0}.plot text{font-size:20px}}
@media print{:root{color-scheme:light;--text:#000;--quiet:#333;--back:#fff;--link:#000;--warn:#000;--warn-back:#fff}dd,tr{break-inside:avoid}.wide{overflow:visible}.wide table{width:100%;table-layout:fixed}.wide td,.wide th{padding-right:0}.warns{border:1px solid #000}dd a::after{content:" " attr(href)}}
`;

/** The style is the only thing that the page may use: no script, no picture, no request. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** What a page is made of. */
interface PageContent {
  readonly title: string;
  /** What stands below the title: HTML. */
  readonly lead: string;
  readonly parts: readonly Part[];
}

/**
 * One file of HTML with no script. It has at most MAX_PAGE bytes: where that is too little, the end of a part is left out, and
 * the page says how much.
 */
export function pageOf({ title, lead, parts }: PageContent): string {
  const top = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${html(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${html(title)}</h1>
${lead}
`;
  const bottom = '</main>\n</body>\n</html>\n';
  const filled = parts.filter(({ pieces }) => pieces.length > 0);
  return top + fitted(filled, MAX_PAGE - size(top) - size(bottom)) + bottom;
}

/** A link that a person opens. */
export interface Link {
  readonly label: string;
  readonly url: string;
}

/** One thing that a person wants to know, in the log and on a page. */
export interface Fact {
  /** `live`: a word, by which a person finds it. */
  readonly label: string;
  readonly text: string;
  readonly link?: Link | undefined;
  /** Whether it speaks against an approval without a second look. */
  readonly warns?: boolean;
}

/** A part of the page: pieces between a beginning and an end, of which the last ones may be left out. */
export interface Part {
  readonly begin: string;
  readonly pieces: readonly string[];
  readonly end: string;
}

/** Bytes that say how many pieces were left out. */
const REST = 200;

/** As much of the parts as there is room for: each has its share of what those before it left. */
function fitted(parts: readonly Part[], room: number): string {
  let left = room;
  return parts
    .map(({ begin, pieces, end }, index) => {
      const share = left / (parts.length - index) - size(begin) - size(end) - REST;
      const shown = fittingIn(share, pieces);
      const text = begin + shown.join('') + end + restOf(pieces.length - shown.length);
      left -= size(text);
      return text;
    })
    .join('');
}

function fittingIn(room: number, pieces: readonly string[]): string[] {
  let left = room;
  const tooMany = pieces.findIndex((piece) => {
    left -= size(piece);
    return left < 0;
  });
  return pieces.slice(0, tooMany < 0 ? pieces.length : tooMany);
}

function restOf(more: number): string {
  return more === 0
    ? ''
    : `<p class="quiet">and ${more} more, which this page has no room for: see record.json and report.json of the job, or the report itself</p>\n`;
}

/** A heading, and facts below it. */
export function factsPart(heading: string, facts: readonly Fact[]): Part {
  return { begin: `<h2>${heading}</h2>\n<dl>\n`, pieces: facts.map(factPiece), end: '</dl>\n' };
}

function factPiece({ label, text, link, warns }: Fact): string {
  const told = warns ? `<span class="warns">${html(text)}</span>` : html(text);
  return `<dt>${html(label)}</dt><dd>${told}${link ? anchor(link) : ''}</dd>\n`;
}

/** A link; the words alone where the address is none of the web, or so long that it would have to be cut. */
export function anchor({ label, url }: Link): string {
  if (!/^https?:\/\//.test(url) || url.length > MAX_URL) return html(label);
  return `<a href="${escapedHtml(visibleText(url))}" rel="noreferrer">${html(label)}</a>`;
}

/** A text as it may stand in the page, between tags or in an attribute: nobody outside can write HTML, or hide a sign. */
export function html(text: string): string {
  return escapedHtml(cutText(visibleText(text), MAX_TEXT));
}

const size = (text: string) => Buffer.byteLength(text);
