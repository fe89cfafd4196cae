// Runs in the browser, beside Mermaid and axe: plain JavaScript, because only there is a document.

let drawn = 0;

/** Draws a diagram: its SVG, or what Mermaid says against it. */
globalThis.draw = async (text) => {
  try {
    await mermaid.parse(text);
    return await mermaid.render(`diagram-${drawn++}`, text);
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : JSON.stringify(error) };
  }
};

/** What GitLab's own style decides, and no page of ours. */
const STYLE = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];

/** Draws the page's diagrams, then finds what keeps somebody from reading it. */
globalThis.judge = async () => {
  for (const block of document.querySelectorAll('.mermaid')) {
    const { svg } = await draw(block.textContent);
    if (svg) block.innerHTML = svg;
  }
  const { violations } = await axe.run(document, {
    elementRef: true,
    resultTypes: ['violations'],
    rules: Object.fromEntries(STYLE.map((id) => [id, { enabled: false }])),
  });
  const told = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ element, failureSummary }) => found(element, id, help, failureSummary)),
  );
  return [...told, ...unnamed(), ...tooWide()];
};

/** The width of a page in GitLab, in pixels: of a wider table, a reader sees the first columns only. */
const PAGE = 1000;

function tooWide() {
  document.body.style.width = `${PAGE}px`;
  const wide = [...document.querySelectorAll('table')].filter(({ scrollWidth }) => scrollWidth > PAGE);
  return wide.map((table) => {
    const help = `Tables must not be wider than the page, and this one has ${table.scrollWidth} pixels`;
    return found(table, 'table-width', help, 'Give it fewer columns, or shorter code, which no line break divides');
  });
}

/** For axe, a picture with no words is decoration. In Markdown, somebody forgot them. */
function unnamed() {
  const pictures = {
    'img[alt=""]': ['Images must have alternative text', 'Say what it shows: ![words](address)'],
    'svg[aria-roledescription]:not([aria-labelledby])': [
      'Diagrams must have a title',
      "Say what it shows, below the diagram's first line: accTitle: words",
    ],
  };
  return Object.entries(pictures).flatMap(([selector, [help, advice]]) =>
    [...document.querySelectorAll(selector)].map((element) => found(element, 'picture-title', help, advice)),
  );
}

function found(element, rule, help, advice) {
  const line = Number(element.closest('[data-line]')?.dataset.line ?? 1);
  const html = element.outerHTML.replaceAll(/ data-line="\d+"/g, '');
  return { rule, help, advice, line, element: html.slice(0, 200) };
}
