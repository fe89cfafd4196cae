import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { refuseSecrets } from '../../compiler/secrets.ts';
import { machineClock } from '../../emulator/clock.ts';
import { projectFolder } from '../components/job.ts';
import { buildForTests, runProgram } from '../components/process.ts';
import { jobOf, setStage } from '../interruption/killing.ts';
import { approving } from '../interruption/scenes.ts';
import { certificate } from './certificate.ts';
import { under } from './project.ts';
import { mailServer, PASSWORD, webhook } from './receiver.ts';

const bundle = buildForTests();

it('a program of the bundle sends by every channel, and shows no address and no secret', async () => {
  const certified = certificate();
  const [hook, mail] = [await webhook({ tls: certified }), await mailServer(certified)];
  const place = { address: 'HOOK', host: 'localhost' };
  const channels = [
    { channel: 'slack', ...place },
    { channel: 'teams', ...place },
    { channel: 'webhook', secret: 'HOOK_SECRET', ...place },
    { channel: 'email', address: 'MAIL_TO', from: 'MAIL_FROM', server: 'MAIL_SERVER', host: 'localhost' },
  ];
  const files = projectFolder();
  const [trusted, secret] = [join(files, 'ca.pem'), join(files, 'HOOK_SECRET')];
  const key = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  writeFileSync(trusted, certified.cert);
  writeFileSync(secret, `${key}\n`);
  const stage = await setStage(under(channels, approving), machineClock());
  const options = jobOf(stage);
  const job = await runProgram(bundle, stage.scene.component, {
    ...options,
    env: {
      ...options.env,
      HOOK: hook.address,
      HOOK_SECRET: secret,
      MAIL_TO: 'approvers@example.com',
      MAIL_FROM: 'mlops@example.com',
      MAIL_SERVER: `smtp://mailer:${PASSWORD}@${mail.at}`,
      NODE_EXTRA_CA_CERTS: trusted,
    },
  });
  expect(job.exit, job.log).toBe(0);
  expect(job.log.match(/^Told by \w+ \((HOOK|MAIL_TO)\): approved\.$/gm), job.log).toHaveLength(4);
  expect([hook.received.length, mail.received.length]).toEqual([3, 1]);
  refuseSecrets({ texts: [job.log], folders: [options.root] }, [hook.address, 'a-secret', key, PASSWORD, mail.at]);
});
