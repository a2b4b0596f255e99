// Receives, stores and reads a signed call with one copy of the packages: how is the caller's.
export async function receive({ createOffhook, memoryStorage }, { twilio }, { signSample, twilioLife }) {
  const ended = [];
  const provider = twilio({ authToken: "a token", publicUrl: "https://app.example.com" });
  const offhook = createOffhook({
    providers: [provider],
    storage: memoryStorage(),
    on: { "call.ended": ({ call }) => void ended.push(call.outcome) },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const post = ({ method, url, headers, body }) =>
    offhook.fetch(new Request(`https://app.example.com${url}`, { method, headers, body }));
  const answers = [];
  for (const sample of twilioLife()) answers.push((await post(await signSample(provider, sample))).status);
  const [first] = twilioLife();
  const forged = { ...(await signSample(provider, first)), body: first.body.replace("answered", "forged") + "&x=1" };
  answers.push((await post(forged)).status);
  await offhook.drain();
  const { data } = await offhook.calls.list();
  await offhook.close();
  return { answers, ended, stored: data.map(({ status, durationSeconds }) => `${status} ${durationSeconds}`) };
}
