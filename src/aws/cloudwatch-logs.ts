// Imported where it is used, by this file: of a package that is itself imported like that, a bundle would keep everything.
export { CloudWatchLogsClient, GetLogEventsCommand, paginateDescribeLogStreams } from '@aws-sdk/client-cloudwatch-logs';
