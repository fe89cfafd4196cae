import { describe, expect, it } from 'vitest';
import { componentNames, forgottenPlaces } from './places.ts';
import { tell } from './tell.ts';

describe.each(componentNames)('the component %s', (name) => {
  it('is known wherever a component must be', () => {
    tell(forgottenPlaces(name));
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
      'test/catalog/programs.ts',
      'examples/resale-price/single-components.gitlab-ci.yml',
      'test/failures/rows',
      'test/interruption/scenes.ts',
      'test/tampering/variables.ts',
    ]);
  });
});
