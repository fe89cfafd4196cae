import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readRepository } from '../../compiler/templates.ts';
import { readEndpointFile } from '../../src/endpoints/description/endpoint-file.ts';
import { readPage } from '../docs/pages.ts';
import { endpointFileSchema, keysOfEndpointFile, kindsOfEndpoints } from './endpoint-file-page.ts';
import { fill } from './markdown.ts';
import { stale } from './tell.ts';

const PAGE = 'docs/endpoint-file.md';

describe('the page of the endpoint file', () => {
  it('has every key that the programs know, and what each kind of endpoint can have', async () => {
    const keys = fill(readRepository(PAGE) ?? '', 'keys', keysOfEndpointFile());
    const filled = fill(keys, 'kinds', kindsOfEndpoints());
    await expect(filled, stale(PAGE)).toMatchFileSnapshot(`../../${PAGE}`);
  });

  it('says what it may be and what it means, for each key', () => {
    expect(keysOfEndpointFile()).not.toMatch(/\| {2}\||undefined/);
  });

  it('has beside it a JSON Schema for editors, which knows every key, too', async () => {
    const path = 'docs/endpoint-file.schema.json';
    const schema = `${JSON.stringify(endpointFileSchema(), null, 2)}\n`;
    await expect(schema, stale(path)).toMatchFileSnapshot(`../../${path}`);
  });
});

describe('the JSON Schema of the endpoint file', () => {
  const accepts = new Ajv2020({ strict: false }).compile(endpointFileSchema());
  const shown = readPage(PAGE).blocks.filter(({ language }) => language === 'yaml');

  it.each([
    ...shown.map(({ text }, index) => [`${PAGE}, ${index + 1}`, text] as const),
    ['the example', readRepository('examples/resale-price/endpoint.yml') ?? ''] as const,
  ])('accepts %s', (_, text) => {
    accepts(parse(text));
    expect(accepts.errors).toBeNull();
  });

  it('is of files that the programs take, too: each that the page shows', async () => {
    for (const { text } of shown) await expect(readEndpointFile(PAGE, text), text).resolves.toBeDefined();
  });

  it.each([
    ['a key that is not known', 'instance_typ: ml.m5.large'],
    ['one in a section', 'environments: { uat: { colour: red } }'],
    ['a value of another kind', 'instance_count: two'],
    ['an instance type that cannot be one', 'instance_type: large'],
  ])('refuses %s', (_, text) => {
    expect(accepts(parse(text))).toBe(false);
  });

  it('accepts sections that say a part of what is said elsewhere', () => {
    const text = 'data_capture_config: { initial_sampling_percentage: 5 }\nenvironments: { uat: { vpc_config: null } }';
    expect(accepts(parse(text))).toBe(true);
  });
});
