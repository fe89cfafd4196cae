import { partsOf } from '../ground/error-parts.ts';

/** Why a message was not sent, in words that hold no part of an address, a secret or an answer. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

/**
 * Why a message was not sent, of anything thrown. Only the code of an error is told: its words may hold the address, or what the
 * receiver answered.
 */
export function whyNotSent(error: unknown): string {
  if (error instanceof NotSent) return error.message;
  const { code, name, message } = partsOf(error);
  const told = /^[\w-]{1,60}$/.test(code) ? code : name;
  if (/certificate/i.test(message)) return `the certificate of the receiver is not trusted (${told})`;
  return `the receiver was not reached (${told})`;
}
