import type { Env } from '../ground/env.ts';
import { Failure } from '../ground/failure.ts';

/** The variables that name a proxy for https. Node takes the first that is set. */
const HTTPS_PROXY = ['https_proxy', 'HTTPS_PROXY'];
const NO_PROXY = ['NO_PROXY', 'no_proxy'];

/**
 * The variables that an agent for https may read (Node: `proxyEnv` of an Agent), without white space around them: pasted
 * variables often end in a line break. An agent for plain http gets none: what it sends would be readable by the proxy, and a
 * proxy could answer in place of this machine.
 */
export function httpsProxy(env: Env): Record<string, string> {
  const named = [...HTTPS_PROXY, ...NO_PROXY].flatMap((name) => (env[name] ? [[name, env[name].trim()]] : []));
  return Object.fromEntries(named);
}

/** An address of a proxy that Node could not use, or would silently go past: its variable, and what it says without a password. */
export function malformedProxy(env: Env): { readonly name: string; readonly received: string } | undefined {
  const name = HTTPS_PROXY.find((each) => env[each]);
  const address = env[name ?? '']?.trim() ?? '';
  if (name === undefined || isProxyAddress(address)) return undefined;
  return { name, received: withoutPassword(address) };
}

/** Refuses the address of the proxy before it is used. */
export function refuseMalformedProxy(env: Env): void {
  const malformed = malformedProxy(env);
  if (malformed === undefined) return;
  const { name, received } = malformed;
  throw new Failure(
    'SMC-1213',
    `The proxy address is invalid:\n  ${name}: received "${received}"`,
    `set ${name} to an address like http://proxy.example.com:3128, on the runner or in the CI/CD variables. Encode special characters in a password, such as % as %25.`,
  );
}

function isProxyAddress(address: string): boolean {
  if (/\s/.test(address) || !URL.canParse(address)) return false;
  const { protocol, username, password } = new URL(address);
  return ['http:', 'https:'].includes(protocol) && isDecodable(username) && isDecodable(password);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** An address as a log may show it: without user and password, also where it is malformed, or its @ is encoded. */
export function withoutPassword(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*(?:@|%40)/is, '$1');
}
