import { Readable } from 'node:stream';
import Papa from 'papaparse';
import { partsOf } from '../ground/error-parts.ts';
import { type Bytes, CHUNK, type RowChunk, TableProblem, type TableReading } from './table-data.ts';

/** The rows of data, chunk by chunk, so that no more of it is in memory than that. Throws a TableProblem where it is cut or malformed. */
export async function* readTable(bytes: Bytes, { format, needed }: TableReading): AsyncGenerator<RowChunk> {
  if (format === 'csv') yield* readCsv(bytes);
  else if (format === 'jsonl') yield* readJsonLines(bytes);
  else yield* (await import('./parquet.ts')).readParquet(bytes, needed);
}

async function* textsOf(bytes: Bytes): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const piece of bytes) yield decoder.decode(piece, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw partsOf(error).code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? new TableProblem('it is not UTF-8') : error;
  }
}

/** A chunk of the parser, or that it is done; `next` lets it go on. */
interface Parsed {
  readonly rows: string[][];
  readonly trouble: Papa.ParseError | undefined;
  next(): void;
}

/** Papa Parse calls back; here each call waits until its rows were taken. */
async function* parsedBy(bytes: Bytes): AsyncGenerator<Parsed> {
  const waiting: (Parsed | Error | 'done')[] = [];
  let wake = () => {};
  const tell = (what: Parsed | Error | 'done') => {
    waiting.push(what);
    wake();
  };
  const source = Readable.from(textsOf(bytes), { objectMode: true });
  Papa.parse<string[]>(source, {
    skipEmptyLines: true,
    chunk: ({ data, errors }, parser) => {
      parser.pause();
      tell({ rows: data, trouble: errors.find(({ type }) => type === 'Quotes'), next: () => parser.resume() });
    },
    complete: () => tell('done'),
    error: (error) => tell(error),
  });
  source.on('error', (error) => tell(error));
  try {
    for (;;) {
      if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const what = waiting.shift();
      if (what === 'done') return;
      if (what instanceof Error) throw what;
      if (what) {
        yield what;
        what.next();
      }
    }
  } finally {
    source.destroy();
  }
}

async function* readCsv(bytes: Bytes): AsyncGenerator<RowChunk> {
  let columns: readonly string[] | undefined;
  let seen = 0;
  for await (const { rows, trouble } of parsedBy(bytes)) {
    // The parser counts from 0 in each piece; the first has the header.
    const number = seen + (trouble?.row ?? 0) + (columns === undefined ? 0 : 1);
    if (trouble) throw new TableProblem(`row ${number}: ${trouble.message}`);
    if (columns === undefined && rows.length > 0) {
      columns = headerIn(rows.shift() ?? []);
      // Which columns there are is told also where no row is.
      yield { columns, rows: [] };
    }
    if (columns === undefined) continue;
    seen += rows.length;
    for (let at = 0; at < rows.length; at += CHUNK) yield { columns, rows: rows.slice(at, at + CHUNK) };
  }
  if (columns === undefined) throw new TableProblem('it is empty');
}

function headerIn(cells: readonly string[]): string[] {
  const names = cells.map((cell) => cell.replace(/^\uFEFF/, '').trim());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new TableProblem(`its header names "${twice}" twice`);
  return names;
}

async function* linesOf(bytes: Bytes): AsyncGenerator<string[]> {
  let rest = '';
  for await (const text of textsOf(bytes)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
  if (rest.trim() !== '') yield [rest];
}

/** The first line names the columns: of those after it, what else they have is not read, and what they lack is undefined. */
async function* readJsonLines(bytes: Bytes): AsyncGenerator<RowChunk> {
  let columns: readonly string[] | undefined;
  let seen = 0;
  for await (const lines of linesOf(bytes)) {
    const objects = lines.flatMap((line, at) => (line.trim() === '' ? [] : [objectIn(line, seen + at + 1)]));
    seen += lines.length;
    columns ??= objects[0] && Object.keys(objects[0]);
    if (columns === undefined) continue;
    const names = columns;
    yield { columns, rows: objects.map((object) => names.map((name) => object[name])) };
  }
  if (columns === undefined) throw new TableProblem('it is empty');
}

function objectIn(line: string, number: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line, /\d{16}/.test(line) ? exactly : undefined);
  } catch (error) {
    const why = partsOf(error).message.replace(/ \(line 1 column \d+\)$/, '');
    throw new TableProblem(`line ${number} is not JSON: ${why}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TableProblem(`line ${number} is no object`);
  return Object.fromEntries(Object.entries(value));
}

/** A whole number beyond 2^53 is what is written, and not the nearest number that JavaScript has. */
function exactly(_: string, value: unknown, { source }: { source?: string } = {}): unknown {
  const isRounded =
    typeof value === 'number' && source !== undefined && /^-?\d+$/.test(source) && !Number.isSafeInteger(value);
  return isRounded ? BigInt(source) : value;
}
