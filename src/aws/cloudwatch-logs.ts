// Whoever needs this file imports it dynamically. If it were the package itself, a bundle would keep everything of it.
export { CloudWatchLogsClient, GetLogEventsCommand, paginateDescribeLogStreams } from '@aws-sdk/client-cloudwatch-logs';
