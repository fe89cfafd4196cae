import * as z from 'zod/mini';
import { Failure } from '../ground/failure.ts';

/** GitLab's id_token carries numbers and booleans as strings, and some versions as themselves. */
const word = z.pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(String));

/** What we read of GitLab's id_token (https://docs.gitlab.com/ci/secrets/id_token_authentication/#token-payload). */
const claimsSchema = z.object({
  iss: z.string(),
  aud: z.pipe(
    z.union([z.string(), z.array(z.string())]),
    z.transform((audience) => [audience].flat().join(', ')),
  ),
  sub: z.string(),
  iat: z.optional(z.number()),
  exp: z.number(),
  project_id: word,
  project_path: z.string(),
  pipeline_id: word,
  job_id: word,
  ref: z.string(),
  ref_type: z.enum(['branch', 'tag']),
  ref_protected: word,
  sha: z.string(),
  user_login: z.string(),
  user_id: z.pipe(word, z.string().check(z.regex(/^\d{1,15}$/))),
  /** The groups in which the user is a direct member, by path; absent for somebody with very many. */
  groups_direct: z.optional(z.array(z.string())),
  environment: z.optional(z.string()),
  environment_protected: z.optional(word),
});

export type Claims = z.output<typeof claimsSchema>;

/**
 * The claims of an id_token. The signature is not checked here: STS checks it, and only a token that STS has accepted
 * is believed.
 */
export function readClaims(token: string): Claims {
  const parsed = claimsSchema.safeParse(payloadOf(token));
  if (parsed.success) return parsed.data;
  throw new Failure(
    'SMC-1104',
    `The token in AWS_OIDC_TOKEN is not a GitLab id_token${parsed.error.issues.map(({ path }) => ` (${path.join('.') || 'no payload'})`).join('')}.`,
    "remove any CI/CD variable named AWS_OIDC_TOKEN and any id_tokens: that overrides the template's.",
  );
}

/** The payload of a JWT, not verified; `undefined` when there is none. */
export function payloadOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
