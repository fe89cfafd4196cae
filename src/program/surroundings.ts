import { withoutPassword } from '../aws/proxy.ts';
import type { Session } from '../aws/session.ts';
import { includeIn } from '../gitlab/include.ts';
import type { Env } from '../ground/env.ts';
import type { SharedInputs } from './shared-inputs.ts';

/** What a job finds around it, for whoever checks a setup. No value of a variable that could be a secret is in it. */
export interface Surroundings {
  /** As the input says, and as STS names the caller. */
  readonly role: string;
  readonly caller: string;
  readonly expectedAccount: string | undefined;
  /** The image of the job, as GitLab tells it. */
  readonly image: string | undefined;
  /** The release of these components that the include names; empty at a branch or commit. */
  readonly release: string | undefined;
  /** The variable that names the proxy, and its address without a password. */
  readonly proxy: { readonly variable: string; readonly address: string } | undefined;
  readonly noProxy: string | undefined;
  /** The file of certificates that Node trusts beside its own. */
  readonly certificates: string | undefined;
  /** The names of variables that hold lasting AWS keys. */
  readonly keys: readonly string[];
}

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/** Reads the variables of a job, and where it entered AWS. */
export function surroundingsOf(
  env: Env,
  { role_arn: role, expected_account_id: expectedAccount }: SharedInputs,
  { arn: caller }: Pick<Session, 'arn'>,
): Surroundings {
  const proxy = ['https_proxy', 'HTTPS_PROXY'].find((name) => env[name]);
  return {
    role,
    caller,
    expectedAccount,
    image: env.CI_JOB_IMAGE || undefined,
    release: includeIn(env)?.version,
    proxy: proxy === undefined ? undefined : { variable: proxy, address: withoutPassword((env[proxy] ?? '').trim()) },
    noProxy: env.NO_PROXY || env.no_proxy || undefined,
    certificates: env.NODE_EXTRA_CA_CERTS || undefined,
    keys: KEYS.filter((name) => env[name]),
  };
}
