import { MAX_PAYLOAD_BYTES } from '../endpoints/invocation.ts';
import { type NamedFile, readProjectFile } from '../gitlab/project-file.ts';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import type { Context, Viewpoint } from '../program/context.ts';

/** The inputs that say what is sent to the endpoint, as far as they are known. */
interface Sent {
  readonly payload_file?: string | undefined;
  readonly content_type?: string | undefined;
}

/** The file of a payload, as the input names it. */
function payloadFile(file: string): NamedFile {
  return { input: 'payload_file', file, maxBytes: MAX_PAYLOAD_BYTES };
}

/** The payload, as the job's commit has it. Throws a Failure when it is not what its content type says. */
export async function readPayload(
  { payload_file: file, content_type }: Sent & { readonly payload_file: string },
  { fileOfCommit }: Pick<Context, 'fileOfCommit'>,
): Promise<Uint8Array> {
  const payload = await fileOfCommit(payloadFile(file));
  refuseOther({ payload_file: file, content_type }, payload);
  return payload;
}

/**
 * Refuses a payload in the folder of the project that no job could send, or that is not what its content type says: the first job
 * of promote looks. A job that does not fetch the project has none there: it reads the commit's.
 */
export function checkPayload(sent: Sent, { env, root }: Viewpoint): void {
  const { payload_file: file } = sent;
  if (file === undefined || env.GIT_STRATEGY === 'empty') return;
  refuseOther(sent, readProjectFile({ root, ...payloadFile(file) }));
}

function refuseOther({ payload_file: file, content_type }: Sent, payload: Uint8Array): void {
  const why = content_type === undefined ? undefined : whyNot(content_type, payload);
  if (why === undefined) return;
  throw new Failure(
    'SMC-1007',
    `payload_file: received "${file}", which is sent with content_type "${content_type}"; ${why}.`,
    'correct the file, or set content_type to what the file is.',
  );
}

const JSON_LINES = ['application/jsonlines', 'application/x-jsonlines', 'application/jsonl', 'application/x-ndjson'];

/** Why a payload is not what its content type says; `undefined` where it is, or where nobody can tell. */
function whyNot(contentType: string, payload: Uint8Array): string | undefined {
  const [type = ''] = contentType.toLowerCase().split(/[;\s]/);
  if (/^application\/([\w.-]+\+)?json$/.test(type)) return whyNotJson(payload);
  if (JSON_LINES.includes(type)) return whyNotJsonLines(payload);
  return type === 'text/csv' ? whyNotCsv(payload) : undefined;
}

function whyNotJson(payload: Uint8Array): string | undefined {
  const trouble = troubleWithJson(textOf(payload));
  return trouble && `the file is not JSON: ${trouble}`;
}

function whyNotJsonLines(payload: Uint8Array): string | undefined {
  const lines = textOf(payload).split('\n');
  if (lines.every(isBlank)) return 'the file is empty';
  const wrong = lines.findIndex((line) => !isBlank(line) && troubleWithJson(line) !== undefined);
  if (wrong === -1) return undefined;
  return `line ${wrong + 1} of the file is not JSON: ${troubleWithJson(lines[wrong] ?? '')}`;
}

/** Almost any text can be CSV, so only what is surely something else is refused. */
function whyNotCsv(payload: Uint8Array): string | undefined {
  const text = textOf(payload);
  if (isBlank(text)) return 'the file is empty';
  return /^\s*[{[]/.test(text) && troubleWithJson(text) === undefined ? 'the file is JSON, not CSV' : undefined;
}

/** A BOM is left out, as JSON parsers may do. */
function textOf(payload: Uint8Array): string {
  return new TextDecoder().decode(payload);
}

const isBlank = (text: string) => text.trim() === '';

/** Why a text is not JSON. NaN and Infinity count as numbers: containers in Python read and write them. */
function troubleWithJson(text: string): string | undefined {
  try {
    JSON.parse(text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (part) => (part[0] === '"' ? part : '0')));
    return undefined;
  } catch (error) {
    return isBlank(text) ? 'it is empty' : partsOf(error).message;
  }
}
