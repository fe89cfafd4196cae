import { createHash } from 'node:crypto';
import { contentIn, enter, timeIn } from '../../components/handover.ts';
import { LABELLED, parquetOf } from '../../components/labelled.ts';
import { arnOf } from '../../registry/package.ts';
import { commitLabelled, labelled, readsCommit } from '../labelled-commit.ts';
import type { Row } from '../row.ts';
import {
  ENDPOINT,
  live,
  liveLater,
  type Place,
  REJECTED_MEANWHILE,
  rejectedMeanwhile,
  withChampion,
} from '../stage.ts';

const SECOND = `${ENDPOINT}-v2`;
const notEvaluated = { outcome: 'not evaluated', endpoint: ENDPOINT, config: SECOND, quality_file: 'quality.yml' };
const evaluated = (outcome: string) => ({ ...notEvaluated, outcome });
const ASKED = { InvokeEndpoint: 4 };
const RECORDS = { ...ASKED, UpdateModelPackage: 1 };
const CORRECT = 'correct the data or the quality file, then push.';

const withPlan = (from: string | RegExp, to: string) =>
  labelled((files) => ({ 'quality.yml': files['quality.yml'].replace(from, to) }));
const withData = (from: string | RegExp, to: string) =>
  labelled((files) => ({ 'holdout.csv': files['holdout.csv'].replace(from, to) }));

/** The commit has a Parquet file in place of its data; what is looked at first is the file. */
const withParquet = (name: string) =>
  labelled((files) => ({
    'quality.yml': files['quality.yml']
      .replace('holdout.csv', 'holdout.parquet')
      .replace('id: sale', 'id: id')
      .replace('label: price', 'label: y')
      .replace(/^slices:\n( .*\n)*/m, ''),
    'holdout.parquet': parquetOf(name),
  }));

/** The quality file limits the drop from the live version. */
const withDrop = withPlan(
  'mape: { max: 0.08 }',
  'mape: { max: 0.08, max_drop_from_live: 0.005 }\npredictions_uri: s3://resale-price-data/predictions/',
);

/** Version 1 was evaluated on the same data. Returns the key of its predictions. */
function recordQuality({ emulator }: Place): string {
  const [content, report] = [contentIn(emulator, arnOf(1)), 'a'.repeat(32)];
  const data = createHash('sha256').update(LABELLED['holdout.csv']).digest('hex').slice(0, 32);
  const value = `verdict=good n=360 data=${data} report=${report} pipeline=99 job=3 at=${timeIn(emulator)} content=${content}`;
  enter(emulator, arnOf(1), { 'quality.dev': value });
  return `predictions/dev/${content}/${data}/${report}`;
}

const usual = {
  component: 'evaluate-model',
  stage: live,
  job: readsCommit,
} as const;

export const evaluation: readonly Row[] = [
  {
    ...usual,
    when: 'the quality file is wrong',
    shows: [],
    code: 'SMC-5101',
    seen: 'ERROR Invalid quality file:\n  quality.yml: line 15, column 3: metrics.rsme is not known: did you mean rmse?',
    next: 'correct quality.yml, then push.',
    cause: 'A key or a value of the file has no meaning. The log names each with its line and column.',
    remedy: 'Correct it by [the table of its keys](evidence.md#the-quality-file).',
    act: withPlan('  rmse:', '  rsme:'),
    exit: 64,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'a label is no number',
    shows: [],
    code: 'SMC-5102',
    seen: 'ERROR holdout.csv of the commit 8b1a9953c461 cannot be evaluated:\n  row 2: the label "n/a" is no number.',
    next: CORRECT,
    cause:
      'A row has no label or id, its label has no meaning, two rows have the same id, a column is missing, or there are fewer than 30 rows. All rows are read before one is asked.',
    remedy: 'Correct the rows that the log names. No row is left out silently.',
    act: withData(/^(S0002,.*,)\d+$/m, '$1n/a'),
    exit: 64,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'the answers to the labelled rows take up all the time',
    shows: [],
    code: 'SMC-5111',
    seen: 'ERROR No time was left (max_wait_time) to ask about rows 201 to 300: the answers were too slow.',
    next: 'raise max_wait_time, or lower max_rows in the quality file. Then run this job again.',
    cause: 'All rows together take longer than `max_wait_time`, or than the job has.',
    remedy: 'Raise `max_wait_time`, or set `max_rows` in the quality file: then a sample is asked.',
    act: async (place) => {
      place.emulator.runtime.behaviours.set(ENDPOINT, { latency: 40_000 });
      await withPlan('request:', 'request:\n  at_once: 1')(place);
    },
    job: (place) => ({ ...usual.job(place), inputs: { max_wait_time: '60' } }),
    long: true,
    exit: 124,
    writes: { InvokeEndpoint: 2 },
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'a column is missing',
    shows: [],
    code: 'SMC-5102',
    seen: 'ERROR holdout.csv of the commit 8b1a9953c461 cannot be evaluated:\n  it has no column price; it has sale, …, cost.',
    next: CORRECT,
    cause: 'The quality file names a column that the header of the data does not have.',
    remedy: 'Name the columns as the data does.',
    act: withData('lease_years_left,price', 'lease_years_left,cost'),
    exit: 64,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'a label is 0, and a percentage of it is asked for',
    shows: [],
    code: 'SMC-5102',
    seen: 'ERROR holdout.csv of the commit 8b1a9953c461 cannot be evaluated:\n  row 2: the label "0" is 0, and mape divides by it: judge mae in its place, or leave such rows out.',
    next: CORRECT,
    cause: 'Each error is divided by its label in `mape`. Of a label that is 0 there is no percentage.',
    remedy: 'Judge another metric, such as `mae`, or leave rows of this label out of the data.',
    act: withData(/^(S0002,.*,)\d+$/m, '$10'),
    exit: 64,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'a slice has one row only',
    shows: [],
    code: 'SMC-5102',
    seen: 'ERROR holdout.csv of the commit 8b1a9953c461 cannot be evaluated:\n  its column sale has more than 500 values, too many for slices or groups.',
    next: CORRECT,
    cause:
      'A slice, or a group, is the rows that have one value in a column. The column is an id, or a number that each row has for itself.',
    remedy: 'Name a column of few values. To judge by a number, write its range into a column of its own.',
    act: labelled((files) => ({
      'quality.yml': files['quality.yml'].replace('column: town', 'column: sale'),
      'holdout.csv': files['holdout.csv'].replaceAll(/^S(.*\n)/gm, 'S$1T$1'),
    })),
    exit: 64,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'the row groups of a Parquet file are too large',
    shows: [],
    code: 'SMC-5102',
    seen: 'ERROR holdout.parquet of the commit 8b1a9953c461 cannot be evaluated:\n  its row group 1 has 5,000,000 rows, which take 77 MB (at most 64): write it with row_group_size=4194000, an option of pandas.DataFrame.to_parquet and pyarrow.parquet.write_table.',
    next: CORRECT,
    cause: 'A row group is read as a whole, and would take more than 64 MB of memory.',
    remedy: 'Write the file again with a smaller `row_group_size=`, as the log says.',
    act: withParquet('large group'),
    exit: 64,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'a Parquet file has columns that are neither numbers nor texts',
    shows: [],
    code: 'SMC-5102',
    seen: 'ERROR holdout.parquet of the commit 8b1a9953c461 cannot be evaluated:\n  its column cost is a decimal, which is no number of JSON: write it as float64, or as a text.',
    next: CORRECT,
    cause:
      'A decimal, a date, a list or bytes can be sent in several ways, and nobody knows which one the model takes. A cell that is NaN, or a whole number beyond 2^53, is refused by its row.',
    remedy: 'Write the column as the model takes it, or name the columns that are sent in `features`.',
    act: withParquet('decimal'),
    exit: 64,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'the data is another one than the quality file names',
    shows: [],
    code: 'SMC-5103',
    seen: 'ERROR holdout.csv of the commit 8b1a9953c461 has the SHA-256 …, but the quality file names 00000000…. Nothing was asked.',
    next: 'find out who changed the data. If it is right, write its sha256 into the quality file, then push.',
    cause: 'The data was changed, or another file lies at its place, after its hash was written down.',
    remedy: 'If the new data is right, write its `sha256` into the quality file.',
    act: withPlan('file: holdout.csv', `file: holdout.csv\n  sha256: "${'0'.repeat(64)}"`),
    exit: 1,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'the model answers rows with an error',
    shows: [],
    code: 'SMC-5105',
    seen: "ERROR The model answered HTTP 500 to rows 1 to 100: KeyError: 'floor_area'",
    next: 'compare the request with what the model takes: content_type, features and body in the quality file. The log of the endpoint (link on this page) says more.',
    cause: 'The container refused the request that was made of the rows. Nothing is judged by the other rows.',
    remedy: 'Compare `request` in the quality file with the payload that validate-endpoint sends.',
    act: async (place) => {
      await commitLabelled(place, () => ({
        'quality.yml': LABELLED['quality.yml'].replace('request:', 'request:\n  at_once: 1'),
      }));
      const error = { status: 500, message: "KeyError: 'floor_area'" };
      place.emulator.runtime.behaviours.set(ENDPOINT, { errorRate: 1, error });
    },
    exit: 1,
    writes: { InvokeEndpoint: 1 },
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'an answer is no prediction',
    shows: [],
    code: 'SMC-5106',
    seen: 'ERROR The answer to row 1 (S0001) is no prediction: its prediction is missing and is no number.',
    next: 'compare prediction and task in the quality file with what the model answers, or correct the model.',
    cause:
      'The answer has too few predictions, one that is NaN or of an unknown class, or none where the quality file says that it stands. No number is made up.',
    remedy: 'Correct `prediction.at` or `prediction.column`, by the answer in the log.',
    act: labelled((files) => ({
      'quality.yml': files['quality.yml']
        .replace('predictions[].price', 'predictions[].cost')
        .replace('request:', 'request:\n  at_once: 1'),
    })),
    exit: 1,
    writes: { InvokeEndpoint: 1 },
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'S3 does not give the labelled data',
    shows: [],
    code: 'SMC-5107',
    seen: 'ERROR The data at s3://resale-price-data/labelled/holdout.csv cannot be read: NoSuchBucket: The specified bucket does not exist.',
    next: 'correct s3 in the quality file, or allow s3:GetObject on it to the role of this job (docs/permissions.md). Then run this job again.',
    cause: 'There is no such object, or the policy `evaluate` does not name it.',
    remedy: 'Write the policies again with `--labelled-data`, see [Permissions](permissions.md).',
    act: withPlan('file: holdout.csv', 's3: s3://resale-price-data/labelled/holdout.csv'),
    exit: 1,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'the labelled data changes between its two readings',
    shows: [],
    code: 'SMC-5104',
    seen: 'ERROR s3://resale-price-data/labelled/holdout.csv changed while it was read: nothing of it counts.',
    next: 'find out what writes there, then run this job again.',
    cause:
      'All rows are read once before any is asked, and again while they are asked: the second time it was other data.',
    remedy: 'Let the job that writes the data end first, and name each new data set differently.',
    act: async (place) => {
      const address = 's3://resale-price-data/labelled/holdout.csv';
      const { faults, objects } = place.emulator;
      await commitLabelled(place, (files) => ({
        'quality.yml': files['quality.yml']
          .replace('file: holdout.csv', `s3: ${address}`)
          .replace('request:', 'request:\n  at_once: 1'),
      }));
      objects.put(address, LABELLED['holdout.csv']);
      const change = () => objects.put(address, LABELLED['holdout.csv'].replace('Bedok', 'Clementi'));
      faults.meanwhile('GetObject', () => faults.meanwhile('GetObject', change));
    },
    exit: 1,
    writes: { InvokeEndpoint: 3 },
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'the answers are not good enough',
    shows: [],
    code: 'SMC-5108',
    seen: 'ERROR Bad in dev: the answers to 360 rows show it:\n  rmse is at most 45000: …',
    next: 'open the page of this job (first link), then promote a better version. If a limit is wrong, correct the quality file and push.',
    cause:
      'Even the better end of the interval breaks a limit: not chance, but the model. Or a slice breaks one by more than chance explains.',
    remedy: 'Open the page: it shows what is off, and by how much. The entry `quality` says `bad`.',
    act: async ({ emulator }) => {
      await commitLabelled({ emulator });
      emulator.runtime.behaviours.set(ENDPOINT, { scale: 1.2 });
    },
    exit: 1,
    writes: RECORDS,
    record: evaluated('bad'),
    keeps: ['report.json', 'metrics.txt'],
  },
  {
    ...usual,
    when: 'the rows are too few to tell',
    shows: [],
    code: 'SMC-5109',
    seen: 'ERROR Inconclusive in dev: 360 rows are too few to tell:\n  mape is at most …; about … rows more would decide',
    next: 'add as many labelled rows as it says to the data, then push. No limit is shown to be broken, and none to be kept.',
    cause: 'A limit lies inside the interval: more rows would narrow it.',
    remedy:
      'Label more rows. Or set `allow_inconclusive: true`, which is recorded; an environment with `require_evidence` rejects the version then.',
    act: withPlan('mape: { max: 0.08 }', 'mape: { max: 0.0428 }'),
    exit: 1,
    writes: RECORDS,
    record: evaluated('inconclusive'),
  },
  {
    ...usual,
    when: 'no slice has as many rows as it must',
    shows: [],
    code: 'SMC-5109',
    seen: 'ERROR Inconclusive in dev: 360 rows are too few to tell:\n  mape is at most 0.09 where town is …, not judged: … rows, fewer than 500, and no other slice by town is judged',
    next: 'add as many labelled rows as it says to the data, then push. No limit is shown to be broken, and none to be kept.',
    cause: 'The quality file has a limit for the slices by this column, and none of them could be judged.',
    remedy: 'Label more rows of these slices, lower `min_rows`, or name another column.',
    act: withPlan('- column: town', '- column: town\n    min_rows: 500'),
    exit: 1,
    writes: RECORDS,
    record: evaluated('inconclusive'),
  },
  {
    ...usual,
    when: 'another version is deployed while the rows are asked',
    shows: [36],
    code: 'SMC-4102',
    seen: 'ERROR Somebody updated resale-price-dev back to resale-price-dev-v1: resale-price-dev-v2 is not live.',
    next: 'find out who changed it in CloudTrail (UpdateEndpoint). If this version should replace that config, run the deploy-model job again.',
    cause: 'Nobody knows which version answered which row: nothing of it counts, and nothing is recorded.',
    remedy: 'Let the deployment end, then run the jobs of one pipeline in order.',
    act: async ({ emulator }) => {
      await commitLabelled({ emulator });
      emulator.faults.meanwhile('InvokeEndpoint', () => {
        const name = `${ENDPOINT}-v1`;
        emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: name });
        emulator.endpoints.settle(ENDPOINT);
      });
    },
    exit: 1,
    writes: ASKED,
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'AWS throttles requests',
    shows: [13],
    seen: 'Good in dev: every check of 360 rows holds.',
    cause: 'SageMaker refused some requests for a moment. Each was sent again, and the log says how many.',
    remedy: 'Nothing. If it takes long, lower `at_once` in the quality file.',
    act: async ({ emulator }) => {
      await commitLabelled({ emulator });
      emulator.fault({ operation: 'InvokeEndpoint', kind: 'throttle', times: 2 });
    },
    exit: 0,
    writes: { InvokeEndpoint: 6, UpdateModelPackage: 1 },
    record: evaluated('good'),
  },
  {
    ...usual,
    when: 'the endpoint is asynchronous',
    shows: [],
    stage: liveLater,
    code: 'SMC-5110',
    seen: `ERROR Not evaluated: ${ENDPOINT} is asynchronous, and an asynchronous endpoint puts each answer into S3, one after the other.`,
    next: 'evaluate the version in an environment whose endpoint answers at once, or remove evaluate-model here.',
    cause: 'The endpoint file of this environment has `async_inference_config`.',
    remedy: 'Evaluate in an environment without it: the version is the same.',
    act: labelled(),
    exit: 1,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'nobody knows what the live version answered to the labelled rows',
    shows: [],
    stage: withChampion,
    code: 'SMC-5116',
    seen: 'ERROR Inconclusive in dev: nobody knows what the live version answered to these rows:\n  mape is at most 0.005 worse than that of the live version: version 1 was not evaluated in dev',
    next: 'leave max_drop_from_live out of the quality file, and keep predictions_uri, until a version that was evaluated with it on this data is live. compare-models judges a drop without it.',
    cause:
      'The quality file limits the drop from the live version (`max_drop_from_live`), and that version was not evaluated here, or on other data, or before `predictions_uri` was there.',
    remedy: 'Do as it says, see [The drop from the live version](evidence.md#the-drop-from-the-live-version).',
    act: withDrop,
    exit: 1,
    writes: { ...RECORDS, PutObject: 1 },
    record: evaluated('inconclusive'),
  },
  {
    ...usual,
    when: 'S3 does not take the predictions',
    shows: [],
    code: 'SMC-5112',
    seen: 'ERROR S3 did not take the predictions at s3://resale-price-data/predictions/dev/… (NoSuchBucket: The specified bucket does not exist). Nothing was recorded.',
    next: 'correct predictions_uri in the quality file, or allow s3:PutObject on it to the role of this job (docs/permissions.md). Then run this job again.',
    cause: 'The bucket in `predictions_uri` does not exist, or is in another region.',
    remedy:
      'Correct `predictions_uri`, or create the bucket. The policy `evaluate` names it with `--predictions`, see [Permissions](permissions.md).',
    act: async (place) => {
      await withDrop(place);
      place.emulator.fault({
        operation: 'PutObject',
        kind: 'error',
        error: { code: 'NoSuchBucket', message: 'The specified bucket does not exist', status: 404 },
      });
    },
    exit: 1,
    writes: { ...ASKED, PutObject: 1 },
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'the predictions of the live version cannot be read',
    shows: [],
    stage: withChampion,
    code: 'SMC-5113',
    seen: 'ERROR The predictions of the live version at s3://resale-price-data/predictions/dev/… cannot be read: NoSuchBucket: The specified bucket does not exist.',
    next: 'correct predictions_uri in the quality file, or allow s3:GetObject on it to the role of this job (docs/permissions.md). Then run this job again.',
    cause: 'The bucket is gone, or `predictions_uri` names another one than when the live version was evaluated.',
    remedy: 'Correct `predictions_uri`.',
    act: async (place) => {
      await withDrop(place);
      recordQuality(place);
    },
    exit: 1,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'somebody wrote other predictions of the live version',
    shows: [],
    stage: withChampion,
    code: 'SMC-5114',
    seen: 'ERROR The predictions at s3://resale-price-data/predictions/dev/… are not those that ResalePriceModelGroup version 1 gave: its registry entry has another hash. Nothing was asked.',
    next: 'find out in CloudTrail who wrote there (PutObject), and delete the object. Then the drop is inconclusive until a version whose predictions are kept is live.',
    cause:
      'The registry entry of the live version has the hash of its report, and the report that of the predictions. What lies in S3 has others.',
    remedy: 'Find out who wrote there. Let only the role of evaluate-model write into the folder of its environment.',
    act: async (place) => {
      await withDrop(place);
      place.emulator.objects.put(`s3://resale-price-data/${recordQuality(place)}`, '"{}"\nAAAA\n');
    },
    exit: 1,
    writes: {},
    record: notEvaluated,
  },
  {
    ...usual,
    when: 'somebody rejects the version just before the evaluation is recorded',
    ...REJECTED_MEANWHILE,
    seen: 'ERROR The quality evidence in dev was written, but ResalePriceModelGroup version 2 cannot be promoted: it is Rejected, but it is live.',
    act: async (place) => {
      await commitLabelled(place);
      rejectedMeanwhile(place);
    },
    exit: 1,
    writes: RECORDS,
    record: evaluated('good'),
  },
];
