import { credentialScope } from './credential-scope.ts';
import type { Asked, Request } from './exchange.ts';
import { AwsError, type Principal, type World } from './world.ts';

const UNSIGNED = 'AssumeRoleWithWebIdentity';

/** Static keys are an administrator's, whatever they are; a session is known by its key, and a token that is sent must be its own. */
interface Callers extends Pick<World, 'sessions' | 'clock'> {
  readonly administrator: Principal;
}

/** Who a request says it is from, by its access key; `undefined` when no such session was ever handed out. */
export function callerOf({ sessions, administrator }: Callers, request: Request): Principal | undefined {
  const key = credentialScope(request.headers)?.accessKey ?? '';
  const session = sessions.get(key);
  const token = request.headers['x-amz-security-token'] ?? '';
  // Keys that begin with ASIA are those of sessions.
  if (!session) return token === '' && key !== '' && !key.startsWith('ASIA') ? administrator : undefined;
  return token === '' || token === session.token ? session : undefined;
}

/** Whose request it is, refusing in the words of its service a session that is unknown or over. */
export function authenticate(callers: Callers, { operation, service }: Asked, request: Request): Principal {
  if (operation === UNSIGNED) return { arn: 'anonymous', userId: 'anonymous' };
  const isQuery = service === 'sts' || service === 'iam';
  const status = isQuery || service === 'runtime' || service === 's3' ? 403 : 400;
  if (!credentialScope(request.headers))
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', status);
  const caller = callerOf(callers, request);
  if (!caller) {
    const code = isQuery ? 'InvalidClientTokenId' : 'UnrecognizedClientException';
    throw new AwsError(code, 'The security token included in the request is invalid.', status);
  }
  if (caller.expires && caller.expires <= callers.clock.now()) {
    const code = isQuery ? 'ExpiredToken' : 'ExpiredTokenException';
    throw new AwsError(code, 'The security token included in the request is expired', status);
  }
  return caller;
}
