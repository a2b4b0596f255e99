// A vendor on this machine, in a process of its own: lists calls as Twilio does. Prints its address.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const total = Number(process.argv[2] ?? 100_000);
const pageSize = Number(process.argv[3] ?? 1000);
const account = "AC0123456789abcdef0123456789abcdef";
const base = `/2010-04-01/Accounts/${account}`;
const startMs = Date.UTC(2026, 9, 1);

const time = (ms: number): string => new Date(ms).toUTCString().replace("GMT", "+0000");

function call(index: number): object {
  const sid = `CA${Math.imul(index + 1, 0x9e3779b1)
    .toString(16)
    .replace("-", "f")
    .padStart(9, "0")}${String(index).padStart(23, "0")}`;
  const at = startMs + index * 5_000;
  const uri = `${base}/Calls/${sid}`;
  return {
    sid,
    date_created: time(at),
    date_updated: time(at + 60_000),
    parent_call_sid: null,
    account_sid: account,
    to: "+14155550100",
    to_formatted: "(415) 555-0100",
    from: `+1512555${String(index % 10_000).padStart(4, "0")}`,
    from_formatted: "(512) 555-0188",
    phone_number_sid: "PN0123456789abcdef0123456789abcdef",
    status: "completed",
    start_time: time(at),
    end_time: time(at + 49_000),
    duration: "49",
    price: "-0.0130",
    price_unit: "USD",
    direction: "inbound",
    answered_by: null,
    api_version: "2010-04-01",
    forwarded_from: "+14155550100",
    group_sid: null,
    caller_name: "JANE DOE",
    queue_time: "0",
    trunk_sid: "",
    uri: `${uri}.json`,
    subresource_uris: {
      user_defined_messages: `${uri}/UserDefinedMessages.json`,
      notifications: `${uri}/Notifications.json`,
      recordings: `${uri}/Recordings.json`,
      streams: `${uri}/Streams.json`,
      payments: `${uri}/Payments.json`,
      user_defined_message_subscriptions: `${uri}/UserDefinedMessageSubscriptions.json`,
      siprec: `${uri}/Siprec.json`,
      events: `${uri}/Events.json`,
    },
  };
}

/** Made before anybody asks, so that what is measured is not how they are made. */
const pages: Buffer[] = [];
for (let page = 0; page * pageSize < total; page += 1) {
  const first = page * pageSize;
  const calls = Array.from({ length: Math.min(pageSize, total - first) }, (_, index) => call(first + index));
  const next = first + pageSize < total ? `${base}/Calls.json?Page=${page + 1}` : null;
  pages.push(Buffer.from(JSON.stringify({ calls, page, page_size: pageSize, next_page_uri: next })));
}
const nothing = Buffer.from(JSON.stringify({ calls: [], recordings: [], next_page_uri: null }));

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "", "http://vendor");
  const isRest =
    url.pathname.endsWith("/Recordings.json") || Date.parse(url.searchParams.get("StartTime>") ?? "") > startMs;
  const body = isRest ? nothing : (pages[Number(url.searchParams.get("Page") ?? 0)] ?? nothing);
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
});
server.listen(0, "127.0.0.1", () => {
  // A server on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
