// Preloaded into a program by the compiler: the API of the project's GitLab answers on this machine, at the address in the query.
import http from 'node:http';
import https from 'node:https';

export function answerAt(host, at) {
  const { get } = https;
  https.get = (url, options, answered) => {
    const asked = new URL(url);
    if (asked.hostname !== host) return get(url, options, answered);
    return http.get(new URL(asked.pathname + asked.search, at), { ...options, agent: undefined }, answered);
  };
}

const { searchParams } = new URL(import.meta.url);
const [host, at] = [searchParams.get('host'), searchParams.get('at')];
if (host && at) answerAt(host, at);
