import { expect, it } from 'vitest';
import { JOB_INPUT_TEXT } from '../../src/gitlab/inputs.ts';
import { besideVerdict, readComment } from '../../src/registry/companions.ts';
import { verdictValue } from '../components/handover.ts';
import { CONTENT } from './package.ts';

/** What is said of a version, in the languages and ways in which people write. */
const SAID = [
  'Looks good to me',
  'RMSE fell by 3 % — see the notebook (cell 12)',
  '误差下降了百分之三，可以上线。',
  '誤差が3%下がったので承認します。',
  '오차가 3% 줄었습니다. 승인합니다!',
  'பிழை மூன்று சதவீதம் குறைந்தது; ஒப்புதல் அளிக்கிறேன்.',
  'त्रुटि तीन प्रतिशत कम हुई, स्वीकृत।',
  'انخفض الخطأ بنسبة ٣٪، موافق.',
  'Ralat turun 3 peratus; saya luluskan',
  'Sai số giảm 3%, đồng ý triển khai',
  'Der Fehler fällt um 3 %: «freigegeben»',
  'L’erreur baisse de 3 % ; d’accord',
  'Ошибка снизилась на 3 %, одобряю',
  '👍🏽 ship it 🚀🚀',
  '👩‍🔬 says: "good enough"',
  'Checked with @lim & #risk, ticket ML-42/7',
  'a < b && b > c; `rmse` = 41_250; $5',
  'Zalgo: a\u0301\u0301\u0301\u0301, zero\u200Bwidth, no\u00a0break',
  '\u{20000}\u{2A6D6} 𠮷野家 says yes',
  '~/models/*.tar.gz | {"ok": true} [x] ^_^ \\o/',
] as const;

const AFTER = ['', '.', ' (second look)', ' — 2026-11-22', ' ✅', ' "as agreed"', ' !!!', ' 第二次', ' மீண்டும்', ' …'];

const SENTENCES = SAID.flatMap((said) => AFTER.map((after) => `${said}${after}`));

/** What SageMaker takes as a value of the metadata (CustomerMetadataProperties). */
const TAKEN = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;

const comment = (words: string) =>
  besideVerdict({}, { kind: 'approved', environment: 'uat', job: '7', comment: words })['approved.uat.comment'] ?? '';

it('are two hundred sentences that people may type', () => {
  expect(new Set(SENTENCES).size).toBe(200);
  expect(SENTENCES.filter((each) => !JOB_INPUT_TEXT.test(each))).toEqual([]);
});

it('of each, SageMaker takes what the registry keeps, and a later job reads it', () => {
  for (const sentence of SENTENCES) {
    const value = comment(sentence);
    expect.soft(value, sentence).toMatch(TAKEN);
    const metadata = { 'approved.uat': verdictValue(CONTENT, { job: '7' }), 'approved.uat.comment': value };
    const now = new Date('2026-11-22T09:00:00Z');
    const read = readComment(
      { metadata, createdAt: new Date('2026-11-22T08:00:00Z'), describedAt: now },
      'approved',
      'uat',
    );
    expect.soft(read, sentence).toBe(value.slice('job=7 '.length));
    // Every letter and digit is kept.
    const letters = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, '');
    expect.soft(letters(read ?? ''), sentence).toBe(letters(sentence));
  }
});

it('of one that is too long, keeps what fits, whole signs of it, and shows the cut', () => {
  for (const said of ['\u{20000}', '误差', 'க', 'é']) {
    const value = comment(said.repeat(300));
    expect.soft(value).toMatch(TAKEN);
    expect.soft(value.endsWith('+'), said).toBe(true);
  }
});
