import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** The last part of every reference to the image. The templates name it, so it is not for catalog.yml to say. */
const IMAGE = 'sagemaker-components';

const image = z
  .string()
  .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*\/sagemaker-components$/, `must be a registry, and end in /${IMAGE}`)
  // They lie beside the image: a registry of such a name could not be told from them.
  .refine(
    (text) => !/\/(library|tools|candidates)\//.test(text),
    'must not have library, tools or candidates in its path',
  );
const path = z.string().regex(/^[\w.-]+(\/[\w.-]+)+$/, 'must be a path on GitLab, like group/catalog');
const catalogSchema = z.object({ project: path, owners: path, images: z.object({ pull: image, publish: image }) });

/** Where the catalog lives: what catalog.yml alone says, and other files repeat. */
export interface Addresses {
  readonly project: string;
  /** The group whose approval a change needs. */
  readonly owners: string;
  /** Registries, with their path if they have one. */
  readonly pull: string;
  readonly publish: string;
}

/** catalog.yml names something that is no address. */
export class WrongAddresses extends Error {}

/** What the text of catalog.yml says; refused in words when it cannot be an address. */
export function addressesIn(text: string): Addresses {
  const { data, error } = catalogSchema.safeParse(parse(text));
  if (!data) {
    const wrong = error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new WrongAddresses(`catalog.yml: ${wrong.join('; ')}.`);
  }
  const { project, owners, images } = data;
  const registry = (reference: string) => reference.slice(0, -`/${IMAGE}`.length);
  return { project, owners, pull: registry(images.pull), publish: registry(images.publish) };
}

/** A way in which files repeat an address: the text before it, and the address itself. What follows stays as it is. */
interface Appearance {
  /** The files in which it counts. */
  readonly files: RegExp;
  readonly pattern: RegExp;
  readonly says: (addresses: Addresses) => string;
}

const REGISTRY = String.raw`(?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d+)?(?:\/[a-z0-9._-]+)*?`;
const hostOf = (registry: string) => registry.split('/')[0] ?? registry;

const APPEARANCES: readonly Appearance[] = [
  // Code reads catalog.yml, and tests name projects of others.
  {
    files: /(?<!\.ts)$/,
    pattern: /(\$CI_SERVER_FQDN\/)([\w.-]+(?:\/[\w.-]+)+)(?=\/[\w-]+@)/g,
    says: ({ project }) => project,
  },
  {
    files: /^(Dockerfile|docs\/mirror\.md)$/,
    pattern: /((?:ARG SOURCE=|git clone --bare )https:\/\/[\w.-]+\/)([\w./-]+?)(?=\.git |$)/gm,
    says: ({ project }) => project,
  },
  {
    files: /^docs\/upgrade\.md$/,
    pattern: /("matchPackageNames": \[")([\w./-]+)(?="\])/g,
    says: ({ project }) => project,
  },
  {
    files: /^\.gitlab-ci\.yml$/,
    pattern: /(\$CI_PROJECT_PATH [!=]= ")([\w./-]+)(?=")/g,
    says: ({ project }) => project,
  },
  { files: /^\.gitlab\/CODEOWNERS$/, pattern: /(^\[.*\] @)(\S+)/gm, says: ({ owners }) => owners },
  {
    files: /^\.gitlab-ci\.yml$/,
    pattern: /(^ {2}(?:RELEASES|CANDIDATES): )(\S+?)(?=(?:\/candidates)?\/sagemaker-components$)/gm,
    says: ({ publish }) => publish,
  },
  {
    files: /^(\.gitlab-ci\.yml|\.gitlab\/tools\.yml|Dockerfile|docs\/(mirror|setup-details|migrate)\.md)$/,
    pattern: new RegExp(
      String.raw`((?:^|[\s=\`"'])(?<!(?:RELEASES|CANDIDATES|copy|export|--new_tag):? ))(${REGISTRY})(?=\/(?:library\/|tools\/|candidates\s|${IMAGE}(?![\w./-])))`,
      'gm',
    ),
    says: ({ pull }) => pull,
  },
  {
    files: /^templates\//,
    pattern: /(^ {4}image_registry:\n(?: {6}.*\n)*? {6}default: )(\S+)$/gm,
    says: ({ pull }) => pull,
  },
  {
    files: /^docs\/setup-details\.md$/,
    pattern: /(\bdocker login |"auths":\{")([\w.:-]+)/g,
    says: ({ pull }) => hostOf(pull),
  },
];

/** Addresses of readers, in docs/mirror.md: where they keep copies. */
const OF_READERS = /^docs\/mirror\.md (mirrors\/|[\w-]+\.airgap\.example\b)/;

/** The text of a file as it is with these addresses. */
export function withAddresses(file: string, text: string, addresses: Addresses): string {
  return APPEARANCES.filter(({ files }) => files.test(file)).reduce(
    (rendered, { pattern, says }) =>
      rendered.replaceAll(pattern, (whole, before: string, address: string) =>
        OF_READERS.test(`${file} ${address}`) ? whole : `${before}${says(addresses)}`,
      ),
    text,
  );
}

/** Told by others: the changelog what was true then, and the page that is made from the templates. */
const LEFT_ALONE =
  /^(CHANGELOG\.md|catalog\.yml|package-lock\.json|emulator\/api\/.*|docs\/inputs\.md|.*\.(svg|png|parquet|gz))$/;

/** Every file that may repeat an address: path -> text. */
export function filesWithAddresses(folder: string): Map<string, string> {
  const args = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).split('\0').filter(Boolean);
  const ours = files.filter((file) => !LEFT_ALONE.test(file) && existsSync(join(folder, file)));
  return new Map(ours.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}
