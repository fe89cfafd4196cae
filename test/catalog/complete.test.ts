import { describe, expect, it } from 'vitest';
import { readRepository } from '../../compiler/templates.ts';
import { forgottenInputs } from './input-places.ts';
import { componentNames, forgottenPlaces } from './places.ts';
import { tell } from './tell.ts';
import { readTemplate, templates } from './template.ts';

describe.each(componentNames)('the component %s', (name) => {
  it('is known wherever a component must be', () => {
    tell(forgottenPlaces(name));
  });
});

describe.each(templates)('the inputs of $name', (template) => {
  it('are known wherever an input must be', () => {
    tell(forgottenInputs(template));
  });
});

describe('what is only begun', () => {
  const filesIn = (sentences: readonly string[]) => sentences.map((sentence) => sentence.split(' ')[0]);

  it('is told every place that must know a component, with the file', () => {
    expect(filesIn(forgottenPlaces('restart-endpoint'))).toEqual([
      'templates/restart-endpoint.yml',
      'catalog.yml',
      '.gitlab/try/restart-endpoint.yml',
      '.gitlab-ci.yml',
      'test/components/restart-endpoint.test.ts',
      'CHANGELOG.md',
      'src/components/restart-endpoint.ts',
      'src/main.ts',
      'setup/programs.ts',
      'examples/resale-price/single-components.gitlab-ci.yml',
      'test/failures/rows',
      'test/interruption/scenes.ts',
      'test/tampering/variables.ts',
    ]);
  });

  it('finds the same places in the checklist of CONTRIBUTING.md', () => {
    const checklist = readRepository('CONTRIBUTING.md') ?? '';
    const places = filesIn(forgottenPlaces('restart-endpoint')).map((file) =>
      file?.replace('restart-endpoint', '<name>'),
    );
    const missing = places.filter((place) => !checklist.includes(`\`${place}`));
    tell(missing.map((place) => `CONTRIBUTING.md does not name ${place} among what a new component needs.`));
  });

  it('is told every place that must know an input, and every include that a required one breaks', () => {
    const template = readTemplate('deploy-model');
    const input = { name: 'no_such_input', type: 'string', required: true } as const;
    const sentences = forgottenInputs({ ...template, inputs: [...template.inputs, input] });
    const files = filesIn(sentences.filter((sentence) => sentence.includes(input.name)));
    expect(files[0]).toBe('templates/deploy-model.yml');
    expect(files).toEqual(
      expect.arrayContaining([
        '.gitlab/try/deploy-model.yml',
        'docs/your-pipeline.md',
        'examples/resale-price/single-components.gitlab-ci.yml',
        'templates/promote.yml',
      ]),
    );
  });

  it('is told where an input ends that the template passes and the program does not take', () => {
    const template = readTemplate('check-model');
    const [job] = template.jobs;
    if (!job) return expect.fail('check-model has no job');
    const passing = { ...job, variables: { ...job.variables, INPUT_NO_SUCH_INPUT: '60' } };
    expect(forgottenInputs({ ...template, jobs: [passing] })).toContain(
      'src/components/check-model.ts does not take no_such_input, which templates/check-model.yml passes: add it to the inputs, with its meaning.',
    );
  });
});
