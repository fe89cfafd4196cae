import { escapedHtml } from '../ground/html.ts';
import type { Message } from './message.ts';
import { unlinked } from './words.ts';

/** An email about an event: the same in HTML and in plain text. */
export interface Mail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** Only what mail programs know: no script, no picture, no request. */
const STYLE = `
:root{color-scheme:light dark}
body{margin:0;background:#fff;color:#1f1e24;font:16px/1.5 system-ui,sans-serif}
main{max-width:40rem;margin:0 auto;padding:1rem}
h1{font-size:1.25rem;line-height:1.3;margin:0 0 1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:start;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #bfbfc3;overflow-wrap:anywhere;unicode-bidi:isolate}
th{font-weight:400;color:#535158;width:9rem}
a{color:#1068bf}
p{margin:1rem 0}
small{color:#535158}
@media (prefers-color-scheme:dark){body{background:#18171d;color:#ececef}th,small{color:#bfbfc3}a{color:#9dc7f1}th,td{border-color:#535158}}
@media print{:root{color-scheme:light}body{background:#fff;color:#000}th,small,a{color:#000}}
`;

/** The email about an event. What comes from outside is no markup in it, and nothing that a mail program makes a link of. */
export function mailOf(message: Message): Mail {
  const { title, facts, links } = message;
  const rows = facts.map(({ label, text }) => `<tr><th scope="row">${shown(label)}</th><td>${shown(text)}</td></tr>`);
  const anchors = links.map(({ label, url }) => `<p><a href="${escapedHtml(url)}">${escapedHtml(label)}</a></p>`);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${shown(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${shown(title)}</h1>
<table>
${rows.join('\n')}
</table>
${anchors.join('\n')}
<p><small>${FOOTER}</small></p>
</main>
</body>
</html>
`;
  const lines = facts.map(({ label, text }) => `${label}: ${unlinked(text)}`);
  const addresses = links.map(({ label, url }) => `${label}: ${url}`);
  const text = [unlinked(title), '', ...lines, '', ...addresses, '', FOOTER, ''].join('\n');
  return { subject: title, html, text };
}

const FOOTER = 'A job of the SageMaker components sent this message, because policy.yml of the project asks for it.';

const shown = (text: string) => escapedHtml(unlinked(text));
