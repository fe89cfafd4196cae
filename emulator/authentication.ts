import type { Asked, Request } from './protocols.ts';
import { AwsError, type Principal, type World } from './world.ts';

const UNSIGNED = 'AssumeRoleWithWebIdentity';

/** The access key is who is calling; signatures are not checked. Empty when the request has none. */
export function accessKeyOf({ headers }: Request): string {
  return /Credential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
}

/** The region that a request is signed for; `undefined` when it is not signed. */
export function regionOf({ headers }: Request): string | undefined {
  return /Credential=[^/,\s]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1];
}

/** Whose request it is, refusing in the words of its service a key that is unknown or whose session is over. */
export function authenticate({ sessions, clock }: World, { operation, service }: Asked, request: Request): Principal {
  if (operation === UNSIGNED) return { arn: 'anonymous', userId: 'anonymous' };
  const status = service === 'sts' || service === 'runtime' ? 403 : 400;
  const key = accessKeyOf(request);
  if (key === '') throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', status);
  const principal = sessions.get(key);
  if (!principal) {
    const code = service === 'sts' ? 'InvalidClientTokenId' : 'UnrecognizedClientException';
    throw new AwsError(code, 'The security token included in the request is invalid.', status);
  }
  if (principal.expires && principal.expires <= clock.now()) {
    const code = service === 'sts' ? 'ExpiredToken' : 'ExpiredTokenException';
    throw new AwsError(code, 'The security token included in the request is expired', status);
  }
  return principal;
}
