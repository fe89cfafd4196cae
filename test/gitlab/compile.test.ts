import { describe, expect, it } from 'vitest';
import { type Case, cases, commit } from './cases.ts';
import { type Catalog, compilePipeline, PipelineError } from './compile.ts';
import { type Mapping, writeYaml } from './document.ts';

const fqdn = 'sgts.gitlab-dedicated.com';
const project = 'wog/mlops/resale-price';

function filesOf({ id, template, files }: Case): Record<string, string> {
  return { [`templates/${id}.yml`]: template, ...files };
}

function compileCase(example: Case): Mapping {
  const files = filesOf(example);
  const text = writeYaml({
    include: [
      { component: addressOf(example, '$CI_SERVER_FQDN'), ...(example.inputs ? { inputs: example.inputs } : {}) },
    ],
  });
  const catalog: Catalog = {
    read: (path) => files[path],
    sha: commit,
    ...(example.version ? { version: example.version } : {}),
    reference: referenceOf(example),
  };
  return compilePipeline({
    text,
    resolve: () => catalog,
    readLocal: () => undefined,
    variables: { CI_SERVER_FQDN: fqdn },
  }).config;
}

function referenceOf({ version }: Case): string {
  return version ? version.slice(0, version.indexOf('.')) : commit;
}

function addressOf(example: Case, host: string): string {
  return `${host}/${project}/${example.id}@${referenceOf(example)}`;
}

describe('a component is included as GitLab includes it', () => {
  it.each(cases.filter(({ becomes }) => becomes))('$id: $rule', (example) => {
    expect(compileCase(example)).toEqual(example.becomes);
  });

  it.each(cases.filter(({ refused }) => refused))('$id: $rule', (example) => {
    const file = addressOf(example, fqdn);
    expect(() => compileCase(example)).toThrow(new PipelineError(`\`${file}\`: ${example.refused}`));
  });
});
