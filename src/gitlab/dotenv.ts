/** GitLab's limits for a dotenv report: https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv */
const MOST_VARIABLES = 20;
const MOST_BYTES = 5 * 1024;

/** What GitLab takes for certain: a name, and a value of one line, without signs that it reads in its own way. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;
const VALUE = /^[\x20-\x7e]*$/;

/**
 * The text of a dotenv report within GitLab's limits, and the names of the variables that are left out: GitLab refuses a
 * report as a whole, and then fails a job that went well.
 */
export function dotenvOf(variables: Readonly<Record<string, string>>): { text: string; leftOut: readonly string[] } {
  const lines: string[] = [];
  const leftOut: string[] = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(variables)) {
    const line = `${name}=${value}\n`;
    const fits = lines.length < MOST_VARIABLES && bytes + line.length <= MOST_BYTES;
    if (fits && NAME.test(name) && VALUE.test(value)) {
      lines.push(line);
      bytes += line.length;
    } else leftOut.push(name);
  }
  return { text: lines.join(''), leftOut };
}
