import type { Env } from '../ground/env.ts';
import { Failure } from '../ground/failure.ts';

/** The variables that name a proxy for https. Node's agents and the runner's other tools read both spellings. */
const HTTPS_PROXY = ['HTTPS_PROXY', 'https_proxy'];
const NO_PROXY = ['NO_PROXY', 'no_proxy'];

/**
 * The variables that an agent for https may read (Node: `proxyEnv` of an Agent). An agent for plain http gets none:
 * what it sends would be readable by the proxy, and a proxy could answer in place of this machine.
 */
export function httpsProxy(env: Env): Record<string, string> {
  const named = [...HTTPS_PROXY, ...NO_PROXY].flatMap((name) => (env[name] ? [[name, env[name]]] : []));
  return Object.fromEntries(named);
}

/** Refuses the address of a proxy that no client could use, before a client fails on it. */
export function refuseMalformedProxy(env: Env): void {
  const malformed = HTTPS_PROXY.filter((name) => env[name] && !isProxyAddress(env[name]));
  if (malformed.length === 0) return;
  const each = malformed.map((name) => `  ${name}: received "${withoutPassword(env[name] ?? '')}"`);
  throw new Failure(
    'invalid input',
    `The proxy address is invalid:\n${each.join('\n')}`,
    `set ${malformed.join(' and ')} to an address like http://proxy.example.com:3128, on the runner or in the CI/CD variables.`,
  );
}

function isProxyAddress(address: string): boolean {
  return URL.canParse(address) && ['http:', 'https:'].includes(new URL(address).protocol);
}

/** An address as a log may show it: without user and password, also where it is malformed. */
export function withoutPassword(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1');
}
