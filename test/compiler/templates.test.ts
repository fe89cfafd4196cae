import { describe, expect, it } from 'vitest';
import { writeYaml } from '../../compiler/document.ts';
import { jobsOf, lintPipeline } from '../../compiler/lint.ts';
import { schemaErrors } from '../../compiler/schema.ts';
import { templateNames } from '../../compiler/templates.ts';
import { compileComponent } from '../catalog/compiled.ts';

describe.each(templateNames)('the template %s', (name) => {
  it('makes a pipeline that GitLab accepts, from its required inputs alone', () => {
    const config = compileComponent(name);
    expect(jobsOf(config).size).toBeGreaterThan(0);
    expect(schemaErrors(config)).toEqual([]);
    expect(lintPipeline(config)).toEqual([]);
  });

  it('leaves no block for a runner to stumble over', () => {
    expect(writeYaml(compileComponent(name))).not.toContain('$[[');
  });
});
