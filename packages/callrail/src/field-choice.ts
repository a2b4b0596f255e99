import { ApiError } from "@offhook/core";

type Ask<Answer> = (fields: string | undefined) => Promise<Answer>;

/** The fields that one kind of request asks for. */
export interface FieldChoice {
  /** Left out since the API refused a request for them. */
  readonly refused: readonly string[];
  /** Makes a request with all fields; without those that are the trouble, if the API refuses it. */
  ask<Answer>(request: Ask<Answer>): Promise<Answer>;
}

/** One name that the API does not know costs the whole request. So those that it refuses are left out from then on. */
export function chooseFields(
  wanted: readonly string[],
  onRefused: ((fields: readonly string[]) => void) | undefined,
): FieldChoice {
  let refused: readonly string[] = [];
  let lastSearch: Promise<unknown> = Promise.resolve();

  async function search<Answer>(names: readonly string[], refusal: ApiError, request: Ask<Answer>) {
    const { found, answer } = await findRefused(names, refusal, request);
    if (found.length > 0) {
      refused = [...refused, ...found];
      onRefused?.(found);
    }
    return { answer };
  }

  return {
    get refused() {
      return refused;
    },
    async ask(request) {
      for (;;) {
        const before = refused;
        const names = wanted.filter((name) => !before.includes(name));
        try {
          return await request(joined(names));
        } catch (error) {
          if (!isRefusal(error) || names.length === 0) throw error;
          // One search at a time: what another request has found out meanwhile is likely the trouble of this one.
          const turn = lastSearch.then(() => (refused === before ? search(names, error, request) : undefined));
          lastSearch = turn.catch(() => undefined);
          const searched = await turn;
          if (searched !== undefined) return searched.answer;
        }
      }
    },
  };
}

/**
 * Which names are refused, and the answer to a request without them. The API does not say it in a documented way: so
 * those that its refusal mentions are suspected first, and halves of the suspects are asked for until it is clear.
 *
 * @throws the refusal, where no field is to blame for it.
 */
async function findRefused<Answer>(
  names: readonly string[],
  refusal: ApiError,
  request: Ask<Answer>,
): Promise<{ readonly found: readonly string[]; readonly answer: Answer }> {
  const found: string[] = [];
  let accepted: { readonly names: readonly string[]; readonly answer: Answer } | undefined;

  const isAccepted = async (tried: readonly string[]): Promise<boolean> => {
    try {
      accepted = { names: tried, answer: await request(joined(names.filter((name) => tried.includes(name)))) };
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  };
  /** @param suspects that are refused together. */
  const judge = async (suspects: readonly string[]): Promise<void> => {
    if (suspects.length === 1) {
      found.push(...suspects);
      return;
    }
    const half = Math.ceil(suspects.length / 2);
    for (const part of [suspects.slice(0, half), suspects.slice(half)]) {
      if (!(await isAccepted([...(accepted?.names ?? []), ...part]))) await judge(part);
    }
  };

  const named = names.filter((name) => new RegExp(`\\b${name}\\b`).test(refusal.vendorMessage ?? ""));
  const others = names.filter((name) => !named.includes(name));
  const isNamed = named.length > 0 && others.length > 0 && (await isAccepted(others));
  // Other mistakes in a request are answered in the same way.
  if (!isNamed && !(await isAccepted([]))) throw refusal;
  await judge(isNamed ? named : names);
  if (accepted === undefined) throw refusal;
  return { found, answer: accepted.answer };
}

const isRefusal = (error: unknown): error is ApiError => error instanceof ApiError && error.status === 400;

const joined = (names: readonly string[]): string | undefined => names.join(",") || undefined;
