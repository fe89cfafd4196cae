import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../scripts/layer.ts';
import { makeBases } from './bases.ts';
import { buildImage, IMAGE, LABELS } from './build.ts';
import { type Engine, startEngine } from './engine.ts';
import { layersOf } from './layers.ts';

let engine: Engine;
const run = (...command: readonly string[]) => engine.podman('run', '--rm', '--pull=never', IMAGE, ...command).trim();

beforeAll(() => {
  engine = startEngine();
  buildImage(engine, makeBases(engine));
});
afterAll(() => engine?.close());

describe('the image', () => {
  it('runs as somebody who is not root', () => {
    expect(run('id', '-u')).toBe('10001');
    expect(run('id', '-g')).toBe('10001');
  });

  it('has every command that a template calls, and each starts in under a second', () => {
    expect(commands().length).toBeGreaterThanOrEqual(6);
    for (const name of commands()) {
      const timed = run('sh', '-c', `cd /tmp && { time -p ${name}; } 2>&1; true`);
      const seconds = Number(/^real ([\d.]+)$/m.exec(timed)?.[1]);
      console.log(`${name} refuses an empty environment after ${seconds} s.`);
      expect(timed).toContain('non-zero status 64');
      expect(timed).toContain('Next: ');
      expect(seconds).toBeLessThan(1);
    }
  });

  it('has what the runner asks for, and nothing to install or compile with', () => {
    const found = run(
      'sh',
      '-c',
      'for each in sh grep id npm npx corepack gcc cc make apt-get apk; do command -v $each; done; true',
    );
    expect(found.split('\n').map((path) => path.split('/').at(-1))).toEqual(['sh', 'grep', 'id']);
    expect(run('sh', '-c', 'find / -xdev -name "*.ts" -o -xdev -name node_modules')).toBe('');
    expect(run('grep', '-c', 'BEGIN CERTIFICATE', '/etc/ssl/certs/ca-certificates.crt')).toMatch(/^\d{2,}$/);
  });

  it('starts whatever the runner asks for: no entrypoint stands before it', () => {
    const [{ Config }] = JSON.parse(engine.podman('image', 'inspect', IMAGE));
    expect(Config.Entrypoint ?? []).toEqual([]);
    expect(Config.User).toBe('10001:10001');
    expect(Config.Labels).toMatchObject({
      'org.opencontainers.image.version': '1.0.0',
      'org.opencontainers.image.revision': '0123456789abcdef0123456789abcdef01234567',
      'org.opencontainers.image.created': '2026-11-22T09:00:00Z',
      'org.opencontainers.image.source': LABELS.SOURCE,
    });
  });

  it('trusts what NODE_EXTRA_CA_CERTS names, and says when it cannot be read', () => {
    const home = '/opt/sagemaker-components';
    const firstUse = 'require("node:tls").createSecureContext()';
    const said = engine.podman(
      ...['run', '--rm', '--pull=never', '--env=NODE_EXTRA_CA_CERTS=/nowhere.crt', IMAGE],
      // Node reads it at the first use of TLS, which a job without inputs does not get to.
      ...['sh', '-c', `export LD_LIBRARY_PATH=${home}/lib; ${home}/node -e '${firstUse}' 2>&1`],
    );
    expect(said).toContain('/nowhere.crt');
  });

  it('needs no capability: a job without any writes its reports and says what is wrong', () => {
    const said = engine.podman(
      ...['run', '--rm', '--pull=never', '--cap-drop=ALL', '--security-opt=no-new-privileges', IMAGE],
      ...[
        'sh',
        '-c',
        'cd /tmp; grep CapEff /proc/self/status; check-model; echo "exit $?"; cat sagemaker/check-model/*/junit.xml',
      ],
    );
    expect(said).toMatch(/CapEff:\s0{16}\n/);
    expect(said).toContain('ERROR SMC-1001: ');
    expect(said).toContain('exit 64');
    expect(said).toContain('<failure');
  });

  it('is at most 60 MB to pull', () => {
    const bytes = layersOf(engine, IMAGE).reduce((sum, { size }) => sum + size, 0);
    console.log(`${(bytes / 1e6).toFixed(1)} MB compressed.`);
    expect(bytes).toBeLessThan(60e6);
  });

  it('has the same layers when it is built again', () => {
    const first = layersOf(engine, IMAGE).map(({ digest }) => digest);
    buildImage(engine, { runtime: 'localhost/test/runtime:1', build: 'localhost/test/build:1' }, '--no-cache');
    expect(layersOf(engine, IMAGE).map(({ digest }) => digest)).toEqual(first);
  });
});
