import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readRepository } from '../../compiler/templates.ts';
import { readPage } from '../docs/pages.ts';
import { fill } from './markdown.ts';
import { keysOfPolicy, policySchema } from './policy-page.ts';
import { stale } from './tell.ts';

const PAGE = 'docs/who-may-approve.md';

describe('the page about who may approve', () => {
  it('has every key of a policy', async () => {
    const page = fill(readRepository(PAGE) ?? '', 'keys', keysOfPolicy());
    await expect(page, stale(PAGE)).toMatchFileSnapshot(`../../${PAGE}`);
  });

  it('says what it may be and what it means, for each key', () => {
    expect(keysOfPolicy()).not.toMatch(/\| {2}\||undefined/);
  });

  it('has beside it a JSON Schema for editors', async () => {
    const path = 'docs/policy.schema.json';
    const schema = `${JSON.stringify(policySchema(), null, 2)}\n`;
    await expect(schema, stale(path)).toMatchFileSnapshot(`../../${path}`);
  });
});

describe('the JSON Schema of a policy', () => {
  const accepts = new Ajv2020({ strict: false }).compile(policySchema());
  const shown = readPage(PAGE).blocks.filter(({ language, text }) => language === 'yaml' && !/^include:/m.test(text));

  it.each(shown.map(({ text }, index) => [`${PAGE}, ${index + 1}`, text] as const))('accepts %s', (_, text) => {
    accepts(parse(text));
    expect(accepts.errors).toBeNull();
  });

  it.each([
    ['a key that is not known', 'coment: required'],
    ['one in a section', 'environments: { uat: { coment: required } }'],
    ['somebody whom nobody knows', 'never: [trainer]'],
    ['an age without a unit', 'evidence: { quality: { max_age: 7 } }'],
  ])('refuses %s', (_, text) => {
    expect(accepts(parse(text))).toBe(false);
  });
});
