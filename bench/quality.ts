// npm run bench:quality: how fast evaluate-model asks single rows, and how much memory it holds for a million of them.
import { fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, NODE_FLAGS } from '../scripts/build.ts';
import { ROWS_PLAN, rowsOf } from '../test/components/labelled.ts';
import type { QualityStage } from './quality-endpoint.ts';

const SINGLE = 3000;
const MANY = 1_000_000;

const root = mkdtempSync(join(tmpdir(), 'bench-quality-'));
const aws = fork(fileURLToPath(new URL('./quality-endpoint.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });

try {
  await build(join(root, 'programs'));
  const [stage] = (await once(aws, 'message')) as [QualityStage];
  const single = await evaluated(stage, SINGLE, '{ accept: text/csv, batch: 1, at_once: 8 }');
  const rate = Math.round(SINGLE / single.seconds);
  const each = ((1000 * single.cpu) / SINGLE).toFixed(2);
  console.log(`single rows: ${rate} a second (at least 500), ${each} ms of CPU each, ${single.megabytes} MB`);
  const many = await evaluated(stage, MANY, '{ accept: text/csv, batch: 1000 }');
  console.log(`${MANY} rows: ${Math.round(many.seconds)} s, ${many.megabytes} MB (the goal is 256)`);
  console.log(
    `load average: ${loadavg()
      .map((each) => each.toFixed(1))
      .join(' ')}`,
  );
  process.exitCode = rate >= 500 && many.megabytes <= 256 ? 0 : 1;
} finally {
  aws.kill();
  rmSync(root, { recursive: true, force: true });
}

/** Evaluates so many rows of an artifact in a process of the bundle; the seconds of the whole process, those of its CPU, and its peak. */
async function evaluated(stage: QualityStage, rows: number, request: string) {
  const folder = mkdtempSync(join(root, 'project-'));
  const data = rowsOf(rows);
  const sha256 = createHash('sha256').update(data).digest('hex');
  writeFileSync(join(folder, 'rows.csv'), data);
  const plan = ROWS_PLAN.replace('file: rows.csv', `artifact: rows.csv, sha256: "${sha256}"`)
    .replace('{ accept: text/csv }', request)
    .concat(`max_rows: ${rows}\n`);
  writeFileSync(join(folder, 'quality.yml'), plan);
  const record = join(folder, 'sagemaker/deploy-model/1');
  mkdirSync(record, { recursive: true });
  writeFileSync(join(record, 'record.json'), stage.record);
  const peak = join(folder, 'peak');
  const preload = join(folder, 'peak.mjs');
  const body = `process.on('exit', () => fs.writeFileSync(${JSON.stringify(peak)}, JSON.stringify(process.resourceUsage())));`;
  writeFileSync(preload, `import fs from 'node:fs';\n${body}\n`);
  const args = [...NODE_FLAGS, '--import', preload, join(root, 'programs', 'main.js'), ...stage.args];
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...stage.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const [exit] = await once(child, 'exit');
  if (exit !== 0) throw new Error(`The evaluation ended with ${exit}:\n${log}`);
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(readFileSync(peak, 'utf8')) as NodeJS.ResourceUsage;
  return {
    seconds: (performance.now() - began) / 1000,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    megabytes: Math.round(maxRSS / 1024),
  };
}
