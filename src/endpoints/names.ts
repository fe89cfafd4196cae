import { hashOf } from '../ground/canonical-json.ts';

/** What a name tells a person; its hash tells everything else. */
export interface Naming {
  readonly prefix: string;
  readonly environment: string;
  readonly version: number;
}

/** SageMaker's limit for the names of models. */
export const MAX_MODEL_NAME = 63;

/**
 * Three less than SageMaker allows, so that a validation, which names an endpoint and its config, fits into 256
 * characters.
 */
export const MAX_CONFIG_NAME = 60;

/** Characters that a validation needs for the word about a bake: ` bake=nothing`. */
export const BAKE_WORD = 13;

const HASH_DIGITS = 10;

/** How many characters of prefix and environment every name has, however many digits its version has. */
const SURE_LENGTH = 30;

/**
 * `<prefix>-<environment>-v<version>-<hash>`, in lower case; the hash is last and never cut. Equal content has an equal
 * name, so that a job that runs again finds what it created. A name that is too long loses the end of its prefix and
 * environment. A prefix that ends with the environment, as an endpoint's name often does, does not get it twice.
 */
export function contentName({ prefix, environment, version }: Naming, content: object, longest: number): string {
  const end = `-v${version}-${hashOf(content, HASH_DIGITS)}`;
  const words = beginningOf({ prefix, environment }).slice(0, longest - end.length);
  return `${words.replace(/-+$/, '')}${end}`;
}

function beginningOf({ prefix, environment }: Omit<Naming, 'version'>): string {
  const [beginning, suffix] = [slug(prefix), `-${slug(environment)}`];
  return beginning.endsWith(suffix) ? beginning : beginning + suffix;
}

/** What the names of all versions in an environment begin with: as much as no name loses. */
export function sureBeginning(naming: Omit<Naming, 'version'>): string {
  return beginningOf(naming).slice(0, SURE_LENGTH).replace(/-+$/, '');
}

/** The version that a name of ours tells; `undefined` for a name that is none. */
export function versionNamed(name: string): number | undefined {
  const [, version] = new RegExp(`-v(\\d{1,9})-[0-9a-f]{${HASH_DIGITS}}$`).exec(name) ?? [];
  return version === undefined ? undefined : Number(version);
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}
