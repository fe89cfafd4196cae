import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readRepository } from '../../compiler/templates.ts';
import { readPage } from '../docs/pages.ts';
import { fill } from './markdown.ts';
import { keysOfQualityFile, metricsOfQualityFile, qualityFileSchema } from './quality-file-page.ts';
import { stale } from './tell.ts';

const PAGE = 'docs/evidence.md';

describe('the page about evidence', () => {
  it('has every key of the quality file, and every metric', async () => {
    const page = fill(readRepository(PAGE) ?? '', 'keys', keysOfQualityFile());
    await expect(fill(page, 'metrics', metricsOfQualityFile()), stale(PAGE)).toMatchFileSnapshot(`../../${PAGE}`);
  });

  it('says what it may be and what it means, for each key', () => {
    expect(keysOfQualityFile()).not.toMatch(/\| {2}\||undefined/);
  });

  it('has beside it a JSON Schema for editors', async () => {
    const path = 'docs/quality-file.schema.json';
    const schema = `${JSON.stringify(qualityFileSchema(), null, 2)}\n`;
    await expect(schema, stale(path)).toMatchFileSnapshot(`../../${path}`);
  });
});

describe('the JSON Schema of the quality file', () => {
  const accepts = new Ajv2020({ strict: false }).compile(qualityFileSchema());
  const shown = readPage(PAGE).blocks.filter(({ language, text }) => language === 'yaml' && text.startsWith('data:'));

  it.each([
    ...shown.map(({ text }, index) => [`${PAGE}, ${index + 1}`, text] as const),
    ['the example', readRepository('examples/resale-price/quality.yml') ?? ''] as const,
  ])('accepts %s', (_, text) => {
    accepts(parse(text));
    expect(accepts.errors).toBeNull();
  });

  it.each([
    ['a key that is not known', 'labels: price'],
    ['a metric that nobody knows', 'metrics: { rsme: { max: 1 } }'],
    ['a task that is none', 'task: ranking'],
  ])('refuses %s', (_, text) => {
    const whole = parse(readRepository('examples/resale-price/quality.yml') ?? '');
    expect(accepts({ ...whole, ...parse(text) })).toBe(false);
  });
});
