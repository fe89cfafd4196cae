import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitionInFolder } from '../../src/pipelines/definition.ts';
import { differingPlaces } from '../../src/pipelines/differing-places.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'definition-'));
});

afterEach(() => rmSync(root, { recursive: true }));

async function read(content: string | Buffer, file: string, parameters: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(root, file), content);
  return definitionInFolder(root, { file, parameters: new Map(Object.entries(parameters)) });
}

const STEP = '{"Name":"Stop","Type":"Fail","Arguments":{"ErrorMessage":"no"}}';
const withParameter = (parameter: object) => `{"Parameters":[${JSON.stringify(parameter)}],"Steps":[${STEP}]}`;
const stage = { Name: 'Stage', Type: 'String', EnumValues: ['dev', 'uat'] };

describe('a definition in JSON is sent as it is', () => {
  it.each([
    ['with its layout', `{ "Version": "2020-12-01",\n  "Steps": [${STEP}] }\n`],
    ['with its order, also of keys that are numbers', `{"Steps":[${STEP}],"Metadata":{"b":"1","2":"x","1":"y"}}`],
    ['with numbers that JavaScript would round', `{"Steps":[{"Name":"A","Type":"Fail","Seed":9007199254740993}]}`],
    ['with numbers as they are written', `{"Steps":[{"Name":"A","Type":"Fail","Rate":1.0}]}`],
    ['with no step: that is for SageMaker to refuse', '{"Steps":[]}'],
  ])('%s', async (_, content) => {
    expect((await read(content, 'pipeline.json')).text).toBe(content);
    expect((await read(content, 'pipeline')).text).toBe(content);
  });

  it('without a Version, and with parameters that have only a name, as the schema of AWS allows', async () => {
    const content = withParameter({ Name: 'Stage' });
    expect((await read(content, 'pipeline.json', { Stage: 'anything' })).text).toBe(content);
  });
});

describe('two definitions differ', () => {
  const seed = (digits: string) => `{"Steps":[{"Name":"A","Type":"Fail","Seed":${digits}}]}`;

  it.each([
    ['not by their layout', seed(' 9007199254740993 '), []],
    ['by an integer of many digits', seed('9007199254740992'), ['Steps.A.Seed']],
    ['by the same digits as a text', seed('"9007199254740993"'), ['Steps.A.Seed']],
    ['by a member less', '{"Steps":[{"Name":"A","Seed":9007199254740993}]}', ['Steps.A.Type']],
    ['by another step, and by more', '{"Steps":[{"Name":"B"}],"Version":"1"}', ['Steps.B', 'Steps.A', 'Version']],
    ['by a list where an object was', '{"Steps":5}', ['Steps']],
    ['as a whole, when one is no JSON', '', ['the whole definition']],
  ])('%s', async (_, other, places) => {
    const ours = await read(seed('9007199254740993'), 'pipeline.json');
    expect(differingPlaces(other, ours)).toEqual(places);
  });

  it('by the order of a list', async () => {
    const ours = await read('{"Steps":[{"Name":"A","Type":"Fail"},{"Name":"B","Type":"Fail"}]}', 'pipeline.json');
    const turned = '{"Steps":[{"Name":"B","Type":"Fail"},{"Name":"A","Type":"Fail"}]}';
    expect(differingPlaces(turned, ours)).toEqual(['Steps']);
  });
});

describe('a definition in YAML', () => {
  it('is sent as the JSON that it means: merge keys, aliases, tags, order and the digits of integers', async () => {
    const content = [
      'Steps:',
      '  - &first { Name: A, Type: Fail, "2": x, "1": y }',
      '  - { <<: *first, Name: B, Seed: 9007199254740993, Word: !!str 5, Rate: 0.5, On: true, Nothing: null }',
    ].join('\n');
    expect((await read(`\uFEFF${content}`, 'pipeline.yaml')).text).toBe(
      '{"Steps":[{"Name":"A","Type":"Fail","2":"x","1":"y"},' +
        '{"Name":"B","Type":"Fail","2":"x","1":"y","Seed":9007199254740993,"Word":"5","Rate":0.5,"On":true,"Nothing":null}]}',
    );
  });

  it.each([
    ['a tag that nobody knows', 'Steps: [!Ref Train]', 'Unresolved tag: !Ref'],
    ['a date', 'Steps: [{Name: A, Type: Fail, At: !!timestamp 2026-01-01}]', 'It has a value that JSON does not have'],
    ['bytes', 'Steps: [{Name: A, Type: Fail, Is: !!binary aGk=}]', 'It has a value that JSON does not have'],
    ['what is no number', 'Steps: [{Name: A, Type: Fail, Rate: .nan}]', 'It has a value that JSON does not have: NaN'],
    ['an endless number', 'Steps: [{Name: A, Type: Fail, Rate: .inf}]', 'It has a value that JSON does not have: Inf'],
    ['an alias in what it names', 'Steps: &all\n  - *all', 'An alias leads back to what contains it'],
    ['a key that is a list', 'Steps: [{? [a] : b}]', 'all keys must be strings'],
    ['a key twice', 'Steps: []\nSteps: []', 'Map keys must be unique'],
    ['two documents', 'Steps: []\n---\nSteps: []', 'multiple documents'],
    ['more aliases than anybody writes', `a: &a [x]\nSteps: [${'*a, '.repeat(200)}]`, 'Excessive alias count'],
  ])('is refused with %s', async (_, content, told) => {
    await expect(read(content, 'pipeline.yml')).rejects.toMatchObject({
      exitCode: 64,
      message: expect.stringContaining(told),
    });
  });
});

describe('a file that is no text of a definition is refused by what it is', () => {
  const utf16 = Buffer.from(`\uFEFF{"Steps":[${STEP}]}`, 'utf16le');
  it.each([
    ['a BOM', `\uFEFF{"Steps":[${STEP}]}`, 'it begins with a BOM (U+FEFF), which JSON does not have'],
    ['UTF-16', utf16, 'it begins with the BOM of UTF-16. Save it as UTF-8'],
    ['UTF-16, the other way', Buffer.from(utf16).swap16(), 'it begins with the BOM of UTF-16'],
    [
      'endless nesting',
      `{"Steps":[${STEP}],"Metadata":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      'nested too deeply',
    ],
    ['more mistakes than can be named', `{"Steps":[${'1,'.repeat(300_000)}1]}`, 'too many of its steps or parameters'],
    ['Latin-1', Buffer.from('{"Steps":[],"Metadata":{"a":"\xe9"}}', 'latin1'), 'it is not a text in UTF-8'],
  ])('%s', async (_, content, told) => {
    await expect(read(content, 'pipeline.json')).rejects.toThrow(told);
  });

  it.each([
    ['before it, from version 2', 'sagemaker.config INFO - Not applying SDK defaults from location: /etc/x.yaml\n', ''],
    ['before it, from version 3', '[11/25/26 10:00:00] INFO     Found credentials in environment variables.\n', ''],
    ['after it', '', '\nWrote the definition.\n'],
  ])('log lines %s', async (_, before, after) => {
    const content = `${before}{"Steps":[${STEP}]}${after}`;
    for (const file of ['pipeline.json', 'pipeline.yml', 'pipeline'])
      await expect(read(content, file)).rejects.toMatchObject({
        message: expect.stringContaining(`it has log lines beside the definition: "${(before + after).trim()}"`),
        next: expect.stringContaining('write_text(pipeline.definition())'),
      });
  });

  it('log lines before a definition in YAML, where they would be read as members', async () => {
    const content = 'sagemaker.config INFO - Not applying SDK defaults from location: /etc/x.yaml\nSteps: []\n';
    await expect(read(content, 'pipeline.yml')).rejects.toThrow('it has log lines beside the definition');
  });
});

describe('what a definition allows for a parameter is checked before the upload', () => {
  it.each([
    ['a value that is among them', stage, { Stage: 'uat' }],
    ['a default that is among them', { ...stage, DefaultValue: 'dev' }, {}],
    ['a number, however it is written', { Name: 'N', Type: 'Integer', EnumValues: [1, 2] }, { N: '+02' }],
    ['true, however it is written', { Name: 'B', Type: 'Boolean', EnumValues: [true] }, { B: 'True' }],
  ])('%s is accepted', async (_, parameter, given) => {
    await expect(read(withParameter(parameter), 'pipeline.json', given)).resolves.toBeDefined();
  });

  it.each([
    [
      'a value that is not among them',
      stage,
      { Stage: 'prod' },
      'parameters: received "Stage=prod", but pipeline.json allows only these EnumValues: dev, uat.',
    ],
    [
      'a text with a space more',
      { ...stage, Type: undefined },
      { Stage: 'dev ' },
      'parameters: received "Stage=dev ", but pipeline.json allows only these EnumValues: dev, uat.',
    ],
    [
      'a default that is not among them',
      { ...stage, DefaultValue: 'prod' },
      { Stage: 'dev' },
      'definition_file: received "pipeline.json"; the DefaultValue "prod" of Stage is none of its EnumValues: dev, uat.',
    ],
    [
      'no value where the default is null',
      { ...stage, DefaultValue: null },
      {},
      'parameters: "Stage" is missing, and has no DefaultValue in pipeline.json.',
    ],
  ])('%s is refused', async (_, parameter, given, told) => {
    await expect(read(withParameter(parameter), 'pipeline.json', given)).rejects.toThrow(told);
  });
});
