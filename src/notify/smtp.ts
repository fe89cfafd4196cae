import Mailer from 'nodemailer/lib/mailer';
import SMTPTransport from 'nodemailer/lib/smtp-transport';
import type { Mail } from './email.ts';
import { NotSent } from './not-sent.ts';

/** From whom to whom an email goes, and by which server. */
export interface Route {
  /** `smtps://user:password@smtp.example.com`, or `smtp://`, which has to offer STARTTLS. */
  readonly server: URL;
  /** Whether the connection must be encrypted, with a certificate that is trusted. */
  readonly encrypted: boolean;
  readonly from: string;
  readonly to: readonly string[];
}

/** Milliseconds that the server may leave a connection without an answer: whoever sends has ended long before. */
const SILENCE = 10_000;

/** Sends an email, once. Throws when the server does not take it for every recipient. `id` is the same for one that is sent twice. */
export async function sendMail(mail: Mail, route: Route, id: string): Promise<void> {
  const { from, to } = route;
  const transport = new Mailer(new SMTPTransport(optionsOf(route)), {});
  const host = from.slice(from.indexOf('@') + 1);
  const { rejected } = await transport.sendMail({
    from,
    to: [...to],
    ...mail,
    messageId: `<${id.replaceAll('/', '.')}@${host}>`,
    // Nobody's absence is answered to this address.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  if (rejected.length > 0) throw new NotSent(`the server refused ${rejected.length} of ${to.length} recipients`);
}

function optionsOf({ server, encrypted }: Route): SMTPTransport.Options {
  const { protocol, hostname, port, username, password } = server;
  const secure = protocol === 'smtps:';
  return {
    host: hostname,
    port: Number(port) || (secure ? 465 : encrypted ? 587 : 25),
    secure,
    requireTLS: encrypted,
    ignoreTLS: !encrypted,
    ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: SILENCE,
    greetingTimeout: SILENCE,
    socketTimeout: SILENCE,
    dnsTimeout: SILENCE,
  };
}
