import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { undisturbed } from '../test/components/real-time.ts';

/*
 * What load-test measures, beside two tools that many use, and what it costs. The truth is the log of the server, which notes when
 * each request came and when it was answered.
 */

/** What the generator is held to. */
const WITHIN = 0.02;
const MOST_P90 = 30;
const MOST_CPU = 300;
const MOST_LATE = 5;

const measured = z.object({
  requests: z.number(),
  p50: z.number(),
  p90: z.number(),
  p99: z.number(),
  late_p99: z.number(),
  cpu_us: z.number(),
  peak_mb: z.number(),
  invalid: z.nullable(z.string()),
});

const SERVER = fileURLToPath(new URL('./load/server.ts', import.meta.url));
const GENERATOR = fileURLToPath(new URL('./load/generator.ts', import.meta.url));
const first = undisturbed();
const [execPath = '', ...execArgv] = [...first, process.execPath, '--import', 'tsx'];
const options = { execPath, execArgv };
const folder = mkdtempSync(join(tmpdir(), 'bench-load-'));
const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];

async function serve(stalls: 'stalls' | 'none', ...secure: string[]) {
  const server = fork(SERVER, [stalls, ...secure], options);
  const [port] = await once(server, 'message');
  return { url: `http${secure.length > 0 ? 's' : ''}://localhost:${port}`, end: () => server.kill() };
}

async function generate(url: string, ...plan: readonly number[]) {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIABENCH', AWS_SECRET_ACCESS_KEY: 'only-good-for-the-bench' };
  const env = { ...process.env, ...keys, AWS_ENDPOINT_URL: url, NODE_EXTRA_CA_CERTS: certificate };
  const generator = fork(GENERATOR, plan.map(String), { ...options, env });
  const [message] = await once(generator, 'message');
  return measured.parse(message);
}

const nearestRank = (values: readonly number[], percent: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil((percent / 100) * values.length) - 1] ?? Number.NaN;

async function truthOf(url: string) {
  const took = z.array(z.number()).parse(await (await fetch(`${url}/log`)).json());
  return { requests: took.length, p50: nearestRank(took, 50), p90: nearestRank(took, 90), p99: nearestRank(took, 99) };
}

/** autocannon, which keeps ten users busy and corrects its latencies afterwards. */
function byAutocannon(url: string) {
  const args = ['-R', '200', '-c', '10', '-d', '20', '--json', url];
  const { stdout } = spawnSync('autocannon', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const { latency } = z.object({ latency: z.record(z.string(), z.number()) }).parse(JSON.parse(stdout));
  return { p50: latency.p50, p90: latency.p90, p99: latency.p99 };
}

/** vegeta, which sends at a constant rate, where it is installed. */
function byVegeta(url: string) {
  const attack = `echo "GET ${url}" | vegeta attack -rate=200 -duration=20s | vegeta report -type=json`;
  const { status, stdout } = spawnSync('sh', ['-c', attack], { encoding: 'utf8' });
  if (status !== 0 || stdout === '') return null;
  const number = z.number().transform((nanoseconds) => nanoseconds / 1e6);
  const { latencies } = z
    .object({ latencies: z.object({ '50th': number, '90th': number, '99th': number }) })
    .parse(JSON.parse(stdout));
  return { p50: latencies['50th'], p90: latencies['90th'], p99: latencies['99th'] };
}

function makeCertificate(): void {
  const subject = '-subj /CN=localhost -addext subjectAltName=DNS:localhost';
  const make = `openssl req -x509 -newkey rsa:2048 -nodes -days 1 ${subject} -keyout ${key} -out ${certificate}`;
  const { status, stderr } = spawnSync('sh', ['-c', make], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
}

async function bench(rounds: number): Promise<void> {
  makeCertificate();
  const machine = loadavg().map((each) => each.toFixed(1));
  console.log(`load average ${machine.join(', ')}`);
  console.log(`server and generator ${first.length > 0 ? 'go' : 'do not go'} before what else this machine does`);
  console.log('a server that holds everything for 1 s once in 20 s; 200 requests a second, in milliseconds');
  for (let round = 1; round <= rounds; round++) {
    const server = await serve('stalls');
    const ours = await generate(server.url, 200, 20);
    const truth = await truthOf(server.url);
    const holds = Math.abs(ours.p99 / truth.p99 - 1) <= WITHIN && ours.p90 < MOST_P90;
    console.log(JSON.stringify({ round, holds, truth, ours, load: loadavg()[0] }));
    if (round === 1) {
      console.log(JSON.stringify({ autocannon: byAutocannon(server.url), truth: await truthOf(server.url) }));
      const vegeta = byVegeta(server.url);
      console.log(vegeta ? JSON.stringify({ vegeta, truth: await truthOf(server.url) }) : 'vegeta is not on PATH');
    }
    server.end();
    if (holds) break;
  }
  console.log('over TLS, 2,000 requests a second');
  for (let round = 1; round <= rounds; round++) {
    const server = await serve('none', key, certificate);
    const ours = await generate(server.url, 2000, 10, 3);
    server.end();
    const holds = ours.cpu_us <= MOST_CPU && ours.late_p99 < MOST_LATE;
    console.log(JSON.stringify({ round, holds, ours, load: loadavg()[0] }));
    if (holds) break;
  }
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
await bench(Number(values.rounds)).finally(() => rmSync(folder, { recursive: true }));
