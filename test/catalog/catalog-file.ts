import { parse } from 'yaml';
import { z } from 'zod';
import { readRepository } from '../../compiler/templates.ts';
import { inWords } from './words.ts';

const version = z.string().regex(/^\d+\.\d+\.\d+$/);

const catalogFile = z.strictObject({
  project: z.string().regex(/^[\w.-]+(\/[\w.-]+)+$/),
  owners: z.string(),
  images: z.strictObject({ pull: z.string(), publish: z.string() }),
  requires: z.strictObject({ gitlab: z.string().regex(/^\d+\.\d+$/), runner: z.string().regex(/^\d+\.\d+$/) }),
  components: z.array(
    z.strictObject({ name: z.string(), stability: z.enum(['experimental', 'stable', 'deprecated']), since: version }),
  ),
});

/** catalog.yml: refused when it says more or less than it should. */
export const catalog = readCatalog(parse(readRepository('catalog.yml') ?? ''));

/** package.json's, which is the version of image and templates alike. */
export const packageVersion = z.object({ version }).parse(JSON.parse(readRepository('package.json') ?? '')).version;

function readCatalog(content: unknown): z.output<typeof catalogFile> {
  const { data, error } = catalogFile.safeParse(content);
  if (error) throw new Error(`catalog.yml: ${inWords(error)}.`);
  return data;
}

/** Orders versions: negative when `one` is older than `other`. */
export function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
