import { describe, expect, it } from 'vitest';
import { compilePipeline } from './compile.ts';
import { type Mapping, writeYaml } from './document.ts';
import { jobsOf, lintPipeline } from './lint.ts';
import { schemaErrors } from './schema.ts';
import { readRepository, requiredInputs, templateNames } from './templates.ts';

const stages = ['deploy_pipeline', 'check_model', 'approve_model', 'deploy_model', 'validate_endpoint'];

function compile(name: string): Mapping {
  const component = `$CI_SERVER_FQDN/wog/mlops/sagemaker-components/${name}@1`;
  return compilePipeline({
    // The aggregate needs no stages but GitLab's own; the single components have the handbook's.
    text: writeYaml({
      ...(name === 'promote' ? {} : { stages }),
      include: [{ component, inputs: requiredInputs(name) }],
    }),
    resolve: () => ({
      read: readRepository,
      sha: '3f2c9a7d1e5b4860a9c8d7e6f5a4b3c2d1e0f9a8',
      version: '1.4.2',
      reference: '1',
    }),
    readLocal: () => undefined,
    variables: { CI_SERVER_FQDN: 'sgts.gitlab-dedicated.com' },
  }).config;
}

describe.each(templateNames)('the template %s', (name) => {
  it('makes a pipeline that GitLab accepts, from its required inputs alone', () => {
    const config = compile(name);
    expect(jobsOf(config).size).toBeGreaterThan(0);
    expect(schemaErrors(config)).toEqual([]);
    expect(lintPipeline(config)).toEqual([]);
  });

  it('leaves no block for a runner to stumble over', () => {
    expect(writeYaml(compile(name))).not.toContain('$[[');
  });
});
