import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/quality/evaluation.ts';
import { qualityMetrics } from '../../src/quality/reports.ts';
import { answersFor, partsFor, planFor } from './known.ts';

/** The metrics of two classes in parts of these names, by their names. */
function metricsWith(names: readonly string[]): ReadonlyMap<string, string> {
  const answers = answersFor('binary', 600);
  const text = qualityMetrics(evaluate(planFor('binary'), { answers, parts: partsFor(600, names) }, 1));
  return new Map(text.split('\n').map((line) => [line.slice(0, line.lastIndexOf(' ')), line]));
}

describe('the metrics report of an evaluation', () => {
  it('has what was found of all rows, of each slice and of each group, with the bounds', () => {
    const metrics = metricsWith(['Malmö', 'Åre', 'Lund C']);
    for (const name of ['rows', 'roc_auc', 'roc_auc_lower', 'accuracy_upper'])
      expect([...metrics.keys()]).toContain(name);
    for (const part of ['Malmö', 'Åre', 'Lund C'])
      for (const name of ['recall', 'selection_rate'])
        expect(metrics.get(`${name}{column="part",value="${part}"}`)).toMatch(/ 0\.\d+$/);
    for (const end of ['', '_lower', '_upper'])
      expect(metrics.get(`selection_rate_difference${end}{column="part"}`)).toMatch(/ -?0\.\d+$/);
  });

  it('makes no two names one, and lets none end a line or hide what comes after it', () => {
    const metrics = metricsWith(['a#b', 'a:b', 'a"b', "a'b", 'a%b', 'a\nb']);
    const slices = [...metrics.keys()].filter((name) => name.startsWith('recall{'));
    expect(slices).toHaveLength(6);
    expect(slices.join('\n')).not.toMatch(/[#':]/);
    expect(slices).toContain('recall{column="part",value="a%23b"}');
  });
});
