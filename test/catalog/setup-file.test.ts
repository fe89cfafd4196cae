import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { setupFileSchema } from './setup-file-page.ts';
import { stale } from './tell.ts';

const WHOLE = `
gitlab: https://sgts.gitlab-dedicated.com
project: wog/mlops/resale-price
environments:
  dev: { account: "111122223333", region: ap-southeast-1 }
  main: { account: "111122223333", region: ap-southeast-1, approvers: wog/mlops/approvers }
models:
  resale-price: { group: ResalePriceModelGroup }
`;

describe('the JSON Schema of setup.yml', () => {
  const accepts = new Ajv2020({ strict: false }).compile(setupFileSchema());

  it('stands beside the pages, for editors', async () => {
    const path = 'docs/setup-file.schema.json';
    const schema = `${JSON.stringify(setupFileSchema(), null, 2)}\n`;
    await expect(schema, stale(path)).toMatchFileSnapshot(`../../${path}`);
  });

  it('accepts what the commands accept', () => {
    accepts(parse(WHOLE));
    expect(accepts.errors).toBeNull();
  });

  it.each([
    ['a key that is not known', ['project:', 'projekt:']],
    ['an account without quotes', ['"111122223333"', '111122223333']],
    ['a model without its group', ['group: ResalePriceModelGroup', 'pipeline: resale-price']],
    ['an address of GitLab with a slash at the end', ['.com\n', '.com/\n']],
  ] as const)('refuses %s', (_, [from, to]) => {
    expect(accepts(parse(WHOLE.replace(from, to)))).toBe(false);
  });
});
