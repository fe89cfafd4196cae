import { type ApiAnswer, refused } from './api.ts';

/** A person's, project's or group's access token. */
export interface AccessToken {
  readonly scopes: readonly string[];
  /** The role of its owner in the project: 30 Developer, 40 Maintainer; 0 for somebody who does not see it. */
  readonly level: number;
  readonly state?: 'expired' | 'revoked';
}

const oauth = (status: number, error: string, error_description: string, more: object = {}): ApiAnswer => ({
  status,
  body: { error, error_description, ...more },
});

/** The tokens of those who set a project up, and what GitLab says of each: https://docs.gitlab.com/api/rest/authentication/ */
export class People {
  readonly #tokens = new Map<string, AccessToken>();

  /** Gives out a token. */
  give(token: string, of: AccessToken): void {
    this.#tokens.set(token, of);
  }

  /** Whose token it is, or how GitLab refuses it. */
  known(token: string | undefined, method: string): AccessToken | ApiAnswer {
    const found = this.#tokens.get(token ?? '');
    if (found === undefined) return refused(401, '401 Unauthorized');
    if (found.state === 'expired')
      return oauth(401, 'invalid_token', 'Token is expired. You can either do re-authorization or token refresh.');
    if (found.state === 'revoked')
      return oauth(401, 'invalid_token', 'Token was revoked. You have to re-authorize from the user.');
    const enough = method === 'GET' ? ['api', 'read_api'] : ['api'];
    if (found.scopes.some((scope) => enough.includes(scope))) return found;
    const says = 'The request requires higher privileges than provided by the access token.';
    return oauth(403, 'insufficient_scope', says, { scope: enough.join(' ') });
  }
}
