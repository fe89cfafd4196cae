import { describe, expect, it } from 'vitest';
import { readEndpointFile } from '../../../src/endpoints/description/endpoint-file.ts';

const FILE = 'endpoint.yml';

const described = async (text: string, environment = 'dev') =>
  (await readEndpointFile(FILE, text)).describe(environment);

/** What a person reads of a file that is refused: a line for each problem. */
async function refused(text: string): Promise<string[]> {
  const message = await readEndpointFile(FILE, text).then(
    () => 'nothing',
    (error: unknown) => String(error),
  );
  return message.split('\n').slice(1);
}

const WHOLE = `
instance_type: ml.m5.large
model_environment:
  LOG_LEVEL: info
  WORKERS: "2"
tags: { team: pricing }
environments:
  uat:
    instance_count: 2
    model_environment:
      LOG_LEVEL: warning
  main:
    instance_type: ml.m5.xlarge
    instance_count: 3
    model_environment: null
`;

describe('an endpoint file', () => {
  it('gives an environment the common values, and its own where it has others', async () => {
    expect(await described(WHOLE, 'uat')).toEqual({
      variant_name: 'AllTraffic',
      instance_type: 'ml.m5.large',
      instance_count: 2,
      model_environment: { LOG_LEVEL: 'warning', WORKERS: '2' },
      tags: { team: 'pricing' },
    });
  });

  it('gives an environment without a section the common values, with the defaults', async () => {
    expect(await described(WHOLE, 'dev')).toMatchObject({ variant_name: 'AllTraffic', instance_type: 'ml.m5.large' });
  });

  it('takes a common value away where an environment says null', async () => {
    expect(await described(WHOLE, 'main')).toMatchObject({ instance_type: 'ml.m5.xlarge', model_environment: {} });
  });

  it('is refused where it has a section that no environment of the promotion path reads', async () => {
    const reading = readEndpointFile(FILE, WHOLE, ['dev', 'uat', 'prod']);
    await expect(reading).rejects.toThrow(
      'endpoint.yml: line 12, column 3: environments.main is not in promotion_path (dev, uat, prod).',
    );
    await expect(readEndpointFile(FILE, WHOLE, ['dev', 'uat', 'main'])).resolves.toBeDefined();
  });

  it('says which environments it has', async () => {
    expect((await readEndpointFile(FILE, WHOLE)).environments).toEqual(['uat', 'main']);
  });

  it('is refused with everything that is wrong, by line and column, in the order of the file', async () => {
    const text = [
      'instance_typ: ml.m5.large',
      'model_environment: { WORKERS: 2 }',
      'tags: { "aws:team": pricing }',
      'environments:',
      '  uat: { instance_count: two }',
      '  main: { instance_type: large, colour: red }',
    ].join('\n');
    expect(await refused(text)).toEqual([
      '  endpoint.yml: line 1, column 1: instance_typ is not known: did you mean instance_type?',
      '  endpoint.yml: line 2, column 22: model_environment.WORKERS must be a text: write numbers, true and false between quotes.',
      '  endpoint.yml: line 3, column 1: tags must not have keys that start with "aws:" or "sagemaker-components:".',
      '  endpoint.yml: line 5, column 3: instance_type must be a SageMaker instance type, like ml.m5.large, where there is neither instance_pools nor serverless_config (for uat).',
      '  endpoint.yml: line 5, column 10: instance_count must be a whole number from 1 to 10000 (for uat).',
      '  endpoint.yml: line 6, column 11: instance_type must be a SageMaker instance type, like ml.m5.large (for main).',
      expect.stringMatching(
        /^ {2}endpoint.yml: line 6, column 33: colour is not known: known are .*variant_name.* \(for main\)\.$/,
      ),
    ]);
  });

  it.each([
    ['is no YAML', 'instance_type: [', /line 1, column \d+: /],
    [
      'has a key at a column of its own',
      'strategy:\n  type: canary\n   size: 1',
      /^ {2}endpoint.yml: line 2, column 9: this is not YAML: the keys of a mapping must begin at the same column/,
    ],
    [
      'has the beginning of a key',
      'kms_key: alias/a',
      /line 1, column 1: kms_key is not known: did you mean kms_key_id\?/,
    ],
    [
      'has a key twice',
      'instance_type: ml.m5.large\ninstance_type: ml.m5.xlarge',
      /line 2, column 1: this key stands twice in one mapping/,
    ],
    ['is empty', '', /line 1, column 1: must be a mapping/],
    ['is a list', '- instance_type', /line 1, column 1: must be a mapping/],
    [
      'has two documents',
      'instance_type: ml.m5.large\n---\ninstance_count: 2',
      /line 2, column 1: .*multiple documents: one begins here, and only one is read/,
    ],
    ['has an alias', 'tags: &a { b: c }\nmodel_environment: *a', /line 2, column 20: aliases are not supported/],
    ['has a tag of YAML', 'instance_type: !ruby ml.m5.large', /line 1, column 16: .*tag/i],
    ['has a key without a value', 'instance_type: ml.m5.large\ntags:', /line 2, column 1: tags must be a mapping/],
    [
      'has no environments',
      'instance_type: ml.m5.large\nenvironments: [uat]',
      /line 2, column 1: environments must be a mapping/,
    ],
    [
      'has an environment without a section',
      'instance_type: ml.m5.large\nenvironments:\n  uat:',
      /line 3, column 3: environments.uat must be a mapping: \{\}/,
    ],
    [
      'has an environment that cannot be one',
      'instance_type: ml.m5.large\nenvironments:\n  "a b": {}',
      /line 3, column 3: environments.a b is no name/,
    ],
    [
      'has common values that no environment uses, and a wrong one',
      'instance_type: 5',
      /line 1, column 1: instance_type must be/,
    ],
    [
      'has a variable of GitLab, which nothing replaces there',
      'instance_type: ml.m5.large\nmodel_environment: { COMMIT: "$CI_COMMIT_SHA" }',
      /line 2, column 1: model_environment must not contain "\$CI_COMMIT_SHA": no variable is replaced in the endpoint file/,
    ],
    [
      'names an environment variable in a way that would be lost',
      'instance_type: ml.m5.large\nmodel_environment: { __proto__: kept }',
      /line 2, column 22: __proto__ cannot be the name of anything/,
    ],
    [
      'names a tag in a way that would be lost',
      'instance_type: ml.m5.large\ntags: { "__proto__": kept }',
      /line 2, column 9: __proto__ cannot be the name of anything/,
    ],
    [
      'was not saved as UTF-8',
      `instance_type: ml.m5.large\ntags: { town: ${Buffer.from('Z\u00fcrich', 'latin1').toString('utf8')} }`,
      /line 2, column 15: holds what is no text: save the file as UTF-8/,
    ],
    [
      'was saved as UTF-16',
      Buffer.from('instance_type: ml.m5.large\n', 'utf16le').toString('utf8'),
      /line 1, column 1: holds what is no text/,
    ],
    [
      'has a zero byte in a value',
      'instance_type: ml.m5.large\nmodel_environment: { LEVEL: "in\\0fo" }',
      /line 2, column 29: holds what is no text/,
    ],
    [
      'has half a character in a value',
      'instance_type: ml.m5.large\nmodel_environment: { LEVEL: "in\\ud83dfo" }',
      /line 2, column 29: holds what is no text/,
    ],
    ['is nested deeper than can be read', '['.repeat(60_000), /line 1|cannot be read as YAML/],
    ['is longer than is read', ' '.repeat(65_537), /it has 65537 characters, and at most 65536 are read/],
  ])('is refused where it %s', async (_, text, why) => {
    expect((await refused(text)).join('\n')).toMatch(why);
  });

  it('is read to its end quickly, however many sections have what is wrong in all of them', async () => {
    const many = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, i) => line(i));
    const text = [...many(400, (i) => `k${i}: 1`), 'environments:', ...many(400, (i) => `  e${i}: {}`)].join('\n');
    const lines = await refused(text);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toMatch(/and \d+ more problems/);
  });

  it('is told once of a value that is wrong in two ways', async () => {
    expect(await refused('instance_type: ml.m5.large\ninstance_count: 99999999999999999999999')).toEqual([
      '  endpoint.yml: line 2, column 1: instance_count must be a whole number from 1 to 10000.',
    ]);
  });
});
