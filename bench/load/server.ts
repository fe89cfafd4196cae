// A server for load tests, and the truth about them: it notes when each request came and when it was answered.
import { readFileSync } from 'node:fs';
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTls } from 'node:https';

/** Milliseconds. */
const ANSWERS_AFTER = 5;
const STALLS_FROM = 9_000;
const STALLS_FOR = 1_000;

const [stalls, key, certificate] = process.argv.slice(2);
const answered: { readonly came: number; readonly took: number }[] = [];
let first: number | undefined;

/** How long a request that came so late after the first one waits for its answer. */
function delayOf(since: number): number {
  const into = since - STALLS_FROM;
  return stalls === 'stalls' && into >= 0 && into < STALLS_FOR ? STALLS_FOR - into + ANSWERS_AFTER : ANSWERS_AFTER;
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/log') {
    response.end(JSON.stringify(answered.map(({ took }) => took)));
    answered.length = 0;
    first = undefined;
    return;
  }
  const came = performance.now();
  first ??= came;
  request.resume();
  const answer = () => {
    response.end('{"predictions": []}');
    answered.push({ came, took: performance.now() - came });
  };
  const delay = stalls === 'none' ? 0 : delayOf(came - first);
  if (delay === 0) request.on('end', answer);
  else setTimeout(answer, delay);
}

const server =
  key && certificate
    ? createTls({ key: readFileSync(key), cert: readFileSync(certificate) }, serve)
    : createPlain(serve);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
