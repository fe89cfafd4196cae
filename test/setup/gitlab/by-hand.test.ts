import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { gitlabCall, invocationsIn } from '../../docs/stand-ins.ts';
import { ENVIRONMENTS, MODELS, project, TOKEN } from './project.ts';

/** The commands of the page, in order; not those for what is there already. */
function commandsByHand(): string {
  const page = readFileSync(new URL('../../../docs/setup-by-hand.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const used = blocks.filter(
    (block) => /"\$PROJECT[/"]/.test(block) && !/environments\/\d|resource_groups/.test(block),
  );
  return used.join('\n');
}

it('who runs the commands of docs/setup-by-hand.md by hand has what check asks for', async () => {
  const { gitlab, run } = await project(`${ENVIRONMENTS.replace(', approvals: 2', '')}${MODELS}`);
  const address = `${gitlab.url}/api/v4/projects/wog%2Fmlops%2Fresale-price`;
  const invocations = invocationsIn(commandsByHand(), { TOKEN, PROJECT: address });
  expect(invocations.length).toBeGreaterThan(20);
  for (const [, ...words] of invocations) {
    const { call, about = '', given } = gitlabCall(words, address);
    const [method = '', path = ''] = call.split(' ');
    const { ok } = await fetch(`${address}${path.replace(/:\w+$/, encodeURIComponent(about))}`, {
      method,
      headers: { 'private-token': TOKEN, 'content-type': 'application/json' },
      body: JSON.stringify(given),
    });
    expect({ call, given, ok }).toEqual({ call, given, ok: true });
  }
  const { code, text } = await run('check');
  expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('AWS_ACCOUNT_ID (dev*)') });
});
