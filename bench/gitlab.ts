// Loaded before a program that asks GitLab: its API answers in the bench, at the address that a variable names.
// A script that is required: to import one, Node would start its loader of modules, which is no part of a program's time.
import { answerAt } from '../compiler/bin/gitlab.js';

const [host = '', at = ''] = (process.env.BENCH_GITLAB ?? '').split(' ');
answerAt(host, at);
