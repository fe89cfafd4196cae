import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { customManagers } = z
  .object({ customManagers: z.tuple([z.object({ matchStrings: z.tuple([z.string()]) })]) })
  .parse(JSON.parse(read('renovate.json')));
const [{ matchStrings }] = customManagers;
const images = new RegExp(matchStrings[0], 'g');

describe('Renovate', () => {
  it('finds every image that the pipeline runs in, with its tag', () => {
    const text = read('.gitlab/tools.yml');
    const found = [...text.matchAll(images)].map(({ groups }) => `${groups?.depName}:${groups?.currentValue}`);
    const named = Object.values(z.record(z.string(), z.string()).parse(parse(text).variables));
    expect(found).toEqual(named.map((image) => image.replace(/@.*/, '')));
  });

  it('finds its digest, once it has one', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const [pinned] = `  NODE_IMAGE: registry.test/library/node:24-slim@${digest}`.matchAll(images);
    expect(pinned?.groups).toMatchObject({ currentValue: '24-slim', currentDigest: digest });
  });
});
