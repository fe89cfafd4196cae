// Preloaded into a program by the compiler: a host of the outside, such as the project's GitLab, answers on this machine, at the address
// in the query.
import http from 'node:http';
import https from 'node:https';

export function answerAt(host, at) {
  for (const method of ['get', 'request']) {
    const ask = https[method];
    https[method] = (url, options, answered) => {
      // The first of the arguments may be options.
      const asked = URL.canParse(String(url)) ? new URL(url) : undefined;
      if (asked?.hostname !== host) return ask(url, options, answered);
      return http[method](new URL(asked.pathname + asked.search, at), { ...options, agent: undefined }, answered);
    };
  }
}

const { searchParams } = new URL(import.meta.url);
const [host, at] = [searchParams.get('host'), searchParams.get('at')];
if (host && at) answerAt(host, at);
