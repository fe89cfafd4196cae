import { extname } from 'node:path';
import type { NamedFile } from '../gitlab/project-file.ts';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';

/** The file of a definition, as the input names it. */
export function definitionFile(file: string): NamedFile {
  const otherwise = 'write it with render-pipeline and pass its artifacts to this job';
  return { input: 'definition_file', file, otherwise };
}

/**
 * A definition as JSON: the text of a JSON file as it is, that of a YAML file rendered. Throws a Failure of kind
 * "invalid input".
 */
export async function definitionText(file: string, content: Buffer): Promise<string> {
  const text = decoded(file, content);
  if (/^sagemaker\.config [A-Z]+ - /.test(text)) throw mixedWith(file, text);
  const json = isJson(file, text);
  try {
    if (!json) return (await import('./yaml.ts')).yamlAsJson(text);
    JSON.parse(text);
    return text;
  } catch (error) {
    const other = linesAround(text);
    if (other !== undefined) throw mixedWith(file, other);
    throw refusedFile(file, `it is not valid ${json ? 'JSON' : 'YAML'}: ${partsOf(error).message.trim()}`);
  }
}

function isJson(file: string, text: string): boolean {
  const extension = extname(file).toLowerCase();
  if (/^\.ya?ml$/.test(extension)) return false;
  return extension === '.json' || /^\s*\{/.test(text);
}

/** The text of a file in UTF-8. YAML may begin with a BOM (U+FEFF), JSON may not. */
function decoded(file: string, content: Buffer): string {
  const start = content.subarray(0, 2).toString('hex');
  if (start === 'fffe' || start === 'feff')
    throw refusedFile(file, 'it begins with the BOM of UTF-16. Save it as UTF-8');
  const text = utf8(file, content);
  if (text.startsWith('\uFEFF') && isJson(file, text))
    throw refusedFile(file, 'it begins with a BOM (U+FEFF), which JSON does not have. Save it as UTF-8 without BOM');
  return text;
}

function utf8(file: string, content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw refusedFile(file, 'it is not a text in UTF-8');
  }
}

/** What stands around the one JSON document of a text; `undefined` when there is no such document, or nothing else. */
function linesAround(text: string): string | undefined {
  const [start, end] = [text.search(/^\s*\{/m), text.lastIndexOf('}') + 1];
  try {
    JSON.parse(text.slice(start, end));
    return (text.slice(0, start) + text.slice(end)).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The SageMaker SDK writes its log lines to where a script prints the definition. */
function mixedWith(file: string, lines: string): Failure {
  const [line = ''] = lines.split('\n');
  return invalidDefinition(
    [
      `definition_file: received "${file}"; it has log lines beside the definition: "${line.trim().slice(0, 120)}". A script that prints the definition (> ${file}) also prints the log of the SageMaker SDK into the file.`,
    ],
    `let the script write the file itself, in Python with pathlib.Path("${file}").write_text(pipeline.definition()), then push.`,
  );
}

/** A Failure about the file; `why` ends a sentence. */
export function refusedFile(file: string, why: string): Failure {
  return invalidDefinition([`definition_file: received "${file}"; ${why}.`]);
}

export function invalidDefinition(
  problems: readonly string[],
  next = 'correct the definition, or the inputs of the include that adds deploy-pipeline, then push.',
): Failure {
  return new Failure(
    'SMC-2001',
    `Invalid pipeline definition:\n${problems.map((each) => `  ${each}`).join('\n')}`,
    next,
  );
}
