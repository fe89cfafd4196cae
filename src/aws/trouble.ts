import { partsOf } from '../ground/error-parts.ts';

/**
 * The kinds of trouble that any AWS call can have. `other` is an answer of the service itself, which the caller must
 * handle.
 */
export type Trouble =
  | 'throttled'
  | 'server error'
  | 'broken connection'
  | 'not AWS'
  | 'not trusted'
  | 'no credentials'
  | 'denied'
  | 'expired'
  | 'other';

const THROTTLED = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'ThrottledException',
  'SlowDown',
]);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired']);
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'MissingAuthenticationToken',
]);
const BROKEN = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ECONNABORTED',
  'EPROTO',
  'TimeoutError',
  'RequestTimeout',
  'NetworkingError',
  'ERR_PROXY_TUNNEL',
]);

/** The name of an error where the answer to a request for an object is none of S3. */
export const NOT_FROM_S3 = 'NotFromS3';

/** How Node says that it does not trust a certificate: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID)$/;

/**
 * Classifies a thrown error by its name, because the API's model does not declare most errors, and by its HTTP status.
 * Throttling may also be a 400 without a name: users report it, the model does not say it.
 */
export function troubleOf(error: unknown): Trouble {
  const { name, code, message, status } = partsOf(error);
  if (BROKEN.has(code) || BROKEN.has(name) || /socket hang up|ECONNRESET/.test(message)) return 'broken connection';
  // The SDK could not read the answer, and AWS's own can be read.
  if (name === NOT_FROM_S3 || /Deserialization error: to see the raw response/.test(message)) return 'not AWS';
  if (UNTRUSTED.test(code)) return 'not trusted';
  if (name === 'CredentialsProviderError') return 'no credentials';
  if (THROTTLED.has(name) || /^Rate exceeded/i.test(message) || status === 429) return 'throttled';
  if (EXPIRED.has(name)) return 'expired';
  if (DENIED.has(name) || status === 403) return 'denied';
  if (status !== undefined && status >= 500) return 'server error';
  return 'other';
}

/** What to log about temporary trouble, during which AWS continues its work; `undefined` for any other error. */
export function passingTrouble(error: unknown): string | undefined {
  const trouble = troubleOf(error);
  const { status } = partsOf(error);
  // A load balancer says in a page of its own that AWS is busy or not there.
  if (trouble === 'not AWS') return status !== undefined && isBusy(status) ? asking(`HTTP ${status}`) : undefined;
  const passes = trouble === 'throttled' || trouble === 'server error' || trouble === 'broken connection';
  return passes ? asking(trouble) : undefined;
}

const isBusy = (status: number) => status === 429 || status >= 500;
const asking = (why: string) => `AWS did not answer (${why}); asking again`;
