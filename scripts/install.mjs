// Runs before every other command, on any Node: installs exactly what is locked when something else is installed, and
// refuses a Node that cannot run the rest in one sentence. Plain JavaScript, because nothing is installed yet.
import { execSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);

/** The packages of a lock file: path -> what is locked. npm leaves such a file of what it has installed, too. */
function packagesOf(file) {
  const path = new URL(file, root);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

/** Optional packages are for one platform each: those for another, for musl, or needed by such, are rightly absent. */
function isForUs({ optional, os = [], cpu = [], libc = [] }) {
  return !optional || (os.includes(process.platform) && cpu.includes(process.arch) && !libc.includes('musl'));
}

function isInstalled() {
  const installed = packagesOf('node_modules/.package-lock.json');
  const locked = Object.entries(packagesOf('package-lock.json')).filter(([path]) => path !== '');
  return locked.every(([path, entry]) => installed[path]?.version === entry.version || !isForUs(entry));
}

if (!isInstalled()) {
  console.error('Installing what package-lock.json names ...');
  const npm = spawnSync('npm ci --include=optional --include=dev --no-audit --no-fund --loglevel=error', {
    cwd: root,
    shell: true,
    stdio: ['ignore', 2, 2],
  });
  if (npm.status !== 0) {
    console.error(
      'npm ci failed (its message is above). Check the npm registry and the proxy settings, then run this again.',
    );
    process.exit(1);
  }
}

// npm puts node_modules/.bin first on PATH, so this is the Node that the rest of the command will run on.
const version = execSync('node --version', { encoding: 'utf8' }).trim();
const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(`Node ${version} is too old: install Node 22.12 or newer (on Linux x64 and arm64 npm brings its own).`);
  process.exit(1);
}
