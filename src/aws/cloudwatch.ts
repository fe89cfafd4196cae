// Whoever needs this file imports it dynamically. If it were the package itself, a bundle would keep everything of it.
export {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  GetMetricDataCommand,
  PutMetricAlarmCommand,
  paginateDescribeAlarms,
} from '@aws-sdk/client-cloudwatch';
