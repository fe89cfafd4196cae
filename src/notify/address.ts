import { readFileSync, statSync } from 'node:fs';
import { isThisMachine } from '../aws/hosts.ts';
import type { Env } from '../ground/env.ts';
import { NotSent } from './not-sent.ts';

/** Bytes: no address or secret is longer. */
const LONGEST = 8_192;

/** The value that a variable holds: its own, or that of the file whose path it is (a CI/CD variable of type file). */
export function heldBy(variable: string, env: Env): string {
  const value = env[variable]?.trim();
  if (!value) throw new NotSent(`no CI/CD variable ${variable} is visible in this job`);
  const text = value.startsWith('/') ? fileAt(value, variable) : value;
  if (text === '') throw new NotSent(`the file of the CI/CD variable ${variable} is empty`);
  return text;
}

function fileAt(path: string, variable: string): string {
  try {
    const about = statSync(path);
    if (about.isFile() && about.size <= LONGEST) return readFileSync(path, 'utf8').trim();
  } catch {
    // Its words would hold the path.
  }
  throw new NotSent(`the file of the CI/CD variable ${variable} cannot be read`);
}

interface Expected {
  readonly env: Env;
  /** The host that the policy names. */
  readonly host: string;
}

/** The address of a webhook: encrypted, and on the host that the policy names, whoever set the variable. */
export function webhookAt(variable: string, { env, host }: Expected): URL {
  const url = addressIn(variable, env);
  const isPlain = url.protocol === 'http:' && isThisMachine(url);
  if (url.protocol !== 'https:' && !isPlain)
    throw new NotSent(`the CI/CD variable ${variable} holds no address that begins with https://`);
  refuseElsewhere(url, variable, host);
  return url;
}

interface ExpectedServer extends Expected {
  readonly encrypted: boolean;
}

/** The address of a mail server, likewise. A password is not sent without encryption. */
export function mailServerAt(variable: string, { env, host, encrypted }: ExpectedServer): URL {
  const url = addressIn(variable, env);
  if (!(url.protocol === 'smtps:' || url.protocol === 'smtp:'))
    throw new NotSent(`the CI/CD variable ${variable} holds no address that begins with smtps:// or smtp://`);
  refuseElsewhere(url, variable, host);
  if (!encrypted && (url.username !== '' || url.protocol === 'smtps:'))
    throw new NotSent(`the address in ${variable} has a user or smtps://, which does not go together with tls: none`);
  if (!isEncoded(url.username) || !isEncoded(url.password))
    throw new NotSent(`the address in ${variable} has a user or a password with a % that encodes nothing: write %25`);
  return url;
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Whoever can set a variable of a pipeline could send its messages elsewhere. */
function refuseElsewhere({ hostname }: URL, variable: string, host: string): void {
  if (hostname !== host) throw new NotSent(`the address in ${variable} is not on ${host}, the host in the policy`);
}

function addressIn(variable: string, env: Env): URL {
  const value = heldBy(variable, env);
  if (!URL.canParse(value)) throw new NotSent(`the CI/CD variable ${variable} holds no address`);
  return new URL(value);
}

/** More would be a mailing list. */
const MOST_RECIPIENTS = 20;

/** The email addresses that a variable holds, with commas or line breaks between them. */
export function recipientsIn(variable: string, env: Env): string[] {
  const all = heldBy(variable, env)
    .split(/[,\s]+/)
    .filter(Boolean);
  if (
    all.length === 0 ||
    all.length > MOST_RECIPIENTS ||
    !all.every((each) => /^[\w.+-]{1,64}@[A-Za-z0-9.-]{1,255}$/.test(each))
  )
    throw new NotSent(`the CI/CD variable ${variable} does not hold 1 to ${MOST_RECIPIENTS} email addresses`);
  return all;
}
