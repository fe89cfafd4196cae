import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ENVIRONMENTS, MODELS, project, TOKEN } from './gitlab/project.ts';

/** The commands of the page, in order; not those that are for what is there already, and for numbers that it has. */
function commandsByHand(): string {
  const page = readFileSync(new URL('../../docs/setup.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const used = blocks.filter(
    (block) => /"\$PROJECT[/"]/.test(block) && !/environments\/\d|resource_groups/.test(block),
  );
  return used.join('\n');
}

it('who runs the commands of docs/setup.md by hand has what check asks for', async () => {
  const { gitlab, run } = await project(`${ENVIRONMENTS.replace(', approvals: 2', '')}${MODELS}`);
  const env = {
    PATH: process.env.PATH,
    TOKEN,
    PROJECT: `${gitlab.url}/api/v4/projects/wog%2Fmlops%2Fresale-price`,
  };
  await promisify(execFile)('bash', ['-euc', commandsByHand()], { env });
  const { code, text } = await run('check');
  expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('AWS_ACCOUNT_ID (dev*)') });
});
