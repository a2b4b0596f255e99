import { ConfigurationError, type CallOutcome, type CallStatus } from "@offhook/core";

/** What a disposition says of its call. */
export type ConvosoResult = "completed" | "voicemail" | "busy" | "no_answer" | "failed" | "canceled" | "in_progress";

/** Your account's dispositions, by abbreviation or name; case does not matter. They go before the default table. */
export type ConvosoDispositions = { readonly [disposition: string]: ConvosoResult };

/**
 * Which dispositions mean a conversion: a list of abbreviations or names, or a function of both. The function must
 * give the same answer each time.
 */
export type ConvosoConversion = readonly string[] | ((disposition: string, dispositionName: string | null) => boolean);

/** The disposition of a call as the vendor wrote it. */
export interface Disposition {
  /** The abbreviation, such as `SALE`; the name where there is no abbreviation. */
  readonly code: string;
  readonly name: string | null;
}

interface Meaning {
  /** Absent where nothing is known. */
  readonly status?: CallStatus;
  /** Stated wherever it can be, so that a later disposition takes back what an earlier one said. */
  readonly outcome?: CallOutcome;
}

const meanings: { readonly [Result in ConvosoResult]: Meaning } = {
  completed: { status: "completed", outcome: "answered" },
  voicemail: { status: "completed", outcome: "voicemail" },
  busy: { status: "busy", outcome: "missed" },
  no_answer: { status: "no_answer", outcome: "missed" },
  failed: { status: "failed" },
  canceled: { status: "canceled", outcome: "abandoned" },
  in_progress: { status: "in_progress" },
};

/** Dispositions that mean one thing when somebody talked, and another or nothing when nobody did. */
type Default = ConvosoResult | "completed_or_canceled" | "completed_or_unknown";

// System dispositions; every other one is the account's own. https://help.convoso.com/hc/en-us/articles/215908927
const groups: readonly (readonly [Default, string])[] = [
  ["voicemail", "AA AM AL A"],
  ["busy", "B CPDB"],
  ["no_answer", "NA NAIC CPDNA"],
  ["failed", "AFAX DC ADC CPDINV CG CGD CGO CGT NRA NORD CPDREJ REJ FORBID OI FASD"],
  ["canceled", "DROP XDROP QDROP PDROP PXDROP WAITTO AHXFER"],
  ["completed_or_canceled", "CALLHU HU AH PBXHU"],
  ["in_progress", "INCALL PU"],
  ["completed_or_unknown", "NEW INCOMP CIDB ERI LOGOUT IMPL DONE ANONY BCHU BLEND CSED CSI DELETE"],
];
const defaults: ReadonlyMap<string, Default> = new Map(
  groups.flatMap(([result, codes]) => codes.split(" ").map((code) => [code, result] as const)),
);

/** Names that say it in words, where neither table has the disposition. */
const wordings: readonly (readonly [RegExp, ConvosoResult])[] = [
  [/voice[\s_-]?mail|left[\s_-](?:a[\s_-])?message/i, "voicemail"],
  [/no[\s_-]?answer/i, "no_answer"],
  [/\bbusy\b/i, "busy"],
];

export type MeaningOf = (disposition: Disposition, durationSeconds: number | null) => Meaning;

/** @throws ConfigurationError `option_invalid` for a result that does not exist. */
export function compileDispositions(dispositions: ConvosoDispositions = {}): MeaningOf {
  const own = new Map<string, ConvosoResult>();
  for (const [name, result] of Object.entries(dispositions)) {
    if (!Object.hasOwn(meanings, result)) {
      throw new ConfigurationError(
        "option_invalid",
        `convoso({ dispositions }): expected one of ${Object.keys(meanings).join(", ")} for "${name}", got something else`,
      );
    }
    own.set(name.trim().toUpperCase(), result);
  }
  return ({ code, name }, durationSeconds) => {
    const upperCode = code.toUpperCase();
    const upperName = name?.toUpperCase() ?? upperCode;
    const found =
      own.get(upperCode) ??
      own.get(upperName) ??
      defaults.get(upperCode) ??
      defaults.get(upperName) ??
      inWords(name ?? code) ??
      "completed";
    const talked = durationSeconds !== null && durationSeconds > 0;
    if (found === "completed_or_canceled") return talked ? meanings.completed : meanings.canceled;
    if (found === "completed_or_unknown") return talked ? meanings.completed : {};
    return meanings[found];
  };
}

const inWords = (text: string): ConvosoResult | undefined => wordings.find(([wording]) => wording.test(text))?.[1];

export type IsConversion = (disposition: Disposition) => boolean;

/** @throws ConfigurationError `option_invalid` for what is neither a list of texts nor a function. */
export function compileConversion(conversion: ConvosoConversion = ["SALE"]): IsConversion {
  if (typeof conversion === "function") return ({ code, name }) => conversion(code, name);
  if (!Array.isArray(conversion) || !conversion.every((each): each is string => typeof each === "string")) {
    throw new ConfigurationError(
      "option_invalid",
      "convoso({ conversion }): expected a list of dispositions or a function, got something else",
    );
  }
  const converting = new Set(conversion.map((each) => each.trim().toUpperCase()));
  return ({ code, name }) =>
    converting.has(code.toUpperCase()) || (name !== null && converting.has(name.toUpperCase()));
}
