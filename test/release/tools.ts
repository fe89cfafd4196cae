import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The versions that .gitlab/tools.yml mirrors, as Go modules. */
const MODULES: Readonly<Record<string, string>> = {
  crane: 'github.com/google/go-containerregistry/cmd/crane@v0.21.9',
  cosign: 'github.com/sigstore/cosign/v2/cmd/cosign@v2.6.5',
};

/** Outside the repository, where npm ci does not remove it: cosign takes minutes to build. */
const cache = join(homedir(), '.cache/sagemaker-components/release-tools');

/** A tool's folder for PATH: ours, or the machine's; none where there is none, and what needs it is skipped. */
export function toolFolder(tool: 'crane' | 'cosign'): string | undefined {
  if (existsSync(join(cache, tool))) return cache;
  const installed = spawnSync('which', [tool], { encoding: 'utf8' }).stdout.trim();
  if (installed) return installed.slice(0, installed.lastIndexOf('/'));
  console.log(`SKIPPED what needs ${tool}: it is not there, and could not be built.`);
  return undefined;
}

/** Builds what is not there, before the tests; says why when it cannot. */
function install(tool: string): void {
  const module = MODULES[tool];
  if (module === undefined || existsSync(join(cache, tool))) return;
  mkdirSync(cache, { recursive: true });
  console.log(`Building ${module} ...`);
  const { status, stderr } = spawnSync('sh', ['-c', `go install ${module}`], {
    encoding: 'utf8',
    env: { ...process.env, GOBIN: cache, CGO_ENABLED: '0' },
  });
  if (status !== 0) console.log(`${tool} could not be built: ${stderr.trim().split('\n').at(-1)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const tool of process.argv.slice(2)) install(tool);
