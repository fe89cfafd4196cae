import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { readRepository } from '../../compiler/templates.ts';
import { EVENTS } from '../../src/notify/events.ts';
import { patience } from '../../src/notify/in-time.ts';
import { messageOf } from '../../src/notify/message.ts';
import { sendBy } from '../../src/notify/send.ts';
import { projectFolder } from '../components/job.ts';
import { readPage } from '../docs/pages.ts';
import { webhook } from '../notify/receiver.ts';
import { UAT_JOB } from '../preview/known.ts';
import { code, fill, table } from './markdown.ts';
import { programs } from './programs.ts';
import { stale } from './tell.ts';

const PAGE = 'docs/notifications.md';

it('the page about notifications has every event, and the components that tell it', async () => {
  const rows = Object.entries(EVENTS).map(([event, { by, when }]) => [code(event), by.join(', '), when]);
  const page = fill(readRepository(PAGE) ?? '', 'events', table(['event', 'told by', 'when'], rows));
  await expect(page, stale(PAGE)).toMatchFileSnapshot(`../../${PAGE}`);
});

it('every event is told by a component that exists, and that writes or asks', () => {
  const names = programs.map(({ name }) => name);
  expect(Object.values(EVENTS).flatMap(({ by }) => by.filter((each) => !names.includes(each)))).toEqual([]);
});

it('the function on the page takes what a job sends, and nothing that somebody changed, signed otherwise or kept', async () => {
  const text = readPage(PAGE).blocks.find(({ language }) => language === 'js')?.text ?? '';
  const file = join(projectFolder(), 'receiver.mjs');
  writeFileSync(file, text);
  const { isOurs } = z
    .object({ isOurs: z.custom<(headers: object, body: string, secret: string) => boolean>() })
    .parse(await import(pathToFileURL(file).href));

  const { received, address } = await webhook();
  const [secret, other] = [7, 8].map((byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`);
  const told = { event: 'approved', title: 'Ünïcode 版本', facts: [] } as const;
  await sendBy(
    { channel: 'webhook', address: 'ADDRESS', secret: 'SECRET', host: 'localhost', notify_failures: false },
    messageOf(told, UAT_JOB, new Date()),
    { env: { ADDRESS: address, SECRET: secret }, signal: patience() },
  );
  const [{ headers = {}, body = '' } = {}] = received;
  expect(isOurs(headers, body, secret ?? '')).toBe(true);
  expect(isOurs(headers, body, other ?? '')).toBe(false);
  expect(isOurs(headers, body.replace('uat', 'dev'), secret ?? '')).toBe(false);
  expect(isOurs({ ...headers, 'webhook-id': '42/8/approved' }, body, secret ?? '')).toBe(false);
  const [time, id] = [String(Math.floor(Date.now() / 1000) - 301), '42/7/approved'];
  const signature = createHmac('sha256', Buffer.alloc(32, 7)).update(`${id}.${time}.${body}`).digest('base64');
  const old = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
  expect(isOurs(old, body, secret ?? '')).toBe(false);
});
