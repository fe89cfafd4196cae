export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Code in a cell, where even code may not hold a bare pipe, and a line break ends the table. */
export function code(text: string): string {
  const ticks = text.includes('`') ? '``' : '`';
  return `${ticks}${text.replaceAll('|', '\\|').replaceAll('\n', '\\n')}${ticks}`;
}

/** Puts text between two comments of a page, `<!-- name -->` and `<!-- /name -->`. */
export function fill(page: string, name: string, text: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(open), page.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`The page has no ${open} ... ${close}.`);
  return `${page.slice(0, from + open.length)}\n${text}\n${page.slice(to)}`;
}

/** Links to the parts of a page, by their headings. */
export function contents(headings: readonly string[]): string {
  return `On this page:\n\n${headings.map((each) => `- [${each}](#${anchorOf(each)})`).join('\n')}`;
}

/** The end of a link to a heading, as GitLab makes it (https://docs.gitlab.com/user/markdown/#heading-ids-and-links). */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s+/g, '-')
    .replaceAll(/-{2,}/g, '-');
}
