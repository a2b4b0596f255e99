import { gzipSync } from "node:zlib";
import { assertEqual, assertThat } from "../conformance-assert.ts";
import {
  acceptedAnswer,
  ask,
  assertAnswer,
  genuine,
  jsonHeaders,
  newest,
  refusedAnswer,
  subjectPath,
  unsigned,
  type AdapterCase,
  type ExpectedAnswer,
} from "./adapter-case.ts";
import { byUrl, subjectMaxBodyBytes, subjectOrigin } from "./subject.ts";
import { breakOff, exchange, type WireRequest } from "./wire.ts";

const missing = refusedAnswer(401, "signature_missing", "The request carries no signature");
const malformed = refusedAnswer(401, "signature_malformed", "The signature is not in the expected format");
const mismatch = refusedAnswer(401, "signature_mismatch", "The signature does not fit the request");
const tooOld = refusedAnswer(401, "timestamp_out_of_range", "The signed time is too far from now");
const tooLarge = refusedAnswer(413, "body_too_large", "The body is too large");
const unsupported = refusedAnswer(415, "unsupported_media_type", "The content type is not supported here");
const allow = "GET, HEAD, OPTIONS, POST";
const notAllowed = refusedAnswer(405, "method_not_allowed", "The method is not allowed here", { allow });

const doubled = (request: WireRequest): WireRequest => ({
  ...request,
  headers: [...request.headers, ...request.headers.filter(([name]) => name === "x-subject-signature")],
});

const refusals: readonly {
  readonly title: string;
  readonly request: () => WireRequest | Promise<WireRequest>;
  readonly answer: ExpectedAnswer;
}[] = [
  { title: "without a signature", request: () => unsigned(), answer: missing },
  {
    title: "with a signature of another form",
    request: () => unsigned({ headers: [["X-Subject-Signature", "nonsense"]] }),
    answer: malformed,
  },
  { title: "whose signature stands there twice", request: async () => doubled(await genuine()), answer: malformed },
  {
    title: "whose signature of the address stands there twice",
    request: async () => doubled(await genuine({ target: `${subjectPath}/url?q=1`, verification: byUrl })),
    answer: malformed,
  },
  {
    title: "whose body is another",
    request: async () => ({ ...(await genuine()), body: Buffer.from("{}") }),
    answer: mismatch,
  },
  { title: "that is an hour old", request: () => genuine({ signedAtMs: Date.now() - 3_600_000 }), answer: tooOld },
  {
    title: "that is compressed",
    request: () =>
      genuine({
        headers: [
          ["content-type", "application/json"],
          ["content-encoding", "gzip"],
        ],
        body: gzipSync("{}"),
      }),
    answer: unsupported,
  },
  {
    title: "of a content type that the address does not take",
    request: () => genuine({ target: `${subjectPath}/json`, headers: [["content-type", "text/plain"]] }),
    answer: unsupported,
  },
  ...[subjectMaxBodyBytes + 1, 16 * 1024 * 1024].flatMap((size) => [
    { title: `of ${size} bytes`, request: () => unsigned({ body: Buffer.alloc(size, "x") }), answer: tooLarge },
    {
      title: `of ${size} bytes in chunks`,
      request: () => unsigned({ body: Buffer.alloc(size, "x"), chunks: [64 * 1024] }),
      answer: tooLarge,
    },
  ]),
  ...["PUT", "PATCH", "DELETE"].map((method) => ({
    title: `by ${method}`,
    request: () => unsigned({ method }),
    answer: notAllowed,
  })),
];

const from = (origin: string): WireRequest => unsigned({ method: "GET", headers: [["origin", origin]] });

/** What is refused, and what is only asked. */
export function refusedCases(version: string): readonly AdapterCase[] {
  const describes = {
    status: 200,
    body: `{"success":true,"message":"subject webhook is listening","endpoint":"${subjectPath}","methods":["GET","POST"],"version":"${version}"}`,
  };
  return [
    ...refusals.map(({ title, request, answer }): AdapterCase => ({
      title: `refuses a delivery ${title}, and takes the next one`,
      async run(target) {
        await ask(target, await request(), answer);
        await ask(target, await genuine({ body: JSON.stringify({ after: title }) }), acceptedAnswer());
      },
    })),
    {
      title: "keeps what it refused in the journal",
      async run(target) {
        await ask(target, unsigned({ body: "forged" }), missing);
        const { status, code, bodyHex } = await newest(target);
        const expected = {
          status: "rejected",
          code: "signature_missing",
          bodyHex: Buffer.from("forged").toString("hex"),
        };
        assertEqual({ status, code, bodyHex }, expected, "Journal");
      },
    },
    {
      title: "stays healthy when a sender breaks off",
      async run(target) {
        await breakOff(target.port, await genuine({ body: "x".repeat(1000) }), 100);
        await ask(target, await genuine({ body: '{"call":"after"}' }), acceptedAnswer());
      },
    },
    {
      title: "journals a delivery whose sender broke off, as refused",
      needs: ["abort"],
      async run(target) {
        await breakOff(target.port, await genuine({ body: "x".repeat(1001) }), 100);
        for (let tries = 0; tries < 100; tries += 1) {
          const { deliveries } = await target.state();
          if (deliveries[0]?.code === "payload_invalid") return;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        assertThat(false, "a refused delivery with payload_invalid within five seconds");
      },
    },
    {
      title: "tells by GET what is served",
      run: async (target) => ask(target, unsigned({ method: "GET" }), describes),
    },
    {
      title: "answers HEAD as GET, without the body",
      run: async (target) =>
        ask(target, unsigned({ method: "HEAD", headers: [], body: "" }), { ...describes, body: "" }),
    },
    {
      title: "answers OPTIONS without a body",
      run: async (target) =>
        ask(target, unsigned({ method: "OPTIONS", headers: [], body: "" }), {
          status: 204,
          body: "",
          headers: { allow, "cache-control": "no-store" },
        }),
    },
    {
      title: "lets browsers of the named origin read the answer, and no other",
      async run(target) {
        const [named, other] = await exchange(target.port, [from(subjectOrigin), from("https://evil.example")]);
        const cors = {
          "access-control-allow-origin": subjectOrigin,
          "access-control-allow-methods": "GET, POST, OPTIONS",
          "access-control-allow-headers": "content-type",
        };
        assertAnswer(named, { ...describes, headers: { ...jsonHeaders, ...cors } });
        assertAnswer(other, describes);
      },
    },
  ];
}
