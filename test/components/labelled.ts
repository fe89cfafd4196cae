import { readFileSync } from 'node:fs';

const example = (name: string) => readFileSync(new URL(`../../examples/resale-price/${name}`, import.meta.url), 'utf8');

/** The example's labelled data, and the file that says how well the model must answer. */
export const LABELLED = { 'quality.yml': example('quality.yml'), 'holdout.csv': example('holdout.csv') };

/** Rows of a truth that a model can know: y is ten times x, give or take. */
export function rowsOf(count: number, off = (row: number) => ((row * 37) % 21) - 10): string {
  const rows = Array.from(
    { length: count },
    (_, row) => `r${row + 1},${row},${['a', 'b'][row % 2]},${row * 10 + off(row)}`,
  );
  return `id,x,part,y\n${rows.join('\n')}\n`;
}

/** What is asked about these rows: a line each, answered by a line. */
export const ROWS_PLAN = `
data: { file: rows.csv }
id: id
label: y
features: [x]
task: regression
request: { accept: text/csv }
metrics:
  rmse: { max: 12 }
`;

const PARQUET: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('../quality/parquet.json', import.meta.url), 'utf8'),
);

/** A Parquet file as pyarrow wrote it, by its name in test/quality/parquet.py. */
export const parquetOf = (name: string) => Buffer.from(PARQUET[name] ?? '', 'base64');
