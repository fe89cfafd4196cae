import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type ImportKind, type Metafile, transform } from 'esbuild';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { stringify } from 'yaml';
import { refuseSecrets } from '../compiler/secrets.ts';
import { machineClock } from '../emulator/clock.ts';
import { startEmulator } from '../emulator/emulator.ts';
import { build, NODE_FLAGS } from '../scripts/build.ts';
import { filesOf } from '../scripts/pack.ts';
import { projectFolder } from './components/job.ts';
import { buildForTests, runProgram, startProgram } from './components/process.ts';
import { jobOf, setStage } from './interruption/killing.ts';
import { approving, startingTraining, validating } from './interruption/scenes.ts';
import { certificate } from './notify/certificate.ts';
import { under } from './notify/project.ts';
import { mailServer, PASSWORD, webhook } from './notify/receiver.ts';

const root = mkdtempSync(join(tmpdir(), 'bundle-'));
const folder = buildForTests();
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** One program of each file that the image loads. */
const main = readFileSync(join(import.meta.dirname, '../src/main.ts'), 'utf8');
const COMPONENTS = [...new Set([...main.matchAll(/'\.\/components\/([\w-]+)\.ts'/g)].map(([, name = '']) => name))];

/** Runs in the program's process before it, and tells what is asked of this module at the end. */
function told(by: string, script: string): string {
  const preload = join(root, 'preload.mjs');
  writeFileSync(preload, script);
  const { stderr } = spawnSync(process.execPath, [...NODE_FLAGS, `--import=${preload}`, join(folder, 'main.js'), by], {
    cwd: root,
    encoding: 'utf8',
    env: {},
  });
  return stderr;
}

/** The names of the files that a component reads until it has found that it was given no inputs. */
function readBy(component: string): string[] {
  const read = told(
    component,
    `import fs from 'node:fs';
     const { readFileSync } = fs;
     const paths = [];
     fs.readFileSync = (path, ...rest) => { paths.push(path); return readFileSync(path, ...rest); };
     process.on('exit', () => process.stderr.write(paths.join('\\n')));`,
  );
  return read.split('\n').map((path) => basename(path));
}

/** In bytes. */
function weight(kind: '.js' | '.cache'): number {
  const files = readdirSync(folder).filter((name) => name.endsWith(kind));
  return files.reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
}

describe('the bundle', () => {
  it.each(COMPONENTS)('lets %s begin with at most 540 kB of programs, of other components nothing', (component) => {
    const programs = readBy(component).filter((name) => name.endsWith('.js'));
    const sizes = programs.map((name) => readFileSync(join(folder, name)).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(540_000);
    const texts = programs.map((name) => readFileSync(join(folder, name), 'latin1')).join('\n');
    const loaded = COMPONENTS.filter((each) => texts.includes(`name:"${each}"`));
    expect(loaded).toEqual([component]);
  });

  it.each(COMPONENTS)('lets %s begin with at most 10 files', (component) => {
    expect(readBy(component).filter((name) => name.endsWith('.js')).length).toBeLessThanOrEqual(10);
  });

  it('holds all programs, and no more than is used of the clients, and of the mail, that few runs need', () => {
    expect(weight('.js')).toBeLessThan(1_700_000);
  });

  it('has code beside each file for all of its functions, not only for those that run at once', () => {
    expect(weight('.cache')).toBeGreaterThan(3 * weight('.js'));
  });

  it.each(COMPONENTS)('lets %s begin with code that V8 made when it was built', (component) => {
    const refused = told(
      component,
      `import vm from 'node:vm';
       const { Script } = vm;
       vm.Script = class extends Script {
         constructor(source, options) {
           super(source, options);
           process.stderr.write(this.cachedDataRejected === false ? 'taken\\n' : options.filename + '\\n');
         }
       };`,
    );
    expect(new Set(refused.trim().split('\n'))).toEqual(new Set(['taken']));
  });

  it('ends as it should when nobody reads its log any more', async () => {
    const child = spawn(process.execPath, [join(folder, 'main.js'), 'check-model'], { cwd: root, env: {} });
    child.stdout.destroy();
    const [[exit], stderr] = await Promise.all([once(child, 'close'), text(child.stderr)]);
    expect({ exit, stderr }).toEqual({ exit: 64, stderr: '' });
  });

  it('explains in a line what nobody foresaw, and ends red', () => {
    const preload = join(root, 'unforeseen.mjs');
    const defect = "queueMicrotask(() => { throw new Error('a defect'); });";
    const atFirstLine = `const { write } = process.stdout;
      process.stdout.write = (...given) => { process.stdout.write = write; ${defect} return process.stdout.write(...given); };`;
    writeFileSync(preload, atFirstLine);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [`--import=${preload}`, join(folder, 'main.js'), 'check-model'],
      { cwd: root, encoding: 'utf8', env: {} },
    );
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(
      /ERROR SMC-1403: Unexpected error in this component: a defect\nNext: run this job again. If it fails again, report the message/,
    );
  });

  it('runs from its source where V8 takes no code, as that of another Node', () => {
    const copy = join(root, 'copy');
    cpSync(folder, copy, { recursive: true });
    for (const name of readdirSync(copy).filter((each) => each.endsWith('.cache')))
      writeFileSync(join(copy, name), 'made by another Node');
    const run = (programs: string) =>
      spawnSync(process.execPath, [join(programs, 'main.js'), 'check-model'], { cwd: root, encoding: 'utf8', env: {} });
    const { status, stdout, stderr } = run(copy);
    expect({ status, stdout, stderr }).toEqual({ status: 64, stdout: run(folder).stdout, stderr: '' });
  });

  it('is the same, byte for byte, each time that it is built', async () => {
    const again = join(root, 'again');
    await build(again);
    expect(readdirSync(again)).toEqual(readdirSync(folder));
    for (const name of readdirSync(folder))
      expect(readFileSync(join(again, name)).equals(readFileSync(join(folder, name))), name).toBe(true);
  });

  it.each(COMPONENTS)('lets %s load of Node only what it uses', (component) => {
    const loaded = told(
      component,
      `process.on('exit', () => process.stderr.write(process.moduleLoadList.join('\\n')));`,
    );
    // The job ends before AWS is asked: it needs no HTTP, and never a second client of it.
    expect(loaded).toMatch(/^NativeModule crypto$/m);
    for (const name of ['http', 'https', 'tls', 'zlib', 'os', 'fs/promises', 'internal/deps/undici/undici'])
      expect(loaded.split('\n')).not.toContain(`NativeModule ${name}`);
  });

  it('gives a module of Node by default and by names, as a bundler asks for both', async () => {
    const place = join(root, 'both');
    mkdirSync(place);
    cpSync(join(folder, 'main.js'), join(place, 'main.js'));
    const { code } = await transform(
      'import path, { basename } from "node:path"; console.log(basename(path.join("a", "b")));',
      {
        format: 'cjs',
        platform: 'node',
      },
    );
    writeFileSync(
      join(place, 'programs.js'),
      `(function(module,require){module.exports={"./programs.js":()=>{${code}}}})`,
    );
    writeFileSync(join(place, 'programs.js.cache'), '');
    writeFileSync(join(place, 'package.json'), '{"type":"commonjs"}');
    const { stdout, stderr } = spawnSync(process.execPath, [join(place, 'main.js')], { encoding: 'utf8' });
    expect(stdout, stderr).toBe('b\n');
  });

  it('asks of no answer whether it is a stream or a blob of a browser: Node would load all that a browser has', () => {
    const asks = /(typeof|instanceof|new) (ReadableStream|Blob)\b/;
    const asking = readdirSync(folder).filter((name) => asks.test(readFileSync(join(folder, name), 'latin1')));
    expect(asking.filter((name) => name.endsWith('.js'))).toEqual([]);
  });
});

it('no program loads how a language writes numbers or sorts words, to write a count or to sort names', () => {
  const asks = /\.toLocaleString\((["']en["'])?\)|\.localeCompare\(/;
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  expect(files.filter((name) => asks.test(readFileSync(join(folder, name), 'latin1')))).toEqual([]);
});

describe('the files of the bundle', () => {
  /** Two programs that begin with the same module, and what they import; each module is of so many bytes. */
  function packed(bytes: number, train: readonly string[], deploy: readonly string[], later: readonly string[] = []) {
    const imports = (kind: ImportKind, paths: readonly string[]) => paths.map((path) => ({ path, kind }));
    const module = (imports: Metafile['outputs'][string]['imports'], entryPoint?: string) => ({
      bytes,
      inputs: {},
      exports: [],
      imports,
      ...(entryPoint !== undefined && { entryPoint }),
    });
    const program = (name: string, at: readonly string[]) =>
      module([...imports('import-statement', at), ...imports('dynamic-import', later)], `src/components/${name}.ts`);
    const others = [...new Set([...train, ...deploy, ...later])].map((name) => [name, module([])] as const);
    const outputs = {
      'programs.js': module(imports('dynamic-import', ['train.js', 'deploy.js'])),
      'train.js': program('train', train),
      'deploy.js': program('deploy', deploy),
      ...Object.fromEntries(others),
    };
    return [...filesOf({ inputs: {}, outputs }, 'programs.js').values()].map((modules) => modules.toSorted());
  }

  it('are one where every program begins with both', () => {
    expect(packed(9_000, ['a.js'], ['a.js'])).toContainEqual(['a.js', 'programs.js']);
  });

  it('are one for all that a program has for itself, and none of that is loaded by another', () => {
    expect(packed(100, ['a.js'], ['b.js'])).toEqual(
      expect.arrayContaining([['programs.js'], ['a.js', 'train.js'], ['b.js', 'deploy.js']]),
    );
  });

  it('are apart for what a program may import later', () => {
    expect(packed(9_000, ['a.js'], [], ['a.js', 'b.js'])).toEqual(
      expect.arrayContaining([['programs.js'], ['a.js'], ['b.js'], ['train.js'], ['deploy.js']]),
    );
  });
});

it('a program of the bundle reads a definition in YAML', async () => {
  const [emulator, project] = [await startEmulator({ clock: machineClock() }), projectFolder()];
  onTestFinished(() => emulator.close());
  const { component, environment, inputs, set } = startingTraining;
  const definition: unknown = JSON.parse(set(emulator)['pipeline.json'] ?? '');
  writeFileSync(join(project, 'pipeline.yaml'), stringify(definition));
  const given = { ...inputs, definition_file: 'pipeline.yaml', wait: 'false' };
  const job = await runProgram(folder, component, { emulator, root: project, environment, inputs: given });
  expect(job.exit, job.log).toBe(0);
  const { PipelineDefinition } = emulator.do('DescribePipeline', { PipelineName: 'resale-price' });
  expect(JSON.parse(String(PipelineDefinition))).toEqual(definition);
});

it('a program of the bundle asks AWS without the parts of Node that read files in threads', async () => {
  const [emulator, project] = [await startEmulator({ clock: machineClock() }), projectFolder()];
  onTestFinished(() => emulator.close());
  const { component, environment, inputs, set } = startingTraining;
  writeFileSync(join(project, 'pipeline.json'), set(emulator)['pipeline.json'] ?? '');
  const [preload, seen] = [join(root, 'loads.cjs'), join(root, 'loaded')];
  const tell = `require('node:fs').writeFileSync(${JSON.stringify(seen)}, process.moduleLoadList.join('\\n'))`;
  writeFileSync(preload, `process.on('exit', () => ${tell});`);
  const env = { NODE_OPTIONS: `--require=${preload}` };
  const given = { ...inputs, wait: 'false' };
  const job = await runProgram(folder, component, { emulator, root: project, environment, inputs: given, env });
  expect(job.exit, job.log).toBe(0);
  const loaded = readFileSync(seen, 'utf8').split('\n');
  expect(loaded).toContain('NativeModule https');
  expect(loaded).not.toContain('NativeModule fs/promises');
});

it('a program of the bundle can be stopped while a pattern takes for ever', async () => {
  const [emulator, project] = [await startEmulator({ clock: machineClock() }), projectFolder()];
  onTestFinished(() => emulator.close());
  const { component, environment, inputs, set } = validating;
  for (const [path, content] of Object.entries(set(emulator))) {
    mkdirSync(join(project, dirname(path)), { recursive: true });
    writeFileSync(join(project, path), content);
  }
  emulator.runtime.behaviours.set('resale-price-dev', {
    answer: `${'a'.repeat(50)}!`,
    contentType: 'application/json',
  });
  const given = { ...inputs, expect: '^(a+)+$' };
  const { child, ended, log } = startProgram(folder, component, {
    emulator,
    root: project,
    environment,
    inputs: given,
  });
  await vi.waitUntil(() => log().includes('The first answer'), { timeout: 10_000, interval: 20 });
  const stopped = Date.now();
  child.kill('SIGTERM');
  expect(await ended, log()).toBe(143);
  expect(Date.now() - stopped).toBeLessThan(5_000);
});

it('a program of the bundle that is told to stop again and again still says what AWS continues', async () => {
  const [emulator, project] = [await startEmulator({ clock: machineClock() }), projectFolder()];
  onTestFinished(() => emulator.close());
  const { component, environment, inputs, set } = startingTraining;
  writeFileSync(join(project, 'pipeline.json'), set(emulator)['pipeline.json'] ?? '');
  Object.assign(emulator.executions.pace, { describes: 1_000_000, milliseconds: 3_600_000 });
  const { child, ended, log } = startProgram(folder, component, { emulator, root: project, environment, inputs });
  await vi.waitUntil(() => log().includes('Started gl-'), { timeout: 10_000, interval: 20 });
  const telling = setInterval(() => child.kill('SIGTERM'), 1);
  await ended;
  clearInterval(telling);
  expect(log()).toMatch(
    /AWS continues the execution .*\nNext: run this job again: it continues where this one stopped\.\n$/,
  );
});

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
  const job = await runProgram(folder, stage.scene.component, {
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
