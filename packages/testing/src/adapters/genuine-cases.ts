import { assertEqual } from "../conformance-assert.ts";
import {
  acceptedAnswer,
  ask,
  assertAnswer,
  genuine,
  newest,
  subjectPath,
  type AdapterCase,
  type Outgoing,
} from "./adapter-case.ts";
import { byUrl, subjectMaxBodyBytes } from "./subject.ts";
import { exchange } from "./wire.ts";

/** Bodies that a server or a parser might take for something else, each taken byte for byte. */
const bodies: readonly (Outgoing & { readonly what: string })[] = [
  { what: "JSON that a parser would write otherwise" },
  { what: "without a content type", headers: [] },
  { what: "whose content type is none", headers: [["content-type", "nonsense; ="]] },
  { what: "that is a form", headers: [["content-type", "application/x-www-form-urlencoded"]], body: "a=1&b=%7e&a=+2" },
  {
    what: "that says it is multipart",
    headers: [["content-type", "multipart/form-data; boundary=x"]],
    body: "--x\r\nnot really",
  },
  {
    what: "that says it is text in another charset",
    headers: [["content-type", "text/plain; charset=utf-16le"]],
    body: "\u00e9",
  },
  { what: "that is no JSON although it says so", body: "{" },
  {
    what: "of every byte",
    headers: [["content-type", "application/octet-stream"]],
    body: Uint8Array.from({ length: 1024 }, (_, index) => index % 256),
  },
  { what: "that is empty", body: "" },
  { what: "of the largest size", body: "x".repeat(subjectMaxBodyBytes) },
  { what: "in chunks", chunks: [1, 7, 20] },
  { what: "of the largest size in chunks", body: "y".repeat(subjectMaxBodyBytes), chunks: [1000] },
  { what: "in chunks of one byte", chunks: [1] },
  {
    what: "with a header of many values",
    headers: [
      ["x-many", "a"],
      ["x-many", "b"],
      ["content-type", "application/json"],
    ],
  },
];

/** Genuine deliveries: answered, and stored as they were sent. */
export function genuineCases(): readonly AdapterCase[] {
  return [
    ...bodies.map(({ what, ...outgoing }): AdapterCase => ({
      title: `takes a body ${what}, byte for byte`,
      async run(target) {
        const request = await genuine(outgoing);
        await ask(target, request, acceptedAnswer());
        const { bodyHex, method, url, status } = await newest(target);
        const expected = { bodyHex: Buffer.from(request.body).toString("hex"), method: "POST", url: subjectPath };
        assertEqual({ bodyHex, method, url, status }, { ...expected, status: "unmapped" }, "Journal");
      },
    })),
    {
      title: "says of the second of two equal deliveries that it is a duplicate, on one connection",
      async run(target) {
        const delivery = await genuine({ body: '{"call":"twice"}' });
        const [first, second] = await exchange(target.port, [delivery, delivery]);
        assertAnswer(first, acceptedAnswer());
        assertAnswer(second, acceptedAnswer(true));
      },
    },
    {
      title: "takes a hundred at once",
      async run(target) {
        const before = (await target.state()).deliveries.length;
        await Promise.all(
          Array.from({ length: 100 }, async (_, index) =>
            ask(target, await genuine({ body: `{"call":${index}}` }), acceptedAnswer()),
          ),
        );
        assertEqual((await target.state()).deliveries.length - before, 100, "New rows of the journal");
      },
    },
    {
      title: "takes a signed GET with a query",
      async run(target) {
        const delivery = await genuine({ method: "GET", target: `${subjectPath}/url?call=c1`, verification: byUrl });
        await ask(target, delivery, acceptedAnswer());
      },
    },
    {
      title: "serves an address with a slash at its end",
      run: async (target) =>
        ask(target, await genuine({ target: `${subjectPath}/`, body: '{"call":"slash"}' }), acceptedAnswer()),
    },
    ...["q=1&b=2", "q=a%20b&u=%C3%BC"].map((query): AdapterCase => signedTarget(query)),
    { ...signedTarget("q=%7e+a%20b&u=%c3%bc&empty&slash=%2f/&x=*'()"), needs: ["raw-target"] },
    {
      title: "tells the journal who opened the connection, whatever the headers say",
      needs: ["peer"],
      async run(target) {
        const headers = ["x-forwarded-for", "x-real-ip", "cf-connecting-ip", "x-vercel-forwarded-for", "forwarded"];
        await ask(
          target,
          await genuine({ headers: headers.map((name) => [name, "203.0.113.9"] as const), body: '{"call":"peer"}' }),
          acceptedAnswer(),
        );
        assertEqual((await newest(target)).remoteAddress, "127.0.0.1", "Address in the journal");
      },
    },
    {
      title: "answers 204 without a body where the vendor wants none",
      run: async (target) =>
        ask(target, await genuine({ target: `${subjectPath}/silent` }), {
          status: 204,
          body: "",
          headers: { "cache-control": "no-store" },
        }),
    },
    {
      title: "answers in the vendor's own format where the vendor waits for one",
      run: async (target) =>
        ask(target, await genuine({ target: `${subjectPath}/reply` }), {
          status: 200,
          body: "<Response>caf\u00e9</Response>",
          headers: {
            "content-type": "text/xml; charset=utf-8",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
          },
        }),
    },
  ];
}

/** Signatures over the address hold only where its target arrives as it was written. */
function signedTarget(query: string): AdapterCase {
  return {
    title: `hands on the target as it stood on the wire: ?${query}`,
    async run(target) {
      const url = `${subjectPath}/url?${query}`;
      await ask(target, await genuine({ target: url, verification: byUrl }), acceptedAnswer());
      assertEqual((await newest(target)).url, url, "Address in the journal");
    },
  };
}
