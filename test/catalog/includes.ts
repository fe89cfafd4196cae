import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMapping, type Mapping, readConfigFile } from '../../compiler/document.ts';
import { PipelineError } from '../../compiler/problem.ts';
import { readRepository } from '../../compiler/templates.ts';
import { readPages } from '../docs/pages.ts';

/** One include of a component, wherever the repository shows or uses one. */
export interface Include {
  readonly file: string;
  readonly component: string;
  readonly inputs: Mapping;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const CONFIGS = ['templates/promote.yml', '.gitlab/try/*.yml', 'examples/**/*.yml', 'test/two-models/.gitlab-ci.yml'];

/** Every include of a component in the repository's own configurations, and in the snippets of pages that are not generated. */
export function everyInclude(): Include[] {
  const configs = globSync(CONFIGS, { cwd: root }).map((file) => ({ file, text: readRepository(file) ?? '' }));
  const pages = readPages().filter(({ path }) => path !== 'docs/inputs.md');
  const snippets = pages.flatMap(({ path, blocks }) =>
    blocks.filter(({ language }) => language === 'yaml').map(({ text }) => ({ file: path, text })),
  );
  return [...configs, ...snippets].flatMap(({ file, text }) => includesIn(file, text));
}

function includesIn(file: string, text: string): Include[] {
  return [bodyOf(text).include ?? []].flat().flatMap((each) => {
    if (!isMapping(each)) return [];
    const address = String(each.component ?? each.local);
    const component = /\/([\w-]+)(?:@|\.yml$)/.exec(address)?.[1];
    return component ? [{ file, component, inputs: isMapping(each.inputs) ? each.inputs : {} }] : [];
  });
}

/** A text that is no configuration includes nothing; the tests of pages and templates refuse it by its name. */
function bodyOf(text: string): Mapping {
  try {
    return readConfigFile(text).body;
  } catch (error) {
    if (error instanceof PipelineError) return {};
    throw error;
  }
}
