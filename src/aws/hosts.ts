import { Failure } from '../failure.ts';

const AWS_HOST = /\.(amazonaws\.com(\.cn)?|api\.aws)$/;
const THIS_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The SDK goes wherever AWS_ENDPOINT_URL and its kind say. A token sent to somebody else's host is a token lost, and answers from
 * there prove nothing: only hosts of AWS (its VPC endpoints too) and this machine, where an emulator may run, are asked.
 */
export function refuseOtherServices(env: Readonly<Record<string, string | undefined>>): void {
  const elsewhere = Object.entries(env).filter(
    ([name, url]) => /^AWS_ENDPOINT_URL(_\w+)?$/.test(name) && url && !isTrusted(url),
  );
  if (elsewhere.length === 0) return;
  const each = elsewhere.map(([name, url]) => `  ${name} is "${url}"`);
  throw new Failure(
    'refused',
    `This job would ask a host that is not AWS's, and give it the job's token. Nothing was sent:\n${each.join('\n')}`,
    `remove the CI/CD variable ${elsewhere.map(([name]) => name).join(' and ')}; a VPC endpoint is named by its own host in amazonaws.com.`,
  );
}

function isTrusted(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return THIS_MACHINE.has(host) || AWS_HOST.test(host);
}
