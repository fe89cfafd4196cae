import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build as bundle } from 'esbuild';
import { build, NODE_FLAGS } from '../scripts/build.ts';
import type { Order, Recorded, Stage } from './aws.ts';
import { awsCli, boto3 } from './hand-written.ts';
import { jobs } from './jobs.ts';

/** What one program costs: medians, in milliseconds of the whole process. `null`: that tool is not installed. */
interface Costs {
  readonly ours: number;
  readonly hand_signed: number;
  readonly node: number;
  readonly aws_cli: number | null;
  readonly boto3: number | null;
  /** How many requests the program makes, those to STS included. */
  readonly requests: number;
  /** How many of them follow one another at most: what the program waits for, where each answer takes its time. */
  readonly chain: number;
  readonly peak_mb: number;
  /** For check-model: how many requests it makes when its group has so many versions. */
  readonly requests_by_versions?: Readonly<Record<string, number>>;
}

/** A process to start, and what it finds around it. */
interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The ways of doing a job, by the stage that is set for it. */
type Ways = Readonly<
  Record<'ours' | 'hand_signed' | 'node' | 'aws_cli' | 'boto3', ((stage: Stage) => Start) | undefined>
>;

/** Milliseconds of each answer while the chain is counted: what is asked side by side arrives before the first answer. */
const COUNTING_LATENCY = 250;

class Bench {
  readonly #root = mkdtempSync(join(tmpdir(), 'bench-'));
  readonly #rounds: number;
  readonly #latency: number;
  readonly #aws: ChildProcess;
  readonly #ended = new AbortController();

  constructor({ rounds, latency }: { readonly rounds: number; readonly latency: number }) {
    this.#rounds = rounds;
    this.#latency = latency;
    this.#aws = fork(fileURLToPath(new URL('./aws.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
    this.#aws.once('exit', () => this.#ended.abort(new Error('The emulator ended before the bench.')));
  }

  async run(): Promise<Record<string, Costs>> {
    try {
      await build(join(this.#root, 'programs'));
      await bundle({
        entryPoints: [new URL('./hand-signed.ts', import.meta.url), new URL('./peak.ts', import.meta.url)].map((each) =>
          fileURLToPath(each),
        ),
        outdir: this.#root,
        outExtension: { '.js': '.mjs' },
        platform: 'node',
        target: 'node24',
        minify: true,
        format: 'esm',
        bundle: true,
      });
      await bundle({
        entryPoints: [fileURLToPath(new URL('./gitlab.ts', import.meta.url))],
        outfile: this.#file('gitlab.cjs'),
        platform: 'node',
        format: 'cjs',
        bundle: true,
        // Where the file is imported, its address says what this one's variable says.
        define: { 'import.meta.url': '"file:///"' },
      });
      const costs: Record<string, Costs> = {};
      for (const job of Object.keys(jobs)) costs[job] = await this.#measure(job);
      return costs;
    } finally {
      this.#aws.kill();
      rmSync(this.#root, { recursive: true, force: true });
    }
  }

  async #measure(job: string): Promise<Costs> {
    const requests = await this.#requests({ job });
    writeFileSync(this.#file('requests.json'), JSON.stringify(requests));
    const ways: Ways = {
      ours: (stage) => this.#program(stage),
      hand_signed: ({ endpoint }) => node([this.#file('hand-signed.mjs'), this.#file('requests.json'), endpoint]),
      node: () => node(['-e', '0']),
      aws_cli: awsCli(),
      boto3: boto3(),
    };
    const times = await this.#interleaved(job, ways);
    return {
      ours: median(times.ours) ?? 0,
      hand_signed: median(times.hand_signed) ?? 0,
      node: median(times.node) ?? 0,
      aws_cli: median(times.aws_cli),
      boto3: median(times.boto3),
      requests: requests.length,
      chain: Math.max(...requests.map(({ round }) => round)),
      peak_mb: await this.#peak(job),
      ...(job === 'check-model' && {
        requests_by_versions: {
          10: (await this.#requests({ job, versions: 8 })).length,
          10000: (await this.#requests({ job, versions: 9_998 })).length,
        },
      }),
    };
  }

  /** Every way once a round, so that what else the machine does is borne by all; two rounds to warm up. */
  async #interleaved(job: string, ways: Ways): Promise<Record<keyof Ways, number[]>> {
    const times: Record<keyof Ways, number[]> = { ours: [], hand_signed: [], node: [], aws_cli: [], boto3: [] };
    const warmUps = 2;
    for (let round = 0; round < this.#rounds + warmUps; round++) {
      for (const [way, start] of entriesOf(ways)) {
        if (!start) continue;
        const taken = await this.#time({ job, latency: this.#latency }, start);
        if (round >= warmUps) times[way].push(taken);
      }
    }
    console.error(`Measured ${job}.`);
    return times;
  }

  async #time(order: Order, start: (stage: Stage) => Start): Promise<number> {
    const stage = await this.#ask<Stage>(order);
    const folder = this.#project(stage);
    const { command, args, env } = start(stage);
    const began = process.hrtime.bigint();
    // What a program says goes where nobody has to read it in time.
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...machine(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
    let taken = 0;
    child.once('exit', () => {
      taken = Number(process.hrtime.bigint() - began) / 1e6;
    });
    const [code] = await once(child, 'close');
    if (code !== 0)
      throw new Error(`${command} ${args.join(' ')} ended with exit code ${code}:\n${Buffer.concat(said)}`);
    return taken;
  }

  /** What a program asks of AWS. */
  async #requests(order: Order): Promise<Recorded[]> {
    await this.#time({ ...order, latency: COUNTING_LATENCY }, (stage) => this.#program(stage));
    return this.#ask<Recorded[]>('requests');
  }

  async #peak(job: string): Promise<number> {
    const peaks: number[] = [];
    for (let round = 0; round < 3; round++) {
      const file = this.#file('peak');
      await this.#time({ job }, (stage) => {
        const { command, args, env } = this.#program(stage);
        return { command, args: ['--import', this.#file('peak.mjs'), ...args], env: { ...env, PEAK_FILE: file } };
      });
      peaks.push(Number(readFileSync(file, 'utf8')) / 1024);
    }
    return median(peaks) ?? 0;
  }

  #program({ args, env, gitlab }: Stage): Start {
    const program = [this.#file('programs/main.js'), ...args];
    if (gitlab === undefined) return node([...NODE_FLAGS, ...program], env);
    return node([...NODE_FLAGS, '--require', this.#file('gitlab.cjs'), ...program], { ...env, BENCH_GITLAB: gitlab });
  }

  #file(name: string): string {
    return join(this.#root, name);
  }

  /** The project's folder as the job finds it. */
  #project({ files }: Stage): string {
    const folder = this.#file('project');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return folder;
  }

  async #ask<Answer>(order: Order | 'requests'): Promise<Answer> {
    this.#aws.send(order);
    const [answer] = await once(this.#aws, 'message', { signal: this.#ended.signal });
    return answer;
  }
}

function node(args: readonly string[], env: Start['env'] = {}): Start {
  return { command: process.execPath, args, env };
}

/** Nothing of this machine's own but where its commands are. */
function machine(): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: tmpdir(), AWS_EC2_METADATA_DISABLED: 'true' };
}

function entriesOf(ways: Ways): [keyof Ways, Ways[keyof Ways]][] {
  return [
    ['node', ways.node],
    ['hand_signed', ways.hand_signed],
    ['ours', ways.ours],
    ['aws_cli', ways.aws_cli],
    ['boto3', ways.boto3],
  ];
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
  return Math.round(middle * 10) / 10;
}

function table(costs: Readonly<Record<string, Costs>>): string {
  const whole = (value: number | null) => (value === null ? '-' : String(Math.round(value)));
  const times = (value: number | null, by: number) => (value === null ? '-' : `${(value / by).toFixed(1)}x`);
  const rows = Object.entries(costs).map(([program, each]) => [
    program,
    ...[each.ours, each.hand_signed, each.node, each.aws_cli, each.boto3].map(whole),
    times(each.ours, each.hand_signed),
    times(each.aws_cli, each.ours),
    times(each.boto3, each.ours),
    String(each.requests),
    String(each.chain),
    whole(each.peak_mb),
  ]);
  const head = ['program', 'ours, ms', 'signed by hand', '`node -e 0`', 'AWS CLI', 'boto3'];
  const more = ['ours / by hand', 'CLI / ours', 'boto3 / ours', 'requests', 'chain', 'peak, MB'];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line([...head, ...more]),
    line([...head, ...more].map((_, column) => (column ? '--:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}

function machineInWords(): string {
  const [cpu] = cpus();
  return `${cpus().length} cores of ${cpu?.model ?? 'an unknown kind'}, Node ${process.version}, ${process.platform} ${process.arch}`;
}

function wholeNumber(option: string, given: string, least: number): number {
  const number = Number(given);
  if (Number.isInteger(number) && number >= least) return number;
  throw new Error(`--${option} must be a whole number of at least ${least}.`);
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '15' },
    latency: { type: 'string', default: '0' },
  },
});
const rounds = wholeNumber('rounds', values.rounds, 1);
const latency = wholeNumber('latency', values.latency, 0);
const costs = await new Bench({ rounds, latency }).run();
if (values.json) console.log(JSON.stringify(costs, null, 2));
else {
  console.log(`${table(costs)}\n`);
  const { requests_by_versions: requests = {} } = costs['check-model'] ?? {};
  for (const [versions, count] of Object.entries(requests))
    console.log(`check-model makes ${count} requests when its group has ${versions} versions.`);
  const answers = latency === 0 ? '' : `, each answer after ${latency} ms`;
  console.log(`Medians of ${rounds} interleaved rounds${answers}, on ${machineInWords()}.`);
}
