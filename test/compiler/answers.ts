import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { compilePipeline } from '../../compiler/compile.ts';
import type { Mapping } from '../../compiler/document.ts';

/** The cases of a file in `cases/`, each with what GitLab's own code answers. */
export function answers<Case extends z.ZodType>(name: string, schema: Case): z.output<Case>[] {
  const text = readFileSync(new URL(`cases/${name}.jsonl`, import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return z.array(schema).parse(lines.map((line): unknown => JSON.parse(line)));
}

export const mapping = z.record(z.string(), z.unknown());

const commit = '3f2c9a7d1e5b4860a9c8d7e6f5a4b3c2d1e0f9a8';
/** Where the component stands that the cases include. */
export const address = `sgts.gitlab-dedicated.com/wog/mlops/c/c@${commit}`;

type Files = Readonly<Record<string, string>>;

/** What a project gets that includes one component, which is the template, beside further files of the component's project. */
export function includeComponent(template: string, inputs: Mapping, further: Files = {}): Mapping {
  const files: Files = { 'templates/c.yml': template, ...further };
  return compilePipeline({
    text: JSON.stringify({ include: [{ component: address, inputs }] }),
    resolve: () => ({ read: (path) => files[path], sha: commit, reference: commit }),
    readLocal: () => undefined,
    variables: {},
  }).config;
}

/** What a project gets from its own file, and the files beside it. */
export function compileText(text: string, files: Files = {}, variables: Files = {}): Mapping {
  const resolve = () => ({ read: () => undefined, sha: commit, reference: commit });
  return compilePipeline({ text, resolve, readLocal: (path) => files[path], files: Object.keys(files), variables })
    .config;
}
